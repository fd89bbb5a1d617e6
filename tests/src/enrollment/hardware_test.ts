import assert from "node:assert/strict";
import type { HardwareFacts } from "../../../db/devices/hardware.ts";
import { type HardwareEvidence, judgeHardware } from "../../../src/enrollment/hardware.ts";
import { deviceIdOf } from "../../support/ids.ts";

const NEW: HardwareFacts = { device: undefined, others: [], serialKnown: false, prepared: false, blocked: false };
const device = (enrolled: boolean, serialNumber = "C02A") => ({
  device: { id: deviceIdOf(1), serialNumber, enrolled },
});
const ALL: HardwareEvidence[] = [
  "word",
  "apple device",
  "limited profile",
  "device assignment",
  "confirmation",
  "setting",
];
/** The outcome for a device, by the proof of its hardware. */
const judged = (facts: Partial<HardwareFacts>, serialNumber = "C02A") =>
  ALL.map((evidence) => {
    const verdict = judgeHardware({ ...NEW, ...facts }, serialNumber, evidence);
    return verdict.kind === "enroll" ? verdict.proven : verdict.kind === "claim" ? verdict.reason : verdict.kind;
  });

Deno.test("unknown hardware is proven by its own word", () => {
  assert.deepEqual(judged({}), ALL.map(() => true));
  assert.deepEqual(judged({}, ""), ALL.map(() => true));
});

Deno.test("enrolled hardware is taken over only with an operator's confirmation, or when Apple has assigned it", () => {
  const claim = "udid enrolled";
  assert.deepEqual(judged({ ...device(true), serialKnown: true }), [claim, claim, claim, true, true, true]);
  const serial = "serial number enrolled";
  assert.deepEqual(judged({ others: [{ id: deviceIdOf(2) }], serialKnown: true }), [
    serial,
    serial,
    serial,
    true,
    true,
    true,
  ]);
});

Deno.test("hardware that was enrolled once, or has tags and values, enrolls but is not proven by its own word", () => {
  const proven = [false, false, true, true, true, true];
  assert.deepEqual(judged({ ...device(false), serialKnown: true }), proven);
  assert.deepEqual(judged({ serialKnown: true }), proven);
  assert.deepEqual(judged({ prepared: true }), proven);
});

Deno.test("a known UDID keeps its serial number, whatever the proof for another, in any spelling of it", () => {
  const proven = [false, false, true, true, true, true];
  const changed = Array(ALL.length).fill("serial number changed");
  assert.deepEqual(judged({ ...device(true) }, "C02B"), changed);
  assert.deepEqual(judged({ ...device(false) }, "C02B"), changed);
  assert.deepEqual(judged({ ...device(false), serialKnown: true }, "c02a"), proven);
  // An omitted value contradicts nothing, and an unknown value is not a different one.
  assert.deepEqual(judged({ ...device(false), serialKnown: true }, ""), proven);
  assert.deepEqual(judged({ ...device(false, "") }, "C02B"), proven);
});

Deno.test("blocked hardware is refused, whatever its proof", () => {
  assert.deepEqual(judged({ blocked: true }), Array(ALL.length).fill("blocked"));
  assert.deepEqual(judged({ ...device(true), blocked: true }, "C02B"), Array(ALL.length).fill("blocked"));
});
