/**
 * Apple's device assignment service: the devices that Apple Business Manager or Apple School Manager assigns to a
 * server, and the enrollment profiles that they get out of the box.
 *
 * Source: Apple, "Device assignment" and "Authenticating for Automated Device Enrollment"
 * (developer.apple.com/documentation/devicemanagement/device-assignment).
 *
 * @module
 */

import type { Json } from "../../db/open.ts";
import { foreignText } from "../foreign_text.ts";
import { jsonShape } from "../json_shape.ts";
import type { HttpClient, Runtime } from "../runtime.ts";
import {
  type Account,
  type DevicePage,
  type DeviceRecord,
  type PathLimits,
  readAccount,
  readBetaTokens,
  readDetails,
  readPage,
  readSession,
  readStatuses,
  UnreadableAnswer,
  uuidForApple,
} from "./device_assignment_answers.ts";
import { type OAuthCredentials, oauthHeader } from "./oauth1.ts";

/** The version from which Apple throttles single devices and says for how long. */
const PROTOCOL_VERSION = "10";
/** One request may take so long, its answer included. */
const TIMEOUT_MS = 60_000;
/** The limit of an answer: a page of 1,000 devices has half a megabyte. */
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_DEPTH = 32;
/** The most devices of one request, as Apple asks. */
const BATCH = 1000;
/** The longest wait that is believed. */
const LONGEST_WAIT = 7 * 86_400;
/** Apple's words that are found inside of a longer answer, too. */
const WORDS =
  /T_C_NOT_SIGNED|ACCESS_DENIED|FORBIDDEN|UNAUTHORIZED|EXPIRED_CURSOR|EXHAUSTED_CURSOR|INVALID_CURSOR|CURSOR_REQUIRED|token_rejected|token_expired|consumer_key_unknown|signature_invalid|timestamp_refused|nonce_used/;

/** A request that Apple refused or did not answer. */
export class DeviceAssignmentError extends Error {
  override readonly name = "DeviceAssignmentError";
  constructor(
    message: string,
    /** Apple's word, such as "EXPIRED_CURSOR", "T_C_NOT_SIGNED" or "ACCESS_DENIED"; "" if there is none. */
    readonly code: string,
    /** The HTTP status; 0 without an answer. */
    readonly status: number,
    /** Apple's answer, at most 2,000 characters. */
    readonly body: string,
    /** When Apple named a time. */
    readonly retryAfterSeconds?: number,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? {} : { cause });
  }

  /** Whether the same request may go better later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** Apple's answer for one device of an assignment. */
export type AssignmentStatus = { status: string; retryAfterSeconds?: number };

/** The service, with one server token. Every method throws DeviceAssignmentError. */
export type DeviceAssignmentClient = {
  account(): Promise<Account>;
  /** A page of all devices; `cursor` is of the page before. */
  fetchDevices(cursor: string | undefined, limit: number): Promise<DevicePage>;
  /** A page of changes since `cursor`, which may be 7 days old. */
  syncDevices(cursor: string, limit: number): Promise<DevicePage>;
  /** The details of any number of devices. */
  devices(serials: readonly string[]): Promise<Map<string, DeviceRecord | { missing: string }>>;
  /** Creates a profile, for up to 1,000 `devices`. */
  defineProfile(profile: Record<string, Json>): Promise<{ profileUuid: string; devices: Map<string, string> }>;
  /** A profile as Apple has it. */
  profile(uuid: string): Promise<Record<string, Json>>;
  assignProfile(uuid: string, serials: readonly string[]): Promise<Map<string, AssignmentStatus>>;
  /** Ends the organization's ownership of devices, for good. */
  disown(serials: readonly string[]): Promise<Map<string, string>>;
  /**
   * Turns on the organization's Activation Lock of a device; `escrowKey` is the hash of its bypass code. Returns Apple's
   * status: "SUCCESS", or why not.
   */
  lockActivation(serial: string, escrowKey: string, message: string): Promise<string>;
  betaTokens(): Promise<{ os: string; title: string; token: string }[]>;
};

type Needs = Pick<Runtime, "network" | "clock" | "random" | "config">;
type Call = { method: "GET" | "POST"; path: string; query?: Readonly<Record<string, string>>; body?: Json };

/**
 * Returns a client. Its connections last for one call, its session for all: there is nothing to close. `limits` are those
 * of the account details that were read before.
 */
export function createDeviceAssignmentClient(
  { network, clock, random, config }: Needs,
  credentials: OAuthCredentials,
  limits: PathLimits = {},
  timeoutMs: number = TIMEOUT_MS,
): DeviceAssignmentClient {
  let session: string | undefined;
  let known = limits;

  const addressOf = ({ path, query = {} }: Call) => {
    const url = new URL(path, config.DEVICE_ASSIGNMENT_URL);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url.href;
  };

  /** Sends one request and returns its answer. */
  async function send(http: HttpClient, call: Call, headers: Record<string, string>): Promise<unknown> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeoutMs);
    const what = `${call.method} ${call.path}`;
    try {
      const response = await http.fetch(addressOf(call), {
        method: call.method,
        redirect: "manual",
        signal: abort.signal,
        headers: {
          "Accept": "application/json",
          "Content-Type": "application/json;charset=UTF8",
          // Apple has refused requests whose User-Agent it did not like; a name of our own is stable.
          "User-Agent": "Espalier",
          "X-Server-Protocol-Version": PROTOCOL_VERSION,
          ...headers,
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      });
      const bytes = await readBytes(response, what);
      const renewed = response.headers.get("x-adm-auth-session");
      if (renewed !== null && renewed !== "") session = renewed;
      if (!response.ok) throw errorOf(response, textOf(bytes.subarray(0, 8000)), what, clock.now());
      return parsed(bytes, response.status, what);
    } catch (error) {
      if (error instanceof DeviceAssignmentError) throw error;
      const reason = abort.signal.aborted
        ? `did not answer within ${Math.ceil(timeoutMs / 1000)} seconds`
        : "cannot be reached";
      throw new DeviceAssignmentError(
        `Apple's device assignment service ${reason} (${what})`,
        "",
        0,
        "",
        undefined,
        error,
      );
    } finally {
      clearTimeout(timer);
    }
  }

  async function openSession(http: HttpClient): Promise<string> {
    session = undefined;
    const call: Call = { method: "GET", path: "/session" };
    const moment = { timestamp: Math.floor(clock.now().getTime() / 1000), nonce: random.bytes(16).toHex() };
    const answer = await send(http, call, {
      Authorization: oauthHeader(call.method, addressOf(call), credentials, moment, "ADM"),
    });
    session = understood("GET /session", () => readSession(answer));
    return session;
  }

  /** Sends a request in a session. An ended session is opened again, once: whoever is refused then, stays refused. */
  async function ask<Value>(call: Call, read: (answer: unknown) => Value): Promise<Value> {
    const http = network.client({ http2: false });
    try {
      const opened = session === undefined;
      const inSession = async (token: string) => await send(http, call, { "X-ADM-Auth-Session": token });
      let answer: unknown;
      try {
        answer = await inSession(session ?? await openSession(http));
      } catch (error) {
        const ended = error instanceof DeviceAssignmentError && (error.status === 401 || error.status === 403);
        if (!ended || opened) throw error;
        answer = await inSession(await openSession(http));
      }
      return understood(`${call.method} ${call.path}`, () => read(answer));
    } finally {
      http.close();
    }
  }

  const most = (path: string, wanted: number) => Math.max(1, Math.min(wanted, BATCH, known[path]?.maximum ?? BATCH));

  /** Asks for devices in batches, and puts the answers together. */
  async function inBatches<Value>(
    path: string,
    serials: readonly string[],
    one: (batch: string[]) => Promise<Map<string, Value>>,
  ): Promise<Map<string, Value>> {
    const size = most(path, BATCH);
    const all = new Map<string, Value>();
    for (let at = 0; at < serials.length; at += size) {
      for (const [serial, value] of await one(serials.slice(at, at + size))) all.set(serial, value);
    }
    return all;
  }

  return {
    async account() {
      const account = await ask({ method: "GET", path: "/account" }, readAccount);
      known = account.limits;
      return account;
    },
    fetchDevices: (cursor, limit) =>
      ask({
        method: "POST",
        path: "/server/devices",
        body: { ...(cursor === undefined ? {} : { cursor }), limit: most("/server/devices", limit) },
      }, readPage),
    syncDevices: (cursor, limit) =>
      ask({ method: "POST", path: "/devices/sync", body: { cursor, limit: most("/devices/sync", limit) } }, readPage),
    devices: (serials) =>
      inBatches(
        "/devices",
        serials,
        (devices) => ask({ method: "POST", path: "/devices", body: { devices } }, readDetails),
      ),
    defineProfile: (profile) =>
      ask({ method: "POST", path: "/profile", body: profile }, (answer) => {
        const { profileUuid, devices } = readStatuses(answer);
        if (profileUuid === undefined) throw new UnreadableAnswer('"profile_uuid" is not as documented');
        return { profileUuid, devices };
      }),
    profile: (uuid) =>
      ask({ method: "GET", path: "/profile", query: { profile_uuid: uuidForApple(uuid) } }, (answer) => {
        if (!isRecord(answer)) throw new UnreadableAnswer("it is no object");
        return answer;
      }),
    assignProfile: (uuid, serials) =>
      inBatches("/profile/devices", serials, async (devices) => {
        const body = { profile_uuid: uuidForApple(uuid), devices };
        const answer = await ask({ method: "POST", path: "/profile/devices", body }, readStatuses);
        const { retryAfterSeconds } = answer;
        return new Map(
          [...answer.devices].map(([serial, status]) => [
            serial,
            status === "THROTTLED" && retryAfterSeconds !== undefined
              ? { status, retryAfterSeconds: Math.min(retryAfterSeconds, LONGEST_WAIT) }
              : { status },
          ]),
        );
      }),
    disown: (serials) =>
      inBatches(
        "/devices/disown",
        serials,
        async (devices) =>
          (await ask({ method: "POST", path: "/devices/disown", body: { devices } }, readStatuses)).devices,
      ),
    lockActivation: (serial, escrowKey, message) =>
      ask({
        method: "POST",
        path: "/device/activationlock",
        body: { device: serial, escrow_key: escrowKey, lost_message: message },
      }, (answer) => {
        const status = isRecord(answer) ? answer.response_status : undefined;
        if (typeof status !== "string") throw new UnreadableAnswer('"response_status" is not as documented');
        return status.slice(0, 100);
      }),
    betaTokens: () => ask({ method: "GET", path: "/os-beta-enrollment/tokens" }, readBetaTokens),
  };
}

const isRecord = (value: unknown): value is Record<string, Json> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Returns what `read` finds in an answer of 200. Throws DeviceAssignmentError. */
function understood<Value>(what: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnreadableAnswer)) throw error;
    const sentence = `Cannot read the answer of Apple's device assignment service (${what}): ${error.message}`;
    throw new DeviceAssignmentError(sentence, "", 200, "", undefined, error);
  }
}

async function readBytes(response: Response, what: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MOST_BYTES) {
      throw new DeviceAssignmentError(
        `Cannot read the answer of Apple's device assignment service (${what}): it is too long`,
        "",
        response.status,
        "",
      );
    }
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

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function parsed(bytes: Uint8Array, status: number, what: string): unknown {
  try {
    if (jsonShape(bytes).depth > MOST_DEPTH) throw new RangeError("nested too deep");
    return bytes.length === 0 ? {} : JSON.parse(textOf(bytes));
  } catch (error) {
    const sentence = `Cannot read the answer of Apple's device assignment service (${what}): it is no JSON`;
    const start = foreignText(textOf(bytes.subarray(0, 8000)).slice(0, 2000), 6000);
    throw new DeviceAssignmentError(sentence, "", status, start, undefined, error);
  }
}

function errorOf(response: Response, text: string, what: string, now: Date): DeviceAssignmentError {
  const start = foreignText(text.slice(0, 2000).trim(), 6000);
  const word = start.replace(/^"(.*)"$/s, "$1");
  const code = /^[A-Za-z][A-Za-z0-9_]{1,63}$/.test(word) ? word : WORDS.exec(start)?.[0] ?? "";
  const sentence = `Apple's device assignment service refused a request (${what}): ${response.status}${
    code === "" ? "" : ` ${code}`
  }`;
  return new DeviceAssignmentError(
    sentence,
    code,
    response.status,
    start,
    waitOf(response.headers.get("retry-after"), now),
  );
}

/** Returns the seconds of a header `Retry-After`, which has seconds or a date (RFC 9110, section 10.2.3). */
function waitOf(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d{1,9}$/.test(header.trim())
    ? Number(header)
    : Math.ceil((new Date(header).getTime() - now.getTime()) / 1000);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), LONGEST_WAIT) : undefined;
}
