/**
 * The recovery password of a Mac: the recovery lock with Apple silicon, the firmware password with an Intel processor.
 *
 * What the Mac acknowledged proves nothing: every password that was sent is kept until the Mac has verified one, and the
 * next one is set only when the present one is known.
 *
 * @module
 */

import type { BlueprintContent } from "../../blueprints/content.ts";
import { commandNamed } from "../../commands/registry.ts";
import type { CommandTarget } from "../../commands/command.ts";
import type { EscrowedPassword, PlanFacts } from "../facts.ts";
import type { Decision, Scheduler } from "../plan.ts";
import { isPending } from "./queued_commands.ts";

type RecoverySettings = NonNullable<BlueprintContent["recoveryPassword"]>;

const NAME = "recovery-password";

/** The commands of a kind of password. */
type Means = { secret: EscrowedPassword["kind"]; set: string; verify: string };
const RECOVERY_LOCK: Means = {
  secret: "recovery_lock_password",
  set: "SetRecoveryLock",
  verify: "VerifyRecoveryLock",
};
const FIRMWARE: Means = {
  secret: "firmware_password",
  set: "SetFirmwarePassword",
  verify: "VerifyFirmwarePassword",
};

/**
 * Seconds before a password is set or removed again, by the number of passwords that the Mac has denied since the one
 * that it has, or of removals that it did not obey. Each password is kept, so that a Mac that acknowledges all and sets
 * none gets one a day.
 */
const SET_AGAIN = [600, 3600, 4 * 3600, 86_400];
/** Seconds before the Mac is asked again for a password that it has denied. */
const CHECK_AGAIN = 4 * 3600;
/** Seconds before the Mac is asked again whether it has restarted. */
const RESTARTED_AGAIN = 3600;

const later = (at: Date, seconds: number) => new Date(at.getTime() + seconds * 1000);

const meansOf = ({ appleSilicon }: CommandTarget): Means | null =>
  appleSilicon === null ? null : appleSilicon ? RECOVERY_LOCK : FIRMWARE;

/** Why a password that is in use is to be replaced; or when it will be, null if never. */
function replacement(
  held: EscrowedPassword,
  settings: RecoverySettings,
  rotates: boolean,
  now: Date,
): { because: string } | { at: Date | null } {
  if (!settings.dynamicPassword) {
    if (held.origin !== "static") return { because: "the settings have a static password" };
    return held.createdAt < new Date(settings.staticPasswordSetAt ?? 0)
      ? { because: "the static password has changed" }
      : { at: null };
  }
  if (held.origin === "static") return { because: "the settings do not have a static password any more" };
  if (!rotates) return { at: null };
  const times = [
    ...(held.rotateAt === null ? [] : [held.rotateAt]),
    ...(settings.rotationIntervalDays === 0 ? [] : [later(held.createdAt, settings.rotationIntervalDays * 86_400)]),
  ].sort((one, other) => one.getTime() - other.getTime());
  const [first] = times;
  if (first === undefined || first > now) return { at: first ?? null };
  return {
    because: first === held.rotateAt ? "it was revealed" : `it is older than ${settings.rotationIntervalDays} days`,
  };
}

function consider(facts: PlanFacts, now: Date): Decision | null {
  const { target, recovery } = facts;
  if (target.channel !== "Device" || target.platform !== "macOS") return null;
  const settings = facts.blueprint?.recoveryPassword ?? null;
  const means = meansOf(target);
  const about = { scheduler: NAME, subject: means?.set ?? "SetRecoveryLock" };
  const waits = (evidence: string, until?: Date): Decision => ({
    ...about,
    outcome: "waits",
    evidence,
    ...(until === undefined ? {} : { until }),
  });
  if (means === null) return settings === null ? null : waits("the processor of the Mac is not known yet");
  const { reported } = recovery;
  const all = recovery.passwords.filter(({ kind }) => kind === means.secret);
  const live = all.filter(({ endedAt }) => endedAt === null);
  if (settings === null && live.length === 0) return null;
  const reason = commandNamed(means.set)?.invalidFor(target) ?? null;
  if (reason !== null) return { ...about, outcome: "not for this target", evidence: reason };
  if (!recovery.hardwareProven) return waits("the hardware of the device is not confirmed");
  const pending = [means.set, means.verify].find((name) => isPending(facts, name, now));
  if (pending !== undefined) return waits(`${pending} is on its way`);
  if (facts.status === "NotNow") return waits("the device answered NotNow", now);

  const ask = (name: string, evidence: string, args: Record<string, number> = {}): Decision => ({
    ...about,
    subject: name,
    outcome: "chosen",
    evidence,
    step: { kind: "command", name, arguments: args, inventory: true },
  });
  const askedAt = (name: string) => facts.inventory.askedAt.get(name);
  const askAgain = (name: string, seconds: number, evidence: string, args: Record<string, number> = {}): Decision => {
    const last = askedAt(name);
    const again = last === undefined ? now : later(last, seconds);
    return again > now ? waits(evidence, again) : ask(name, evidence, args);
  };

  const [newest] = live.filter(({ proven }) => !proven);
  if (means === FIRMWARE && newest !== undefined && newest.deniedAt === null) {
    // It is in use after a restart, and SecurityInfo says when that was.
    const known = reported.at !== null && reported.at > newest.createdAt;
    if (!known) {
      return askAgain("SecurityInfo", RESTARTED_AGAIN, "whether the new firmware password waits for a restart");
    }
    if (reported.changePending) {
      return askAgain("SecurityInfo", RESTARTED_AGAIN, "the new firmware password is used after a restart");
    }
  }
  const unchecked = live.find(({ proven, deniedAt }) => !proven && deniedAt === null);
  if (unchecked !== undefined) {
    return ask(means.verify, "a password that was sent is not proven", { secret_id: unchecked.id });
  }
  const denied = live.filter(({ deniedAt }) => deniedAt !== null);
  const held = live.find(({ proven }) => proven);
  if (held !== undefined && denied.some(({ deniedAt }) => (deniedAt ?? now) > (held.checkedAt ?? held.createdAt))) {
    return ask(means.verify, "a newer password was denied", { secret_id: held.id });
  }
  if (held === undefined && reported.at === null) return waits("SecurityInfo was never collected");
  if (held === undefined && reported.set === true) {
    // One of the passwords of earlier days, perhaps from before an enrollment.
    const candidate = all.find(({ deniedAt }) => deniedAt === null || later(deniedAt, CHECK_AGAIN) <= now);
    if (candidate !== undefined) {
      return ask(means.verify, "the Mac has a password, which none is proven to be", { secret_id: candidate.id });
    }
    const again = all.flatMap(({ deniedAt }) => (deniedAt === null ? [] : [later(deniedAt, CHECK_AGAIN)]))
      .sort((one, other) => one.getTime() - other.getTime())[0];
    return waits("the Mac has a password that is none of the stored ones", again);
  }
  const lastSet = askedAt(means.set);
  // The last attempt led to the password that the Mac has.
  const worked = held !== undefined && lastSet !== undefined && held.createdAt >= lastSet;
  // Those that ended when the present one was confirmed again count as well.
  const failed = held === undefined ? denied : all.filter(({ id, deniedAt }) => deniedAt !== null && id > held.id);
  const set = (evidence: string, clear: boolean): Decision => {
    const tried = clear ? held?.removalsTried ?? 0 : failed.length;
    const again = lastSet === undefined || (worked && !(clear && tried > 0))
      ? now
      : later(lastSet, SET_AGAIN[Math.min(tried, SET_AGAIN.length) - 1] ?? SET_AGAIN[0] ?? 0);
    return again > now
      ? waits(`${evidence}; tried ${lastSet?.toISOString() ?? ""}`, again)
      : { ...about, outcome: "chosen", evidence, step: { kind: "recovery password", name: means.set, clear } };
  };
  if (held === undefined) {
    return settings === null
      ? { ...about, outcome: "off", evidence: "the blueprint has no settings of recovery passwords" }
      : set("the Mac has no password", false);
  }
  if (settings === null) {
    return held.origin === "manual"
      ? { ...about, outcome: "off", evidence: "the password was set by a person" }
      : set("the blueprint has no settings of recovery passwords any more", true);
  }
  const due = replacement(held, settings, means === RECOVERY_LOCK || settings.rotateFirmwarePassword, now);
  if ("because" in due) return set(due.because, false);
  return {
    ...about,
    outcome: "not due",
    evidence: `proven, set ${held.createdAt.toISOString()}`,
    ...(due.at === null ? {} : { until: due.at }),
  };
}

export const recoveryPassword: Scheduler = {
  name: NAME,
  consider(facts, now) {
    const decision = consider(facts, now);
    return decision === null ? [] : [decision];
  },
};
