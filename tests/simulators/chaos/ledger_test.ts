import assert from "node:assert/strict";
import { type Entry, Ledger, type Outcome, type Rule } from "../../../simulators/chaos/ledger.ts";

const DEVICE = "00008030-000000000000001E";
const asked = (uuid = "a", at = 1): Entry => ({ kind: "asked", at, device: DEVICE, uuid });
const offered = (uuid = "a", at = 2): Entry => ({
  kind: "offered",
  at,
  device: DEVICE,
  uuid,
  type: "DeviceInformation",
});
const executed = (uuid = "a", at = 3, status = "Acknowledged"): Entry => ({
  kind: "executed",
  at,
  device: DEVICE,
  uuid,
  status,
});
const taken = (uuid = "a", at = 4, status = "Acknowledged"): Entry => ({
  kind: "taken",
  at,
  device: DEVICE,
  uuid,
  status,
});
const unsure: Entry = { kind: "unsure", at: 1, device: DEVICE };

const listed = (statuses: Record<string, string | null>): Outcome["listed"] =>
  new Map(Object.entries(statuses).map(([uuid, status]) => [uuid, { device: DEVICE, status }]));
const none: Outcome["open"] = { commands: [], jobs: [], failedJobs: [] };
const DONE: Outcome = {
  listed: listed({ a: "Acknowledged" }),
  open: none,
  astray: [],
};

function judged(history: readonly Entry[], outcome: Partial<Outcome> = {}): [Rule, string][] {
  const ledger = new Ledger(5);
  for (const entry of history) ledger.note(entry);
  return ledger.judge({ ...DONE, ...outcome }).map(({ rule, evidence }) => [rule, evidence]);
}

Deno.test("a command that was requested, executed, acknowledged and listed is no violation", () => {
  assert.deepEqual(judged([asked(), offered(), executed(), taken()]), []);
});

Deno.test("a command whose answer was lost may be offered again, and may have been accepted nevertheless", () => {
  assert.deepEqual(judged([asked(), offered(), executed(), offered("a", 9), executed("a", 10), taken("a", 11)]), []);
  assert.deepEqual(judged([asked(), offered(), executed()]), []);
});

Deno.test("a device may be quicker than the answer to the operator", () => {
  const ledger = new Ledger(5);
  for (const entry of [offered(), executed(), taken(), asked()]) ledger.note(entry);
  assert.equal(ledger.pending(DEVICE), 0);
  assert.deepEqual(ledger.judge(DONE), []);
});

Deno.test("a postponed command is offered again without counting as doubled", () => {
  const history = [asked(), offered(), executed("a", 3, "NotNow"), taken("a", 4, "NotNow"), offered("a", 9)];
  assert.deepEqual(judged([...history, executed("a", 10), taken("a", 11)]), []);
});

Deno.test("known bad histories are found, each with its evidence", () => {
  const good = [asked(), offered(), executed(), taken()];
  const bad: [string, readonly Entry[], Partial<Outcome>, Rule, RegExp][] = [
    ["asked and never seen", [asked()], { listed: listed({ a: null }) }, "lost", /executed 0 times, listed as without/],
    ["asked and not there", [asked()], { listed: listed({}) }, "lost", /^a of 00008030.*not listed/],
    ["listed and not executed", [asked(), offered()], {}, "lost", /offered 1 times, executed 0 times/],
    ["executed, and expired by the server", good.slice(0, 3), { listed: listed({ a: null }) }, "lost", /without/],
    ["an error in place of its answer", good, { listed: listed({ a: "Error" }) }, "lost", /listed as Error/],
    ["taken, and forgotten", good, { listed: listed({}) }, "lost", /not listed/],
    ["an answer was lost, its command too", [unsure], { listed: listed({ b: null }) }, "lost", /^b .*no device saw it/],
    ["offered again", [...good, offered("a", 9)], {}, "doubled", /was taken at 4.0 s, offered again at 9.0 s/],
    [
      "two for one lost answer",
      [unsure, ...["a", "b"].flatMap((uuid) => [offered(uuid), executed(uuid), taken(uuid)])],
      { listed: listed({ a: "Acknowledged", b: "Acknowledged" }) },
      "invented",
      /2 commands that no answer confirmed; 1 answers were lost/,
    ],
    [
      "refused",
      [...good, { kind: "refused", at: 5, who: DEVICE, status: 401, what: "PUT" }],
      {},
      "refused",
      /PUT → 401/,
    ],
    ["ended", [...good, { kind: "ended", at: 5, server: 1, how: "ended with 1" }], {}, "ended", /server 1 at 5.0 s/],
    ["slow", [...good, { kind: "ready", at: 5, fault: "x", server: 0, seconds: 5.01 }], {}, "slow", /after 5.0 s \(x/],
    ["never", [...good, { kind: "ready", at: 5, fault: "x", server: 0, seconds: null }], {}, "slow", /ready never/],
    ["open commands", good, { open: { ...none, commands: ["Lock"] } }, "open", /queue: Lock/],
    ["open jobs", good, { open: { ...none, jobs: ["push"] } }, "open", /due, .*: push/],
    ["failed jobs", good, { open: { ...none, failedJobs: ["push"] } }, "open", /failed .*: push/],
    ["astray", good, { astray: ["A Mac lacks a profile"] }, "astray", /A Mac lacks/],
  ];
  for (const [name, history, outcome, rule, evidence] of bad) {
    const found = judged(history, outcome);
    assert.deepEqual(found.map(([one]) => one), [rule], name);
    assert.match(found[0]?.[1] ?? "", evidence, name);
  }
});

Deno.test("figures count each command once", () => {
  const ledger = new Ledger(5);
  const own: Entry[] = [offered("own"), executed("own"), taken("own")];
  const history: Entry[] = [
    ...[asked(), offered(), executed(), offered("a", 9), executed("a", 10), taken("a", 11)],
    ...own,
    ...[asked("b"), unsure],
    { kind: "ready", at: 1, fault: "x", server: 0, seconds: 2 },
    { kind: "ready", at: 1, fault: "x", server: 1, seconds: 0.5 },
  ];
  for (const entry of history) ledger.note(entry);
  assert.deepEqual(ledger.figures(), {
    asked: 2,
    unsure: 1,
    acknowledged: 2,
    roundTrips: 1,
    repeated: 1,
    ready: [0.5, 2],
  });
  assert.equal(ledger.pending(DEVICE), 1);
});
