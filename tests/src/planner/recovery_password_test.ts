import assert from "node:assert/strict";
import type { EscrowedPassword, PlanFacts } from "../../../src/planner/facts.ts";
import { type Decision, plan } from "../../../src/planner/plan.ts";
import { mac } from "../commands/target.ts";
import { factsOf, freshMemory } from "./worlds.ts";

const NOW = new Date("2026-06-15T12:00:00Z");
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const DAY = 86_400;

const DYNAMIC = {
  id: 1,
  dynamicPassword: true,
  staticPasswordSetAt: null,
  rotationIntervalDays: 30,
  rotateFirmwarePassword: false,
};

type Settings = NonNullable<NonNullable<PlanFacts["blueprint"]>["recoveryPassword"]>;

/** A Mac with Apple silicon whose inventory is known, and the settings of its blueprint. */
function facts(
  given: {
    settings?: Settings | null;
    passwords?: Partial<EscrowedPassword>[];
    silicon?: boolean;
    asked?: Record<string, Date>;
    recovery?: Partial<PlanFacts["recovery"]>;
  } & Pick<Partial<PlanFacts>, "status" | "queue">,
): PlanFacts {
  const silicon = given.silicon ?? true;
  const target = { ...mac, appleSilicon: silicon, awaitingConfiguration: false };
  const world = factsOf(null, { target, tags: new Set<number>(), serialNumber: "C02SIM000001" }, freshMemory());
  return {
    ...world,
    status: given.status ?? "Idle",
    queue: given.queue ?? [],
    inventory: { ...world.inventory, askedAt: new Map(Object.entries(given.asked ?? {})) },
    blueprint: {
      id: 1,
      inventoryIntervalSeconds: DAY,
      collectApps: "no",
      collectCertificates: "no",
      collectProfiles: "no",
      legacyProfilesViaDdm: true,
      artifacts: new Map(),
      enforcements: [],
      releases: [],
      catalogue: 0,
      filevault: null,
      recoveryPassword: given.settings === undefined ? DYNAMIC : given.settings,
    },
    recovery: {
      hardwareProven: true,
      reported: { at: at(-60), set: false, changePending: false },
      ...given.recovery,
      passwords: (given.passwords ?? []).map((password, index) => ({
        id: 100 - index,
        kind: silicon ? "recovery_lock_password" : "firmware_password",
        createdAt: at(-DAY),
        proven: false,
        origin: "dynamic",
        checkedAt: null,
        deniedAt: null,
        endedAt: null,
        rotateAt: null,
        removalsTried: 0,
        ...password,
      })),
    },
  };
}

function decision(given: Parameters<typeof facts>[0]): Decision | undefined {
  return plan(facts(given), NOW).decisions.find(({ scheduler }) => scheduler === "recovery-password");
}

const SET = { kind: "recovery password", name: "SetRecoveryLock", clear: false };
const verify = (id: number) => ({
  kind: "command",
  name: "VerifyRecoveryLock",
  arguments: { secret_id: id },
  inventory: true,
});

Deno.test("a Mac without a password gets one where the blueprint has settings, and nothing is considered otherwise", () => {
  assert.deepEqual(decision({})?.step, SET);
  assert.equal(decision({ settings: null }), undefined);
});

Deno.test("a password that was sent is checked before anything else; a proven one is left alone until it is due", () => {
  assert.deepEqual(decision({ passwords: [{}] })?.step, verify(100));
  const proven = decision({ passwords: [{ proven: true }] });
  assert.equal(proven?.outcome, "not due");
  assert.deepEqual(proven.until, at(29 * DAY));
});

Deno.test("a denied password sends the question for the one before it; that one is replaced when it is confirmed again", () => {
  const passwords = [{ deniedAt: at(-100), createdAt: at(-200) }, { proven: true, createdAt: at(-31 * DAY) }];
  assert.deepEqual(decision({ passwords })?.step, verify(99));
  const [denied, held] = passwords;
  const confirmed = [denied ?? {}, { ...held, checkedAt: at(-50) }];
  assert.deepEqual(decision({ passwords: confirmed })?.step, SET);
  const again = decision({ passwords: confirmed, asked: { SetRecoveryLock: at(-200) } });
  assert.equal(again?.outcome, "waits");
  assert.deepEqual(again.until, at(400));
});

Deno.test("a Mac that has a password which none is proven to be gets no other; the stored ones are tried", () => {
  const recovery = { reported: { at: at(-60), set: true, changePending: false } };
  const ended = { endedAt: at(-5 * DAY), proven: true };
  assert.deepEqual(decision({ recovery, passwords: [ended] })?.step, verify(100));
  const none = decision({ recovery, passwords: [{ ...ended, deniedAt: at(-600) }] });
  assert.equal(none?.outcome, "waits");
  assert.deepEqual(none.until, at(4 * 3600 - 600));
  assert.equal(decision({ recovery })?.outcome, "waits");
});

Deno.test("what an unknown enrollment says of a hardware sends no password to it", () => {
  const found = decision({ recovery: { hardwareProven: false }, passwords: [{}] });
  assert.equal(found?.outcome, "waits");
});

Deno.test("a static password replaces others and its own earlier value; a dynamic one replaces a static one", () => {
  const fixed = {
    ...DYNAMIC,
    dynamicPassword: false,
    staticPasswordSetAt: at(-3600).toISOString(),
    rotationIntervalDays: 0,
  };
  const held = (password: Partial<EscrowedPassword>) => [{ proven: true, ...password }];
  assert.deepEqual(
    decision({ settings: fixed, passwords: held({ origin: "dynamic", createdAt: at(-10) }) })?.step,
    SET,
  );
  assert.deepEqual(
    decision({ settings: fixed, passwords: held({ origin: "static", createdAt: at(-4000) }) })?.step,
    SET,
  );
  assert.equal(
    decision({ settings: fixed, passwords: held({ origin: "static", createdAt: at(-10) }) })?.outcome,
    "not due",
  );
  assert.deepEqual(decision({ passwords: held({ origin: "static" }) })?.step, SET);
});

Deno.test("a revealed password is replaced at its time, that of an Intel Mac only where the settings rotate it", () => {
  const passwords = [{ proven: true, rotateAt: at(-1) }];
  assert.deepEqual(decision({ passwords })?.step, SET);
  assert.equal(decision({ silicon: false, passwords })?.outcome, "not due");
  const settings = { ...DYNAMIC, rotateFirmwarePassword: true };
  assert.deepEqual(decision({ silicon: false, settings, passwords })?.step, { ...SET, name: "SetFirmwarePassword" });
});

Deno.test("without settings the password of the settings is removed, and that of a person stays", () => {
  const passwords = [{ proven: true }];
  assert.deepEqual(decision({ settings: null, passwords })?.step, { ...SET, clear: true });
  assert.equal(decision({ settings: null, passwords: [{ proven: true, origin: "manual" }] })?.outcome, "off");
});

Deno.test("a firmware password is checked after the restart, not before", () => {
  const passwords = [{ createdAt: at(-600) }];
  const ask = (reported: PlanFacts["recovery"]["reported"], asked = {}) =>
    decision({ silicon: false, passwords, recovery: { reported }, asked });
  const before = ask({ at: at(-900), set: false, changePending: false });
  assert.deepEqual(before?.step, { kind: "command", name: "SecurityInfo", arguments: {}, inventory: true });
  assert.equal(ask({ at: at(-60), set: true, changePending: true }, { SecurityInfo: at(-61) })?.outcome, "waits");
  const after = ask({ at: at(-60), set: true, changePending: false }, { SecurityInfo: at(-61) });
  assert.deepEqual(after?.step, { ...verify(100), name: "VerifyFirmwarePassword" });
});

Deno.test("nothing is sent while a command is on its way or the device says NotNow", () => {
  const queue = [{
    id: 1,
    uuid: "c0ffee00-1234-4abc-8def-0123456789ab",
    name: "SetRecoveryLock",
    artifactVersion: null,
    state: "sent" as const,
    notBefore: null,
    expiresAt: null,
    sentAt: at(-1),
    sentCount: 1,
    notNowAt: null,
    createdAt: at(-10),
  }];
  assert.equal(decision({ queue })?.outcome, "waits");
  assert.equal(decision({ status: "NotNow" })?.outcome, "waits");
});
