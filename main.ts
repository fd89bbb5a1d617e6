/**
 * The composition root: settings → database → app → jobs → serve. `--help` lists every setting.
 *
 * @module
 */

// First: on a platform where a cron tick may start the process, crons are registered before anything is awaited.
import { drainQueues, provideHome } from "./jobs/schedule.ts";
import { JOBS } from "./jobs/registry.ts";
import { startWorkers } from "./jobs/workers.ts";
import { createApp } from "./routes/app.ts";
import { readiness } from "./routes/health.ts";
import { serve } from "./routes/serve.ts";
import { ensureSetupToken } from "./src/access/setup.ts";
import { createApns } from "./src/apple/apns.ts";
import { explain } from "./src/cli/command.ts";
import { openRuntime } from "./src/cli/open.ts";
import { describeSettings } from "./src/config.ts";
import { checkCredentials } from "./src/credentials.ts";
import { guardProcess } from "./src/last_resort.ts";
import { notifyBatch, pacer } from "./src/push/notify.ts";

if (Deno.args.includes("--help")) {
  console.log("deno task start\n\nStarts the server. Its settings are environment variables:\n");
  for (const { name, meaning, fallback } of describeSettings()) {
    console.log(`  ${name}${fallback === "" ? "" : ` (${fallback})`}\n      ${meaning}`);
  }
  Deno.exit(0);
}

const refused = (error: unknown): never => {
  const sentences = explain(error);
  if (sentences === undefined) throw error;
  console.error(sentences);
  Deno.exit(1);
};
const { runtime, close } = await openRuntime().catch(refused);
const { config, log } = runtime;
try {
  checkCredentials(config, runtime.clock.now());
} catch (error) {
  await close();
  refused(error);
}
guardProcess(runtime);
const app = createApp(runtime);
for (const { state, reason } of await readiness(runtime)) if (state !== "ok") log.warn(reason ?? "Not ready");

const apns = createApns(runtime);
const pace = pacer(config.PUSH_RATE);
const notify = (stop: AbortSignal) => notifyBatch(runtime, apns, pace, stop);
const home = { runtime, notify };
provideHome(home);
const workers = config.JOB_WORKERS === 0
  ? undefined
  : startWorkers(runtime, { jobs: JOBS, concurrency: config.JOB_WORKERS, notify });

const stopped = Promise.withResolvers<void>();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    log.info("Stopping: requests in flight finish, jobs are given back", { signal });
    stopped.resolve();
  });
}

const serving = await serve(runtime, async (request, env) => {
  const response = await app.fetch(request, env);
  // Without worker loops what a request has queued is done after it.
  if (workers === undefined && request.method !== "GET") {
    drainQueues(home).catch((error) => log.error("Cannot drain the queues", { error }));
  }
  return response;
}).catch(async (error): Promise<never> => {
  const reason = error instanceof Error ? error.message : String(error);
  console.error(`Cannot listen on ${config.HOST}: ${reason}. Set PORT, MTLS_PORT or HOST to what is free.`);
  await workers?.stop();
  await close();
  Deno.exit(1);
});
// Only the embedded database is a program of its own: without it nothing that goes wrong from here on can start one.
if (config.DATABASE_URL !== undefined) await Deno.permissions.revoke({ name: "run" });
log.info("Listening", { address: config.BASE_URL, port: serving.port });
if (serving.mtlsPort !== undefined) {
  log.info("Listening for devices", { address: config.MTLS_BASE_URL, port: serving.mtlsPort });
}

const setupToken = await ensureSetupToken(runtime);
if (setupToken !== null) {
  // For the person who started the server alone: not through the log, which may be kept elsewhere.
  console.log(`First run. Create the administrator at ${config.BASE_URL}/setup/?token=${setupToken}`);
}

await stopped.promise;
await Promise.all([serving.close(config.SHUTDOWN_SECONDS * 1000), workers?.stop()]);
apns.close();
await close();
Deno.exit(0);
