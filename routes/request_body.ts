/**
 * Gives each request its body to read, and takes the body's memory back when the request is answered.
 *
 * @module
 */

import type { MiddlewareHandler } from "hono";
import type { Runtime } from "../src/runtime.ts";
import { RequestBody } from "./body.ts";
import { BodyMemory } from "./body_memory.ts";
import type { AppEnv } from "./context.ts";

const MEGABYTE = 1024 * 1024;

/** Sets `body` for every route. */
export function requestBody({ config, counters }: Pick<Runtime, "config" | "counters">): MiddlewareHandler<AppEnv> {
  const memory = new BodyMemory(config.BODY_MEMORY * MEGABYTE, counters);
  return async (c, next) => {
    const body = new RequestBody(c.req.raw, memory, undefined, c.env?.pieces);
    c.set("body", body);
    try {
      await next();
    } finally {
      body.release();
    }
  };
}
