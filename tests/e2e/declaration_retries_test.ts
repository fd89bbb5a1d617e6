import assert from "node:assert/strict";
import { follower, makeBlueprint, makeDeclaration, rest } from "../support/artifacts.ts";
import { about, identifier, rowsOf, say } from "../support/declarative_reports.ts";
import { withFleet } from "../support/fleet.ts";

Deno.test("a repeated report causes no event and no wake-up", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeDeclaration(fleet);
    const device = await follower(fleet, blueprint.id, artifact.id);
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

Deno.test("a declaration that is unknown before it is invalid is sent again a few times, not forever", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeDeclaration(fleet);
    const device = await follower(fleet, blueprint.id, artifact.id);
    await device.connect();
    const tokens = new Set<string>();
    for (let n = 0; n < 10; n++) {
      await device.connect();
      const [row] = await rowsOf(fleet, device);
      const token = row.retry_count === 0 ? version.id : `${version.id}.rc-${row.retry_count}`;
      tokens.add(token);
      const one = { identifier: identifier(artifact), "server-token": token };
      await say(device, "status", about({ ...one, active: n % 2 === 0, valid: "unknown" }));
      await say(device, "status", about({ ...one, active: false, valid: "invalid" }));
    }
    assert.ok(tokens.size <= 5, [...tokens].join(" "));
  }));

Deno.test("a declaration that vanishes from the report before it is invalid is sent again a few times, not forever", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeDeclaration(fleet);
    const device = await follower(fleet, blueprint.id, artifact.id);
    await device.connect();
    let syncs = 0;
    for (let n = 0; n < 12; n++) {
      syncs += (await device.connect()).filter(({ requestType }) => requestType === "DeclarativeManagement").length;
      const [row] = await rowsOf(fleet, device);
      const count = row?.retry_count ?? 0;
      const token = count === 0 ? version.id : `${version.id}.rc-${count}`;
      await say(device, "status", about());
      syncs += (await device.connect()).filter(({ requestType }) => requestType === "DeclarativeManagement").length;
      await say(
        device,
        "status",
        about({ identifier: identifier(artifact), "server-token": token, active: false, valid: "invalid" }),
      );
    }
    assert.ok(syncs < 8, `${syncs} syncs`);
  }));

Deno.test("a declaration that is valid for a moment each time before it is invalid is not sent again forever", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeDeclaration(fleet);
    const device = await follower(fleet, blueprint.id, artifact.id);
    await device.connect();
    const flap = async () => {
      await device.connect();
      const [row] = await rowsOf(fleet, device);
      const token = row.retry_count === 0 ? version.id : `${version.id}.rc-${row.retry_count}`;
      const one = { identifier: identifier(artifact), "server-token": token };
      await say(device, "status", about({ ...one, active: true, valid: "valid" }));
      fleet.runtime.clock.advance(10);
      await say(device, "status", about({ ...one, active: false, valid: "invalid" }));
      return token;
    };
    const tokens = new Set<string>();
    for (let n = 0; n < 12; n++) tokens.add(await flap());
    assert.ok(tokens.size <= 5, [...tokens].join(" "));
    // A declaration that worked for long gets another attempt.
    const [{ retry_count: count }] = await rowsOf(fleet, device);
    const token = `${version.id}.rc-${count}`;
    const one = { identifier: identifier(artifact), "server-token": token };
    await say(device, "status", about({ ...one, active: true, valid: "valid" }));
    fleet.runtime.clock.advance(2 * 3600);
    await say(device, "status", about({ ...one, active: false, valid: "invalid" }));
    assert.equal((await rowsOf(fleet, device))[0].retry_count, count + 1);
  }));
