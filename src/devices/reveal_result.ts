/**
 * The answer to a command with the secrets in it: with the permission for each, and an event.
 *
 * @module
 */

import { findDevice } from "../../db/devices/device_views.ts";
import type { CommandView } from "../../db/work/commands.ts";
import type { Permission } from "../access/actor.ts";
import { openResult } from "../commands/result.ts";
import { permissionsFor, shownResult } from "../commands/secrets_of_results.ts";
import type { Authorised } from "../access/operator.ts";
import { passGate } from "../approvals/gate.ts";
import { problem } from "../errors.ts";
import { recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";

/**
 * Returns the whole answer to a command. `may` says whether the person has permissions. Throws `not-found` without an
 * answer, and `permission-denied`.
 */
export async function revealResult(
  runtime: Runtime,
  by: Authorised,
  command: CommandView,
  may: (permissions: readonly Permission[]) => boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await openResult(runtime.keys, command);
  const device = await findDevice(runtime.sql, command.deviceId);
  if (bytes === null || device === undefined) throw problem("not-found");
  const { secrets } = shownResult(bytes);
  if (secrets.length === 0) return bytes;
  const needed = permissionsFor(secrets);
  if (!may(needed)) throw problem("permission-denied", undefined, { reason: `needs ${needed.join(", ")}` });
  await passGate(runtime, by, {
    kind: "reveals",
    action: "reveal",
    name: "command_result",
    // Whoever approves could see each of the secrets.
    permissions: needed,
    device: { deviceId: device.id, serialNumber: device.serialNumber },
    input: { command: command.uuid },
  });
  await runtime.sql.begin((tx) =>
    recordEvents(tx, runtime, by, [{
      type: "command_secrets_viewed",
      serialNumber: device.serialNumber,
      objects: { device: [device.id] },
      payload: { command: { request_type: command.name, uuid: command.uuid }, revealed: secrets },
    }])
  );
  return bytes;
}
