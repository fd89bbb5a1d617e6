import assert from "node:assert/strict";
import { assign, link, made, makeBlueprint, makeDeclaration, rest, settle } from "../support/artifacts.ts";
import { identifier } from "../support/declarative_reports.ts";
import { withFleet } from "../support/fleet.ts";

for (const comes of ["connects", "synchronizes"] as const) {
  Deno.test(`a change that is reverted after a device ${comes} wakes that device`, () =>
    withFleet(async (fleet) => {
      const { sql, clock } = fleet.runtime;
      const blueprint = await makeBlueprint(fleet);
      const { artifact } = await makeDeclaration(fleet);
      const device = await fleet.enrolled();
      await assign(fleet, device.serialNumber, blueprint.id);
      await rest(device);
      await settle(fleet);
      const linked = await link(fleet, blueprint.id, artifact.id);
      if (comes === "connects") {
        // Its inventory is due, so it comes by itself.
        clock.advance(2 * 86_400);
        await rest(device);
      } else {
        await device.synchronize();
        assert.deepEqual((await sql`select push_forced from channels`).map((row) => row.pushForced), [true]);
      }
      assert.ok(device.state.declarations.has(identifier(artifact)));
      await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${linked.id}/`);
      await sql`update channels set push_forced = false, next_action_at = ${new Date(clock.now().getTime() + 1e7)}`;
      await settle(fleet);
      assert.deepEqual((await sql`select push_forced from channels`).map((row) => row.pushForced), [true]);
      await rest(device);
      assert.ok(!device.state.declarations.has(identifier(artifact)));
    }));
}
