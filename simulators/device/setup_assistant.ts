/**
 * Setup Assistant of a simulated device: from the profile that Apple gave it to the enrollment profile of the server,
 * directly or through the web view.
 *
 * How it differs from the real thing: its person continues from every page at once; the web view submits the first form
 * of a page with the values that are in it; an update takes no time, and there is always one to the version that the
 * server asks for.
 *
 * @module
 */

import { signAttached } from "../../src/pki/cms/signed.ts";
import { compareOsVersions } from "../../src/protocol/os_version.ts";
import { buildPlist, type PlistDict } from "../../src/protocol/plist.ts";
import { expectOk, ServerRefused } from "./device_options.ts";
import type { DeviceState } from "./device_state.ts";
import type { DeviceIdentity } from "./identity.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A request of Setup Assistant, by which a test names it. */
export type SetupStep = "message" | "page" | "continue" | "profile" | "Authenticate" | "TokenUpdate";

/** What the device was given by Apple, and what happens to it on the way. */
export type AutomaticEnrollment = {
  /** The certificate that its maker gave it. */
  factory: DeviceIdentity;
  url: string;
  /** The page of the web view, where the profile names one. */
  configurationWebUrl?: string;
  awaitDeviceConfigured?: boolean;
  supervised?: boolean;
  /** As devices write it, such as "en_US". */
  language?: string;
  /** Whether the reply to the nth request of a step is lost; none by default. */
  loses?: (step: SetupStep, n: number) => boolean;
  /** Whether the person leaves the web view at a page; no by default. */
  leaves?: (page: { url: string; html: string; n: number }) => boolean;
  /** Called before it updates, with the version that the server requires. */
  updates?: (osVersion: string) => void;
  /** Called with each message before it is sent, as an eavesdropper sees it. */
  overhears?: (message: Bytes) => void;
};

/** A reply did not arrive. */
export class ReplyLost extends Error {
  override readonly name = "ReplyLost";
}

/** A person left the web view. */
export class WebViewLeft extends Error {
  override readonly name = "WebViewLeft";
  /** `page` counts from 1. */
  constructor(url: string, readonly page: number) {
    super(`the person left ${url}`);
  }
}

/** The server wants a newer system first. */
export class UpdateRequired extends Error {
  override readonly name = "UpdateRequired";
  constructor(readonly osVersion: string, readonly build: string | undefined) {
    super(`the server requires version ${osVersion}`);
  }
}

/** Returns the facts that a device states about itself. */
export function machineInfo({ model, udid, serialNumber }: DeviceState, language: string): PlistDict {
  const mobile = model.platform === "iOS" || model.platform === "iPadOS";
  const since = model.platform === "macOS" ? "14" : "17";
  const states = compareOsVersions(model.osVersion, since) >= 0;
  return {
    UDID: udid,
    SERIAL: serialNumber,
    PRODUCT: model.product,
    VERSION: model.build,
    LANGUAGE: language,
    ...(states ? { OS_VERSION: model.osVersion } : {}),
    ...(states && model.osVersionExtra !== undefined
      ? {
        SUPPLEMENTAL_OS_VERSION_EXTRA: model.osVersionExtra,
        SUPPLEMENTAL_BUILD_VERSION: model.buildExtra ?? model.build,
      }
      : {}),
    ...(states && (mobile || model.platform === "macOS")
      ? {
        MDM_CAN_REQUEST_SOFTWARE_UPDATE: true,
        SOFTWARE_UPDATE_DEVICE_ID: model.softwareUpdateDeviceId ?? model.product,
      }
      : {}),
  };
}

/** Returns a signed MachineInfo, as the device signs it at that time by its own clock. */
export function signMachineInfo(info: PlistDict, factory: DeviceIdentity, at: Date): Bytes {
  const identity = { certificate: factory.certificate.der, key: factory.key };
  return signAttached(buildPlist(info), identity, { signingTime: at });
}

/** Carries requests, and loses replies. */
export type SetupNetwork = (step: SetupStep, request: Request) => Promise<Response>;

async function updateIn(response: Response): Promise<UpdateRequired | undefined> {
  if (response.status !== 403 || response.headers.get("content-type") !== "application/json") return undefined;
  const answer: unknown = await response.clone().json();
  const at = (value: unknown, key: string): unknown =>
    typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  if (at(answer, "code") !== "com.apple.softwareupdate.required") return undefined;
  const details = at(answer, "details");
  const [version, build] = [at(details, "OSVersion"), at(details, "BuildVersion")];
  if (typeof version !== "string") return undefined;
  await response.body?.cancel();
  return new UpdateRequired(version, typeof build === "string" ? build : undefined);
}

/** Returns the enrollment profile for a message. Throws `UpdateRequired`, `ServerRefused`, `ReplyLost`. */
export async function fetchProfile(network: SetupNetwork, url: string, message: Bytes): Promise<Bytes> {
  const headers = { "Content-Type": "application/pkcs7-signature" };
  const response = await network("message", new Request(url, { method: "POST", body: message, headers }));
  const update = await updateIn(response);
  if (update !== undefined) throw update;
  return await expectOk(response, "MachineInfo");
}

const MAX_STEPS = 40;

/** The cookies of a web view, which lasts as long as one attempt. */
class Cookies {
  readonly #kept = new Map<string, { value: string; path: string }>();

  keep(response: Response): void {
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = cookie.split(";").map((part) => part.trim());
      const equals = pair.indexOf("=");
      const path = attributes.find((one) => one.toLowerCase().startsWith("path="))?.slice(5) ?? "/";
      this.#kept.set(pair.slice(0, equals), { value: pair.slice(equals + 1), path });
    }
  }

  for(url: string): Record<string, string> {
    const { pathname } = new URL(url);
    const sent = [...this.#kept].filter(([, { path }]) => pathname.startsWith(path));
    return sent.length === 0 ? {} : { Cookie: sent.map(([name, { value }]) => `${name}=${value}`).join("; ") };
  }
}

const attributeOf = (tag: string, name: string): string | undefined =>
  new RegExp(`\\b${name}\\s*=\\s*"([^"]*)"`, "i").exec(tag)?.[1];

/** Returns the first form of a page: where it leads and the values in it. */
function formOf(html: string, url: string): { action: string; method: string; values: URLSearchParams } | undefined {
  const form = /<form\b[^>]*>/i.exec(html);
  if (form === null) return undefined;
  const end = html.indexOf("</form>", form.index);
  const inside = html.slice(form.index, end < 0 ? html.length : end);
  const values = new URLSearchParams();
  for (const [tag] of inside.matchAll(/<input\b[^>]*>/gi)) {
    const name = attributeOf(tag, "name");
    if (name !== undefined) values.append(name, attributeOf(tag, "value") ?? "");
  }
  return {
    action: new URL(attributeOf(form[0], "action") ?? url, url).href,
    method: (attributeOf(form[0], "method") ?? "get").toUpperCase(),
    values,
  };
}

/** Returns the enrollment profile at the end of the web view. Throws as `fetchProfile`, and `WebViewLeft`. */
export async function walkWebView(
  network: SetupNetwork,
  start: string,
  message: Bytes,
  options: { leaves: NonNullable<AutomaticEnrollment["leaves"]>; language: string },
): Promise<Bytes> {
  const cookies = new Cookies();
  const language = { "Accept-Language": `${options.language.replace("_", "-")},en;q=0.5` };
  let step: SetupStep = "message";
  let request = new Request(start, {
    headers: { ...language, "x-apple-aspen-deviceinfo": message.toBase64() },
    redirect: "manual",
  });
  let pages = 0;
  for (let n = 0; n < MAX_STEPS; n++) {
    const response = await network(step, request);
    const { url } = request;
    cookies.keep(response);
    const go = (to: string, next: SetupStep, init: RequestInit = {}) => {
      step = next;
      const sent = { ...language, ...cookies.for(to), ...init.headers as Record<string, string> | undefined };
      request = new Request(to, { ...init, headers: sent, redirect: "manual" });
    };
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      const to = new URL(location, url).href;
      go(to, to.endsWith("/profile/") ? "profile" : "page");
      continue;
    }
    const update = await updateIn(response);
    if (update !== undefined) throw update;
    const body = await expectOk(response, "the web view");
    if (response.headers.get("content-type") === "application/x-apple-aspen-config") return body;
    const html = new TextDecoder().decode(body);
    pages++;
    if (options.leaves({ url, html, n: pages })) throw new WebViewLeft(url, pages);
    const form = formOf(html, url);
    if (form === undefined) throw new ServerRefused(200, "the web view", "a page without a form");
    go(form.action, "continue", {
      method: form.method,
      body: form.values.toString(),
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    });
  }
  throw new ServerRefused(310, "the web view", "the pages do not end");
}
