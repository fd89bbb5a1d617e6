/**
 * One command for many devices: previewed, stored, cancelled. Its job queues it (run_bulk_command.ts).
 *
 * @module
 */

import { cancelTargets, insertBulkCommand, lockBulkCommand, setBulkState } from "../../db/bulk/bulk_commands.ts";
import { countUncovered } from "../../db/bulk/bulk_command_views.ts";
import { type DeviceCondition, findDeviceIds } from "../../db/devices/device_list_views.ts";
import type { DeviceId } from "../../db/ids.ts";
import type { Json, Tx } from "../../db/open.ts";
import { mustAllowCommands, SEND_COMMANDS } from "../access/command_rights.ts";
import { limitOf } from "../access/device_limit.ts";
import type { Authorised } from "../access/operator.ts";
import { enqueueBulkCommand } from "../approvals/bulk_commands.ts";
import { isDestructive } from "../approvals/destructive.ts";
import { passGate } from "../approvals/gate.ts";
import { catalogueEntry } from "../commands/catalogue.ts";
import { type AnyCommand, commandNamed } from "../commands/registry.ts";
import { namesOf } from "../commands/right_names.ts";
import { invalid, problem, refused, REQUIRED } from "../errors.ts";
import { recordAudit } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { type BulkCommandInput, type BulkSelection, MOST_DEVICES } from "./bulk_input.ts";
import { type BulkPreview, examine } from "./bulk_targets.ts";
import { silentBefore } from "./state.ts";

/** Where the arguments of a bulk command are sealed. */
export const bulkContext = (id: string) => ({ table: "bulk_commands", column: "arguments_sealed", id });

/** A command with its devices. `conditions`: what the criteria of the selection mean. */
type Wanted = { input: BulkCommandInput; conditions: readonly DeviceCondition[] };

/** Returns the command that an operator may send to many devices. */
function mustBeSendable(name: string): AnyCommand {
  const command = catalogueEntry(name)?.command ?? commandNamed(name);
  if (
    command === undefined || [command.endpoint, command.form, command.published].every((part) => part === undefined)
  ) {
    throw invalid({ name: ["There is no such command that can be sent to many devices."] });
  }
  return command;
}

function mustBeArguments(command: AnyCommand, input: unknown): unknown {
  const parsed = command.args.safeParse(input);
  if (parsed.success) return parsed.data;
  const fields: Record<string, string[]> = {};
  for (const { path, message } of parsed.error.issues) {
    (fields[["arguments", ...path].join(".")] ??= []).push(message);
  }
  throw invalid(fields);
}

/** Returns the selected devices for which the operator may use the command. */
async function selected(
  runtime: Runtime,
  by: Authorised,
  names: readonly string[],
  selection: BulkSelection,
  conditions: readonly DeviceCondition[],
): Promise<DeviceId[]> {
  if (Object.values(selection).every((one) => one === undefined)) {
    throw invalid({ selection: ["Select devices by at least one criterion."] });
  }
  const permitted: DeviceCondition = {
    only: limitOf(by.actor, SEND_COMMANDS, names),
    silentBefore: silentBefore(runtime.clock.now()),
  };
  if (selection.devices !== undefined) {
    const given = conditions.filter(({ ids }) => ids !== undefined);
    const known = new Set<number>(await findDeviceIds(runtime.sql, [...given, permitted]));
    const unknown = selection.devices.filter((id) => !known.has(id));
    if (unknown.length > 0) {
      throw invalid({ "selection.devices": unknown.slice(0, 10).map((id) => `There is no device ${id}.`) });
    }
  }
  const ids = await findDeviceIds(runtime.sql, [...conditions, permitted]);
  if (ids.length === 0) throw invalid({ selection: ["No device matches."] });
  if (ids.length > MOST_DEVICES) {
    throw invalid({ selection: [`The selection has ${ids.length} devices. The limit is ${MOST_DEVICES}.`] });
  }
  return ids;
}

/**
 * Returns what a command without its arguments means to the devices of a selection. Throws as the preview does.
 */
export async function lookAtBulkCommand(
  runtime: Runtime,
  by: Authorised,
  command: AnyCommand,
  selection: BulkSelection,
  conditions: readonly DeviceCondition[],
): Promise<Awaited<ReturnType<typeof examine>>> {
  mustAllowCommands(by.actor, [command.name]);
  const ids = await selected(runtime, by, [command.name], selection, conditions);
  return await examine(runtime.sql, ids, command);
}

/** What a command is and means to its devices. */
async function looked(runtime: Runtime, by: Authorised, { input, conditions }: Wanted) {
  const command = mustBeSendable(input.name);
  const names = namesOf(command, input.arguments);
  mustAllowCommands(by.actor, names);
  const parsed = mustBeArguments(command, input.arguments);
  const ids = await selected(runtime, by, names, input.selection, conditions);
  return { command, names, parsed, ...await examine(runtime.sql, ids, command, { input: input.arguments }) };
}

/**
 * Returns how many of the selected devices can take a command, and why the others cannot. Throws `permission-denied`
 * for a command that no role allows, `invalid` for wrong arguments and for a selection without devices.
 */
export async function previewBulkCommand(runtime: Runtime, by: Authorised, wanted: Wanted): Promise<BulkPreview> {
  return (await looked(runtime, by, wanted)).preview;
}

function mustBeExpected({ expected_devices: expected }: BulkCommandInput, devices: number, destructive: boolean): void {
  if (expected === undefined || expected === null) {
    if (destructive) throw invalid({ expected_devices: [REQUIRED] });
  } else if (expected !== devices) {
    throw invalid({ expected_devices: [`The selection has ${devices} devices. Look at the preview again.`] });
  }
}

function mustBeLater({ not_before, expires_at }: BulkCommandInput, now: Date): void {
  if (expires_at === undefined || expires_at === null) return;
  if (expires_at <= now || (not_before && expires_at <= not_before)) {
    throw invalid({ expires_at: ["This time should be in the future, and later than the first."] });
  }
}

/**
 * Stores a command for many devices and begins to queue it. Returns its UUID. Throws what the preview throws, `refused`
 * if no device can take it, and what `passGate` throws for a destructive one, which then waits as a whole.
 */
export async function createBulkCommand(runtime: Runtime, by: Authorised, wanted: Wanted): Promise<string> {
  const { input } = wanted;
  const now = runtime.clock.now();
  mustBeLater(input, now);
  const { command, names, parsed, targets, preview } = await looked(runtime, by, wanted);
  const destructive = isDestructive(command, names);
  mustBeExpected(input, preview.devices, destructive);
  if (preview.possible === 0) throw refused("No device of the selection can take the command.");
  const id = runtime.random.uuid();
  const store = async (tx: Tx, state: "waiting" | "running") => {
    const sealed = await runtime.keys.seal(JSON.stringify(input.arguments), bulkContext(id));
    const selection: Json = JSON.parse(JSON.stringify(input.selection));
    const shown: Json = JSON.parse(JSON.stringify(command.describe(parsed)));
    await insertBulkCommand(
      tx,
      {
        id,
        state,
        name: command.name,
        commands: names,
        argumentsSealed: sealed,
        selection,
        shown,
        notBefore: input.not_before ?? null,
        expiresAt: input.expires_at ?? null,
        createdById: by.actor.userId,
        createdByName: by.actor.username,
      },
      targets,
      now,
    );
    await recordAudit(tx, runtime, by, {
      action: "created",
      model: "mdm.bulkcommand",
      pk: id,
      after: { name: command.name, kwargs: shown, selection, devices: preview.devices, possible: preview.possible },
    });
    return id;
  };
  if (destructive) {
    await passGate(runtime, by, {
      kind: "destructive_commands",
      action: "bulk command",
      name: command.name,
      permissions: [SEND_COMMANDS],
      commands: names,
      device: null,
      input: {
        arguments: input.arguments,
        devices: targets.map(({ deviceId }) => deviceId),
        not_before: input.not_before?.toISOString() ?? null,
        expires_at: input.expires_at?.toISOString() ?? null,
      },
      store: (tx) => store(tx, "waiting"),
    });
  }
  await runtime.sql.begin(async (tx) => {
    await store(tx, "running");
    await enqueueBulkCommand(tx, runtime, id);
  });
  return id;
}

/**
 * Cancels a command for all devices that have not got it. Throws `not-found`, `permission-denied` if the operator may
 * not send it to each of its devices, and `refused` for one that has been cancelled.
 */
export async function cancelBulkCommand(runtime: Runtime, by: Authorised, id: string): Promise<void> {
  const now = runtime.clock.now();
  await runtime.sql.begin(async (tx) => {
    const bulk = await lockBulkCommand(tx, id);
    if (bulk === undefined) throw problem("not-found");
    mustAllowCommands(by.actor, bulk.commands);
    const only = limitOf(by.actor, "mdm.delete_devicecommand");
    if (only !== undefined && await countUncovered(tx, id, only) > 0) throw problem("permission-denied");
    if (bulk.state === "cancelled" || bulk.state === "declined") throw refused("This command is already cancelled.");
    await cancelTargets(tx, id);
    await setBulkState(tx, id, "cancelled", now);
    // What is queued on devices already, in batches.
    if (bulk.state !== "waiting") await enqueueBulkCommand(tx, runtime, id);
    await recordAudit(tx, runtime, by, {
      action: "deleted",
      model: "mdm.bulkcommand",
      pk: id,
      before: { name: bulk.name, kwargs: bulk.shown, selection: bulk.selection },
    });
  });
}
