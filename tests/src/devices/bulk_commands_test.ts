/** One command for many devices: preview, progress, results and reasons agree. */

import assert from "node:assert/strict";
import { MODELS } from "../../../simulators/device/models.ts";
import { made, settle } from "../../support/artifacts.ts";
import { type Fleet, withFleet } from "../../support/fleet.ts";
import { apiApp, callerOf, makeCaller } from "../../routes/api/support.ts";
import { csvCell } from "../../../routes/csv.ts";

const PATH = "/api/mdm/bulk_commands/";
const restart = { name: "RestartDevice", selection: { filter: "" } };

/** Copies of an enrolled device, so many that a test of each would take long; some that cannot restart. */
async function fleetOf(fleet: Fleet, many: number, unable: number) {
  const { sql } = fleet.runtime;
  const real = await fleet.enrolled();
  await real.connect();
  await sql`
    with d as (insert into devices (udid, serial_number, created_at, updated_at)
      select 'UDID-' || n, 'COPY' || lpad(n::text, 6, '0'), now(), now() from generate_series(1, ${many - 1}) n
      returning id, udid),
    e as (insert into enrollments (device_id, session_id, push_certificate_id, name, model, platform, os_version,
        supervised, hardware_proven, created_at, updated_at)
      select d.id, o.session_id, o.push_certificate_id, '=1+1', o.model, o.platform, o.os_version, o.supervised, true, now(), now()
      from d, (select * from enrollments order by id limit 1) o returning id, device_id),
    c as (insert into channels (enrollment_id, push_token, created_at, updated_at)
      select e.id, null, now(), now() from e returning id, enrollment_id)
    insert into channel_plans (channel_id, updated_at) select id, now() from c`;
  await sql`update devices d set enrollment_id = e.id from enrollments e where e.device_id = d.id`;
  // Half of those that cannot have ended, half are not supervised.
  await sql`update enrollments set ended_at = now()
    where device_id in (select id from devices where serial_number like 'COPY%' order by id limit ${unable / 2})`;
  await sql`update enrollments set platform = 'iPadOS', supervised = false
    where device_id in (select id from devices where serial_number like 'COPY%' order by id desc limit ${unable / 2})`;
  return { real };
}

Deno.test("500 devices of which 40 cannot restart: preview, progress, results and reasons agree", () =>
  withFleet(async (fleet) => {
    const { runtime, runtime: { sql } } = fleet;
    const { real } = await fleetOf(fleet, 500, 40);
    const preview = await fleet.api("POST", `${PATH}?dry_run=true`, restart);
    assert.equal(preview.status, 200, JSON.stringify(preview.json));
    assert.deepEqual(
      [preview.json.devices, preview.json.possible, preview.json.impossible],
      [500, 460, 40],
    );
    const counts = preview.json.reasons.map(({ count }: { count: number }) => count);
    assert.deepEqual(counts, [20, 20]);
    for (const { examples } of preview.json.reasons) assert.equal(examples.length, 5);
    assert.equal((await sql`select 1 from bulk_commands`).length, 0);

    const bulk = await made(fleet, "POST", PATH, restart);
    assert.deepEqual([bulk.state, bulk.devices, bulk.states], ["running", 500, { waiting: 460, impossible: 40 }]);
    await settle(fleet);
    const path = `${PATH}${bulk.id}/`;
    const queued = await made(fleet, "GET", path);
    assert.deepEqual([queued.state, queued.states], ["done", { queued: 460, impossible: 40 }]);
    const [{ count } = { count: 0 }] = await sql<{ count: number }[]>`
      select count(*)::int as count from commands where name = 'RestartDevice'`;
    assert.equal(count, 460);
    // One of them is a real one: it answers.
    await real.connect();
    const progress = await made(fleet, "GET", path);
    assert.deepEqual(progress.states, { acknowledged: 1, queued: 459, impossible: 40 });
    const why = await made(fleet, "GET", `${path}results/?state=impossible&limit=100`);
    const grouped = Map.groupBy(why.results as { reason: string }[], ({ reason }) => reason);
    assert.deepEqual(
      [...grouped].map(([reason, rows]) => ({ reason, count: rows.length })).sort((a, b) =>
        a.reason < b.reason ? -1 : 1
      ),
      (preview.json.reasons as { reason: string; count: number }[])
        .map(({ reason, count }) => ({ reason, count })).sort((a, b) => a.reason < b.reason ? -1 : 1),
    );
    const response = await fleet.fetch(
      new Request(`https://mdm.example.com${path}results_csv/`, {
        headers: { Authorization: `Token ${(await makeCaller(runtime, ["mdm.view_devicecommand"])).token}` },
      }),
    );
    assert.equal(response.headers.get("Content-Type"), "text/csv; charset=utf-8");
    const lines = (await response.text()).trimEnd().split("\r\n");
    assert.equal(lines.length, 501);
    assert.equal(lines.filter((line) => line.includes(",impossible,")).length, 40);
    // A name that a spreadsheet would evaluate.
    assert.equal(lines.filter((line) => line.includes(",'=1+1,")).length, 499);

    // Cancelled: what was not sent ends, what was sent or answered stays.
    assert.equal((await fleet.api("DELETE", path)).status, 204);
    await settle(fleet);
    const ended = await made(fleet, "GET", path);
    assert.deepEqual([ended.state, ended.states], ["cancelled", { acknowledged: 1, cancelled: 459, impossible: 40 }]);
    assert.equal((await fleet.api("DELETE", path)).status, 400);
    assert.equal((await sql`select 1 from commands where name = 'RestartDevice'`).length, 0);
  }));

Deno.test("selections are by id, tag, blueprint, words or a saved filter, and are never empty by accident", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const ids: number[] = [];
    for (const name of ["Anna", "Berta", "Cäsar"]) {
      const model = MODELS[0];
      assert.ok(model);
      const device = await fleet.enrolled({ name, model });
      await device.connect();
      const [{ id }] = await made(fleet, "GET", `/api/mdm/devices/?serial_number=${device.serialNumber}`);
      ids.push(id);
    }
    const tag = await made(fleet, "POST", "/api/inventory/tags/", { name: "Lab" });
    const [first] = await made(fleet, "GET", "/api/mdm/devices/?ordering=created_at");
    await made(fleet, "POST", `/api/inventory/devices/${first.serial_number}/tags/`, { tags: [tag.id] });
    const preview = (selection: object) =>
      fleet.api("POST", `${PATH}?dry_run=true`, { name: "RestartDevice", selection });
    const count = async (selection: object) => (await preview(selection)).json.devices;
    assert.equal(await count({ devices: ids.slice(0, 2) }), 2);
    assert.equal(await count({ tags: [tag.id] }), 1);
    assert.equal(await count({ search: "berta" }), 1);
    assert.equal(await count({ filter: "?platform=macOS&q=a" }), 3);
    assert.equal(await count({ filter: "", tags: [tag.id], devices: ids }), 1);
    for (
      const [selection, field] of [
        [{}, "selection"],
        [{ blueprint: 99 }, "selection"],
        [{ search: "nobody" }, "selection"],
      ] as const
    ) {
      const { status, json } = await preview(selection);
      assert.deepEqual([status, Object.keys(json)], [400, [field]]);
    }
    // A filter that would select every device, because it is misspelled.
    for (
      const filter of [
        "platfrom=macOS",
        "platform=macos",
        "?state=activ",
        "tag=Lab",
        "state=active&seen=8",
        "platform=macOS&platform=iOS",
        "status=Installed",
      ]
    ) {
      const { status, json } = await preview({ filter });
      assert.deepEqual([status, Object.keys(json.selection ?? json)], [400, ["filter"]], filter);
    }
    assert.equal(await count({ filter: "?state=active&sort=name&dir=desc&offset=50&platform=&os=" }), 3);
    assert.deepEqual((await preview({ devices: [ids[0], 99] })).json, {
      selection: { devices: ["There is no device 99."] },
    });
    // Times, an unknown command, wrong arguments.
    const send = (body: object) => fleet.api("POST", PATH, { ...restart, ...body });
    assert.deepEqual(Object.keys((await send({ expires_at: "2020-01-01T00:00:00" })).json), ["expires_at"]);
    assert.deepEqual(Object.keys((await send({ name: "Nothing" })).json), ["name"]);
    assert.deepEqual(Object.keys((await send({ name: "ProfileListX" })).json), ["name"]);
    const later = await made(fleet, "POST", PATH, {
      ...restart,
      not_before: "2030-01-01T00:00:00",
      expires_at: "2030-02-01T00:00:00",
    });
    await settle(fleet);
    const [command] = await runtime.sql<{ notBefore: Date; expiresAt: Date }[]>`
      select not_before, expires_at from commands where name = 'RestartDevice'`;
    assert.deepEqual(
      [command?.notBefore.toISOString(), command?.expiresAt.toISOString()],
      ["2030-01-01T00:00:00.000Z", "2030-02-01T00:00:00.000Z"],
    );
    assert.equal(later.not_before, "2030-01-01T00:00:00");
  }));

Deno.test("rights, limits, the number of devices and approval hold for a bulk command as a whole", () =>
  withFleet(async (fleet) => {
    const { runtime, runtime: { sql } } = fleet;
    await fleetOf(fleet, 10, 0);
    const tag = await made(fleet, "POST", "/api/inventory/tags/", { name: "Lab" });
    await made(fleet, "POST", "/api/inventory/devices/tags/", {
      action: "add",
      tags: [tag.id],
      serial_numbers: ["COPY000001", "COPY000002"],
    });
    const app = apiApp(runtime);
    const RIGHTS = ["mdm.view_devicecommand", "mdm.add_devicecommand", "mdm.delete_devicecommand"];
    const caller = async (narrowed = {}) => {
      const { token, userId } = await makeCaller(runtime, RIGHTS, narrowed);
      return Object.assign(callerOf(app, { Authorization: `Token ${token}` }), { userId });
    };
    // A helpdesk role locks and cannot erase; a limited one reaches its own devices only.
    const helpdesk = await caller({ commands: ["DeviceLock"] });
    const refused = await helpdesk("POST", PATH, restart);
    assert.deepEqual([refused.status, refused.body], [403, {
      detail: "You do not have permission to use the command RestartDevice.",
    }]);
    const limited = await caller({ limitedToTags: [tag.id] });
    const own = await limited("POST", PATH, restart);
    assert.deepEqual([own.status, (own.body as { devices: number }).devices], [201, 2]);
    const [other] = await sql<{ id: number }[]>`select id from devices where serial_number = 'COPY000005'`;
    assert.equal((await limited("POST", PATH, { ...restart, selection: { devices: [other?.id] } })).status, 400);
    const whole = await caller();
    const all = (await whole("POST", PATH, restart)).body as { id: string };
    const seen = (await limited("GET", `${PATH}${all.id}/`)).body as { devices: number };
    assert.equal(seen.devices, 2);
    assert.equal((await limited("DELETE", `${PATH}${all.id}/`)).status, 403);
    assert.ok(!JSON.stringify((await limited("GET", `${PATH}${all.id}/results/`)).body).includes("COPY000005"));
    // Nor are the ids of others in the selection of somebody else.
    const ids = (await sql<{ id: number }[]>`select id from devices order by serial_number`).map(({ id }) => id);
    const chosen = (await (await caller())("POST", PATH, { ...restart, selection: { devices: ids.toReversed() } }))
      .body as { id: string; selection: object };
    assert.deepEqual(chosen.selection, { devices: ids.toReversed() });
    const lab = await sql<{ id: number }[]>`
      select id from devices where serial_number in ('COPY000001', 'COPY000002') order by serial_number desc`;
    const part = { devices: lab.map(({ id }) => id) };
    const one = (await limited("GET", `${PATH}${chosen.id}/`)).body as { selection: object };
    const list = (await limited("GET", PATH)).body as { results: { id: string; selection: object }[] };
    assert.deepEqual([one.selection, list.results.find(({ id }) => id === chosen.id)?.selection], [part, part]);
    assert.equal(await made(fleet, "DELETE", `${PATH}${chosen.id}/`), undefined);
    // The requester loses the right before the job has run.
    await sql`delete from user_roles where user_id = ${whole.userId}`;
    await settle(fleet);
    const lost = await made(fleet, "GET", `${PATH}${all.id}/results/?limit=1`);
    assert.deepEqual(
      [lost.results[0].state, lost.results[0].reason],
      ["impossible", "The person who sent it no longer has the permission."],
    );
    assert.equal((await sql`select 1 from commands where name = 'RestartDevice'`).length, 2);

    // A destructive one needs the number of devices, and a second person if the settings say so.
    const lock = { name: "DeviceLock", arguments: { pin: "123456" }, selection: { filter: "" } };
    assert.deepEqual((await helpdesk("POST", PATH, lock)).body, { expected_devices: ["This field is required."] });
    assert.equal((await helpdesk("POST", PATH, { ...lock, expected_devices: 9 })).status, 400);
    await made(fleet, "PUT", "/api/mdm/approval_settings/", {
      destructive_commands: { reason_required: true, approval_required: true },
      reveals: {},
    });
    const body = { ...lock, expected_devices: 10, reason: "Break-in" };
    const asked = await helpdesk("POST", PATH, body);
    const { approval } = asked.body as { approval: string };
    assert.deepEqual([asked.status, asked.body], [403, { detail: "Waiting for approval", approval }]);
    assert.deepEqual((await helpdesk("POST", PATH, body)).body, asked.body);
    assert.equal((await sql`select 1 from bulk_commands where name = 'DeviceLock'`).length, 1);
    const shown = (await helpdesk("GET", `/api/mdm/approvals/${approval}/`)).body as { bulk_command: string };
    assert.equal((await made(fleet, "GET", `${PATH}${shown.bulk_command}/`)).state, "waiting");
    const decide = (call: typeof helpdesk, decision = "approve") =>
      call("POST", `/api/mdm/approvals/${approval}/`, { decision });
    assert.equal((await decide(helpdesk)).status, 403);
    assert.equal((await decide(limited)).status, 404);
    await settle(fleet);
    assert.equal((await sql`select 1 from commands where name = 'DeviceLock'`).length, 0);
    const second = await caller({ commands: ["DeviceLock"] });
    assert.equal((await decide(second)).status, 200);
    await settle(fleet);
    const locks = await sql<{ secretsSealed: string | null }[]>`
      select secrets_sealed from commands where name = 'DeviceLock'`;
    assert.equal(locks.length, 10);
    const text = JSON.stringify(await sql`select to_jsonb(b) as row from bulk_commands b`);
    assert.ok(!text.includes("123456"));
    // Declined: nothing is queued.
    const again = (await helpdesk("POST", PATH, { ...body, reason: "Again" })).body as { approval: string };
    await second("POST", `/api/mdm/approvals/${again.approval}/`, { decision: "decline" });
    await settle(fleet);
    assert.equal((await sql`select 1 from commands where name = 'DeviceLock'`).length, 10);
    assert.equal((await sql`select 1 from bulk_commands where state = 'declined'`).length, 1);
  }));

Deno.test("cells that a spreadsheet would evaluate are texts", () => {
  assert.deepEqual(["=1", "+1", "-1", "@a", "\tx", "＝1", "a,b", 'a"b', "a\nb", "plain"].map(csvCell), [
    "'=1",
    "'+1",
    "'-1",
    "'@a",
    "'\tx",
    "'＝1",
    '"a,b"',
    '"a""b"',
    '"a\nb"',
    "plain",
  ]);
});
