// First of all: the values derived from the lists are computed when they are loaded.
import { RUNG } from "../support/throw_away.ts";
import assert from "node:assert/strict";
import { MODELS } from "../../simulators/device/models.ts";
import { KEPT, KEPT_NAME } from "../../routes/admin/parts/form.ts";
import { personWith } from "../routes/admin/support.ts";
import { ALL_PLATFORMS, assign, idOf, link, made, makeBlueprint, rest, settle } from "../support/artifacts.ts";
import { withDatabaseCopy } from "../support/database.ts";
import { type Fleet, fleetOn, withFleet } from "../support/fleet.ts";

async function enrolled(fleet: Fleet, platform: string) {
  const model = MODELS.find((one) => one.platform === platform);
  assert.ok(model);
  const device = await fleet.enrolled({ model });
  await rest(device);
  return { device, id: await idOf(fleet, device.serialNumber) };
}

/** The form of a page that is sent to an address that ends like this. */
const formOf = (text: string, end: string): string =>
  new RegExp(`action="[^"]*/${end}/"[\\s\\S]*?</form>`).exec(text)?.[0] ?? "";

Deno.test("a command is one file: it is sent by the API and from the page, and the device answers it", () =>
  withFleet(async (fleet) => {
    const { device, id } = await enrolled(fleet, "macOS");
    const refused = await fleet.api("POST", `/api/mdm/devices/${id}/ring/`, { pin: "12345", times: 1 });
    assert.deepEqual(refused, { status: 400, json: { pin: ["This value does not match the required pattern."] } });
    const queued = await made(fleet, "POST", `/api/mdm/devices/${id}/ring/`, { pin: "123456", times: 3, loud: true });
    assert.equal(queued.name, "RingDoorbell");
    assert.deepEqual((await device.connect()).map(({ requestType, status }) => [requestType, status]), [
      ["RingDoorbell", "Acknowledged"],
    ]);
    assert.deepEqual(RUNG.pop(), { RequestType: "RingDoorbell", Message: "", Times: 3, Loud: true, Tune: "ding" });
    // Its effect.
    assert.equal((await made(fleet, "GET", `/api/mdm/devices/${id}/device_lock_pin/`)).device_lock_pin, "123456");
    const { paths } = await made(fleet, "GET", "/api/openapi.json");
    assert.equal(paths["/api/mdm/devices/{id}/ring/"].post.summary, "Ring the doorbell");

    const ada = await personWith(fleet.runtime, "superuser");
    const { text } = await ada.get(`/devices/${id}/`);
    assert.match(
      text,
      /Rung<\/span> The bell was rung <time[^>]*>[^<]*<\/time>\. See <a href="\/claims\/">Claims<\/a>\./,
    );
    const form = formOf(text, "ring");
    assert.match(form, /<p>The neighbors hear it\.<\/p>/);
    const pin = /<input name="pin"[^>]*>/.exec(form)?.[0] ?? "";
    for (
      const part of [/required/, /pattern="\[0-9\]\{6\}"/, /maxlength="6"/, /inputmode="numeric"/, /autocomplete="off"/]
    ) {
      assert.match(pin, part);
    }
    assert.match(form, /<input name="times" type="number" required[^>]*min="1" max="9"/);
    assert.match(
      form,
      /<select name="tune"><option value="" selected[^>]*><\/option><option value="ding" ?>Ding<[\s\S]*Ding is shorter/,
    );
    assert.match(form, /<textarea name="message"/);
    assert.match(form, /type="checkbox" name="loud"/);
    const sent = {
      action: "RingDoorbell",
      serial_number: device.serialNumber,
      pin: "654321",
      times: "2",
      tune: "dong",
      message: "Soup!",
      loud: "on",
    };
    const mistyped = await ada.post(`/devices/${id}/ring/`, { ...sent, times: "12" });
    assert.equal(mistyped.status, 400);
    assert.match(formOf(mistyped.text, "ring"), /name="times"[^>]*aria-invalid="true"[\s\S]*<textarea[^>]*>\nSoup!/);
    const unconfirmed = await ada.post(`/devices/${id}/ring/`, { ...sent, serial_number: "" });
    assert.match(unconfirmed.text, /This is not the serial number of this device/);
    assert.equal((await ada.post(`/devices/${id}/ring/`, sent)).location, `/devices/${id}/?done=queued`);
    await device.connect();
    assert.deepEqual(RUNG.pop(), { RequestType: "RingDoorbell", Message: "Soup!", Times: 2, Loud: true, Tune: "dong" });
  }));

Deno.test("a command's form has the arguments that the target supports, and is hidden without permission", () =>
  withFleet(async (fleet) => {
    const phone = await enrolled(fleet, "iOS");
    const ada = await personWith(fleet.runtime, "superuser");
    const form = formOf((await ada.get(`/devices/${phone.id}/`)).text, "ring");
    assert.match(form, /name="loud"/);
    assert.doesNotMatch(form, /name="pin"|name="times"/);
    const box = await enrolled(fleet, "tvOS");
    const { text } = await ada.get(`/devices/${box.id}/`);
    assert.match(text, /Ring: Cannot send RingDoorbell: no bell\./);
    assert.equal(formOf(text, "ring"), "");
    const eve = await personWith(fleet.runtime, ["mdm.view_enrolleddevice"]);
    assert.equal(formOf((await eve.get(`/devices/${phone.id}/`)).text, "ring"), "");
    assert.equal((await eve.post(`/devices/${phone.id}/ring/`, {})).status, 403);
  }));

Deno.test("a kind of artifacts is one file: created with the API and on its page, it reaches the device", () =>
  withDatabaseCopy(async (sql, url) => {
    const fleet = await fleetOn(sql, url);
    await sql`
      create table note_versions (
        version_id uuid primary key references artifact_versions (id) on delete cascade, text text not null)`;
    const nature = { name: "Rules", type: "Note", channel: "Device", ...ALL_PLATFORMS };
    const artifact = await made(fleet, "POST", "/api/mdm/artifacts/", nature);
    const body = { artifact: artifact.id, version: 1, text: "No shoes", ...ALL_PLATFORMS };
    const loud = await fleet.api("POST", "/api/mdm/notes/", { ...body, text: "No shoes!" });
    assert.deepEqual(loud, { status: 400, json: { text: ["Notes are calm."] } });
    const version = await made(fleet, "POST", "/api/mdm/notes/", body);
    assert.equal(version.text, "No shoes");
    assert.deepEqual((await made(fleet, "GET", "/api/mdm/notes/")).results.map(({ id }: { id: string }) => id), [
      version.id,
    ]);
    const { components } = await made(fleet, "GET", "/api/openapi.json");
    assert.deepEqual(components.schemas.NoteRequest.properties.text, { type: "string" });
    assert.ok(components.schemas.ArtifactRequest.properties.type.enum.includes("Note"));

    const { device } = await enrolled(fleet, "macOS");
    const blueprint = await makeBlueprint(fleet);
    await link(fleet, blueprint.id, artifact.id);
    await assign(fleet, device.serialNumber, blueprint.id);
    await settle(fleet);
    await rest(device);
    const there = () =>
      [...device.state.declarations.values()].filter(({ type }) => type === "com.apple.configuration.management.test");
    assert.deepEqual(there().map(({ active, valid }) => [active, valid]), [[true, "valid"]]);

    const ada = await personWith(fleet.runtime, "superuser");
    assert.match(
      (await ada.get("/artifacts/")).text,
      /<a class="button plain" href="\/artifacts\/new\/note\/">New note</,
    );
    const { text } = await ada.get("/artifacts/new/note/");
    assert.match(text, /name="source" type="file" required[^>]*accept="\.txt"[\s\S]*A <code>\.txt<\/code> file\./);
    assert.match(text, /<select name="tone">[\s\S]*<option value="stern" selected/);
    assert.match(text, /<legend>Who<\/legend>[\s\S]*name="by"[^>]*maxlength="20"/);
    assert.doesNotMatch(text, /name="channel"/);
    const sent = (words: string) => ({
      name: "Rules",
      platforms: ["macOS"],
      tone: "stern",
      by: "Ada",
      ["source" + KEPT]: new TextEncoder().encode(words).toBase64(),
      ["source" + KEPT_NAME]: "rules.txt",
    });
    assert.match(
      (await ada.post("/artifacts/new/note/", sent("Hush!"))).text,
      /<span class="error"[^>]*>Notes are calm/,
    );
    const other = { ...sent("No dogs"), name: "More rules" };
    assert.match((await ada.post("/artifacts/new/note/", other)).location, /^\/artifacts\/.*\?done=created$/);
    const notes = (await made(fleet, "GET", "/api/mdm/notes/")).results;
    const added = notes.find(({ id }: { id: string }) => id !== version.id);
    assert.equal(added.text, "No dogs (stern, Ada)");
    const page = `/artifacts/${added.artifact}/versions/${added.id}/`;
    assert.match((await ada.get(page)).text, /A kind word does more\.[\s\S]*It says: No dogs \(stern, Ada\)/);
    assert.equal((await ada.get(`${page}source/`)).text, "No dogs (stern, Ada)");
  }));
