import assert from "node:assert/strict";
import { simulationOf } from "../../../simulators/tasks/simulate.ts";
import { parseOptions, UsageError } from "../../../src/cli/command.ts";

const TEXTS = ["server", "token", "profile", "maker", "devices", "seconds", "every", "shared-keys"];
const options = (line: string) => parseOptions(line === "" ? [] : line.split(" "), { texts: TEXTS, flags: [] });
const usage = (words: RegExp) => (error: unknown) => error instanceof UsageError && words.test(error.message);

Deno.test("a simulation gets the address and the number of its devices", () => {
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

Deno.test("a simulation describes its valid options", () => {
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
