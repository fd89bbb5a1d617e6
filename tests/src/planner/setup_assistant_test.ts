import assert from "node:assert/strict";
import fc from "fast-check";
import type { PlanFacts, QueuedCommand, SetupFacts } from "../../../src/planner/facts.ts";
import { type Decision, plan } from "../../../src/planner/plan.ts";
import { mac } from "../commands/target.ts";
import { factsOf, freshMemory } from "./worlds.ts";

const NOW = new Date("2026-06-15T12:00:00Z");
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

const SETUP: SetupFacts = {
  since: at(-60),
  dueAt: at(1740),
  account: { wanted: false, configuredAt: null, refusedAt: null },
};

const NO_INVENTORY: PlanFacts["inventory"] = {
  deviceInformationAt: null,
  securityInfoAt: null,
  appsAt: null,
  certificatesAt: null,
  profilesAt: null,
  askedAt: new Map(),
};

type Given = Omit<Partial<PlanFacts>, "setup"> & { setup?: Partial<SetupFacts> };

/** The facts of a Mac that waits in Setup Assistant and has its inventory. */
function waiting({ setup, ...given }: Given = {}): PlanFacts {
  const world = {
    target: { ...mac, awaitingConfiguration: true },
    tags: new Set<number>(),
    serialNumber: "C02SIM000001",
  };
  return {
    ...factsOf(null, world, freshMemory()),
    conversationStartedAt: at(-1),
    inventory: { ...NO_INVENTORY, deviceInformationAt: at(-30), securityInfoAt: at(-30) },
    setup: { ...SETUP, ...setup },
    ...given,
  };
}

const release = (given: PlanFacts): Decision => {
  const found = plan(given, NOW).decisions.find(({ scheduler, subject }) =>
    scheduler === "setup-assistant" && subject === "DeviceConfigured"
  );
  assert.ok(found);
  return found;
};

const command = (given: Partial<QueuedCommand>): QueuedCommand => ({
  id: 7,
  uuid: "c0ffee00-1234-4abc-8def-0123456789ab",
  name: "DeviceConfigured",
  artifactVersion: null,
  state: "queued",
  notBefore: null,
  expiresAt: null,
  sentAt: null,
  sentCount: 0,
  notNowAt: null,
  createdAt: at(-10),
  ...given,
});

Deno.test("a device that has everything is released, before its queue", () => {
  const found = plan(waiting({ queue: [command({ name: "RestartDevice" })] }), NOW);
  assert.deepEqual(found.next, {
    kind: "command",
    name: "DeviceConfigured",
    arguments: { because: "ready" },
    inventory: true,
  });
});

Deno.test("a closed gate holds the device, and the plan is made again at the deadline", () => {
  const held = waiting({ inventory: NO_INVENTORY });
  const decision = release(held);
  assert.deepEqual([decision.outcome, decision.until], ["waits", SETUP.dueAt]);
  assert.match(decision.evidence, /^waits for: Inventory; released at the latest 2026-06-15T12:29:00/);
  assert.equal(plan(held, NOW).next?.kind, "command");
});

Deno.test("at the deadline the release is first, whatever else there is to do and whatever the device said", () => {
  for (const status of ["Idle", "Acknowledged", "NotNow", "Error", "CommandFormatError"] as const) {
    const late = waiting({
      setup: { dueAt: NOW },
      inventory: NO_INVENTORY,
      status,
      queue: [command({ name: "RestartDevice" })],
    });
    assert.deepEqual(plan(late, NOW).next, {
      kind: "command",
      name: "DeviceConfigured",
      arguments: { because: "deadline" },
      inventory: true,
    }, status);
  }
});

Deno.test("a release that was sent is offered again after a while, and after NotNow in the next conversation", () => {
  const states: [Partial<QueuedCommand>, boolean][] = [
    [{ state: "queued" }, true],
    [{ state: "sent", sentAt: at(-10) }, false],
    [{ state: "sent", sentAt: at(-60) }, true],
    [{ state: "notNow", notNowAt: at(-30), notBefore: at(3600) }, true],
    [{ state: "notNow", notNowAt: at(0), notBefore: at(3600) }, false],
  ];
  for (const [given, offered] of states) {
    const decision = release(waiting({ queue: [command(given)] }));
    assert.equal(decision.outcome === "chosen", offered, JSON.stringify(given));
    if (offered) assert.deepEqual(decision.step, { kind: "queued", commandId: 7 });
  }
});

Deno.test("a release that the device refused waits a minute; one of an earlier wait does not count", () => {
  const asked = (time: Date) =>
    waiting({ inventory: { ...waiting().inventory, askedAt: new Map([["DeviceConfigured", time]]) } });
  assert.equal(release(asked(at(-10))).outcome, "waits");
  assert.deepEqual(release(asked(at(-10))).until, at(50));
  assert.equal(release(asked(at(-60))).outcome, "chosen");
  assert.equal(release(asked(at(-61))).outcome, "chosen");
});

Deno.test("the administrator is set up before the release, and a refusal opens the gate", () => {
  const account = { wanted: true, configuredAt: null, refusedAt: null };
  assert.deepEqual(plan(waiting({ setup: { account } }), NOW).next, { kind: "admin account" });
  assert.equal(release(waiting({ setup: { account } })).outcome, "waits");
  for (const done of [{ configuredAt: at(-1) }, { refusedAt: at(-1) }]) {
    assert.equal(release(waiting({ setup: { account: { ...account, ...done } } })).outcome, "chosen");
  }
});

Deno.test("a device that does not wait has no decisions about Setup Assistant", () => {
  const others = [
    { ...waiting(), setup: null },
    { ...waiting(), target: { ...mac, awaitingConfiguration: false }, setup: null },
    { ...waiting(), target: { ...mac, channel: "User" as const, awaitingConfiguration: true } },
  ];
  for (const given of others) {
    assert.ok(!plan(given, NOW).decisions.some(({ scheduler }) => scheduler === "setup-assistant"));
  }
});

Deno.test("whatever the facts: once the time is over, the release is chosen unless it is on its way or was refused just now", () => {
  const time = fc.integer({ min: -7200, max: 0 }).map(at);
  const orNull = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });
  fc.assert(fc.property(
    fc.record({
      status: fc.constantFrom("Idle", "NotNow", "Error", "Acknowledged", "CommandFormatError" as const),
      deviceInformationAt: orNull(time),
      securityInfoAt: orNull(time),
      asked: fc.dictionary(fc.constantFrom("DeviceInformation", "SecurityInfo", "ProfileList"), time),
      dueAt: time,
      wanted: fc.boolean(),
      configuredAt: orNull(time),
      refusedAt: orNull(time),
      queue: fc.array(
        fc.record({
          name: fc.constantFrom("RestartDevice", "DeviceInformation", "AccountConfiguration", "InstallProfile"),
          state: fc.constantFrom("queued", "sent", "notNow" as const),
          sentAt: orNull(time),
          notNowAt: orNull(time),
        }),
        { maxLength: 4 },
      ),
    }),
    (one) => {
      const given = waiting({
        status: one.status as "Idle",
        inventory: {
          ...NO_INVENTORY,
          deviceInformationAt: one.deviceInformationAt,
          securityInfoAt: one.securityInfoAt,
          askedAt: new Map(Object.entries(one.asked)),
        },
        setup: {
          dueAt: one.dueAt,
          account: { wanted: one.wanted, configuredAt: one.configuredAt, refusedAt: one.refusedAt },
        },
        queue: one.queue.map((each, id) => command({ ...each, state: each.state as "queued", id })),
      });
      const { next } = plan(given, NOW);
      assert.equal(next?.kind === "command" && next.name, "DeviceConfigured");
    },
  ));
});
