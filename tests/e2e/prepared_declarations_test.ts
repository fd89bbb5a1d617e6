import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { buildPlist, type PlistDict } from "../../src/protocol/plist.ts";
import { assign, idOf, link, made, makeBlueprint, makeDeclaration, rest } from "../support/artifacts.ts";
import { say } from "../support/declarative_reports.ts";
import { withFleet } from "../support/fleet.ts";
import { idle, say as talk } from "../support/talk.ts";

/** Fetches the list of declarations: the status, and the identifiers of the configurations in it. */
async function listOf(device: SimulatedDevice, said: PlistDict = {}): Promise<[number, string[]]> {
  const response = await device.checkIn({
    MessageType: "DeclarativeManagement",
    Endpoint: "declaration-items",
    ...said,
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    return [response.status, []];
  }
  const { Declarations } = await response.json();
  return [200, Declarations.Configurations.map(({ Identifier }: { Identifier: string }) => Identifier)];
}

Deno.test("a list that was prepared is answered until something changes, and to its device alone", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const blueprint = await makeBlueprint(fleet);
    const { artifact } = await makeDeclaration(fleet);
    await link(fleet, blueprint.id, artifact.id);
    const device = await fleet.enrolled();
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    const [, first] = await listOf(device);
    const updates = async () => (await sql<{ at: Date }[]>`select updated_at as at from channel_plans`)[0]?.at;
    const before = await updates();
    fleet.runtime.clock.advance(1);
    assert.deepEqual(await listOf(device), [200, first]);
    assert.deepEqual(await updates(), before, "nothing was planned or written");

    // A change counts before its affected devices are known.
    const other = await makeDeclaration(fleet);
    await link(fleet, blueprint.id, other.artifact.id);
    const [, second] = await listOf(device);
    assert.equal(second.length, first.length + 1);

    // Due work of the channel counts.
    await rest(device);
    await listOf(device);
    await sql`update channels set next_action_at = ${fleet.runtime.clock.now()}`;
    const planned = await updates();
    fleet.runtime.clock.advance(1);
    await listOf(device);
    assert.notDeepEqual(await updates(), planned);
    await rest(device);

    // The attack: a stolen device that was blocked continues to fetch content that it should no longer have.
    await made(fleet, "POST", `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/block/`, {});
    assert.equal((await listOf(device))[0], 400);
    await made(fleet, "POST", `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/unblock/`, {});

    // The attack: a device asks in the name of another one.
    const stranger = await fleet.enrolled();
    assert.equal((await listOf(stranger, { UDID: device.udid }))[0], 400);
  }));

Deno.test("a list is not served from before a tag was set, or from before a plan that took another system into account", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const { artifact } = await makeDeclaration(fleet, { artifact: { reinstall_on_os_update: "Patch" } });
    await link(fleet, blueprint.id, artifact.id);
    const tag = await made(fleet, "POST", "/api/inventory/tags/", { name: "Kiosk" });
    const other = await makeDeclaration(fleet);
    await link(fleet, blueprint.id, other.artifact.id, { macos: true, excluded_tags: [tag.id] });
    const device = await fleet.enrolled();
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    const [, both] = await listOf(device);
    await made(fleet, "POST", `/api/inventory/devices/${device.serialNumber}/tags/`, { tags: [tag.id] });
    const [, one] = await listOf(device);
    assert.equal(one.length, both.length - 1, "before anybody has planned again");

    await rest(device);
    await listOf(device);
    const tokens = async () => {
      const response = await device.checkIn({ MessageType: "DeclarativeManagement", Endpoint: "tokens" });
      return (await response.json()).SyncTokens.DeclarationsToken;
    };
    const before = await tokens();
    const status = { StatusItems: { device: { "operating-system": { version: "98.1.2" } } }, Errors: [] };
    await say(device, "status", status);
    // The server sends the command for it, and the device defers it.
    const offered = await talk(fleet, device, idle(device));
    assert.equal(offered.type, "DeclarativeManagement");
    await talk(fleet, device, buildPlist({ UDID: device.udid, Status: "NotNow", CommandUUID: offered.uuid ?? "" }));
    await talk(fleet, device, idle(device));
    assert.notEqual(await tokens(), before);
  }));
