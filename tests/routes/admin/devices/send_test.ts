import assert from "node:assert/strict";
import { commandFacts } from "../../../../src/apple_schema/commands.ts";
import { CATALOGUE } from "../../../../src/commands/catalogue.ts";
import { type Model, MODELS } from "../../../../simulators/device/models.ts";
import { idOf, made, rest } from "../../../support/artifacts.ts";
import { type Fleet, withFleet } from "../../../support/fleet.ts";
import { type Person, personWith } from "../support.ts";

const modelOf = (find: (model: Model) => boolean): Model => {
  const model = MODELS.find(find);
  assert.ok(model);
  return model;
};
const IPHONE = modelOf(({ platform, supervised }) => platform === "iOS" && supervised);
const MAC = modelOf(({ platform }) => platform === "macOS");
const ACCOUNTS = [
  { userName: "jane", fullName: "Jane", uid: 502, loggedIn: true, unsynced: true, locked: false },
  { userName: "<b>tom</b>", fullName: "Tom", uid: 503, loggedIn: false, unsynced: false, locked: false },
];

async function houseOf(fleet: Fleet, model: Model) {
  const device = await fleet.enrolled({ model, name: "Desk 7", accounts: ACCOUNTS });
  await rest(device);
  const id = await idOf(fleet, device.serialNumber);
  return { device, id, ada: await personWith(fleet.runtime, "superuser"), path: `/devices/${id}/` };
}

/** Without entities, as a person reads it. */
const read = (html: string): string => html.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");

Deno.test("the page lists every command: those that can be sent, and those that cannot with the reason; a search finds some", () =>
  withFleet(async (fleet) => {
    const { ada, path } = await houseOf(fleet, IPHONE);
    assert.match((await ada.get(path)).text, new RegExp(`href="${path}send/"`));
    const all = read((await ada.get(`${path}send/`)).text);
    for (const { requestType } of CATALOGUE) assert.ok(all.includes(`>${requestType}</div>`), requestType);
    assert.ok(all.includes(`href="${path}send/Settings/"`));
    assert.ok(!all.includes(`href="${path}send/UserList/"`));
    assert.match(all, /Cannot send UserList to this device: UserList is for Shared iPad, this device is none\./);
    assert.match(all, /Cannot send ClearPasscode|href="[^"]*send\/ClearPasscode\//);
    const few = (await ada.get(`${path}send/?q=LOST+mode`)).text;
    assert.ok(few.includes("EnableLostMode") && !few.includes("UserList"));
    assert.equal((await ada.get(`${path}send/NoSuchCommand/`)).status, 404);
    const reader = await personWith(fleet.runtime, ["mdm.view_enrolleddevice", "mdm.view_devicecommand"]);
    assert.equal((await reader.get(`${path}send/`)).status, 403);
    assert.equal((await reader.get(`${path}send/Settings/`)).status, 403);
    assert.equal((await reader.post(`${path}send/RestartDevice/`, {})).status, 403);
    assert.doesNotMatch((await reader.get(path)).text, /send\//);
  }));

Deno.test("every command that a device takes has a form with its arguments", () =>
  withFleet(async (fleet) => {
    const seen = new Set<string>();
    const models = [
      IPHONE,
      { ...MAC, osVersion: "27.0" },
      { ...MAC, osVersion: "12.7" },
      modelOf(({ appleSilicon }) => appleSilicon === false),
      { ...modelOf(({ platform }) => platform === "iPadOS"), sharedIpad: true },
    ];
    for (const model of models) {
      const { ada, device, id, path } = await houseOf(fleet, model);
      await fleet.runtime.sql`
        update enrollments set lost_mode = true, awaiting_configuration = true where device_id = ${id}`;
      const places = [path];
      if (model.platform === "macOS") {
        await device.addUser({ userId: "U-1", shortName: "jane", longName: "Jane" });
        places.push(`${path}users/${(await fleet.api("GET", `/api/mdm/devices/${id}/`)).json.users[0].id}/`);
      }
      for (const place of places) {
        const list = (await ada.get(`${place}send/`)).text;
        for (const { requestType, command } of CATALOGUE) {
          if (!list.includes(`href="${place}send/${requestType}/"`)) continue;
          const { status, text } = await ada.get(`${place}send/${requestType}/`);
          assert.equal(status, 200, requestType);
          assert.match(text, /<button type="submit"[^>]*>Send command<\/button>/, requestType);
          seen.add(requestType);
          if (command.published === undefined) continue;
          for (const { key, required, systems } of commandFacts(requestType)?.keys ?? []) {
            if (required !== true || systems !== undefined || command.published.given.includes(key)) continue;
            assert.match(text, new RegExp(`(name|value)="arguments\\.${key}[".]`), `${requestType} ${key}`);
          }
        }
      }
    }
    // Without an escrowed recovery key, the page has the reason instead.
    assert.deepEqual(CATALOGUE.map(({ requestType }) => requestType).filter((type) => !seen.has(type)), [
      "RotateFileVaultKey",
    ]);
  }));

/** The fields of a form as a browser would send them again. */
function fieldsOf(html: string): Record<string, string | string[]> {
  const form = /<form class="stack"[\s\S]*?<\/form>/.exec(html)?.[0] ?? "";
  const fields: Record<string, string> = {};
  for (const [input] of form.matchAll(/<input [^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(input)?.[1] ?? "";
    if (name !== "" && !/type="(checkbox|file)"/.test(input)) fields[name] = /value="([^"]*)"/.exec(input)?.[1] ?? "";
  }
  for (const [, name = "", inner = ""] of form.matchAll(/<select name="([^"]*)"[^>]*>([\s\S]*?)<\/select>/g)) {
    fields[name] = /<option value="([^"]*)" selected/.exec(inner)?.[1] ?? /<option value="([^"]*)"/.exec(inner)?.[1] ??
      "";
  }
  for (const [, name = "", text = ""] of form.matchAll(/<textarea name="([^"]*)"[^>]*>\n?([^<]*)/g)) {
    fields[name] = text;
  }
  return fields;
}

const argumentsOf = async (fleet: Fleet, name: string): Promise<unknown> =>
  (await fleet.runtime.sql<{ arguments: unknown }[]>`select arguments from commands where name = ${name}`)[0]
    ?.arguments;

Deno.test("a list of settings grows and shrinks by round trips, and is sent as Apple has it", () =>
  withFleet(async (fleet) => {
    const { ada, device, path } = await houseOf(fleet, IPHONE);
    const place = `${path}send/Settings/`;
    let page = await ada.get(place);
    const more = async (kind: string) => {
      page = await ada.post(place, {
        ...fieldsOf(page.text),
        "arguments.Settings.new": kind,
        more: "arguments.Settings",
      });
      assert.equal(page.status, 200);
    };
    await more("DeviceName");
    assert.match(page.text, /<legend>Device name<\/legend>/);
    assert.doesNotMatch(page.text, /name="arguments\.Settings\.0\.Item"/, "the kind says which item it is");
    await more("Bluetooth");
    await more("Wallpaper");
    page = await ada.post(place, {
      ...fieldsOf(page.text),
      "arguments.Settings.0.DeviceName": "Front desk",
      less: "arguments.Settings.2",
    });
    assert.match(page.text, /value="Front desk"/);
    assert.doesNotMatch(page.text, /Wallpaper<\/legend>/);
    assert.deepEqual(await argumentsOf(fleet, "Settings"), undefined, "nothing is sent on the way");
    const wrong = await ada.post(place, { ...fieldsOf(page.text), "arguments.Settings.0.DeviceName": "" });
    assert.equal(wrong.status, 400);
    assert.match(read(wrong.text), /"Settings\.0\.DeviceName" is missing, it should be a string/);
    assert.equal(
      (await ada.post(place, { ...fieldsOf(page.text), "arguments.Settings.1.Enabled": "no" })).location,
      `${path}?done=queued`,
    );
    await rest(device);
    assert.equal(device.state.name, "Front desk");
    const { results: [command] } = (await fleet.api("GET", "/api/mdm/devices/commands/?name=Settings")).json;
    assert.equal(command.state, "acknowledged");
    const answer = await ada.get(`${path}commands/${command.uuid}/answer/`);
    assert.match(answer.text, /<caption>Settings<\/caption>[\s\S]*<td>DeviceName<\/td>|<td>Acknowledged<\/td>/);
  }));

Deno.test("nested groups, choices, numbers, files, times and texts on lines become Apple's types", () =>
  withFleet(async (fleet) => {
    const { ada, path } = await houseOf(fleet, MAC);
    const bad = await ada.post(`${path}send/InstallApplication/`, {
      "arguments.iTunesStoreID": "x1",
      "arguments.Options.PurchaseMethod": "1",
    });
    assert.equal(bad.status, 400);
    assert.match(read(bad.text), /"iTunesStoreID" is a string, it should be an integer/);
    assert.match(bad.text, /name="arguments\.iTunesStoreID"[^>]*value="x1"/);
    assert.match(bad.text, /<option value="1" selected/);
    const sent = await ada.post(`${path}send/InstallApplication/`, {
      "arguments.iTunesStoreID": "361309726",
      "arguments.Options.PurchaseMethod": "1",
      "arguments.InstallAsManaged": "yes",
      "arguments.Configuration": '{"server": "https://example.com", "level": 3}',
      not_before: "2026-06-02T08:30",
      expires_at: "2026-06-03T08:30",
    });
    assert.equal(sent.location, `${path}?done=queued`);
    assert.deepEqual(await argumentsOf(fleet, "ManualInstallApplication"), {
      iTunesStoreID: 361309726,
      Options: { PurchaseMethod: 1 },
      InstallAsManaged: true,
    });
    const [row] = await fleet.runtime.sql<{ notBefore: Date; expiresAt: Date; sealed: string | null }[]>`
      select not_before, expires_at, secrets_sealed as sealed from commands where name = 'ManualInstallApplication'`;
    assert.equal(row?.notBefore.toISOString(), "2026-06-02T08:30:00.000Z");
    assert.equal(row?.expiresAt.toISOString(), "2026-06-03T08:30:00.000Z");
    // An app's configuration may hold passwords.
    assert.ok(row?.sealed !== null);
    const profile = await ada.post(`${path}send/InstallProfile/`, { "arguments.Payload.kept": btoa("<plist/>") });
    assert.equal(profile.location, `${path}?done=queued`);
    const lines = await ada.post(`${path}send/ManagedApplicationList/`, {
      "arguments.Identifiers": "com.example.one\r\n\r\n com.example.two ",
    });
    assert.equal(lines.location, `${path}?done=queued`);
    assert.deepEqual(await argumentsOf(fleet, "ManualManagedApplicationList"), {
      Identifiers: ["com.example.one", "com.example.two"],
    });
    const late = await ada.post(`${path}send/UserList/`, { expires_at: "2020-01-01T00:00" });
    assert.equal(late.status, 400);
    assert.match(late.text, /The command expires before it can be sent/);
  }));

Deno.test("what takes a device away from its user asks for its serial number; what it does not take is refused with the reason", () =>
  withFleet(async (fleet) => {
    const { ada, device, path } = await houseOf(fleet, IPHONE);
    const form = await ada.get(`${path}send/EnableLostMode/`);
    assert.match(form.text, /Serial number of Desk 7, to confirm/);
    const wrong = await ada.post(`${path}send/EnableLostMode/`, {
      "arguments.Message": "Call IT",
      serial_number: "x",
    });
    assert.equal(wrong.status, 400);
    assert.match(read(wrong.text), /This is not the serial number of this device/);
    assert.match(wrong.text, /value="Call IT"/);
    const fields = { "arguments.Message": "Call IT", serial_number: device.serialNumber };
    assert.equal((await ada.post(`${path}send/EnableLostMode/`, fields)).location, `${path}?done=queued`);
    const refused = await ada.post(`${path}send/DeviceLocation/`, {});
    assert.equal(refused.status, 400);
    assert.match(read(refused.text), /it is not in lost mode\. Turn lost mode on first\./);
    await rest(device);
    assert.equal(device.state.lostMode?.message, "Call IT");
    assert.match((await ada.get(path)).text, /In lost mode/);

    assert.equal((await ada.post(`${path}send/DeviceLocation/`, {})).location, `${path}?done=queued`);
    await rest(device);
    const page = await ada.get(path);
    const [, location = ""] = new RegExp(`action="(${path}locations/[0-9a-f-]+/)"`).exec(page.text) ?? [];
    const blind = await personWith(fleet.runtime, ["mdm.view_enrolleddevice", "mdm.view_devicecommand"]);
    assert.doesNotMatch((await blind.get(path)).text, /Show location/);
    assert.equal((await blind.post(location, {})).status, 403);
    const shown = await ada.post(location, {});
    assert.match(shown.text, /37\.33182[\s\S]*-122\.03118/);
    const again = await ada.post(location, {});
    assert.equal(again.status, 400);
    assert.match(again.text, /The location was shown before/);
    assert.doesNotMatch((await ada.get(path)).text, /Show location/);
    const off = await ada.post(`${path}send/DisableLostMode/`, {});
    assert.equal(off.location, `${path}?done=queued`);
    await rest(device);
    assert.equal(device.state.lostMode, undefined);
    assert.doesNotMatch((await ada.get(path)).text, /In lost mode/);
  }));

Deno.test("an answer is read as a table, escaped; its secrets are shown only with their permission, and leave an event", () =>
  withFleet(async (fleet) => {
    const { ada, device, path } = await houseOf(fleet, MAC);
    const { uuid } = await made(fleet, "POST", `/api/mdm${path}commands/`, { name: "UserList" });
    const phone = await fleet.enrolled({ model: IPHONE });
    await rest(phone);
    const phoneId = await idOf(fleet, phone.serialNumber);
    const token = await made(fleet, "POST", `/api/mdm/devices/${phoneId}/commands/`, { name: "RequestUnlockToken" });
    await rest(device);
    await rest(phone);
    const { text } = await ada.get(`${path}commands/${uuid}/answer/`);
    assert.match(text, /<caption>Users<\/caption>[\s\S]*<th scope="col">User name<\/th>[\s\S]*<td>jane<\/td>/);
    assert.match(text, /&lt;b&gt;tom&lt;\/b&gt;/);
    assert.doesNotMatch(text, /<b>tom/);
    const place = `/devices/${phoneId}/commands/${token.uuid}/answer/`;
    const secret = phone.unlockToken.toBase64();
    const opened = async (who: Person) => {
      const page = await who.get(place);
      const download = await who.get(`${place}download/`);
      assert.equal(download.status, 200);
      assert.doesNotMatch(
        page.text + download.text.replaceAll(/\s/g, ""),
        new RegExp(RegExp.escape(secret.slice(0, 30))),
      );
      assert.match(download.text, /&lt;redacted&gt;/);
      return page.text;
    };
    assert.match(await opened(ada), /Show secrets/);
    const reader = await personWith(fleet.runtime, ["mdm.view_enrolleddevice", "mdm.view_devicecommand"]);
    assert.doesNotMatch(await opened(reader), /Show secrets/);
    assert.equal((await reader.post(`${place}secrets/`, {})).status, 403);
    const shown = await ada.post(`${place}secrets/`, {});
    assert.ok(shown.text.replaceAll(/\s/g, "").replaceAll("&#x2F;", "/").includes(secret));
    const viewed = await fleet.runtime.sql<{ payload: unknown; serialNumber: string }[]>`
      select payload, serial_number from events where type = 'command_secrets_viewed'`;
    assert.deepEqual(viewed.map(({ serialNumber }) => serialNumber), [phone.serialNumber]);
    assert.doesNotMatch(JSON.stringify(viewed), new RegExp(RegExp.escape(secret.slice(0, 30))));
  }));

Deno.test("a user of a device has a page with commands of the user's channel, and they can be cancelled there", () =>
  withFleet(async (fleet) => {
    const { ada, device, id, path } = await houseOf(fleet, MAC);
    await device.addUser({ userId: "U-1", shortName: "jane", longName: "Jane <i>Doe</i>" });
    const user = (await fleet.api("GET", `/api/mdm/devices/${id}/`)).json.users[0].id;
    const place = `${path}users/${user}/`;
    assert.match((await ada.get(path)).text, new RegExp(`<a href="${place}">Jane &lt;i&gt;Doe`));
    assert.equal((await ada.post(`${place}send/ActiveNSExtensions/`, {})).location, `${place}?done=queued`);
    const page = await ada.get(place);
    assert.match(page.text, /<strong>ActiveNSExtensions<\/strong>/);
    const [, cancel = ""] = new RegExp(`action="(${place}commands/[0-9a-f-]+/cancel/)"`).exec(page.text) ?? [];
    assert.equal((await ada.post(cancel, {})).location, `${place}?done=cancelled`);
    assert.equal((await ada.post(`${place}send/ActiveNSExtensions/`, {})).status, 303);
    await rest(device, "U-1");
    const done = await ada.get(place);
    const [, answer = ""] = new RegExp(`href="(${place}commands/[0-9a-f-]+/answer/)"`).exec(done.text) ?? [];
    assert.equal((await ada.get(answer)).status, 200);
    const wrong = read((await ada.post(`${place}send/RestartDevice/`, {})).text);
    assert.match(wrong, /Cannot send RestartDevice to a user/);
    // Another device's user is none of this one's.
    const other = await fleet.enrolled({ model: MAC });
    await rest(other);
    const elsewhere = `/devices/${await idOf(fleet, other.serialNumber)}/users/${user}/`;
    for (const where of ["", "send/", "send/ActiveNSExtensions/"]) {
      assert.equal((await ada.get(`${elsewhere}${where}`)).status, 404, where);
    }
    const limited = await personWith(fleet.runtime, ["mdm.view_enrolleddevice", "mdm.view_enrolleduser"]);
    assert.equal((await limited.get(place)).status, 200);
    assert.doesNotMatch((await limited.get(place)).text, /ActiveNSExtensions|send\//);
    assert.equal((await limited.post(`${place}send/ActiveNSExtensions/`, {})).status, 403);
  }));
