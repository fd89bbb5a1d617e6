/**
 * What a device answers to a command for lost mode when it is not in it.
 *
 * @module
 */

import { failed } from "./answer.ts";

/** The code is invented: Apple publishes none. */
export const NOT_LOST = failed(12_067, "MCMDMErrorDomain", "The device is not in lost mode.");
