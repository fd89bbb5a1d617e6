/**
 * Passwords that are set by command: kept from the moment that they are sent, until the device has proven one.
 *
 * An acknowledgement of a password proves nothing: it may be an older command's, or come from Setup Assistant, or from
 * before a wipe.
 *
 * @module
 */

import {
  denyPassword,
  endPasswords,
  findPassword,
  insertSentPassword,
  livePasswords,
  type PasswordKind,
  provePassword,
} from "../../db/devices/escrowed_passwords.ts";
import type { DeviceId } from "../../db/ids.ts";
import { nextId } from "../../db/next_id.ts";
import type { Db, Tx } from "../../db/open.ts";
import type { PasswordOrigin } from "../commands/recovery_passwords.ts";
import type { By } from "../events/by.ts";
import type { Runtime } from "../runtime.ts";
import { type EscrowCause, escrowContext, type EscrowOwner, recordSecret } from "./escrow.ts";

/** Keeps a password that a command is about to carry to the device, once for each command. */
export async function keepSentPassword(
  tx: Tx,
  runtime: Runtime,
  deviceId: DeviceId,
  kind: PasswordKind,
  password: string,
  sent: { commandUuid: string; origin: PasswordOrigin },
): Promise<void> {
  const live = await livePasswords(tx, deviceId, kind);
  if (live.some(({ commandUuid }) => commandUuid === sent.commandUuid)) return;
  const id = await nextId(tx, "escrowed_secrets");
  const secretSealed = await runtime.keys.seal(password, escrowContext(id));
  await insertSentPassword(tx, { id, deviceId, kind, secretSealed, reason: "sent", ...sent }, runtime.clock.now());
}

/**
 * Returns the password that the device most likely has, for the server's own use: the proven one, or else the latest
 * that was sent before a command.
 */
export async function presentPassword(
  db: Db,
  runtime: Pick<Runtime, "keys">,
  deviceId: DeviceId,
  kind: PasswordKind,
  command: string,
): Promise<string | undefined> {
  const live = (await livePasswords(db, deviceId, kind)).filter(({ commandUuid }) => commandUuid !== command);
  const row = live.find(({ proven }) => proven) ?? live[0];
  return row === undefined ? undefined : await runtime.keys.openText(row.secretSealed, escrowContext(row.id));
}

/** Returns a password by its id, or the present one, for the server's own use. */
export async function passwordToCheck(
  db: Db,
  runtime: Pick<Runtime, "keys">,
  deviceId: DeviceId,
  kind: PasswordKind,
  id: number | undefined,
): Promise<{ id: number; password: string } | undefined> {
  const live = id === undefined ? await livePasswords(db, deviceId, kind) : [];
  const row = id === undefined
    ? live.find(({ proven }) => proven) ?? live[0]
    : await findPassword(db, deviceId, kind, id);
  return row === undefined
    ? undefined
    : { id: row.id, password: await runtime.keys.openText(row.secretSealed, escrowContext(row.id)) };
}

/** The device has this password; those before it have ended. */
export async function confirmPassword(
  tx: Tx,
  runtime: Runtime,
  by: By,
  owner: EscrowOwner,
  kind: PasswordKind,
  id: number,
  cause: EscrowCause,
): Promise<void> {
  if (await findPassword(tx, owner.deviceId, kind, id) === undefined) return;
  const { proven, replaced } = await provePassword(tx, owner.deviceId, kind, id, runtime.clock.now());
  if (proven) await recordSecret(tx, runtime, by, owner, kind, replaced ? "updated" : "set", cause);
}

/** The device has the password of this command, by its own word. Returns whether it was kept when it was sent. */
export async function confirmPasswordOf(
  tx: Tx,
  runtime: Runtime,
  by: By,
  owner: EscrowOwner,
  kind: PasswordKind,
  commandUuid: string,
  cause: EscrowCause,
): Promise<boolean> {
  const row = (await livePasswords(tx, owner.deviceId, kind)).find((one) => one.commandUuid === commandUuid);
  if (row === undefined) return false;
  await confirmPassword(tx, runtime, by, owner, kind, row.id, cause);
  return true;
}

/** The device does not have this password, or refused it: it is kept until another one is proven. */
export const denyPasswordOf = (
  tx: Tx,
  runtime: Runtime,
  owner: EscrowOwner,
  kind: PasswordKind,
  which: { id: number } | { commandUuid: string },
): Promise<void> => denyPassword(tx, owner.deviceId, kind, which, runtime.clock.now());

/** The device has no password of this kind. What was sent, and not checked yet, stays. */
export async function noPassword(
  tx: Tx,
  runtime: Runtime,
  by: By,
  owner: EscrowOwner,
  kind: PasswordKind,
  cause: EscrowCause,
): Promise<void> {
  if (await endPasswords(tx, owner.deviceId, kind, runtime.clock.now())) {
    await recordSecret(tx, runtime, by, owner, kind, "cleared", cause);
  }
}
