import assert from "node:assert/strict";
import { applyFilter, type Filter, openFilter, shardOf } from "../../../src/blueprints/filter.ts";

const ITEM = "9b2fd9a4-1f0f-4f7e-8f4e-0d5d4a1b2c3d";
const device = { platform: "macOS" as const, osVersion: "14.1", tags: new Set<number>(), serialNumber: "C02SIM000001" };
const filter = (given: Partial<Filter> = {}): Filter => ({ ...openFilter(["macOS"]), ...given });

Deno.test("a bucket is MD5 of the item and the serial number, as any other implementation has it", () => {
  // Computed with Python's hashlib.
  assert.equal(shardOf(ITEM, "C02SIM000001", 100), 69);
  assert.equal(shardOf(ITEM, "C02SIM000002", 100), 29);
  assert.equal(shardOf("00000000-0000-4000-8000-000000000000", "ZÜRICH", 7), 6);
  assert.equal(shardOf(ITEM.toUpperCase(), "", 2), 0);
});

Deno.test("the platform must be switched on", () => {
  assert.deepEqual(applyFilter(filter(), ITEM, device), { in: true, reason: "in", evidence: "everyone" });
  assert.equal(applyFilter(filter(), ITEM, { ...device, platform: "iOS" }).reason, "platform");
  assert.equal(applyFilter(filter(), ITEM, { ...device, platform: null }).reason, "platform");
});

Deno.test("the lowest system is in, the highest is out", () => {
  const within = (min: string, max: string, osVersion: string) => {
    const platforms = { ...filter().platforms, macOS: { active: true, min, max } };
    return applyFilter(filter({ platforms }), ITEM, { ...device, osVersion }).reason;
  };
  assert.equal(within("14", "", "14.0"), "in");
  assert.equal(within("14", "", "13.9.9"), "os too old");
  assert.equal(within("", "15", "14.99"), "in");
  assert.equal(within("", "15", "15.0.0"), "os too new");
  assert.equal(within("13.3.1 (a)", "", "13.3.1"), "os too old");
  assert.equal(within("13.3.1 (a)", "", "13.3.1 (b)"), "in");
  assert.equal(within("1", "", ""), "os too old");
});

Deno.test("a device with an excluded tag is out of scope, whatever the shards say", () => {
  const excluded = filter({ excludedTags: [1, 2] });
  assert.equal(applyFilter(excluded, ITEM, { ...device, tags: new Set([2]) }).reason, "excluded tag");
  assert.equal(applyFilter(excluded, ITEM, { ...device, tags: new Set([3]) }).in, true);
});

Deno.test("the highest threshold among the default and the device's tags counts, and they do not add up", () => {
  // The bucket of this device is 69.
  const at = (defaultShard: number, tagShards: [number, number][], tags: number[]) =>
    applyFilter(filter({ defaultShard, tagShards: tagShards.map(([tag, shard]) => ({ tag, shard })) }), ITEM, {
      ...device,
      tags: new Set(tags),
    });
  assert.deepEqual(at(69, [], []), { in: false, reason: "shard", evidence: "shard 69 ≥ 69" });
  assert.deepEqual(at(70, [], []), { in: true, reason: "in", evidence: "shard 69 < 70" });
  assert.equal(at(0, [[5, 70]], []).in, false);
  assert.deepEqual(at(0, [[5, 70]], [5]), { in: true, reason: "in", evidence: "shard 69 < 70 of the tag 5" });
  assert.equal(at(50, [[5, 50], [6, 60]], [5, 6]).evidence, "shard 69 ≥ 60");
});

Deno.test("a default of the whole modulo asks for no bucket", () => {
  assert.equal(applyFilter(filter({ shardModulo: 2, defaultShard: 2 }), ITEM, device).evidence, "everyone");
});
