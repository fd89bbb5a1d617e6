import assert from "node:assert/strict";
import { findDeviceValues } from "../../../db/variables/device_values.ts";
import { secretRotation } from "../../../jobs/secret_rotation.ts";
import { Problem } from "../../../src/errors.ts";
import {
  DEVICE_VALUE_LIMITS,
  type DeviceValuesInput,
  deviceValuesView,
  setDeviceValues,
} from "../../../src/variables/device_values.ts";
import { SECRET_WORDS } from "../../../src/variables/secret_names.ts";
import { openDeviceValue } from "../../../src/variables/stored_values.ts";
import { testBy } from "../../routes/api/support.ts";
import { withDatabaseCopy } from "../../support/database.ts";
import { type TestRuntime, testRuntime, withRuntime } from "../../support/runtime.ts";

const SERIAL = "C02TEST";
const set = (runtime: TestRuntime, input: DeviceValuesInput) =>
  runtime.sql.begin((tx) => setDeviceValues(tx, runtime, testBy, SERIAL, input));
const view = async ({ sql }: TestRuntime) => deviceValuesView(await findDeviceValues(sql, SERIAL));

/** All values with their texts. */
async function opened({ sql, keys }: TestRuntime): Promise<Record<string, string>> {
  const rows = await findDeviceValues(sql, SERIAL);
  return Object.fromEntries(await Promise.all(rows.map(async (row) => [row.name, await openDeviceValue(keys, row)])));
}

/** The objects of the audit entries in their order. */
async function audits({ sql }: TestRuntime): Promise<{ prev_value: unknown; new_value: unknown }[]> {
  const rows = await sql<{ object: { prev_value: unknown; new_value: unknown } }[]>`
    select payload->'object' as object from events where type = 'zentral_audit' and serial_number = ${SERIAL}
    order by created_at`;
  return rows.map(({ object }) => object);
}

async function refused(runtime: TestRuntime, input: DeviceValuesInput, field: "values" | "secrets", sentence: RegExp) {
  await assert.rejects(
    set(runtime, input),
    (error) => error instanceof Problem && sentence.test(error.details.fields?.[field]?.join("\n") ?? ""),
  );
}

Deno.test("custom values are replaced as a whole, with an audit entry when something changed", () =>
  withRuntime(async (runtime) => {
    assert.deepEqual(await set(runtime, { values: { ROOM: "1", FLOOR: "2" } }), ["FLOOR", "ROOM"]);
    assert.deepEqual(await set(runtime, { values: { FLOOR: "2", ROOM: "1" } }), []);
    runtime.clock.advance(1);
    assert.deepEqual(await set(runtime, { values: { ROOM: "3" } }), ["FLOOR", "ROOM"]);
    assert.deepEqual(await view(runtime), { values: { ROOM: "3" }, secrets: [] });
    const [first, second, ...more] = await audits(runtime);
    assert.deepEqual(first?.prev_value, { values: {}, secret_names: [] });
    assert.deepEqual(second?.prev_value, { values: { FLOOR: "2", ROOM: "1" }, secret_names: [] });
    assert.deepEqual(second?.new_value, { values: { ROOM: "3" }, secret_names: [], changed: ["FLOOR", "ROOM"] });
    assert.deepEqual(more, []);
  }));

Deno.test("without a list of secrets, names that look like secrets are marked, and an answer can be sent back", () =>
  withRuntime(async (runtime) => {
    await set(runtime, { values: { ROOM: "1", VPN_PASSWORD: "sesame", API_KEY2: "k" } });
    assert.deepEqual(await view(runtime), { values: { ROOM: "1" }, secrets: ["API_KEY2", "VPN_PASSWORD"] });
    const { values } = await view(runtime);
    assert.deepEqual(await set(runtime, { values: { ...values, ROOM: "2" } }), ["ROOM"]);
    assert.deepEqual(await opened(runtime), { API_KEY2: "k", ROOM: "2", VPN_PASSWORD: "sesame" });
    // One that was opened by an operator stays open, one that is a secret stays one.
    await set(runtime, { values: { API_KEY2: "k" }, secrets: ["VPN_PASSWORD"] });
    assert.deepEqual(await view(runtime), { values: { API_KEY2: "k" }, secrets: ["VPN_PASSWORD"] });
    assert.deepEqual(await set(runtime, { values: { API_KEY2: "l", VPN_PASSWORD: "other" } }), [
      "API_KEY2",
      "VPN_PASSWORD",
    ]);
    assert.deepEqual(await view(runtime), { values: { API_KEY2: "l" }, secrets: ["VPN_PASSWORD"] });
  }));

Deno.test("with a list of secrets, exactly those are secrets, and stored ones in neither list are removed", () =>
  withRuntime(async (runtime) => {
    await set(runtime, { values: { ROOM: "1", CODE: "2", VPN_PASSWORD: "sesame" }, secrets: ["CODE"] });
    assert.deepEqual(await view(runtime), { values: { ROOM: "1", VPN_PASSWORD: "sesame" }, secrets: ["CODE"] });
    await refused(runtime, { values: {}, secrets: ["CODE", "ROOM"] }, "secrets", /^"ROOM" has no value/);
    await refused(runtime, { values: {}, secrets: ["NEVER"] }, "secrets", /no secret has that name/);
    assert.deepEqual(await set(runtime, { values: { ROOM: "1" }, secrets: ["CODE", "CODE"] }), ["VPN_PASSWORD"]);
    assert.deepEqual(await opened(runtime), { CODE: "2", ROOM: "1" });
    assert.deepEqual(await set(runtime, { values: { ROOM: "1" }, secrets: [] }), ["CODE"]);
    assert.deepEqual(await view(runtime), { values: { ROOM: "1" }, secrets: [] });
  }));

Deno.test("an unchanged secret is no change, whichever nonce sealed it; marking one changes no text and is audited", () =>
  withRuntime(async (runtime) => {
    await set(runtime, { values: { VPN_PASSWORD: "sesame" } });
    const [before] = await findDeviceValues(runtime.sql, SERIAL);
    assert.match(before?.valueSealed ?? "", /^e1\./);
    assert.equal(before?.value, null);
    assert.deepEqual(await set(runtime, { values: { VPN_PASSWORD: "sesame" } }), []);
    assert.deepEqual([...await findDeviceValues(runtime.sql, SERIAL)], [before]);
    assert.equal((await audits(runtime)).length, 1);
    runtime.clock.advance(1);
    assert.deepEqual(await set(runtime, { values: { VPN_PASSWORD: "sesame" }, secrets: [] }), []);
    assert.deepEqual(await view(runtime), { values: { VPN_PASSWORD: "sesame" }, secrets: [] });
    assert.equal((await audits(runtime)).length, 2);
    await set(runtime, { values: {}, secrets: [] });
    await set(runtime, { values: { VPN_PASSWORD: "a" } });
    await set(runtime, { values: { VPN_PASSWORD: "b" } });
    assert.deepEqual(await opened(runtime), { VPN_PASSWORD: "b" });
  }));

Deno.test("an audit entry names the changed secrets and contains none, not even one that was open until then", () =>
  withRuntime(async (runtime) => {
    await set(runtime, { values: { ROOM: "1", CODE: "marker-a" }, secrets: ["CODE"] });
    runtime.clock.advance(1);
    await set(runtime, { values: { ROOM: "1", CODE: "marker-b", DOOR: "open" }, secrets: ["CODE"] });
    runtime.clock.advance(1);
    await set(runtime, { values: { CODE: "marker-c", DOOR: "open" }, secrets: ["CODE", "DOOR"] });
    const [, second, third] = await audits(runtime);
    assert.deepEqual(second?.new_value, {
      values: { DOOR: "open", ROOM: "1" },
      secret_names: ["CODE"],
      changed: ["CODE", "DOOR"],
    });
    assert.deepEqual(third?.prev_value, { values: { ROOM: "1" }, secret_names: ["CODE", "DOOR"] });
    assert.deepEqual(third?.new_value, {
      values: {},
      secret_names: ["CODE", "DOOR"],
      changed: ["CODE", "DOOR", "ROOM"],
    });
    assert.doesNotMatch(JSON.stringify(await runtime.sql`select * from events`), /marker-/);
  }));

Deno.test("values that no text can hold, bad names and too many are refused with a sentence each", () =>
  withRuntime(async (runtime) => {
    const no = (values: Record<string, string>, sentence: RegExp) => refused(runtime, { values }, "values", sentence);
    await no({ room: "1" }, /"room" is not a valid name/);
    await no({ "1A": "1" }, /is a capital letter/);
    await no({ A: "\u0000" }, /characters that XML text cannot hold/);
    await no({ A: "\ud800" }, /characters that XML text cannot hold/);
    await no({ A: "x".repeat(4097) }, /4097 characters, 4096 are accepted/);
    const many = Object.fromEntries(Array.from({ length: DEVICE_VALUE_LIMITS.values }, (_, n) => [`A${n}`, ""]));
    await no({ ...many, B: "" }, /101 values, 100/);
    assert.deepEqual(await view(runtime), { values: {}, secrets: [] });
    // Those that are kept count.
    await set(runtime, { values: { PIN: "1" } });
    await no(many, /101 values, 100/);
  }));

Deno.test("values that were written at once are sealed for the row that they end up in", () =>
  withRuntime(async (runtime) => {
    await Promise.all(["a", "b", "c", "d"].map((text) => set(runtime, { values: { PIN: text } })));
    assert.match((await opened(runtime)).PIN ?? "", /^[abcd]$/);
  }));

/** Custom values and an audit entry as the version before secrets wrote them, with the migration to be applied. */
async function asBefore({ sql, clock }: TestRuntime, values: Record<string, string>): Promise<string> {
  await sql.unsafe(`
    drop table device_values;
    create table device_values (serial_number text not null, name text not null, value text not null,
      created_at timestamptz not null, updated_at timestamptz not null, primary key (serial_number, name))`);
  for (const [name, value] of Object.entries(values)) {
    await sql`insert into device_values values (${SERIAL}, ${name}, ${value}, ${clock.now()}, ${clock.now()})`;
  }
  const payload = {
    action: "updated",
    object: { model: "mdm.devicevalues", pk: SERIAL, prev_value: {}, new_value: values },
  };
  await sql`
    insert into events (id, type, created_at, serial_number, payload)
    values (${crypto.randomUUID()}, 'zentral_audit', ${clock.now()}, ${SERIAL}, ${sql.json(payload)})`;
  return await Deno.readTextFile(new URL("../../../db/migrations/0018_secret_values.sql", import.meta.url));
}

Deno.test("older values are marked by their names, hidden immediately, removed from old audit entries, and encrypted by the job", () =>
  withDatabaseCopy(async (sql, url) => {
    const runtime = await testRuntime(sql, url);
    const secrets = Object.fromEntries([...SECRET_WORDS].map((word) => [`A_${word}1_B`, `marker-${word}`]));
    const open = { ROOM: "1", MONKEY: "2", PASSAGE: "3", KEYNOTE_2: "4" };
    const migration = await asBefore(runtime, { ...secrets, ...open });
    await runtime.sql.unsafe(migration);
    assert.deepEqual(await view(runtime), { values: open, secrets: Object.keys(secrets).sort() });
    const [entry] = await audits(runtime);
    assert.deepEqual(entry?.prev_value, {});
    assert.deepEqual(entry?.new_value, {
      ...open,
      ...Object.fromEntries(Object.keys(secrets).map((name) => [name, "<redacted>"])),
    });
    assert.deepEqual(await opened(runtime), { ...secrets, ...open });
    // Sending back what was answered keeps them, also before the job.
    assert.deepEqual(await set(runtime, { values: open }), []);
    const run = () => secretRotation.run({ runtime, signal: new AbortController().signal, payload: null } as never);
    assert.deepEqual(await run(), { key: "test", resealed: {}, sealed_results: 0, sealed_values: SECRET_WORDS.size });
    assert.deepEqual(await run(), { key: "test", resealed: {}, sealed_results: 0, sealed_values: 0 });
    assert.deepEqual(await opened(runtime), { ...secrets, ...open });
    assert.doesNotMatch(JSON.stringify(await runtime.sql`select * from device_values`), /marker-/);
  }));
