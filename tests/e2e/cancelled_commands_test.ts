import assert from "node:assert/strict";
import { idOf, made, rest } from "../support/artifacts.ts";
import { withFleet } from "../support/fleet.ts";

Deno.test("a command that was cancelled says so with its time, and a second cancellation does too", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await rest(device);
    const id = await idOf(fleet, device.serialNumber);
    const command = "<dict><key>RequestType</key><string>ProfileList</string></dict>";
    const send = () => made(fleet, "POST", `/api/mdm/devices/${id}/send_custom_command/`, { command });
    const [first, second, third] = [await send(), await send(), await send()];
    assert.deepEqual([first.state, first.status, first.result_time], ["queued", null, null]);
    const path = (uuid: string) => `/api/mdm/devices/commands/${uuid}/`;
    fleet.runtime.clock.advance(60);
    assert.equal((await fleet.api("DELETE", path(first.uuid))).status, 204);
    const shown = (await fleet.api("GET", path(first.uuid))).json;
    assert.deepEqual([shown.state, shown.status], ["cancelled", null]);
    assert.notEqual(shown.result_time, null);
    assert.deepEqual(await fleet.api("DELETE", path(first.uuid)), {
      status: 400,
      json: ["This command is already cancelled"],
    });
    await rest(device);
    assert.equal((await fleet.api("GET", path(second.uuid))).json.state, "acknowledged");
    assert.deepEqual((await fleet.api("DELETE", path(third.uuid))).json, [
      "This command has already been sent to the device and cannot be deleted",
    ]);
    // The end of an enrollment cancels what waits.
    const waiting = await send();
    await device.checkOut();
    const ended = (await fleet.api("GET", path(waiting.uuid))).json;
    assert.equal(ended.state, "cancelled");
    assert.notEqual(ended.result_time, null);
  }));
