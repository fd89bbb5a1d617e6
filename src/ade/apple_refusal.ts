/**
 * What Apple answers to a profile that it does not take, as a refusal of the form.
 *
 * @module
 */

import { DeviceAssignmentError } from "../apple/device_assignment.ts";
import { invalid, Problem } from "../errors.ts";
import { refusalOf } from "./client.ts";
import { healthOf } from "./health.ts";

/** The fields that Apple's words are about. */
const FIELDS: Readonly<Record<string, string>> = {
  CONFIG_NAME_INVALID: "name",
  CONFIG_NAME_REQUIRED: "name",
  DEPARTMENT_INVALID: "department",
  MAGIC_INVALID: "org_magic",
  MAGIC_REQUIRED: "org_magic",
  SUPPORT_EMAIL_INVALID: "support_email_address",
  SUPPORT_PHONE_INVALID: "support_phone_number",
};

/** The fewest characters of a secret at the end of a text that count as its beginning. */
const SHORTEST_PART = 6;

/** Returns a text of Apple's without a secret, also without the part of one that stands where the text was cut. */
function withoutSecret(text: string, secret: string): string {
  const whole = text.replaceAll(secret, "…");
  for (let length = secret.length - 1; length >= SHORTEST_PART; length--) {
    if (whole.endsWith(secret.slice(0, length))) return `${whole.slice(0, -length)}…`;
  }
  return whole;
}

/**
 * Returns an error of Apple's service as a refusal that says what Apple said; another error as it is. `secret` is the text
 * of the enrollment secret, which Apple may repeat.
 */
export function appleRefusal(error: unknown, secret: string, now: Date): unknown {
  const ofForm = (sentence: string) =>
    new Problem("invalid", undefined, { fields: { non_field_errors: [sentence] } }, error);
  // The token is missing or has expired: its sentence has the cure.
  if (error instanceof Problem && error.code === "device-assignment-refused") return ofForm(error.message);
  if (!(error instanceof DeviceAssignmentError)) return error;
  // It was revoked, or the terms are not signed.
  if (healthOf(error) !== undefined) return ofForm(refusalOf(error, now).message);
  const field = FIELDS[error.code];
  if (field !== undefined) return invalid({ [field]: [`Apple does not accept this value (${error.code}).`] });
  const body = withoutSecret(error.body, secret).trim();
  const said = body === ""
    ? error.status === 0 ? "" : " Apple gave no reason. Check the fields that you changed."
    : ` Apple's answer: ${body}`;
  return ofForm(`Apple did not take the profile: ${withoutSecret(error.message, secret)}.${said}`);
}
