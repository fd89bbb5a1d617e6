/**
 * Applies what a device says of the passwords that commands set and check.
 *
 * @module
 */

import type { Effect, SecurityFacts } from "../commands/effect.ts";
import { queueCommand } from "../commands/queue.ts";
import { isHardwareProven } from "../../db/enrollment/enrollments.ts";
import { escrow, escrowUnproven } from "../escrow/escrow.ts";
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
  if (secret === "admin_password") {
    if (command === undefined) return;
    return await confirmPasswordOf(tx, runtime, by, owner, secret, command.uuid, { reason: "acknowledged", command });
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

/** The device says whether a password is its own. */
export async function applyPasswordChecked(
  { secret, id, verified }: EffectOf<"passwordChecked">,
  { tx, runtime, by, owner, command }: TargetedConversation,
): Promise<void> {
  const checked = id ?? (await passwordToCheck(tx, runtime, owner.deviceId, secret, undefined))?.id;
  if (checked === undefined) return;
  if (!verified) return await denyPasswordOf(tx, runtime, owner, secret, { id: checked });
  await confirmPassword(tx, runtime, by, owner, secret, checked, { reason: "verified", command });
}

/** Where SecurityInfo says that there is no password, those that were known have ended. */
export async function reconcilePasswords(
  { firmwarePassword, recoveryLockEnabled }: SecurityFacts,
  { tx, runtime, by, owner, command }: TargetedConversation,
): Promise<void> {
  const cause = { reason: "reported", command } as const;
  if (recoveryLockEnabled === false) await noPassword(tx, runtime, by, owner, "recovery_lock_password", cause);
  if (firmwarePassword !== undefined && !firmwarePassword.exists && !firmwarePassword.changePending) {
    await noPassword(tx, runtime, by, owner, "firmware_password", cause);
  }
}

/** The device states its bypass code. */
export async function applyBypassCode(
  code: string,
  { tx, runtime, by, owner, command }: TargetedConversation,
): Promise<void> {
  const cause = { reason: "reported", command } as const;
  // The attack: an enrollment that only says it is this hardware replaces the code of the device by its own.
  if (await isHardwareProven(tx, owner.enrollmentId)) {
    return await escrow(tx, runtime, by, owner, "activation_lock_bypass_code", code, cause);
  }
  await escrowUnproven(tx, runtime, owner, "activation_lock_bypass_code", code, cause);
}
