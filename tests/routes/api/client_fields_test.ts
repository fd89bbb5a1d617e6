/** The fields that existing clients send and expect to read back. */

import assert from "node:assert/strict";
import { z } from "zod";
import { migrate } from "../../../db/migrate.ts";
import { jsonSchema } from "../../../routes/api/json_schema.ts";
import { listed, listOf, RowStream } from "../../../routes/api/listed.ts";
import { endpoint } from "../../../routes/api/endpoint.ts";
import { pageQuery } from "../../../routes/api/paging.ts";
import { ENDPOINTS } from "../../../routes/api/registry.ts";
import { parseOrRefuse } from "../../../routes/api/parse.ts";
import { Problem } from "../../../src/errors.ts";
import { withDatabaseCopy } from "../../support/database.ts";
import { bodyOf, rowsOf } from "./artifacts_support.ts";
import { type Caller, withApi } from "./support.ts";

const UNITS = "/api/inventory/meta_business_units/";
const TAGS = "/api/inventory/tags/";
const ISSUERS = "/api/mdm/scep_issuers/";

/** Lists that are bare arrays unless limit or offset is given; clients read the others as pages. */
const BARE = [
  UNITS,
  TAGS,
  ISSUERS,
  "/api/inventory/taxonomies/",
  "/api/mdm/artifacts/",
  "/api/mdm/blueprint_artifacts/",
  "/api/mdm/blueprints/",
  "/api/mdm/devices/",
  "/api/mdm/ota_enrollments/",
  "/api/mdm/push_certificates/",
];
const PAGES = [
  "/api/mdm/cert_assets/",
  "/api/mdm/data_assets/",
  "/api/mdm/declarations/",
  "/api/mdm/enterprise_apps/",
  "/api/mdm/packages/",
  "/api/mdm/profiles/",
  "/api/mdm/provisioning_profiles/",
  "/api/mdm/store_apps/",
];

Deno.test("each list has the shape that clients read: a bare array unless a page is asked for, or always a page", () =>
  withApi(async ({ as }) => {
    const call = await as("superuser");
    for (const path of [...BARE, ...PAGES]) {
      for (const query of ["?limit=1", "?offset=0", "?limit=2&offset=1"]) {
        const { body } = await call("GET", `${path}${query}`);
        assert.deepEqual(Object.keys(Object(body)), ["count", "next", "previous", "results"], `${path}${query}`);
      }
      assert.equal(Array.isArray((await call("GET", path)).body), BARE.includes(path), path);
    }
  }));

const ROWS = Array.from({ length: 1234 }, (_, index) => ({ id: index + 1 }));

/** A list of many rows, of which some disappear after the first batch. */
const probe = (gone: number) => {
  let read = 0;
  return endpoint({
    method: "GET",
    path: "/api/test/rows/",
    permission: "authenticated",
    tag: "Test",
    summary: "List rows",
    query: z.object(pageQuery),
    response: { status: 200, schema: listOf(z.object({ id: z.int() })) },
    handle: (input) =>
      listed(input, ({ limit, offset }) => {
        const rows = read++ === 0 ? ROWS : ROWS.slice(gone);
        return Promise.resolve({ count: rows.length, rows: rows.slice(offset, offset + limit) });
      }, (row) => row),
  });
};

Deno.test("a long list is a whole array, every row once, and is not cut off by the limit of pages", () =>
  withApi(async ({ as }) => {
    assert.deepEqual((await (await as([]))("GET", "/api/test/rows/")).body, ROWS);
  }, [probe(0)]));

Deno.test("a long list lacks nothing when rows before are deleted while it is read, or ends with an error", async () => {
  await withApi(async ({ as }) => {
    assert.deepEqual((await (await as([]))("GET", "/api/test/rows/")).body, ROWS);
  }, [probe(49)]);
  await withApi(async ({ as }) => {
    const { status } = await (await as([]))("GET", "/api/test/rows/");
    assert.equal(status, 500);
  }, [probe(60)]);
});

Deno.test("a long list is read only as fast as the client reads it", async () => {
  let batches = 0;
  async function* endless() {
    while (true) yield await Promise.resolve([++batches]);
  }
  const reader = new RowStream(endless()).body().getReader();
  for (const expected of ["[1", ",2", ",3"]) {
    assert.equal(new TextDecoder().decode((await reader.read()).value), expected);
  }
  await reader.cancel();
  assert.ok(batches <= 4, `${batches} batches were read`);
});

Deno.test("all devices are one array, in the order that was asked for, however many", () =>
  withApi(async ({ as, runtime }) => {
    await runtime.sql`
      insert into devices (udid, serial_number, created_at, updated_at)
      select 'U' || n, 'S' || n, now() - n * interval '1 minute', now() from generate_series(1, 1203) as n`;
    const call = await as("superuser");
    const serials = async (query: string) =>
      rowsOf(await call("GET", `/api/mdm/devices/${query}`)).map(({ serial_number }) => serial_number);
    const numbered = Array.from({ length: 1203 }, (_, index) => `S${index + 1}`);
    assert.deepEqual(await serials(""), numbered);
    assert.deepEqual(await serials("?ordering=created_at"), numbered.toReversed());
    assert.deepEqual(await serials("?serial_number=S7"), ["S7"]);
    assert.deepEqual(await serials("?udid=none"), []);
  }));

Deno.test("API enrollment of a business unit is off by default, can be switched on, and stays on", () =>
  withApi(async ({ as }) => {
    const call = await as("superuser");
    const unit = bodyOf(await call("POST", UNITS, { name: "Staff" }), 201);
    assert.equal(unit.api_enrollment_enabled, false);
    const path = `${UNITS}${unit.id}/`;
    assert.equal(
      bodyOf(await call("PUT", path, { ...unit, api_enrollment_enabled: true }), 200).api_enrollment_enabled,
      true,
    );
    assert.equal(bodyOf(await call("PUT", path, { name: "Staff" }), 200).api_enrollment_enabled, true);
    const refused = await call("PUT", path, { name: "Other", api_enrollment_enabled: false });
    assert.deepEqual([refused.status, refused.body], [400, {
      api_enrollment_enabled: ["Cannot disable API enrollment"],
    }]);
    assert.equal(bodyOf(await call("GET", path), 200).name, "Staff");
    const on = bodyOf(await call("POST", UNITS, { name: "On", api_enrollment_enabled: true }), 201);
    assert.equal(on.api_enrollment_enabled, true);
  }));

Deno.test("a tag's color keeps its case, and a long name is accepted", () =>
  withApi(async ({ as }) => {
    const call = await as("superuser");
    const name = "Machines of the laboratories on the third floor, east";
    const tag = bodyOf(await call("POST", TAGS, { name, color: "00BFff" }), 201);
    assert.deepEqual([tag.name, tag.color], [name, "00BFff"]);
    assert.deepEqual(bodyOf(await call("PUT", `${TAGS}${tag.id}/`, tag), 200), tag);
  }));

async function pushCertificate(call: Caller): Promise<unknown> {
  return bodyOf(await call("POST", "/api/mdm/push_certificates/", { name: "Push" }), 201).id;
}

Deno.test("a tag that an enrollment gives is not deleted, and the enrollment keeps it", () =>
  withApi(async ({ as }) => {
    const call = await as("superuser");
    const unit = bodyOf(await call("POST", UNITS, { name: "Staff" }), 201).id;
    const tag = bodyOf(await call("POST", TAGS, { name: "New" }), 201).id;
    const enrollments = "/api/mdm/ota_enrollments/";
    const body = { name: "Everyone", push_certificate: await pushCertificate(call) };
    const secret = { meta_business_unit: unit, tags: [tag] };
    const made = bodyOf(await call("POST", enrollments, { ...body, enrollment_secret: secret }), 201);
    const refused = await call("DELETE", `${TAGS}${tag}/`);
    assert.deepEqual([refused.status, refused.body], [400, ["This tag cannot be deleted"]]);
    const path = `${enrollments}${made.id}/`;
    assert.deepEqual(Object(bodyOf(await call("GET", path), 200).enrollment_secret).tags, [tag]);
    await call("PUT", path, { ...body, enrollment_secret: { ...secret, tags: [] } });
    assert.equal((await call("DELETE", `${TAGS}${tag}/`)).status, 204);
  }));

Deno.test("fields that this server does not support yet are refused by name, and null or an absent value is accepted", () =>
  withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const unit = bodyOf(await call("POST", UNITS, { name: "Staff" }), 201).id;
    const body = {
      name: "Everyone",
      push_certificate: await pushCertificate(call),
      enrollment_secret: { meta_business_unit: unit },
    };
    const path = "/api/mdm/ota_enrollments/";
    for (const value of ["9b2fd9a4-1f0f-4f7e-8f4e-0d5d4a1b2c3d", 1, "", {}, false]) {
      const { status, body: said } = await call("POST", path, { ...body, realm: value, acme_issuer: value });
      assert.deepEqual([status, said], [400, {
        acme_issuer: ["This server does not support ACME issuers yet. Send null or omit the field."],
        realm: ["This server does not support realms yet. Send null or omit the field."],
      }]);
    }
    assert.equal((await runtime.sql`select from ota_enrollments`).length, 0);
    const made = bodyOf(await call("POST", path, { ...body, realm: null, acme_issuer: null }), 201);
    assert.deepEqual([made.realm, made.acme_issuer], [null, null]);
    assert.equal((await call("PUT", `${path}${made.id}/`, { ...body, realm: "x" })).status, 400);
  }));

Deno.test("SCEP issuers are listed as they are read, with a version that counts their saves", () =>
  withApi(async ({ as }) => {
    const call = await as("superuser");
    const body = {
      name: "Outside",
      url: "https://scep.example.com/",
      backend: "STATIC_CHALLENGE",
      static_challenge_kwargs: { challenge: "one" },
    };
    const made = bodyOf(await call("POST", ISSUERS, body), 201);
    assert.equal(made.version, 1);
    const path = `${ISSUERS}${made.id}/`;
    assert.equal(bodyOf(await call("PUT", path, body), 200).version, 2);
    assert.equal((await call("PUT", path, { ...body, key_size: 3 })).status, 400);
    const changed = bodyOf(await call("PUT", path, { ...body, key_size: 4096 }), 200);
    assert.equal(changed.version, 3);
    const issuers = rowsOf(await call("GET", ISSUERS));
    assert.equal(issuers.length, 2);
    for (const issuer of issuers) {
      assert.deepEqual(bodyOf(await call("GET", `${ISSUERS}${issuer.id}/`), 200), issuer);
    }
  }));

Deno.test("a filter by a choice or by a key of something names the value that it does not know", () =>
  withApi(async ({ as }) => {
    const call = await as("superuser");
    const unknown = "9b2fd9a4-1f0f-4f7e-8f4e-0d5d4a1b2c3d";
    const cases: [string, string, ...string[]][] = [
      ["/api/mdm/devices/?tags=0", "tags", "0"],
      ["/api/mdm/devices/?tags=7&tags=8", "tags", "7", "8"],
      ["/api/mdm/devices/?excluded_tags=9", "excluded_tags", "9"],
      ["/api/mdm/devices/?state=asleep", "state", "asleep"],
      ["/api/mdm/devices/commands/?enrolled_device=0", "enrolled_device", "0"],
      ["/api/mdm/devices/commands/?enrolled_device=x", "enrolled_device", "x"],
      ["/api/accounts/api_tokens/?user=0", "user", "0"],
      ["/api/mdm/blueprint_artifacts/?blueprint=0", "blueprint", "0"],
      [`/api/mdm/blueprint_artifacts/?artifact=${unknown}`, "artifact", unknown],
      [`/api/mdm/data_assets/?artifact=${unknown}`, "artifact", unknown],
      ["/api/mdm/artifacts/?type=0", "type", "0"],
      ["/api/jobs/?state=0", "state", "0"],
    ];
    for (const [path, field, ...values] of cases) {
      const { status, body } = await call("GET", path);
      assert.deepEqual([status, body], [400, {
        [field]: values.map((value) => `Select a valid choice. ${value} is not one of the available choices.`),
      }], path);
    }
    // A list inside of a query names the place.
    const { body } = await call("GET", "/api/mdm/devices/?tags=x");
    assert.match(JSON.stringify(body), /Select a valid choice. x is not one of the available choices./);
  }));

Deno.test("every choice of every body, at every depth, names the value that it does not know", async () => {
  // deno-lint-ignore no-explicit-any
  type Json = any;
  let seen = 0;
  for (const { method, path, body, describedBody } of ENDPOINTS) {
    const schema = describedBody ?? body;
    if (schema === undefined) continue;
    const look = async (facts: Json, name: string, wrap: (value: unknown) => unknown): Promise<void> => {
      for (const one of facts.anyOf ?? []) await look(one, name, wrap);
      for (const [key, inner] of Object.entries(facts.properties ?? {})) {
        await look(inner, `${name}.${key}`, (value) => wrap({ [key]: value }));
      }
      if (facts.items !== undefined) await look(facts.items, `${name}.0`, (value) => wrap([value]));
      // The empty text beside an email address is no choice.
      if (facts.enum === undefined && (facts.const === undefined || facts.const === "")) return;
      seen++;
      for (const odd of [97, "no such choice"]) {
        const refusal = await parseOrRefuse(schema, wrap(odd)).then(() => undefined, (error) => error);
        assert.ok(refusal instanceof Problem, `${method} ${path} takes ${odd} for ${name}`);
        const said = JSON.stringify(refusal.details.fields?.[name.slice(1)] ?? null);
        assert.ok(said.includes(`\\"${odd}\\" is not a valid choice.`), `${method} ${path} ${name}: ${said}`);
      }
    };
    await look(jsonSchema(schema), "", (value) => value);
  }
  assert.ok(seen > 15, String(seen));
});

Deno.test("error chains that were kept with other keys get Apple's", () =>
  withDatabaseCopy(async (sql) => {
    const old = [{ domain: "MCMDMErrorDomain", code: 4, usEnglish: "No." }, { ErrorCode: 1, ErrorDomain: "Espalier" }];
    const now = new Date();
    await sql`
      insert into command_history (id, uuid, device_id, enrollment_id, user_key, name, arguments, state, sent_count,
        not_now_count, error_chain, created_at, updated_at)
      values (1, gen_random_uuid(), 1, 1, '', 'X', '{}', 'error', 1, 0, ${sql.json(old)}, ${now}, ${now})`;
    await sql`delete from migrations where name = '0023_error_chains.sql'`;
    assert.deepEqual(await migrate(sql), ["0023_error_chains.sql"]);
    const [row] = await sql`select error_chain from command_history`;
    assert.deepEqual(row?.errorChain, [
      { ErrorCode: 4, ErrorDomain: "MCMDMErrorDomain", USEnglishDescription: "No." },
      { ErrorCode: 1, ErrorDomain: "Espalier" },
    ]);
  }));
