/**
 * A record of requests, actions and answers, kept outside of the server, and the violations that follow from it at the
 * end.
 *
 * It is based only on the traffic of operators and devices, and does not depend on how the server works.
 *
 * @module
 */

/** Something that was seen. `at` is in seconds from the beginning of the run. */
export type Entry =
  /** An operator's command was answered with 2xx. */
  | { kind: "asked"; at: number; device: string; uuid: string }
  /** The answer to an operator's command was lost or was a 503: it may or may not exist. */
  | { kind: "unsure"; at: number; device: string }
  /** A device read a command. */
  | { kind: "offered"; at: number; device: string; uuid: string; type: string }
  /** A device executed a command, and begins to send its answer. */
  | { kind: "executed"; at: number; device: string; uuid: string; status: string }
  /** The device's answer was answered with 200. */
  | { kind: "taken"; at: number; device: string; uuid: string; status: string }
  /** The server refused with 4xx. */
  | { kind: "refused"; at: number; who: string; status: number; what: string }
  /** A server ended, and not because of a fault; or not as it should have. */
  | { kind: "ended"; at: number; server: number; how: string }
  /** After a fault a server was ready again after so many seconds, or not at all. */
  | { kind: "ready"; at: number; fault: string; server: number; seconds: number | null };

/** The final state, after a time without faults. */
export type Outcome = {
  /** The commands that operators sent as the API lists them: Apple's status by UUID, null without an answer. */
  listed: ReadonlyMap<string, { device: string; status: string | null }>;
  /** Sentences about commands and jobs that are not done, and about jobs that failed for good. */
  open: { commands: readonly string[]; jobs: readonly string[]; failedJobs: readonly string[] };
  /** Sentences about devices that do not match their blueprint, and about missing changes. */
  astray: readonly string[];
};

/** A promise that was not kept. */
export type Violation = { rule: Rule; evidence: string };

/** The criteria of a run, in the words of the report. */
export const RULES = {
  lost: "commands lost",
  doubled: "commands offered again after their acknowledgement was taken",
  invented: "commands that nobody asked for",
  refused: "requests refused with 4xx",
  ended: "processes that ended by themselves or not as asked",
  slow: "recoveries that took too long",
  open: "commands and jobs open at the end",
  astray: "devices without the final state, changes that were lost",
} as const;

/** One of them. */
export type Rule = keyof typeof RULES;

/** Figures of a run. */
export type Figures = {
  asked: number;
  unsure: number;
  /** Distinct commands that a device has executed and whose acknowledgement the server has accepted. */
  acknowledged: number;
  /** The same for those that operators asked for. */
  roundTrips: number;
  /** Commands that were offered more than once, all before their answer was accepted. */
  repeated: number;
  /** Seconds to readiness, sorted. */
  ready: number[];
};

/** The record of a command. */
type Story = {
  device: string;
  type: string;
  asked: number | undefined;
  offered: number[];
  executed: number;
  taken: { at: number; status: string } | undefined;
};

const shown = (seconds: number) => `${seconds.toFixed(1)} s`;

/** The account. */
export class Ledger {
  readonly #stories = new Map<string, Story>();
  readonly #pending = new Map<string, number>();
  readonly #unsure = new Map<string, number>();
  readonly #violations: Violation[] = [];
  readonly #ready: number[] = [];
  #roundTrips = 0;

  /** With the seconds within which a server has to be ready after a fault. */
  constructor(private readonly readyWithin: number) {}

  /** Records observations, in their order. */
  note(entry: Entry): void {
    switch (entry.kind) {
      case "asked": {
        const story = this.#story(entry);
        story.asked = entry.at;
        // A device may be quicker than the answer to the operator.
        if (story.taken === undefined) this.#owe(entry.device, 1);
        else if (story.taken.status === "Acknowledged") this.#roundTrips++;
        return;
      }
      case "unsure":
        this.#unsure.set(entry.device, (this.#unsure.get(entry.device) ?? 0) + 1);
        return;
      case "offered": {
        const story = this.#story(entry);
        story.type = entry.type;
        story.offered.push(entry.at);
        const { taken } = story;
        // A NotNow is no end: the command has to come again.
        if (taken !== undefined && taken.status !== "NotNow") {
          this.#found(
            "doubled",
            `${entry.type} ${entry.uuid} of ${entry.device}: ${taken.status} was taken at ${shown(taken.at)}, ` +
              `offered again at ${shown(entry.at)}`,
          );
        }
        return;
      }
      case "executed":
        this.#story(entry).executed++;
        return;
      case "taken": {
        const story = this.#story(entry);
        if (story.taken === undefined && story.asked !== undefined) {
          this.#owe(entry.device, -1);
          if (entry.status === "Acknowledged") this.#roundTrips++;
        }
        story.taken = { at: entry.at, status: entry.status };
        return;
      }
      case "refused":
        return this.#found("refused", `${entry.who} at ${shown(entry.at)}: ${entry.what} → ${entry.status}`);
      case "ended":
        return this.#found("ended", `server ${entry.server} at ${shown(entry.at)}: ${entry.how}`);
      case "ready":
        if (entry.seconds !== null) this.#ready.push(entry.seconds);
        if (entry.seconds === null || entry.seconds > this.readyWithin) {
          const when = entry.seconds === null ? "never" : `after ${shown(entry.seconds)}`;
          this.#found("slow", `server ${entry.server} was ready ${when} (${entry.fault}, ended at ${shown(entry.at)})`);
        }
        return;
      default:
        entry satisfies never;
    }
  }

  /** Commands that operators requested and whose acknowledgement was accepted so far. */
  get roundTrips(): number {
    return this.#roundTrips;
  }

  /** Commands that operators requested successfully and for which no answer was accepted yet. */
  pending(device: string): number {
    return this.#pending.get(device) ?? 0;
  }

  /** Returns the violations, given the final state. */
  judge({ listed, open, astray }: Outcome): Violation[] {
    const violations = [...this.#violations];
    const found = (rule: Rule, evidence: string) => violations.push({ rule, evidence });
    const extra = new Map<string, number>();
    for (const [uuid, { device }] of listed) {
      if (this.#stories.get(uuid)?.asked === undefined) extra.set(device, (extra.get(device) ?? 0) + 1);
    }
    for (const [device, count] of extra) {
      const allowed = this.#unsure.get(device) ?? 0;
      if (count > allowed) {
        found("invented", `${device} has ${count} commands that no answer confirmed; ${allowed} answers were lost`);
      }
    }
    // Commands that exist although their answer was lost must be executed as well.
    const owed = new Set(listed.keys());
    for (const [uuid, { asked }] of this.#stories) if (asked !== undefined) owed.add(uuid);
    for (const uuid of owed) {
      const story = this.#stories.get(uuid);
      const status = listed.get(uuid)?.status;
      if (status === "Acknowledged" && story !== undefined && story.executed > 0) continue;
      const past = story === undefined
        ? "no device saw it"
        : `asked at ${
          story.asked === undefined ? "an unknown time" : shown(story.asked)
        }, offered ${story.offered.length} ` +
          `times, executed ${story.executed} times`;
      const listing = status === undefined ? "not listed" : `listed as ${status ?? "without an answer"}`;
      found("lost", `${uuid} of ${story?.device ?? listed.get(uuid)?.device}: ${past}, ${listing}`);
    }
    for (const command of open.commands) found("open", `in the live queue: ${command}`);
    for (const job of open.jobs) found("open", `due, running or to be tried again: ${job}`);
    for (const job of open.failedJobs) found("open", `failed for good or set aside: ${job}`);
    for (const sentence of astray) found("astray", sentence);
    return violations;
  }

  figures(): Figures {
    const stories = [...this.#stories.values()];
    const done = stories.filter(({ executed, taken }) => executed > 0 && taken?.status === "Acknowledged");
    return {
      asked: stories.filter(({ asked }) => asked !== undefined).length,
      unsure: [...this.#unsure.values()].reduce((sum, count) => sum + count, 0),
      acknowledged: done.length,
      roundTrips: this.#roundTrips,
      repeated: stories.filter(({ offered }) => offered.length > 1).length,
      ready: this.#ready.toSorted((one, other) => one - other),
    };
  }

  #story({ uuid, device }: { uuid: string; device: string }): Story {
    let story = this.#stories.get(uuid);
    if (story === undefined) {
      story = { device, type: "", asked: undefined, offered: [], executed: 0, taken: undefined };
      this.#stories.set(uuid, story);
    }
    return story;
  }

  #owe(device: string, more: number): void {
    this.#pending.set(device, this.pending(device) + more);
  }

  #found(rule: Rule, evidence: string): void {
    this.#violations.push({ rule, evidence });
  }
}
