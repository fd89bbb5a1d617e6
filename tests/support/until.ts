/**
 * Waiting for another process.
 *
 * @module
 */

import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";

/** Waits for something that happens in another process. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n < 600; n++) {
    if (await holds()) return;
    await setTimeout(50);
  }
  assert.fail(`${what}: not within 30 seconds`);
}
