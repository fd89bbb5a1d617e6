import assert from "node:assert/strict";
import { appleRefusal } from "../../../src/ade/apple_refusal.ts";
import { DeviceAssignmentError } from "../../../src/apple/device_assignment.ts";
import { Problem } from "../../../src/errors.ts";

const SECRET = "Nsggkj0QrwjPDIedfhcBW4da6mpHEHZFjLbUwe6jPeWhx6d77nubt1KiSSwNlf9b";

/** What is said of an answer of Apple's. */
function said(body: string): string {
  const refusal = appleRefusal(new DeviceAssignmentError("Refused", "", 400, body), SECRET, new Date());
  assert.ok(refusal instanceof Problem);
  return refusal.details.fields?.non_field_errors?.[0] ?? "";
}

Deno.test("an answer of Apple's is told without the secret that it repeats, whole or cut", () => {
  const url = `https://mdm.example.com/public/mdm/dep_enroll/${SECRET}/`;
  assert.match(said(`URL_INVALID ${url} ${url}`), /URL_INVALID https:\S+dep_enroll\/…\/ https:\S+…\/$/);
  for (let at = 1; at < SECRET.length; at++) {
    const text = said(`URL_INVALID ${url.slice(0, -SECRET.length - 1 + at)}`);
    assert.ok(at < 6 || text.endsWith("dep_enroll/…"), text);
  }
  assert.match(said("URL_INVALID"), /Apple's answer: URL_INVALID$/);
});
