/**
 * The token of monitoring, which `/metrics` and the reasons of `/readyz` ask for.
 *
 * @module
 */

import type { Context } from "hono";
import { sameText } from "../src/access/csrf.ts";
import type { AppEnv } from "./context.ts";

/** Whether the request carries `METRICS_TOKEN` as its bearer token; never when that is not set. */
export function hasMetricsToken(c: Context<AppEnv>): boolean {
  const { METRICS_TOKEN } = c.get("runtime").config;
  const authorization = c.req.header("authorization") ?? "";
  return METRICS_TOKEN !== undefined && authorization.startsWith("Bearer ") &&
    sameText(authorization.slice("Bearer ".length), METRICS_TOKEN);
}
