/**
 * The sender that a message states. A claim: `src/identity` compares it with the certificate.
 *
 * Promise: a device key is always there, ids are text of 1 to 255 characters, and a user id, in whichever of its two
 * keys, means the user channel.
 *
 * @module
 */

import { ProtocolError } from "./errors.ts";
import { get, kindOf, type PlistDict } from "./plist.ts";
import { present } from "./present.ts";

const LONGEST = 255;

/** The ids of a check-in message or a command report, as Apple's keys UDID, EnrollmentID, UserID, EnrollmentUserID. */
export type Ids = {
  udid?: string;
  enrollmentId?: string;
  userId?: string;
  enrollmentUserId?: string;
  /** UDID, else EnrollmentID. */
  deviceKey: string;
  /** UserID, else EnrollmentUserID; absent on the device channel. */
  userKey?: string;
  channel: "Device" | "User";
};

/** Shared iPad sends this UserID for every user: it identifies no user. */
export const SHARED_IPAD_USER_ID = "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF";

/** Returns the ids of `body`; `what` names the message in errors. Throws `ProtocolError`. */
export function parseIds(body: PlistDict, what: string): Ids {
  const udid = id(body, "UDID", what);
  const enrollmentId = id(body, "EnrollmentID", what);
  const userId = id(body, "UserID", what);
  const enrollmentUserId = id(body, "EnrollmentUserID", what);
  const deviceKey = udid ?? enrollmentId;
  if (deviceKey === undefined) throw new ProtocolError(`Cannot read ${what}: "UDID" and "EnrollmentID" are missing`);
  const userKey = userId ?? enrollmentUserId;
  return present({
    udid,
    enrollmentId,
    userId,
    enrollmentUserId,
    deviceKey,
    userKey,
    channel: userKey === undefined ? "Device" as const : "User" as const,
  });
}

/**
 * Returns an id; an empty one counts as absent. One of another type is an error rather than absent: a UserID that is
 * not text must not turn a user's message into the device's.
 */
function id(body: PlistDict, key: string, what: string): string | undefined {
  const value = get(body, key);
  if (value === undefined || value === "") return undefined;
  if (typeof value !== "string") {
    throw new ProtocolError(`Cannot read ${what}: "${key}" is ${kindOf(value)}, it should be a string`);
  }
  if (value.length > LONGEST) {
    throw new ProtocolError(`Cannot read ${what}: "${key}" has ${value.length} characters, ${LONGEST} are accepted`);
  }
  return value;
}
