/**
 * The password that the settings of a blueprint give to a Mac.
 *
 * @module
 */

import { findConfigOfEnrollment } from "../../db/recovery/recovery_password_configs.ts";
import type { EnrollmentId } from "../../db/ids.ts";
import type { Tx } from "../../db/open.ts";
import { generatedPassword, type SetPasswordArgs } from "../commands/recovery_passwords.ts";
import type { Runtime } from "../runtime.ts";
import { staticPassword } from "./configs.ts";

/** Returns the arguments of the command: the static password, or one of the Mac's own; or the removal of the present one. */
export async function newRecoveryPassword(
  tx: Tx,
  runtime: Pick<Runtime, "keys" | "random">,
  enrollmentId: EnrollmentId,
  clear: boolean,
): Promise<SetPasswordArgs> {
  if (clear) return { clear, origin: "dynamic" };
  const config = await findConfigOfEnrollment(tx, enrollmentId);
  const fixed = config === undefined ? null : await staticPassword(runtime, config);
  return fixed === null
    ? { new_password: generatedPassword(runtime.random), origin: "dynamic" }
    : { new_password: fixed, origin: "static" };
}
