/**
 * The public address of an OTA enrollment, for a QR code or a link: everyone who has it gets the profile that begins the
 * enrollment.
 *
 * The address names the enrollment and proves knowledge of its secret without revealing it: a MAC of the id under the
 * secret. It ends with the secret (revoked, expired, used up, deleted). It needs no expiry of its own: everyone who
 * opened it may have kept the profile, which only the end of the secret invalidates.
 *
 * The attack: guessing addresses, or learning from answers which enrollments exist. The MAC has 192 bits and is
 * compared in constant time, requests are limited by address, and every refusal is the same `not-found`.
 *
 * @module
 */

import { timingSafeEqual } from "node:crypto";
import { encodeBase64Url } from "@std/encoding";
import { type EnrollmentSecretRow, findEnrollmentSecret } from "../../db/enrollment/enrollment_secrets.ts";
import { findOtaEnrollment, type OtaEnrollmentRow } from "../../db/enrollment/ota_enrollments.ts";
import { problem } from "../errors.ts";
import type { Caller } from "../events/by.ts";
import { recordRefusal } from "../events/refusals.ts";
import { signProfile } from "../issuing/profile_signer.ts";
import { addressKey, limitAttempts } from "../rate_limit.ts";
import type { Runtime } from "../runtime.ts";
import { otaProfile } from "./mdm_profile.ts";
import { refusalOf, revealEnrollmentSecret } from "./secrets.ts";

const LABEL = "espalier public enrollment address 1";
const MAC_BYTES = 24;
/** A school whose devices share one address opens the page and the profile once each. */
const LIMIT = { attempts: 2000, seconds: 900 };

async function macOf(secret: string, id: number): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const key = await crypto.subtle.importKey("raw", bytes(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, bytes(`${LABEL} ${id}`));
  return encodeBase64Url(mac.slice(0, MAC_BYTES));
}

/** Returns the path of the page, without the origin. */
export async function publicPath(
  runtime: Pick<Runtime, "keys">,
  enrollment: Pick<OtaEnrollmentRow, "id">,
  secret: EnrollmentSecretRow,
): Promise<string> {
  return `/enroll/${enrollment.id}-${await macOf(await revealEnrollmentSecret(runtime, secret), enrollment.id)}/`;
}

type Found = { enrollment: OtaEnrollmentRow; secret: string };

async function find(runtime: Runtime, address: string): Promise<Found | string> {
  const [, digits = "", mac = ""] = /^([1-9][0-9]{0,8})-([A-Za-z0-9_-]{32})$/.exec(address) ?? [];
  const enrollment = digits === "" ? undefined : await findOtaEnrollment(runtime.sql, Number(digits));
  const row = enrollment === undefined
    ? undefined
    : await findEnrollmentSecret(runtime.sql, enrollment.enrollmentSecretId);
  if (enrollment === undefined || row === undefined) return "unknown address";
  const secret = await revealEnrollmentSecret(runtime, row);
  const expected = new TextEncoder().encode(await macOf(secret, enrollment.id));
  if (!timingSafeEqual(expected, new TextEncoder().encode(mac))) return "unknown address";
  // Which devices may use it is seen when one does.
  return refusalOf({ ...row, serialNumbers: [], udids: [] }, {}, runtime.clock.now()) ?? { enrollment, secret };
}

/**
 * Returns the enrollment of an address. Throws `not-found` for every address that is not in use, and
 * `too-many-requests`.
 */
async function open(runtime: Runtime, by: Caller, address: string): Promise<Found> {
  await limitAttempts(runtime, `enroll:${addressKey(by.request.ip)}`, LIMIT);
  const found = await find(runtime, address);
  if (typeof found !== "string") return found;
  await recordRefusal(runtime.sql, runtime, by, {
    type: "enrollment_page_request",
    payload: { status: "failure", reason: found },
  });
  throw problem("not-found");
}

/** Returns the name that the page of an address shows. Throws as `open` does. */
export async function openPublicAddress(
  runtime: Runtime,
  by: Caller,
  address: string,
): Promise<{ displayName: string }> {
  const { enrollment: { displayName } } = await open(runtime, by, address);
  return { displayName };
}

/** Returns the signed profile that begins the enrollment of an address. Throws as `open` does. */
export async function downloadPublicProfile(
  runtime: Runtime,
  by: Caller,
  address: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const { enrollment, secret } = await open(runtime, by, address);
  return await signProfile(runtime, otaProfile(runtime, enrollment, secret));
}
