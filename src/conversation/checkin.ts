/**
 * The check-in protocol: the effects of each message, and its answer.
 *
 * Source: Apple, "Check-in" (developer.apple.com/documentation/devicemanagement/check-in).
 *
 * @module
 */

import { endEnrollment, findBootstrapToken, updateEnrollment } from "../../db/enrollment/enrollments.ts";
import { findChannelOf, findPinned, type IdentifiedRow } from "../../db/enrollment/identities.ts";
import type { Json, Statement } from "../../db/open.ts";
import { forgetPushTarget } from "../../db/work/channels.ts";
import type { EnrollmentId } from "../../db/ids.ts";
import { TOGETHER } from "../../db/supervised_pool.ts";
import { authenticate } from "../enrollment/authenticate.ts";
import { bindRenewedIdentity } from "../enrollment/renewal.ts";
import { Problem, problem } from "../errors.ts";
import type { Caller } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import { alertAndThrow, AlertingProblem } from "../identity/alert.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { CheckinMessage } from "../protocol/checkin.ts";
import { buildPlist } from "../protocol/plist.ts";
import type { Runtime } from "../runtime.ts";
import { checkinEvent } from "./checkin_event.ts";
import type { Exchange } from "./conversation.ts";
import { serveDeclarations, servePrepared } from "./declarative.ts";
import { MOST_USERS, takeRoutineTokenUpdate, takeTokenUpdate, tokenTypeOf } from "./token_update.ts";

/** The answer to a message: 200 with a property list, with JSON, or with nothing. */
export type CheckinAnswer = { body: Uint8Array<ArrayBuffer> | null; type?: "application/xml" | "application/json" };

const EMPTY: CheckinAnswer = { body: null };
const jsonAnswer = (json: Json): CheckinAnswer => ({
  body: new TextEncoder().encode(JSON.stringify(json)),
  type: "application/json",
});
const refuse = (reason: string) => problem("device-not-identified", undefined, { reason });

/** Handles one message of a verified sender. Throws Problem; nothing is changed then but claims and alerts. */
export async function handleCheckin(
  runtime: Runtime,
  by: Caller,
  sender: Certificate,
  message: CheckinMessage,
): Promise<CheckinAnswer> {
  try {
    if (message.messageType === "TokenUpdate" && await takeRoutineTokenUpdate(runtime, by, sender, message)) {
      return EMPTY;
    }
    if (message.messageType === "DeclarativeManagement") {
      const prepared = await servePrepared(runtime, by, sender, message);
      if (prepared !== undefined) return jsonAnswer(prepared);
    }
    let outcome: CheckinAnswer | Problem = EMPTY;
    const last: Statement[] = [];
    const afterwards: (() => void)[] = [];
    await runtime.sql.begin(TOGETHER, async (tx) => {
      outcome = await answer({ tx, runtime, by, sender, last, afterwards, now: runtime.clock.now() }, message);
      return last;
    });
    for (const work of afterwards) work();
    // Thrown here, since it leaves a claim behind.
    if (outcome instanceof Problem) throw outcome;
    return outcome;
  } catch (error) {
    return await alertAndThrow(runtime, by, error);
  }
}

async function answer(exchange: Exchange, message: CheckinMessage): Promise<CheckinAnswer | Problem> {
  const { tx, runtime, by, sender, now } = exchange;
  if (message.messageType === "Authenticate") {
    return await authenticate(tx, runtime, by, sender, message) ?? EMPTY;
  }
  const declarative = message.messageType === "DeclarativeManagement";
  // Sent together.
  const [enrollment, channelId] = await Promise.all([
    identify(exchange, message),
    declarative ? findChannelOf(tx, sender.fingerprint, message.ids.userKey ?? "") : undefined,
  ]);
  // The attack: a blocked device, or an attacker with its key, continues to read its escrowed tokens until it connects
  // and is released.
  if (enrollment.blockedAt !== null && message.messageType !== "CheckOut") {
    throw problem("device-blocked", undefined, { reason: "Device blocked" });
  }
  const event = (payload: Record<string, unknown> = {}, status = "success") =>
    recordEvents(tx, runtime, by, [checkinEvent(enrollment, message, { status, ...payload })]);
  switch (message.messageType) {
    case "TokenUpdate":
      if (await takeTokenUpdate(exchange, enrollment, message)) {
        await event({ token_type: tokenTypeOf(message) });
      } else {
        const reason = `the enrollment already has ${MOST_USERS} users, which is the maximum`;
        await event({ token_type: "user", reason }, "warning");
      }
      return EMPTY;
    case "SetBootstrapToken": {
      const token = message.bootstrapToken;
      await updateEnrollment(tx, enrollment.enrollmentId, {
        bootstrapTokenSealed: token === undefined || token.length === 0
          ? null
          : await runtime.keys.seal(token, bootstrapContext(enrollment.enrollmentId)),
        ...(message.awaitingConfiguration === undefined
          ? {}
          : { awaitingConfiguration: message.awaitingConfiguration }),
      }, now);
      await event();
      return EMPTY;
    }
    case "GetBootstrapToken": {
      const sealed = await findBootstrapToken(tx, enrollment.enrollmentId);
      await event({}, sealed === null ? "warning" : "success");
      // Before any escrow an empty answer is a normal one.
      const token = sealed === null
        ? new Uint8Array()
        : await runtime.keys.open(sealed, bootstrapContext(enrollment.enrollmentId));
      return { body: buildPlist({ BootstrapToken: token }) };
    }
    case "CheckOut":
      // The attack: a user of a Mac ends its management. A user's message affects at most that user's channel.
      if (message.ids.userKey !== undefined) {
        await forgetPushTarget(tx, enrollment.enrollmentId, message.ids.userKey, now);
        await event({ reason: "a user channel cannot check out the device" }, "warning");
        return EMPTY;
      }
      await endEnrollment(tx, enrollment.deviceId, now);
      await event();
      return EMPTY;
    case "UserAuthenticate":
      // 410 informs a Mac that this server manages no network users; it continues with local ones.
      throw problem("device-user-unmanaged", undefined, { reason: "UserAuthenticate is answered with 410" });
    case "DeclarativeManagement": {
      const { endpoint } = message;
      const { json, reason } = await serveDeclarations(exchange, enrollment, channelId, message);
      if (reason === undefined) {
        const event = checkinEvent(enrollment, message, { status: "success", endpoint });
        exchange.afterwards.push(() => runtime.routine.record(by, event));
      } else await event({ endpoint, reason }, "warning");
      return json === null ? EMPTY : jsonAnswer(json);
    }
    case "GetToken":
    case "Unsupported":
      throw problem("device-unsupported", undefined, {
        reason: `${message.messageType === "Unsupported" ? message.name : message.messageType} is not supported`,
      });
  }
}

const bootstrapContext = (id: EnrollmentId) => ({ table: "enrollments", column: "bootstrap_token_sealed", id });

/** Returns the enrollment that the sender's certificate is pinned to, when the message is that device's. */
async function identify({ tx, runtime, sender }: Exchange, message: CheckinMessage): Promise<IdentifiedRow> {
  const pinned = await findPinned(tx, sender.fingerprint);
  if (pinned === undefined) return await bindRenewedIdentity(tx, runtime, sender, message.ids.deviceKey);
  // The attack: a device sends messages in the name of another one. A device always spells its own UDID the same way.
  if (pinned.udid !== message.ids.deviceKey) {
    const alert = { kind: "cloned identity", owner: pinned, fingerprint: sender.fingerprint } as const;
    throw new AlertingProblem("UDID mismatch: cloned identity", alert);
  }
  if (pinned.suspended) {
    // A device that removes the profile meanwhile is no longer enrolled, restored or not.
    if (message.messageType === "CheckOut") return pinned;
    // Not 401: a deleted device stays enrolled, so that it can be restored.
    throw problem("device-deleted", undefined, { reason: "Device deleted" });
  }
  if (pinned.endedAt !== null) throw refuse("the enrollment of this certificate has ended");
  return pinned;
}
