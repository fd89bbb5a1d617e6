/**
 * Applies what a device says of the passwords that commands set and check.
 *
 * @module
 */

import type { Effect, SecurityFacts } from "../commands/effect.ts";
import { queueCommand } from "../commands/queue.ts";
import { countRemoval } from "../../db/devices/escrowed_passwords.ts";
import { isHardwareProven } from "../../db/enrollment/enrollments.ts";
import { endEscrow, escrow, escrowUnproven } from "../escrow/escrow.ts";
import { confirmPin } from "../escrow/lock_pin.ts";
import { restartDevice } from "../commands/restart_device.ts";
import { securityInfo } from "../commands/security_info.ts";
import {
  confirmPassword,
  confirmPasswordOf,
  denyPasswordOf,
  noPassword,
  passwordToCheck,
} from "../escrow/passwords.ts";
import type { TargetedConversation } from "./conversation.ts";

/**
 * Whether an answer counts for the secrets of the hardware.
 *
 * The attack: an enrollment that only says it is this hardware states that there is no password, or has another one, and
 * the password of the Mac is no longer shown as its own.
 */
const counts = ({ tx, owner }: TargetedConversation) => isHardwareProven(tx, owner.enrollmentId);

type EffectOf<Kind extends Effect["kind"]> = Extract<Effect, { kind: Kind }>;

/** Seconds from the restart of a Mac to the question whether it uses its new firmware password. */
const RESTARTED_SECONDS = 600;

/** Asks for SecurityInfo, which says whether there is a password. */
async function askForSecurityInfo({ tx, runtime, owner, target, now }: TargetedConversation, seconds: number) {
  await queueCommand(tx, runtime, securityInfo, target, owner.channelId, {}, {
    singleton: "SecurityInfo after a password",
    ...(seconds === 0 ? {} : { notBefore: new Date(now.getTime() + seconds * 1000) }),
  });
}

/** The device took a password. That of an administrator is in use; others are checked by the plan. */
export async function applyPasswordTaken(
  { secret, clear }: EffectOf<"passwordTaken">,
  context: TargetedConversation,
): Promise<void> {
  const { tx, runtime, by, owner, target, command } = context;
  if (clear) await countRemoval(tx, owner.deviceId, secret);
  if (secret === "admin_password") {
    if (command === undefined || !await counts(context)) return;
    await confirmPasswordOf(tx, runtime, by, owner, secret, command.uuid, { reason: "acknowledged", command });
    return;
  }
  if (secret === "firmware_password") {
    // Once for each password: a restart costs the user's time.
    if (restartDevice.invalidFor(target) === null) {
      await queueCommand(tx, runtime, restartDevice, target, owner.channelId, { notify_user: true }, {
        singleton: "RestartDevice for a firmware password",
        byPlan: true,
      });
    }
    return await askForSecurityInfo(context, RESTARTED_SECONDS);
  }
  if (clear) await askForSecurityInfo(context, 0);
}

/** The Mac is locked with a PIN, which was kept when it was sent. */
export async function applyLockPin(pin: string, context: TargetedConversation): Promise<void> {
  const { tx, runtime, by, owner, command } = context;
  await confirmPin(tx, runtime, by, owner, pin, { command, counts: await counts(context) });
}

/** The Mac has created the administrator; the password was kept when it was sent. */
export async function applyAdminAccount(
  password: string,
  context: TargetedConversation,
): Promise<void> {
  const { tx, runtime, by, owner, command } = context;
  if (!await counts(context)) return;
  const cause = { reason: "acknowledged", command } as const;
  const kept = command === undefined ? false : await confirmPasswordOf(
    tx,
    runtime,
    by,
    owner,
    "admin_password",
    command.uuid,
    cause,
  );
  // A command of an earlier version of the server.
  if (!kept) await escrow(tx, runtime, by, owner, "admin_password", password, cause);
}

/** The device says whether a password is its own. */
export async function applyPasswordChecked(
  { secret, id, verified }: EffectOf<"passwordChecked">,
  context: TargetedConversation,
): Promise<void> {
  const { tx, runtime, by, owner, command } = context;
  if (!await counts(context)) return;
  const checked = id ?? (await passwordToCheck(tx, runtime, owner.deviceId, secret, undefined))?.id;
  if (checked === undefined) return;
  if (!verified) return await denyPasswordOf(tx, runtime, owner, secret, { id: checked });
  await confirmPassword(tx, runtime, by, owner, secret, checked, { reason: "verified", command });
}

/** Where SecurityInfo says that there is no password, those that were known have ended. */
export async function reconcilePasswords(
  { firmwarePassword, recoveryLockEnabled }: SecurityFacts,
  context: TargetedConversation,
): Promise<void> {
  const { tx, runtime, by, owner, command } = context;
  const unlocked = recoveryLockEnabled === false;
  const open = firmwarePassword !== undefined && !firmwarePassword.exists && !firmwarePassword.changePending;
  if (!(unlocked || open) || !await counts(context)) return;
  const cause = { reason: "reported", command } as const;
  if (unlocked) await noPassword(tx, runtime, by, owner, "recovery_lock_password", cause);
  if (open) await noPassword(tx, runtime, by, owner, "firmware_password", cause);
}

/** The Mac has no administrator of the server: the password belongs to no account. */
export async function applyNoAdminAccount(context: TargetedConversation): Promise<void> {
  if (await counts(context)) await endEscrow(context.tx, context.runtime, context.by, context.owner, "admin_password");
}

/** The device has given up its bypass code. */
export async function applyBypassCodeCleared(context: TargetedConversation): Promise<void> {
  const { tx, runtime, by, owner, command } = context;
  if (!await counts(context)) return;
  await endEscrow(tx, runtime, by, owner, "activation_lock_bypass_code", { reason: "acknowledged", command });
}

/** The device states its bypass code. */
export async function applyBypassCode(
  code: string,
  context: TargetedConversation,
): Promise<void> {
  const { tx, runtime, by, owner, command } = context;
  const cause = { reason: "reported", command } as const;
  if (await counts(context)) {
    return await escrow(tx, runtime, by, owner, "activation_lock_bypass_code", code, cause);
  }
  await escrowUnproven(tx, runtime, owner, "activation_lock_bypass_code", code, cause);
}
