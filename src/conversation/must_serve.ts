/**
 * Whether a device may still be served once its channel is locked.
 *
 * @module
 */

import { problem } from "../errors.ts";

/**
 * Throws unless the device may be served. To be asked behind the lock of its channel: an operator may have blocked the
 * device, or its enrollment may have ended, while the message waited for the lock.
 */
export function mustServe({ blocked, ended }: { blocked: boolean; ended: boolean }): void {
  if (blocked) throw problem("device-blocked", undefined, { reason: "Device blocked" });
  if (ended) throw problem("device-not-identified", undefined, { reason: "the enrollment ended during the message" });
}
