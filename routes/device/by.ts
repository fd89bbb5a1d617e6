/**
 * The author of requests at the device addresses.
 *
 * @module
 */

import type { Context } from "hono";
import type { Caller } from "../../src/events/by.ts";
import type { AppEnv } from "../context.ts";

/** Returns the sender of a device's request. `path` is the one that is recorded, where the real one is a secret. */
export function deviceOf(c: Context<AppEnv>, path?: string): Caller {
  const request = c.get("request");
  return { who: { kind: "device" }, request: path === undefined ? request : { ...request, path } };
}
