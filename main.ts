/**
 * The composition root: settings → database → app → jobs → serve. `--help` lists every setting.
 *
 * @module
 */

// First: on a platform where a cron tick may start the process, crons are registered before anything is awaited.
import { drainQueues, provideHome } from "./jobs/crons.ts";
import { JOBS } from "./jobs/registry.ts";
import { startWorkers } from "./jobs/workers.ts";
import { createApp } from "./routes/app.ts";
import { checkPorts, portError } from "./routes/free_ports.ts";
import { readiness } from "./routes/health.ts";
import { serve } from "./routes/serve.ts";
import { ensureSetupToken } from "./src/access/setup.ts";
import { createApns } from "./src/apple/apns.ts";
import { explain } from "./src/cli/command.ts";
import { openRuntime } from "./src/cli/open.ts";
import { describeSettings, loadConfig } from "./src/config.ts";
import { checkCredentials } from "./src/credentials.ts";
import { byJob } from "./src/events/by.ts";
import { guardProcess } from "./src/last_resort.ts";
import { notifyBatch, pacer } from "./src/push/notify.ts";

if (Deno.args.includes("--help")) {
  console.log("deno task start\n\nStarts the server. Its settings are environment variables:\n");
  for (const { name, meaning, fallback } of describeSettings()) {
    console.log(`  ${name}${fallback === "" ? "" : ` (${fallback})`}\n      ${meaning}`);
  }
  Deno.exit(0);
}

// First: a signal while the database starts must not leave it running.
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stop.abort(signal));
}

async function run(): Promise<void> {
  checkPorts(loadConfig());
  await using stack = new AsyncDisposableStack();
  const { runtime, close } = await openRuntime({}, { signal: stop.signal });
  stack.defer(close);
  const { config, log } = runtime;
  checkCredentials(config, runtime.clock.now());
  guardProcess(runtime);
  const app = createApp(runtime);
  for (const { state, reason } of await readiness(runtime)) if (state !== "ok") log.warn(reason ?? "Not ready");

  const apns = createApns(runtime);
  stack.defer(() => apns.close());
  const pace = pacer(config.PUSH_RATE);
  const notify = (stop: AbortSignal) => notifyBatch(runtime, byJob("push"), apns, pace, stop);
  const home = { runtime, notify };

  const serving = await serve(runtime, async (request, env) => {
    const response = await app.fetch(request, env);
    // Without worker loops, the work that a request has queued runs after it.
    if (config.JOB_WORKERS === 0 && request.method !== "GET") {
      drainQueues(home).catch((error) => log.error("Cannot drain the queues", { error }));
    }
    return response;
  }).catch((error) => {
    throw portError(config, error);
  });
  // Jobs start when the ports are ours: a second server that cannot listen touches nothing.
  provideHome(home);
  const workers = config.JOB_WORKERS === 0
    ? undefined
    : startWorkers(runtime, { jobs: JOBS, concurrency: config.JOB_WORKERS, notify });
  stack.defer(async () => {
    await Promise.all([serving.close(config.SHUTDOWN_SECONDS * 1000), workers?.stop()]);
  });
  // Only the embedded database is a program of its own: without it, no later failure can start one.
  if (config.DATABASE_URL !== undefined) await Deno.permissions.revoke({ name: "run" });
  log.info("Listening", { address: config.BASE_URL, port: serving.port });
  if (serving.mtlsPort !== undefined) {
    log.info("Listening for devices", { address: config.MTLS_BASE_URL, port: serving.mtlsPort });
  }

  const setupToken = await ensureSetupToken(runtime);
  if (setupToken !== null) {
    // Only for the person who started the server: not through the log, which may be stored elsewhere.
    console.log(`First run. Create the administrator at ${config.BASE_URL}/setup/?token=${setupToken}`);
  }

  await new Promise<void>((resolve) => {
    if (stop.signal.aborted) resolve();
    else stop.signal.addEventListener("abort", () => resolve());
  });
  log.info("Stopping. Requests in flight finish, running jobs return to the queue", { signal: stop.signal.reason });
}

try {
  await run();
} catch (error) {
  // One that was not foreseen comes with its stack.
  console.error(explain(error) ?? error);
  Deno.exit(1);
}
Deno.exit(0);
