import assert from "node:assert/strict";
import { assign, link, makeBlueprint, makeDeclaration, rest, settle } from "../support/artifacts.ts";
import { identifier } from "../support/declarative_reports.ts";
import { withFleet } from "../support/fleet.ts";

Deno.test("one device cannot halt a rollout, however many users it invents", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeDeclaration(fleet, {
      artifact: { channel: "User", platforms: ["macOS"] },
      version: { ios: false, ipados: false, tvos: false },
    });
    await link(fleet, blueprint.id, artifact.id, { macos: true });
    const device = await fleet.enrolled({
      declarationMischief: ({ Identifier }) => Identifier === identifier(artifact) ? "invalid" : undefined,
    });
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    for (let n = 0; n < 5; n++) {
      const userId = `11111111-2222-3333-4444-55555555555${n}`;
      await device.addUser({ userId, shortName: `u${n}`, longName: `U${n}` });
      await rest(device, userId);
    }
    await settle(fleet);
    const [row] = await fleet.runtime.sql`select state from artifact_versions where id = ${version.id}`;
    assert.equal(row?.state, "active");
  }));
