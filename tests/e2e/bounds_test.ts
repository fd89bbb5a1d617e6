import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { buildPlist } from "../../src/protocol/plist.ts";
import {
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
import { findEvents } from "../support/events.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { idle, say } from "../support/talk.ts";

const KB = 1024;
const MB = 1024 * KB;
/** With its values it would have 40 MB. */
const HUGE = "$CUSTOM.LONG ".repeat(10_000);

/** A device of a blueprint whose custom value is long. */
async function follower(fleet: Fleet, settings: Record<string, unknown>, ...artifacts: string[]) {
  const blueprint = await makeBlueprint(fleet, settings);
  for (const artifact of artifacts) await link(fleet, blueprint.id, artifact);
  const device = await fleet.enrolled();
  const values = { LONG: "x".repeat(4096), SHORT: "short" };
  await made(fleet, "PUT", `/api/inventory/devices/${device.serialNumber}/values/`, { values });
  await assign(fleet, device.serialNumber, blueprint.id);
  await settle(fleet);
  await rest(device);
  return device;
}

const events = async (fleet: Fleet, type: string) =>
  (await findEvents(fleet.runtime.sql, { limit: 500 })).filter((event) => event.type === type)
    .map(({ payload }) => JSON.stringify(payload));

Deno.test("a profile that is too large with its values fails by itself with its reason, as a command and as a download", () =>
  withFleet(async (fleet) => {
    const huge = await makeProfile(fleet, { version: { source: profileSource("com.example.huge", HUGE) } });
    const small = await makeProfile(fleet, {
      version: { source: profileSource("com.example.small", "$CUSTOM.SHORT") },
    });
    const device = await follower(fleet, { legacy_profiles_via_ddm: false }, huge.artifact.id, small.artifact.id);
    assert.match(JSON.stringify(device.state.profiles), /"short"/);
    const id = await idOf(fleet, device.serialNumber);
    const rows = (await made(fleet, "GET", `/api/mdm/devices/${id}/artifacts/`)) as Record<string, unknown>[];
    const failed = JSON.stringify(rows).match(
      /"With the values of its variables it would be larger than 4 times[^"]*"/g,
    );
    assert.equal(failed?.length, 1, JSON.stringify(rows));

    const other = await follower(fleet, { legacy_profiles_via_ddm: true }, huge.artifact.id, small.artifact.id);
    assert.match(JSON.stringify([...other.state.profiles]), /"short"/);
    const downloads = await events(fleet, "mdm_download");
    const why = downloads.filter((one) => one.includes("With the values of its variables"));
    assert.ok(why.length > 0 && why.every((one) => one.includes('"outcome":"not_found"')));
  }));

Deno.test("a declaration that is too large with its values fails alone: the device reports it, and has the others", () =>
  withFleet(async (fleet) => {
    const huge = await makeDeclaration(fleet, { payload: { Echo: HUGE } });
    const small = await makeDeclaration(fleet, { payload: { Echo: "$CUSTOM.SHORT" } });
    const asset = await makeDeclaration(fleet, {
      artifactType: "Asset",
      type: "com.apple.asset.useridentity",
      payload: { FullName: HUGE },
    });
    const contacts = await makeDeclaration(fleet, {
      type: "com.apple.configuration.account.google",
      payload: { UserIdentityAssetReference: `ztl:${asset.artifact.id}` },
    });
    const device = await follower(fleet, {}, huge.artifact.id, small.artifact.id, contacts.artifact.id);
    const state = ({ id }: { id: string }) => device.state.declarations.get(`com.example.mdm.declaration.${id}`);
    assert.deepEqual([state(small.artifact)?.active, state(huge.artifact)?.valid], [true, "invalid"]);
    assert.equal(state(asset.artifact), undefined);
    const id = await idOf(fleet, device.serialNumber);
    const rows = await made(fleet, "GET", `/api/mdm/devices/${id}/artifacts/`);
    const statuses = rows.map((row: { status: string }) => row.status).sort();
    assert.deepEqual(statuses, ["Failed", "Installed"], JSON.stringify(rows));
    const said = (await events(fleet, "mdm_request")).filter((one) => one.includes("With the values of its variables"));
    assert.ok(said.some((one) => one.includes('"status":"warning"') && one.includes("configuration")));
    assert.ok(said.some((one) => one.includes('"status":"failure"') && one.includes("asset")));
  }));

const report = async (device: SimulatedDevice, items: unknown, more: Record<string, unknown> = {}) => {
  const Data = new TextEncoder().encode(JSON.stringify({ StatusItems: items, Errors: [], ...more }));
  const response = await device.checkIn({ MessageType: "DeclarativeManagement", Endpoint: "status", Data });
  await response.body?.cancel();
  return response.status;
};
const names = (bytes: number, from = 0) => Array.from({ length: bytes / 64 }, (_, n) => `n${from + n}`.padEnd(61, "."));

Deno.test("reported capabilities are stored up to 32 KB; larger ones keep the previous value, with an event", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const say = (bytes: number) =>
      report(device, {
        management: { "client-capabilities": { "supported-payloads": { "status-items": names(bytes) } } },
        device: { "operating-system": { version: "26.5" } },
      });
    const kept = async () => {
      const [row] = await fleet.runtime.sql<
        { text: string }[]
      >`select client_capabilities::text as text from channel_plans`;
      return row?.text;
    };
    assert.equal(await say(31 * KB), 200);
    const before = await kept();
    assert.match(before ?? "", /n400\./);
    assert.equal(await say(33 * KB), 200);
    assert.equal(await kept(), before);
    const [json] = await made(fleet, "GET", "/api/mdm/devices/");
    assert.equal(json.os_version, "26.5");
    const warned = (await events(fleet, "mdm_request")).filter((one) => one.includes('"status":"warning"'));
    assert.equal(warned.length, 1);
    assert.match(warned[0] ?? "", /too large to be kept: management\.client-capabilities"/);
  }));

Deno.test("status items have 2 MB each and 8 MB in all, however they are split; their history has 64 KB of each", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const stored = async () => {
      const [row] = await fleet.runtime.sql<{ bytes: number; kept: number; refused: number }[]>`
        select sum(octet_length(value::text))::int as bytes, count(value)::int as kept, count(error)::int as refused
        from status_items`;
      return row ?? { bytes: 0, kept: 0, refused: 0 };
    };
    assert.equal(await report(device, { x: { huge: names(3 * MB), fine: "1" } }), 200);
    assert.deepEqual(await stored(), { bytes: 3, kept: 1, refused: 1 });
    for (let n = 0; n < 8; n++) assert.equal(await report(device, { x: { [`n${n}`]: names(1.5 * MB, n) } }), 200);
    const full = await stored();
    assert.deepEqual([full.kept, full.refused], [6, 4]);
    assert.ok(full.bytes < 9 * MB, `${full.bytes} bytes`);
    // A replacement has the room of the replaced item, and a full report has all of it.
    assert.equal(await report(device, { x: { n0: names(1.5 * MB, 7) } }), 200);
    assert.deepEqual([(await stored()).kept, (await stored()).refused], [6, 4]);
    assert.equal(await report(device, { x: { n7: names(1.5 * MB) } }, { FullReport: true }), 200);
    assert.deepEqual([(await stored()).kept, (await stored()).refused], [1, 0]);
    const [history] = await fleet.runtime.sql<{ most: number; large: number; gone: number }[]>`
      select max(octet_length(value::text))::int as most, count(*) filter (where value ? 'TooLarge')::int as large,
        count(*) filter (where value is null and error is null)::int as gone from status_item_history`;
    assert.ok((history?.most ?? MB) < 100);
    assert.deepEqual([history?.large, history?.gone], [7, 9]);
  }));

Deno.test("an answer of more than 200,000 values ends its command with the reason; a check-in has 16 MB at most", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const { uuid } = await say(fleet, device, idle(device));
    assert.ok(uuid !== null);
    const answer = (values: number) =>
      buildPlist({
        UDID: device.udid,
        CommandUUID: uuid,
        Status: "Acknowledged",
        QueryResponses: { a: Array(values).fill(true) },
      });
    await say(fleet, device, answer(200_001));
    const [row] = await fleet.runtime.sql<{ state: string; errorChain: unknown }[]>`
      select state, error_chain from command_history where uuid = ${uuid}`;
    assert.equal(row?.state, "error");
    assert.match(JSON.stringify(row?.errorChain), /it has more than 200000 values/);
    const large = device.checkIn({ MessageType: "GetToken", TokenServiceType: "a", Data: new Uint8Array(12.5 * MB) });
    const response = await large;
    await response.body?.cancel();
    assert.equal(response.status, 413);
  }));

Deno.test("a channel adds 1,000 rows and 2 MB to its history in a day, whatever its items are called; one event a day reports it", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const history = async () => {
      const [row] = await fleet.runtime.sql<{ rows: number; bytes: number; paths: number }[]>`
        select count(*)::int as rows, coalesce(sum(octet_length(value::text)), 0)::int as bytes,
          count(distinct path)::int as paths from status_item_history`;
      assert.ok(row);
      return row;
    };
    const told = async () =>
      (await events(fleet, "mdm_request")).filter((one) =>
        one.includes("the history keeps no more of their changes today")
      )
        .length;
    let round = 0;
    const full = async (count: number, bytes: number) => {
      const name = `x${round++}`;
      const items = Object.fromEntries(Array.from({ length: count }, (_, n) => [`${name}_${n}`, names(bytes)]));
      assert.equal(await report(device, { device: items }, { FullReport: true }), 200);
      const [kept] = await fleet.runtime
        .sql`select count(*)::int as count from status_items where path like ${`device.${name}%`}`;
      assert.equal(kept?.count, count, "the newest values are kept as ever");
    };
    // For unpublished names, the history has only the size of a long value.
    await full(50, 60 * KB);
    const first = await history();
    assert.equal(first.paths, 50);
    assert.ok(first.bytes < 50 * 40, `${first.bytes} bytes`);
    for (let n = 0; n < 3; n++) await full(290, 64);
    assert.deepEqual([(await history()).rows, await told()], [1000, 1]);
    await full(290, 64);
    assert.deepEqual([(await history()).rows, await told()], [1000, 1]);
    // Another day has room again, until it has 2 MB.
    fleet.runtime.clock.advance(86_400);
    await full(260, 3.9 * KB);
    await full(260, 3.9 * KB);
    const second = await history();
    assert.ok(second.rows < 1900 && second.bytes - first.bytes < 2.2 * MB, JSON.stringify(second));
    assert.ok(second.bytes - first.bytes > 1.5 * MB, JSON.stringify(second));
    assert.equal(await told(), 2);
    // Published items have longer values there.
    fleet.runtime.clock.advance(86_400);
    await full(1, 64);
    await report(device, { app: { managed: { list: names(60 * KB) } }, x: { long: names(60 * KB) } });
    const long = await fleet.runtime.sql`
      select path from status_item_history where octet_length(value::text) > 50000 order by path`;
    assert.deepEqual(long.map(({ path }) => path), ["app.managed.list"]);
  }));
