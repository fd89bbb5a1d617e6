/**
 * Check-in and connect: the two addresses of an enrolled device. One address may serve both, so each takes either message.
 *
 * @module
 */

import type { Context, Hono } from "hono";
import { handleConnect, handleUnreadable } from "../../src/commands/service.ts";
import { handleCheckin } from "../../src/enrollment/checkin.ts";
import { Problem, problem } from "../../src/errors.ts";
import { recordRefusal } from "../../src/events/refusals.ts";
import { isExpected } from "../../src/identity/expected.ts";
import { claimedSender, senderOf } from "../../src/identity/sender.ts";
import { rememberCertificate } from "../../src/pki/certificate_cache.ts";
import { parseCheckin } from "../../src/protocol/checkin.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { get, isDict, parsePlist, PlistError } from "../../src/protocol/plist.ts";
import { parseReport } from "../../src/protocol/report.ts";
import type { AppEnv } from "../context.ts";
import { evidenceOf } from "./evidence.ts";

/** InstalledApplicationList of a full Mac has a few megabytes. */
const BODY_LIMIT = 32 * 1024 * 1024;
/** What anybody may send: more is read only of a certificate that may be a device's. */
const STRANGERS_LIMIT = 64 * 1024;

async function serve(c: Context<AppEnv>, view: "checkin" | "connect"): Promise<Response> {
  const runtime = c.get("runtime");
  const request = c.get("request");
  try {
    const body = await c.get("body").read(BODY_LIMIT, {
      look: {
        beyond: STRANGERS_LIMIT,
        async allowed() {
          const claimed = claimedSender(evidenceOf(c, new Uint8Array()));
          if (!await isExpected(runtime, claimed)) {
            throw problem("too-large", undefined, { reason: "a large message of a stranger" });
          }
        },
      },
    });
    const sender = senderOf(evidenceOf(c, body));
    if (isCheckin(body)) {
      const message = parsed(parseCheckin, body);
      if (message instanceof Error) throw badRequest(message);
      const answer = await handleCheckin(runtime, sender, message, request);
      rememberCertificate(sender);
      return new Response(answer.body, {
        status: 200,
        ...(answer.body === null ? {} : { headers: { "Content-Type": answer.type ?? "application/xml" } }),
      });
    }
    const report = parsed(parseReport, body);
    const command = report instanceof Error
      ? await handleUnreadable(runtime, sender, body, report, request)
      : await handleConnect(runtime, sender, report, request);
    rememberCertificate(sender);
    return new Response(command, {
      status: 200,
      ...(command === null ? {} : { headers: { "Content-Type": "application/xml; charset=UTF-8" } }),
    });
  } catch (error) {
    // An error while an answer is written is ours: it is never the device's message that was bad.
    if (!(error instanceof Problem)) throw error;
    await recordRefusal(runtime.sql, runtime, request, {
      type: "mdm_request",
      payload: { status: "failure", view_name: view, reason: error.details.reason ?? error.message },
    });
    return new Response(error.message, { status: error.status, headers: error.details.headers ?? {} });
  }
}

type Unreadable = PlistError | ProtocolError;

/** The message in a body, or why there is none. */
function parsed<Message>(parse: (body: Uint8Array) => Message, body: Uint8Array): Message | Unreadable {
  try {
    return parse(body);
  } catch (error) {
    if (error instanceof PlistError || error instanceof ProtocolError) return error;
    throw error;
  }
}

const badRequest = (error: Unreadable) => problem("device-bad-request", undefined, { reason: error.message }, error);

/**
 * Whether a body is a check-in: those have a MessageType, reports a Status. XML and binary lists hold the key's text, and so
 * may the answer to a command; only then is the list read to see.
 */
function isCheckin(body: Uint8Array): boolean {
  const start = new TextDecoder("latin1").decode(body.subarray(0, 1 << 16));
  if (!start.includes("MessageType")) return false;
  try {
    const message = parsePlist(body);
    return isDict(message) && get(message, "MessageType") !== undefined;
  } catch (error) {
    if (!(error instanceof PlistError)) throw error;
    return !start.includes("CommandUUID");
  }
}

/** Mounts the two addresses. */
export function mountMdm(app: Hono<AppEnv>): void {
  app.put("/public/mdm/checkin/", (c) => serve(c, "checkin"));
  app.put("/public/mdm/connect/", (c) => serve(c, "connect"));
}
