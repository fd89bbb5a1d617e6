/**
 * The client of Apple's Apps & Books service (version 2): a location's configuration, its assets, who has licences, and
 * requests to give them or take them back, which Apple does as events.
 *
 * Source: Apple, "App, Book, and Subscription Management"
 * (developer.apple.com/documentation/devicemanagement/app-book-and-subscription-management).
 *
 * @module
 */

import type { Json } from "../../db/open.ts";
import { foreignText } from "../foreign_text.ts";
import { jsonShape } from "../json_shape.ts";
import type { HttpClient, Runtime } from "../runtime.ts";
import {
  type AssetRecord,
  type AssignmentRecord,
  type ClientConfig,
  type ContentPage,
  type EventStatus,
  type Holder,
  type MdmInfo,
  ownerOf,
  readAssets,
  readAssignments,
  readClientConfig,
  readError,
  readEventId,
  readEventStatus,
  readServiceConfig,
  type ServiceConfig,
  UnreadableContent,
} from "./content_answers.ts";
import { ContentConflict, ContentError, errorSentence } from "./content_errors.ts";

/** One request may take so long, its answer included. */
const TIMEOUT_MS = 5000;
/** The limit of an answer: a page has several hundred rows. */
const MOST_BYTES = 8 * 1024 * 1024;
const MOST_VALUES = 400_000;
const MOST_DEPTH = 24;
/** The longest wait that is believed. */
const LONGEST_WAIT = 86_400;
/** Apple changes limits and addresses without notice, and asks to read them again after five minutes. */
const SERVICE_CONFIG_MS = 300_000;
/** What is asked at once while Apple's limits are not known. */
const USUAL_LIMITS: Readonly<Record<string, number>> = {
  maxAssets: 25,
  maxClientUserIds: 1000,
  maxSerialNumbers: 1000,
  maxUsers: 100,
};

/** An item in one quality. */
export type AssetKey = { adamId: string; pricingParam: string };

/** What Apple is to be told of this server. */
export type ClientConfigUpdate = {
  mdmInfo: MdmInfo;
  /** Where and with which token Apple sends notifications; undefined: nowhere. */
  notifications?: { url: string; token: string };
};

/** A user as Apple gets to know them. */
export type NewContentUser = { clientUserId: string; managedAppleId: string; email: string };

/** The service, with one content token. Every method throws ContentError. */
export type ContentClient = {
  clientConfig(): Promise<ClientConfig>;
  setClientConfig(update: ClientConfigUpdate): Promise<ClientConfig>;
  serviceConfig(): Promise<ServiceConfig>;
  /** A page of all assets, or of one. */
  assets(page: number, one?: AssetKey): Promise<ContentPage<AssetRecord>>;
  /** A page of who has licences, of all assets or of one. */
  assignments(page: number, adamId?: string): Promise<ContentPage<AssignmentRecord>>;
  /** The most holders of one kind in a request now. */
  mostHolders(kind: Holder["kind"]): Promise<number>;
  /** The most users in a request now. */
  mostUsers(): Promise<number>;
  /** Forgets the limits: Apple has refused a request that was over one. */
  forgetLimits(): void;
  /** Asks for licences of an asset. Returns Apple's id of the event. */
  associate(asset: AssetKey, holders: readonly Holder[]): Promise<string>;
  /** Gives licences of an asset back. Returns Apple's id of the event. */
  disassociate(asset: AssetKey, holders: readonly Holder[]): Promise<string>;
  createUsers(users: readonly NewContentUser[]): Promise<string>;
  eventStatus(eventId: string): Promise<EventStatus>;
};

type Needs = Pick<Runtime, "network" | "clock" | "config">;
type Call = {
  method: "GET" | "POST";
  name: string;
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: Json;
};

/**
 * Returns a client. `owner` is this server's id in the client configuration: an answer that names another server is refused
 * (ContentConflict), except where the question is who it is.
 */
export function createContentClient(
  { network, clock, config }: Needs,
  token: string,
  { owner, timeoutMs = TIMEOUT_MS }: { owner?: string; timeoutMs?: number } = {},
): ContentClient {
  let known: { service: ServiceConfig; readAt: number } | undefined;

  /** Apple's own address for a call where it gives one; ours is the documented one. */
  const addressOf = ({ name, path, query = {} }: Call) => {
    const url = trusted(known?.service.urls.get(name), config.CONTENT_URL) ?? new URL(path, config.CONTENT_URL);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    return url.href;
  };

  async function send(http: HttpClient, call: Call): Promise<unknown> {
    const what = `${call.method} ${call.path}`;
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeoutMs);
    try {
      const response = await http.fetch(addressOf(call), {
        method: call.method,
        redirect: "manual",
        signal: abort.signal,
        headers: {
          "Accept": "application/json",
          "User-Agent": "Espalier",
          // Apple asks for none here.
          ...(call.name === "serviceConfig" ? {} : { "Authorization": `Bearer ${token}` }),
          ...(call.body === undefined ? {} : { "Content-Type": "application/json" }),
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      });
      const bytes = await readBounded(response, MOST_BYTES, what);
      const wait = waitOf(response.headers.get("retry-after"), clock.now());
      const answer = parsed(bytes, response, what, wait);
      // Apple answers errors with several statuses, 200 among them.
      const error = readError(answer);
      if (error !== undefined || !response.ok) {
        const { number, message = "" } = error ?? {};
        const sentence = number === undefined
          ? `Apple's Apps & Books service refused a request (${what}): ${response.status}`
          : errorSentence(number, message);
        throw new ContentError(sentence, number, response.status, wait);
      }
      return answer;
    } catch (error) {
      if (error instanceof ContentError) throw error;
      const reason = abort.signal.aborted
        ? `did not answer within ${Math.ceil(timeoutMs / 1000)} seconds`
        : "cannot be reached";
      throw new ContentError(`Apple's Apps & Books service ${reason} (${what})`, undefined, 0, undefined, error);
    } finally {
      clearTimeout(timer);
    }
  }

  async function ask<Value>(call: Call, readAnswer: (answer: unknown) => Value, anybody = false): Promise<Value> {
    const http = network.client({ http2: false });
    try {
      const answer = await send(http, call);
      const manager = owner === undefined || anybody ? undefined : ownerOf(answer);
      if (manager !== undefined && manager.id.toLowerCase() !== owner?.toLowerCase()) {
        throw new ContentConflict(manager);
      }
      return readAnswer(answer);
    } catch (error) {
      if (!(error instanceof UnreadableContent)) throw error;
      const sentence = `Cannot read the answer of Apple's Apps & Books service (${call.method} ${call.path})`;
      throw new ContentError(`${sentence}: ${error.message}`, undefined, 200, undefined, error);
    } finally {
      http.close();
    }
  }

  async function serviceConfig(): Promise<ServiceConfig> {
    const now = clock.now().getTime();
    if (known !== undefined && now - known.readAt < SERVICE_CONFIG_MS) return known.service;
    const call: Call = { method: "GET", name: "serviceConfig", path: "/mdm/v2/service/config" };
    const service = await ask(call, readServiceConfig, true);
    known = { service, readAt: now };
    return service;
  }

  const limit = async (name: string) => (await serviceConfig()).limits.get(name) ?? USUAL_LIMITS[name] ?? 100;

  const holdersBody = (asset: AssetKey, holders: readonly Holder[]): Json => {
    const of = (kind: Holder["kind"]) => holders.flatMap((one) => one.kind === kind ? [one.holder] : []);
    const [serialNumbers, clientUserIds] = [of("device"), of("user")];
    return {
      assets: [{ adamId: asset.adamId, pricingParam: asset.pricingParam }],
      ...(serialNumbers.length === 0 ? {} : { serialNumbers }),
      ...(clientUserIds.length === 0 ? {} : { clientUserIds }),
    };
  };

  const pageCall = (name: string, path: string, page: number, query: Readonly<Record<string, string>> = {}): Call => ({
    method: "GET",
    name,
    path,
    query: { ...query, ...(page === 0 ? {} : { pageIndex: String(page) }) },
  });

  return {
    clientConfig: () =>
      ask({ method: "GET", name: "clientConfig", path: "/mdm/v2/client/config" }, readClientConfig, true),
    setClientConfig: ({ mdmInfo, notifications }) =>
      ask({
        method: "POST",
        name: "clientConfig",
        path: "/mdm/v2/client/config",
        body: {
          mdmInfo,
          ...(notifications === undefined ? {} : {
            notificationTypes: ["ASSET_MANAGEMENT", "ASSET_COUNT", "USER_MANAGEMENT", "USER_ASSOCIATED"],
            notificationUrl: notifications.url,
            notificationAuthToken: notifications.token,
          }),
        },
      }, readClientConfig),
    serviceConfig,
    assets: (page, one) =>
      ask(
        pageCall(
          "getAssets",
          "/mdm/v2/assets",
          page,
          one === undefined ? {} : { adamId: one.adamId, pricingParam: one.pricingParam },
        ),
        readAssets,
      ),
    assignments: (page, adamId) =>
      ask(
        pageCall("getAssignments", "/mdm/v2/assignments", page, adamId === undefined ? {} : { adamId }),
        readAssignments,
      ),
    mostHolders: (kind) => limit(kind === "device" ? "maxSerialNumbers" : "maxClientUserIds"),
    mostUsers: () => limit("maxUsers"),
    forgetLimits() {
      known = undefined;
    },
    associate: (asset, holders) =>
      ask({
        method: "POST",
        name: "associateAssets",
        path: "/mdm/v2/assets/associate",
        body: holdersBody(asset, holders),
      }, readEventId),
    disassociate: (asset, holders) =>
      ask({
        method: "POST",
        name: "disassociateAssets",
        path: "/mdm/v2/assets/disassociate",
        body: holdersBody(asset, holders),
      }, readEventId),
    createUsers: (users) =>
      ask({
        method: "POST",
        name: "createUsers",
        path: "/mdm/v2/users/create",
        body: {
          users: users.map(({ clientUserId, managedAppleId, email }) => ({
            clientUserId,
            ...(managedAppleId === "" ? {} : { managedAppleId }),
            ...(email === "" ? {} : { email }),
          })),
        },
      }, readEventId),
    eventStatus: (eventId) =>
      ask({ method: "GET", name: "eventStatus", path: "/mdm/v2/status", query: { eventId } }, readEventStatus),
  };
}

/**
 * Returns an address that an answer of Apple's names, if it is Apple's own; undefined otherwise. The attack: an answer that
 * sends the content token somewhere else.
 */
export function trusted(address: string | undefined, base: string): URL | undefined {
  const url = address === undefined ? null : URL.parse(address);
  if (url === null || url.username !== "" || url.password !== "") return undefined;
  if (url.origin === new URL(base).origin) return url;
  return url.protocol === "https:" && url.port === "" && /\.apple\.com$/i.test(url.hostname) ? url : undefined;
}

/** Returns the bytes of an answer. Throws ContentError when there are more than `most`. */
export async function readBounded(response: Response, most: number, what: string): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > most) throw new ContentError(`Apple's answer is too long (${what})`, undefined, 413);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function parsed(bytes: Uint8Array, response: Response, what: string, wait: number | undefined): unknown {
  const { depth, values } = jsonShape(bytes);
  const text = new TextDecoder().decode(bytes);
  if (depth <= MOST_DEPTH && values <= MOST_VALUES) {
    try {
      return bytes.length === 0 ? {} : JSON.parse(text);
    } catch {
      // Told below.
    }
  }
  const start = foreignText(text.slice(0, 200), 600);
  const sentence = response.ok
    ? `Cannot read the answer of Apple's Apps & Books service (${what}): it is no JSON`
    : `Apple's Apps & Books service refused a request (${what}): ${response.status}`;
  throw new ContentError(sentence, undefined, response.status, wait, new Error(start));
}

/** Returns the seconds of a header `Retry-After`, which has seconds or a date (RFC 9110, section 10.2.3). */
function waitOf(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d{1,9}$/.test(header.trim())
    ? Number(header)
    : Math.ceil((new Date(header).getTime() - now.getTime()) / 1000);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), LONGEST_WAIT) : undefined;
}
