import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import {
  ALL_PLATFORMS,
  assign,
  link,
  made,
  makeBlueprint,
  makeDeclaration,
  makeProfile,
  rest,
  settle,
} from "../support/artifacts.ts";

type Linked = {
  id: string;
  version: string;
  kind: "profile" | "declaration";
  platforms: string[];
  shard: number;
  tagShard: [number, number] | null;
  excluded: number | null;
  requires: string | null;
};

/** Every tenth of the buckets, by the words of the rule. */
const bucket = (id: string, serialNumber: string) =>
  Number(BigInt(`0x${createHash("md5").update(id + serialNumber).digest("hex")}`) % 100n);

/** The desired state of a device, computed without any of the server's code. */
function naive(
  artifacts: Linked[],
  device: SimulatedDevice,
  tags: number[],
): { profiles: string[]; declared: string[] } {
  const wanted = artifacts.filter(({ id, platforms, shard, tagShard, excluded }) => {
    if (!platforms.includes(device.state.model.platform)) return false;
    if (excluded !== null && tags.includes(excluded)) return false;
    const place = bucket(id, device.serialNumber);
    return place < shard || (tagShard !== null && tags.includes(tagShard[0]) && place < tagShard[1]);
  }).map(({ id }) => id);
  for (const { id, requires } of artifacts) {
    if (requires !== null && wanted.includes(id) && !wanted.includes(requires)) wanted.push(requires);
  }
  const of = (kind: string) => artifacts.filter((one) => one.kind === kind && wanted.includes(one.id));
  return {
    profiles: of("profile").map(({ version }) => version.toUpperCase()).sort(),
    declared: of("declaration").map(({ id }) => `com.example.mdm.declaration.${id}`).sort(),
  };
}

/** The actual state of a device. */
const actual = (device: SimulatedDevice) => ({
  profiles: device.state.profiles.filter(({ identifier }) => identifier.startsWith("com.example.mdm.artifact."))
    .map(({ uuid }) => uuid).sort(),
  declared: [...device.state.declarations].filter(([identifier, { active }]) =>
    identifier.startsWith("com.example.mdm.declaration.") && active
  ).map(([identifier]) => identifier).sort(),
});

const PLATFORM_SETS = [["macOS"], ["iOS", "iPadOS"], ["macOS", "iOS", "iPadOS", "tvOS"]];
const filterOf = (platforms: string[]) =>
  Object.fromEntries(platforms.map((platform) => [platform.toLowerCase(), true]));

async function build(fleet: Fleet, blueprint: number, name: string, tags: number[]): Promise<Linked[]> {
  const artifacts: Linked[] = [];
  for (let n = 0; n < 8; n++) {
    const platforms = PLATFORM_SETS[n % 3] ?? [];
    const kind = n % 2 === 0 ? "profile" as const : "declaration" as const;
    const [one, two] = [tags[n % tags.length] ?? 0, tags[(n + 1) % tags.length] ?? 0];
    const shard = n < 2 ? 100 : 20 + n * 8;
    const tagShard: [number, number] | null = n % 4 === 2 ? [one, 90] : null;
    const excluded = n % 4 === 3 ? two : null;
    const given = { name: `${name} ${n}` };
    const { artifact, version } = kind === "profile"
      ? await makeProfile(fleet, given)
      : await makeDeclaration(fleet, given);
    await link(fleet, blueprint, artifact.id, {
      ...filterOf(platforms),
      default_shard: shard,
      tag_shards: tagShard === null ? [] : [{ tag: tagShard[0], shard: tagShard[1] }],
      excluded_tags: excluded === null ? [] : [excluded],
    });
    // One that everybody can have requires another that the blueprint gives to a part of them.
    const requires = n === 5 ? artifacts[2]?.id ?? null : null;
    if (requires !== null) {
      await made(fleet, "PUT", `/api/mdm/artifacts/${artifact.id}/`, { ...artifact, requires: [requires] });
    }
    artifacts.push({
      id: artifact.id,
      version: version.id,
      kind,
      platforms,
      shard,
      tagShard,
      excluded,
      requires,
    });
  }
  return artifacts;
}

Deno.test("twenty devices on two blueprints with tags and shards have exactly what the rules say, also after a switch", () =>
  withFleet(async (fleet) => {
    const tags: number[] = [];
    for (const name of ["red", "green", "blue"]) {
      tags.push((await made(fleet, "POST", "/api/inventory/tags/", { name })).id);
    }
    const [one, two] = [await makeBlueprint(fleet), await makeBlueprint(fleet, { legacy_profiles_via_ddm: false })];
    const sets = new Map([
      [one.id, await build(fleet, one.id, "first", tags)],
      [two.id, await build(fleet, two.id, "second", tags)],
    ]);
    const members: { device: SimulatedDevice; tags: number[]; blueprint: number }[] = [];
    for (let n = 0; n < 20; n++) {
      const model = MODELS.filter(({ supervised }) => supervised)[n % 6];
      assert.ok(model !== undefined);
      const device = await fleet.enrolled({ model });
      const mine = tags.filter((_, index) => (n >> index) % 2 === 1);
      if (mine.length > 0) {
        await made(fleet, "PUT", `/api/inventory/devices/${device.serialNumber}/tags/`, { tags: mine });
      }
      const blueprint = n % 2 === 0 ? one.id : two.id;
      await assign(fleet, device.serialNumber, blueprint);
      members.push({ device, tags: mine, blueprint });
    }
    await settle(fleet);
    const check = async (what: string) => {
      for (const { device, tags, blueprint } of members) {
        await rest(device);
        assert.deepEqual(
          actual(device),
          naive(sets.get(blueprint) ?? [], device, tags),
          `${what}: ${device.serialNumber}`,
        );
      }
    };
    await check("at first");
    const shares = members.map(({ device }) => actual(device)).map(({ profiles, declared }) =>
      profiles.length + declared.length
    );
    assert.ok(new Set(shares).size > 2, "the devices are not all alike");

    for (const member of members) {
      member.blueprint = member.blueprint === one.id ? two.id : one.id;
      await assign(fleet, member.device.serialNumber, member.blueprint);
    }
    await settle(fleet);
    await check("after the switch");

    for (const member of members) {
      member.tags = tags.filter((tag) => !member.tags.includes(tag));
      await made(fleet, "PUT", `/api/inventory/devices/${member.device.serialNumber}/tags/`, { tags: member.tags });
    }
    await settle(fleet);
    await check("after other tags");
  }));

Deno.test("a declaration that some devices do not support reaches none of them, is reported, and the nine others are active", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const good: string[] = [];
    for (let n = 0; n < 9; n++) {
      const { artifact } = await makeDeclaration(fleet, { payload: { Echo: `number ${n}` } });
      await link(fleet, blueprint.id, artifact.id);
      good.push(`com.example.mdm.declaration.${artifact.id}`);
    }
    // Safari's bookmarks are for systems from 26 on.
    const broken = await makeDeclaration(fleet, {
      name: "Broken",
      type: "com.apple.configuration.safari.bookmarks",
      payload: { ManagedBookmarks: [] },
    });
    await link(fleet, blueprint.id, broken.artifact.id, ALL_PLATFORMS);
    const devices: SimulatedDevice[] = [];
    for (const model of MODELS.filter(({ supervised }) => supervised)) {
      const device = await fleet.enrolled({ model });
      await assign(fleet, device.serialNumber, blueprint.id);
      devices.push(device);
    }
    await settle(fleet);
    const identifier = `com.example.mdm.declaration.${broken.artifact.id}`;
    let refused = 0;
    for (const device of devices) {
      await rest(device);
      for (const one of good) assert.equal(device.state.declarations.get(one)?.active, true, device.serialNumber);
      const { json: [{ id }] } = await fleet.api("GET", `/api/mdm/devices/?serial_number=${device.serialNumber}`);
      const { decisions } = await made(fleet, "GET", `/api/mdm/devices/${id}/plan/`);
      const decision = decisions.find((found: { subject: string }) => found.subject === "Broken");
      if (decision.outcome === "not for this target") {
        refused++;
        assert.match(decision.evidence, /com\.apple\.configuration\.safari\.bookmarks/);
        assert.equal(device.state.declarations.has(identifier), false);
      } else {
        assert.equal(device.state.declarations.get(identifier)?.active, true);
      }
    }
    assert.ok(refused >= 3, `${refused} devices cannot run it`);
  }));
