/**
 * Check-in and connect: the two addresses of an enrolled device. One address may serve both, so each takes either message.
 *
 * @module
 */

import type { Context, Hono } from "hono";
import { handleCheckin } from "../../src/conversation/checkin.ts";
import { handleConnect } from "../../src/conversation/connect.ts";
import { inTurn } from "../../src/conversation/turns.ts";
import { handleUnreadable } from "../../src/conversation/unreadable.ts";
import { isExpected } from "../../src/enrollment/expected.ts";
import { Problem, problem } from "../../src/errors.ts";
import { recordRefusal } from "../../src/events/refusals.ts";
import { claimedSender, senderOf } from "../../src/identity/sender.ts";
import { rememberCertificate } from "../../src/pki/certificate_cache.ts";
import { isCheckin, parseCheckin } from "../../src/protocol/checkin.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { parsePlist, PlistError } from "../../src/protocol/plist.ts";
import { parseReport } from "../../src/protocol/report.ts";
import type { AppEnv } from "../context.ts";
import { deviceOf } from "./by.ts";
import { evidenceOf } from "./evidence.ts";

/**
 * Bytes of a message. InstalledApplicationList of a full Mac has a few megabytes, and a custom command may answer more; the
 * largest check-in is a status report of 8 MB in base64.
 */
const BODY_LIMIT = { checkin: 16 * 1024 * 1024, connect: 32 * 1024 * 1024 };
/**
 * Values of a message: the list of 5,000 apps with 15 facts each has 80,000. The attack: millions of values in one
 * message, during whose parsing the process answers no other request.
 */
const MAX_VALUES = 200_000;
/** The limit for any client: more is read only if the certificate may be a device's. */
const STRANGERS_LIMIT = 64 * 1024;

async function serve(c: Context<AppEnv>, view: "checkin" | "connect"): Promise<Response> {
  const runtime = c.get("runtime");
  const by = deviceOf(c);
  try {
    const body = await c.get("body").read(BODY_LIMIT[view], {
      look: {
        beyond: STRANGERS_LIMIT,
        async allowed() {
          const claimed = claimedSender(evidenceOf(c, new Uint8Array()));
          if (!await isExpected(runtime, claimed)) {
            throw problem("too-large", undefined, { reason: "a large message from an unknown sender" });
          }
        },
      },
    });
    const sender = senderOf(evidenceOf(c, body));
    // Not before the sender is known: a property list of a stranger is not worth the time.
    const list = readable(() => parsePlist(body, { maxValues: MAX_VALUES }));
    // Told by the key in the list and never by the bytes: Data may be long and before it, and any text may have its name.
    if (!(list instanceof Error) && isCheckin(list)) {
      const message = readable(() => parseCheckin(list));
      if (message instanceof Error) throw badRequest(message);
      const answer = await inTurn(runtime, sender, () => handleCheckin(runtime, by, sender, message));
      rememberCertificate(sender);
      return new Response(answer.body, {
        status: 200,
        ...(answer.body === null ? {} : { headers: { "Content-Type": answer.type ?? "application/xml" } }),
      });
    }
    const report = list instanceof Error ? list : readable(() => parseReport(list, body));
    // An unreadable message at the check-in address is not the answer to a command.
    if (report instanceof Error && view === "checkin") throw badRequest(report);
    const command = await inTurn(
      runtime,
      sender,
      () =>
        report instanceof Error
          ? handleUnreadable(runtime, by, sender, {
            raw: body,
            error: report,
            ...(list instanceof Error ? {} : { list }),
          })
          : handleConnect(runtime, by, sender, report),
    );
    rememberCertificate(sender);
    return new Response(command, {
      status: 200,
      ...(command === null ? {} : { headers: { "Content-Type": "application/xml; charset=UTF-8" } }),
    });
  } catch (error) {
    // An error while an answer is written is ours: it is never the device's message that was bad.
    if (!(error instanceof Problem)) throw error;
    await recordRefusal(runtime.sql, runtime, by, {
      type: "mdm_request",
      payload: { status: "failure", view_name: view, reason: error.details.reason ?? error.message },
    });
    return new Response(error.message, { status: error.status, headers: error.details.headers ?? {} });
  }
}

type Unreadable = PlistError | ProtocolError;

/** Returns the result of `read`, or the reason why it failed. */
function readable<Message>(read: () => Message): Message | Unreadable {
  try {
    return read();
  } catch (error) {
    if (error instanceof PlistError || error instanceof ProtocolError) return error;
    throw error;
  }
}

const badRequest = (error: Unreadable) => problem("device-bad-request", undefined, { reason: error.message }, error);

/** Mounts the two addresses. */
export function mountMdm(app: Hono<AppEnv>): void {
  app.put("/public/mdm/checkin/", (c) => serve(c, "checkin"));
  app.put("/public/mdm/connect/", (c) => serve(c, "connect"));
}
