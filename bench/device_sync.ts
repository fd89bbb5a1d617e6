/**
 * The cost of a sync with Apple's device assignment service: CPU and memory of the server process for a whole fetch, and for
 * another one in which nothing has changed.
 *
 * @module
 */

import { startEmbedded } from "../db/embedded.ts";
import { SimulatedDeviceAssignment } from "../simulators/apple/device_assignment.ts";
import { ownedDevices } from "../simulators/apple/device_assignment_portal.ts";
import { startServer } from "../simulators/server_process.ts";
import { finishConnecting, publicKeyFile, startConnecting } from "../src/ade/connect.ts";
import { enqueueSync } from "../src/ade/sync.ts";
import { openRuntime } from "../src/cli/open.ts";
import { systemRandom } from "../src/runtime.ts";
import { newKeySetting } from "../src/secrets/key_ring.ts";
import { taskResult } from "../src/task_result.ts";
import { BENCH } from "./house.ts";
import { cpuOf } from "./load.ts";

const SAMPLE_MS = 20;
const ROUNDS = ["first fetch", "fetched again", "fetched again"] as const;

/** Resident memory of a process in MB (10^6 bytes). Linux only. */
function residentOf(pid: number): number {
  const [, kilobytes = "0"] = /VmRSS:\s*(\d+)/.exec(Deno.readTextFileSync(`/proc/${pid}/status`)) ?? [];
  return Number(kilobytes) * 1024 / 1e6;
}

/** Measures syncs of that many devices; returns lines for people. */
export async function measureDeviceSync(devices: number, say: (text: string) => void): Promise<string[]> {
  const apple = new SimulatedDeviceAssignment();
  const portal = apple.portal.addServer("Bench");
  apple.portal.assign(portal, ownedDevices(devices));
  const folder = await Deno.makeTempDir({ prefix: "espalier-bench-" });
  await Deno.chmod(folder, 0o755);
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(folder, { recursive: true }).catch(() => {}));
  const DEVICE_ASSIGNMENT_URL = apple.start();
  stack.defer(() => apple.stop());
  const embedded = await startEmbedded(folder);
  stack.defer(() => embedded.stop());
  const SECRET_KEYS = newKeySetting("bench", systemRandom);
  const settings = { DATABASE_URL: embedded.url, SECRET_KEYS, BASE_URL: "http://bench.test", DEVICE_ASSIGNMENT_URL };
  const { runtime, close } = await openRuntime({ ...settings, LOG_LEVEL: "error" });
  stack.defer(close);
  const connecting = await startConnecting(runtime, BENCH);
  apple.portal.uploadPublicKey(portal, (await publicKeyFile(runtime, connecting)).pem);
  const token = Uint8Array.from(await apple.portal.downloadToken(portal));
  const { id } = await finishConnecting(runtime, BENCH, connecting, token);
  say(`${devices} devices are assigned`);
  const server = await startServer({ ...settings, PORT: "0" });
  stack.defer(async () => void await server.stop());
  const lines = [`sync of ${devices} devices, server process alone:`];
  for (const name of ROUNDS) {
    const resting = residentOf(server.pid);
    const [cpu, start] = [cpuOf(server.pid), performance.now()];
    let most = resting;
    const sampling = setInterval(() => most = Math.max(most, residentOf(server.pid)), SAMPLE_MS);
    const task = await runtime.sql.begin((tx) => enqueueSync(tx, runtime, { virtualServerId: id, full: true }));
    for (;;) {
      const { status } = await taskResult(runtime.sql, task);
      if (status === "SUCCESS") break;
      if (status === "FAILURE" || status === "UNKNOWN") throw new Error(`The sync ended with ${status}`);
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
    clearInterval(sampling);
    const wall = (performance.now() - start) / 1000;
    lines.push(
      `  ${name}: ${(cpuOf(server.pid) - cpu).toFixed(1)} s CPU in ${wall.toFixed(1)} s, ` +
        `${resting.toFixed(0)} MB before, at most ${most.toFixed(0)} MB`,
    );
  }
  return lines;
}
