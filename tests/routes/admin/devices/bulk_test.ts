/** Commands for many devices on the pages. */

import assert from "node:assert/strict";
import { settle } from "../../../support/artifacts.ts";
import { withFleet } from "../../../support/fleet.ts";
import { personWith } from "../support.ts";

Deno.test("from a filter of the device list to the results, with the number of devices typed for a destructive command", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    for (const name of ["Anna", "Berta", "Carl"]) await (await fleet.enrolled({ name })).connect();
    const person = await personWith(runtime, [
      "mdm.view_enrolleddevice",
      "mdm.view_devicecommand",
      "mdm.add_devicecommand",
      "mdm.delete_devicecommand",
    ]);
    const list = (await person.get("/devices/?q=a&platform=macOS&sort=name&dir=asc")).text;
    const [, href = ""] = /href="(\/bulk-commands\/new\/[^"]*)">Send command to these 3 devices/.exec(list) ?? [];
    assert.equal(href, "/bulk-commands/new/?filter=q%3Da%26platform%3DmacOS");
    await runtime.sql`update enrollments set ended_at = now() where name = 'Carl'`;
    const preview = (await person.get(`${href}&command=DeviceLock`)).text;
    assert.match(preview, /2 of 3 devices can take DeviceLock/);
    assert.match(preview, /the device is not enrolled[\s\S]*>Carl</);
    const fields = { filter: "q=a&platform=macOS", command: "DeviceLock", pin: "123456" };
    for (const expected_devices of ["", "2"]) {
      const { status, text } = await person.post("/bulk-commands/", { ...fields, expected_devices });
      assert.equal(status, 400);
      assert.match(text, expected_devices === "" ? /This field is required/ : /The selection has 3 devices/);
      assert.match(text, /name="filter" value="q=a&amp;platform=macOS"/);
    }
    const sent = await person.post("/bulk-commands/", { ...fields, expected_devices: "3" });
    assert.match(sent.location, /^\/bulk-commands\/[0-9a-f-]{36}\/\?done=created$/);
    await settle(fleet);
    const path = sent.location.replace("?done=created", "");
    const shown = (await person.get(path)).text;
    assert.match(shown, /3 devices: 1 not possible, 2 queued/);
    assert.match((await person.get("/bulk-commands/")).text, />Queued</);
    await runtime.sql`update bulk_command_targets set state = 'impossible' where state = 'queued'`;
    assert.match((await person.get("/bulk-commands/")).text, />Finished</);
    await runtime.sql`update bulk_command_targets set state = 'queued' where command_uuid is not null`;
    assert.ok(!shown.includes("123456"));
    assert.match((await person.get(`${path}?state=impossible`)).text, /1 result/);
    assert.match((await person.get("/bulk-commands/")).text, /DeviceLock/);
    assert.equal((await person.post(`${path}cancel/`)).location, `${path}?done=cancelled`);
    await settle(fleet);
    assert.match((await person.get(path)).text, /1 not possible, 2 cancelled/);
    // A command whose form follows from Apple's schema.
    const shutDown = (await person.get("/bulk-commands/new/?filter=&command=ShutDownDevice")).text;
    assert.match(shutDown, /2 of 3 devices can take ShutDownDevice/);
    assert.match(shutDown, /Number of devices, to confirm/);
    const off = await person.post("/bulk-commands/", { filter: "", command: "ShutDownDevice", expected_devices: "3" });
    assert.equal(off.status, 303);
    const viewer = await personWith(runtime, ["mdm.view_devicecommand", "mdm.view_enrolleddevice"]);
    assert.doesNotMatch((await viewer.get("/devices/")).text, /Send command/);
    assert.equal((await viewer.post("/bulk-commands/", fields)).status, 403);
  }));
