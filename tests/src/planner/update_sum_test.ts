import assert from "node:assert/strict";
import type { UpdateProgress, UpdateState } from "../../../src/planner/update_progress.ts";
import { UpdateSum } from "../../../src/planner/update_sum.ts";
import { deviceIdOf } from "../../support/ids.ts";

const enforcement = {
  id: 1,
  name: "Everyone",
  detailsUrl: "",
  platforms: ["macOS" as const],
  tags: [],
  mode: {
    kind: "one-time" as const,
    osVersion: "26.2",
    buildVersion: "",
    at: { day: "2026-06-08", time: "09:30:00" },
  },
};

const one = (
  state: UpdateState,
  osVersion: string,
  { at = "2026-06-08T09:30:00", reason = "no enforcement" }: { at?: string; reason?: string } = {},
): UpdateProgress => ({
  device: { id: deviceIdOf(1), name: "Mac", serialNumber: "C02", lastSeenAt: null },
  platform: "macOS",
  osVersion,
  build: "25C56",
  enforced: true,
  state,
  decision: state === "none" ? { target: null, reason, until: null } : {
    target: {
      enforcement,
      osVersion: "26.2",
      buildVersion: "",
      localDateTime: at,
      release: null,
      reason: "",
    },
    until: null,
  },
  installState: null,
  failure: null,
  pending: null,
  why: null,
});

Deno.test("devices are counted by state, version, deadline and reason", () => {
  const sum = new UpdateSum(({ state }) => state === "late");
  for (
    const each of [
      one("updated", "26.2"),
      one("due", "26.1", { at: "2026-06-09T09:30:00" }),
      one("late", "26.1"),
      one("late", "26.10"),
      one("none", "15.7"),
      one("none", "15.7", { reason: "no blueprint" }),
      one("none", "15.7"),
    ]
  ) sum.add(each);
  assert.deepEqual(sum.states, { updated: 1, due: 1, late: 2, failed: 0, none: 3 });
  assert.equal(sum.told, 4);
  assert.deepEqual(sum.versions.map(({ osVersion, count, behind }) => [osVersion, count, behind]), [
    ["26.10", 1, 1],
    ["26.2", 1, 0],
    ["26.1", 2, 2],
  ]);
  assert.deepEqual(sum.deadlines.map(({ at, count }) => [at, count]), [
    ["2026-06-08T09:30:00", 2],
    ["2026-06-09T09:30:00", 1],
  ]);
  assert.deepEqual(sum.reasons, [{ reason: "no enforcement", count: 2 }, { reason: "no blueprint", count: 1 }]);
  assert.deepEqual([sum.named.count, sum.named.devices.length], [2, 2]);
});

Deno.test("a fleet whose devices state a version each takes no more room than two hundred of them", () => {
  const sum = new UpdateSum(() => true);
  for (let n = 0; n < 5000; n++) {
    sum.add(one("late", `26.${n}`, { at: `2026-06-08T09:30:0${n}` }));
    sum.add(one("none", "15", { reason: `reason ${n}` }));
  }
  for (const list of [sum.versions, sum.deadlines, sum.reasons]) {
    assert.equal(list.length, 201);
    assert.equal(list.reduce((total, { count }) => total + count, 0), 5000);
  }
  assert.deepEqual([sum.named.count, sum.named.devices.length], [10_000, 200]);
  assert.equal(sum.deadlines.at(-1)?.at, "later");
});
