import assert from "node:assert/strict";
import { BACKENDS } from "../../../src/issuing/challenges/registry.ts";
import { withFleet } from "../../support/fleet.ts";
import { personWith } from "../admin/support.ts";
import { bodyOf, rowsOf } from "./artifacts_support.ts";
import { type Caller, withApi } from "./support.ts";

const ALL = "/api/mdm/scep_issuers/";
const WITHOUT_SECRETS = ["mdm.view_scepissuer", "mdm.add_scepissuer", "mdm.change_scepissuer"];
const PAGE = { url: "https://ndes.example.com/certsrv/mscep_admin/", username: "EXAMPLE\\scep", password: "s3cret" };

/** Settings of each backend as clients send them, and what the server adds. */
const SETTINGS: Record<string, { sent: Record<string, unknown>; added?: Record<string, unknown> }> = {
  STATIC_CHALLENGE: { sent: { challenge: "s3cret" } },
  MICROSOFT_CA: { sent: PAGE },
  OKTA_CA: { sent: PAGE },
  IDENT: {
    sent: { url: "https://ident.example.com/", bearer_token: "s3cret" },
    added: { request_timeout: 30, max_retries: 3 },
  },
  DIGICERT: {
    sent: {
      api_token: "s3cret",
      profile_guid: "5bd9ee5b-5a44-4a0c-8f0c-0d5d4a1b2c3d",
      business_unit_guid: "8caedac5-8669-4f9a-8c42-44825d154577",
      default_seat_email: "seats@example.com",
    },
    added: {
      api_base_url: "https://one.digicert.com/mpki/api/",
      seat_type: "DEVICE_SEAT",
      seat_id_mapping: "common_name",
    },
  },
};

const bodyFor = (backend: string, settings: unknown = SETTINGS[backend]?.sent) => ({
  name: backend,
  url: "https://scep.example.com/scep",
  backend,
  // Clients send every key, with null for those that are not used.
  ...Object.fromEntries(BACKENDS.map(({ name, key }) => [key, name === backend ? settings : null])),
});

const without = (settings: object, names: readonly string[]) =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name)));

async function secretEvents(call: Caller): Promise<number> {
  const { results } = bodyOf(await call("GET", "/api/events/?type=mdm_settings_secrets_viewed&limit=500"), 200);
  assert.ok(Array.isArray(results));
  return results.length;
}

Deno.test("an issuer of each backend is created, read, changed and deleted; its secrets are shown only with a permission", () =>
  withApi(async ({ as, runtime }) => {
    const root = await as("superuser");
    const call = await as(WITHOUT_SECRETS);
    assert.deepEqual(BACKENDS.map(({ name }) => name), Object.keys(SETTINGS));
    for (const { name, key, secrets } of BACKENDS) {
      const { sent = {}, added = {} } = SETTINGS[name] ?? {};
      const whole = { ...sent, ...added };
      const open = without(whole, secrets);
      const made = bodyOf(await call("POST", ALL, bodyFor(name)), 201);
      assert.deepEqual([made.backend, made[key]], [name, open], name);
      assert.deepEqual(Object.keys(made).filter((field) => field.endsWith("_kwargs")), [key]);
      const path = `${ALL}${made.id}/`;
      assert.deepEqual(bodyOf(await call("GET", path), 200), made);
      assert.deepEqual(rowsOf(await call("GET", `${ALL}?name=${name}`)), [made]);
      assert.equal(await secretEvents(root), 0, name);
      assert.deepEqual(bodyOf(await root("GET", path), 200)[key], whole);
      assert.deepEqual(rowsOf(await root("GET", `${ALL}?name=${name}`))[0]?.[key], whole);
      // An answer without secrets is sent back: the secrets stay.
      const renamed = bodyOf(await call("PUT", path, { ...made, name: `${name} 2` }), 200);
      assert.equal(renamed.version, 2);
      assert.deepEqual(bodyOf(await root("GET", path), 200)[key], whole);
      const changed = { ...whole, ...Object.fromEntries(secrets.map((secret) => [secret, "an0ther"])) };
      assert.deepEqual(bodyOf(await root("PUT", path, { ...made, [key]: changed }), 200)[key], changed);
      assert.equal(await secretEvents(root), 4, name);
      const [row] = await runtime.sql<object[]>`select backend_sealed from scep_issuers where id = ${String(made.id)}`;
      assert.ok(!/s3cret|an0ther|example\.com/.test(JSON.stringify(row)), "settings are sealed");
      assert.equal((await root("DELETE", path)).status, 204);
      await runtime.sql`delete from events where type = 'mdm_settings_secrets_viewed'`;
    }
    const kept = JSON.stringify(await runtime.sql`select * from events`) + runtime.lines.join("\n");
    assert.ok(!/s3cret|an0ther/.test(kept), "no secret is in an event or the log");
  }));

Deno.test("the settings of the chosen backend are required and checked, those of others are refused", () =>
  withApi(async ({ as }) => {
    const call = await as("superuser");
    const REQUIRED = ["This field is required."];
    const errors = async (body: unknown) => {
      const { status, body: said } = await call("POST", ALL, body);
      assert.equal(status, 400);
      return said;
    };
    for (const { name, key, secrets } of BACKENDS) {
      assert.deepEqual(await errors(bodyFor(name, null)), { [key]: REQUIRED });
      assert.deepEqual(await errors({ ...bodyFor(name), [key]: undefined }), { [key]: REQUIRED });
      const open = without(SETTINGS[name]?.sent ?? {}, secrets);
      assert.deepEqual(await errors(bodyFor(name, open)), {
        [key]: Object.fromEntries(secrets.map((secret) => [secret, REQUIRED])),
      });
    }
    assert.deepEqual(await errors({ ...bodyFor("STATIC_CHALLENGE"), okta_ca_kwargs: PAGE }), {
      okta_ca_kwargs: ["This field cannot be set for this backend."],
    });
    assert.deepEqual(await errors({ ...bodyFor("STATIC_CHALLENGE"), backend: "BUILT_IN" }), {
      backend: ['"BUILT_IN" is not a valid choice.'],
    });
    const wrong: [string, Record<string, unknown>, unknown][] = [
      ["MICROSOFT_CA", { url: "ftp://x" }, { url: ["Enter a valid URL."] }],
      ["MICROSOFT_CA", { username: "" }, { username: ["This field may not be blank."] }],
      ["IDENT", { request_timeout: 0 }, { request_timeout: ["Ensure this value is greater than or equal to 1."] }],
      ["IDENT", { max_retries: 9 }, { max_retries: ["Ensure this value is less than or equal to 5."] }],
      ["IDENT", { max_retries: "3" }, { max_retries: ["A valid integer is required."] }],
      ["DIGICERT", { api_base_url: "https://one.digicert.com/" }, { api_base_url: ["This should end with /api/."] }],
      ["DIGICERT", { seat_type: "SERVER_SEAT" }, { seat_type: ['"SERVER_SEAT" is not a valid choice.'] }],
      ["DIGICERT", { seat_id_mapping: "shoe" }, { seat_id_mapping: ['"shoe" is not a valid choice.'] }],
      ["DIGICERT", { default_seat_email: "x" }, { default_seat_email: ["Enter a valid email address."] }],
    ];
    for (const [name, change, expected] of wrong) {
      const key = `${name.toLowerCase()}_kwargs`;
      assert.deepEqual(await errors(bodyFor(name, { ...SETTINGS[name]?.sent, ...change })), { [key]: expected });
    }
    assert.equal(rowsOf(await call("GET", ALL)).length, 1);
  }));

Deno.test("another backend does not take over a secret of the one before", () =>
  withApi(async ({ as }) => {
    const call = await as("superuser");
    const made = bodyOf(await call("POST", ALL, bodyFor("MICROSOFT_CA")), 201);
    const { password: _, ...open } = PAGE;
    const path = `${ALL}${made.id}/`;
    const { status, body } = await call("PUT", path, bodyFor("OKTA_CA", open));
    assert.deepEqual([status, body], [400, { okta_ca_kwargs: { password: ["This field is required."] } }]);
    assert.deepEqual(bodyOf(await call("GET", path), 200).microsoft_ca_kwargs, PAGE);
    assert.equal(bodyOf(await call("PUT", path, bodyFor("OKTA_CA")), 200).backend, "OKTA_CA");
  }));

Deno.test("the pages create, show and change an issuer of each backend, and show no secret", () =>
  withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const { get, post } = await personWith(runtime, "superuser");
    assert.match((await get("/scep-issuers/")).text, /Built-in CA/);
    for (const { name, key, secrets, fields } of BACKENDS) {
      const { text } = await get(`/scep-issuers/new/?backend=${name}`);
      for (const field of fields) assert.ok(text.includes(`name="${key}.${field.name}"`), `${name} ${field.name}`);
      const { sent = {}, added = {} } = SETTINGS[name] ?? {};
      const whole = { ...sent, ...added };
      const form = {
        name,
        url: "https://scep.example.com/scep",
        backend: name,
        key_size: "4096",
        key_usage: "5",
        ...Object.fromEntries(Object.entries(whole).map(([field, value]) => [`${key}.${field}`, String(value)])),
      };
      const refused = await post("/scep-issuers/", { ...form, [`${key}.${secrets[0]}`]: "" });
      assert.equal(refused.status, 400, name);
      assert.match(refused.text, /This field is required\./);
      const made = await post("/scep-issuers/", form);
      assert.equal(made.status, 303, made.text);
      const [place = ""] = made.location.split("?");
      const shown = await get(place);
      assert.ok(!shown.text.includes("s3cret"), name);
      assert.match(shown.text, /Leave it empty to keep what is stored\./);
      const kept = {
        ...form,
        name: `${name} 2`,
        ...Object.fromEntries(secrets.map((secret) => [`${key}.${secret}`, ""])),
      };
      assert.equal((await post(place, kept)).status, 303);
      const [issuer] = rowsOf(await call("GET", `${ALL}?name=${encodeURIComponent(`${name} 2`)}`));
      assert.deepEqual([issuer?.key_size, issuer?.[key]], [4096, whole]);
      assert.equal((await post(`${place}delete/`)).status, 303);
    }
    assert.equal(rowsOf(await call("GET", ALL)).length, 1);
    assert.equal((await get("/scep-issuers/new/?backend=BUILT_IN")).status, 404);
    assert.match((await get("/scep-issuers/00000000-0000-4000-8000-000000000001/")).text, /cannot be changed/);
  }));

Deno.test("an enrollment is created on its page with the chosen issuer", () =>
  withFleet(async (fleet) => {
    const { get, post } = await personWith(fleet.runtime, "superuser");
    const { json: issuer } = await fleet.api("POST", ALL, bodyFor("IDENT"));
    assert.ok((await get("/enrollments/")).text.includes(`<option value="${issuer.id}"`));
    const [existing] = (await fleet.api("GET", "/api/mdm/ota_enrollments/")).json;
    const { status } = await post("/enrollments/", {
      name: "Campus",
      push_certificate: String(existing.push_certificate),
      meta_business_unit: String(existing.enrollment_secret.meta_business_unit),
      scep_issuer: issuer.id,
    });
    assert.equal(status, 303);
    const [made] = (await fleet.api("GET", "/api/mdm/ota_enrollments/?name=Campus")).json;
    assert.equal(made.scep_issuer, issuer.id);
  }));
