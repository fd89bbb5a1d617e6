import assert from "node:assert/strict";
import type { ChannelId } from "../../../db/ids.ts";
import { findPlanRows } from "../../../db/work/plan_facts.ts";
import { changeDeviceTags } from "../../../src/tags/device_tags.ts";
import { setDeviceValues } from "../../../src/variables/device_values.ts";
import { loadVariables } from "../../../src/variables/load.ts";
import { VARIABLES } from "../../../src/variables/names.ts";
import { testBy } from "../../routes/api/support.ts";
import { withFleet } from "../../support/fleet.ts";
import { channelIdOf } from "../../support/ids.ts";

const ALL = [...VARIABLES.keys(), ...["ASSET_TAG", "EMPTY", "ROOM", "WIFI_KEY"].map((name) => `CUSTOM.${name}`)];

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
    await changeDeviceTags(sql, runtime, testBy, {
      action: "set",
      serialNumbers: [device.serialNumber],
      tagIds: tags.map(({ id }) => id),
    });
    await setDeviceValues(sql, runtime, testBy, device.serialNumber, {
      values: { ASSET_TAG: "A-7", ROOM: "12b", EMPTY: "", WIFI_KEY: "sesame" },
    });
    await sql`update enrollments set os_version = '15.1'`;
    const channels = await sql<
      { id: ChannelId; userKey: string }[]
    >`select id, user_key from channels order by user_key`;
    const [own, user] = [channels[0]?.id, channels[1]?.id];
    assert.ok(own !== undefined && user !== undefined);
    const variables = await loadVariables(sql, runtime, own, ALL);
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
      "CUSTOM.EMPTY": "",
      "CUSTOM.ROOM": "12b",
      "CUSTOM.WIFI_KEY": "sesame",
    });
    const personal = await loadVariables(sql, runtime, user, ALL);
    assert.equal(personal.get("ENROLLED_USER.LONG_NAME"), "Ada Lovelace");
    assert.equal(personal.get("ENROLLED_USER.SHORT_NAME"), "ada");
    assert.equal(personal.get("CUSTOM.ROOM"), "12b");
    await assert.rejects(loadVariables(sql, runtime, channelIdOf(999), ALL), /channel 999 does not exist/);
    // The planner gets the names of exactly those that have a value: an empty one counts as none.
    for (const id of [own, user]) {
      const loaded = [...await loadVariables(sql, runtime, id, ALL)].filter(([, value]) => value !== "");
      const [row] = await findPlanRows(sql, [id]);
      assert.deepEqual(row?.valuesNamed.toSorted(), loaded.map(([name]) => name).toSorted());
    }
  }));

Deno.test("a name that no profile can contain becomes one that it can", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    await fleet.enrolled({ binary: true, name: "Ada's\u0007 Mac\uffff" });
    const [channel] = await sql<{ id: ChannelId }[]>`select id from channels`;
    const variables = await loadVariables(sql, fleet.runtime, channel?.id ?? channelIdOf(0), ALL);
    assert.equal(variables.get("ENROLLED_DEVICE.NAME"), "Ada's\ufffd Mac\ufffd");
  }));

Deno.test("only named values are loaded: a secret that cannot be opened affects only texts that name it", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { sql } = runtime;
    const device = await fleet.enrolled();
    const values = { ROOM: "12b", ASSET_TAG: "A-7", WIFI_KEY: "sesame" };
    const input = { values, secrets: ["ASSET_TAG", "WIFI_KEY"] };
    await setDeviceValues(sql, runtime, testBy, device.serialNumber, input);
    const [channel] = await sql<{ id: ChannelId }[]>`select id from channels`;
    const load = async (...names: string[]) =>
      Object.fromEntries(await loadVariables(sql, runtime, channel?.id ?? channelIdOf(0), names));
    assert.deepEqual(await load("ENROLLED_DEVICE.ASSET_TAG"), { "ENROLLED_DEVICE.ASSET_TAG": "A-7" });
    assert.deepEqual(await load("CUSTOM.ASSET_TAG"), { "CUSTOM.ASSET_TAG": "A-7" });
    assert.deepEqual(await load(), {});
    // A sealed value that was copied to another row is not opened there.
    await sql`update device_values set value_sealed = (select value_sealed from device_values where name = 'ASSET_TAG')
      where name = 'WIFI_KEY'`;
    assert.deepEqual(await load("CUSTOM.ROOM"), { "CUSTOM.ROOM": "12b" });
    await assert.rejects(load("CUSTOM.ROOM", "CUSTOM.WIFI_KEY"), /Cannot open device_values.value_sealed/);
  }));
