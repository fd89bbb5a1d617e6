import assert from "node:assert/strict";
import {
  decideUpdate,
  type EnforcedDevice,
  type Enforcement,
  enforcementFor,
  enforcementPayload,
} from "../../../src/updates/enforcement.ts";
import { versionNumbers } from "../../../src/updates/feed.ts";
import type { KnownRelease } from "../../../src/updates/select_release.ts";

const enforcement = (id: number, more: Partial<Enforcement> = {}): Enforcement => ({
  id,
  name: `Enforcement ${id}`,
  detailsUrl: "",
  platforms: ["macOS"],
  tags: [],
  mode: { kind: "latest", maxOsVersion: "16", delayDays: 7, localTime: "09:30:00", blackouts: [] },
  ...more,
});
const release = (version: string, build: string, postedOn: string, more: Partial<KnownRelease> = {}): KnownRelease => ({
  id: 1,
  public: false,
  platform: "macOS",
  version,
  numbers: versionNumbers(version),
  extra: "",
  build,
  prerequisiteBuild: "",
  deviceIds: ["J493AP"],
  postedOn,
  expiresOn: null,
  withdrawn: false,
  ...more,
});
const mac: EnforcedDevice = {
  platform: "macOS",
  tags: new Set([5, 6]),
  osVersion: "15.1",
  build: "24B83",
  softwareUpdateDeviceId: "J493AP",
};
const RELEASES = [release("15.2", "24C101", "2024-12-11"), release("26.1", "25B78", "2024-12-12")];
const decide = (enforcements: Enforcement[], device = mac, releases = RELEASES, today = "2024-12-13") =>
  decideUpdate(enforcements, device, releases, today);

Deno.test("once: the version, build and time that are named, whatever Apple lists", () => {
  const once = enforcement(1, {
    detailsUrl: "https://www.example.com/updates",
    mode: { kind: "one-time", osVersion: "15.2", buildVersion: "24C101", at: { day: "2024-12-17", time: "09:30:00" } },
  });
  const { target } = decide([once], mac, []);
  assert.ok(target);
  assert.deepEqual(enforcementPayload(target), {
    TargetOSVersion: "15.2",
    TargetBuildVersion: "24C101",
    TargetLocalDateTime: "2024-12-17T09:30:00",
    DetailsURL: "https://www.example.com/updates",
  });
});

Deno.test("latest: the newest release below the maximum, so many days after it was posted", () => {
  const { target } = decide([enforcement(1)]);
  assert.ok(target);
  assert.deepEqual(enforcementPayload(target), {
    TargetOSVersion: "15.2",
    TargetBuildVersion: "24C101",
    TargetLocalDateTime: "2024-12-18T09:30:00",
  });
  assert.match(target.reason, /"Enforcement 1": 15.2 was posted on 2024-12-11, due 7 days later$/);
});

Deno.test("a device that has the version is still told of it, one that has a newer one is told nothing", () => {
  const has = decide([enforcement(1)], { ...mac, osVersion: "15.2", build: "24C101" });
  assert.equal(has.target?.osVersion, "15.2");
  const newer = decide([enforcement(1)], { ...mac, osVersion: "15.3", build: "24D1" });
  assert.equal(newer.target, null);
  assert.match(newer.target === null ? newer.reason : "", /the device has 15.3, Apple lists 15.2/);
});

Deno.test("a list without builds names the device's own build where it has the version, and none otherwise", () => {
  const unnamed = [release("15.2", "", "2024-12-11")];
  const of = (device: EnforcedDevice) => decide([enforcement(1)], device, unnamed).target?.buildVersion;
  assert.equal(of(mac), "");
  assert.equal(of({ ...mac, osVersion: "15.2", build: "24C101" }), "24C101");
});

Deno.test("an improvement is named by its build, to devices with the build that it needs", () => {
  const improvement = release("15.2", "24C101a", "2024-12-12", {
    extra: "(a)",
    public: true,
    prerequisiteBuild: "24C101",
  });
  const releases = [...RELEASES, improvement];
  const of = (device: EnforcedDevice) => {
    const { target } = decide([enforcement(1)], device, releases);
    return target === null ? null : [target.osVersion, target.buildVersion];
  };
  assert.deepEqual(of(mac), ["15.2", "24C101"]);
  assert.deepEqual(of({ ...mac, osVersion: "15.2", build: "24C101" }), ["15.2", "24C101a"]);
});

Deno.test("without a target the reason says what is missing", () => {
  const reason = (...args: Parameters<typeof decide>) => {
    const decision = decide(...args);
    assert.equal(decision.target, null);
    return decision.target === null ? decision.reason : "";
  };
  assert.match(reason([]), /no software update enforcement$/);
  assert.match(reason([enforcement(1, { platforms: ["iOS"] })]), /for this platform and these tags/);
  assert.match(reason([enforcement(1)], { ...mac, softwareUpdateDeviceId: "" }), /not stated by which id/);
  assert.match(reason([enforcement(1)], mac, []), /lists no update below 16 for J493AP/);
  assert.match(reason([enforcement(1)], { ...mac, platform: null }), /this platform/);
});

Deno.test("most tags win; one without tags is for everyone else; of equal ones the oldest", () => {
  const of = (list: Enforcement[], tags = [5, 6]) => {
    const found = enforcementFor(list, { platform: "macOS", tags: new Set(tags) });
    return found === undefined ? undefined : [found.enforcement.id, found.conflicts.map(({ id }) => id)];
  };
  const everyone = enforcement(1);
  const one = enforcement(2, { tags: [5] });
  const both = enforcement(3, { tags: [5, 6] });
  const other = enforcement(4, { tags: [6, 9] });
  assert.deepEqual(of([everyone, one, both, other]), [3, []]);
  assert.deepEqual(of([everyone, other, one]), [2, [4]]);
  assert.deepEqual(of([everyone, one, both], [7]), [1, []]);
  assert.deepEqual(of([one, both], [7]), undefined);
  assert.deepEqual(of([enforcement(9), enforcement(8)], []), [8, [9]]);
});
