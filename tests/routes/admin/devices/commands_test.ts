import assert from "node:assert/strict";
import { withFleet } from "../../../support/fleet.ts";
import { personWith } from "../support.ts";

const custom = (type: string, more = "") => `<dict><key>RequestType</key><string>${type}</string>${more}</dict>`;

Deno.test("a custom command shows its request type, its sender and its answer, for operators who may see commands", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const ada = await personWith(runtime, "superuser");
    const [who] = await runtime.sql<{ username: string }[]>`select username from users where id = ${ada.userId}`;
    const device = await fleet.enrolled({ name: "<b>Mac</b>" });
    await device.connect();
    const [row] = await runtime.sql<{ id: number }[]>`select id from devices`;
    const path = `/devices/${row?.id}/`;
    assert.equal(
      (await ada.post(`${path}custom/`, {
        command: custom("DeviceInformation", "<key>Queries</key><array><string>DeviceName</string></array>"),
      })).status,
      303,
    );
    await device.connect();
    const { text } = await ada.get(path);
    assert.match(
      text,
      new RegExp(
        `<strong>DeviceInformation</strong> <span class="faint">custom command</span> [\\s\\S]{0,400}by ${who?.username}`,
      ),
    );
    const [, uuid = ""] = new RegExp(`href="${path}commands/([0-9a-f-]{36})/answer/"`).exec(text) ?? [];
    const answer = await ada.get(`${path}commands/${uuid}/answer/`);
    assert.equal(answer.status, 200);
    assert.match(answer.text, /<h1>Answer to DeviceInformation<\/h1>/);
    assert.match(answer.text, /QueryResponses[\s\S]*DeviceName[\s\S]*&lt;b&gt;Mac&lt;\/b&gt;/);
    assert.doesNotMatch(answer.text, /<b>Mac/);
    const download = await ada.get(`${path}commands/${uuid}/answer/download/`);
    assert.match(download.headers.get("Content-Disposition") ?? "", /^attachment; .*answer-.*\.plist/);
    assert.match(download.text, /QueryResponses/);

    const blind = await personWith(runtime, ["mdm.view_enrolleddevice"]);
    assert.doesNotMatch((await blind.get(path)).text, /answer\//);
    assert.equal((await blind.get(`${path}commands/${uuid}/answer/`)).status, 403);
    assert.equal((await blind.get(`${path}commands/${uuid}/answer/download/`)).status, 403);
    assert.equal((await ada.get(`/devices/${Number(row?.id) + 1}/commands/${uuid}/answer/`)).status, 404);
    assert.equal((await ada.get(`${path}commands/${crypto.randomUUID()}/answer/`)).status, 404);
    // Commands that the server queued by itself have no sender.
    assert.doesNotMatch(
      text,
      /<strong>SecurityInfo<\/strong>[^<]*<span class="chip good">Acknowledged<\/span><div class="faint small">queued <time[^>]*>[^<]*<\/time> by/,
    );
  }));

Deno.test("an answer that is not a property list is marked as such, and can be downloaded", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const ada = await personWith(runtime, "superuser");
    const device = await fleet.enrolled();
    await device.connect();
    const [row] = await runtime.sql<{ id: number; uuid: string }[]>`
      update command_history set result = 'nonsense' where id = (select max(id) from command_history)
      returning device_id as id, uuid`;
    const path = `/devices/${row?.id}/commands/${row?.uuid}/answer/`;
    assert.match((await ada.get(path)).text, /The answer is not a property list\./);
    assert.equal((await ada.get(`${path}download/`)).text, "nonsense");
  }));

Deno.test("commands older than the last twenty are on pages of their own", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const ada = await personWith(runtime, "superuser");
    const device = await fleet.enrolled();
    await device.connect();
    const [row] = await runtime.sql<{ id: number }[]>`select id from devices`;
    const path = `/devices/${row?.id}/`;
    for (let at = 0; at < 23; at++) {
      runtime.clock.advance(1);
      const { status } = await fleet.api("POST", `/api/mdm/devices/${row?.id}/send_custom_command/`, {
        command: custom(`Test${at}`),
      });
      assert.ok(status < 300, `${status}`);
    }
    const shown = (text: string) => [...text.matchAll(/<strong>(Test\d+)<\/strong>/g)].map(([, name]) => name);
    const first = (await ada.get(path)).text;
    assert.deepEqual(shown(first), Array.from({ length: 20 }, (_, at) => `Test${22 - at}`));
    const [, next = ""] = /rel="next" href="([^"]*)"/.exec(first) ?? [];
    assert.equal(next, `${path}?offset=20#commands`);
    assert.deepEqual(shown((await ada.get(next)).text), ["Test2", "Test1", "Test0"]);
  }));

Deno.test("the inventory shows when it was collected, and is collected now by page and API", () =>
  withFleet(async (fleet) => {
    const { runtime, runtime: { sql, clock } } = fleet;
    const ada = await personWith(runtime, "superuser");
    const device = await fleet.enrolled();
    await device.connect();
    const [row] = await sql<{ id: number }[]>`select id from devices`;
    const [path, api] = [`/devices/${row?.id}/`, `/api/mdm/devices/${row?.id}/collect_inventory/`];
    const collected = (text: string, name: string) =>
      new RegExp(`<dt>${name}</dt><dd>(?:collected <time datetime="([^"]*)"|<span class="faint">not collected)`).exec(
        text,
      )?.[1];
    const first = (await ada.get(path)).text;
    assert.equal(collected(first, "Device information"), clock.now().toISOString());
    assert.equal(collected(first, "Apps"), undefined);
    clock.advance(600);
    assert.deepEqual(await device.connect(), []);

    const asked = await ada.post(`${path}collect/`);
    assert.equal(asked.location, `${path}?done=collecting#inventory`);
    const due = await sql<object[]>`select 1 from channels where push_due_at <= ${clock.now()}`;
    assert.equal(due.length, 1, "the device is woken");
    // A pending command is not queued twice.
    const again = await fleet.api("POST", api);
    assert.deepEqual(again, { status: 200, json: { commands: ["DeviceInformation", "SecurityInfo"] } });
    assert.equal((await sql`select 1 from commands`).length, 2);
    assert.equal((await device.connect()).length, 2);
    const second = (await ada.get(path)).text;
    assert.equal(collected(second, "Device information"), clock.now().toISOString());
    assert.match(second, /<strong>SecurityInfo<\/strong>[\s\S]{0,300}by user/);

    // The lists that the blueprint wants, and no others.
    await sql`insert into blueprints (name, inventory_interval, collect_apps, collect_profiles, created_at, updated_at)
      values ('B', 86400, 1, 2, now(), now())`;
    await sql`update enrollments set blueprint_id = (select id from blueprints)`;
    clock.advance(600);
    assert.deepEqual((await fleet.api("POST", api)).json.commands, [
      "DeviceInformation",
      "SecurityInfo",
      "InstalledApplicationList",
      "ProfileList",
    ]);
    while ((await device.connect()).length > 0);
    assert.equal(collected((await ada.get(path)).text, "Apps"), clock.now().toISOString());

    const reader = await personWith(runtime, ["mdm.view_enrolleddevice"]);
    assert.doesNotMatch((await reader.get(path)).text, /Collect inventory/);
    assert.equal((await reader.post(`${path}collect/`)).status, 403);
    await device.checkOut();
    assert.equal((await fleet.api("POST", api)).status, 400);
    assert.doesNotMatch((await ada.get(path)).text, /Collect inventory/);
    assert.equal((await fleet.api("POST", "/api/mdm/devices/999/collect_inventory/")).status, 404);
  }));
