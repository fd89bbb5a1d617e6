/** Blueprints through the API. */

import assert from "node:assert/strict";
import { artifact, audits, blueprint, bodyOf, OPEN_FILTER, revision, rowsOf } from "./artifacts_support.ts";
import { withApi } from "./support.ts";

const ALL = "/api/mdm/blueprints/";

Deno.test("a blueprint is created, read, changed with its own representation, listed by name and deleted", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const before = await revision(runtime);
    const made = bodyOf(await call("POST", ALL, { name: "Staff" }), 201);
    assert.deepEqual({ ...made, id: 0, created_at: "", updated_at: "" }, {
      id: 0,
      name: "Staff",
      inventory_interval: 86400,
      collect_apps: 0,
      collect_certificates: 0,
      collect_profiles: 0,
      legacy_profiles_via_ddm: true,
      default_location: null,
      filevault_config: null,
      recovery_password_config: null,
      software_update_enforcements: [],
      created_at: "",
      updated_at: "",
    });
    const path = `${ALL}${made.id}/`;
    assert.deepEqual(bodyOf(await call("GET", path), 200), made);
    runtime.clock.advance(60);
    const changed = bodyOf(await call("PUT", path, { ...made, legacy_profiles_via_ddm: false, collect_apps: 2 }), 200);
    assert.deepEqual(changed, {
      ...made,
      legacy_profiles_via_ddm: false,
      collect_apps: 2,
      updated_at: "2026-06-01T12:01:00",
    });
    assert.deepEqual(rowsOf(await call("GET", `${ALL}?name=Staff`)), [changed]);
    assert.deepEqual(rowsOf(await call("GET", `${ALL}?name=Other`)), []);
    assert.equal((await call("DELETE", path)).status, 204);
    assert.equal((await call("GET", path)).status, 404);
    assert.equal(await revision(runtime), before + 3);
    const entries = await audits(call);
    assert.equal(entries.length, 3);
    assert.ok(
      entries.some((entry) => entry.includes('"legacy_profiles_via_ddm":false') && entry.includes("prev_value")),
    );
  });
});

Deno.test("errors in a blueprint are reported by field", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    await blueprint(call, "Staff");
    const send = async (change: Record<string, unknown>) =>
      (await call("POST", ALL, { name: "Other", ...change })).body;
    assert.deepEqual(await send({ name: "Staff" }), { name: ["Blueprint with this name already exists."] });
    assert.deepEqual(await send({ name: undefined }), { name: ["This field is required."] });
    assert.deepEqual(await send({ inventory_interval: 14399 }), {
      inventory_interval: ["Ensure this value is greater than or equal to 14400."],
    });
    assert.deepEqual(await send({ collect_apps: 3 }), { collect_apps: ['"3" is not a valid choice.'] });
    assert.deepEqual(await send({ collect_apps: null }), { collect_apps: ["This field may not be null."] });
    assert.deepEqual(
      await send({ default_location: 1 }),
      { default_location: ['Invalid pk "1" - object does not exist.'] },
    );
    assert.deepEqual(
      await send({ filevault_config: 2, recovery_password_config: 3 }),
      {
        filevault_config: ['Invalid pk "2" - object does not exist.'],
        recovery_password_config: ['Invalid pk "3" - object does not exist.'],
      },
    );
    assert.deepEqual(await send({ software_update_enforcements: [4, 5] }), {
      software_update_enforcements: [
        'Invalid pk "4" - object does not exist.',
        'Invalid pk "5" - object does not exist.',
      ],
    });
    assert.equal((await call("PUT", `${ALL}2000000000/`, { name: "x" })).status, 404);
  });
});

Deno.test("a blueprint with artifacts is not deleted", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const id = await blueprint(call, "Staff");
    const link = bodyOf(
      await call("POST", "/api/mdm/blueprint_artifacts/", {
        blueprint: id,
        artifact: await artifact(call, { name: "Wi-Fi" }),
        ...OPEN_FILTER,
      }),
      201,
    );
    const refused = await call("DELETE", `${ALL}${id}/`);
    assert.deepEqual([refused.status, refused.body], [400, ["This blueprint cannot be deleted"]]);
    assert.equal((await call("DELETE", `/api/mdm/blueprint_artifacts/${link.id}/`)).status, 204);
    assert.equal((await call("DELETE", `${ALL}${id}/`)).status, 204);
  });
});
