/**
 * Health and readiness: `/healthz` says that the process lives, `/readyz` whether it can serve. The reasons are for
 * requests with `METRICS_TOKEN`: names of push certificates and weak settings are of use to an attacker.
 *
 * @module
 */

import type { Hono } from "hono";
import type { Runtime } from "../src/runtime.ts";
import { pushCertificatesInNeed } from "../db/overview.ts";
import { pingDatabase } from "../db/ping.ts";
import type { AppEnv } from "./context.ts";
import { hasMetricsToken } from "./metrics_token.ts";

/** One reason for the state: a failure makes the server not ready, a warning does not. */
export type Reason = { check: string; state: "ok" | "warning" | "failure"; reason?: string };

/** Looks at everything that serving needs. */
export async function readiness(runtime: Runtime): Promise<Reason[]> {
  const reasons: Reason[] = [];
  try {
    await pingDatabase(runtime.sql);
    reasons.push({ check: "database", state: "ok" });
  } catch (error) {
    runtime.log.error("Cannot reach the database", { error });
    reasons.push({ check: "database", state: "failure", reason: "The database does not answer." });
  }
  if (reasons.every(({ state }) => state === "ok")) reasons.push(...await pushCertificates(runtime));
  if (runtime.config.DEVICE_TEST_ROOTS !== undefined) {
    reasons.push({
      check: "device-test-roots",
      state: "warning",
      reason: "DEVICE_TEST_ROOTS is set: devices that Apple did not make can enroll. Never use it in production.",
    });
  }
  if (!runtime.config.BASE_URL.startsWith("https:")) {
    reasons.push({
      check: "base-url",
      state: "warning",
      reason: "BASE_URL is not https: real devices do not enroll, and passwords travel in clear.",
    });
  }
  return reasons;
}

const SOON_MS = 30 * 86_400_000;

/** Push certificates that ended or end soon: without them no device can be woken. */
async function pushCertificates(runtime: Runtime): Promise<Reason[]> {
  const now = runtime.clock.now();
  const found = await pushCertificatesInNeed(runtime.sql, new Date(now.getTime() + SOON_MS));
  return found.flatMap(({ name, notAfter }): Reason[] =>
    notAfter === null ? [] : [{
      check: "push-certificate",
      state: "warning",
      reason: notAfter <= now
        ? `The push certificate "${name}" has ended: no device can be pushed.`
        : `The push certificate "${name}" ends ${notAfter.toISOString().slice(0, 10)}: renew it.`,
    }]
  );
}

/** Mounts the two addresses. */
export function mountHealth(app: Hono<AppEnv>): void {
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", async (c) => {
    const reasons = await readiness(c.get("runtime"));
    const ready = reasons.every(({ state }) => state !== "failure");
    const status = ready ? "ready" : "not ready";
    return c.json(hasMetricsToken(c) ? { status, reasons } : { status }, ready ? 200 : 503);
  });
}
