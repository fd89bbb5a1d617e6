import assert from "node:assert/strict";
import { join } from "node:path";
import { demoOf, sentenceOf } from "../../simulators/demo.ts";
import type { CrowdEvent } from "../../simulators/crowd.ts";
import { SimulatedDevice } from "../../simulators/device.ts";
import { loadDeviceMaker } from "../../simulators/device_ca.ts";
import { MODELS } from "../../simulators/models.ts";
import { simulationOf } from "../../simulators/simulate.ts";
import { parseOptions, UsageError } from "../../src/cli/command.ts";
import { certificateFromPem } from "../../src/pki/certificate.ts";
import { verifyChain } from "../../src/pki/chain.ts";
import config from "../../deno.json" with { type: "json" };
import { KEYS } from "../support/keys.ts";

const TEXTS = ["server", "token", "profile", "maker", "devices", "seconds", "every", "shared-keys", "port", "data"];
const options = (line: string) => parseOptions(line === "" ? [] : line.split(" "), { texts: TEXTS, flags: [] });
const usage = (words: RegExp) => (error: unknown) => error instanceof UsageError && words.test(error.message);

Deno.test("a simulation is told where its devices enroll, and how many there are", () => {
  assert.deepEqual(simulationOf(options("--server http://localhost:8000 --token x --devices 3 --every 0.5")), {
    source: { kind: "api", server: "http://localhost:8000", token: "x" },
    devices: 3,
    seconds: undefined,
    every: 0.5,
    sharedKeys: undefined,
  });
  assert.deepEqual(simulationOf(options("--profile a.mobileconfig")).source, {
    kind: "profile",
    file: "a.mobileconfig",
    maker: undefined,
  });
});

Deno.test("a simulation says what its options should be", () => {
  for (
    const [line, words] of [
      ["", /without --server and --token, or --profile/],
      ["--server http://x", /without --server and --token/],
      ["--profile a --token x", /--profile with --server or --token/],
      ["--server localhost:8000 --token x", /should be an address like http/],
      ["--profile a --devices 0", /number from 1 to 100000/],
      ["--profile a --devices 1.5", /whole number/],
      ["--profile a --seconds soon", /number from 1/],
    ] as const
  ) assert.throws(() => simulationOf(options(line)), usage(words), line);
});

Deno.test("a demonstration has a port, devices and maybe a folder", () => {
  assert.deepEqual(demoOf(options("")), { port: 8000, devices: 24, data: undefined });
  assert.deepEqual(demoOf(options("--port 9000 --devices 0 --data /x")), { port: 9000, devices: 0, data: "/x" });
  assert.throws(() => demoOf(options("--port 0")), usage(/number from 1 to 65535/));
  assert.throws(() => demoOf(options("--devices many")), usage(/number from 0/));
});

Deno.test("a demonstration tells in a sentence what happened, and nothing of an empty contact", () => {
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

Deno.test("a maker of devices is made once, and its key is for its owner alone", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "maker.pem");
    const now = new Date("2026-06-01T00:00:00Z");
    const [one, two] = [await loadDeviceMaker(file, now), await loadDeviceMaker(file, now)];
    assert.equal(one.pem, two.pem);
    assert.equal(one.pem, await Deno.readTextFile(file));
    if (Deno.build.os !== "windows") assert.equal(((await Deno.stat(`${file}.key`)).mode ?? 0) & 0o777, 0o600);
    const { certificate } = two.certify("UDID", KEYS[0]);
    assert.equal(verifyChain(certificate, { anchors: [certificateFromPem(one.pem)], now }).length, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("every task runs with the permissions it needs, and none with all", async () => {
  for (const [task, line] of Object.entries(config.tasks)) {
    // The bench reads a process's time from /proc, which the runtime gives with nothing less.
    if (task === "bench") continue;
    assert.doesNotMatch(line, /(^| )(-A|--allow-(all|ffi|import|hrtime))( |$)/, task);
    const flags = line.split(" ").filter((word) => word.startsWith("-"));
    assert.ok(!line.includes("deno run") || flags.length > 0, task);
    if (!line.startsWith("deno run ") || line.endsWith("tests/run.ts")) continue;
    const [file = ""] = line.split(" ").slice(-1);
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--no-prompt", ...flags, file, "--help"],
      cwd: new URL("../..", import.meta.url).pathname,
    }).output();
    assert.equal(code, 0, task);
    assert.ok(stdout.length > 0, task);
  }
});
