/**
 * TokenUpdate: how a channel is pushed.
 *
 * Devices send it when they enroll and whenever something of it may have changed, so nearly all of them change nothing, or only
 * the channel. Those take one look, and one statement if there is a change; the others, which end a session or an identity,
 * bring a new user or a new name, take a transaction.
 *
 * Source: Apple, "TokenUpdate" (developer.apple.com/documentation/devicemanagement/token-update).
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { completeSession } from "../../db/enrollment/enrollment_sessions.ts";
import { updateEnrollment } from "../../db/enrollment/enrollments.ts";
import {
  findTokenSender,
  type IdentifiedRow,
  retireOlderIdentities,
  type TokenSenderRow,
} from "../../db/enrollment/identities.ts";
import { ensureChannel, ensureUserChannel, renewPushTarget, setPushTarget } from "../../db/work/channels.ts";
import { setNextAction } from "../../db/work/commands.ts";
import { unlockContext } from "../enrollment/unlock_token.ts";
import { problem } from "../errors.ts";
import type { Caller } from "../events/by.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { TokenUpdate } from "../protocol/checkin.ts";
import { SHARED_IPAD_USER_ID } from "../protocol/ids.ts";
import type { Runtime } from "../runtime.ts";
import { redeliver } from "../variables/redeliver.ts";
import { checkinEvent } from "./checkin_event.ts";
import type { Exchange } from "./conversation.ts";

/**
 * Users of one enrollment that have a channel of their own. A Mac in a classroom has some dozens. The attack: one enrolled
 * device with hundreds of invented users, each of which is planned for and pushed.
 */
export const MOST_USERS = 40;

/** Returns the name of the channel in the event of a TokenUpdate. */
export const tokenTypeOf = ({ ids }: TokenUpdate): string => ids.channel === "Device" ? "device" : "user";

/** Whether a TokenUpdate changes only how a known channel is pushed. */
function isRoutine(sender: TokenSenderRow | undefined, message: TokenUpdate): sender is TokenSenderRow {
  return sender !== undefined && sender.channelId !== null && sender.settled && sender.udid === message.ids.deviceKey &&
    !sender.suspended && sender.endedAt === null && sender.blockedAt === null && sender.topic === message.topic &&
    // Absent means unchanged.
    (message.userShortName ?? sender.shortName) === sender.shortName &&
    (message.userLongName ?? sender.longName) === sender.longName &&
    (message.awaitingConfiguration ?? sender.awaitingConfiguration) === sender.awaitingConfiguration &&
    message.ids.userKey !== SHARED_IPAD_USER_ID;
}

const pushDueAt = (runtime: Runtime, now: Date) => new Date(now.getTime() + runtime.config.PUSH_MIN_TARGET_AGE * 1000);
const magicContext = (id: number) => ({ table: "channels", column: "push_magic_sealed", id });

/** Whether a routine TokenUpdate says what is known already. */
async function isKnown({ keys }: Runtime, sender: TokenSenderRow, message: TokenUpdate): Promise<boolean> {
  const { channelId, enrollmentId, pushed, pushToken, magicSealed, unlockTokenSealed } = sender;
  if (channelId === null || !pushed || pushToken === null || magicSealed === null) return false;
  if (Buffer.compare(pushToken, message.token) !== 0) return false;
  if (!await keys.holds(magicSealed, message.pushMagic, magicContext(channelId))) return false;
  const { unlockToken } = message;
  return unlockToken === undefined || message.ids.channel !== "Device" ||
    (unlockTokenSealed !== null && await keys.holds(unlockTokenSealed, unlockToken, unlockContext(enrollmentId)));
}

/** Processes a routine TokenUpdate; returns false, and changes nothing, when it is not. */
export async function takeRoutineTokenUpdate(
  runtime: Runtime,
  by: Caller,
  certificate: Certificate,
  message: TokenUpdate,
): Promise<boolean> {
  const sender = await findTokenSender(runtime.sql, certificate.fingerprint, message.ids.userKey ?? "");
  if (!isRoutine(sender, message) || sender.channelId === null) return false;
  const { channelId, enrollmentId } = sender;
  const now = runtime.clock.now();
  const ofDevice = message.ids.channel === "Device";
  const kept = await isKnown(runtime, sender, message) || await renewPushTarget(runtime.sql, certificate.fingerprint, {
    channelId,
    token: message.token,
    magicSealed: await runtime.keys.seal(message.pushMagic, magicContext(channelId)),
    pushDueAt: pushDueAt(runtime, now),
    unlockTokenSealed: !ofDevice || message.unlockToken === undefined
      ? null
      : await runtime.keys.seal(message.unlockToken, unlockContext(enrollmentId)),
  }, now);
  if (kept) {
    runtime.routine.record(
      by,
      checkinEvent(sender, message, { status: "success", token_type: tokenTypeOf(message) }),
    );
  }
  return kept;
}

/** Processes any TokenUpdate; returns false if the enrollment has too many users. Throws `device-bad-request`. */
export async function takeTokenUpdate(
  { tx, runtime, sender, now }: Exchange,
  enrollment: IdentifiedRow,
  message: TokenUpdate,
): Promise<boolean> {
  // Pushes of this enrollment go out under its own topic: with another one the device would never hear of us.
  if (enrollment.topic !== message.topic) {
    throw problem("device-bad-request", undefined, {
      reason: `the topic is "${message.topic}", that of the enrollment is "${enrollment.topic}"`,
    });
  }
  if (message.ids.channel === "Device") {
    // Before the channel, as a renewed identity's first message locks them: two at once do not wait for each other.
    await completeSession(tx, enrollment.sessionId, enrollment, now);
  }
  await retireOlderIdentities(tx, enrollment.enrollmentId, sender.fingerprint, now);
  // Shared iPad's placeholder names no user.
  const { userKey } = message.ids;
  if (userKey === SHARED_IPAD_USER_ID) return true;
  const id = userKey === undefined
    ? await ensureChannel(tx, enrollment.enrollmentId, "", now)
    : await ensureUserChannel(tx, enrollment.enrollmentId, userKey, MOST_USERS, now);
  if (id === undefined) return false;
  const renamed = await setPushTarget(tx, id, {
    // Absent means unchanged, here and below.
    shortName: message.userShortName ?? null,
    longName: message.userLongName ?? null,
    token: message.token,
    magicSealed: await runtime.keys.seal(message.pushMagic, magicContext(id)),
    pushDueAt: pushDueAt(runtime, now),
  }, now);
  if (renamed) {
    await redeliver(tx, runtime, { channelId: id }, ["ENROLLED_USER.LONG_NAME", "ENROLLED_USER.SHORT_NAME"], "device");
  }
  if (message.ids.channel !== "Device") return true;
  await updateEnrollment(tx, enrollment.enrollmentId, {
    ...(message.awaitingConfiguration === undefined ? {} : { awaitingConfiguration: message.awaitingConfiguration }),
    ...(message.unlockToken === undefined ? {} : {
      unlockTokenSealed: await runtime.keys.seal(message.unlockToken, unlockContext(enrollment.enrollmentId)),
    }),
  }, now);
  // Inside and outside of Setup Assistant, devices have different needs.
  if (message.awaitingConfiguration !== undefined) await setNextAction(tx, id, now);
  return true;
}
