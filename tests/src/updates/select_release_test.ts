import assert from "node:assert/strict";
import fc from "fast-check";
import { bestRelease, compareBuilds, compareReleases, type KnownRelease } from "../../../src/updates/select_release.ts";
import { versionNumbers } from "../../../src/updates/feed.ts";

let id = 0;
const release = (version: string, build: string, more: Partial<KnownRelease> = {}): KnownRelease => ({
  id: ++id,
  public: false,
  platform: "macOS",
  version,
  numbers: versionNumbers(version),
  extra: "",
  build,
  prerequisiteBuild: "",
  deviceIds: ["Mac14,2"],
  postedOn: "2026-03-01",
  expiresOn: null,
  withdrawn: false,
  ...more,
});
const mac = { softwareUpdateDeviceId: "Mac14,2", build: "25A100" };
const TODAY = "2026-04-01";
const best = (releases: KnownRelease[], device = mac, today = TODAY) => {
  const found = bestRelease(releases, device, today);
  return found === undefined ? undefined : `${found.version} ${found.build}`;
};

Deno.test("the newest release by its numbers is chosen: 15.10 is newer than 15.9, 16 than 15.10", () => {
  assert.equal(best([release("15.9", "A"), release("15.10", "B"), release("15.2.9", "C")]), "15.10 B");
  assert.equal(best([release("16.0", "D"), release("15.10", "B")]), "16.0 D");
});

Deno.test("a release is available from its posting date to the day before it expires", () => {
  const one = [release("15.1", "A", { postedOn: "2026-04-01", expiresOn: "2026-07-01" })];
  assert.equal(best(one, mac, "2026-03-31"), undefined);
  assert.equal(best(one, mac, "2026-04-01"), "15.1 A");
  assert.equal(best(one, mac, "2026-06-30"), "15.1 A");
  assert.equal(best(one, mac, "2026-07-01"), undefined);
});

Deno.test("what was withdrawn, is for another model or for the public alone is not offered", () => {
  assert.equal(best([release("15.1", "A", { withdrawn: true })]), undefined);
  assert.equal(best([release("15.1", "A", { deviceIds: ["Mac14,3"] })]), undefined);
  assert.equal(best([release("15.1", "A", { public: true })]), undefined);
});

Deno.test("a background security improvement is for the build that it needs, and newer than its version", () => {
  const releases = [
    release("26.3.1", "25D2128"),
    release("26.3.1", "25D771280a", { public: true, extra: "(a)", prerequisiteBuild: "25D2128" }),
  ];
  assert.equal(best(releases, { ...mac, build: "25D2128" }), "26.3.1 25D771280a");
  assert.equal(best(releases, mac), "26.3.1 25D2128");
});

Deno.test("of two builds of one version the device's own is chosen, or else always the same one", () => {
  const two = [release("16.7.15", "20H6392"), release("16.7.15", "20H392")];
  assert.equal(best(two), "16.7.15 20H392");
  assert.equal(best(two.toReversed()), "16.7.15 20H392");
  assert.equal(best(two, { ...mac, build: "20H6392" }), "16.7.15 20H6392");
});

Deno.test("a limit excludes what it does not accept", () => {
  const releases = [release("15.7.5", "A"), release("16.0", "B"), release("26.1", "C")];
  const below = bestRelease(
    releases,
    mac,
    TODAY,
    (one) => compareReleases(one, { numbers: [16, 0, 0], extra: "" }) < 0,
  );
  assert.equal(below?.version, "15.7.5");
});

Deno.test("the choice does not depend on the order of the catalogue", () => {
  const versions = fc.constantFrom("15.1", "15.1.1", "15.10", "16.0", "26.3");
  const builds = fc.constantFrom("20H392", "20H6392", "25A1", "25A100", "");
  const entries = fc.array(fc.tuple(versions, builds, fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 12 });
  fc.assert(fc.property(entries, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (rows, order) => {
    const list = rows.map(([version, build, withdrawn, open]) => release(version, build, { withdrawn, public: open }));
    const shuffled = list.map((one) => ({ one, key: order.next().value ?? 0 })).sort((a, b) => a.key - b.key)
      .map(({ one }) => one);
    assert.equal(best(list), best(shuffled));
  }));
});

Deno.test("builds are compared by their parts", () => {
  const sorted = ["20H392", "20H6392", "21A1", "21B1", "25D771280", "25D771280a", "25D771400a"];
  for (const [index, build] of sorted.entries()) {
    for (const [other, later] of sorted.entries()) {
      assert.equal(Math.sign(compareBuilds(build, later)), Math.sign(index - other), `${build} ${later}`);
    }
  }
});
