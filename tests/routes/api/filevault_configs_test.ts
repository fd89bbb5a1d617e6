import assert from "node:assert/strict";
import { bodyOf, rowsOf } from "./artifacts_support.ts";
import { withApi } from "./support.ts";

const ALL = "/api/mdm/filevault_configs/";
const OFFICE = { name: "Offices", escrow_location_display_name: "Example IT" };

Deno.test("a FileVault configuration is created, read, updated and deleted", () =>
  withApi(async ({ as }) => {
    const call = await as("superuser");
    const { id, created_at, updated_at, ...rest } = bodyOf(await call("POST", ALL, OFFICE), 201);
    assert.ok(id && created_at && updated_at);
    assert.deepEqual(rest, {
      ...OFFICE,
      at_login_only: false,
      bypass_attempts: -1,
      show_recovery_key: false,
      destroy_key_on_standby: false,
      prk_rotation_interval_days: 0,
      prk_reveal_rotation_delay: 60,
    });
    const changed = { ...OFFICE, at_login_only: true, bypass_attempts: 3, prk_rotation_interval_days: 90 };
    const short = bodyOf(await call("PUT", `${ALL}${id}/`, { ...changed, prk_reveal_rotation_delay: 15 }), 200);
    assert.deepEqual([short.at_login_only, short.bypass_attempts, short.prk_reveal_rotation_delay], [true, 3, 15]);
    // Older clients never send the delay.
    assert.equal(bodyOf(await call("PUT", `${ALL}${id}/`, changed), 200).prk_reveal_rotation_delay, 15);
    assert.equal(rowsOf(await call("GET", `${ALL}?name=Offices`)).length, 1);
    assert.equal(rowsOf(await call("GET", `${ALL}?name=offices`)).length, 0);
    assert.equal((await call("DELETE", `${ALL}${id}/`)).status, 204);
    assert.equal((await call("GET", `${ALL}${id}/`)).status, 404);
  }));

Deno.test("each mistake in a FileVault configuration is reported by its field", () =>
  withApi(async ({ as }) => {
    const call = await as("superuser");
    const refused = async (change: Record<string, unknown>) =>
      bodyOf(await call("POST", ALL, { ...OFFICE, ...change }), 400);
    assert.deepEqual(await refused({ at_login_only: true }), {
      bypass_attempts: ["Must be >= 0 when at_login_only is True"],
    });
    assert.deepEqual(await refused({ bypass_attempts: 0 }), {
      bypass_attempts: ["Must be -1 when at_login_only is False"],
    });
    assert.deepEqual(await refused({ prk_reveal_rotation_delay: 4 }), {
      prk_reveal_rotation_delay: ["Must be 0, or at least 5 minutes."],
    });
    assert.deepEqual(await refused({ prk_reveal_rotation_delay: 1441 }), {
      prk_reveal_rotation_delay: ["Ensure this value is less than or equal to 1440."],
    });
    assert.deepEqual(await refused({ prk_rotation_interval_days: 367 }), {
      prk_rotation_interval_days: ["Ensure this value is less than or equal to 366."],
    });
    assert.deepEqual(await refused({ escrow_location_display_name: undefined }), {
      escrow_location_display_name: ["This field is required."],
    });
    await call("POST", ALL, OFFICE);
    assert.deepEqual(await refused({}), { name: ["file vault config with this name already exists."] });
  }));

Deno.test("a FileVault configuration of a blueprint cannot be deleted, and one that does not exist cannot be added", () =>
  withApi(async ({ as }) => {
    const call = await as("superuser");
    const { id } = bodyOf(await call("POST", ALL, OFFICE), 201);
    const blueprint = bodyOf(await call("POST", "/api/mdm/blueprints/", { name: "Macs", filevault_config: id }), 201);
    assert.equal(blueprint.filevault_config, id);
    assert.deepEqual((await call("DELETE", `${ALL}${id}/`)).body, ["This FileVault configuration cannot be deleted"]);
    const unknown = await call("PUT", `/api/mdm/blueprints/${blueprint.id}/`, { name: "Macs", filevault_config: 999 });
    assert.deepEqual(unknown.body, { filevault_config: ['Invalid pk "999" - object does not exist.'] });
    const without = bodyOf(await call("PUT", `/api/mdm/blueprints/${blueprint.id}/`, { name: "Macs" }), 200);
    assert.equal(without.filevault_config, null);
    assert.equal((await call("DELETE", `${ALL}${id}/`)).status, 204);
  }));
