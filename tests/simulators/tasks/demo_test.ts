import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { CrowdEvent } from "../../../simulators/fleet/crowd.ts";
import { SimulatedDevice } from "../../../simulators/device/device.ts";
import { MODELS } from "../../../simulators/device/models.ts";
import { demoOf, sentenceOf } from "../../../simulators/tasks/demo.ts";
import { taskFlags } from "../../../simulators/tasks/task_flags.ts";
import { parseOptions, UsageError } from "../../../src/cli/command.ts";

const ROOT = new URL("../../..", import.meta.url).pathname;

const options = (line: string) =>
  parseOptions(line === "" ? [] : line.split(" "), { texts: ["devices", "port", "data", "pace"], flags: [] });
const usage = (words: RegExp) => (error: unknown) => error instanceof UsageError && words.test(error.message);

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test("a demonstration has a port, devices and maybe a folder", () => {
  assert.deepEqual(demoOf(options("")), { port: 8000, devices: 24, data: undefined, pace: 1 });
  assert.deepEqual(demoOf(options("--port 9000 --devices 0 --data /x --pace 20")), {
    port: 9000,
    devices: 0,
    data: "/x",
    pace: 20,
  });
  assert.throws(() => demoOf(options("--port 0")), usage(/number from 1 to 65535/));
  assert.throws(() => demoOf(options("--devices many")), usage(/number from 0/));
});

Deno.test("a demo describes each event in a sentence, and omits empty connects", () => {
  const [model] = MODELS;
  assert.ok(model);
  const device = new SimulatedDevice({ model, serialNumber: "SIM1", name: "A Mac" });
  const tell = (event: CrowdEvent) => sentenceOf(event);
  const exchange = { commandUuid: "", requestType: "DeviceLock", status: "Acknowledged" };
  assert.equal(
    tell({
      kind: "connected",
      device,
      took: 1,
      cause: "push",
      exchanges: [exchange, { ...exchange, status: "NotNow" }],
    }),
    "A Mac (SIM1, macOS 26.1) answered DeviceLock, DeviceLock: NotNow after a push",
  );
  const declarations = { ...exchange, requestType: "DeclarativeManagement" };
  const state = { kind: "asset", type: "", token: "", active: false } as const;
  device.state.declarations = new Map([["one", { ...state, valid: "valid", reasons: [] }]]);
  const followed = () => tell({ kind: "connected", device, took: 1, cause: "time", exchanges: [declarations] });
  assert.equal(followed(), "A Mac (SIM1, macOS 26.1) answered DeclarativeManagement and follows 1 declaration");
  device.state.declarations = new Map([
    ["one", { ...state, valid: "valid", reasons: [] }],
    ["two", { ...state, valid: "invalid", reasons: [] }],
  ]);
  assert.match(followed() ?? "", /and follows 2 declarations, 1 of them invalid$/);
  assert.equal(tell({ kind: "connected", device, took: 1, cause: "time", exchanges: [] }), undefined);
  assert.equal(tell({ kind: "left", device, because: "erased" }), "A Mac (SIM1, macOS 26.1) erased itself");
  assert.match(tell({ kind: "stopped", device, page: 2 }) ?? "", /was left at page 2 of the web view$/);
  assert.match(tell({ kind: "updated", device, version: "26.2", early: true }) ?? "", /updated before its deadline$/);
  assert.match(
    tell({ kind: "update failed", device, version: "26.2", reason: "No space." }) ?? "",
    /failed to update to 26\.2: No space\.$/,
  );
  device.state.awaitingConfiguration = true;
  assert.match(tell({ kind: "enrolled", device, took: 1 }) ?? "", /enrolled and waits in Setup Assistant$/);
  const released = { ...exchange, requestType: "DeviceConfigured" };
  assert.match(
    tell({ kind: "connected", device, took: 1, cause: "time", exchanges: [released] }) ?? "",
    /answered DeviceConfigured and left Setup Assistant$/,
  );
});

/** What the demo shows of 14 devices, half of which come out of the box, and how often. */
const SHOWN: readonly (readonly [RegExp, number])[] = [
  [/ enrolled/, 13],
  [/macOS 14\.8\.1\) must update to 15\.6 before it enrolls, and does$/, 1],
  [/macOS 15\.6\) enrolled and waits in Setup Assistant$/, 1],
  [/tvOS .* enrolled and waits in Setup Assistant$/, 1],
  [/ shows page 1 of the web view$/, 6],
  [/iPadOS .* was left at page 2 of the web view$/, 1],
  [/InstallProfile, DeviceConfigured.* left Setup Assistant$/, 4],
  [/\bInstallApplication\b/, 4],
  [/\bManagedApplicationList\b/, 1],
  [/macOS 26\.2\) updated before its deadline$/, 1],
  [/iOS 26\.2\) updated as enforced$/, 1],
  [/iPadOS .* failed to update to 26\.2: Not enough storage is available\.$/, 1],
];

/** What the API lists then. */
const LISTED = [
  ["devices/", 13],
  ["artifacts/", 6],
  ["blueprint_artifacts/", 6],
  ["locations/", 1],
  ["location_assets/", 4],
  ["store_apps/", 1],
  ["enterprise_apps/", 1],
  ["dep/virtual_servers/", 1],
  ["dep/devices/", 7],
  ["dep/devices/?setup_step=web_view", 1],
  ["dep/devices/?setup_step=never", 0],
  ["dep_enrollments/", 2],
  ["software_update_enforcements/", 2],
  ["filevault_configs/", 1],
] as const;

/** Lists of the API are pages, or whole. */
const countOf = (answer: { count: number } | unknown[]): number => Array.isArray(answer) ? answer.length : answer.count;

Deno.test("the demonstration shows devices out of the box and on their way to a version, and leaves nothing behind", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o755);
  const port = freePort();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      ...taskFlags("demo"),
      "--quiet",
      "--no-check",
      "simulators/tasks/demo.ts",
      ...["--port", String(port), "--devices", "14", "--pace", "20"],
    ],
    cwd: ROOT,
    env: { TMPDIR: folder, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const complaints = new Response(child.stderr).text();
  const seen: string[] = [];
  let asked = false;
  const stop = () => {
    try {
      child.kill("SIGINT");
    } catch {
      // It has ended.
    }
  };
  // What is not shown by then is not shown at all.
  const limit = setTimeout(stop, 120_000);
  try {
    for await (const line of createInterface({ input: Readable.fromWeb(child.stdout) })) {
      seen.push(line);
      if (asked || !SHOWN.every(([words, times]) => seen.filter((one) => words.test(one)).length >= times)) continue;
      asked = true;
      const token = /^API token: (\S+)$/.exec(seen[2] ?? "")?.[1] ?? "";
      for (const [path, count] of LISTED) {
        const answer = await fetch(`http://localhost:${port}/api/mdm/${path}`, {
          headers: { Authorization: `Token ${token}` },
        });
        assert.equal(countOf(await answer.json()), count, path);
      }
      stop();
    }
    assert.ok(asked, seen.join("\n"));
  } finally {
    stop();
    clearTimeout(limit);
    const { code } = await child.status;
    assert.deepEqual([code, await complaints], [0, ""], seen.join("\n"));
  }
  assert.equal(seen[0], `Address:   http://localhost:${port}`);
  assert.match(seen[1] ?? "", /^Sign-in: {3}demo@example\.com \S{16}$/);
  assert.equal(seen.at(-1), "Stopping.");
  assert.deepEqual(seen.filter((one) => / failed at /.test(one)), []);
  assert.deepEqual([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder);
});
