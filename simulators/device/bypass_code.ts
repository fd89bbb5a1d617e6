/**
 * The Activation Lock bypass codes of simulated devices.
 *
 * @module
 */

import { newBypassCode as made } from "../../src/apple/bypass_code.ts";
import { systemRandom } from "../../src/runtime.ts";

/** Returns a new code. */
export const newBypassCode = (): string => made(systemRandom);
