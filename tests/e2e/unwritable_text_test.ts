import assert from "node:assert/strict";
import { idOf, made, rest } from "../support/artifacts.ts";
import { withFleet } from "../support/fleet.ts";
import { idle, say } from "../support/talk.ts";
import { personWith } from "../routes/admin/support.ts";

/** The character that Word and Excel use for a line break inside a cell. */
const VERTICAL_TAB = "\u000b";

Deno.test("text that a property list cannot hold is refused when it is saved, with its place", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await rest(device);
    const id = await idOf(fleet, device.serialNumber);
    const refused = { message: ["Control characters are not allowed: U+000B at character 3."] };
    assert.deepEqual(
      await fleet.api("POST", `/api/mdm/devices/${id}/lock/`, { pin: "123456", message: `IT${VERTICAL_TAB}Hamburg` }),
      { status: 400, json: refused },
    );
    const enrollment = (await fleet.api("GET", `/api/mdm/ota_enrollments/${fleet.enrollmentId}/`)).json;
    const changed = await fleet.api("PUT", `/api/mdm/ota_enrollments/${fleet.enrollmentId}/`, {
      ...enrollment,
      display_name: `IT${VERTICAL_TAB}Hamburg`,
    });
    assert.deepEqual(changed, { status: 400, json: { display_name: refused.message } });
    for (const path of ["inventory/tags", "mdm/blueprints"]) {
      const { status, json } = await fleet.api("POST", `/api/${path}/`, { name: `IT${VERTICAL_TAB}Hamburg` });
      assert.deepEqual([status, json.name], [400, refused.message], path);
    }
    const ada = await personWith(fleet.runtime, "superuser");
    const page = await ada.post("/blueprints/", { name: `IT${VERTICAL_TAB}Hamburg` });
    assert.equal(page.status, 400);
    assert.match(page.text, /Control characters are not allowed: U\+000B at character 3\./);
    // Escaped in XML it is no better.
    const command = "<dict><key>RequestType</key><string>Settings</string><key>Settings</key><array><dict>" +
      "<key>Item</key><string>DeviceName</string><key>DeviceName</key><string>a&#11;b</string></dict></array></dict>";
    const custom = await fleet.api("POST", `/api/mdm/devices/${id}/send_custom_command/`, { command });
    assert.equal(custom.status, 400);
    assert.match(custom.json.command[0], /control character/);
    assert.equal((await say(fleet, device, idle(device))).status, 200);
  }));

Deno.test("a command that cannot be written is finished with the reason, and the next one goes out", () =>
  withFleet(async (fleet) => {
    const { sql, keys } = fleet.runtime;
    const device = await fleet.enrolled();
    await rest(device);
    const id = await idOf(fleet, device.serialNumber);
    const lock = await made(fleet, "POST", `/api/mdm/devices/${id}/lock/`, { pin: "123456", message: "x" });
    // As an older version may have kept it.
    const [row] = await sql<{ id: number; secretsSealed: string }[]>`
      select id, secrets_sealed from commands where uuid = ${lock.uuid}`;
    assert.ok(row);
    await sql`update commands set arguments = arguments || ${sql.json({ message: `IT${VERTICAL_TAB}Hamburg` })}`;
    const context = { table: "commands", column: "secrets_sealed", id: row.id };
    const secrets = JSON.parse(await keys.openText(row.secretsSealed, context));
    if ("message" in secrets) {
      secrets.message = `IT${VERTICAL_TAB}Hamburg`;
      await sql`
        update commands set secrets_sealed = ${await keys.seal(JSON.stringify(secrets), context)} where id = ${row.id}`;
    }
    const next = await made(fleet, "POST", `/api/mdm/devices/${id}/send_custom_command/`, {
      command: "<dict><key>RequestType</key><string>ProfileList</string></dict>",
    });
    const offered = await say(fleet, device, idle(device));
    assert.deepEqual([offered.status, offered.uuid], [200, next.uuid]);
    const shown = (await fleet.api("GET", `/api/mdm/devices/commands/${lock.uuid}/`)).json;
    assert.equal(shown.status, "Error");
    assert.match(JSON.stringify(shown.error_chain), /control character|does not know the arguments/);
  }));
