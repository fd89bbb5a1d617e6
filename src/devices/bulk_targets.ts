/**
 * The devices of a bulk command: which can take it, and why the others cannot.
 *
 * @module
 */

import type { NewTarget } from "../../db/bulk/bulk_commands.ts";
import { type DeviceView, findDevices } from "../../db/devices/device_views.ts";
import type { DeviceId } from "../../db/ids.ts";
import type { Db } from "../../db/open.ts";
import type { AnyCommand } from "../commands/registry.ts";
import { targetOf, whyNotSent } from "./actions.ts";

/** A reason with the number of devices that have it, and the first of them. */
export type BulkReason = {
  reason: string;
  count: number;
  examples: { id: DeviceId; serial_number: string; name: string }[];
};

/** The preview of a bulk command. */
export type BulkPreview = { devices: number; possible: number; impossible: number; reasons: BulkReason[] };

const BATCH = 500;
const EXAMPLES = 5;

/** Returns why a device cannot take a command, with these arguments or any, as a sentence; null if it can. */
export function whyNotTaken(device: DeviceView, command: AnyCommand, given?: { input: unknown }): string | null {
  const why = whyNotSent(device, command.name);
  if (why !== null) return why;
  const parsed = given === undefined ? undefined : command.argsFor?.(targetOf(device)).safeParse(given.input);
  if (parsed === undefined || parsed.success) return null;
  return parsed.error.issues.map(({ path, message }) => path.length === 0 ? message : `${path.join(".")}: ${message}`)
    .join(" ");
}

/** Returns the devices with the reasons of those that cannot take a command, and a summary: the frequent reasons first. */
export async function examine(
  db: Db,
  ids: readonly DeviceId[],
  command: AnyCommand,
  given?: { input: unknown },
): Promise<{ targets: NewTarget[]; preview: BulkPreview }> {
  const targets: NewTarget[] = [];
  const reasons = new Map<string, BulkReason>();
  for (let from = 0; from < ids.length; from += BATCH) {
    for (const device of await findDevices(db, ids.slice(from, from + BATCH))) {
      const why = whyNotTaken(device, command, given);
      targets.push({ deviceId: device.id, why });
      if (why === null) continue;
      const known = reasons.get(why) ?? { reason: why, count: 0, examples: [] };
      known.count++;
      if (known.examples.length < EXAMPLES) {
        known.examples.push({ id: device.id, serial_number: device.serialNumber, name: device.name ?? "" });
      }
      reasons.set(why, known);
    }
  }
  const impossible = targets.filter(({ why }) => why !== null).length;
  return {
    targets,
    preview: {
      devices: targets.length,
      possible: targets.length - impossible,
      impossible,
      reasons: [...reasons.values()].sort((one, other) =>
        other.count - one.count || (one.reason < other.reason ? -1 : 1)
      ),
    },
  };
}
