/**
 * Health and readiness: `/healthz` reports that the process is alive, `/readyz` whether it can serve. The reasons are
 * for requests with `METRICS_TOKEN`: names of push certificates and weak settings are useful to an attacker.
 *
 * @module
 */

import type { Hono } from "hono";
import { listServersInCare } from "../db/ade/virtual_servers.ts";
import { pushCertificatesInNeed } from "../db/push/push_certificates.ts";
import { findFeed } from "../db/updates/software_updates.ts";
import { staleDefinitions } from "../src/ade/apple_copy.ts";
import { tokenVerdict } from "../src/ade/health.ts";
import { credentialWarnings } from "../src/credentials.ts";
import type { Runtime } from "../src/runtime.ts";
import { takesWrites } from "../src/takes_writes.ts";
import { feedTrouble } from "../src/updates/feed_health.ts";
import type { AppEnv } from "./context.ts";
import { hasMetricsToken } from "./metrics_token.ts";

/** One reason for the state: a failure makes the server not ready, a warning does not. */
export type Reason = { check: string; state: "ok" | "warning" | "failure"; reason?: string };

/** Checks everything that serving requests needs. */
export async function readiness(runtime: Runtime): Promise<Reason[]> {
  const reasons: Reason[] = [await inTime(database(runtime))];
  if (reasons.every(({ state }) => state === "ok")) {
    reasons.push(...await pushCertificates(runtime).catch(() => []));
    reasons.push(...await serverTokens(runtime).catch(() => []));
    reasons.push(...await profilesAtApple(runtime).catch(() => []));
    reasons.push(...await softwareUpdates(runtime).catch(() => []));
  }
  const skew = Math.round((runtime.skew?.() ?? 0) / 1000);
  if (Math.abs(skew) > MOST_SKEW_SECONDS) {
    reasons.push({
      check: "clock",
      state: "warning",
      reason: `The clock of this machine is ${Math.abs(skew)} s ${skew > 0 ? "ahead of" : "behind"} the database's. ` +
        "The server uses the database's time. Correct the machine's clock.",
    });
  }
  if (runtime.config.DEVICE_TEST_ROOTS !== undefined) {
    reasons.push({
      check: "device-test-roots",
      state: "warning",
      reason: "DEVICE_TEST_ROOTS is set: devices not made by Apple can enroll. Do not use it in production.",
    });
  }
  for (const reason of credentialWarnings(runtime.config, runtime.clock.now())) {
    reasons.push({ check: "certificates", state: "warning", reason });
  }
  if (!runtime.config.BASE_URL.startsWith("https:")) {
    reasons.push({
      check: "base-url",
      state: "warning",
      reason: "BASE_URL is not https: Apple devices cannot enroll, and passwords are sent unencrypted.",
    });
  }
  return reasons;
}

const SOON_MS = 30 * 86_400_000;
/** Milliseconds that the database has to answer. */
const DEADLINE_MS = 2000;
const MOST_SKEW_SECONDS = 5;
/** Milliseconds for which the result of a write is reused. */
const FRESH_MS = 2000;

const NO_ANSWER = { check: "database", state: "failure", reason: "The database does not answer." } as const;

/** The same, or that there was no answer in time. */
async function inTime(work: Promise<Reason>): Promise<Reason> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Reason>((resolve) => timer = setTimeout(() => resolve(NO_ANSWER), DEADLINE_MS));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The reasons for refused writes, by the database's code, with their remedies. */
const CURES: Record<string, string> = {
  "53100": "The database's disk is full: nothing can be saved. Free space on it.",
  "25006": "The database is read-only. If it is a standby, set DATABASE_URL to the primary.",
  "42501": "The database user may not write. Grant it write permission on the schema.",
};

const writes = new WeakMap<Runtime["sql"], { at: number; answer: Promise<Reason> }>();

/** Whether the database accepts a write. Concurrent requests share one. */
function database(runtime: Runtime): Promise<Reason> {
  const known = writes.get(runtime.sql);
  if (known !== undefined && performance.now() - known.at < FRESH_MS) return known.answer;
  const answer = takesWrites(runtime).then(
    (): Reason => ({ check: "database", state: "ok" }),
    (error): Reason => {
      runtime.log.error("Cannot write to the database", { error });
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      return { ...NO_ANSWER, reason: CURES[code] ?? NO_ANSWER.reason };
    },
  );
  writes.set(runtime.sql, { at: performance.now(), answer });
  return answer;
}

/** Push certificates that ended or end soon: without them no device can be woken. */
async function pushCertificates(runtime: Runtime): Promise<Reason[]> {
  const now = runtime.clock.now();
  const found = await pushCertificatesInNeed(runtime.sql, new Date(now.getTime() + SOON_MS));
  return found.flatMap(({ name, notAfter }): Reason[] =>
    notAfter === null ? [] : [{
      check: "push-certificate",
      state: "warning",
      reason: notAfter <= now
        ? `The push certificate "${name}" has expired: the server cannot wake its devices.`
        : `The push certificate "${name}" expires on ${notAfter.toISOString().slice(0, 10)}. Renew it.`,
    }]
  );
}

/** Milliseconds for which what was found about profiles is reused: each enrollment is a piece of work, and anyone may ask. */
const PROFILES_FRESH_MS = 60_000;
const profiles = new WeakMap<Runtime["sql"], { at: number; answer: Promise<Reason[]> }>();

async function profilesAtApple(runtime: Runtime): Promise<Reason[]> {
  const now = runtime.clock.now().getTime();
  const known = profiles.get(runtime.sql);
  if (known !== undefined && Math.abs(now - known.at) < PROFILES_FRESH_MS) return await known.answer;
  const answer = staleDefinitions(runtime).then((stale) =>
    stale.map(({ row, reason }): Reason => ({
      check: "enrollment-profile",
      state: "warning",
      reason:
        `The profile of the enrollment "${row.name}" at Apple is out of date. ${reason} Define it again on its page.`,
    }))
  );
  profiles.set(runtime.sql, { at: now, answer });
  return await answer;
}

/** Server tokens of Apple that do not work, or not for long: devices that are assigned do not appear, and get no profile. */
async function serverTokens(runtime: Runtime): Promise<Reason[]> {
  const now = runtime.clock.now();
  return (await listServersInCare(runtime.sql)).flatMap((server): Reason[] => {
    const { state, sentence, cure } = tokenVerdict(server, now);
    const reason = `The virtual server "${server.name}": ${sentence} ${cure}`;
    return state === "ok" ? [] : [{ check: "server-token", state: "warning", reason }];
  });
}

/** Apple's list of software updates: while none is taken, no device gets a newer target. */
async function softwareUpdates({ sql, clock }: Runtime): Promise<Reason[]> {
  const reason = feedTrouble(await findFeed(sql), clock.now());
  return reason === null ? [] : [{ check: "software-updates", state: "warning", reason }];
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
