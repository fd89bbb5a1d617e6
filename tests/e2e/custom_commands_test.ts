import assert from "node:assert/strict";
import { MODELS } from "../../simulators/device/models.ts";
import { idOf, made, rest } from "../support/artifacts.ts";
import { secretRotation } from "../../jobs/secret_rotation.ts";
import { withFleet } from "../support/fleet.ts";

const restart = "<dict><key>RequestType</key><string>RestartDevice</string></dict>";

Deno.test("an operator's custom command is checked again before it is sent", () =>
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

Deno.test("the answer of a custom command is stored encrypted, and its reader gets it unchanged", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const model = MODELS.find(({ platform }) => platform === "iOS");
    assert.ok(model !== undefined);
    const device = await fleet.enrolled({ model });
    const path = `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/send_custom_command/`;
    await rest(device);
    const command =
      "<dict><key>RequestType</key><string>DeviceInformation</string><key>Queries</key><array><string>DeviceName</string></array></dict>";
    const { uuid } = await made(fleet, "POST", path, { command });
    await rest(device);
    const address = `/api/mdm/devices/commands/${uuid}/`;
    const shown = async () =>
      new TextDecoder().decode(Uint8Array.fromBase64((await fleet.api("GET", address)).json.result));
    const answer = await shown();
    assert.match(answer, /<key>QueryResponses<\/key>/);
    const stored = async () => {
      const [row] = await sql`select result, result_sealed from command_history where uuid = ${uuid}`;
      return { plain: row?.result, sealed: row?.resultSealed };
    };
    const { plain, sealed } = await stored();
    assert.equal(plain, null);
    assert.ok(sealed.length > 0 && !sealed.includes("QueryResponses"));
    const listed = (await fleet.api("GET", "/api/mdm/devices/commands/?name=CustomCommand")).json;
    assert.equal(
      (Array.isArray(listed) ? listed : listed.results)[0].result,
      new TextEncoder().encode(answer).toBase64(),
    );
    // Answers stored before answers were encrypted are encrypted by the next rotation.
    await sql`update command_history set result = ${new TextEncoder().encode("old answer")}, result_sealed = null
      where uuid = ${uuid}`;
    assert.equal(await shown(), "old answer");
    const run = await secretRotation.run({ runtime: fleet.runtime, payload: {}, signal: new AbortController().signal });
    assert.equal(Reflect.get(Object(run), "sealed_results"), 1);
    assert.equal((await stored()).plain, null);
    assert.equal(await shown(), "old answer");
  }));
