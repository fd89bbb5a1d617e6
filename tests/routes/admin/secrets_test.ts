import assert from "node:assert/strict";
import { withRuntime } from "../../support/runtime.ts";
import { personWith } from "./support.ts";

Deno.test("a FileVault configuration is created, linked to a blueprint, edited, unlinked and deleted by the pages", () =>
  withRuntime(async (runtime) => {
    const ada = await personWith(runtime, "superuser");
    const fields = {
      name: "Disks",
      escrow_location_display_name: "Example IT",
      // Without "at login only" it counts for nothing.
      bypass_attempts: "7",
      prk_rotation_interval_days: "30",
      prk_reveal_rotation_delay: "15",
    };
    const created = await ada.post("/filevault-configs/new/", fields);
    assert.match(created.location, /^\/filevault-configs\/\d+\/\?done=created$/);
    const page = new URL(created.location, "https://x").pathname;
    assert.match((await ada.get(page)).text, /at login and at logout/);
    const wrong = await ada.post(`${page}edit/`, { ...fields, prk_reveal_rotation_delay: "3" });
    assert.equal(wrong.status, 400);
    assert.match(wrong.text, /Must be 0, or at least 5 minutes\./);
    assert.match(wrong.text, /value="3"/);
    const id = page.split("/")[2] ?? "";
    const settings = {
      name: "Macs",
      inventory_hours: "24",
      collect_apps: "0",
      collect_certificates: "0",
      collect_profiles: "0",
    };
    const blueprint = await ada.post("/blueprints/", { ...settings, filevault_config: id });
    const linked = new URL(blueprint.location, "https://x").pathname;
    assert.match((await ada.get(linked)).text, new RegExp(`href="${page}">Disks<`));
    assert.match((await ada.get(page)).text, new RegExp(`href="${linked}">Macs<`));
    assert.doesNotMatch((await ada.get(page)).text, /Delete configuration/);
    assert.match((await ada.post(`${page}delete/`)).text, /Used by: blueprint Macs\./);
    assert.equal((await ada.post(`${linked}edit/`, { ...settings, filevault_config: "" })).status, 303);
    assert.equal((await ada.post(`${page}delete/`)).status, 303);
    assert.match((await ada.get("/filevault-configs/")).text, /No FileVault configurations yet/);
  }));

Deno.test("a static recovery password is in no page, and stays if its field is left empty", () =>
  withRuntime(async (runtime) => {
    const ada = await personWith(runtime, "superuser");
    const created = await ada.post("/recovery-password-configs/new/", {
      name: "Labs",
      type: "static",
      static_password: "Corr3ct horse",
    });
    const page = new URL(created.location, "https://x").pathname;
    for (const path of [page, `${page}edit/`, "/recovery-password-configs/"]) {
      assert.doesNotMatch((await ada.get(path)).text, /Corr3ct/);
    }
    const sealed = async () =>
      (await runtime.sql`select static_password_sealed as sealed from recovery_password_configs`)[0]?.["sealed"];
    const before = await sealed();
    assert.equal((await ada.post(`${page}edit/`, { name: "Kept", type: "static", static_password: "" })).status, 303);
    assert.equal(await sealed(), before);
    const refused = await ada.post(`${page}edit/`, { name: "Kept", type: "static", static_password: "Sh0rt!?" });
    assert.equal(refused.status, 400);
    assert.doesNotMatch(refused.text, /Sh0rt/);
    const dynamic = { name: "Kept", type: "dynamic", rotation_interval_days: "7", reveal_rotation_delay: "60" };
    assert.equal((await ada.post(`${page}edit/`, dynamic)).status, 303);
    assert.equal(await sealed(), null);
  }));
