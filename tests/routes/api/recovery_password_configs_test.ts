import assert from "node:assert/strict";
import { bodyOf, rowsOf } from "./artifacts_support.ts";
import { withApi } from "./support.ts";

const ALL = "/api/mdm/recovery_password_configs/";
const STATIC = { name: "Labs", dynamic_password: false, static_password: "Corr3ct horse" };

Deno.test("a recovery password configuration is created, read, updated and deleted", () =>
  withApi(async ({ as }) => {
    const call = await as("superuser");
    const { id, created_at, updated_at, ...rest } = bodyOf(await call("POST", ALL, { name: "Macs" }), 201);
    assert.ok(id && created_at && updated_at);
    assert.deepEqual(rest, {
      name: "Macs",
      dynamic_password: true,
      static_password: null,
      rotation_interval_days: 0,
      reveal_rotation_delay: 60,
      rotate_firmware_password: false,
    });
    // As clients send it: what is of dynamic passwords only is 0 and false, and the delay is left out.
    const fixed = bodyOf(
      await call("PUT", `${ALL}${id}/`, { ...STATIC, rotation_interval_days: 0, rotate_firmware_password: false }),
      200,
    );
    assert.deepEqual([fixed.static_password, fixed.reveal_rotation_delay], ["Corr3ct horse", 0]);
    assert.equal(rowsOf(await call("GET", `${ALL}?name=Labs`)).length, 1);
    const again = bodyOf(await call("PUT", `${ALL}${id}/`, { name: "Macs" }), 200);
    assert.deepEqual([again.static_password, again.reveal_rotation_delay], [null, 60]);
    assert.equal((await call("DELETE", `${ALL}${id}/`)).status, 204);
  }));

Deno.test("each mistake in a recovery password configuration is reported by its field", () =>
  withApi(async ({ as }) => {
    const call = await as("superuser");
    const refused = async (body: Record<string, unknown>) => bodyOf(await call("POST", ALL, body), 400);
    assert.deepEqual(await refused({ name: "x", static_password: "Corr3ct horse" }), {
      static_password: ["Cannot be set when dynamic_password is true"],
    });
    for (const password of [undefined, null, ""]) {
      assert.deepEqual(await refused({ name: "x", dynamic_password: false, static_password: password }), {
        static_password: ["Required when dynamic_password is false"],
      });
    }
    const own = { rotation_interval_days: 7, reveal_rotation_delay: 60, rotate_firmware_password: true };
    const only = ["Cannot be set with a static password"];
    assert.deepEqual(await refused({ ...STATIC, ...own }), {
      rotation_interval_days: only,
      reveal_rotation_delay: only,
      rotate_firmware_password: only,
    });
    assert.deepEqual(await refused({ name: "x", rotate_firmware_password: true, reveal_rotation_delay: 0 }), {
      rotate_firmware_password: ["Cannot be set without a rotation interval or a rotation delay after reveal"],
    });
    for (const password of ["short", "x".repeat(33), "pässword1", "tab\tpassword"]) {
      assert.deepEqual(await refused({ ...STATIC, static_password: password }), {
        static_password: ["Must be 8 to 32 printable ASCII characters."],
      });
    }
    bodyOf(await call("POST", ALL, STATIC), 201);
    assert.deepEqual(await refused(STATIC), {
      name: ["recovery password config with this name already exists."],
    });
  }));

Deno.test("a static password is shown with its own permission and an event, and kept by an update without it", () =>
  withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const { id } = bodyOf(await call("POST", ALL, STATIC), 201);
    const own = ["view", "add", "change", "delete"].map((verb) => `mdm.${verb}_recoverypasswordconfig`);
    const clerk = await as(own);
    await runtime.sql`delete from events where type = 'mdm_settings_secrets_viewed'`;
    const shown = bodyOf(await clerk("GET", `${ALL}${id}/`), 200);
    assert.ok(!("static_password" in shown));
    const kept = bodyOf(await clerk("PUT", `${ALL}${id}/`, { name: "Kept", dynamic_password: false }), 200);
    assert.ok(!("static_password" in kept));
    const seen = () => runtime.sql`select 1 from events where type = 'mdm_settings_secrets_viewed'`;
    assert.equal((await seen()).length, 0);
    assert.equal(bodyOf(await call("GET", `${ALL}${id}/`), 200).static_password, "Corr3ct horse");
    assert.equal((await seen()).length, 1);
    const all = JSON.stringify([
      await runtime.sql`select * from recovery_password_configs`,
      await runtime.sql`select * from events`,
    ]);
    assert.doesNotMatch(all, /Corr3ct/);
  }));

Deno.test("a recovery password configuration of a blueprint cannot be deleted", () =>
  withApi(async ({ as }) => {
    const call = await as("superuser");
    const { id } = bodyOf(await call("POST", ALL, { name: "Macs" }), 201);
    bodyOf(await call("POST", "/api/mdm/blueprints/", { name: "Macs", recovery_password_config: id }), 201);
    assert.deepEqual((await call("DELETE", `${ALL}${id}/`)).body, [
      "This recovery password configuration cannot be deleted",
    ]);
  }));
