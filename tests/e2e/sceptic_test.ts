import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device.ts";
import { assign, link, makeBlueprint, makeDeclaration, rest } from "../support/artifacts.ts";
import { withFleet } from "../support/fleet.ts";

const identifier = (artifact: { id: string }) => `com.example.mdm.declaration.${artifact.id}`;

/** Says something by declarative management; answers the status. */
async function say(device: SimulatedDevice, endpoint: string, data?: unknown): Promise<number> {
  const response = await device.checkIn({
    MessageType: "DeclarativeManagement",
    Endpoint: endpoint,
    ...(data === undefined
      ? {}
      : { Data: new TextEncoder().encode(typeof data === "string" ? data : JSON.stringify(data)) }),
  });
  await response.body?.cancel();
  return response.status;
}

/** A report about declarations. */
const about = (...configurations: Record<string, unknown>[]) => ({
  StatusItems: { management: { declarations: { activations: [], assets: [], configurations, management: [] } } },
  Errors: [],
});

Deno.test("a report that says the same again is no news: no event, no call", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeDeclaration(fleet);
    await link(fleet, blueprint.id, artifact.id);
    const device = await fleet.enrolled();
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    const report = about({
      identifier: identifier(artifact),
      "server-token": version.id,
      active: true,
      valid: "valid",
      reasons: [{ code: "x", description: "d" }],
    });
    assert.equal(await say(device, "status", report), 200);
    await rest(device);
    const events = async () =>
      (await sql`select count(*)::int as n from events where type = 'target_artifact_update'`)[0]?.n;
    const before = await events();
    await sql`update channels set push_forced = false`;
    assert.equal(await say(device, "status", report), 200);
    assert.equal(await events(), before);
    assert.deepEqual((await sql`select push_forced from channels`).map((row) => row.pushForced), [false]);
  }));
