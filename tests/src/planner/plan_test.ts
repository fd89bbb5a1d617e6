import assert from "node:assert/strict";
import fc from "fast-check";
import { plan } from "../../../src/planner/plan.ts";
import type { PlanFacts, QueuedCommand } from "../../../src/planner/facts.ts";
import { mac } from "../commands/target.ts";

const START = Date.parse("2026-06-01T12:00:00Z");
const at = (seconds: number) => new Date(START + seconds * 1000);
const NOW = at(0);

const facts = (given: Partial<PlanFacts> = {}): PlanFacts => ({
  target: mac,
  status: "Idle",
  conversationStartedAt: at(-1),
  queue: [],
  inventory: {
    deviceInformationAt: at(-60),
    securityInfoAt: at(-60),
    appsAt: null,
    certificatesAt: null,
    profilesAt: null,
    askedAt: new Map(),
  },
  blueprint: null,
  identity: { notAfter: at(300 * 86_400), renewalStartedAt: null },
  artifacts: {
    serialNumber: "C02SIM000001",
    tags: new Set(),
    enrolledAt: at(-86_400),
    observed: [],
    certificateEnds: new Map(),
    values: new Set(),
    licenceHolder: { kind: "nobody", reason: "" },
    licences: new Map(),
    paces: new Map(),
    declarative: { enabled: false, token: null, refusedToken: null, refusedAt: null, clientCapabilities: null },
    update: { build: "", softwareUpdateDeviceId: "" },
  },
  filevault: null,
  setup: null,
  bypassCodeAt: NOW,
  recovery: { hardwareProven: true, passwords: [], reported: { at: null, set: null, changePending: false } },
  settings: { resendAfterSeconds: 60, renewBeforeDays: 90, identifierPrefix: "com.example.mdm" },
  ...given,
});

/** The token of a blueprint without artifacts. */
const EMPTY_SET = "6d68f45cb799a84a90ac9b2e6217ac6ce2ac6c34";

let made = 0;
const command = (given: Partial<QueuedCommand> = {}): QueuedCommand => ({
  id: ++made,
  uuid: crypto.randomUUID(),
  name: "DeviceLock",
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

Deno.test("a device that needs nothing is planned for when it will", () => {
  const { next, planAgainAt, decisions } = plan(facts(), NOW);
  assert.equal(next, null);
  assert.deepEqual(planAgainAt, at(86_400 - 60));
  assert.deepEqual(decisions.map(({ subject, outcome }) => `${subject}: ${outcome}`), [
    "DeviceInformation: not due",
    "SecurityInfo: not due",
    "Reenroll: not due",
    "DeclarativeManagement: off",
    "ActivationLockBypassCode: not due",
  ]);
});

Deno.test("the queue comes first, oldest first, then inventory, renewal and the lists of the blueprint", () => {
  const [one, two] = [command(), command()];
  const everything = facts({
    queue: [one, two],
    inventory: {
      deviceInformationAt: null,
      securityInfoAt: at(-60),
      appsAt: null,
      certificatesAt: null,
      profilesAt: null,
      askedAt: new Map(),
    },
    identity: { notAfter: at(86_400), renewalStartedAt: null },
    blueprint: {
      id: 1,
      inventoryIntervalSeconds: 14_400,
      collectApps: "managed",
      collectCertificates: "no",
      collectProfiles: "all",
      legacyProfilesViaDdm: true,
      filevault: null,
      recoveryPassword: null,
      enforcements: [],
      releases: [],
      catalogue: 0,
      artifacts: new Map(),
    },
  });
  assert.deepEqual(plan(everything, NOW).next, { kind: "queued", commandId: one.id });
  const steps = plan(everything, NOW).decisions.filter(({ outcome }) => outcome === "chosen").map(({ step }) => step);
  assert.deepEqual(steps, [
    { kind: "queued", commandId: one.id },
    { kind: "queued", commandId: two.id },
    { kind: "command", name: "DeviceInformation", arguments: {}, inventory: true },
    { kind: "renewal" },
    {
      kind: "command",
      name: "DeclarativeManagement",
      arguments: { timestamp: "2026-06-01T12:00:00Z", token: EMPTY_SET },
    },
    { kind: "command", name: "InstalledApplicationList", arguments: { managed_only: true }, inventory: true },
    { kind: "command", name: "ProfileList", arguments: { managed_only: false }, inventory: true },
  ]);
});

Deno.test("after NotNow, only commands that were never sent are sent in this conversation", () => {
  const [put, sent, fresh] = [
    command({ state: "notNow", notNowAt: at(-3600) }),
    command({ state: "sent", sentAt: at(-3600) }),
    command(),
  ];
  const said = facts({ status: "NotNow", queue: [put, sent, fresh] });
  assert.deepEqual(plan(said, NOW).next, { kind: "queued", commandId: fresh.id });
  assert.equal(plan({ ...said, queue: [put, sent] }, NOW).next, null);
  assert.deepEqual(plan({ ...said, status: "Idle" }, NOW).next, { kind: "queued", commandId: put.id });
});

Deno.test("steps skipped for a NotNow are planned in the next conversation", () => {
  const due = facts({ status: "NotNow", inventory: { ...facts().inventory, securityInfoAt: null } });
  assert.deepEqual([plan(due, NOW).next, plan(due, NOW).planAgainAt], [null, NOW]);
});

Deno.test("a command that waits for its time or its answer blocks no other, and states when it is due", () => {
  const later = command({ notBefore: at(100) });
  const sent = command({ state: "sent", sentAt: at(-20) });
  const fresh = command();
  assert.deepEqual(plan(facts({ queue: [later, sent, fresh] }), NOW).next, { kind: "queued", commandId: fresh.id });
  assert.deepEqual(plan(facts({ queue: [later, sent] }), NOW).planAgainAt, at(40));
  assert.deepEqual(plan(facts({ queue: [later, sent] }), at(40)).next, { kind: "queued", commandId: sent.id });
});

Deno.test("an inventory that is on its way, or failed lately, is not asked again", () => {
  const never = { ...facts().inventory, deviceInformationAt: null };
  const pending = facts({
    inventory: never,
    queue: [command({ name: "DeviceInformation", state: "sent", sentAt: at(-5) })],
  });
  assert.equal(plan(pending, NOW).next, null);
  const failed = facts({ inventory: { ...never, askedAt: new Map([["DeviceInformation", at(-100)]]) } });
  assert.equal(plan(failed, NOW).next, null);
  assert.deepEqual(plan(failed, NOW).planAgainAt, at(3500));
  assert.deepEqual(plan(failed, at(3500)).next, {
    kind: "command",
    name: "DeviceInformation",
    arguments: {},
    inventory: true,
  });
});

Deno.test("a user's channel gets commands alone", () => {
  const user = facts({ target: { ...mac, channel: "User" }, identity: { notAfter: null, renewalStartedAt: null } });
  const { next, decisions, planAgainAt } = plan(user, NOW);
  assert.deepEqual([next, decisions.map(({ outcome }) => outcome), planAgainAt], [null, ["off"], null]);
});

Deno.test("whatever the facts: a plan is repeatable, its next is a chosen one, and without one it names no past time", () => {
  const moment = fc.integer({ min: -200_000, max: 200_000 }).map(at);
  const maybe = fc.option(moment, { nil: null });
  const queued = fc.record({
    id: fc.integer({ min: 1 }),
    uuid: fc.uuid(),
    name: fc.constantFrom("DeviceLock", "DeviceInformation", "Reenroll"),
    artifactVersion: fc.constant(null),
    state: fc.constantFrom("queued" as const, "sent" as const, "notNow" as const),
    notBefore: maybe,
    expiresAt: maybe,
    sentAt: maybe,
    sentCount: fc.nat({ max: 100 }),
    notNowAt: maybe,
    createdAt: moment,
  });
  const collect = fc.constantFrom("no" as const, "managed" as const, "all" as const);
  fc.assert(fc.property(
    fc.record({
      status: fc.constantFrom("Idle" as const, "Acknowledged" as const, "NotNow" as const, "Error" as const),
      conversationStartedAt: maybe,
      queue: fc.array(queued, { maxLength: 6 }),
      inventory: fc.record({
        deviceInformationAt: maybe,
        securityInfoAt: maybe,
        appsAt: maybe,
        certificatesAt: maybe,
        profilesAt: maybe,
        askedAt: fc.array(fc.tuple(fc.constantFrom("DeviceInformation", "ProfileList"), moment)).map((all) =>
          new Map(all)
        ),
      }),
      blueprint: fc.option(
        fc.record({
          id: fc.constant(1),
          legacyProfilesViaDdm: fc.boolean(),
          filevault: fc.constant(null),
          recoveryPassword: fc.constant(null),
          enforcements: fc.constant([]),
          releases: fc.constant([]),
          catalogue: fc.constant(0),
          artifacts: fc.constant(new Map()),
          inventoryIntervalSeconds: fc.integer({ min: 14_400, max: 604_800 }),
          collectApps: collect,
          collectCertificates: collect,
          collectProfiles: collect,
        }),
        { nil: null },
      ),
      identity: fc.record({ notAfter: maybe, renewalStartedAt: maybe }),
    }),
    (given) => {
      const made = plan(facts(given), NOW);
      assert.deepEqual(plan(facts(given), NOW), made);
      const chosen = made.decisions.filter(({ outcome }) => outcome === "chosen");
      assert.deepEqual(made.next, chosen[0]?.step ?? null);
      assert.ok(made.decisions.every(({ evidence }) => evidence !== ""));
      // Steps that wait for the end of this conversation are planned in the next one, which may begin immediately.
      if (made.next === null && made.planAgainAt !== null) assert.ok(made.planAgainAt >= NOW);
      if (given.status === "NotNow") {
        for (const { step } of chosen) assert.equal(step?.kind, "queued");
      }
    },
  ));
});
