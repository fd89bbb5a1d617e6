import assert from "node:assert/strict";
import { MODELS } from "../../simulators/models.ts";
import { idOf, made, rest } from "../support/artifacts.ts";
import { withFleet } from "../support/fleet.ts";

const restart = "<dict><key>RequestType</key><string>RestartDevice</string></dict>";

Deno.test("a command of an operator's own is looked at again when it would be sent", () =>
  withFleet(async (fleet) => {
    const model = MODELS.find(({ platform, supervised }) => platform === "iOS" && !supervised);
    assert.ok(model !== undefined);
    const device = await fleet.enrolled({ model });
    const path = `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/send_custom_command/`;
    await rest(device);
    const supervised = (value: boolean) => fleet.runtime.sql`update enrollments set supervised = ${value}`;
    await supervised(true);
    const { uuid } = await made(fleet, "POST", path, { command: restart });
    await supervised(false);
    await rest(device);
    const [row] = await fleet.runtime.sql<object[]>`
      select * from command_history where uuid = ${uuid}`;
    assert.match(JSON.stringify(row), /RestartDevice needs a supervised device, this one is not supervised/);
    assert.deepEqual(await fleet.api("POST", path, { command: restart }), {
      status: 400,
      json: { command: ["RestartDevice needs a supervised device, this one is not supervised"] },
    });
  }));
