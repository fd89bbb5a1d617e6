/**
 * The gate of OS versions at an automated enrollment, with Apple's list: it requires what Apple offers the device, as
 * enforcements do.
 */
import assert from "node:assert/strict";
import {
  type FakeSoftwareLookup,
  type FeedEntry,
  startSoftwareLookup,
} from "../../simulators/apple/software_lookup.ts";
import { type Model, MODELS } from "../../simulators/device/models.ts";
import { byJob } from "../../src/events/by.ts";
import { syncCatalogue } from "../../src/updates/catalogue.ts";
import { assign, type DepSettings, makeDepEnrollment, withAdeEvents } from "../support/ade_devices.ts";
import { type Fleet, KEYS, withFleet } from "../support/fleet.ts";
import { TestClock } from "../support/runtime.ts";

const [MAC, PHONE] = MODELS;
assert.ok(MAC !== undefined && PHONE !== undefined);

const entry = (ProductVersion: string, Build: string, more: Partial<FeedEntry> = {}): FeedEntry => ({
  ProductVersion,
  Build,
  PostingDate: "2026-05-01",
  ExpirationDate: "2026-12-31",
  SupportedDevices: ["J713AP"],
  ...more,
});
const phone = { SupportedDevices: ["iPhone17,3"] };

async function withList(body: (house: { fleet: Fleet; lookup: FakeSoftwareLookup }) => Promise<void>): Promise<void> {
  const lookup = await startSoftwareLookup(new TestClock().now(), {});
  try {
    await withFleet((fleet) => body({ fleet, lookup }), {
      SOFTWARE_LOOKUP_URL: lookup.url,
      SOFTWARE_LOOKUP_ANCHORS: lookup.caPem,
    });
  } finally {
    await lookup.close();
  }
}

async function list(fleet: Fleet, lookup: FakeSoftwareLookup, sections: FakeSoftwareLookup["sections"]): Promise<void> {
  lookup.sections = sections;
  const { status } = await syncCatalogue(fleet.runtime, byJob("test"), { force: true }) as { status: string };
  assert.equal(status, "SUCCESS");
}

/** Enrolls a device; returns the versions that it was asked for, and the system that it enrolled with. */
async function enroll(fleet: Fleet, model: Model, limits: DepSettings): Promise<{ asked: unknown[]; has: string }> {
  const dep = await makeDepEnrollment(fleet, limits);
  const asked: unknown[] = [];
  const device = fleet.device({
    model,
    async send(request) {
      const response = await fleet.fetch(request);
      if (response.status === 403) asked.push((await response.clone().json()).details);
      return response;
    },
  });
  await assign(fleet, dep.virtualServerId, device);
  const how = { factory: fleet.maker.certify(device.udid, KEYS[0]), url: dep.url };
  await withAdeEvents(fleet, () => device.enrollAutomatically(how));
  assert.equal(device.enrolled, true);
  const { osVersion, osVersionExtra = "", build, buildExtra = "" } = device.state.model;
  return { asked, has: `${osVersion} ${osVersionExtra} ${build} ${buildExtra}`.replace(/ +/g, " ").trim() };
}

Deno.test("an iPhone updates to the newest release below the maximum that management may send and Apple still signs", () =>
  withList(async ({ fleet, lookup }) => {
    await list(fleet, lookup, {
      AssetSets: {
        iOS: [
          entry("26.2", "23C55", phone),
          entry("26.2.1", "23C70", { ...phone, ExpirationDate: "2026-06-01" }),
          entry("26.3", "23D10", { ...phone, PostingDate: "2026-06-02" }),
          entry("26.4", "23E10", { SupportedDevices: ["iPhone14,5"] }),
          entry("27.0", "24A10", phone),
        ],
      },
      PublicAssetSets: { iOS: [entry("26.5", "23F10", phone)] },
    });
    // The clock of the house stands on 2026-06-01.
    const limits = { iosMaxVersion: "26.9" };
    assert.deepEqual(await enroll(fleet, PHONE, limits), {
      asked: [{ OSVersion: "26.2", BuildVersion: "23C55" }],
      has: "26.2 23C55",
    });
    fleet.runtime.clock.set("2026-06-02T00:00:00Z");
    assert.equal((await enroll(fleet, PHONE, limits)).has, "26.3 23D10");
    assert.deepEqual((await enroll(fleet, { ...PHONE, osVersion: "27.0", build: "24A10" }, limits)).asked, []);
    // What was withdrawn is not required any more.
    await list(fleet, lookup, { AssetSets: { iOS: [entry("26.2", "23C55", phone)] } });
    assert.equal((await enroll(fleet, PHONE, limits)).has, "26.2 23C55");
    // A minimum is required of a device for which Apple lists nothing, too.
    const other = { ...PHONE, product: "iPhone99,9" };
    assert.deepEqual((await enroll(fleet, other, { iosMinVersion: "26.2", iosMaxVersion: "26.9" })).asked, [
      { OSVersion: "26.2" },
    ]);
  }));

Deno.test("a Mac, which Apple lists by its board, updates to a version and then to its background security improvement", () =>
  withList(async ({ fleet, lookup }) => {
    await list(fleet, lookup, {
      AssetSets: { macOS: [entry("26.3.1", "25D2128"), entry("26.4", "25E10")] },
      PublicBackgroundSecurityImprovements: {
        macOS: [
          entry("26.3.1", "25D771280a", { ProductVersionExtra: "(a)", PrerequisiteBuild: "25D2128" }),
          entry("26.3.1", "25D771999b", { ProductVersionExtra: "(b)", PrerequisiteBuild: "25D9999" }),
        ],
      },
    });
    assert.deepEqual(await enroll(fleet, MAC, { macosMaxVersion: "26.3.1 (z)" }), {
      asked: [
        { OSVersion: "26.3.1", BuildVersion: "25D2128" },
        { OSVersion: "26.3.1 (a)", BuildVersion: "25D771280a" },
      ],
      has: "26.3.1 (a) 25D2128 25D771280a",
    });
    // An improvement is above its version: a maximum without it keeps it out.
    assert.equal((await enroll(fleet, MAC, { macosMaxVersion: "26.3.1" })).has, "26.3.1 25D2128");
    const improved = { ...MAC, osVersion: "26.3.1", build: "25D2128", osVersionExtra: "(a)", buildExtra: "25D771280a" };
    assert.deepEqual((await enroll(fleet, improved, { macosMaxVersion: "26.3.1 (z)" })).asked, []);
  }));
