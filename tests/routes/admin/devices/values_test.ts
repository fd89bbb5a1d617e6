import assert from "node:assert/strict";
import { idOf, made } from "../../../support/artifacts.ts";
import { withFleet } from "../../../support/fleet.ts";
import { personWith } from "../support.ts";

type Row = { name: string; value?: string; secret?: boolean; remove?: boolean };

/** The fields that the form sends for rows. */
function fields(...rows: Row[]): Record<string, string> {
  return Object.fromEntries(rows.flatMap(({ name, value = "", secret, remove }, n) => [
    [`name.${n}`, name],
    [`value.${n}`, value],
    ...(secret === true ? [[`secret.${n}`, "1"]] : []),
    ...(remove === true ? [[`remove.${n}`, "1"]] : []),
  ]));
}

Deno.test("the form of custom values adds, changes, marks and removes; secrets are kept when nothing is typed", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const page = `/devices/${await idOf(fleet, device.serialNumber)}/values/`;
    const path = `/api/inventory/devices/${device.serialNumber}/values/`;
    const ada = await personWith(fleet.runtime, "superuser");
    const view = async () => {
      const { values, secrets } = await made(fleet, "GET", path);
      return { values, secrets };
    };
    const save = async (...rows: Row[]) => {
      const answer = await ada.post(page, fields(...rows));
      assert.equal(answer.status, 303, answer.text);
    };
    const refused = async (sentence: RegExp, ...rows: Row[]) => {
      const answer = await ada.post(page, fields(...rows));
      assert.equal(answer.status, 400);
      assert.match(answer.text, sentence);
      return answer.text;
    };
    await save({ name: "ROOM", value: "101" }, { name: "" }, { name: "WIFI_KEY", value: "sesame" }, {
      name: "CODE",
      value: "open",
      secret: true,
    });
    assert.deepEqual(await view(), { values: { ROOM: "101" }, secrets: ["CODE", "WIFI_KEY"] });
    const { text } = await ada.get(page);
    assert.match(text, />\n101<\/textarea>/);
    assert.equal(text.match(/placeholder="Set"/g)?.length, 2);
    assert.doesNotMatch(text, /sesame|>\nopen</);

    // Kept, renewed, and one that another tab added stays.
    await made(fleet, "PUT", path, { values: { ROOM: "101", DOOR: "3", LATE_PIN: "4" } });
    await save({ name: "ROOM", value: "102" }, { name: "WIFI_KEY", secret: true }, {
      name: "CODE",
      value: "a\r\nb",
      secret: true,
    });
    assert.deepEqual(await view(), { values: { DOOR: "3", ROOM: "102" }, secrets: ["CODE", "LATE_PIN", "WIFI_KEY"] });

    await refused(/To make WIFI_KEY visible/, { name: "WIFI_KEY" });
    await refused(/&quot;A_TOKEN&quot; has no value/, { name: "A_TOKEN" });
    await refused(/One of the values has no name/, { name: "", value: "lost" });
    await refused(/ROOM appears twice/, { name: "ROOM", value: "1" }, { name: "ROOM", value: "2" });
    const again = await refused(/is not a valid name/, { name: "room", value: "kept" }, {
      name: "WIFI_KEY",
      value: "typed",
      secret: true,
    }, { name: "MY_PIN", value: "typed" });
    assert.match(again, />\nkept<\/textarea>/);
    assert.doesNotMatch(again, /typed/);
    assert.equal(again.match(/placeholder="Enter it again" required/g)?.length, 2);
    await save({ name: "WIFI_KEY", value: "known to all" }, { name: "CODE", remove: true, secret: true }, {
      name: "LATE_PIN",
      remove: true,
      secret: true,
    }, { name: "DOOR", value: "3", secret: true });
    assert.deepEqual(await view(), { values: { ROOM: "102", WIFI_KEY: "known to all" }, secrets: ["DOOR"] });
  }));

Deno.test("a text with other line ends than a browser's is not changed by a form that shows it", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const path = `/api/inventory/devices/${device.serialNumber}/values/`;
    const values = { NOTE: "a\r\nb\rc\n" };
    await made(fleet, "PUT", path, { values });
    const ada = await personWith(fleet.runtime, "superuser");
    const page = `/devices/${await idOf(fleet, device.serialNumber)}/values/`;
    assert.equal((await ada.post(page, fields({ name: "NOTE", value: "a\r\nb\r\nc\r\n" }))).status, 303);
    assert.deepEqual((await made(fleet, "GET", path)).values, values);
    const [row] = await fleet.runtime.sql`
      select count(*)::int as count from events where payload->'object'->>'model' = 'mdm.devicevalues'`;
    assert.equal(row?.count, 1);
  }));
