import assert from "node:assert/strict";
import { deviceLock } from "../../../src/commands/device_lock.ts";
import { parsePlist } from "../../../src/protocol/plist.ts";
import { wire } from "../../fixtures/wire/wire.ts";
import { iphone, mac, refusal, sent } from "./target.ts";
import { reportOf } from "../../support/messages.ts";

const note = { message: "Lost", phone_number: "+41 44 000 0000" };

Deno.test("a Mac is locked with message, number and PIN", () => {
  assert.deepEqual(
    sent(deviceLock, mac, { message: "Lost", phone_number: "+41 44 000 0000", pin: "012345" }),
    parsePlist(wire("command-device-lock")),
  );
});

Deno.test("a Mac needs a PIN of exactly six ASCII digits", () => {
  assert.equal(refusal(deviceLock, mac, note), "pin: This field is required.");
  const wrong = ["", "12345", "1234567", "12345a", " 123456", "123456 ", "123456\n", "\n123456", "١٢٣٤٥٦", "1234.6"];
  for (const pin of wrong) {
    assert.equal(refusal(deviceLock, mac, { pin }), "pin: This value does not match the required pattern.", `"${pin}"`);
  }
  assert.equal(refusal(deviceLock, mac, { pin: 123456 }), "pin: Not a valid string.");
  assert.equal(refusal(deviceLock, mac, { pin: "000000" }), null);
});

Deno.test("a phone accepts no PIN, and an empty note is not sent", () => {
  const command = { RequestType: "DeviceLock" };
  assert.deepEqual(sent(deviceLock, iphone, { pin: "nonsense", message: "" }), {
    CommandUUID: "C0FFEE00-1234-4ABC-8DEF-0123456789AB",
    Command: command,
  });
});

Deno.test("notes have a longest length", () => {
  assert.equal(refusal(deviceLock, iphone, { message: "x".repeat(255), phone_number: "1".repeat(15) }), null);
  assert.match(refusal(deviceLock, iphone, { message: "x".repeat(256) }) ?? "", /no more than 255 characters/);
  assert.match(refusal(deviceLock, iphone, { phone_number: "1".repeat(16) }) ?? "", /no more than 15 characters/);
});

Deno.test("the PIN of a locked Mac is handed out for escrow", () => {
  const report = reportOf(wire("report-device-lock"));
  assert.deepEqual(deviceLock.onAcknowledged?.(report, { pin: "012345" }, mac), [{ kind: "lockPin", pin: "012345" }]);
  assert.deepEqual(deviceLock.onAcknowledged?.(report, {}, iphone), []);
});

Deno.test("the audit log sees the note and not the PIN", () => {
  assert.deepEqual(deviceLock.describe({ message: "Lost", pin: "012345" }), { message: "Lost", pin: "<redacted>" });
});
