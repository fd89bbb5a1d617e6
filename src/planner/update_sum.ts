/**
 * Adds up how far the devices of a fleet are with their updates, in memory that does not grow with the fleet.
 *
 * @module
 */

import { compareOsVersions } from "../protocol/os_version.ts";
import type { UpdateProgress, UpdateState } from "./update_progress.ts";

/** A time by which some devices must have a version; `at` is in their own time. */
export type Deadline = { at: string; version: string; enforcement: string; count: number };

/** Devices of one version, and how many of them do not have the version that they are told of. */
export type VersionCount = { platform: string; osVersion: string; count: number; behind: number };

/** What is named of each list; the rest is counted. Devices state their versions, so that there may be many. */
const MOST_NAMED = 200;
const OTHER = "other versions";

/** A count for each of some keys; those beyond the limit are one. */
class Counts<T> {
  readonly #found = new Map<string, T>();
  constructor(readonly other: () => T) {}

  of(key: string, first: () => T): T {
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const full = this.#found.size >= MOST_NAMED;
    const added = full ? this.#found.get("") ?? this.other() : first();
    this.#found.set(full ? "" : key, added);
    return added;
  }

  values(): T[] {
    return [...this.#found.values()];
  }
}

/** The sum: `add` each device, then read it. `about`: the devices that are named. */
export class UpdateSum {
  readonly states: Record<UpdateState, number> = { updated: 0, due: 0, late: 0, failed: 0, none: 0 };
  readonly #versions = new Counts<VersionCount>(() => ({ platform: "", osVersion: OTHER, count: 0, behind: 0 }));
  readonly #deadlines = new Counts<Deadline>(() => ({ at: "later", version: "", enforcement: "", count: 0 }));
  readonly #reasons = new Counts<{ reason: string; count: number }>(() => ({ reason: "other reasons", count: 0 }));
  readonly #named: UpdateProgress[] = [];
  #about = 0;

  constructor(readonly about: (one: UpdateProgress) => boolean) {}

  /** Adds a device. */
  add(one: UpdateProgress): void {
    const { state, decision, platform, osVersion } = one;
    this.states[state]++;
    if (this.about(one)) {
      this.#about++;
      if (this.#named.length < MOST_NAMED) this.#named.push(one);
    }
    if (decision.target === null) {
      const { reason } = decision;
      this.#reasons.of(reason, () => ({ reason, count: 0 })).count++;
      return;
    }
    const version = this.#versions.of(
      JSON.stringify([platform, osVersion]),
      () => ({ platform: platform ?? "", osVersion, count: 0, behind: 0 }),
    );
    version.count++;
    if (state === "updated") return;
    version.behind++;
    const { localDateTime: at, osVersion: wanted, enforcement: { name } } = decision.target;
    const deadline = () => ({ at, version: wanted, enforcement: name, count: 0 });
    this.#deadlines.of(JSON.stringify([at, wanted, name]), deadline).count++;
  }

  /** Devices that are told of an update. */
  get told(): number {
    return this.states.updated + this.states.due + this.states.late + this.states.failed;
  }

  /** The devices that it is about: the first ones, and how many there are. */
  get named(): { devices: readonly UpdateProgress[]; count: number } {
    return { devices: this.#named, count: this.#about };
  }

  /** By platform, the newest first. */
  get versions(): VersionCount[] {
    return this.#versions.values().sort((one, other) =>
      one.platform < other.platform
        ? -1
        : one.platform > other.platform
        ? 1
        : compareOsVersions(other.osVersion, one.osVersion)
    );
  }

  /** The deadlines of devices that are not updated, the earliest first. */
  get deadlines(): Deadline[] {
    return this.#deadlines.values().sort((one, other) => one.at < other.at ? -1 : one.at > other.at ? 1 : 0);
  }

  /** Why devices are told of no update, the most frequent first. */
  get reasons(): { reason: string; count: number }[] {
    return this.#reasons.values().sort((one, other) => other.count - one.count);
  }
}
