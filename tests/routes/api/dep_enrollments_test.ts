import assert from "node:assert/strict";
import { BUILT_IN_ISSUER } from "../../../src/issuing/scep_issuers.ts";
import { AppleProfiles, assignedDevice, connectedServer } from "../../support/apple_profiles.ts";
import { type Fleet, withFleet } from "../../support/fleet.ts";

const PATH = "/api/mdm/dep_enrollments/";

type House = { fleet: Fleet; apple: AppleProfiles; server: number; body: Record<string, unknown> };

/** A house with a virtual server, and the smallest body of an enrollment. */
async function withHouse(test: (house: House) => Promise<void>, settings = {}): Promise<void> {
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
      body: {
        name: "Out of the box",
        virtual_server: server,
        push_certificate: push.id,
        scep_issuer: BUILT_IN_ISSUER,
        skip_setup_items: [],
        enrollment_secret: { meta_business_unit: unit.id },
      },
    });
  }, settings);
}

Deno.test("a DEP enrollment has the fields that clients know, with their defaults", () =>
  withHouse(async ({ fleet, apple, server, body }) => {
    const { status, json } = await fleet.api("POST", PATH, body);
    assert.equal(status, 201, JSON.stringify(json));
    const { id, uuid, enrollment_secret: secret, created_at, updated_at, ...fields } = json;
    assert.ok(Number.isInteger(id) && created_at === updated_at);
    assert.deepEqual(fields, {
      name: "Out of the box",
      display_name: "Espalier",
      virtual_server: server,
      push_certificate: body.push_certificate,
      scep_issuer: BUILT_IN_ISSUER,
      acme_issuer: null,
      blueprint: null,
      realm: null,
      use_realm_user: false,
      username_pattern: "",
      realm_user_is_admin: false,
      admin_full_name: null,
      admin_short_name: null,
      hidden_admin: false,
      admin_password_complexity: 3,
      admin_password_rotation_delay: 60,
      allow_pairing: true,
      auto_advance_setup: false,
      await_device_configured: false,
      department: "",
      is_mandatory: true,
      is_mdm_removable: false,
      is_multi_user: false,
      is_supervised: true,
      language: "",
      org_magic: "",
      region: "",
      skip_setup_items: [],
      support_email_address: "",
      support_phone_number: "",
      include_tls_certificates: false,
      ios_max_version: "",
      ios_min_version: "",
      macos_max_version: "",
      macos_min_version: "",
      release_after_minutes: 30,
    });
    assert.deepEqual(secret, {
      id: secret.id,
      secret: secret.secret,
      meta_business_unit: secret.meta_business_unit,
      tags: [],
      serial_numbers: [],
      udids: [],
      quota: null,
      request_count: 0,
    });
    assert.match(secret.secret, /^[A-Za-z0-9]{64}$/);
    const profile_uuid = uuid.replaceAll("-", "").toUpperCase();
    assert.deepEqual(apple.profiles.get(profile_uuid), {
      profile_uuid,
      profile_name: "Out of the box",
      url: `https://mdm.example.com/public/mdm/dep_enroll/${secret.secret}/`,
      allow_pairing: true,
      auto_advance_setup: false,
      await_device_configured: false,
      is_mandatory: true,
      is_mdm_removable: false,
      is_multi_user: false,
      is_supervised: true,
      skip_setup_items: [],
    });
    const page = await fleet.api("GET", `${PATH}?virtual_server=${server}`);
    assert.deepEqual(page.json, { count: 1, next: null, previous: null, results: [json] });
    assert.equal((await fleet.api("GET", `${PATH}?virtual_server=${server + 1}`)).json.count, 0);
    assert.deepEqual((await fleet.api("GET", `${PATH}${id}/`)).json, json);
  }));

Deno.test("every field of a DEP enrollment is kept and comes back", () =>
  withHouse(async ({ fleet, apple, body }) => {
    const full = {
      ...body,
      display_name: "Example",
      admin_full_name: "Local Admin",
      admin_short_name: "ladmin",
      hidden_admin: true,
      admin_password_complexity: 1,
      admin_password_rotation_delay: 0,
      allow_pairing: false,
      auto_advance_setup: true,
      await_device_configured: true,
      department: "IT",
      is_mandatory: false,
      is_multi_user: true,
      language: "fr",
      org_magic: "magic",
      region: "CA",
      skip_setup_items: ["TOS", "AppleID"],
      support_email_address: "it@example.com",
      support_phone_number: "+1 555 0100",
      ios_max_version: "27",
      ios_min_version: "26.1",
      macos_max_version: "27.0",
      macos_min_version: "15.3.1 (a)",
      release_after_minutes: 45,
    };
    const { status, json } = await fleet.api("POST", PATH, full);
    assert.equal(status, 201, JSON.stringify(json));
    for (const [field, value] of Object.entries(full)) {
      if (field !== "enrollment_secret") assert.deepEqual(json[field], value, field);
    }
    const { url: _url, profile_uuid: _uuid, ...profile } = apple.last ?? {};
    assert.deepEqual(profile, {
      profile_name: "Out of the box",
      allow_pairing: false,
      auto_advance_setup: true,
      await_device_configured: true,
      department: "IT",
      is_mandatory: false,
      is_mdm_removable: false,
      is_multi_user: true,
      is_supervised: true,
      language: "fr",
      org_magic: "magic",
      region: "CA",
      skip_setup_items: ["AppleID", "TOS"],
      support_email_address: "it@example.com",
      support_phone_number: "+1 555 0100",
    });
    // A client that does not know the field of ours keeps it.
    const { release_after_minutes: _minutes, ...known } = full;
    const changed = await fleet.api("PUT", `${PATH}${json.id}/`, known);
    assert.equal(changed.json.release_after_minutes, 45);
  }));

const REFUSALS: readonly (readonly [Record<string, unknown>, Record<string, unknown>])[] = [
  [{ is_supervised: false }, {
    is_mdm_removable: ["Can only be set to False if 'Is supervised' is set to True"],
  }],
  [{ use_realm_user: true, username_pattern: "$REALM_USER.EMAIL_PREFIX" }, {
    use_realm_user: ["This option is only valid if a 'realm' is selected"],
  }],
  [{ use_realm_user: true }, {
    use_realm_user: ["This option is only valid if a 'realm' is selected"],
    username_pattern: ["This field is required when the 'use realm user' option is ticked"],
  }],
  [{ username_pattern: "$REALM_USER.DEVICE_USERNAME" }, {
    username_pattern: ["This field can only be used if the 'use realm user' option is ticked"],
  }],
  [{ username_pattern: "$REALM_USER.NAME" }, { username_pattern: ['"$REALM_USER.NAME" is not a valid choice.'] }],
  [{ realm_user_is_admin: true }, {
    realm_user_is_admin: ["This option is only valid if the 'use realm user' option is ticked too"],
  }],
  [{ admin_full_name: "Admin", await_device_configured: true }, {
    admin_short_name: ["Auto admin information incomplete"],
  }],
  [{ admin_short_name: "admin", await_device_configured: true }, {
    admin_full_name: ["Auto admin information incomplete"],
  }],
  [{ admin_full_name: "Admin", admin_short_name: "admin" }, {
    await_device_configured: ["Required for the auto admin account setup"],
  }],
  [{ skip_setup_items: ["TOS", "tos", "Sleep"] }, { skip_setup_items: ["Unsupported items: tos, Sleep"] }],
  [{ skip_setup_items: undefined }, { skip_setup_items: ["This field is required."] }],
  [{ scep_issuer: undefined, virtual_server: undefined, push_certificate: undefined, name: undefined }, {
    name: ["This field is required."],
    virtual_server: ["This field is required."],
    push_certificate: ["This field is required."],
    scep_issuer: ["This field is required."],
  }],
  [{ enrollment_secret: undefined }, { enrollment_secret: ["This field is required."] }],
  [{ realm: "3e0d4b9c-6a0b-4e43-8e1e-1c2f8c1f2f10" }, {
    realm: ["This server does not support realms yet. Send null or omit the field."],
  }],
  [{ acme_issuer: "3e0d4b9c-6a0b-4e43-8e1e-1c2f8c1f2f10" }, {
    acme_issuer: ["This server does not support ACME issuers yet. Send null or omit the field."],
  }],
  [{ language: "english" }, { language: ['"english" is not a valid choice.'] }],
  [{ language: "qq" }, { language: ['"qq" is not a valid choice.'] }],
  [{ region: "us" }, { region: ['"us" is not a valid choice.'] }],
  [{ ios_min_version: "latest", macos_max_version: "x" }, {
    ios_min_version: ["Not a valid OS version"],
    macos_max_version: ["Not a valid OS version"],
  }],
  [{ macos_min_version: "26.1", macos_max_version: "26" }, {
    macos_min_version: ["Cannot be newer than the maximum version"],
  }],
  [{ support_email_address: "it" }, { support_email_address: ["Enter a valid email address."] }],
  [{ support_email_address: "it@example..com" }, { support_email_address: ["Enter a valid email address."] }],
  [{ name: "x".repeat(126), department: "x".repeat(126), admin_short_name: "x".repeat(33) }, {
    name: ["Ensure this field has no more than 125 characters."],
    department: ["Ensure this field has no more than 125 characters."],
    admin_short_name: ["Ensure this field has no more than 32 characters."],
  }],
  [{ admin_password_complexity: 4, admin_password_rotation_delay: 1441 }, {
    admin_password_complexity: ["Ensure this value is less than or equal to 3."],
    admin_password_rotation_delay: ["Ensure this value is less than or equal to 1440."],
  }],
  [{ virtual_server: 999, push_certificate: 999, blueprint: 999 }, {
    virtual_server: ['Invalid pk "999" - object does not exist.'],
    push_certificate: ['Invalid pk "999" - object does not exist.'],
    blueprint: ['Invalid pk "999" - object does not exist.'],
  }],
  [{ enrollment_secret: { meta_business_unit: 999 } }, {
    meta_business_unit: ['Invalid pk "999" - object does not exist.'],
  }],
];

Deno.test("what does not fit is refused with the sentences that clients know, and Apple never hears of it", () =>
  withHouse(async ({ fleet, apple, body }) => {
    for (const [change, errors] of REFUSALS) {
      const answer = await fleet.api("POST", PATH, { ...body, ...change });
      assert.deepEqual([answer.status, answer.json], [400, errors], JSON.stringify(change));
    }
    assert.equal(apple.profiles.size, 0);
    assert.equal((await fleet.api("GET", PATH)).json.count, 0);
  }));

Deno.test("a name is taken once, a virtual server stays, and both are said before Apple is asked", () =>
  withHouse(async ({ fleet, apple, body }) => {
    const { json } = await fleet.api("POST", PATH, { ...body, realm_user_is_admin: false });
    const other = await connectedServer(fleet.runtime, "School");
    assert.deepEqual((await fleet.api("POST", PATH, body)).json, {
      name: ["DEP enrollment with this name already exists."],
    });
    assert.deepEqual((await fleet.api("PUT", `${PATH}${json.id}/`, { ...body, virtual_server: other })).json, {
      virtual_server: ["Cannot be changed"],
    });
    assert.equal(apple.profiles.size, 1);
  }));

Deno.test("what Apple refuses is an error of the request with Apple's answer, and nothing is kept", () =>
  withHouse(async ({ fleet, apple, body }) => {
    const tries: [AppleProfiles["refusal"], Record<string, string[]>][] = [
      [{ status: 400, body: "DEPARTMENT_INVALID" }, {
        department: ["Apple does not accept this value (DEPARTMENT_INVALID)."],
      }],
      [{ status: 400, body: "FLAGS_INVALID" }, {
        non_field_errors: [
          "Apple did not take the profile: Apple's device assignment service refused a request (POST /profile): 400 FLAGS_INVALID. Apple's answer: FLAGS_INVALID",
        ],
      }],
      [{ status: 500, body: "" }, {
        non_field_errors: [
          "Apple did not take the profile: Apple's device assignment service refused a request (POST /profile): 500. Apple gave no reason. Check the fields that you changed.",
        ],
      }],
      ["unreachable", {
        non_field_errors: [
          "Apple did not take the profile: Apple's device assignment service cannot be reached (POST /profile).",
        ],
      }],
    ];
    for (const [refusal, errors] of tries) {
      apple.refusal = refusal;
      const answer = await fleet.api("POST", PATH, { ...body, department: "IT" });
      assert.deepEqual([answer.status, answer.json], [400, errors]);
    }
    assert.equal((await fleet.api("GET", PATH)).json.count, 0);
    const [secrets] = await fleet.runtime.sql`select count(*)::int as count from enrollment_secrets`;
    // That of the OTA enrollment.
    assert.equal(secrets?.count, 1);
  }));

Deno.test("the secret that Apple repeats in its answer is not shown", () =>
  withHouse(async ({ fleet, apple, body }) => {
    const { json } = await fleet.api("POST", PATH, body);
    apple.refusal = { status: 400, body: `{"url": "${apple.last?.url}"}` };
    const { status, json: refused } = await fleet.api("PUT", `${PATH}${json.id}/`, { ...body, department: "IT" });
    assert.equal(status, 400);
    assert.match(refused.non_field_errors[0], /dep_enroll\/…\//);
    assert.ok(!JSON.stringify(refused).includes(json.enrollment_secret.secret));
  }));

Deno.test("without a usable server token a DEP enrollment is refused with the cure", () =>
  withHouse(async ({ fleet, body }) => {
    await fleet.runtime.sql`update dep_tokens set access_token_expiry = '2026-01-01'`;
    const { status, json } = await fleet.api("POST", PATH, body);
    assert.equal(status, 400);
    assert.match(json.non_field_errors[0], /^Warehouse: .*expired.*Renew token/);
  }));

Deno.test("Apple gets a new profile only when it would be another one, and devices with the old one are assigned it", () =>
  withHouse(async ({ fleet, apple, server, body }) => {
    const { runtime } = fleet;
    const { json: created } = await fleet.api("POST", PATH, body);
    await assignedDevice(runtime, {
      virtualServerId: server,
      serialNumber: "C02AA",
      enrollmentId: created.id,
      profileUuid: created.uuid,
    });
    const wanted = async () =>
      (await runtime.sql<{ wanted: number | null }[]>`select wanted_enrollment_id as wanted from dep_devices`)[0]
        ?.wanted;
    runtime.clock.advance(60);
    // None of these is part of the profile.
    const same = await fleet.api("PUT", `${PATH}${created.id}/`, {
      ...body,
      display_name: "Other",
      macos_min_version: "15",
      release_after_minutes: 5,
      enrollment_secret: { ...(body.enrollment_secret as object), quota: 3 },
    });
    assert.equal(same.status, 200);
    assert.equal(same.json.uuid, created.uuid);
    assert.equal(same.json.enrollment_secret.quota, 3);
    assert.equal(apple.profiles.size, 1);
    assert.equal(await wanted(), null);
    const { json: changed } = await fleet.api("PUT", `${PATH}${created.id}/`, { ...body, skip_setup_items: ["TOS"] });
    assert.notEqual(changed.uuid, created.uuid);
    assert.equal(changed.enrollment_secret.secret, created.enrollment_secret.secret);
    assert.deepEqual(apple.last?.skip_setup_items, ["TOS"]);
    assert.equal(await wanted(), created.id);
    const jobs = await runtime.sql<{ kind: string }[]>`select kind from jobs where kind = 'ade-assign'`;
    assert.equal(jobs.length, 1);
  }));

Deno.test("two changes at once: the later one is refused, and Apple's copy is that of the first", () =>
  withHouse(async ({ fleet, apple, body }) => {
    const { json: created } = await fleet.api("POST", PATH, body);
    const path = `${PATH}${created.id}/`;
    let first: { status: number; json: { uuid: string } } | undefined;
    apple.meanwhile = async () => {
      fleet.runtime.clock.advance(1);
      first = await fleet.api("PUT", path, { ...body, department: "First" });
    };
    const second = await fleet.api("PUT", path, { ...body, department: "Second" });
    assert.equal(first?.status, 200);
    assert.equal(second.status, 409);
    const { json: now } = await fleet.api("GET", path);
    assert.equal(now.department, "First");
    assert.equal(now.uuid, first?.json.uuid);
    assert.equal((await fleet.api("GET", `${path}apple_profile/`)).json.state, "same");
  }));

Deno.test("a crash after Apple's answer leaves the enrollment as it was, and the next attempt works", () =>
  withHouse(async ({ fleet, apple, body }) => {
    const { runtime } = fleet;
    const { json: created } = await fleet.api("POST", PATH, body);
    const path = `${PATH}${created.id}/`;
    // The transaction that stores Apple's answer fails.
    await runtime
      .sql`alter table dep_enrollments add constraint broken check (defined_at < '2000-01-01') not valid`;
    assert.equal((await fleet.api("PUT", path, { ...body, department: "IT" })).status, 500);
    await runtime.sql`alter table dep_enrollments drop constraint broken`;
    assert.equal(apple.profiles.size, 2);
    assert.deepEqual((await fleet.api("GET", path)).json, created);
    assert.equal((await fleet.api("GET", `${path}apple_profile/`)).json.state, "same");
    assert.equal((await fleet.api("PUT", path, { ...body, department: "IT" })).json.department, "IT");
  }));

Deno.test("Apple's copy is compared field by field, without the secret", () =>
  withHouse(async ({ fleet, apple, body }) => {
    const { json: created } = await fleet.api("POST", PATH, { ...body, skip_setup_items: ["TOS", "AppleID"] });
    const path = `${PATH}${created.id}/apple_profile/`;
    assert.deepEqual((await fleet.api("GET", path)).json, { state: "same", differences: [], out_of_date: null });
    const [[uuid = "", profile = {}] = []] = apple.profiles;
    // Apple leaves out what is the default, and orders as it likes.
    const { auto_advance_setup: _advance, allow_pairing: _pairing, ...short } = profile;
    apple.profiles.set(uuid, { ...short, skip_setup_items: ["TOS", "AppleID"], anchor_certs: [], department: "" });
    assert.equal((await fleet.api("GET", path)).json.state, "same");
    apple.profiles.set(uuid, { ...profile, url: `${profile.url}x`, is_supervised: false, language: "de" });
    assert.deepEqual((await fleet.api("GET", path)).json.differences, [
      { field: "is_supervised", ours: true, apples: false },
      { field: "language", apples: "de" },
      {
        field: "url",
        ours: "https://mdm.example.com/public/mdm/dep_enroll/…/",
        apples: "https://mdm.example.com/public/mdm/dep_enroll/…/x",
      },
    ]);
    apple.profiles.clear();
    assert.equal((await fleet.api("GET", path)).json.state, "missing");
    const again = await fleet.api("POST", `${PATH}${created.id}/define/`);
    assert.equal(again.status, 200);
    assert.notEqual(again.json.uuid, created.uuid);
    assert.equal((await fleet.api("GET", path)).json.state, "same");
  }));

Deno.test("a DEP enrollment in use cannot be deleted, another one goes with its secret", () =>
  withHouse(async ({ fleet, server, body }) => {
    const { runtime } = fleet;
    const { json: created } = await fleet.api("POST", PATH, body);
    const path = `${PATH}${created.id}/`;
    await runtime.sql`update dep_virtual_servers set default_enrollment_id = ${created.id}`;
    const kept = async () => {
      const { status, json } = await fleet.api("DELETE", path);
      assert.deepEqual([status, json], [400, ["This DEP enrollment cannot be deleted"]]);
    };
    await kept();
    await runtime.sql`update dep_virtual_servers set default_enrollment_id = null`;
    await assignedDevice(runtime, {
      virtualServerId: server,
      serialNumber: "C02AA",
      enrollmentId: created.id,
      profileUuid: created.uuid,
    });
    await kept();
    // One that shall get it: Apple may have given it to the device in this moment.
    await runtime.sql`update dep_devices set enrollment_id = null, wanted_enrollment_id = ${created.id}`;
    await kept();
    // A device that Apple does not assign any more can get no other enrollment.
    await runtime.sql`
      update dep_devices set enrollment_id = ${created.id}, wanted_enrollment_id = null, last_op_type = 'deleted'`;
    assert.equal((await fleet.api("DELETE", path)).status, 204);
    assert.equal((await fleet.api("GET", path)).status, 404);
    const [found] = await runtime.sql`
      select count(*)::int as count from enrollment_secrets where id = ${created.enrollment_secret.id}`;
    assert.equal(found?.count, 0);
    const events = await runtime.sql<{ payload: { action: string; object: object } }[]>`
      select payload from events where objects ? 'mdm_depenrollment' order by created_at, id`;
    assert.deepEqual(events.map(({ payload }) => payload.action).sort(), ["created", "deleted"]);
    assert.ok(!JSON.stringify(events).includes(created.enrollment_secret.secret));
  }));

Deno.test("a caller without the permission for secrets gets none", () =>
  withHouse(async ({ fleet, body }) => {
    const { json: created } = await fleet.api("POST", PATH, body);
    const { makeCaller } = await import("./support.ts");
    const { token } = await makeCaller(fleet.runtime, ["mdm.view_depenrollment"]);
    const response = await fleet.fetch(
      new Request(`https://mdm.example.com${PATH}${created.id}/`, { headers: { Authorization: `Token ${token}` } }),
    );
    assert.equal((await response.json()).enrollment_secret.secret, null);
  }));
