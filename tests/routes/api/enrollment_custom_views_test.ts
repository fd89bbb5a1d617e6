import assert from "node:assert/strict";
import { BUILT_IN_ISSUER } from "../../../src/issuing/scep_issuers.ts";
import { AppleProfiles, assignedDevice, connectedServer } from "../../support/apple_profiles.ts";
import { type Fleet, withFleet } from "../../support/fleet.ts";

const VIEWS = "/api/mdm/enrollment_custom_views/";
const LINKS = "/api/mdm/dep_enrollment_custom_views/";
const ENROLLMENTS = "/api/mdm/dep_enrollments/";

const UNIQUE = (fields: string) => ({ non_field_errors: [`The fields ${fields} must make a unique set.`] });
const NOBODY =
  "This server does not support realms yet, so nobody can sign in to see a view that requires authentication.";

type House = {
  fleet: Fleet;
  apple: AppleProfiles;
  server: number;
  /** Creates an enrollment; returns its id. */
  enrollment(name: string): Promise<number>;
  /** Creates a view; returns its id. */
  view(name: string, change?: Record<string, unknown>): Promise<string>;
};

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
      async enrollment(name) {
        const { status, json } = await fleet.api("POST", ENROLLMENTS, {
          name,
          virtual_server: server,
          push_certificate: push.id,
          scep_issuer: BUILT_IN_ISSUER,
          skip_setup_items: [],
          enrollment_secret: { meta_business_unit: unit.id },
        });
        assert.equal(status, 201, JSON.stringify(json));
        return json.id;
      },
      async view(name, change = {}) {
        const { status, json } = await fleet.api("POST", VIEWS, { name, html: "<p>Hello</p>", ...change });
        assert.equal(status, 201, JSON.stringify(json));
        return json.id;
      },
    });
  });
}

Deno.test("a custom view is created, read, changed and deleted", () =>
  withHouse(async ({ fleet }) => {
    const { status, json } = await fleet.api("POST", VIEWS, { name: "Welcome", html: " <p>{{ serial_number }}</p>\n" });
    assert.equal(status, 201);
    const { id, created_at, updated_at, ...fields } = json;
    assert.ok(created_at !== undefined && updated_at !== undefined);
    assert.match(id, /^[0-9a-f-]{36}$/);
    // The template is kept as it was sent.
    assert.deepEqual(fields, {
      name: "Welcome",
      description: "",
      html: " <p>{{ serial_number }}</p>\n",
      requires_authentication: false,
    });
    assert.deepEqual((await fleet.api("GET", VIEWS)).json, { count: 1, next: null, previous: null, results: [json] });
    assert.deepEqual((await fleet.api("GET", `${VIEWS}?name=Other`)).json.results, []);
    const changed = await fleet.api("PUT", `${VIEWS}${id}/`, {
      name: "Hello",
      html: "x",
      requires_authentication: true,
    });
    assert.deepEqual([changed.status, changed.json.name, changed.json.requires_authentication], [200, "Hello", true]);
    assert.equal((await fleet.api("DELETE", `${VIEWS}${id}/`)).status, 204);
    assert.equal((await fleet.api("GET", `${VIEWS}${id}/`)).status, 404);
    const events = await fleet.runtime.sql<{ payload: { action: string } }[]>`
      select payload from events where objects ? 'mdm_enrollmentcustomview' order by created_at`;
    assert.equal(events.length, 3);
  }));

Deno.test("a template that a device could not be shown is refused with its line", () =>
  withHouse(async ({ fleet, view }) => {
    await view("Taken");
    const tries: [Record<string, unknown>, Record<string, string[]>][] = [
      [{ name: "A" }, { html: ["This field is required."] }],
      [{ name: "A", html: "  \n" }, { html: ["This field may not be blank."] }],
      [{ name: "A", html: "a\n{% load i18n %}" }, {
        html: ['Line 2: the tag "load" is not available. Use if, elif, else, for, empty or comment.'],
      }],
      [{ name: "A", html: "x".repeat(500_001) }, { html: ["Ensure this field has no more than 500000 characters."] }],
      [{ name: "Taken", html: "x" }, { name: ["enrollment custom view with this name already exists."] }],
    ];
    for (const [body, errors] of tries) {
      const { status, json } = await fleet.api("POST", VIEWS, body);
      assert.deepEqual([status, json], [400, errors]);
    }
  }));

Deno.test("the first view of an enrollment and the last one change Apple's profile, others do not", () =>
  withHouse(async ({ fleet, apple, server, enrollment, view }) => {
    const { runtime } = fleet;
    const id = await enrollment("Out of the box");
    const [one, two] = [await view("One"), await view("Two")];
    const { json: before } = await fleet.api("GET", `${ENROLLMENTS}${id}/`);
    await assignedDevice(runtime, {
      virtualServerId: server,
      serialNumber: "C02AA",
      enrollmentId: id,
      profileUuid: before.uuid,
    });
    const first = await fleet.api("POST", LINKS, { dep_enrollment: id, custom_view: one });
    assert.equal(first.status, 201);
    assert.deepEqual([first.json.dep_enrollment, first.json.custom_view, first.json.weight], [id, one, 0]);
    assert.equal(apple.profiles.size, 2);
    assert.equal(
      apple.last?.configuration_web_url,
      `https://mdm.example.com/public/mdm/dep_web_enroll/${before.enrollment_secret.secret}/`,
    );
    assert.equal(apple.last?.url, `https://mdm.example.com/public/mdm/dep_enroll/${before.enrollment_secret.secret}/`);
    const [device] = await runtime.sql<{ wanted: number }[]>`select wanted_enrollment_id as wanted from dep_devices`;
    assert.equal(device?.wanted, id);
    const second = await fleet.api("POST", LINKS, { dep_enrollment: id, custom_view: two, weight: 5 });
    assert.equal(second.status, 201);
    const moved = await fleet.api("PUT", `${LINKS}${first.json.id}/`, {
      dep_enrollment: id,
      custom_view: one,
      weight: 9,
    });
    assert.equal(moved.json.weight, 9);
    const listed = await fleet.api("GET", `${LINKS}?dep_enrollment=${id}`);
    assert.deepEqual(listed.json.results.map(({ custom_view }: { custom_view: string }) => custom_view), [two, one]);
    assert.equal((await fleet.api("DELETE", `${LINKS}${first.json.id}/`)).status, 204);
    assert.equal(apple.profiles.size, 2);
    assert.equal((await fleet.api("DELETE", `${LINKS}${second.json.id}/`)).status, 204);
    assert.equal(apple.profiles.size, 3);
    assert.equal(apple.last?.configuration_web_url, undefined);
    assert.equal((await fleet.api("GET", `${ENROLLMENTS}${id}/apple_profile/`)).json.state, "same");
  }));

Deno.test("a view and a weight are there once in an enrollment, and a view for people who signed in nowhere", () =>
  withHouse(async ({ fleet, apple, enrollment, view }) => {
    const id = await enrollment("Out of the box");
    const [one, two] = [await view("One"), await view("Two")];
    const closed = await view("Closed", { requires_authentication: true });
    await fleet.api("POST", LINKS, { dep_enrollment: id, custom_view: one });
    const unknown = "00000000-0000-4000-8000-000000000000";
    const tries: [Record<string, unknown>, Record<string, unknown>][] = [
      [{ dep_enrollment: id, custom_view: one, weight: 1 }, UNIQUE("dep_enrollment, custom_view")],
      [{ dep_enrollment: id, custom_view: two }, UNIQUE("dep_enrollment, weight")],
      [{ dep_enrollment: id, custom_view: two, weight: -1 }, {
        weight: ["Ensure this value is greater than or equal to 0."],
      }],
      [{ dep_enrollment: id, custom_view: closed, weight: 1 }, { custom_view: [NOBODY] }],
      [{ dep_enrollment: 999, custom_view: unknown }, {
        dep_enrollment: ['Invalid pk "999" - object does not exist.'],
        custom_view: [`Invalid pk "${unknown}" - object does not exist.`],
      }],
      [{}, { dep_enrollment: ["This field is required."], custom_view: ["This field is required."] }],
    ];
    for (const [body, errors] of tries) {
      const { status, json } = await fleet.api("POST", LINKS, body);
      assert.deepEqual([status, json], [400, errors]);
    }
    assert.deepEqual(
      (await fleet.api("PUT", `${VIEWS}${one}/`, { name: "One", html: "x", requires_authentication: true })).json,
      { requires_authentication: [NOBODY] },
    );
    assert.equal(apple.profiles.size, 2);
  }));

Deno.test("a view that an enrollment shows cannot be deleted", () =>
  withHouse(async ({ fleet, enrollment, view }) => {
    const [id, one] = [await enrollment("Out of the box"), await view("One")];
    const { json: link } = await fleet.api("POST", LINKS, { dep_enrollment: id, custom_view: one });
    const { status, json } = await fleet.api("DELETE", `${VIEWS}${one}/`);
    assert.deepEqual([status, json], [400, ["This enrollment custom view cannot be deleted"]]);
    await fleet.api("DELETE", `${LINKS}${link.id}/`);
    assert.equal((await fleet.api("DELETE", `${VIEWS}${one}/`)).status, 204);
  }));

Deno.test("a link that moves to another enrollment changes the profiles of both", () =>
  withHouse(async ({ fleet, apple, enrollment, view }) => {
    const [from, to, one] = [await enrollment("From"), await enrollment("To"), await view("One")];
    const { json: link } = await fleet.api("POST", LINKS, { dep_enrollment: from, custom_view: one });
    assert.equal(apple.profiles.size, 3);
    const { status } = await fleet.api("PUT", `${LINKS}${link.id}/`, { dep_enrollment: to, custom_view: one });
    assert.equal(status, 200);
    const latest = new Map([...apple.profiles.values()].map((profile) => [profile.profile_name, profile]));
    assert.equal(latest.get("From")?.configuration_web_url, undefined);
    assert.ok(latest.get("To")?.configuration_web_url !== undefined);
    for (const id of [from, to]) {
      assert.equal((await fleet.api("GET", `${ENROLLMENTS}${id}/apple_profile/`)).json.state, "same");
    }
  }));

Deno.test("when Apple refuses the web address, the view is not linked", () =>
  withHouse(async ({ fleet, apple, enrollment, view }) => {
    const [id, one] = [await enrollment("Out of the box"), await view("One")];
    apple.refusal = { status: 500, body: "" };
    const { status, json } = await fleet.api("POST", LINKS, { dep_enrollment: id, custom_view: one });
    assert.equal(status, 400);
    assert.match(json.non_field_errors[0], /^Apple did not take the profile: /);
    assert.equal((await fleet.api("GET", LINKS)).json.count, 0);
  }));

Deno.test("two first views at once: one is linked, the other one is refused as a change meanwhile", () =>
  withHouse(async ({ fleet, apple, enrollment, view }) => {
    const [id, one, two] = [await enrollment("Out of the box"), await view("One"), await view("Two")];
    let inner: { status: number } | undefined;
    apple.meanwhile = async () => {
      inner = await fleet.api("POST", LINKS, { dep_enrollment: id, custom_view: two, weight: 1 });
    };
    const outer = await fleet.api("POST", LINKS, { dep_enrollment: id, custom_view: one });
    assert.deepEqual([inner?.status, outer.status], [201, 409]);
    assert.equal((await fleet.api("GET", LINKS)).json.count, 1);
    assert.equal((await fleet.api("GET", `${ENROLLMENTS}${id}/apple_profile/`)).json.state, "same");
  }));
