import assert from "node:assert/strict";
import { made, makeBlueprint } from "../../../support/artifacts.ts";
import { withFleet } from "../../../support/fleet.ts";
import { personWith } from "../support.ts";

Deno.test("a form keeps what it has chosen, however many choices there are", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    await sql`
      insert into tags (name, slug, color, created_at, updated_at)
      select 'A' || n, 'a' || n, '000000', now(), now() from generate_series(1, 600) n`;
    const last = (await made(fleet, "POST", "/api/inventory/tags/", { name: "Zebra" })).id;
    const enforcement = await made(fleet, "POST", "/api/mdm/software_update_enforcements/", {
      name: "Zoo",
      platforms: ["macOS"],
      tags: [last],
      max_os_version: "27",
    });
    await sql`
      insert into software_update_enforcements (name, platforms, max_os_version, delay_days, local_time, created_at, updated_at)
      select 'A' || n, array['macOS'], '27', 7, '09:30', now(), now() from generate_series(1, 600) n`;
    const blueprint = await makeBlueprint(fleet, { software_update_enforcements: [enforcement.id] });
    const ada = await personWith(fleet.runtime, "superuser");
    const chosen = async (path: string, name: string) =>
      [...(await ada.get(path)).text.matchAll(new RegExp(`name="${name}" value="(\\d+)" checked`, "g"))].map(([, id]) =>
        Number(id)
      );
    assert.deepEqual(await chosen(`/software-update-enforcements/${enforcement.id}/edit/`, "tags"), [last]);
    assert.deepEqual(await chosen(`/blueprints/${blueprint.id}/edit/`, "software_update_enforcements"), [
      enforcement.id,
    ]);
  }));
