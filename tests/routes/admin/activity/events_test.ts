import assert from "node:assert/strict";
import { fieldChanges } from "../../../../routes/admin/activity/audit_words.ts";
import { EVENT_WORDS } from "../../../../routes/admin/activity/event_words/event_words.ts";
import { byJob } from "../../../../src/events/by.ts";
import { recordAudit, recordEvents } from "../../../../src/events/record.ts";
import { assign, idOf, makeProfile, rest, settle } from "../../../support/artifacts.ts";
import { findEvents } from "../../../support/events.ts";
import { withFleet } from "../../../support/fleet.ts";
import { FILTER, house } from "../artifacts/support.ts";
import { type Person, personWith } from "../support.ts";

const ROOT = new URL("../../../../", import.meta.url);

/** The sentences of a page of events, with their links as `[text](href)`. */
async function sentences(ada: Person, path: string): Promise<string[]> {
  const { status, text } = await ada.get(path);
  assert.equal(status, 200, path);
  return [...text.matchAll(/<td class="sentence">([\s\S]*?)(?:<dl|<details)/g)].map(([, cell = ""]) =>
    cell.replace(/<a href="([^"]+)">([^<]*)<\/a>/g, "[$2]($1)")
  );
}

Deno.test("events are sentences with author, action and object, with links, and old and new values", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const { device, blueprint, artifact, version, linked } = await house(fleet);
    const ada = await personWith(fleet.runtime, "superuser");
    await sql`update users set full_name = 'Ada Example' where id = ${ada.userId}`;
    const other = await makeProfile(fleet, { name: "VPN <i>" });
    const { clock } = fleet.runtime;
    const add = `/blueprints/${blueprint.id}/artifacts/add/`;
    const post = async (...args: Parameters<Person["post"]>) => {
      clock.advance(1);
      assert.equal((await ada.post(...args)).status, 303, args[0]);
    };
    await post(add, { ...FILTER, artifact: other.artifact.id });
    await post(`/blueprints/${blueprint.id}/artifacts/${linked.id}/`, { ...FILTER, default_shard: "30", save: "1" });
    await post(`/artifacts/${artifact.id}/versions/${version.id}/halt/`, { reason: "it is wrong" });
    const id = await idOf(fleet, device.serialNumber);
    await post(`/devices/${id}/block/`);
    await post(`/devices/${id}/unblock/`);
    await post(`/devices/${id}/lock/`, {
      action: "DeviceLock",
      pin: "123456",
      serial_number: device.serialNumber,
    });
    const [person, mac] = ["[Ada Example](/users/)", `[Ada's Mac](/devices/${id}/)`.replace("'", "&#39;")];
    const office = `[Office](/blueprints/${blueprint.id}/)`;
    const wifi = `[Wi-Fi](/artifacts/${artifact.id}/)`;
    assert.deepEqual(await sentences(ada, "/events/?type=zentral_audit&person=" + ada.userId), [
      `${person} queued DeviceLock for ${mac}`,
      `${person} unblocked ${mac}`,
      `${person} blocked ${mac}`,
      `${person} halted version 1 of ${wifi}`,
      `${person} changed which devices get ${wifi} in ${office}`,
      `${person} added [VPN &lt;i&gt;](/artifacts/${other.artifact.id}/) to ${office}`,
    ]);
    const page = (await ada.get(`/events/?type=zentral_audit&person=${ada.userId}`)).text;
    assert.match(page, /<dt>default shard<\/dt><dd><del>100<\/del> → <ins>30<\/ins>/);
    assert.match(page, /<dt>state<\/dt><dd><del>active<\/del> → <ins>halted<\/ins>/);
    assert.match(page, /<option value="zentral_audit" selected>Changes by people<\/option>/);
    assert.ok(
      (await sentences(ada, "/events/")).includes(`Version 1 of ${wifi} was acknowledged by ${mac}`) ||
        (await sentences(ada, "/events/")).some((one) => one.startsWith(`Version 1 of ${wifi} `)),
    );
  }));

Deno.test("events are found by person, by object, by type and by day", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { device, blueprint, artifact } = await house(fleet);
    const ada = await personWith(runtime, "superuser");
    const about = await sentences(ada, `/events/?about=blueprint:${blueprint.id}`);
    assert.ok(
      about.some((one) => one.includes("added") && one.includes(`/artifacts/${artifact.id}/`)),
      about.join("\n"),
    );
    assert.ok(about.some((one) => one.includes("created the blueprint")));
    assert.ok(about.every((one) => one.includes("Office")), about.join("\n"));
    assert.deepEqual(await sentences(ada, "/events/?name=office"), about);
    const wifi = await sentences(ada, "/events/?name=WI-FI");
    assert.ok(wifi.length > 0 && wifi.every((one) => one.includes("Wi-Fi")), wifi.join("\n"));
    assert.deepEqual(await sentences(ada, "/events/?name=no+such+name"), []);
    const own = await sentences(ada, `/events/?name=${device.serialNumber}`);
    assert.ok(
      own.length > 3 && own.every((one) => one.includes("Ada&#39;s Mac") || one.includes("Wi-Fi")),
      own.join("\n"),
    );
    const stranger = await personWith(runtime, []);
    assert.deepEqual(await sentences(ada, `/events/?person=${stranger.userId}&type=zentral_audit`), []);
    const today = runtime.clock.now().toISOString().slice(0, 10);
    assert.ok((await sentences(ada, `/events/?from=${today}&to=${today}`)).length > 3);
    assert.deepEqual(await sentences(ada, "/events/?to=2020-01-01"), []);
    assert.deepEqual(await sentences(ada, "/events/?from=2040-01-01"), []);
    for (const odd of ["?about=device:1", "?about=blueprint:x", "?from=yesterday", "?before=1_x_1", "?person=-1"]) {
      assert.equal((await ada.get(`/events/${odd}`)).status, 200, odd);
    }
  }));

Deno.test("a device's history shows upcoming actions and past events", () =>
  withFleet(async (fleet) => {
    const { device, blueprint } = await house(fleet);
    const { artifact } = await makeProfile(fleet, { name: "Printer" });
    const ada = await personWith(fleet.runtime, "superuser");
    await ada.post(`/blueprints/${blueprint.id}/artifacts/add/`, { ...FILTER, artifact: artifact.id });
    await settle(fleet);
    const id = await idOf(fleet, device.serialNumber);
    await ada.post(`/devices/${id}/lock/`, {
      action: "DeviceLock",
      pin: "123456",
      serial_number: device.serialNumber,
    });
    const coming = async () =>
      /id="coming">([\s\S]*?)<\/ol>/.exec((await ada.get(`/devices/${id}/feed/`)).text)?.[1] ?? "";
    assert.match(await coming(), /DeviceLock<\/a><\/strong> <span class="chip">Queued/);
    assert.match(await coming(), new RegExp(`href="/artifacts/${artifact.id}/"`));
    await rest(device);
    assert.doesNotMatch(await coming(), /DeviceLock/);
    const past = await sentences(ada, `/devices/${id}/feed/`);
    assert.ok(past.some((one) => one.includes("queued DeviceLock for")), past.join("\n"));
    assert.ok(past.some((one) => one.includes("The lock PIN of")), past.join("\n"));
    assert.ok(past.some((one) => one.endsWith(" acknowledged DeviceLock")), past.join("\n"));
    assert.match((await ada.get(`/devices/${id}/`)).text, new RegExp(`href="/devices/${id}/feed/"`));
    const blind = await personWith(fleet.runtime, ["mdm.view_enrolleddevice"]);
    assert.equal((await blind.get(`/devices/${id}/feed/`)).status, 403);
    await assign(fleet, device.serialNumber, null);
  }));

Deno.test("an event of any kind, of any age and with odd values has a sentence", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const ada = await personWith(runtime, "superuser");
    const payloads = [{}, { status: "failure" }, { object: "x", artifact: [], user: null }, { suppressed: 7 }];
    for (const type of [...Object.keys(EVENT_WORDS), "made.up", "constructor"]) {
      await recordEvents(runtime.sql, runtime, byJob("test"), payloads.map((payload) => ({ type, payload })));
    }
    await recordAudit(runtime.sql, runtime, byJob("test"), {
      action: "created",
      model: "mdm.unknown",
      pk: 7,
      after: null,
    });
    await recordAudit(runtime.sql, runtime, byJob("test"), { action: "deleted", model: "toString", pk: 7 });
    for (let path = "/events/", pages = 0; path !== "" && pages < 9; pages++) {
      const { status, text } = await ada.get(path);
      assert.equal(status, 200);
      for (const sentence of text.matchAll(/<td class="sentence">([\s\S]*?)(?:<dl|<details)/g)) {
        assert.match(sentence[1] ?? "", /^\S.*\S/);
        assert.doesNotMatch(sentence[1] ?? "", /undefined|\[object/);
      }
      path = (/href="([^"]+)">Older/.exec(text)?.[1] ?? "").replaceAll("&amp;", "&");
    }
    assert.ok((await findEvents(runtime.sql, { limit: 500 })).length > 80);
  }));

Deno.test("every type of event that the server records has words", async () => {
  const types = new Set<string>();
  async function look(folder: string) {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
      if (isDirectory) await look(`${folder}${name}/`);
      else if (/\.tsx?$/.test(name)) {
        const text = await Deno.readTextFile(new URL(folder + name, ROOT));
        for (const [, type] of text.matchAll(/\b(?:type|set|cleared|viewed): "([a-z]+(?:_[a-z]+)+)"/g)) {
          types.add(type ?? "");
        }
        for (const [, type] of text.matchAll(/\bevent\("([a-z_]+)"\)/g)) types.add(type ?? "");
      }
    }
  }
  for (const folder of ["src/", "jobs/", "routes/"]) await look(folder);
  assert.ok(types.size > 15, [...types].join());
  assert.deepEqual([...types].filter((type) => !Object.hasOwn(EVENT_WORDS, type)), []);
});

Deno.test("of a change the fields that differ are shown, and no others", () => {
  const before = { id: 1, name: "a", tags: [1], same: { x: 1 }, gone: 3, updated_at: "x" };
  const after = { id: 1, name: "b", tags: [1, 2], same: { x: 1 }, reinstall_interval: null, updated_at: "y" };
  assert.deepEqual(fieldChanges(before, after), [
    { field: "name", before: "a", after: "b" },
    { field: "tags", before: "[1]", after: "[1,2]" },
    { field: "gone", before: "3", after: null },
  ]);
  assert.deepEqual(fieldChanges(null, "odd"), []);
});
