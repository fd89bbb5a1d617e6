import assert from "node:assert/strict";
import { MODELS } from "../../../simulators/device/models.ts";
import {
  osGate,
  type OsGateFacts,
  type OsLimits,
  type OsRelease,
  softwareUpdateRequired,
} from "../../../src/enrollment/os_gate.ts";

const NONE: OsLimits = { iosMinVersion: "", iosMaxVersion: "", macosMinVersion: "", macosMaxVersion: "" };
const RELEASES: OsRelease[] = [
  { version: "17.5", build: "21F79" },
  { version: "17.5.1", build: "21F90" },
  { version: "17.5.1", build: "21F91a", supplemental: "(a)" },
  { version: "17.6", build: "21G80" },
  { version: "18.0", build: "22A3354" },
];

const phone = (osVersion: string, extra?: string): OsGateFacts => ({
  product: "iPhone14,5",
  osVersion,
  ...(extra === undefined ? {} : { osVersionExtra: extra }),
  canRequestSoftwareUpdate: true,
});
const mac = (osVersion: string): OsGateFacts => ({
  product: "MacBookPro18,3",
  osVersion,
  canRequestSoftwareUpdate: true,
});
const ios = (min: string, max = ""): OsLimits => ({ ...NONE, iosMinVersion: min, iosMaxVersion: max });
const requires = (OSVersion: string, BuildVersion?: string) => ({
  kind: "update",
  details: { OSVersion, ...(BuildVersion === undefined ? {} : { BuildVersion }) },
});
const ENROLLS = { kind: "enroll" };

Deno.test("the answer is exactly Apple's", () => {
  const body = (facts: OsGateFacts, limits: OsLimits, releases: OsRelease[] = []) => {
    const outcome = osGate(facts, limits, releases);
    assert.equal(outcome.kind, "update");
    return JSON.stringify(softwareUpdateRequired(outcome.kind === "update" ? outcome.details : { OSVersion: "" }));
  };
  assert.equal(
    body(mac("14.4"), { ...NONE, macosMinVersion: "15.2" }),
    '{"code":"com.apple.softwareupdate.required","details":{"OSVersion":"15.2"}}',
  );
  assert.equal(
    body(mac("14.4"), { ...NONE, macosMaxVersion: "15.3" }, [{ version: "15.2", build: "24C101" }]),
    '{"code":"com.apple.softwareupdate.required","details":{"OSVersion":"15.2","BuildVersion":"24C101"}}',
  );
  assert.equal(
    body(phone("17.5"), ios("", "17.5.1 (a)"), RELEASES),
    '{"code":"com.apple.softwareupdate.required","details":{"OSVersion":"17.5.1 (a)","BuildVersion":"21F91a"}}',
  );
});

Deno.test("a device below the minimum updates to the minimum, with or without known releases", () => {
  for (const releases of [[], RELEASES]) {
    assert.deepEqual(osGate(phone("17.4"), ios("17.5"), releases), requires("17.5"));
    assert.deepEqual(osGate(phone("17.5"), ios("17.5"), releases), ENROLLS);
    assert.deepEqual(osGate(phone("18.0"), ios("17.5"), releases), ENROLLS);
  }
});

Deno.test("a supplemental version is newer than its base", () => {
  assert.deepEqual(osGate(phone("17.5.1"), ios("17.5.1 (a)"), []), requires("17.5.1 (a)"));
  assert.deepEqual(osGate(phone("17.5.1", "(a)"), ios("17.5.1 (a)"), []), ENROLLS);
  assert.deepEqual(osGate(phone("17.5.1", "(b)"), ios("17.5.1 (a)"), []), ENROLLS);
  assert.deepEqual(osGate(phone("17.5.1", "(a)"), ios("17.5.2"), []), requires("17.5.2"));
  assert.equal(osGate(phone("17.5.1", "(a)"), ios("", "17.5.1"), []).kind, "enroll");
});

Deno.test("the required version is the newest release that is not above the maximum", () => {
  assert.deepEqual(osGate(phone("17.4"), ios("", "17.5.1"), RELEASES), requires("17.5.1", "21F90"));
  assert.deepEqual(osGate(phone("17.4"), ios("17.4.1", "17.6.9"), RELEASES), requires("17.6", "21G80"));
  assert.deepEqual(osGate(phone("17.4"), ios("", "17.4.9"), RELEASES), ENROLLS, "nothing newer is allowed");
  assert.deepEqual(osGate(phone("17.6"), ios("", "17.6"), RELEASES), ENROLLS);
});

Deno.test("without known releases a maximum requires nothing, and a minimum is still required", () => {
  assert.deepEqual(osGate(phone("17.4"), ios("", "17.6"), []), ENROLLS);
  assert.deepEqual(osGate(phone("17.4"), ios("17.5", "17.6"), []), requires("17.5"));
});

Deno.test("a device above the maximum enrolls, with a note", () => {
  const note = "the device has 18.0, which is above the maximum 17.6";
  assert.deepEqual(osGate(phone("18.0"), ios("17.5", "17.6"), RELEASES), { kind: "enroll", note });
});

Deno.test("nothing above the maximum is ever required", () => {
  const outcome = osGate(phone("17.4"), ios("18.0", "17.6"), []);
  assert.deepEqual(outcome, { kind: "enroll", note: "the minimum 18.0 is above the maximum 17.6" });
});

Deno.test("a device that cannot be asked to update, or does not state its version, enrolls with a note", () => {
  const old = { ...phone("16.0"), canRequestSoftwareUpdate: false };
  assert.deepEqual(osGate(old, ios("17.5"), RELEASES), {
    kind: "enroll",
    note: "the device cannot be asked to update before it enrolls",
  });
  const silent: OsGateFacts = { product: "iPhone14,5", canRequestSoftwareUpdate: true };
  assert.deepEqual(osGate(silent, ios("17.5"), RELEASES), {
    kind: "enroll",
    note: "the device does not state its version",
  });
});

Deno.test("each family has its own limits, and an Apple TV has none", () => {
  const limits: OsLimits = { ...NONE, iosMinVersion: "99", macosMinVersion: "98" };
  for (const { product, platform, osVersion } of MODELS) {
    const outcome = osGate({ product, osVersion, canRequestSoftwareUpdate: true }, limits, []);
    const expected = platform === "tvOS" ? ENROLLS : requires(platform === "macOS" ? "98" : "99");
    assert.deepEqual(outcome, expected, product);
  }
  assert.deepEqual(osGate({ ...phone("1"), product: "iPod9,1" }, limits, []), ENROLLS);
  assert.deepEqual(osGate({ canRequestSoftwareUpdate: true, osVersion: "1" }, limits, []), ENROLLS);
});
