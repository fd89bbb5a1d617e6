import assert from "node:assert/strict";
import { createApp } from "../../routes/app.ts";
import { checkRollout } from "../../src/blueprints/rollout.ts";
import { byJob } from "../../src/events/by.ts";
import { follower, idOf, made, makeBlueprint, makeDeclaration, rest } from "../support/artifacts.ts";
import { about, identifier, say } from "../support/declarative_reports.ts";
import { withFleet } from "../support/fleet.ts";

Deno.test("reports, syncs and conversations of a device at the same time all go well", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeDeclaration(fleet);
    // As to several processes: in one of them the messages of a device take turns.
    const apps = Array.from({ length: 4 }, () => createApp({ ...fleet.runtime }));
    let sent = 0;
    const send = async (request: Request) =>
      await apps[sent++ % apps.length]?.fetch(request, { remoteAddress: "192.0.2.1" }) ?? assert.fail();
    const device = await follower(fleet, blueprint.id, artifact.id, { send });
    await rest(device);
    const id = await idOf(fleet, device.serialNumber);
    const statuses: number[] = [];
    for (let n = 0; n < 15; n++) {
      await made(fleet, "POST", `/api/mdm/devices/${id}/artifacts/${artifact.id}/reinstall/`);
      const report = about({
        identifier: identifier(artifact),
        "server-token": version.id,
        active: n % 2 === 0,
        valid: "valid",
      });
      await Promise.all([
        device.connect(),
        ...[1, 2, 3].map(async () => statuses.push(await say(device, "status", report))),
        ...[1, 2, 3].map(async () => statuses.push(await say(device, "tokens"))),
        ...[1, 2, 3].map(async () => statuses.push(await say(device, "declaration-items"))),
      ]);
    }
    assert.deepEqual([...new Set(statuses)], [200]);
  }));

Deno.test("halts, edits and checks of a version at the same time all go well", () =>
  withFleet(async (fleet) => {
    const { artifact, version } = await makeDeclaration(fleet);
    const statuses = new Set<number>();
    const post = async (path: string) => statuses.add((await fleet.api("POST", path, {})).status);
    const edit = async () =>
      statuses.add(
        (await fleet.api("PUT", `/api/mdm/declarations/${version.id}/`, { ...version, default_shard: 50 })).status,
      );
    for (let n = 0; n < 12; n++) {
      await Promise.all([
        post(`/api/mdm/artifact_versions/${version.id}/halt/`),
        edit(),
        checkRollout(fleet.runtime, byJob("rollout_health"), version.id),
        post(`/api/mdm/artifact_versions/${version.id}/resume/`),
        edit(),
        post(`/api/mdm/artifacts/${artifact.id}/rollback/`),
      ]);
    }
    // Refused is fine: it was so already, or there is nothing to return to.
    assert.deepEqual([...statuses].filter((status) => status !== 200 && status !== 400), []);
  }));
