/**
 * The server of the demo: all of it in this process, on an embedded database, with simulated services in place of
 * Apple's.
 *
 * How it differs from `main.ts`: hourly and daily schedules do not run, and settings of the environment apply only
 * where the demo does not set its own.
 *
 * @module
 */

import { JOBS } from "../../jobs/registry.ts";
import { startWorkers } from "../../jobs/workers.ts";
import { createApp } from "../../routes/app.ts";
import { serve } from "../../routes/serve.ts";
import { createApns } from "../../src/apple/apns.ts";
import { openRuntime } from "../../src/cli/open.ts";
import { byJob } from "../../src/events/by.ts";
import { guardProcess } from "../../src/last_resort.ts";
import { notifyBatch, pacer } from "../../src/push/notify.ts";
import type { Runtime } from "../../src/runtime.ts";
import type { FakeApns } from "../apple/apns.ts";
import type { FakeSoftwareLookup } from "../apple/software_lookup.ts";

/** A running server. */
export type DemoServer = { runtime: Runtime; address: string; close(): Promise<void> };

/** What the server stands on: its port and folder, and what is simulated. */
export type DemoGround = {
  port: number;
  folder: string;
  apns: FakeApns;
  lookup: FakeSoftwareLookup;
  /** The address of the device assignment service. */
  assignmentUrl: string;
  /** The address of Apps & Books. */
  contentUrl: string;
  /** The maker of the simulated devices. */
  makerPem: string;
};

/** Starts the server on loopback. */
export async function startDemoServer(
  { port, folder, apns, lookup, assignmentUrl, contentUrl, makerPem }: DemoGround,
): Promise<DemoServer> {
  const address = `http://localhost:${port}`;
  const { runtime, close } = await openRuntime({
    HOST: "127.0.0.1",
    PORT: port,
    BASE_URL: address,
    DATA_DIR: folder,
    LOG_LEVEL: Deno.env.get("LOG_LEVEL") ?? "error",
    APNS_URL: apns.url,
    APNS_ANCHORS: apns.caPem,
    DEVICE_ASSIGNMENT_URL: assignmentUrl,
    CONTENT_URL: contentUrl,
    SOFTWARE_LOOKUP_URL: lookup.url,
    SOFTWARE_LOOKUP_ANCHORS: lookup.caPem,
    DEVICE_TEST_ROOTS: makerPem,
    // Settings for a real server do not apply to a demo.
    ...Object.fromEntries(
      [
        ...["DATABASE_URL", "SECRET_KEYS", "TLS_FULLCHAIN", "TLS_PRIVKEY", "SIGNING_FULLCHAIN", "SIGNING_PRIVKEY"],
        ...["MTLS_PORT", "MTLS_BASE_URL", "MTLS_PROXY", "APNS_KEY", "APNS_KEY_ID", "APNS_TEAM_ID"],
      ].map((name) => [name, undefined]),
    ),
  });
  const unguard = guardProcess(runtime);
  try {
    const app = createApp(runtime);
    const sender = createApns(runtime);
    const pace = pacer(runtime.config.PUSH_RATE);
    const serving = await serve(runtime, app.fetch);
    const workers = startWorkers(runtime, {
      jobs: JOBS,
      concurrency: 2,
      notify: (stop) => notifyBatch(runtime, byJob("push"), sender, pace, stop),
    });
    return {
      runtime,
      address,
      async close() {
        await workers.stop();
        sender.close();
        await serving.close(5000);
        await close();
        unguard();
      },
    };
  } catch (error) {
    await close();
    unguard();
    throw error;
  }
}
