/** Artifacts that wait until their variables have values. */

import assert from "node:assert/strict";
import { MODELS } from "../../simulators/device/models.ts";
import {
  assign,
  idOf,
  link,
  made,
  makeBlueprint,
  makeDeclaration,
  makeProfile,
  profileSource,
  rest,
  settle,
} from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { talk } from "../support/talk.ts";

const HOLDS = { hold_without_values: true };

const plan = async (fleet: Fleet, serialNumber: string): Promise<string> =>
  JSON.stringify(await made(fleet, "GET", `/api/mdm/devices/${await idOf(fleet, serialNumber)}/plan/`));

const setValues = (fleet: Fleet, serialNumber: string, values: Record<string, string>) =>
  made(fleet, "PUT", `/api/inventory/devices/${serialNumber}/values/`, { values });

/** How many channels would plan at their next contact and are to be pushed in a moment. */
const woken = async ({ runtime: { sql, clock } }: Fleet): Promise<number> =>
  (await sql`
    select 1 from channels where push_forced and next_action_at <= ${clock.now()}
      and push_due_at <= ${clock.now()}::timestamptz + interval '1 minute'`).length;

/** As if nothing were due before tomorrow. */
const calm = ({ runtime: { sql, clock } }: Fleet) =>
  sql`update channels set push_forced = false, push_due_at = ${new Date(clock.now().getTime() + 86_400_000)},
    next_action_at = ${new Date(clock.now().getTime() + 86_400_000)}`;

Deno.test("a profile by command waits for the value of its variable, and is delivered when it is set", () =>
  withFleet(async (fleet) => {
    const [mac] = MODELS;
    assert.ok(mac);
    // Too old for declarations.
    const device = await fleet.enrolled({ model: { ...mac, osVersion: "12.7.6", build: "21H1320" } });
    const { serialNumber } = device;
    const blueprint = await makeBlueprint(fleet);
    const source = profileSource("com.example.room", "$CUSTOM.ROOM on ${CUSTOM.FLOOR:-1}");
    const held = await makeProfile(fleet, { name: "Room", artifact: HOLDS, version: { source } });
    const plain = await makeProfile(fleet, { name: "Plain", version: { source: profileSource("com.example.plain") } });
    for (const { artifact } of [held, plain]) await link(fleet, blueprint.id, artifact.id);
    await assign(fleet, serialNumber, blueprint.id);
    const installs = async () => (await talk(fleet, device, {})).filter((type) => type === "InstallProfile").length;
    assert.equal(await installs(), 1, "only the other one");
    assert.match(await plan(fleet, serialNumber), /"subject":"Room"[^}]*waits for a value of \$CUSTOM\.ROOM"/);
    await calm(fleet);
    await setValues(fleet, serialNumber, { DESK: "4" });
    assert.equal(await woken(fleet), 0, "nothing waits for that");
    await setValues(fleet, serialNumber, { DESK: "4", ROOM: "" });
    assert.equal(await installs(), 0, "an empty value is none");
    await calm(fleet);
    await setValues(fleet, serialNumber, { DESK: "4", ROOM: "101" });
    assert.equal(await woken(fleet), 1);
    assert.equal(await installs(), 1);
    // An installed version is unchanged when the value is removed, and a forced installation waits.
    const id = await idOf(fleet, serialNumber);
    await setValues(fleet, serialNumber, {});
    await made(fleet, "POST", `/api/mdm/devices/${id}/artifacts/${held.artifact.id}/reinstall/`);
    const seen = await talk(fleet, device, {});
    assert.ok(!seen.some((type) => type === "InstallProfile" || type === "RemoveProfile"), seen.join());
    assert.match(await plan(fleet, serialNumber), /requested a reinstallation; waits for a value of \$CUSTOM\.ROOM/);
    await setValues(fleet, serialNumber, { ROOM: "102" });
    assert.equal(await installs(), 1);
  }));

Deno.test("a declaration waits for its value, and a waiting newer version leaves the installed one in place", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const { serialNumber } = device;
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeDeclaration(fleet, {
      name: "Room",
      artifact: HOLDS,
      payload: { Echo: "no room" },
    });
    await link(fleet, blueprint.id, artifact.id);
    await assign(fleet, serialNumber, blueprint.id);
    await settle(fleet);
    await rest(device);
    const tokens = () =>
      [...device.state.declarations.values()].filter(({ type }) => type.endsWith(".management.test"))
        .map(({ token, active }) => `${token} ${active}`);
    assert.deepEqual(tokens(), [`${version.id} true`]);
    const second = {
      artifact: artifact.id,
      version: 2,
      ios: true,
      ipados: true,
      macos: true,
      tvos: true,
      source: {
        Type: "com.apple.configuration.management.test",
        Identifier: `com.example.declaration.${artifact.id}`,
        ServerToken: crypto.randomUUID(),
        Payload: { Echo: "room $CUSTOM.ROOM" },
      },
    };
    const { id } = await made(fleet, "POST", "/api/mdm/declarations/", second);
    await settle(fleet);
    await rest(device);
    assert.deepEqual(tokens(), [`${version.id} true`]);
    assert.match(await plan(fleet, serialNumber), /version 2: waits for a value of \$CUSTOM\.ROOM/);
    await setValues(fleet, serialNumber, { ROOM: "101" });
    await rest(device);
    assert.deepEqual(tokens(), [`${id} true`]);
    // One that is not installed yet is not announced before.
    const desk = await makeDeclaration(fleet, { name: "Desk", artifact: HOLDS, payload: { Echo: "$CUSTOM.DESK" } });
    await link(fleet, blueprint.id, desk.artifact.id);
    await settle(fleet);
    await rest(device);
    assert.deepEqual(tokens(), [`${id} true`]);
    assert.match(await plan(fleet, serialNumber), /"subject":"Desk"[^}]*waits for a value of \$CUSTOM\.DESK"/);
    await calm(fleet);
    await setValues(fleet, serialNumber, { ROOM: "101", DESK: "4" });
    assert.equal(await woken(fleet), 1);
    await rest(device);
    assert.deepEqual(tokens().toSorted(), [`${id} true`, `${desk.version.id} true`].toSorted());
    // Without its value what is there stays, as it was made.
    await setValues(fleet, serialNumber, {});
    await settle(fleet);
    await rest(device);
    assert.deepEqual(tokens().toSorted(), [`${id} true`, `${desk.version.id} true`].toSorted());
  }));
