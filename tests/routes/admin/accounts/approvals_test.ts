/** Approvals on the pages: the reason, the request, the decision, the badge. */

import assert from "node:assert/strict";
import { made } from "../../../support/artifacts.ts";
import { withFleet } from "../../../support/fleet.ts";
import { personWith } from "../support.ts";

const RIGHTS = [
  "events.view_event",
  "mdm.view_enrolleddevice",
  "mdm.change_enrolleddevice",
  "mdm.add_devicecommand",
  "mdm.view_device_lock_pin",
];

Deno.test("two people erase a device and read its PIN on the pages", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const device = await fleet.enrolled();
    await device.connect();
    const [row] = await runtime.sql<{ id: number }[]>`select id from devices`;
    const id = row?.id;
    await made(fleet, "POST", `/api/mdm/devices/${id}/lock/`, { pin: "271828" });
    await device.connect();
    const one = await personWith(runtime, RIGHTS);
    const two = await personWith(runtime, RIGHTS);
    // Off: no field asks for a reason.
    assert.doesNotMatch((await one.get(`/devices/${id}/`)).text, /name="reason"/);
    const admin = await personWith(runtime, "superuser");
    const saved = await admin.post("/approvals/settings/", {
      "destructive_commands.reason_required": "on",
      "destructive_commands.approval_required": "on",
      "reveals.approval_required": "on",
    });
    assert.equal(saved.location, "/approvals/settings/?done=saved");
    assert.match((await admin.get("/approvals/settings/")).text, /name="reveals.approval_required" checked/);

    assert.match((await one.get(`/devices/${id}/`)).text, /name="reason"/);
    const fields = { action: "EraseDevice", serial_number: device.serialNumber, pin: "123456" };
    const without = await one.post(`/devices/${id}/erase/`, fields);
    assert.equal(without.status, 400);
    assert.match(without.text, /This field is required\./);
    const asked = await one.post(`/devices/${id}/erase/`, { ...fields, reason: "Stolen <b>" });
    assert.equal(asked.status, 403);
    assert.match(asked.text, /A second person must approve this/);
    const [, path = ""] = /href="(\/approvals\/[0-9a-f-]{36}\/)"/.exec(asked.text) ?? [];
    // The badge is for those who can decide.
    assert.match((await two.get("/")).text, /Approvals \(1\)|Approvals\s*\(1\)/);
    assert.doesNotMatch((await one.get("/")).text, /Approvals\s*\(1\)/);
    assert.doesNotMatch((await one.get(path)).text, /Approve<\/button>/);
    assert.equal((await one.post(`${path}approve/`)).status, 403);
    const shown = (await two.get(path)).text;
    assert.match(shown, /Send EraseDevice to/);
    assert.match(shown, /Stolen &lt;b&gt;/);
    assert.equal((await two.post(`${path}approve/`)).location, `${path}?done=approved`);
    assert.equal((await two.post(`${path}decline/`)).status, 400);
    const commands = await runtime.sql`select 1 from commands where name = 'EraseDevice'`;
    assert.equal(commands.length, 1);

    const reveal = () => one.post(`/devices/${id}/lock-pin/`, { reason: "" });
    const waits = await reveal();
    const [, second = ""] = /href="(\/approvals\/[0-9a-f-]{36}\/)"/.exec(waits.text) ?? [];
    assert.ok(waits.status === 403 && second !== "" && !waits.text.includes("271828"));
    assert.equal((await two.post(`${second}approve/`)).status, 303);
    assert.match((await one.get(second)).text, /once, until/);
    assert.match((await reveal()).text, /271828/);
    assert.ok(!(await reveal()).text.includes("271828"));
    const events = (await admin.get("/events/")).text;
    for (const words of [/asked for approval to send EraseDevice to/, /approved the request of/, /used the approval/]) {
      assert.match(events, words);
    }
    assert.doesNotMatch(events, /271828|123456/);
    assert.equal((await admin.get("/approvals/?state=used")).text.match(/See the Lock PIN of/g)?.length, 1);
    const stranger = await personWith(runtime, ["mdm.view_device_lock_pin"]);
    assert.equal((await stranger.get(path)).status, 404);
  }));
