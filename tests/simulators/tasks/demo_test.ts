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
  parseOptions(line === "" ? [] : line.split(" "), { texts: ["devices", "port", "data"], flags: [] });
const usage = (words: RegExp) => (error: unknown) => error instanceof UsageError && words.test(error.message);

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test("a demonstration has a port, devices and maybe a folder", () => {
  assert.deepEqual(demoOf(options("")), { port: 8000, devices: 24, data: undefined });
  assert.deepEqual(demoOf(options("--port 9000 --devices 0 --data /x")), { port: 9000, devices: 0, data: "/x" });
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
});

Deno.test("the demonstration prints how to get in, enrolls its devices, and leaves nothing behind", async () => {
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
      "--port",
      String(port),
      "--devices",
      "3",
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
  try {
    for await (const line of createInterface({ input: Readable.fromWeb(child.stdout) })) {
      seen.push(line);
      if (seen.filter((one) => one.endsWith(" enrolled")).length < 3) continue;
      if (asked) continue;
      asked = true;
      const token = /^API token: (\S+)$/.exec(seen[2] ?? "")?.[1] ?? "";
      for (const [path, count] of [["devices", 3], ["artifacts", 4], ["blueprint_artifacts", 4]] as const) {
        const answer = await fetch(`http://localhost:${port}/api/mdm/${path}/?limit=1`, {
          headers: { Authorization: `Token ${token}` },
        });
        assert.equal((await answer.json()).count, count, path);
      }
      child.kill("SIGINT");
    }
  } finally {
    const { code } = await child.status;
    assert.deepEqual([code, await complaints], [0, ""], seen.join("\n"));
  }
  assert.equal(seen[0], `Address:   http://localhost:${port}`);
  assert.match(seen[1] ?? "", /^Sign-in: {3}demo@example\.com \S{16}$/);
  assert.equal(seen.at(-1), "Stopping.");
  assert.deepEqual([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder);
});
