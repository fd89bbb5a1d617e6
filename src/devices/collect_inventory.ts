/**
 * Asking a device for its inventory now, ahead of the interval of its blueprint.
 *
 * @module
 */

import { findBlueprint } from "../../db/blueprints/blueprints.ts";
import { findDevice } from "../../db/devices/device_views.ts";
import type { DeviceId } from "../../db/ids.ts";
import { lockCommand } from "../../db/work/commands.ts";
import { mustAllowCommands } from "../access/command_rights.ts";
import type { Authorised } from "../access/operator.ts";
import { queueCommand } from "../commands/queue.ts";
import { commandNamed } from "../commands/registry.ts";
import { problem } from "../errors.ts";
import { recordAudit } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { targetOf } from "./actions.ts";

type Asked = { name: string; input: Record<string, boolean> };

/** Returns the collection levels of a blueprint: 0 none, 1 managed items, 2 all. */
const listOf = (name: string, collect: number): Asked[] =>
  collect === 0 ? [] : [{ name, input: { managed_only: collect === 1 } }];

/**
 * Queues the inventory commands that the device supports and its blueprint collects, and wakes the device. Returns the
 * names of the commands; one that is already pending is not queued twice. Throws `not-found`, and `refused` for a
 * device that is not enrolled, `permission-denied` if the operator may not use one of the commands.
 */
export async function collectInventory(runtime: Runtime, by: Authorised, id: DeviceId): Promise<string[]> {
  const device = await findDevice(runtime.sql, id);
  if (device === undefined) throw problem("not-found");
  if (device.deletedAt !== null) throw problem("refused", "The device is deleted. Restore it first.");
  const { channelId, serialNumber, blueprintId } = device;
  if (channelId === null || device.checkoutAt !== null) throw problem("refused", "The device is not enrolled.");
  const blueprint = blueprintId === null ? undefined : await findBlueprint(runtime.sql, blueprintId);
  const wanted: Asked[] = [
    { name: "DeviceInformation", input: {} },
    { name: "SecurityInfo", input: {} },
    ...listOf("InstalledApplicationList", blueprint?.collectApps ?? 0),
    ...listOf("CertificateList", blueprint?.collectCertificates ?? 0),
    ...listOf("ProfileList", blueprint?.collectProfiles ?? 0),
  ];
  mustAllowCommands(by.actor, wanted.map(({ name }) => name));
  const target = targetOf(device);
  return await runtime.sql.begin(async (tx) => {
    const names: string[] = [];
    for (const { name, input } of wanted) {
      const command = commandNamed(name);
      if (command === undefined || command.invalidFor(target) !== null) continue;
      names.push(name);
      const { uuid } = await queueCommand(tx, runtime, command, target, channelId, input, { singleton: name });
      // Another one of its kind waits: that one answers for both.
      if (await lockCommand(tx, channelId, uuid) === undefined) continue;
      await recordAudit(tx, runtime, by, {
        action: "created",
        model: "mdm.devicecommand",
        pk: uuid,
        serialNumber,
        after: { uuid, name, kwargs: input },
      });
    }
    return names;
  });
}
