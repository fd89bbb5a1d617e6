/**
 * Automated Device Enrollment: the address that a device posts its MachineInfo to, and the pages of the web view.
 *
 * The attack on the pages: an operator who may write them, and may do little else, writes one with a script or a form that
 * acts under this server's address, and leads a more powerful operator to it, whose browser sends the cookie of their
 * session. So a page runs no scripts, and none of its forms leads anywhere but to the page itself: the policy says so,
 * whatever the page holds. It keeps its origin, because a browser sends the cookie of the visit with a form only to a
 * page of the same site; without scripts, the origin gives a page nothing to read or to send. The page is shown only to a
 * browser with the cookie of a visit, which a device gets for its signed message.
 *
 * @module
 */

import type { Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { answerAde } from "../../src/enrollment/ade.ts";
import {
  continueFromView,
  downloadWebProfile,
  enterWeb,
  showView,
  type WebRequest,
  type WebStep,
} from "../../src/enrollment/ade_web.ts";
import { MESSAGE_LIMIT, messageInHeader, refuseApplicant } from "../../src/enrollment/ade_message.ts";
import { type RequiredOs, softwareUpdateRequired } from "../../src/enrollment/os_gate.ts";
import { asRefusal } from "../../src/errors.ts";
import type { Caller } from "../../src/events/by.ts";
import { recordRefusal } from "../../src/events/refusals.ts";
import { attachment } from "../attachment.ts";
import { render } from "../admin/parts/page.tsx";
import type { AppEnv } from "../context.ts";
import { deviceOf } from "./by.ts";

/** Bytes of a page's form, which is read and left aside. */
const FORM_LIMIT = 64 * 1024;
const PROFILE_TYPE = "application/x-apple-aspen-config";
const DIRECT = "/public/mdm/dep_enroll/";
const WEB = "/public/mdm/dep_web_enroll/";
const COOKIE = "espalier_setup";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const LANGUAGE = /^[A-Za-z0-9-]{1,35}$/;

/** The sender of a request, without the secret in its address. */
function senderOf(c: Context<AppEnv>, path: string): Caller {
  const by = deviceOf(c, path);
  c.set("request", by.request);
  return by;
}

const updateFirst = (details: RequiredOs): Response =>
  new Response(JSON.stringify(softwareUpdateRequired(details)), {
    status: 403,
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
  });

const profileAnswer = (profile: Uint8Array<ArrayBuffer>): Response =>
  attachment(profile, PROFILE_TYPE, "espalier_mdm.mobileconfig");

const webPath = (c: Context<AppEnv>): string => `${WEB}${c.req.param("secret") ?? ""}/`;

function stepPath(c: Context<AppEnv>, step: WebStep): string {
  return step.kind === "profile" ? `${webPath(c)}profile/` : `${webPath(c)}custom_views/${step.id}/`;
}

/** Goes to a step. Nothing may keep the way that one device took. */
function goTo(c: Context<AppEnv>, step: WebStep): Response {
  c.header("Cache-Control", "no-store");
  return c.redirect(stepPath(c, step), c.req.method === "POST" ? 303 : 302);
}

const requestOf = (c: Context<AppEnv>): WebRequest => ({
  secret: c.req.param("secret") ?? "",
  token: getCookie(c, COOKIE),
});

/** Returns the page of a refusal, for the person in front of the device. */
function refusedPage(c: Context<AppEnv>, error: unknown): Response {
  const refusal = asRefusal(error);
  if (refusal === undefined) throw error;
  for (const [name, value] of Object.entries(refusal.details.headers ?? {})) c.header(name, value);
  c.header("Cache-Control", "no-store");
  const ours = refusal.code === "unavailable";
  return render(c, {
    title: ours ? "Not available" : "This device cannot enroll",
    status: refusal.status === 503 ? 503 : 400,
    body: (
      <p>
        {ours
          ? "The server cannot be used at the moment. Go back and try again."
          : "Go back and try again. If the problem persists, tell your administrator the serial number of this device."}
      </p>
    ),
  });
}

/** The policy of an operator's page: no script, no frame, and no form but its own. */
const pagePolicy = (action: string): string =>
  [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    "img-src data: https:",
    "font-src data:",
    `form-action ${action}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    // The profile at the end is a download.
    "sandbox allow-forms allow-same-origin allow-downloads",
  ].join("; ");

async function recordUnreadable(c: Context<AppEnv>, by: Caller, reason: string): Promise<void> {
  const runtime = c.get("runtime");
  const payload = { status: "failure", reason };
  await recordRefusal(runtime.sql, runtime, by, { type: "dep_enrollment_request", tags: ["heartbeat"], payload });
}

async function enter(c: Context<AppEnv>): Promise<Response> {
  const runtime = c.get("runtime");
  const by = senderOf(c, WEB);
  let message: Uint8Array;
  try {
    const header = c.req.header("x-apple-aspen-deviceinfo");
    if (header === undefined) throw refuseApplicant("Missing x-apple-aspen-deviceinfo header");
    message = messageInHeader(header);
  } catch (error) {
    await recordUnreadable(c, by, asRefusal(error)?.details.reason ?? "unreadable header");
    throw error;
  }
  const entry = await enterWeb(runtime, by, c.req.param("secret") ?? "", message);
  if (entry.kind === "update") return updateFirst(entry.details);
  setCookie(c, COOKIE, entry.token, {
    path: WEB,
    httpOnly: true,
    sameSite: "Lax",
    secure: runtime.config.BASE_URL.startsWith("https:"),
    expires: entry.expiresAt,
  });
  return goTo(c, entry.step);
}

function viewId(c: Context<AppEnv>): string {
  const id = (c.req.param("view") ?? "").toLowerCase();
  // One that no page has: the right step follows.
  return UUID.test(id) ? id : "";
}

async function view(c: Context<AppEnv>): Promise<Response> {
  const language = (c.req.header("accept-language") ?? "").split(",", 1)[0]?.split(";", 1)[0]?.trim() ?? "";
  const shown = await showView(c.get("runtime"), senderOf(c, `${WEB}custom_views/`), requestOf(c), {
    id: viewId(c),
    requestLanguage: LANGUAGE.test(language) ? language : "",
  });
  if (shown.kind === "step") return goTo(c, shown.step);
  const action = new URL(stepPath(c, { kind: "view", id: viewId(c) }), c.get("runtime").config.BASE_URL).href;
  return new Response(shown.html, {
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": pagePolicy(action),
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "no-store",
    },
  });
}

async function continued(c: Context<AppEnv>): Promise<Response> {
  const by = senderOf(c, `${WEB}custom_views/`);
  await c.get("body").read(FORM_LIMIT);
  return goTo(c, await continueFromView(c.get("runtime"), by, requestOf(c), viewId(c)));
}

async function profile(c: Context<AppEnv>): Promise<Response> {
  const found = await downloadWebProfile(c.get("runtime"), senderOf(c, `${WEB}profile/`), requestOf(c));
  return found.kind === "step" ? goTo(c, found.step) : profileAnswer(found.profile);
}

const asPage = (answer: (c: Context<AppEnv>) => Promise<Response>) => async (c: Context<AppEnv>): Promise<Response> => {
  try {
    return await answer(c);
  } catch (error) {
    return refusedPage(c, error);
  }
};

/** Mounts the addresses. */
export function mountAde(app: Hono<AppEnv>): void {
  app.post(`${DIRECT}:secret/`, async (c) => {
    const by = senderOf(c, DIRECT);
    try {
      const message = await c.get("body").read(MESSAGE_LIMIT);
      const answer = await answerAde(c.get("runtime"), by, c.req.param("secret"), message);
      return answer.kind === "update" ? updateFirst(answer.details) : profileAnswer(answer.profile);
    } catch (error) {
      const refusal = asRefusal(error);
      if (refusal === undefined) throw error;
      return new Response(refusal.message, { status: refusal.status, headers: refusal.details.headers ?? {} });
    }
  });
  app.get(`${WEB}:secret/`, asPage(enter));
  app.get(`${WEB}:secret/custom_views/:view/`, asPage(view));
  app.post(`${WEB}:secret/custom_views/:view/`, asPage(continued));
  app.get(`${WEB}:secret/profile/`, asPage(profile));
}
