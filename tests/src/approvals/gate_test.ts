/** Sensitive actions with a reason and a second person, over the API. */

import { insertEscrowed } from "../../../db/devices/escrowed_secrets.ts";
import { deviceIdOf } from "../../../db/ids.ts";
import { nextId } from "../../../db/next_id.ts";
import { ENDPOINTS } from "../../../routes/api/registry.ts";
import { escrowContext } from "../../../src/escrow/escrow.ts";
import { sealResult } from "../../../src/commands/result.ts";
import { ESCROW_KINDS, LIVE_KINDS } from "../../../src/escrow/kinds.ts";
import assert from "node:assert/strict";
import { type Fleet, withFleet } from "../../support/fleet.ts";
import { made } from "../../support/artifacts.ts";
import { apiApp, type Caller, callerOf, makeCaller } from "../../routes/api/support.ts";
import { housekeeping } from "../../../jobs/housekeeping.ts";
import { byJob } from "../../../src/events/by.ts";

const RIGHTS = [
  "mdm.view_enrolleddevice",
  "mdm.change_enrolleddevice",
  "mdm.delete_enrolleddevice",
  "mdm.add_devicecommand",
  "mdm.view_device_lock_pin",
];

type Body = { detail: string; approval: string };

async function house(fleet: Fleet) {
  const { runtime } = fleet;
  const device = await fleet.enrolled();
  await device.connect();
  const [row] = await runtime.sql<{ id: number }[]>`select id from devices`;
  const app = apiApp(runtime);
  const caller = async (permissions: readonly string[] = RIGHTS, narrowed = {}) => {
    const made = await makeCaller(runtime, permissions, narrowed);
    const call = callerOf(app, { Authorization: `Token ${made.token}` });
    return Object.assign(call, { userId: made.userId });
  };
  const settings = (change: object) =>
    made(fleet, "PUT", "/api/mdm/approval_settings/", { destructive_commands: {}, reveals: {}, ...change });
  const queued = async () =>
    (await runtime.sql<{ name: string }[]>`
      select name from commands where name in ('EraseDevice', 'DeviceLock', 'CustomCommand') order by id`)
      .map(({ name }) => name);
  return { runtime, device, id: row?.id ?? 0, caller, settings, queued };
}

const pinOf = async ({ runtime }: Fleet) =>
  (await runtime.sql<{ id: number }[]>`select id from escrowed_secrets where kind = 'device_lock_pin'`)[0]?.id ?? 0;

const BOTH = { reason_required: true, approval_required: true };
const erase = (call: Caller, id: number, body: object = {}) =>
  call("POST", `/api/mdm/devices/${id}/erase/`, { pin: "123456", ...body });
const decide = (call: Caller, uuid: string, decision = "approve") =>
  call("POST", `/api/mdm/approvals/${uuid}/`, { decision });

Deno.test("while the settings are off nothing is asked and nothing is recorded", () =>
  withFleet(async (fleet) => {
    const { runtime, id, caller, queued } = await house(fleet);
    const call = await caller();
    assert.equal((await erase(call, id)).status, 201);
    assert.equal((await call("GET", `/api/mdm/devices/${id}/device_lock_pin/`)).status, 200);
    assert.equal((await call("POST", `/api/mdm/devices/${id}/block/`)).status, 200);
    assert.deepEqual(await queued(), ["EraseDevice"]);
    const [found] = await runtime.sql`select 1 from approvals union all
      select 1 from events where type like 'approval%' or type = 'reason_given'`;
    assert.equal(found, undefined);
  }));

Deno.test("a reason is required where the settings say so, in the query or the body, and is recorded", () =>
  withFleet(async (fleet) => {
    const { runtime, device, id, caller, settings, queued } = await house(fleet);
    await settings({ destructive_commands: { reason_required: true }, reveals: { reason_required: true } });
    await made(fleet, "POST", `/api/mdm/devices/${id}/lock/?reason=First`, { pin: "271828" });
    await device.connect();
    const call = await caller();
    const secret = `/api/mdm/devices/${id}/secrets/${await pinOf(fleet)}/`;
    const required = { reason: ["This field is required."] };
    for (
      const answer of [
        await erase(call, id),
        await erase(call, id, { reason: "  " }),
        await call("GET", `/api/mdm/devices/${id}/device_lock_pin/`),
        await call("GET", secret),
        await call("POST", `/api/mdm/devices/${id}/block/`),
        await call("DELETE", `/api/mdm/devices/${id}/`),
        await call("POST", `/api/mdm/devices/${id}/send_custom_command/`, {
          command: "<dict><key>RequestType</key><string>ShutDownDevice</string></dict>",
        }),
      ]
    ) assert.deepEqual([answer.status, answer.body], [400, required]);
    assert.deepEqual((await erase(call, id, { reason: "a\0b" })).status, 400);
    assert.equal((await erase(call, id, { reason: "Stolen." })).status, 201);
    assert.equal((await call("GET", `/api/mdm/devices/${id}/device_lock_pin/?reason=Found`)).status, 200);
    assert.equal((await call("GET", `${secret}?reason=Again`)).status, 200);
    const long = await erase(call, id, { reason: "x".repeat(1001) });
    assert.deepEqual(long.body, { reason: ["Ensure this field has no more than 1000 characters."] });
    assert.equal((await call("POST", `/api/mdm/devices/${id}/block/`, { reason: "Sold" })).status, 200);
    assert.equal((await call("DELETE", `/api/mdm/devices/${id}/?reason=Gone`)).status, 204);
    assert.deepEqual(await queued(), ["EraseDevice"]);
    // A command that destroys nothing needs none.
    const reasons = await runtime.sql<{ reason: string }[]>`
      select payload ->> 'reason' as reason from events where type = 'reason_given' order by created_at, id`;
    assert.deepEqual(
      new Set(reasons.map(({ reason }) => reason)),
      new Set(["First", "Stolen.", "Found", "Again", "Sold", "Gone"]),
    );
  }));

Deno.test("a command waits for a second person with the same right, and is queued once", () =>
  withFleet(async (fleet) => {
    const { runtime, device, id, caller, settings, queued } = await house(fleet);
    await settings({ destructive_commands: BOTH, reveals: {} });
    const [requester, second, third] = [await caller(), await caller(), await caller()];
    const asked = await erase(requester, id, { reason: "Stolen" });
    const { approval } = asked.body as Body;
    assert.deepEqual([asked.status, asked.body], [403, { detail: "Waiting for approval", approval }]);
    // The same request again, also with its reason in the query; another reason or PIN is another request.
    assert.deepEqual((await erase(requester, id, { reason: "Stolen" })).body, asked.body);
    const again = await requester("POST", `/api/mdm/devices/${id}/erase/?reason=Stolen`, { pin: "123456" });
    assert.deepEqual(again.body, asked.body);
    assert.notEqual(((await erase(requester, id, { reason: "Lost" })).body as Body).approval, approval);
    assert.notEqual(
      ((await erase(requester, id, { reason: "Stolen", pin: "654321" })).body as Body).approval,
      approval,
    );
    // What cannot be sent is refused at once.
    assert.equal(
      (await requester("POST", `/api/mdm/devices/${id}/lock/`, { pin: "12", reason: "Stolen" })).status,
      400,
    );
    assert.deepEqual(await queued(), []);

    // Neither the requester, nor somebody without the right, nor a role that does not allow the command.
    assert.equal((await decide(requester, approval)).status, 403);
    assert.equal((await decide(await caller(["mdm.view_enrolleddevice"]), approval)).status, 404);
    assert.equal((await decide(await caller(RIGHTS, { commands: ["DeviceLock"] }), approval)).status, 404);
    assert.equal((await decide(await caller(RIGHTS, { limitedToTags: [99] }), approval)).status, 404);
    const seen = await second("GET", `/api/mdm/approvals/${approval}/`);
    assert.equal((seen.body as { serial_number: string }).serial_number, device.serialNumber);
    assert.ok(!JSON.stringify(seen.body).includes("123456"));

    const answers = await Promise.all([decide(second, approval), decide(third, approval)]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400]);
    assert.deepEqual(answers.find(({ status }) => status === 400)?.body, ["This request has already been approved."]);
    assert.deepEqual(await queued(), ["EraseDevice"]);
    const done = answers.find(({ status }) => status === 200)?.body as { state: string; outcome: string };
    const [command] = await runtime.sql<{ uuid: string }[]>`select uuid from commands where name = 'EraseDevice'`;
    assert.deepEqual([done.state, done.outcome], ["approved", command?.uuid]);
    // The same request later is a new one.
    assert.notEqual(((await erase(requester, id, { reason: "Stolen" })).body as Body).approval, approval);
    const types = await runtime.sql<{ type: string }[]>`
      select type from events where objects @> ${runtime.sql.json({ approval: [approval] })} order by created_at, id`;
    assert.deepEqual(types.map(({ type }) => type).sort(), ["approval_approved", "approval_requested"]);
    const [sealed] = await runtime.sql<{ kept: string | null }[]>`
      select arguments_sealed as kept from approvals where id = ${approval}`;
    assert.equal(sealed?.kept, null);
  }));

Deno.test("every name of a destructive request type waits, for one device and for many", () =>
  withFleet(async (fleet) => {
    const { runtime, id, caller, settings } = await house(fleet);
    await settings({ destructive_commands: { approval_required: true } });
    const call = await caller();
    const args = { Identifier: "com.example.mdm" };
    const plist = "<dict><key>RequestType</key><string>RemoveProfile</string>" +
      "<key>Identifier</key><string>com.example.mdm</string></dict>";
    const bulk = { selection: { devices: [id] }, expected_devices: 1 };
    for (
      const answer of [
        await call("POST", `/api/mdm/devices/${id}/commands/`, { name: "ManualRemoveProfile", arguments: args }),
        await call("POST", `/api/mdm/devices/${id}/commands/`, { request_type: "RemoveProfile", arguments: args }),
        await call("POST", `/api/mdm/devices/${id}/send_custom_command/`, { command: plist }),
        await call("POST", "/api/mdm/bulk_commands/", { name: "ManualRemoveProfile", arguments: args, ...bulk }),
        await call("POST", "/api/mdm/bulk_commands/", { name: "RemoveProfile", arguments: args, ...bulk }),
        await call("POST", "/api/mdm/bulk_commands/", {
          name: "CustomCommand",
          arguments: { command: plist },
          ...bulk,
        }),
      ]
    ) assert.deepEqual([answer.status, (answer.body as Body).detail], [403, "Waiting for approval"]);
    assert.equal((await runtime.sql`select 1 from commands where name like '%RemoveProfile'`).length, 0);
  }));

Deno.test("people see the requests of others that they may decide about, in the list as one by one", () =>
  withFleet(async (fleet) => {
    const { runtime, device, id, caller, settings } = await house(fleet);
    const other = await fleet.enrolled();
    await other.connect();
    const otherId = (await runtime.sql<{ id: number }[]>`select max(id) as id from devices`)[0]?.id ?? 0;
    const tag = await made(fleet, "POST", "/api/inventory/tags/", { name: "Lab" });
    await made(fleet, "POST", `/api/inventory/devices/${device.serialNumber}/tags/`, { tags: [tag.id] });
    await settings({ destructive_commands: { approval_required: true } });
    const requester = await caller();
    const bulk = (devices: number[]) =>
      requester("POST", "/api/mdm/bulk_commands/", {
        name: "DeviceLock",
        arguments: { pin: "123456" },
        selection: { devices },
        expected_devices: devices.length,
      });
    const asked = [
      await erase(requester, id),
      await requester("POST", `/api/mdm/devices/${id}/lock/`, { pin: "123456" }),
      await requester("POST", `/api/mdm/devices/${otherId}/lock/`, { pin: "123456" }),
      await bulk([id]),
      await bulk([id, otherId]),
    ].map(({ body }) => (body as Body).approval);
    for (
      const [narrowed, seen] of [
        [{}, [0, 1, 2, 3, 4]],
        [{ commands: ["DeviceLock"] }, [1, 2, 3, 4]],
        [{ limitedToTags: [tag.id] }, [0, 1, 3]],
        [{ limitedToTags: [tag.id], commands: ["EraseDevice"] }, [0]],
      ] as const
    ) {
      const call = await caller(RIGHTS, narrowed);
      const { results, count } = (await call("GET", "/api/mdm/approvals/")).body as {
        results: { id: string }[];
        count: number;
      };
      const wanted = seen.map((index) => asked[index]).sort();
      assert.deepEqual(results.map((one) => one.id).sort(), wanted);
      assert.equal(count, wanted.length);
      const alone = await Promise.all(
        asked.map(async (one) => (await call("GET", `/api/mdm/approvals/${one}/`)).status),
      );
      assert.deepEqual(asked.filter((_, index) => alone[index] === 200).sort(), wanted);
    }
  }));

Deno.test("two identical requests at once are one", () =>
  withFleet(async (fleet) => {
    const { runtime, id, caller, settings } = await house(fleet);
    await settings({ destructive_commands: BOTH });
    const call = await caller();
    const bodies = await Promise.all([1, 2, 3].map(async () => (await erase(call, id, { reason: "x" })).body as Body));
    assert.equal(new Set(bodies.map(({ approval }) => approval)).size, 1);
    assert.equal((await runtime.sql`select 1 from approvals`).length, 1);
  }));

Deno.test("an approved secret is shown to its requester, once, within 15 minutes and with the same reason", () =>
  withFleet(async (fleet) => {
    const { runtime, device, id, caller, settings } = await house(fleet);
    await made(fleet, "POST", `/api/mdm/devices/${id}/lock/`, { pin: "271828" });
    await device.connect();
    await settings({ reveals: BOTH });
    const [requester, second, third] = [await caller(), await caller(), await caller()];
    const path = `/api/mdm/devices/${id}/device_lock_pin/`;
    const reveal = (call: Caller, reason = "Locked out") => call("GET", `${path}?reason=${encodeURIComponent(reason)}`);
    const ask = async () => ((await reveal(requester)).body as Body).approval;
    const approval = await ask();
    assert.equal((await decide(second, approval)).status, 200);
    // Neither somebody else nor another reason uses it.
    assert.equal((await reveal(third)).status, 403);
    assert.equal((await reveal(requester, "Curious")).status, 403);
    const both = await Promise.all([reveal(requester), reveal(requester)]);
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 403]);
    assert.equal((await decide(second, approval)).status, 400);

    const late = await ask();
    assert.equal((await decide(second, late)).status, 200);
    runtime.clock.advance(15 * 60);
    const after = await reveal(requester);
    assert.equal(after.status, 403);
    assert.notEqual((after.body as Body).approval, late);
    const declined = (after.body as Body).approval;
    assert.equal((await decide(second, declined, "decline")).status, 200);
    assert.deepEqual((await decide(third, declined)).body, ["This request has already been declined."]);
    assert.equal((await reveal(requester)).status, 403);
  }));

Deno.test("an approval that is no longer possible fails, says why, and queues nothing", () =>
  withFleet(async (fleet) => {
    const { runtime, id, caller, settings, queued } = await house(fleet);
    const { sql } = runtime;
    await settings({ destructive_commands: { approval_required: true } });
    const second = await caller();
    const outcome = async (approval: string) => {
      const { status, body } = await decide(second, approval);
      assert.equal(status, 200);
      return body as { state: string; outcome: string };
    };
    // The requester lost the right, or is gone.
    const weak = await caller();
    const one = ((await erase(weak, id)).body as Body).approval;
    await sql`update roles set commands = '{DeviceLock}' where id in (select role_id from user_roles where user_id = ${weak.userId})`;
    const lost = { state: "failed", outcome: "The person who asked no longer has the permission." };
    const { state, outcome: why } = await outcome(one);
    assert.deepEqual({ state, outcome: why }, lost);
    const leaver = await caller();
    const two = ((await erase(leaver, id)).body as Body).approval;
    await sql`delete from users where id = ${leaver.userId}`;
    assert.equal((await outcome(two)).outcome, lost.outcome);
    // The device is gone from management.
    const strong = await caller();
    const three = ((await erase(strong, id)).body as Body).approval;
    await sql`update enrollments set ended_at = now()`;
    const gone = await outcome(three);
    assert.deepEqual([gone.state, gone.outcome], ["failed", "Invalid target."]);
    assert.deepEqual(await queued(), []);
    // A service account approves only where that is allowed.
    await sql`update enrollments set ended_at = null`;
    const four = ((await erase(strong, id)).body as Body).approval;
    await sql`update users set is_service_account = true where id = ${second.userId}`;
    assert.equal((await decide(second, four)).status, 403);
    await settings({ destructive_commands: { approval_required: true }, service_accounts_approve: true });
    assert.equal((await outcome(four)).state, "approved");
    assert.deepEqual(await queued(), ["EraseDevice"]);
    // The ends of management.
    const five = ((await strong("POST", `/api/mdm/devices/${id}/block/`)).body as Body).approval;
    const six = ((await strong("DELETE", `/api/mdm/devices/${id}/`)).body as Body).approval;
    assert.equal((await outcome(five)).state, "approved");
    assert.equal((await outcome(six)).state, "approved");
    const [device] = await sql<{ blocked: boolean; deleted: boolean }[]>`
      select blocked_at is not null as blocked, deleted_at is not null as deleted from devices`;
    assert.deepEqual(device, { blocked: true, deleted: true });
  }));

Deno.test("a request expires after a day, and its arguments are forgotten", () =>
  withFleet(async (fleet) => {
    const { runtime, id, caller, settings } = await house(fleet);
    await settings({ destructive_commands: BOTH });
    const [requester, second] = [await caller(), await caller()];
    const { approval } = (await erase(requester, id, { reason: "x" })).body as Body;
    const list = await second("GET", "/api/mdm/approvals/?state=waiting");
    assert.equal((list.body as { count: number }).count, 1);
    runtime.clock.advance(86_400);
    assert.deepEqual((await decide(second, approval)).body, ["This request has expired."]);
    assert.equal(((await second("GET", "/api/mdm/approvals/?state=waiting")).body as { count: number }).count, 0);
    await housekeeping.run(
      { runtime, by: byJob("test"), signal: new AbortController().signal, payload: null } as never,
    );
    const [row] = await runtime.sql<{ state: string; kept: string | null }[]>`
      select state, arguments_sealed as kept from approvals`;
    assert.deepEqual(row, { state: "expired", kept: null });
    assert.equal((await runtime.sql`select 1 from events where type = 'approval_expired'`).length, 1);
    assert.notEqual(((await erase(requester, id, { reason: "x" })).body as Body).approval, approval);
  }));

Deno.test("every endpoint that reveals an escrowed secret needs the reason, and takes it", () =>
  withFleet(async (fleet) => {
    const { runtime, runtime: { sql }, id, caller, settings } = await house(fleet);
    await settings({ reveals: { reason_required: true } });
    for (const kind of LIVE_KINDS) {
      const next = await nextId(sql, "escrowed_secrets");
      await insertEscrowed(sql, {
        id: next,
        deviceId: deviceIdOf(id),
        kind,
        secretSealed: await runtime.keys.seal("SECRET", escrowContext(next)),
        proven: true,
        reason: "",
        commandUuid: null,
      }, runtime.clock.now());
    }
    const call = await caller(Object.values(ESCROW_KINDS).map(({ permission }) => permission));
    const permissions = new Set(Object.values(ESCROW_KINDS).map(({ permission }) => String(permission)));
    const reveals = ENDPOINTS.filter(({ method, path, permission }) =>
      method === "GET" && path.startsWith("/api/mdm/devices/{id}/") && !path.includes("{secret_id}") &&
      permissions.has(String(permission))
    );
    assert.deepEqual(reveals.map(({ path }) => path.slice("/api/mdm/devices/{id}/".length)).sort(), [
      "activation_lock_bypass_code/",
      "admin_password/",
      "device_lock_pin/",
      "filevault_prk/",
      "recovery_password/",
    ]);
    for (const { path } of reveals) {
      const address = path.replace("{id}", String(id));
      const without = await call("GET", address);
      assert.deepEqual([without.status, without.body], [400, { reason: ["This field is required."] }], path);
      const { status, body } = await call("GET", `${address}?reason=Repair`);
      assert.equal(status, 200, path);
      assert.ok(JSON.stringify(body).includes("SECRET"), path);
    }
  }));

Deno.test("an answer with secrets of two kinds is approved by somebody who may see both", () =>
  withFleet(async (fleet) => {
    const { runtime, device, id, caller, settings } = await house(fleet);
    await settings({ reveals: { approval_required: true } });
    // A command whose answer holds both, as a device may send it.
    const { uuid } = await made(fleet, "POST", `/api/mdm/devices/${id}/send_custom_command/`, {
      command: "<dict><key>RequestType</key><string>ProfileList</string></dict>",
    });
    const answer = new TextEncoder().encode(
      `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict><key>UnlockToken</key><data>c2VjcmV0</data>` +
        `<key>ActivationLockBypassCode</key><string>AAAAA-BBBBB</string></dict></plist>`,
    );
    await device.connect();
    const [row] = await runtime.sql<{ id: number }[]>`select id from command_history where uuid = ${uuid}`;
    assert.ok(row);
    const sealed = await sealResult(runtime.keys, row.id, answer);
    await runtime.sql`update command_history set result_sealed = ${sealed} where id = ${row.id}`;

    const view = ["mdm.view_enrolleddevice", "mdm.view_devicecommand"];
    const both = [...view, "mdm.view_bootstrap_token", "mdm.view_activation_lock_bypass"];
    const reveal = `/api/mdm/devices/commands/${uuid}/revealed_result/`;
    const requester = await caller(both);
    const asked = await requester("GET", reveal);
    assert.equal(asked.status, 403);
    const { approval } = asked.body as Body;
    // Whoever has one of the two permissions neither sees the request nor decides about it.
    for (const one of ["mdm.view_bootstrap_token", "mdm.view_activation_lock_bypass"]) {
      const half = await caller([...view, one]);
      assert.equal((await decide(half, approval)).status, 404, one);
      assert.equal(((await half("GET", "/api/mdm/approvals/")).body as { count: number }).count, 0, one);
    }
    const second = await caller(both);
    assert.equal(((await second("GET", "/api/mdm/approvals/")).body as { count: number }).count, 1);
    assert.equal((await decide(second, approval)).status, 200);
    assert.equal((await requester("GET", reveal)).status, 200);
  }));
