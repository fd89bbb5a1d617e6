/**
 * Keys of Apple's commands whose value is a secret, and keys of answers that reveal one.
 *
 * @module
 */

import type { Permission } from "../access/actor.ts";
import { keysBelow } from "../apple_schema/keys.ts";
import type { KeyFacts, PayloadFacts, Shapes } from "../apple_schema/types.ts";

/** Passwords, PINs, tokens and keys; and whole documents, such as profiles, that may hold some. */
const SECRET_KEYS: ReadonlySet<string> = new Set([
  "AppleCareToken",
  "Configuration",
  "CurrentPassword",
  "MDMProfileData",
  "NewPassword",
  "PIN",
  "Password",
  "Payload",
  "PrivateKeyExport",
  "PrivateKeyExportPassword",
  "RedemptionCode",
  "UnlockToken",
  "WiFiProfileData",
  "passwordHash",
]);

/** The permission that shows a secret of an answer, by its key. */
export const SECRETS_OF_ANSWERS: Readonly<Record<string, Permission>> = {
  ActivationLockBypassCode: "mdm.view_activation_lock_bypass",
  EncryptedNewRecoveryKey: "mdm.view_filevault_prk",
  FDE_PersonalRecoveryKeyCMS: "mdm.view_filevault_prk",
  FDE_PersonalRecoveryKeyDeviceKey: "mdm.view_filevault_prk",
  UnlockToken: "mdm.view_bootstrap_token",
};

/** Whether the value of a key of a command is a secret. */
export const isSecretKey = (key: string): boolean => SECRET_KEYS.has(key);

/** Returns the first level's keys that are a secret or hold one somewhere: they are sealed as a whole. */
export function secretArgumentsOf({ keys, shapes }: Pick<PayloadFacts, "keys" | "shapes">): string[] {
  return keys.filter((key) => holdsSecret(key, shapes, new Set())).map(({ key }) => key);
}

function holdsSecret(key: KeyFacts, shapes: Shapes | undefined, seen: Set<readonly KeyFacts[]>): boolean {
  if (isSecretKey(key.key)) return true;
  const below = key.type === "array" || key.type === "dictionary" ? keysBelow(key, shapes) : undefined;
  if (below === undefined || seen.has(below)) return false;
  seen.add(below);
  return below.some((one) => holdsSecret(one, shapes, seen));
}
