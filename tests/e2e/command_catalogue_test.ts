/**
 * Every command of the catalogue, from its arguments to the stored answer.
 */
import assert from "node:assert/strict";
import { commandFacts, REQUEST_TYPES, requestTypeUnsupported } from "../../src/apple_schema/commands.ts";
import { CATALOGUE, type CatalogueEntry } from "../../src/commands/catalogue.ts";
import { type JsonObject, toJsonObject } from "../../src/protocol/plist_json.ts";
import { compose } from "../../simulators/compose.ts";
import { targetOf } from "../../simulators/declarative/status_items.ts";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { type Model, MODELS } from "../../simulators/device/models.ts";
import { idOf, rest } from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";

Deno.test("the catalogue has every request type once", () => {
  assert.deepEqual(CATALOGUE.map(({ requestType }) => requestType), REQUEST_TYPES);
  assert.ok(REQUEST_TYPES.length >= 68);
});

const modelOf = (found: (model: Model) => boolean): Model => {
  const model = MODELS.find(found);
  assert.ok(model);
  return model;
};

const ACCOUNTS = [
  { userName: "UserName text", fullName: "U", uid: 501, loggedIn: false, unsynced: false, locked: true },
  { userName: "jane", fullName: "Jane", uid: 502, loggedIn: false, unsynced: true, locked: false },
];

/** One of each kind of device: the old Mac takes the commands that newer systems have lost, the new one theirs. */
const HARDWARE: Record<string, Model & { waits?: boolean }> = {
  newMac: { ...modelOf(({ platform }) => platform === "macOS"), osVersion: "27.0", waits: true },
  oldMac: { ...modelOf(({ appleSilicon }) => appleSilicon === false), supervised: true, osVersion: "12.7" },
  iphone: modelOf(({ platform, supervised }) => platform === "iOS" && supervised),
  sharedIpad: { ...modelOf(({ platform }) => platform === "iPadOS"), sharedIpad: true },
  tv: modelOf(({ platform }) => platform === "tvOS"),
};

/** Arguments of commands with a file of their own, where the schema does not say what they need. */
const OWN: Record<string, JsonObject> = {
  DeviceLock: { message: "Lost", pin: "123456" },
  EraseDevice: { disallow_proximity_setup: false, preserve_data_plan: false },
  RestartDevice: {},
  AvailableOSUpdates: {},
  OSUpdateStatus: {},
  ScheduleOSUpdate: { product_version: "12.7.6", install_action: "Default" },
};

function argumentsFor({ command, requestType }: CatalogueEntry, device: SimulatedDevice, userId: string): JsonObject {
  if (command.published === undefined) return OWN[requestType] ?? {};
  const { given } = command.published;
  const facts = commandFacts(requestType);
  assert.ok(facts !== null);
  const all = toJsonObject(compose(facts, targetOf(device.state, userId)));
  return Object.fromEntries(Object.entries(all).filter(([key]) => !given.includes(key)));
}

/** Commands whose invented arguments name nothing that the device has: it answers with an error, which is stored, too. */
const FAIL: ReadonlySet<string> = new Set([
  "InstallProfile",
  "InstallProvisioningProfile",
  "RemoveProfile",
  "RemoveProvisioningProfile",
  // None of their apps is managed: enterprise_apps_test.ts has one.
  "RemoveApplication",
  // No account of these Macs is the server's: recovery_passwords_test.ts has one.
  "SetAutoAdminPassword",
]);

/** Commands that need what only other tests set up, and where that is. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  RotateFileVaultKey: "filevault_test.ts escrows a recovery key first",
};

/** What the server refuses beyond Apple's conditions, by words of the reason. */
const OWN_REASONS = /it does not wait in Setup Assistant/;

/** What leaves less for others comes later, and the end of the enrollment last. */
const LATER: Readonly<Record<string, number>> = {
  DisableLostMode: 1,
  DeleteUser: 1,
  DeviceConfigured: 1,
  EraseDevice: 2,
};
const IN_ORDER = CATALOGUE.toSorted((one, other) => (LATER[one.requestType] ?? 0) - (LATER[other.requestType] ?? 0));

/** A channel that takes commands, and where its API is. */
type Channel = { userId: string; path: string; list: string };

async function channelsOf(fleet: Fleet, device: SimulatedDevice, withUser: boolean): Promise<Channel[]> {
  const id = await idOf(fleet, device.serialNumber);
  const own = { userId: "", path: `/api/mdm/devices/${id}/commands/`, list: "/api/mdm/devices/commands/" };
  if (!withUser) return [own];
  await device.addUser({ userId: "U-1", shortName: "jane", longName: "Jane" });
  await rest(device, "U-1");
  const { json: { users: [{ id: user }] } } = await fleet.api("GET", `/api/mdm/devices/${id}/`);
  return [{ userId: "U-1", path: `/api/mdm/users/${user}/commands/`, list: "/api/mdm/users/commands/" }, own];
}

Deno.test("every command is composed, sent, validated and answered; what a device does not take is refused with the reason", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const answered = new Set<string>();
    for (const [name, { waits = false, ...model }] of Object.entries(HARDWARE)) {
      const device = await fleet.enrolled({ model, accounts: ACCOUNTS });
      await rest(device);
      const id = await idOf(fleet, device.serialNumber);
      await sql`update enrollments set lost_mode = true where device_id = ${id}`;
      device.state.lostMode = { message: "Lost", phoneNumber: "", sounds: 0 };
      const channels = await channelsOf(fleet, device, model.platform === "macOS" || model.sharedIpad === true);
      if (waits) {
        // It still owes its inventory, so that it is not released at once.
        const { clock } = fleet.runtime;
        await sql`
          update enrollments set awaiting_configuration = true, awaiting_since = ${clock.now()},
            release_due_at = ${new Date(clock.now().getTime() + 3_600_000)}, device_information_at = null,
            inventory_asked = '{}' where device_id = ${id}`;
        device.state.awaitingConfiguration = true;
      }
      for (const { userId, path, list } of channels) {
        const target = targetOf(device.state, userId);
        const { json: { results: judged } } = await fleet.api(
          "GET",
          `/api/mdm/commands/?limit=500&${userId === "" ? `device=${id}` : `user=${path.split("/")[4]}`}`,
        );
        const sent: { requestType: string; address: string }[] = [];
        for (const entry of IN_ORDER) {
          const { requestType } = entry;
          const at = `${requestType} on ${name} ${userId}`;
          const args = argumentsFor(entry, device, userId);
          const { status, json } = await fleet.api("POST", path, { request_type: requestType, arguments: args });
          const judgement = judged.find((one: { request_type: string }) => one.request_type === requestType);
          assert.equal(judgement.valid, status === 201, at);
          if (status === 201) {
            sent.push({ requestType, address: `${list}${json.uuid}/` });
            continue;
          }
          assert.equal(status, 400, at);
          assert.match(json.detail, new RegExp(`^Cannot send ${requestType} .+\\.$`), at);
          assert.equal(json.detail, judgement.reason, at);
          // Commands with a file of their own have their own words.
          if (entry.command.published === undefined) continue;
          const reason = requestTypeUnsupported(requestType, target);
          assert.ok(
            reason === null ? OWN_REASONS.test(json.detail) : json.detail.includes(reason),
            `${at}: ${json.detail}`,
          );
        }
        await rest(device, userId === "" ? undefined : userId);
        for (const { requestType, address } of sent) {
          const { json } = await fleet.api("GET", address);
          const at = `${requestType} on ${name} ${userId}: ${JSON.stringify(json.error_chain)}`;
          assert.equal(json.state, FAIL.has(requestType) ? "error" : "acknowledged", at);
          answered.add(requestType);
        }
      }
    }
    assert.deepEqual(REQUEST_TYPES.filter((type) => !answered.has(type)), Object.keys(ELSEWHERE));
  }));
