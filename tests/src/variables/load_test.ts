import assert from "node:assert/strict";
import { findDeviceValues } from "../../../db/device_values.ts";
import { Problem } from "../../../src/errors.ts";
import { changeDeviceTags } from "../../../src/tags/device_tags.ts";
import { setDeviceValues } from "../../../src/variables/device_values.ts";
import { loadVariables } from "../../../src/variables/load.ts";
import { testRequest } from "../../routes/api/support.ts";
import { withFleet } from "../../support/fleet.ts";
import { withRuntime } from "../../support/runtime.ts";

Deno.test("the device, its tags, its custom values and the user of the channel are loaded, each channel with its own", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { sql } = runtime;
    const device = await fleet.enrolled({ name: "Ada's Mac" });
    await device.addUser({ userId: "U-1", shortName: "ada", longName: "Ada Lovelace" });
    const now = runtime.clock.now();
    const tags = await sql<{ id: number }[]>`
      insert into tags (name, slug, color, created_at, updated_at)
      values ('b', 'b', '000000', ${now}, ${now}), ('a', 'a', '000000', ${now}, ${now}) returning id`;
    await changeDeviceTags(sql, runtime, testRequest, {
      action: "set",
      serialNumbers: [device.serialNumber],
      tagIds: tags.map(({ id }) => id),
    });
    await setDeviceValues(sql, runtime, testRequest, device.serialNumber, { ASSET_TAG: "A-7", ROOM: "12b" });
    await sql`update enrollments set os_version = '15.1'`;
    const channels = await sql<{ id: number; userKey: string }[]>`select id, user_key from channels order by user_key`;
    const [own, user] = [channels[0]?.id, channels[1]?.id];
    assert.ok(own !== undefined && user !== undefined);
    const variables = await loadVariables(sql, own);
    assert.deepEqual(Object.fromEntries(variables), {
      "ENROLLED_DEVICE.UDID": device.udid,
      "ENROLLED_DEVICE.SERIAL_NUMBER": device.serialNumber,
      "ENROLLED_DEVICE.NAME": "Ada's Mac",
      "ENROLLED_DEVICE.MODEL": device.state.model.product,
      "ENROLLED_DEVICE.PLATFORM": "macOS",
      "ENROLLED_DEVICE.OS_VERSION": "15.1",
      "ENROLLED_DEVICE.ASSET_TAG": "A-7",
      "ENROLLED_DEVICE.TAGS": "a,b",
      "CUSTOM.ASSET_TAG": "A-7",
      "CUSTOM.ROOM": "12b",
    });
    const personal = await loadVariables(sql, user);
    assert.equal(personal.get("ENROLLED_USER.LONG_NAME"), "Ada Lovelace");
    assert.equal(personal.get("ENROLLED_USER.SHORT_NAME"), "ada");
    assert.equal(personal.get("CUSTOM.ROOM"), "12b");
    await assert.rejects(loadVariables(sql, 999), /there is no channel 999/);
  }));

Deno.test("a name that no profile can hold comes as one that it can", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    await fleet.enrolled({ binary: true, name: "Ada's\u0007 Mac\uffff" });
    const [channel] = await sql<{ id: number }[]>`select id from channels`;
    const variables = await loadVariables(sql, channel?.id ?? 0);
    assert.equal(variables.get("ENROLLED_DEVICE.NAME"), "Ada's\ufffd Mac\ufffd");
  }));

Deno.test("custom values are replaced as a whole, with an audit entry when something changed", () =>
  withRuntime(async (runtime) => {
    const { sql } = runtime;
    const set = (values: Record<string, string>) =>
      sql.begin((tx) => setDeviceValues(tx, runtime, testRequest, "C02TEST", values));
    assert.equal(await set({ ROOM: "1", FLOOR: "2" }), true);
    assert.equal(await set({ FLOOR: "2", ROOM: "1" }), false);
    assert.equal(await set({ ROOM: "3" }), true);
    assert.deepEqual(await findDeviceValues(sql, "C02TEST"), { ROOM: "3" });
    const audits = await sql<{ payload: unknown; serialNumber: string }[]>`
      select payload, serial_number from events where type = 'zentral_audit' order by created_at, id`;
    assert.equal(audits.length, 2);
    assert.ok(
      audits.some(({ payload, serialNumber }) =>
        serialNumber === "C02TEST" && JSON.stringify(payload).includes('"new_value":{"ROOM":"3"}')
      ),
    );
  }));

Deno.test("values that no text can hold, bad names and too many are refused with a sentence each", () =>
  withRuntime(async (runtime) => {
    const refused = async (values: Record<string, string>, sentence: RegExp) => {
      await assert.rejects(
        runtime.sql.begin((tx) => setDeviceValues(tx, runtime, testRequest, "C02TEST", values)),
        (error) => error instanceof Problem && sentence.test(error.details.fields?.values?.join("\n") ?? ""),
      );
    };
    await refused({ room: "1" }, /"room" is no name of a value/);
    await refused({ "1A": "1" }, /should be a capital letter/);
    await refused({ A: "\u0000" }, /characters that no text can hold/);
    await refused({ A: "\ud800" }, /characters that no text can hold/);
    await refused({ A: "x".repeat(4097) }, /4097 characters, 4096 are accepted/);
    await refused(Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`A${n}`, ""])), /101 values, 100/);
    assert.deepEqual(await findDeviceValues(runtime.sql, "C02TEST"), {});
  }));
