/**
 * The one decision about the UDID and the serial number that an Authenticate states. Pure.
 *
 * @module
 */

import type { ClaimReason } from "../../db/enrollment/enrollment_claims.ts";
import type { HardwareFacts } from "../../db/devices/hardware.ts";

/**
 * The proofs that a device is the hardware that it claims to be.
 *
 * `takeover`: hardware that is enrolled now may enroll, and its previous enrollment ends. `proves`: the hardware's tags
 * and values, and what they lead to, are this enrollment's. An enrollment by attestation of that very hardware is a line of
 * this table with both.
 *
 * - `word`: the device's own. Any holder of the enrollment's profile can state it.
 * - `apple device`: phase 2 of an over-the-air enrollment, signed by a certificate under Apple's device authority. It
 *   proves that
 *   the key is one which Apple certified for a device; the certificate names neither serial number nor UDID, and the
 *   software of any Mac that holds such a key can sign those of another.
 * - `limited profile`: an operator downloaded the profile for this serial number and this UDID. It may lie around for
 *   30 days,
 *   so that it does not end an enrollment.
 * - `device assignment`: a message as above, whose serial number Apple has assigned to the virtual server of the
 *   enrollment, under an address that Apple gives only to devices that are assigned. What remains: somebody who has
 *   extracted a key that Apple certified for any device, and knows the address and the serial number. Hardware that is
 *   wiped comes back this way without an operator, so that it takes over.
 * - `return to service`: the server sent the profile to the enrolled device itself, with the command that erased it.
 * - `confirmation`: an operator confirmed this claim.
 * - `setting`: the enrollment says "re-enrollment without confirmation".
 */
const EVIDENCE = {
  "word": { takeover: false, proves: false },
  "apple device": { takeover: false, proves: false },
  "limited profile": { takeover: false, proves: true },
  "device assignment": { takeover: true, proves: true },
  "return to service": { takeover: true, proves: true },
  "confirmation": { takeover: true, proves: true },
  "setting": { takeover: true, proves: true },
} as const satisfies Record<string, { takeover: boolean; proves: boolean }>;

/** The proof of a device's hardware. */
export type HardwareEvidence = keyof typeof EVIDENCE;

/** The outcome. */
export type HardwareVerdict =
  | { kind: "blocked" }
  /** It is refused, and recorded as a claim. */
  | { kind: "claim"; reason: ClaimReason }
  | { kind: "enroll"; proven: boolean };

/** Whether two ids are the same: Apple's devices always spell theirs alike, and an attacker might not. */
export const sameId = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Decides about a device with that serial number ("" if it states none). */
export function judgeHardware(facts: HardwareFacts, serialNumber: string, evidence: HardwareEvidence): HardwareVerdict {
  const { device, others } = facts;
  if (facts.blocked) return { kind: "blocked" };
  const known = device?.serialNumber ?? "";
  if (known !== "" && serialNumber !== "" && !sameId(known, serialNumber)) {
    return { kind: "claim", reason: "serial number changed" };
  }
  const { takeover, proves } = EVIDENCE[evidence];
  if (device?.enrolled === true && !takeover) return { kind: "claim", reason: "udid enrolled" };
  if (others.length > 0 && !takeover) return { kind: "claim", reason: "serial number enrolled" };
  // Unknown hardware has nothing that could be taken from it.
  const isNew = device === undefined && !facts.serialKnown && !facts.prepared;
  return { kind: "enroll", proven: isNew || proves };
}
