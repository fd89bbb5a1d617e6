/**
 * The states of things in words: one table for chips, filters, sentences of events and the API's descriptions. Pure.
 *
 * @module
 */

import type { SetupStep } from "../db/ade/setup_views.ts";
import type { ApprovalRow } from "../db/approvals/approvals.ts";
import type { BulkCommandRow } from "../db/bulk/bulk_commands.ts";
import type { RolloutRow } from "../db/artifacts/rollouts.ts";
import type { TargetArtifactRow } from "../db/artifacts/target_artifacts.ts";
import type { DeviceStateName } from "../db/devices/device_state_views.ts";
import type { ClaimRow } from "../db/enrollment/enrollment_claims.ts";
import type { CommandRow, FinalState } from "../db/work/commands.ts";
import type { JobListRow } from "../db/work/job_queue.ts";
import type { TokenState } from "../src/ade/health.ts";
import type { Availability } from "../db/apps/assets.ts";
import type { LocationState } from "../src/apps/health.ts";
import { type InstallState, installState } from "../src/blueprints/observed_artifact.ts";
import type { Decision } from "../src/planner/plan.ts";
import type { UpdateState } from "../src/planner/update_progress.ts";

/** A state: its word, its color, and its meaning if the word alone is not clear. */
export type StateWord = { text: string; tone?: "good" | "bad" | "warn"; means?: string };

/** A state of a command; an answer of a device is one, too: Apple's status, and the words around the command's name. */
type CommandWord = StateWord & { status?: string; answer?: readonly [before: string, after: string] };

/** Commands, by their state. */
export const COMMAND_WORDS = {
  queued: { text: "Queued" },
  sent: { text: "Sent" },
  notNow: { text: "Not now", tone: "warn", status: "NotNow", answer: ["cannot take", " now"] },
  acknowledged: { text: "Acknowledged", tone: "good", status: "Acknowledged", answer: ["acknowledged", ""] },
  error: { text: "Failed", tone: "bad", status: "Error", answer: ["reported an error for", ""] },
  formatError: {
    text: "Not understood",
    tone: "bad",
    status: "CommandFormatError",
    answer: ["did not understand", ""],
  },
  expired: { text: "Expired", tone: "warn" },
  cancelled: { text: "Cancelled" },
} as const satisfies Readonly<Record<CommandRow["state"] | FinalState, CommandWord>>;

const COMMANDS: ReadonlyMap<string, CommandWord> = new Map(Object.entries(COMMAND_WORDS));

/** Returns the word of a command's state; a state without one is its own word. */
export const commandWord = (state: string): CommandWord => COMMANDS.get(state) ?? { text: state };

/** A device's answer in words, before and after the name of the command, by Apple's status. */
export const ANSWER_WORDS: ReadonlyMap<string, readonly [before: string, after: string]> = new Map(
  [...COMMANDS.values()].flatMap(({ status, answer }) =>
    status === undefined || answer === undefined ? [] : [[status, answer] as const]
  ),
);

/** Devices on their way to an update, by their state. */
export const UPDATE_WORDS = {
  updated: { text: "Updated", tone: "good" },
  due: { text: "Due", means: "The device has a target, and its deadline has not passed." },
  late: { text: "Late", tone: "warn", means: "The deadline has passed, and the device has not updated." },
  failed: { text: "Failed", tone: "bad", means: "The device tried to update and could not." },
  none: { text: "No target" },
} as const satisfies Readonly<Record<UpdateState, StateWord>>;

/** Versions of artifacts on devices, by their status; `on` stands between the version and the device in a sentence. */
export const INSTALL_WORDS = {
  Installed: { text: "Installed", tone: "good", on: "is installed on" },
  Acknowledged: { text: "Acknowledged", tone: "good", on: "was acknowledged by" },
  AwaitingConfirmation: { text: "In progress", tone: "warn", on: "is in progress on" },
  Failed: { text: "Failed", tone: "bad", on: "failed on" },
  Uninstalled: { text: "Not installed", on: "is not installed on" },
  RemovalFailed: { text: "Not removed", tone: "bad", on: "could not be removed from" },
  ForceReinstall: { text: "To be reinstalled", tone: "warn", on: "is to be reinstalled on" },
} as const satisfies Readonly<Record<TargetArtifactRow["status"], StateWord & { on: string }>>;

/** Versions on one device, where more is known of them than their status. */
export const INSTALL_STATE_WORDS = {
  "accepted": { text: "In progress", tone: "warn", means: "The device has accepted it and has not said more." },
  "downloading": { text: "Downloading", tone: "warn", means: "The device downloads it, or waits to do so." },
  "paused": { text: "Paused", tone: "warn", means: "The download was paused on the device." },
  "installing": { text: "Installing", tone: "warn" },
  "acknowledged": { text: "Acknowledged", tone: "good", means: "The device has accepted it. It cannot be verified." },
  "installed": { text: "Installed", tone: "good", means: "The device has it, or a later version of it." },
  "verified": { text: "Verified", tone: "good", means: "The device lists exactly this version." },
  "declined": { text: "Declined", tone: "bad", means: "Its user declined it. It is not retried by itself." },
  "failed": { text: "Failed", tone: "bad" },
  "not installed": { text: "Not installed" },
  "not active": { text: "Not active" },
  "not removed": { text: "Not removed", tone: "bad" },
  "to be reinstalled": { text: "To be reinstalled", tone: "warn" },
} as const satisfies Readonly<Record<InstallState, StateWord>>;

/** Returns the word of a version on one device. */
export const installWord = (row: Parameters<typeof installState>[0]): StateWord =>
  INSTALL_STATE_WORDS[installState(row)];

/** Rollouts of versions. */
export const ROLLOUT_WORDS = {
  active: { text: "Active" },
  halted: {
    text: "Halted",
    tone: "bad",
    means: "Devices that have the version keep it. No other device gets it.",
  },
  withdrawn: {
    text: "Withdrawn",
    tone: "warn",
    means: "No device gets the version. Devices that have it return to the previous version.",
  },
} as const satisfies Readonly<Record<RolloutRow["state"], StateWord>>;

/** Claims of hardware. */
export const CLAIM_WORDS: Readonly<Record<ClaimRow["state"], StateWord>> = {
  pending: { text: "Pending", tone: "warn" },
  confirmed: { text: "Confirmed" },
  used: { text: "Used", means: "The claim was confirmed and the device has enrolled." },
  dismissed: { text: "Dismissed" },
};

/** The result of a bulk command on a device: that of its command, or why there is none. */
export const BULK_RESULT_WORDS = {
  waiting: { text: "Waiting", means: "The command is not queued on the device yet." },
  impossible: { text: "Not possible", tone: "warn", means: "The device cannot have the command." },
  ...COMMAND_WORDS,
} as const satisfies Readonly<Record<string, StateWord>>;

/** The states of results. */
export const BULK_RESULT_STATES = [
  "waiting",
  "impossible",
  "queued",
  "sent",
  "notNow",
  "acknowledged",
  "error",
  "formatError",
  "expired",
  "cancelled",
] as const satisfies readonly (keyof typeof BULK_RESULT_WORDS)[];

/** Bulk commands. */
const BULK_WORDS: Readonly<Record<BulkCommandRow["state"], StateWord>> = {
  waiting: { text: "Waiting for approval", tone: "warn" },
  running: { text: "Running" },
  done: { text: "Queued", tone: "good", means: "Each device has the command, or a reason why not." },
  cancelled: { text: "Cancelled" },
  declined: { text: "Declined" },
};

const UNFINISHED = ["waiting", "queued", "sent", "notNow"];

/** Returns the word for a bulk command with the number of devices by the state of the command there. */
export const bulkWord = (
  { state, states }: { state: BulkCommandRow["state"]; states: Readonly<Record<string, number>> },
): StateWord =>
  state === "done" && !UNFINISHED.some((one) => (states[one] ?? 0) > 0)
    ? { text: "Finished", tone: "good", means: "Each device has answered, or cannot have the command." }
    : BULK_WORDS[state];

/** Requests for approval. */
export const APPROVAL_WORDS: Readonly<Record<ApprovalRow["state"], StateWord>> = {
  waiting: { text: "Waiting", tone: "warn" },
  approved: { text: "Approved", tone: "good", means: "It was done, or the requester can see the secret once." },
  declined: { text: "Declined" },
  expired: { text: "Expired" },
  used: { text: "Used", tone: "good", means: "The requester has seen the secret." },
  failed: { text: "Failed", tone: "bad", means: "It was approved, and is no longer possible." },
};

/** Devices. */
export const DEVICE_WORDS = {
  active: { text: "Active", tone: "good" },
  silent: { text: "Silent", tone: "warn", means: "The device has not checked in for a week." },
  released: { text: "Released", means: "The device is blocked or no longer enrolled." },
  deleted: { text: "Deleted", means: "The device can be restored." },
  gone: { text: "Data removed", means: "The data of the device has been removed." },
} as const satisfies Readonly<Record<DeviceStateName, StateWord>>;

/** A device that may not enroll, whatever its state. */
export const BLOCKED = { text: "Blocked", tone: "bad" } as const satisfies StateWord;

/** Jobs. */
export const JOB_WORDS: Readonly<Record<JobListRow["state"], StateWord>> = {
  queued: { text: "Queued" },
  running: { text: "Running" },
  succeeded: { text: "Succeeded", tone: "good" },
  failed: { text: "Failed", tone: "bad" },
  quarantined: { text: "Set aside", tone: "bad", means: "The process ended each time the job ran." },
};

/** Decisions of the planner. */
export const DECISION_WORDS: Readonly<Record<Decision["outcome"], StateWord>> = {
  chosen: { text: "Next", tone: "good" },
  waits: { text: "Waiting" },
  "not due": { text: "Not due" },
  "not for this target": { text: "Not for this device" },
  off: { text: "Off" },
};

/** Returns a word for the middle of a sentence. */
export const inSentence = ({ text }: StateWord): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Returns the choices of a filter: the state, then its word. */
export const choicesOf = (words: Readonly<Record<string, StateWord>>): (readonly [string, string])[] =>
  Object.entries(words).map(([state, { text }]) => [state, text] as const);

/**
 * Returns the meanings of states, for a description.
 *
 * @example
 * meaningsOf(CLAIM_WORDS); // "used: The claim was confirmed and the device has enrolled."
 */
export const meaningsOf = (words: Readonly<Record<string, StateWord>>): string =>
  Object.entries(words).flatMap(([state, { means }]) => means === undefined ? [] : [`${state}: ${means}`]).join(" ");

/** Server tokens of Apple, by the state of their health. */
export const TOKEN_WORDS = {
  "ok": { text: "Valid", tone: "good" },
  "expiring": { text: "Expires soon", tone: "warn" },
  "expired": { text: "Expired", tone: "bad" },
  "terms not signed": { text: "Terms not accepted", tone: "bad" },
  "revoked": { text: "Revoked", tone: "bad" },
  "account gone": { text: "No access", tone: "bad" },
  "refused": { text: "Refused", tone: "bad" },
  "no token": { text: "No token", tone: "bad" },
} as const satisfies Readonly<Record<TokenState, StateWord>>;

/** Locations of Apps & Books, by the state of their content token and manager. */
export const LOCATION_WORDS = {
  "ok": { text: "Valid", tone: "good" },
  "expiring": { text: "Expires soon", tone: "warn" },
  "expired": { text: "Expired", tone: "bad" },
  "revoked": { text: "Revoked", tone: "bad" },
  "refused": { text: "Refused", tone: "bad" },
  "taken over": { text: "Managed elsewhere", tone: "bad" },
} as const satisfies Readonly<Record<LocationState, StateWord>>;

/** Licences of an asset, by how many are left. */
export const AVAILABILITY_WORDS = {
  none: { text: "Available", tone: "good" },
  minor: { text: "Low", tone: "warn", means: "A fifth of the licences or less is left." },
  major: { text: "Very low", tone: "bad", means: "A tenth of the licences or less is left." },
} as const satisfies Readonly<Record<Availability, StateWord>>;

/** A licence of one holder. */
export const LICENCE_WORDS = {
  assigned: { text: "Assigned", tone: "good" },
  committed: { text: "In use", tone: "good", means: "The app is installed." },
  requested: { text: "Requested" },
  reserved: { text: "Pending" },
  waiting: { text: "No licence left", tone: "warn" },
  refused: { text: "Refused", tone: "bad" },
  releasing: { text: "Being given back" },
} as const satisfies Readonly<Record<string, StateWord>>;

/** Profiles of devices at Apple, by Apple's word. */
export const PROFILE_STATUS_WORDS = {
  empty: { text: "No profile" },
  assigned: { text: "Assigned", tone: "good" },
  pushed: { text: "Pushed", tone: "good", means: "Setup Assistant took it." },
  removed: { text: "Dropped", tone: "warn", means: "The device was assigned again and needs it again." },
} as const satisfies Readonly<Record<string, StateWord>>;

const PROFILE_STATUSES: ReadonlyMap<string, StateWord> = new Map(Object.entries(PROFILE_STATUS_WORDS));

/** Returns the word of a profile's status; a status that Apple adds is its own word. */
export const profileStatusWord = (status: string): StateWord => PROFILE_STATUSES.get(status) ?? { text: status };

/** Assigned devices on their way through Setup Assistant, by their step. */
export const SETUP_WORDS = {
  never: { text: "Not set up yet", means: "The device has never asked the server for its profile." },
  must_update: { text: "Must update", tone: "warn", means: "The device has to update its system before it enrolls." },
  web_view: { text: "In the web view", tone: "warn", means: "The device has opened the web view and not finished it." },
  refused: { text: "Refused", tone: "bad", means: "The device asked for its profile and did not get it." },
  profile: { text: "Has its profile", tone: "warn", means: "The device got its profile and has not enrolled." },
  waiting: { text: "In Setup Assistant", tone: "warn", means: "The device has enrolled and waits for its release." },
  released: { text: "Released", tone: "good", means: "The device has enrolled and left Setup Assistant." },
  enrolled: { text: "Enrolled", tone: "good", means: "The device is enrolled and did not wait in Setup Assistant." },
  enrolled_before: { text: "Enrolled before", means: "The last enrollment of the device has ended." },
} as const satisfies Readonly<Record<SetupStep, StateWord>>;
