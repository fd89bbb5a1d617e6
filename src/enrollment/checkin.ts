/**
 * The check-in protocol: what each message changes, and its answer.
 *
 * Source: Apple, "Check-in" (developer.apple.com/documentation/devicemanagement/check-in).
 *
 * @module
 */

import { ensureChannel, ensureUserChannel, setPushTarget } from "../../db/channels.ts";
import { updateSession } from "../../db/enrollment_sessions.ts";
import {
  endEnrollment,
  findBootstrapToken,
  insertEnrollment,
  updateEnrollment,
  upsertDevice,
} from "../../db/enrollments.ts";
import { findPinned, type IdentifiedRow, pinIdentity, retireOlderIdentities } from "../../db/identities.ts";
import { findOtaEnrollment } from "../../db/ota_enrollments.ts";
import type { Tx } from "../../db/open.ts";
import { addSecretTags } from "../../db/enrollment_tags.ts";
import { problem } from "../errors.ts";
import { recordEvents, type RequestInfo } from "../events/record.ts";
import { claimSession } from "../identity/claim.ts";
import type { Certificate } from "../pki/certificate.ts";
import { type Authenticate, type CheckinMessage, type TokenUpdate } from "../protocol/checkin.ts";
import { platformOfModel } from "../protocol/platform.ts";
import { buildPlist } from "../protocol/plist.ts";
import { SHARED_IPAD_USER_ID } from "../protocol/ids.ts";
import type { Runtime } from "../runtime.ts";
import { serveDeclarations } from "../declarations/serve.ts";
import { bindRenewal } from "./renewal.ts";

/** The answer to a message: 200 with a property list, with JSON, or with nothing. */
export type CheckinAnswer = { body: Uint8Array<ArrayBuffer> | null; type?: "application/xml" | "application/json" };

const EMPTY: CheckinAnswer = { body: null };
/**
 * Users of one enrollment that have a channel of their own. A Mac in a classroom has some dozens. The attack: one enrolled
 * device with hundreds of invented users, each of which is planned for and pushed.
 */
const MOST_USERS = 40;
const refuse = (reason: string) => problem("device-not-identified", undefined, { reason });

/** Handles one message of a verified sender. Throws Problem; nothing is changed then. */
export async function handleCheckin(
  runtime: Runtime,
  sender: Certificate,
  message: CheckinMessage,
  request: RequestInfo,
): Promise<CheckinAnswer> {
  return await runtime.sql.begin(async (tx) => {
    if (message.messageType === "Authenticate") return await authenticate(tx, runtime, sender, message, request);
    const enrollment = await identify(tx, runtime, sender, message);
    const event = (payload: Record<string, unknown> = {}, status = "success") =>
      recordEvents(tx, runtime, request, [{
        type: "mdm_request",
        serialNumber: enrollment.serialNumber,
        tags: ["heartbeat"],
        objects: { device: [enrollment.deviceId] },
        payload: {
          status,
          view_name: "checkin",
          message_type: message.messageType === "Unsupported" ? message.name : message.messageType,
          udid: enrollment.udid,
          user_id: message.ids.userKey,
          ...payload,
        },
      }]);
    switch (message.messageType) {
      case "TokenUpdate":
        if (await tokenUpdate(tx, runtime, sender, enrollment, message)) {
          await event({ token_type: message.ids.channel === "Device" ? "device" : "user" });
        } else {
          const reason = `the enrollment has ${MOST_USERS} users, no further one is managed`;
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
        }, runtime.clock.now());
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
        await endEnrollment(tx, enrollment.deviceId, runtime.clock.now());
        await event();
        return EMPTY;
      case "UserAuthenticate":
        // 410 tells a Mac that this server manages no network users; it goes on with local ones.
        throw problem("device-user-unmanaged", undefined, { reason: "UserAuthenticate is answered with 410" });
      case "DeclarativeManagement": {
        const { endpoint } = message;
        const answer = await serveDeclarations(tx, runtime, request, enrollment, message);
        await event({ endpoint });
        return answer === null
          ? EMPTY
          : { body: new TextEncoder().encode(JSON.stringify(answer)), type: "application/json" };
      }
      case "GetToken":
      case "Unsupported":
        throw problem("device-unsupported", undefined, {
          reason: `${message.messageType === "Unsupported" ? message.name : message.messageType} is not supported`,
        });
    }
  });
}

const bootstrapContext = (id: number) => ({ table: "enrollments", column: "bootstrap_token_sealed", id });

/** The enrollment that the sender's certificate is pinned to, when the message is that device's. */
async function identify(
  tx: Tx,
  runtime: Runtime,
  sender: Certificate,
  message: CheckinMessage,
): Promise<IdentifiedRow> {
  const pinned = await findPinned(tx, sender.fingerprint);
  if (pinned === undefined) return await bindRenewedIdentity(tx, runtime, sender, message.ids.deviceKey);
  // The attack: a device speaks in the name of another one.
  if (pinned.udid !== message.ids.deviceKey) throw refuse("UDID mismatch: cloned identity");
  if (pinned.endedAt !== null) throw refuse("the enrollment of this certificate has ended");
  return pinned;
}

/** The enrollment of a renewed identity, which speaks for the first time. Throws `device-not-identified`. */
export async function bindRenewedIdentity(
  tx: Tx,
  runtime: Runtime,
  sender: Certificate,
  deviceKey: string,
): Promise<IdentifiedRow> {
  const claim = await claimSession(tx, runtime, sender);
  if (!claim.renewal) throw refuse("the device certificate is not pinned to an enrollment");
  return await bindRenewal(tx, runtime, sender, claim, deviceKey);
}

async function authenticate(
  tx: Tx,
  runtime: Runtime,
  sender: Certificate,
  message: Authenticate,
  request: RequestInfo,
): Promise<CheckinAnswer> {
  const now = runtime.clock.now();
  const udid = message.ids.deviceKey;
  const known = await findPinned(tx, sender.fingerprint);
  if (known !== undefined) {
    // The attack: a copied identity on other hardware. The same device repeating itself lost our answer.
    if (known.udid !== udid) throw refuse("UDID mismatch: cloned identity");
    if (known.endedAt !== null) throw refuse("the enrollment of this certificate has ended");
    return EMPTY;
  }
  const claim = await claimSession(tx, runtime, sender);
  if (claim.renewal) {
    const enrolled = await bindRenewal(tx, runtime, sender, claim, udid);
    if (enrolled.blockedAt !== null) throw problem("device-blocked", undefined, { reason: "Device blocked" });
    await recordEvents(tx, runtime, request, [{
      type: "mdm_request",
      serialNumber: enrolled.serialNumber,
      tags: ["heartbeat"],
      objects: { device: [enrolled.deviceId] },
      payload: {
        status: "success",
        view_name: "checkin",
        message_type: "Authenticate",
        udid,
        new_enrolled_device: false,
        reenrollment: true,
        enrollment_session: { pk: claim.session.id, type: claim.session.kind, status: "AUTHENTICATED" },
      },
    }]);
    return EMPTY;
  }
  const { session } = claim;
  const serialNumber = message.serialNumber ?? message.ids.enrollmentId ?? session.serialNumber ?? "";
  const differs = (limit: string | null, value: string) =>
    limit !== null && limit.toLowerCase() !== value.toLowerCase();
  if (differs(session.serialNumber, serialNumber)) throw refuse("serial number mismatch with the enrollment session");
  if (differs(session.udid, udid)) throw refuse("UDID mismatch with the enrollment session");
  if (session.status !== "PHASE_3" && session.status !== "STARTED") {
    throw refuse(`the enrollment session is ${session.status}, it should be PHASE_3 or STARTED`);
  }
  const enrollment = session.otaEnrollmentId === null
    ? undefined
    : await findOtaEnrollment(tx, session.otaEnrollmentId);
  if (enrollment === undefined || enrollment.topic !== message.topic) throw refuse("unknown topic");
  const device = await upsertDevice(tx, udid, serialNumber, now);
  if (device.blockedAt !== null) throw problem("device-blocked", undefined, { reason: "Device blocked" });
  const previous = await endEnrollment(tx, device.id, now);
  const model = message.productName ?? message.model ?? "";
  const enrollmentId = await insertEnrollment(tx, {
    deviceId: device.id,
    sessionId: session.id,
    pushCertificateId: enrollment.pushCertificateId,
    name: message.deviceName ?? "",
    model,
    platform: message.osVersion === undefined ? null : platformOfModel(model, message.osVersion),
    osVersion: message.osVersion ?? "",
    buildVersion: message.buildVersion ?? "",
    userEnrollment: message.ids.udid === undefined,
    blueprintId: enrollment.blueprintId,
  }, now);
  await pinIdentity(tx, sender.fingerprint, enrollmentId, sender.notAfter, now);
  await updateSession(tx, session.id, { status: "AUTHENTICATED", serialNumber, udid, enrollmentId }, now);
  if (serialNumber !== "") await addSecretTags(tx, enrollment.enrollmentSecretId, serialNumber, now);
  await recordEvents(tx, runtime, request, [{
    type: "mdm_request",
    serialNumber,
    tags: ["heartbeat"],
    objects: { device: [device.id] },
    payload: {
      status: "success",
      view_name: "checkin",
      message_type: "Authenticate",
      udid,
      new_enrolled_device: previous === undefined,
      reenrollment: false,
      enrollment_session: { pk: session.id, type: session.kind, status: "AUTHENTICATED" },
      ota_enrollment: { pk: enrollment.id, name: enrollment.name },
    },
  }]);
  return EMPTY;
}

/** Takes a TokenUpdate; answers false when the user is one too many. */
async function tokenUpdate(
  tx: Tx,
  runtime: Runtime,
  sender: Certificate,
  enrollment: IdentifiedRow,
  message: TokenUpdate,
): Promise<boolean> {
  const now = runtime.clock.now();
  await retireOlderIdentities(tx, enrollment.enrollmentId, sender.fingerprint, now);
  // Shared iPad's placeholder names nobody.
  const { userKey } = message.ids;
  if (userKey === SHARED_IPAD_USER_ID) return true;
  const id = userKey === undefined
    ? await ensureChannel(tx, enrollment.enrollmentId, "", now)
    : await ensureUserChannel(tx, enrollment.enrollmentId, userKey, MOST_USERS, now);
  if (id === undefined) return false;
  await setPushTarget(tx, id, {
    shortName: message.userShortName ?? "",
    longName: message.userLongName ?? "",
    token: message.token,
    magicSealed: await runtime.keys.seal(message.pushMagic, { table: "channels", column: "push_magic_sealed", id }),
    pushDueAt: new Date(now.getTime() + runtime.config.PUSH_MIN_TARGET_AGE * 1000),
  }, now);
  if (message.ids.channel !== "Device") return true;
  await updateEnrollment(tx, enrollment.enrollmentId, {
    // Absent means unchanged for both.
    ...(message.awaitingConfiguration === undefined ? {} : { awaitingConfiguration: message.awaitingConfiguration }),
    ...(message.unlockToken === undefined ? {} : {
      unlockTokenSealed: await runtime.keys.seal(message.unlockToken, {
        table: "enrollments",
        column: "unlock_token_sealed",
        id: enrollment.enrollmentId,
      }),
    }),
  }, now);
  await updateSession(tx, enrollment.sessionId, {
    status: "COMPLETED",
    serialNumber: enrollment.serialNumber,
    udid: enrollment.udid,
    enrollmentId: enrollment.enrollmentId,
  }, now);
  return true;
}
