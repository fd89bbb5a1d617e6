import assert from "node:assert/strict";
import { BUILT_IN_ISSUER } from "../../../../src/issuing/scep_issuers.ts";
import { AppleProfiles, assignedDevice, connectedServer } from "../../../support/apple_profiles.ts";
import { type Fleet, withFleet } from "../../../support/fleet.ts";
import { type Fields, type Person, personWith } from "../support.ts";

type House = { fleet: Fleet; apple: AppleProfiles; server: number; person: Person; fields: Fields };

async function withHouse(test: (house: House) => Promise<void>): Promise<void> {
  await withFleet(async (fleet) => {
    const apple = new AppleProfiles();
    fleet.runtime.network = apple;
    const server = await connectedServer(fleet.runtime);
    const { json: [unit] } = await fleet.api("GET", "/api/inventory/meta_business_units/");
    const { json: [push] } = await fleet.api("GET", "/api/mdm/push_certificates/");
    await test({
      fleet,
      apple,
      server,
      person: await personWith(fleet.runtime, "superuser"),
      // What a browser sends for the form as it is shown.
      fields: {
        name: "Out of the box",
        display_name: "",
        virtual_server: String(server),
        push_certificate: String(push.id),
        meta_business_unit: String(unit.id),
        scep_issuer: BUILT_IN_ISSUER,
        blueprint: "",
        panes_shown: "1",
        is_supervised: "on",
        is_mandatory: "on",
        allow_pairing: "on",
        release_after_minutes: "30",
        language: "",
        region: "",
        admin_full_name: "",
        admin_short_name: "",
        admin_password_complexity: "3",
        admin_password_rotation_delay: "60",
        ios_min_version: "",
        ios_max_version: "",
        macos_min_version: "",
        macos_max_version: "",
        department: "",
        support_phone_number: "",
        support_email_address: "",
        org_magic: "",
      },
    });
  });
}

const NEW = "/enrollments/automated/new/";

/** Creates an enrollment through the page; returns the path of its page. */
async function created({ person, fields }: House, change: Fields = {}): Promise<string> {
  const { status, location, text } = await person.post(NEW, { ...fields, ...change });
  assert.equal(status, 303, text);
  return location.replace(/\?.*$/, "");
}

Deno.test("the page of a new enrollment leads through the steps before it, and has the form once they are done", () =>
  withFleet(async ({ runtime }) => {
    const { get } = await personWith(runtime, "superuser");
    const before = (await get(NEW)).text;
    assert.match(before, /An enrollment needs a push certificate and a virtual server first\./);
    assert.match(before, /<details open/);
    assert.doesNotMatch(before, /<form class="stack/);
    await connectedServer(runtime);
    const after = (await get(NEW)).text;
    assert.match(after, /<form class="stack/);
    assert.match(after, /Download Token/);
    // The parts of the form are reached by their names.
    for (const part of ["basics", "management", "panes", "account", "versions", "support"]) {
      assert.ok(after.includes(`href="#${part}"`) && after.includes(`id="${part}"`), part);
    }
    // Panes are found by title, description and system.
    assert.match(after, /Skip Liquid Glass pane <code>LiquidGlass<\/code><small>The key to skip.* iOS from 27\.0/);
  }));

Deno.test("an enrollment is created, tested, changed and deleted through its pages", () =>
  withHouse(async (house) => {
    const { person, apple, fields } = house;
    const path = await created(house, { skip_setup_items: ["TOS", "Siri"], language: "fr", region: "CA" });
    assert.deepEqual(apple.last?.skip_setup_items, ["Siri", "TOS"]);
    const { text } = await person.get(path);
    assert.match(text, /Out of the box/);
    assert.match(text, /2 panes of Setup Assistant skipped/);
    assert.match(text, /<a href="\/virtual-servers\/\d+\/">Warehouse<\/a>/);
    assert.match((await person.get("/enrollments/")).text, /href="\/enrollments\/automated\/\d+\/">Out of the box</);
    assert.match((await person.get(`${path}apple/`)).text, /Apple has the profile as this server defines it/);
    const edit = (await person.get(`${path}edit/`)).text;
    assert.match(edit, /value="TOS" checked/);
    assert.match(edit, /<option value="CA" selected/);
    const { skip_setup_items: _items, ...rest } = { ...fields, skip_setup_items: [] };
    const saved = await person.post(`${path}edit/`, { ...rest, skip_setup_items: ["Siri"] });
    assert.equal(saved.status, 303, saved.text);
    assert.deepEqual(apple.last?.skip_setup_items, ["Siri"]);
    // Language and region are the user's again.
    assert.equal(apple.last?.language, undefined);
    const gone = await person.post(`${path}delete/`);
    assert.equal(gone.location, "/enrollments/?done=deleted");
  }));

Deno.test("what is wrong is said at its field, and what Apple refuses at the top; the form keeps what was typed", () =>
  withHouse(async ({ person, apple, fields }) => {
    const { is_supervised: _supervised, ...unsupervised } = fields;
    const wrong = await person.post(NEW, {
      ...unsupervised,
      department: "Lab 7",
      support_email_address: "it@example.com",
      skip_setup_items: ["TOS"],
    });
    assert.equal(wrong.status, 400);
    assert.match(wrong.text, /Can only be set to False if &#39;Is supervised&#39; is set to True/);
    assert.match(wrong.text, /value="Lab 7"/);
    assert.match(wrong.text, /value="TOS" checked/);
    apple.refusal = { status: 400, body: "FLAGS_INVALID" };
    const refused = await person.post(NEW, { ...fields, department: "Lab 7" });
    assert.equal(refused.status, 400);
    assert.match(refused.text, /role="alert">Apple did not take the profile: .*FLAGS_INVALID/);
    assert.match(refused.text, /value="Lab 7"/);
  }));

Deno.test("the test shows each field that Apple has otherwise, and defines the profile again", () =>
  withHouse(async (house) => {
    const { person, apple } = house;
    const path = await created(house);
    const [[uuid = "", profile = {}] = []] = apple.profiles;
    apple.profiles.set(uuid, { ...profile, department: "<b>Other</b>", is_mandatory: false });
    const { text } = await person.get(`${path}apple/`);
    assert.match(text, /<code>department<\/code><\/td><td>not set<\/td><td>&lt;b&gt;Other/);
    assert.match(text, /<code>is_mandatory<\/code><\/td><td>true<\/td><td>false/);
    assert.equal((await person.post(`${path}define/`)).location, `${path}?done=defined`);
    assert.match((await person.get(`${path}apple/`)).text, /Same/);
  }));

Deno.test("an enrollment whose address at Apple is another one says so, with the button", () =>
  withHouse(async (house) => {
    const { person, fleet } = house;
    const path = await created(house);
    assert.doesNotMatch((await person.get(path)).text, /Out of date at Apple/);
    await fleet.runtime
      .sql`update dep_enrollments set defined_hash = '\\x00', defined_base_url = 'https://old.example.com'`;
    const { text } = await person.get(path);
    assert.match(text, /Out of date at Apple<\/span> Devices get the address https:\/\/old\.example\.com from Apple/);
    assert.match(text, /Define again at Apple/);
  }));

Deno.test("the devices with an enrollment are on its page, with those that still have an older profile", () =>
  withHouse(async (house) => {
    const { fleet, person, server } = house;
    const path = await created(house);
    const id = Number(/\d+/.exec(path)?.[0]);
    for (
      const [serialNumber, profileUuid] of [["C02OLD", fleet.runtime.random.uuid()], ["C02NEW", undefined]] as const
    ) {
      const [{ uuid } = { uuid: "" }] = await fleet.runtime.sql<{ uuid: string }[]>`
        select uuid from dep_enrollments where id = ${id}`;
      await assignedDevice(fleet.runtime, {
        virtualServerId: server,
        serialNumber,
        enrollmentId: id,
        profileUuid: profileUuid ?? uuid,
      });
    }
    const { text } = await person.get(path);
    assert.match(text, /2 devices with this enrollment/);
    assert.match(text, /C02OLD<\/a><\/td><td>MacBook Air<\/td><td>an older version/);
    assert.match(text, /C02NEW<\/a><\/td><td>MacBook Air<\/td><td>pushed/);
    const refused = await person.post(`${path}delete/`);
    assert.equal(refused.status, 400);
    assert.match(refused.text, /This DEP enrollment cannot be deleted\. 2 devices have or wait for its profile/);
  }));

Deno.test("views are added, ordered and removed on the page of an enrollment", () =>
  withHouse(async (house) => {
    const { fleet, person, apple } = house;
    const path = await created(house);
    assert.match((await person.get(path)).text, /There is no custom view to add/);
    const ids: string[] = [];
    for (const name of ["One", "Two", "Three"]) {
      const { location } = await person.post("/custom-views/new/", { name, html: `<p>${name}</p>` });
      ids.push(/[0-9a-f-]{36}/.exec(location)?.[0] ?? "");
    }
    for (const custom_view of ids) {
      assert.equal((await person.post(`${path}views/`, { custom_view })).location, `${path}?done=saved`);
    }
    assert.ok(apple.last?.configuration_web_url !== undefined);
    const order = async () =>
      [...(await person.get(path)).text.matchAll(/<a href="\/custom-views\/[0-9a-f-]{36}\/">([^<]*)</g)].map((
        [, name],
      ) => name);
    assert.deepEqual(await order(), ["One", "Two", "Three"]);
    const said = (await person.get("/events/")).text;
    assert.match(
      said,
      /added the custom view <a href="\/custom-views\/[0-9a-f-]+\/">Two<\/a> to <a href="\/enrollments\/automated\/\d+\/">Out/,
    );
    assert.match(said, /created the automated enrollment <a href="\/enrollments\/automated\/\d+\/">Out of the box/);
    const about = (await person.get(`/events/?about=depenrollment:${/\d+/.exec(path)?.[0]}`)).text;
    assert.match(about, /Events about Out of the box\./);
    const links = await fleet.runtime.sql<{ id: string }[]>`
      select id from dep_enrollment_custom_views order by weight`;
    const [first, , third] = links.map(({ id }) => id);
    await person.post(`${path}views/${third}/up/`);
    assert.deepEqual(await order(), ["One", "Three", "Two"]);
    await person.post(`${path}views/${third}/up/`);
    await person.post(`${path}views/${third}/up/`);
    assert.deepEqual(await order(), ["Three", "One", "Two"]);
    assert.equal((await person.post(`/enrollments/automated/999/views/${first}/remove/`)).status, 404);
    for (const { id } of links) assert.equal((await person.post(`${path}views/${id}/remove/`)).status, 303);
    assert.equal(apple.last?.configuration_web_url, undefined);
    assert.equal((await person.post(`${path}views/`, { custom_view: "x" })).status, 400);
  }));

Deno.test("each page and button needs its own permission", () =>
  withHouse(async (house) => {
    const path = await created(house);
    const viewer = await personWith(house.fleet.runtime, ["mdm.view_depenrollment"]);
    const { status, text } = await viewer.get(path);
    assert.equal(status, 200);
    for (const missing of ["Edit</a>", "Delete</button>", "Add view", "Define again"]) {
      assert.ok(!text.includes(missing), missing);
    }
    const list = (await viewer.get("/enrollments/")).text;
    assert.match(list, /Out of the box/);
    assert.doesNotMatch(list, /Everyone|Create an/);
    for (const closed of [NEW, `${path}edit/`, "/custom-views/"]) {
      assert.equal((await viewer.get(closed)).status, 403, closed);
    }
    for (const closed of [NEW, `${path}edit/`, `${path}define/`, `${path}delete/`, `${path}views/`]) {
      assert.equal((await viewer.post(closed)).status, 403, closed);
    }
  }));
