import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { checkRollout } from "../../src/blueprints/rollout.ts";
import {
  ALL_PLATFORMS,
  assign,
  follower,
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

const identifier = (artifact: { id: string }) => `com.example.mdm.declaration.${artifact.id}`;

const rowsOf = async (fleet: Fleet, device: SimulatedDevice) =>
  await made(fleet, "GET", `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/artifacts/`);

/** Says something by declarative management; answers the status. */
async function say(device: SimulatedDevice, endpoint: string, data?: unknown): Promise<number> {
  const response = await device.checkIn({
    MessageType: "DeclarativeManagement",
    Endpoint: endpoint,
    ...(data === undefined
      ? {}
      : { Data: new TextEncoder().encode(typeof data === "string" ? data : JSON.stringify(data)) }),
  });
  await response.body?.cancel();
  return response.status;
}

/** A report about declarations. */
const about = (...configurations: Record<string, unknown>[]) => ({
  StatusItems: { management: { declarations: { activations: [], assets: [], configurations, management: [] } } },
  Errors: [],
});

Deno.test("a report that says the same again is no news: no event, no call", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeDeclaration(fleet);
    const device = await follower(fleet, blueprint.id, artifact.id);
    await rest(device);
    const report = about({
      identifier: identifier(artifact),
      "server-token": version.id,
      active: true,
      valid: "valid",
      reasons: [{ code: "x", description: "d" }],
    });
    assert.equal(await say(device, "status", report), 200);
    await rest(device);
    const events = async () =>
      (await sql`select count(*)::int as n from events where type = 'target_artifact_update'`)[0]?.n;
    const before = await events();
    await sql`update channels set push_forced = false`;
    assert.equal(await say(device, "status", report), 200);
    assert.equal(await events(), before);
    assert.deepEqual((await sql`select push_forced from channels`).map((row) => row.pushForced), [false]);
  }));

Deno.test("a declaration that is unknown before it is invalid is told anew a few times, not for ever", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeDeclaration(fleet);
    const device = await follower(fleet, blueprint.id, artifact.id);
    await device.connect();
    const tokens = new Set<string>();
    for (let n = 0; n < 10; n++) {
      await device.connect();
      const [row] = await rowsOf(fleet, device);
      const token = row.retry_count === 0 ? version.id : `${version.id}.rc-${row.retry_count}`;
      tokens.add(token);
      const one = { identifier: identifier(artifact), "server-token": token };
      await say(device, "status", about({ ...one, active: n % 2 === 0, valid: "unknown" }));
      await say(device, "status", about({ ...one, active: false, valid: "invalid" }));
    }
    assert.ok(tokens.size <= 5, [...tokens].join(" "));
  }));

Deno.test("a declaration that vanishes from the report before it is invalid is told anew a few times, not for ever", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeDeclaration(fleet);
    const device = await follower(fleet, blueprint.id, artifact.id);
    await device.connect();
    let syncs = 0;
    for (let n = 0; n < 12; n++) {
      syncs += (await device.connect()).filter(({ requestType }) => requestType === "DeclarativeManagement").length;
      const [row] = await rowsOf(fleet, device);
      const count = row?.retry_count ?? 0;
      const token = count === 0 ? version.id : `${version.id}.rc-${count}`;
      await say(device, "status", about());
      syncs += (await device.connect()).filter(({ requestType }) => requestType === "DeclarativeManagement").length;
      await say(
        device,
        "status",
        about({ identifier: identifier(artifact), "server-token": token, active: false, valid: "invalid" }),
      );
    }
    assert.ok(syncs < 8, `${syncs} syncs`);
  }));

Deno.test("a declaration that is valid for a moment each time before it is invalid is not told anew for ever", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeDeclaration(fleet);
    const device = await follower(fleet, blueprint.id, artifact.id);
    await device.connect();
    const flap = async () => {
      await device.connect();
      const [row] = await rowsOf(fleet, device);
      const token = row.retry_count === 0 ? version.id : `${version.id}.rc-${row.retry_count}`;
      const one = { identifier: identifier(artifact), "server-token": token };
      await say(device, "status", about({ ...one, active: true, valid: "valid" }));
      fleet.runtime.clock.advance(10);
      await say(device, "status", about({ ...one, active: false, valid: "invalid" }));
      return token;
    };
    const tokens = new Set<string>();
    for (let n = 0; n < 12; n++) tokens.add(await flap());
    assert.ok(tokens.size <= 5, [...tokens].join(" "));
    // What was well for long is worth another try.
    const [{ retry_count: count }] = await rowsOf(fleet, device);
    const token = `${version.id}.rc-${count}`;
    const one = { identifier: identifier(artifact), "server-token": token };
    await say(device, "status", about({ ...one, active: true, valid: "valid" }));
    fleet.runtime.clock.advance(2 * 3600);
    await say(device, "status", about({ ...one, active: false, valid: "invalid" }));
    assert.equal((await rowsOf(fleet, device))[0].retry_count, count + 1);
  }));

Deno.test("what was to be installed again and then left the blueprint is removed", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet, { legacy_profiles_via_ddm: false });
    const { artifact } = await makeProfile(fleet);
    const linked = await link(fleet, blueprint.id, artifact.id);
    const device = await fleet.enrolled();
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    const there = () => device.state.profiles.some((one) => one.identifier.endsWith(artifact.id));
    assert.ok(there());
    await made(
      fleet,
      "POST",
      `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/artifacts/${artifact.id}/reinstall/`,
    );
    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${linked.id}/`);
    await settle(fleet);
    await rest(device);
    assert.ok(!there());
  }));

Deno.test("what failed to be updated in place and then left the blueprint is removed", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet, { legacy_profiles_via_ddm: false });
    const { artifact, version } = await makeProfile(fleet);
    const linked = await link(fleet, blueprint.id, artifact.id);
    const device = await fleet.enrolled({
      mischief: (type, n) => type === "InstallProfile" && n > 1 ? "Error" : undefined,
    });
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    const there = () => device.state.profiles.some((one) => one.identifier.endsWith(artifact.id));
    assert.ok(there());
    await made(
      fleet,
      "POST",
      `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/artifacts/${artifact.id}/reinstall/`,
    );
    await rest(device);
    assert.equal((await rowsOf(fleet, device))[0].status, "Failed");
    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${linked.id}/`);
    await settle(fleet);
    await rest(device);
    assert.ok(!there(), version.id);
  }));

Deno.test("installing again is no update where an artifact does not update by itself", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet, { legacy_profiles_via_ddm: false });
    const { artifact, version } = await makeProfile(fleet, { artifact: { auto_update: false } });
    const device = await follower(fleet, blueprint.id, artifact.id);
    await rest(device);
    await made(fleet, "POST", "/api/mdm/profiles/", {
      artifact: artifact.id,
      version: 2,
      source: profileSource("com.example.second", "two"),
      ...ALL_PLATFORMS,
    });
    await settle(fleet);
    await rest(device);
    await made(
      fleet,
      "POST",
      `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/artifacts/${artifact.id}/reinstall/`,
    );
    await rest(device);
    assert.deepEqual(
      (await rowsOf(fleet, device)).map((
        row: { version: number; install_count: number },
      ) => [row.version, row.install_count]),
      [[1, 2]],
      version.id,
    );
  }));

Deno.test("reports, syncs and conversations of a device at the same time all go well", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeDeclaration(fleet);
    const device = await follower(fleet, blueprint.id, artifact.id);
    await rest(device);
    const id = await idOf(fleet, device.serialNumber);
    const statuses: number[] = [];
    for (let n = 0; n < 15; n++) {
      await made(fleet, "POST", `/api/mdm/devices/${id}/artifacts/${artifact.id}/reinstall/`);
      const report = about({
        identifier: identifier(artifact),
        "server-token": version.id,
        active: n % 2 === 0,
        valid: "valid",
      });
      await Promise.all([
        device.connect(),
        ...[1, 2, 3].map(async () => statuses.push(await say(device, "status", report))),
        ...[1, 2, 3].map(async () => statuses.push(await say(device, "tokens"))),
        ...[1, 2, 3].map(async () => statuses.push(await say(device, "declaration-items"))),
      ]);
    }
    assert.deepEqual([...new Set(statuses)], [200]);
  }));

Deno.test("halts, edits and checks of a version at the same time all go well", () =>
  withFleet(async (fleet) => {
    const { artifact, version } = await makeDeclaration(fleet);
    const statuses = new Set<number>();
    const post = async (path: string) => statuses.add((await fleet.api("POST", path, {})).status);
    const edit = async () =>
      statuses.add(
        (await fleet.api("PUT", `/api/mdm/declarations/${version.id}/`, { ...version, default_shard: 50 })).status,
      );
    for (let n = 0; n < 12; n++) {
      await Promise.all([
        post(`/api/mdm/artifact_versions/${version.id}/halt/`),
        edit(),
        checkRollout(fleet.runtime, version.id),
        post(`/api/mdm/artifact_versions/${version.id}/resume/`),
        edit(),
        post(`/api/mdm/artifacts/${artifact.id}/rollback/`),
      ]);
    }
    // Refused is fine: it was so already, or there is nothing to return to.
    assert.deepEqual([...statuses].filter((status) => status !== 200 && status !== 400), []);
  }));

Deno.test("an artifact that devices had and do not have any more can be deleted", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet, { legacy_profiles_via_ddm: false });
    const { artifact } = await makeProfile(fleet);
    const linked = await link(fleet, blueprint.id, artifact.id);
    const device = await fleet.enrolled();
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${linked.id}/`);
    await settle(fleet);
    await rest(device);
    const { status, json } = await fleet.api("DELETE", `/api/mdm/artifacts/${artifact.id}/`);
    assert.equal(status, 204, JSON.stringify(json));
  }));

Deno.test("one device cannot halt a rollout, however many users it makes up", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeDeclaration(fleet, {
      artifact: { channel: "User", platforms: ["macOS"] },
      version: { ios: false, ipados: false, tvos: false },
    });
    await link(fleet, blueprint.id, artifact.id, { macos: true });
    const device = await fleet.enrolled({
      declarationMischief: ({ Identifier }) => Identifier === identifier(artifact) ? "invalid" : undefined,
    });
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    for (let n = 0; n < 5; n++) {
      const userId = `11111111-2222-3333-4444-55555555555${n}`;
      await device.addUser({ userId, shortName: `u${n}`, longName: `U${n}` });
      await rest(device, userId);
    }
    await settle(fleet);
    const [row] = await fleet.runtime.sql`select state from artifact_versions where id = ${version.id}`;
    assert.equal(row?.state, "active");
  }));

for (const comes of ["connects", "synchronizes"] as const) {
  Deno.test(`a change that is taken back after a device ${comes} wakes that device`, () =>
    withFleet(async (fleet) => {
      const { sql, clock } = fleet.runtime;
      const blueprint = await makeBlueprint(fleet);
      const { artifact } = await makeDeclaration(fleet);
      const device = await fleet.enrolled();
      await assign(fleet, device.serialNumber, blueprint.id);
      await rest(device);
      await settle(fleet);
      const linked = await link(fleet, blueprint.id, artifact.id);
      if (comes === "connects") {
        // Its inventory is due, so it comes by itself.
        clock.advance(2 * 86_400);
        await rest(device);
      } else {
        await device.synchronize();
        assert.deepEqual((await sql`select push_forced from channels`).map((row) => row.pushForced), [true]);
      }
      assert.ok(device.state.declarations.has(identifier(artifact)));
      await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${linked.id}/`);
      await sql`update channels set push_forced = false, next_action_at = ${new Date(clock.now().getTime() + 1e7)}`;
      await settle(fleet);
      assert.deepEqual((await sql`select push_forced from channels`).map((row) => row.pushForced), [true]);
      await rest(device);
      assert.ok(!device.state.declarations.has(identifier(artifact)));
    }));
}

Deno.test("what a device reports stays bounded, however often and whatever it reports", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const device = await fleet.enrolled();
    await rest(device);
    const sizes = async () =>
      (await sql`select count(*)::int as items, max(pg_column_size(value))::int as bytes, max(jsonb_array_length(value)) filter (where jsonb_typeof(value) = 'array') as longest from status_items`)[
        0
      ];
    for (let n = 0; n < 4; n++) {
      const items = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`x${n}-${i}`, i]));
      const list = Array.from({ length: 4000 }, (_, i) => ({ identifier: `${n} ${i}`, text: "x".repeat(300) }));
      assert.equal(
        await say(device, "status", {
          StatusItems: { ...items, list },
          Errors: Array.from({ length: 3000 }, (_, i) => ({ StatusItem: `e${n}.${i}`, Reasons: [] })),
        }),
        200,
      );
    }
    const found = await sizes();
    assert.ok(found?.items <= 2500, JSON.stringify(found));
    assert.ok(found?.longest < 8000, JSON.stringify(found));
  }));

Deno.test("an odd report is refused or taken, never a fault of the server", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await rest(device);
    for (const depth of [100, 1000, 3000, 8000, 20_000, 100_000, 1_000_000]) {
      for (const [open, close] of [["[", "]"], ['{"a":', "}"]]) {
        const deep = open!.repeat(depth) + "1" + close!.repeat(depth);
        const status = await say(device, "status", `{"StatusItems":{"x":${deep}}}`);
        assert.ok(status === 200 || status === 400, `${open} ${depth}: ${status}`);
        const inError = await say(
          device,
          "status",
          `{"StatusItems":{},"Errors":[{"StatusItem":"x","Reasons":${deep}}]}`,
        );
        assert.ok(inError === 200 || inError === 400, `errors ${open} ${depth}: ${inError}`);
      }
    }
    for (
      const text of [
        '{"StatusItems":{"__proto__":{"a":1},"constructor":{"prototype":1},"a":1e999,"b":-1e-999,"c":123456789012345678901234567890}}',
        '{"StatusItems":{"\\u0000":"\\u0000","\\ud800":"\\udfff"}}',
        '{"StatusItems":{"device":{"operating-system":{"version":"\\u0000","build-version":"' + "9".repeat(100000) +
        '"}}}}',
        '{"StatusItems":{"device":{"operating-system":{"version":{"a":1}}},"management":{"client-capabilities":null,"declarations":{"configurations":[null,1,{"identifier":"a","server-token":"b"}]}}}}',
        `{"StatusItems":{"${"長".repeat(499)}":"${"長".repeat(500)}"}}`,
        `{"StatusItems":{},"Errors":[{"StatusItem":"${"長".repeat(2000)}","Reasons":null},{"StatusItem":"\\u0000"}]}`,
      ]
    ) {
      const status = await say(device, "status", text);
      assert.ok(status === 200 || status === 400, `${text.slice(0, 80)}: ${status}`);
    }
    assert.equal((await device.connect()).length >= 0, true);
  }));

Deno.test("the history keeps so many changes of an item in a day, and what it is now always", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await rest(device);
    for (let n = 0; n < 120; n++) {
      assert.equal(await say(device, "status", { StatusItems: { odd: n }, Errors: [] }), 200);
      fleet.runtime.clock.advance(1);
    }
    const id = await idOf(fleet, device.serialNumber);
    const { count } = await made(fleet, "GET", `/api/mdm/devices/${id}/status_items/odd/`);
    assert.equal(count, 100);
    const items = await made(fleet, "GET", `/api/mdm/devices/${id}/status_items/`);
    assert.equal(items.find(({ path }: { path: string }) => path === "odd").value, 119);
    fleet.runtime.clock.advance(86_400);
    await say(device, "status", { StatusItems: { odd: "again" }, Errors: [] });
    assert.equal((await made(fleet, "GET", `/api/mdm/devices/${id}/status_items/odd/`)).count, 101);
  }));

Deno.test("a dry run changes nothing: where there is none it is refused", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeProfile(fleet);
    const device = await follower(fleet, blueprint.id, artifact.id);
    await settle(fleet);
    await rest(device);
    const id = await idOf(fleet, device.serialNumber);
    const everything = async () => {
      const tables = await sql`
        select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`;
      return await Promise.all(tables.map(async ({ relname }) =>
        (await sql`select ${relname as string} as name, md5(string_agg(t::text, '' order by t::text)) as digest
          from ${sql(relname)} t`)[0]
      ));
    };
    const before = await everything();
    const dry = async (method: string, path: string, body?: unknown) =>
      (await fleet.api(method, `${path}?dry_run=true`, body)).status;
    const source = profileSource("com.example.dry", "dry");
    assert.equal(
      await dry("POST", "/api/mdm/profiles/", { artifact: artifact.id, version: 2, source, macos: true }),
      200,
    );
    assert.equal(await dry("PUT", `/api/mdm/devices/${id}/blueprint/`, { blueprint: null }), 200);
    assert.equal(await dry("POST", `/api/mdm/artifact_versions/${version.id}/withdraw/`, {}), 200);
    assert.equal(await dry("POST", `/api/mdm/devices/${id}/artifacts/${artifact.id}/reinstall/`), 400);
    assert.equal(await dry("POST", `/api/mdm/devices/${id}/block/`), 400);
    assert.deepEqual(await everything(), before);
  }));

Deno.test("what was installed again is not verified before the device lists it again", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet, { legacy_profiles_via_ddm: false, collect_profiles: 2 });
    const { artifact } = await makeProfile(fleet);
    const device = await follower(fleet, blueprint.id, artifact.id);
    await rest(device);
    assert.notEqual((await rowsOf(fleet, device))[0].verified_at, null);
    const id = await idOf(fleet, device.serialNumber);
    fleet.runtime.clock.advance(100);
    await made(fleet, "POST", `/api/mdm/devices/${id}/artifacts/${artifact.id}/reinstall/`);
    await rest(device);
    const [again] = await rowsOf(fleet, device);
    assert.deepEqual([again.install_count, again.verified_at], [2, null]);
    fleet.runtime.clock.advance(2 * 86_400);
    await rest(device);
    assert.ok((await rowsOf(fleet, device))[0].verified_at > again.installed_at);
  }));
