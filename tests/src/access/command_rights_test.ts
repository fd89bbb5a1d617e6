/** Roles that allow some commands, over the API and the pages. */

import assert from "node:assert/strict";
import { holdsAllOf } from "../../../src/access/delegation.ts";
import { mayCommand } from "../../../src/access/command_rights.ts";
import type { Grant } from "../../../db/access/grants.ts";
import type { Actor } from "../../../src/access/actor.ts";
import { withFleet } from "../../support/fleet.ts";
import { apiApp, callerOf, makeCaller } from "../../routes/api/support.ts";
import { personWith } from "../../routes/admin/support.ts";

const SEND = "mdm.add_devicecommand";
const grant = (values: Partial<Grant> = {}): Grant => ({
  permissions: [SEND],
  commands: null,
  limitedToTags: [],
  limitedToBusinessUnits: [],
  ...values,
});
const actor = (...grants: Grant[]): Actor => ({
  userId: 1,
  username: "x",
  isServiceAccount: false,
  isSuperuser: false,
  grants,
});
const holds = (own: Grant[], wanted: Grant) => holdsAllOf(actor(...own), { isSuperuser: false, grants: [wanted] });

Deno.test("the commands of several roles are united, and a role without a list allows all", () => {
  const [lock, erase] = [grant({ commands: ["DeviceLock"] }), grant({ commands: ["EraseDevice"] })];
  assert.deepEqual(["DeviceLock", "EraseDevice"].map((name) => mayCommand(actor(lock), name)), [true, false]);
  assert.deepEqual(["DeviceLock", "EraseDevice"].map((name) => mayCommand(actor(lock, erase), name)), [true, true]);
  assert.ok(mayCommand(actor(lock, grant()), "RestartDevice"));
  // The list narrows commands to users of devices as well; the other permission's role widens nothing.
  const users = grant({ permissions: ["mdm.add_usercommand"], commands: ["ProfileList"] });
  const both = actor(grant(), users);
  assert.deepEqual(
    ["ProfileList", "DeviceLock"].map((name) => mayCommand(both, name, "mdm.add_usercommand")),
    [true, false],
  );
  assert.ok(mayCommand(both, "DeviceLock"));
  // The list of a role without the permission widens nothing.
  assert.ok(!mayCommand(actor(lock, grant({ permissions: [], commands: null })), "EraseDevice"));
});

Deno.test("nobody grants commands or devices that they do not hold", () => {
  const [lock, erase] = [grant({ commands: ["DeviceLock"] }), grant({ commands: ["EraseDevice"] })];
  const both = grant({ commands: ["DeviceLock", "EraseDevice"] });
  assert.ok(holds([lock], lock) && holds([lock, erase], both) && holds([grant()], both));
  assert.ok(!holds([lock], both) && !holds([lock, erase], grant()));
  const [here, there] = [grant({ limitedToTags: [1] }), grant({ limitedToTags: [1, 2] })];
  assert.ok(holds([there], here) && holds([grant()], here) && holds([here, grant({ limitedToTags: [2] })], there));
  assert.ok(!holds([here], there) && !holds([here], grant()) && !holds([here], grant({ limitedToBusinessUnits: [1] })));
  // The devices of one role and the commands of another are not added up.
  const narrow = [grant({ commands: ["DeviceLock"] }), grant({ limitedToTags: [1] })];
  assert.ok(!holds(narrow, grant({ commands: ["EraseDevice"] })));
  assert.ok(holds(narrow, grant({ commands: ["EraseDevice"], limitedToTags: [1] })));
});

Deno.test("a helpdesk role can lock and cannot erase, over the API and on the pages", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const device = await fleet.enrolled();
    await device.connect();
    const [row] = await runtime.sql<{ id: number }[]>`select id from devices`;
    const id = row?.id;
    const all = ["mdm.view_enrolleddevice", "mdm.view_devicecommand", "mdm.delete_devicecommand", SEND];
    const narrowed = { commands: ["CustomCommand", "DeviceLock"] };
    const { token } = await makeCaller(runtime, all, narrowed);
    const call = callerOf(apiApp(runtime), { Authorization: `Token ${token}` });
    const send = (name: string, body: unknown = {}) => call("POST", `/api/mdm/devices/${id}/${name}/`, body);
    const custom = (type: string) => ({ command: `<dict><key>RequestType</key><string>${type}</string></dict>` });
    const denied = (name: string) => ({ detail: `You do not have permission to use the command ${name}.` });
    const locked = await send("lock", { pin: "123456" });
    assert.equal(locked.status, 201);
    for (
      const [answer, name] of [
        [await send("erase", { pin: "123456" }), "EraseDevice"],
        [await send("send_custom_command", custom("EraseDevice")), "EraseDevice"],
        [await send("send_custom_command", custom("RestartDevice")), "RestartDevice"],
        [await send("collect_inventory"), "DeviceInformation"],
      ] as const
    ) assert.deepEqual([answer.status, answer.body], [403, denied(name)]);
    assert.equal((await send("send_custom_command", custom("DeviceLock"))).status, 201);

    const { get, post } = await personWith(runtime, all, narrowed);
    const { text } = await get(`/devices/${id}/`);
    assert.match(text, new RegExp(`action="/devices/${id}/lock/"`));
    assert.doesNotMatch(text, new RegExp(`action="/devices/${id}/erase/"`));
    const erased = await post(`/devices/${id}/erase/`, { serial_number: device.serialNumber, pin: "123456" });
    assert.equal(erased.status, 403);
    assert.match(erased.text, /permission to use the command EraseDevice/);

    // Somebody else's command: cancelling it needs the right to it as well.
    const boss = callerOf(apiApp(runtime), {
      Authorization: `Token ${(await makeCaller(runtime, "superuser")).token}`,
    });
    const { body } = await boss("POST", `/api/mdm/devices/${id}/erase/`, { pin: "123456" });
    const { uuid } = body as { uuid: string };
    const cancelled = await call("DELETE", `/api/mdm/devices/commands/${uuid}/`);
    assert.deepEqual([cancelled.status, cancelled.body], [403, denied("EraseDevice")]);
    const hidden = await boss("POST", `/api/mdm/devices/${id}/send_custom_command/`, custom("EraseDevice"));
    const kept = await call("DELETE", `/api/mdm/devices/commands/${(hidden.body as { uuid: string }).uuid}/`);
    assert.deepEqual([kept.status, kept.body], [403, denied("EraseDevice")]);
    assert.equal(
      (await call("DELETE", `/api/mdm/devices/commands/${(locked.body as { uuid: string }).uuid}/`)).status,
      204,
    );
    const names = await runtime.sql<{ name: string }[]>`select name from commands where name <> 'DeviceInformation'`;
    assert.deepEqual(names.map(({ name }) => name).sort(), ["CustomCommand", "CustomCommand", "EraseDevice"]);
  }));
