import assert from "node:assert/strict";
import { reportLines, type Run } from "../../../simulators/chaos/report.ts";
import { chaosOf } from "../../../simulators/chaos/task.ts";
import { parseOptions, UsageError } from "../../../src/cli/command.ts";

const options = (line: string) =>
  parseOptions(line === "" ? [] : line.split(" "), {
    texts: ["minutes", "seed", "devices", "rate", "within"],
    flags: [],
  });

Deno.test("a chaos run has minutes, a seed, devices and a rate, and describes valid values", () => {
  assert.deepEqual(chaosOf(options("")), { minutes: 2, seed: 1, devices: 40, rate: 60, within: 5 });
  assert.deepEqual(chaosOf(options("--minutes 0.5 --seed 0 --devices 3 --rate 9 --within 30")), {
    minutes: 0.5,
    seed: 0,
    devices: 3,
    rate: 9,
    within: 30,
  });
  for (
    const [line, words] of [
      ["--minutes 0", /Cannot use --minutes "0": it should be a number from 0.1 to 1440/],
      ["--minutes long", /number from 0.1/],
      ["--devices 1.5", /whole number from 1 to 1000/],
      ["--seed x", /whole number from 0/],
      ["--rate 0", /whole number from 1/],
      ["--within 61", /number from 0.1 to 60/],
    ] as const
  ) {
    assert.throws(() => chaosOf(options(line)), (error) => error instanceof UsageError && words.test(error.message));
  }
});

Deno.test("the report has a figure in each line, and the first violations with their evidence", () => {
  const run: Run = {
    seed: 1,
    minutes: 2,
    devices: 40,
    servers: 2,
    faults: new Map([["reset devices", 2], ["freeze a server", 1]]),
    answers: new Map([[200, 10], [0, 2]]),
    changes: 3,
    resumed: 0,
    afterPush: 4,
    uncaught: 0,
    quietSeconds: 12.4,
    figures: { asked: 9, unsure: 1, acknowledged: 11, roundTrips: 9, repeated: 1, ready: [0.5, 1, 2] },
    violations: Array.from({ length: 7 }, (_, n) => ({ rule: "lost" as const, evidence: `command ${n}` })),
  };
  const lines = reportLines(run);
  for (
    const line of [
      "faults: 3 (freeze a server × 1, reset devices × 2)",
      "command round trips: 9",
      "answers by status: 200 × 10, none × 2",
      "seconds to ready, longest: 2.00",
      "commands lost: 7",
      "  command 4",
      "  … and 2 more",
      "requests refused with 4xx: 0",
    ]
  ) assert.ok(lines.includes(line), line);
  assert.ok(!lines.includes("  command 5"));
});
