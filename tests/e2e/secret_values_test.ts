import assert from "node:assert/strict";
import {
  made,
  makeBlueprint,
  makeDeclaration,
  makeProfile,
  profileSource,
  rest,
  settle,
} from "../support/artifacts.ts";
import { assign, idOf, link } from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { answers, pages, tables } from "../support/everything.ts";
import { personWith } from "../routes/admin/support.ts";

/** In no other text. */
const MARKER = "mARk3r";

/** Whether a text has the marker: as it is, in hexadecimal, or in base64. */
function hasMarker(text: string): boolean {
  const hex = new TextEncoder().encode(MARKER).toHex();
  const base64 = (text.match(/[A-Za-z0-9+/_-]{8,}={0,2}/g) ?? []).some((token) => {
    const plain = token.replaceAll("-", "+").replaceAll("_", "/").replaceAll("=", "");
    const whole = plain.slice(0, plain.length - plain.length % 4);
    return new TextDecoder("latin1").decode(Uint8Array.fromBase64(whole)).includes(MARKER);
  });
  return text.includes(MARKER) || text.includes(hex) || base64;
}

/** The answers to devices from now on. */
function listener(fleet: Fleet): { heard: string[]; send: Fleet["fetch"] } {
  const heard: string[] = [];
  const send = async (request: Request) => {
    const response = await fleet.fetch(request);
    heard.push(await response.clone().text());
    return response;
  };
  return { heard, send };
}

Deno.test("a secret value reaches the device's profile and declaration, and no answer, page, event, log or row", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { heard, send } = listener(fleet);
    const device = await fleet.enrolled({ send });
    const path = `/api/inventory/devices/${device.serialNumber}/values/`;
    const secret = (n: number) => `${MARKER}-${n}`;
    const blueprint = await makeBlueprint(fleet, { legacy_profiles_via_ddm: false });
    const text = "$CUSTOM.WIFI_PASSWORD and $CUSTOM.CODE";
    const { artifact } = await makeProfile(fleet, { version: { source: profileSource("com.example.wifi", text) } });
    await link(fleet, blueprint.id, artifact.id);
    const declared = await makeDeclaration(fleet, { payload: { Echo: text } });
    await link(fleet, blueprint.id, declared.artifact.id);
    await assign(fleet, device.serialNumber, blueprint.id);
    const id = await idOf(fleet, device.serialNumber);

    // By the API, with refusals, and by the page, with and without mistakes.
    await made(fleet, "PUT", path, {
      values: { WIFI_PASSWORD: secret(1), CODE: secret(1) },
      secrets: ["CODE", "WIFI_PASSWORD"],
    });
    await made(fleet, "PUT", path, { values: { WIFI_PASSWORD: secret(2), CODE: secret(2) } });
    const refusals = [
      { values: { WIFI_PASSWORD: `${secret(3)}\u0000` } },
      { values: { WIFI_PASSWORD: secret(3).repeat(1000) } },
      { values: { WIFI_PASSWORD: { deep: secret(3) } } },
      { values: { WIFI_PASSWORD: secret(3) }, secrets: ["NEVER"] },
      { values: { WIFI_PASSWORD: secret(3) }, secrets: [3] },
      { values: secret(3) },
    ];
    const said = new Map<string, string>();
    for (const [n, body] of refusals.entries()) {
      const { status, json } = await fleet.api("PUT", path, body);
      assert.equal(status, 400);
      said.set(`refusal ${n}`, JSON.stringify(json));
    }
    const person = await personWith(runtime, "superuser");
    const page = `/devices/${id}/values/`;
    const row = (n: number, name: string, value: string, more: Record<string, string> = {}) => ({
      [`name.${n}`]: name,
      [`value.${n}`]: value,
      ...Object.fromEntries(Object.entries(more).map(([key, one]) => [`${key}.${n}`, one])),
    });
    const mistaken = {
      ...row(0, "CODE", secret(4), { secret: "1" }),
      ...row(1, "NEW_TOKEN", secret(4)),
      ...row(2, "bad", "x"),
    };
    const again = await person.post(page, mistaken);
    assert.equal(again.status, 400);
    said.set("the form with a mistake", again.text);
    const saved = await person.post(page, {
      ...row(0, "CODE", secret(5), { secret: "1" }),
      ...row(1, "NEW_TOKEN", secret(5)),
    });
    assert.equal(saved.status, 303);
    assert.deepEqual((await made(fleet, "GET", path)).secrets, ["CODE", "NEW_TOKEN", "WIFI_PASSWORD"]);

    await settle(fleet);
    await rest(device);
    const wanted = `${secret(2)} and ${secret(5)}`;
    assert.ok(JSON.stringify(device.state.profiles).includes(wanted), "the profile has it");
    assert.ok(heard.some((answer) => answer.includes(`{"Echo":"${wanted}"}`)), "the declaration has it");

    // Everything that explains, tries or repeats.
    const other = await makeBlueprint(fleet, { legacy_profiles_via_ddm: true });
    await link(fleet, other.id, artifact.id);
    const dry = await made(fleet, "PUT", `/api/mdm/devices/${id}/blueprint/?dry_run=true`, { blueprint: other.id });
    said.set("dry run", JSON.stringify(dry));
    said.set(
      "preview",
      (await person.post(`/devices/${id}/blueprint/`, { blueprint: String(other.id), preview: "1" })).text,
    );
    const second = await fleet.enrolled({ send });
    const values = { WIFI_PASSWORD: secret(6), CODE_PIN: secret(6) };
    await made(fleet, "PUT", `/api/inventory/devices/${second.serialNumber}/values/`, { values });
    await assign(fleet, second.serialNumber, other.id);
    await settle(fleet);
    await rest(second);
    assert.ok(heard.some((answer) => answer.includes("ProfileURL")), "the profile is a download");
    assert.ok(heard.some((answer) => answer.includes(`${secret(6)} and $CUSTOM.CODE`)), "the download has it");

    // A secret that cannot be opened: the profile fails, and the reason holds nothing.
    await runtime
      .sql`update device_values set value_sealed = replace(value_sealed, 'e1.test.', 'e1.gone.') where name = 'CODE'`;
    for (const one of [artifact, declared.artifact]) {
      assert.equal((await person.post(`/devices/${id}/artifacts/${one.id}/reinstall/`)).status, 303);
    }
    for (let n = 0; n < 5; n++) await device.connect().catch(() => {});
    const failures = runtime.lines.filter((line) => line.includes("Cannot open device_values.value_sealed"));
    assert.ok(failures.length > 0 && failures.every((line) => line.includes('the key \\"gone\\"')), failures[0]);

    const sources = {
      said,
      rows: await tables(fleet),
      answers: await answers(fleet, device.serialNumber),
      pages: await pages(fleet),
      log: new Map(runtime.lines.map((line, n) => [String(n), line])),
    };
    assert.ok(sources.answers.size > 30 && sources.pages.size > 30, `${sources.answers.size} ${sources.pages.size}`);
    for (const [kind, texts] of Object.entries(sources)) {
      for (const [name, text] of texts) assert.ok(!hasMarker(text), `${kind}: ${name}`);
    }
    assert.ok(hasMarker(btoa(`x${MARKER} y`)) && hasMarker(`\\x${new TextEncoder().encode(`a${MARKER}`).toHex()}`));
  }));

Deno.test("a secret that is sent again unchanged wakes no device, a changed one is delivered", () =>
  withFleet(async (fleet) => {
    const { heard, send } = listener(fleet);
    const device = await fleet.enrolled({ send });
    const path = `/api/inventory/devices/${device.serialNumber}/values/`;
    const put = (values: Record<string, string>) => made(fleet, "PUT", path, { values });
    const blueprint = await makeBlueprint(fleet);
    const { artifact } = await makeDeclaration(fleet, { payload: { Echo: "$CUSTOM.PIN" } });
    await link(fleet, blueprint.id, artifact.id);
    assert.deepEqual(await put({ PIN: "1", ROOM: "2" }), {
      serial_number: device.serialNumber,
      values: { ROOM: "2" },
      secrets: ["PIN"],
    });
    await assign(fleet, device.serialNumber, blueprint.id);
    await settle(fleet);
    await rest(device);
    const echoes = () => heard.flatMap((answer) => /"Echo":"([^"]*)"/.exec(answer)?.[1] ?? []);
    assert.deepEqual(echoes(), ["1"]);
    const due = async () => {
      const [row] = await fleet.runtime.sql`
        select next_action_at <= ${fleet.runtime.clock.now()} as due from channels`;
      return row?.due === true;
    };
    await put({ PIN: "1" });
    assert.equal(await due(), false);
    await put({});
    assert.equal(await due(), false);
    await put({ PIN: "3" });
    assert.equal(await due(), true);
    await rest(device);
    assert.deepEqual(echoes(), ["1", "3"]);
  }));
