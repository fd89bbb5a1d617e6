import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { MODELS } from "../../simulators/device/models.ts";
import {
  ALL_PLATFORMS,
  assign,
  idOf,
  link,
  made,
  makeBlueprint,
  makeDeclaration,
  makeProfile,
  profileSource,
  rest,
  settle,
} from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { known, withPush } from "../support/push.ts";

Deno.test("a changed profile wakes exactly the devices that get it, at the configured pace, and none twice", () =>
  withPush(async (stage) => {
    const { fleet, notify, seen } = stage;
    const { clock } = fleet.runtime;
    const tag = await made(fleet, "POST", "/api/inventory/tags/", { name: "early" });
    const blueprint = await makeBlueprint(fleet);
    const { artifact } = await makeProfile(fleet);
    await link(fleet, blueprint.id, artifact.id, {
      ...ALL_PLATFORMS,
      default_shard: 0,
      tag_shards: [{ tag: tag.id, shard: 100 }],
    });
    const members: { device: SimulatedDevice; token: string; tagged: boolean }[] = [];
    for (let n = 0; n < 10; n++) {
      const tagged = n % 2 === 0;
      const { device, token } = await known(stage, { model: MODELS[0]! });
      if (tagged) await made(fleet, "PUT", `/api/inventory/devices/${device.serialNumber}/tags/`, { tags: [tag.id] });
      await assign(fleet, device.serialNumber, blueprint.id);
      members.push({ device, token, tagged });
    }
    await settle(fleet);
    for (const { device } of members) await rest(device);
    await settle(fleet);
    clock.advance(60);
    while (await notify() > 0);
    clock.advance(1);
    for (const { device } of members) await rest(device);
    const before = seen().length;

    const version = {
      artifact: artifact.id,
      version: 2,
      source: profileSource("com.example.new", "new"),
      ...ALL_PLATFORMS,
    };
    const dry = await made(fleet, "POST", "/api/mdm/profiles/?dry_run=true", version);
    assert.deepEqual(dry.devices, {
      examined: 10,
      woken: 5,
      gaining: 0,
      losing: 0,
      updating: 5,
      impossible: 0,
      told: 0,
    });
    assert.equal(await settle(fleet), 0, "a dry run leaves nothing to do");
    await made(fleet, "POST", "/api/mdm/profiles/", version);
    const { json: [job] } = {
      json: await fleet.runtime.sql`select count(*)::int as n from jobs where state = 'queued'`,
    };
    assert.equal(job?.n, 1, "the save itself looks at no device");
    await settle(fleet);
    const pushed: number[] = [];
    for (let second = 0; second < 8; second++) {
      await notify();
      pushed.push(seen().length - before);
      clock.advance(1);
    }
    assert.deepEqual(pushed, [1, 2, 3, 4, 5, 5, 5, 5]);
    assert.deepEqual(
      seen().slice(before).sort(),
      members.filter(({ tagged }) => tagged).map(({ token }) => token).sort(),
    );
    for (const { device } of members) await rest(device);
    for (const { device, tagged } of members) {
      assert.equal(device.state.profiles.some(({ identifier }) => identifier.endsWith(artifact.id)), tagged);
    }
  }, { WAKE_RATE: 1 }));

/** A sequence that looks random and is the same each time. */
function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor(state / 65_536) % below;
  };
}

/** The artifacts on every device: identifier → token or UUID. */
function holdings(devices: readonly SimulatedDevice[]): Map<string, Map<string, string>> {
  return new Map(devices.map((device) => [
    device.serialNumber,
    new Map([
      ...device.state.profiles.filter(({ identifier }) => identifier.includes(".artifact."))
        .map(({ identifier, uuid }) => [identifier.split(".").at(-1) ?? "", uuid.toLowerCase()] as const),
      ...[...device.state.declarations].filter(([identifier]) => identifier.includes(".declaration."))
        .map(([identifier, { token }]) => [identifier.split(".").at(-1) ?? "", token.split(".")[0] ?? ""] as const),
    ]),
  ]));
}

/** The desired states of the fleet's channels, as digests: channels whose digest a change replaces are woken. */
async function digests(fleet: Fleet): Promise<Map<number, string | null>> {
  const rows = await fleet.runtime.sql<{ channelId: number; desiredDigest: string | null }[]>`
    select channel_id, desired_digest from channel_plans`;
  return new Map(rows.map(({ channelId, desiredDigest }) => [channelId, desiredDigest]));
}

type Operation = { method: string; path: string; body?: unknown };

/** Something that an operator may do, over what there is. */
async function anOperation(
  fleet: Fleet,
  next: (below: number) => number,
  house: {
    devices: SimulatedDevice[];
    tags: number[];
    blueprints: number[];
    artifacts: { id: string; kind: string }[];
  },
): Promise<Operation> {
  const pick = <T>(items: readonly T[]): T => items[next(items.length)]!;
  const { json: links } = await fleet.api("GET", "/api/mdm/blueprint_artifacts/");
  const artifact = pick(house.artifacts);
  switch (next(6)) {
    case 0:
      return {
        method: "PUT",
        path: `/api/inventory/devices/${pick(house.devices).serialNumber}/tags/`,
        body: { tags: house.tags.filter(() => next(2) === 0) },
      };
    case 1:
      return {
        method: "PUT",
        path: `/api/mdm/devices/${await idOf(fleet, pick(house.devices).serialNumber)}/blueprint/`,
        body: { blueprint: pick([...house.blueprints, null]) },
      };
    case 2: {
      const found = links[next(links.length)];
      return {
        method: "PUT",
        path: `/api/mdm/blueprint_artifacts/${found.id}/`,
        body: {
          ...found,
          default_shard: next(101),
          excluded_tags: next(2) === 0 ? [pick(house.tags)] : [],
          tag_shards: [],
          macos: next(4) > 0,
        },
      };
    }
    case 3: {
      const free = house.blueprints.flatMap((blueprint) =>
        links.some((one: { blueprint: number; artifact: string }) =>
            one.blueprint === blueprint && one.artifact === artifact.id
          )
          ? []
          : [blueprint]
      );
      if (free.length > 0) {
        return {
          method: "POST",
          path: "/api/mdm/blueprint_artifacts/",
          body: { blueprint: free[0], artifact: artifact.id, ...ALL_PLATFORMS },
        };
      }
      return {
        method: "DELETE",
        path: `/api/mdm/blueprint_artifacts/${
          links.find((one: { artifact: string }) => one.artifact === artifact.id).id
        }/`,
      };
    }
    case 4: {
      const { results } = await made(fleet, "GET", `/api/mdm/artifacts/${artifact.id}/versions/`);
      const version = results[0].version + 1;
      // For a part of the fleet, more often than not; the version's id decides which devices.
      const filter = next(4) === 0 ? ALL_PLATFORMS : {
        ...ALL_PLATFORMS,
        default_shard: next(80),
        tag_shards: next(2) === 0 ? [] : [{ tag: pick(house.tags), shard: 50 + next(51) }],
      };
      return artifact.kind === "profile"
        ? {
          method: "POST",
          path: "/api/mdm/profiles/",
          body: {
            artifact: artifact.id,
            version,
            source: profileSource("com.example.x", `${version}`),
            ...filter,
          },
        }
        : {
          method: "POST",
          path: "/api/mdm/declarations/",
          body: {
            artifact: artifact.id,
            version,
            source: {
              Type: "com.apple.configuration.management.test",
              Identifier: `com.example.declaration.${artifact.id}`,
              ServerToken: crypto.randomUUID(),
              Payload: { Echo: `version ${version}` },
            },
            ...filter,
            // Now and then one that is for newer systems.
            macos_min_version: next(3) === 0 ? "15" : "",
          },
        };
    }
    default:
      return { method: "POST", path: `/api/mdm/artifacts/${artifact.id}/rollback/`, body: {} };
  }
}

Deno.test("for changes of every kind, the preview's numbers match the outcome on simulated devices", () =>
  withFleet(async (fleet) => {
    const next = sequence(20_260_601);
    const tags = [];
    for (const name of ["one", "two"]) tags.push((await made(fleet, "POST", "/api/inventory/tags/", { name })).id);
    const blueprints = [(await makeBlueprint(fleet)).id, (await makeBlueprint(fleet)).id];
    const artifacts = [];
    for (let n = 0; n < 4; n++) {
      const kind = n % 2 === 0 ? "profile" : "declaration";
      const { artifact } = kind === "profile" ? await makeProfile(fleet) : await makeDeclaration(fleet);
      artifacts.push({ id: artifact.id, kind });
      await link(fleet, blueprints[n % 2]!, artifact.id);
    }
    const devices: SimulatedDevice[] = [];
    for (const n of [0, 3, 0, 3, 1, 2]) {
      const device = await fleet.enrolled({ model: MODELS[n]! });
      devices.push(device);
      await assign(fleet, device.serialNumber, blueprints[devices.length % 2]!);
    }
    await settle(fleet);
    for (const device of devices) await rest(device);
    await settle(fleet);
    let changes = 0;
    for (let n = 0; n < 40; n++) {
      const { method, path, body } = await anOperation(fleet, next, { devices, tags, blueprints, artifacts });
      const dry = await fleet.api(method, `${path}?dry_run=true`, body);
      const [before, planned] = [holdings(devices), await digests(fleet)];
      const { status } = await fleet.api(method, path, body);
      assert.equal(status < 300, dry.status < 300, `${method} ${path}: ${JSON.stringify(dry.json)}`);
      if (status >= 300) continue;
      await settle(fleet);
      const woken = [...await digests(fleet)].filter(([channel, digest]) => planned.get(channel) !== digest).length;
      for (const device of devices) await rest(device);
      const after = holdings(devices);
      const happened = { woken, gaining: 0, losing: 0, updating: 0 };
      for (const [serialNumber, has] of after) {
        const had = before.get(serialNumber) ?? new Map();
        if ([...has.keys()].some((id) => !had.has(id))) happened.gaining++;
        if ([...had.keys()].some((id) => !has.has(id))) happened.losing++;
        if ([...has].some(([id, version]) => had.has(id) && had.get(id) !== version)) happened.updating++;
      }
      const { woken: waking, gaining, losing, updating } = dry.json.devices;
      assert.deepEqual(
        { woken: waking, gaining, losing, updating },
        happened,
        `${n}: ${method} ${path} ${JSON.stringify(body)}`,
      );
      if (gaining + losing + updating > 0) changes++;
    }
    assert.ok(changes >= 12, `${changes} of the changes changed something`);
  }));
