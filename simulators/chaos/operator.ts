/**
 * The operator of a chaos run: continually sends commands and changes a blueprint's artifacts, through the API, and
 * records the confirmed ones.
 *
 * @module
 */

import { z } from "zod";
import type { DeviceId } from "../../db/ids.ts";
import { buildPlist } from "../../src/protocol/plist.ts";
import { BASE_URL, type Wire } from "./devices.ts";
import type { Ledger } from "./ledger.ts";

/** An answer of the API, or none, if it is unknown whether the request was carried out. */
type Answer = { status: number; json: unknown } | "unsure";

/** The devices that the operator manages. */
export type Target = { id: DeviceId; udid: string };

/** The options of a chaos run's operator. */
export type OperatorOptions = {
  wire: Wire;
  token: string;
  ledger: Ledger;
  /** Seconds from the beginning of the run. */
  now(): number;
  blueprint: number;
  targets: readonly Target[];
  /** Commands a second, all devices together. */
  rate: number;
  pick(below: number): number;
};

/** An artifact that the operator created. */
type Artifact = { id: string; name: string; version: number; versionId: string; link: number | undefined };

/** Commands of a device that may be open at once. */
const MOST_OPEN = 25;
const SENDERS = 16;
/** Refusals of one change, after which it is given up: the first may be because an earlier attempt was carried out. */
const MOST_REFUSALS = 10;
/** Milliseconds after an answer that did not come. */
const REST_MS = 300;
/** Artifacts in the blueprint at most, and seconds between two changes of it. */
const MOST_ARTIFACTS = 6;
const CHANGE_EVERY = 3;
const EVERYWHERE = { ios: true, ipados: true, macos: true, tvos: true };

const COMMAND = new TextDecoder().decode(
  buildPlist({ RequestType: "DeviceInformation", Queries: ["DeviceName", "OSVersion"] }),
);

const made = z.object({ id: z.string() });
const madeLink = z.object({ id: z.int() });
const madeCommand = z.object({ uuid: z.string() });
const page = <S extends z.ZodType>(row: S) => z.object({ results: z.array(row), next: z.string().nullable() });

const pause = (milliseconds: number, signal?: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    signal?.addEventListener("abort", done);
  });

/** Returns a profile that sets one harmless value. */
function profile(name: string, text: string): string {
  const identifier = `com.example.chaos.${name.toLowerCase().replaceAll(" ", "-")}`;
  const common = { PayloadVersion: 1, PayloadDisplayName: name };
  return buildPlist({
    ...common,
    PayloadType: "Configuration",
    PayloadIdentifier: identifier,
    PayloadUUID: crypto.randomUUID().toUpperCase(),
    PayloadScope: "System",
    PayloadContent: [{
      ...common,
      PayloadType: "com.apple.ManagedClient.preferences",
      PayloadIdentifier: `${identifier}.1`,
      PayloadUUID: crypto.randomUUID().toUpperCase(),
      Setting: text,
    }],
  }).toBase64();
}

/** The operator. */
export class Operator {
  readonly #options: OperatorOptions;
  readonly #artifacts: Artifact[] = [];
  readonly #versions = new Set<string>();
  #made = 0;
  changes = 0;
  /** Versions whose rollout was halted, since devices could not download them during a fault, and resumed. */
  resumed = 0;

  constructor(options: OperatorOptions) {
    this.#options = options;
  }

  /** Works until it is stopped, and ends with every change confirmed. */
  async work(stop: AbortSignal): Promise<void> {
    await Promise.all([
      ...Array.from({ length: SENDERS }, () => this.#send(stop)),
      this.#change(stop),
    ]);
  }

  async #call(method: string, path: string, body?: unknown): Promise<Answer> {
    const { wire, token, ledger, now } = this.#options;
    try {
      const response = await wire.send(
        new Request(`${BASE_URL}${path}`, {
          method,
          headers: { Authorization: `Token ${token}`, "Content-Type": "application/json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
      const text = await response.text();
      if (response.status >= 500) return "unsure";
      const { status } = response;
      // A second attempt may find the result of the first one.
      const expected = [404, 409].includes(status) ||
        (status === 400 && method !== "GET" && !path.includes("/devices/"));
      if (status >= 400 && !expected) {
        ledger.note({ kind: "refused", at: now(), who: "the operator", status, what: `${method} ${path} (${text})` });
      }
      return { status, json: text === "" ? null : JSON.parse(text) };
    } catch {
      return "unsure";
    }
  }

  /** Reads until there is an answer. Throws when that is a refusal. */
  async read<T>(schema: z.ZodType<T>, path: string): Promise<T> {
    for (;;) {
      const answer = await this.#call("GET", path);
      if (answer !== "unsure") return schema.parse(answer.json);
      await pause(REST_MS);
    }
  }

  /** Every row of a list. */
  async all<T>(row: z.ZodType<T>, path: string): Promise<T[]> {
    const rows: T[] = [];
    for (let next: string | null = path; next !== null;) {
      // Lists of settings come whole unless a page is asked for.
      const answer: T[] | { results: T[]; next: string | null } = await this.read(
        z.union([z.array(row), page(row)]),
        next,
      );
      if (Array.isArray(answer)) return answer;
      rows.push(...answer.results);
      next = answer.next === null ? null : new URL(answer.next).pathname + new URL(answer.next).search;
    }
    return rows;
  }

  async #send(stop: AbortSignal): Promise<void> {
    const { targets, ledger, now, rate, pick } = this.#options;
    const began = now();
    let sent = 0;
    while (!stop.aborted) {
      // Behind its rate after a fault, it catches up.
      const ahead = sent - (now() - began) * (rate / SENDERS);
      if (ahead > 0) {
        await pause((ahead / (rate / SENDERS)) * 1000, stop);
        continue;
      }
      const target = targets[pick(targets.length)];
      if (target === undefined) return;
      const { udid, id } = target;
      if (ledger.pending(udid) >= MOST_OPEN) {
        await pause(20, stop);
        continue;
      }
      const answer = await this.#call("POST", `/api/mdm/devices/${id}/send_custom_command/`, { command: COMMAND });
      if (answer !== "unsure" && answer.status === 201) {
        sent++;
        const { uuid } = madeCommand.parse(answer.json);
        ledger.note({ kind: "asked", at: now(), device: udid, uuid: uuid.toLowerCase() });
        continue;
      }
      if (answer === "unsure") ledger.note({ kind: "unsure", at: now(), device: udid });
      await pause(REST_MS, stop);
    }
  }

  /**
   * Resumes halted versions, as an operator does who knows the reason: a device that could not download a profile
   * during a fault reports that it cannot apply it, which is indistinguishable from an invalid profile.
   */
  async resumeHalted(): Promise<void> {
    const halted = await this.read(z.array(made), "/api/mdm/artifact_versions/halted/");
    for (const { id } of halted) {
      const answer = await this.#call("POST", `/api/mdm/artifact_versions/${id}/resume/`, {});
      if (answer !== "unsure" && answer.status < 300) this.resumed++;
    }
  }

  async #change(stop: AbortSignal): Promise<void> {
    const { pick } = this.#options;
    while (!stop.aborted) {
      await this.resumeHalted();
      const linked = this.#artifacts.filter(({ link }) => link !== undefined);
      const kind = linked.length === 0 ? 0 : linked.length >= MOST_ARTIFACTS ? 1 + pick(2) : pick(3);
      const one = linked[pick(linked.length)];
      if (kind === 0 || one === undefined) await this.#add();
      else if (kind === 1) await this.#renew(one);
      else await this.#remove(one);
      this.changes++;
      await pause(CHANGE_EVERY * 1000, stop);
    }
  }

  /** Retries until the change is confirmed: `find` looks for the result of an attempt without an answer. */
  async #until<T>(
    attempt: () => Promise<Answer>,
    read: (json: unknown) => T,
    find: () => Promise<T | undefined>,
  ): Promise<T> {
    for (let refused = 0; refused < MOST_REFUSALS;) {
      const answer = await attempt();
      if (answer !== "unsure" && answer.status < 300) return read(answer.json);
      if (answer !== "unsure") refused++;
      await pause(REST_MS);
      const found = await find();
      if (found !== undefined) return found;
    }
    throw new Error("Cannot change the blueprint: the server refuses what it should take");
  }

  async #add(): Promise<void> {
    const { blueprint } = this.#options;
    const name = `Chaos ${++this.#made}`;
    const { id } = await this.#until(
      () => this.#call("POST", "/api/mdm/artifacts/", { name, type: "Profile", channel: "Device" }),
      (json) => made.parse(json),
      async () => (await this.all(made, `/api/mdm/artifacts/?name=${encodeURIComponent(name)}`))[0],
    );
    const artifact: Artifact = { id, name, version: 0, versionId: "", link: undefined };
    await this.#renew(artifact);
    const { id: link } = await this.#until(
      () => this.#call("POST", "/api/mdm/blueprint_artifacts/", { blueprint, artifact: id, ...EVERYWHERE }),
      (json) => madeLink.parse(json),
      async () => (await this.all(madeLink, `/api/mdm/blueprint_artifacts/?blueprint=${blueprint}&artifact=${id}`))[0],
    );
    artifact.link = link;
    this.#artifacts.push(artifact);
  }

  async #renew(artifact: Artifact): Promise<void> {
    const version = artifact.version + 1;
    const body = {
      artifact: artifact.id,
      version,
      source: profile(artifact.name, `version ${version}`),
      ...EVERYWHERE,
    };
    const row = z.object({ id: z.string(), version: z.int() });
    const { id } = await this.#until(
      () => this.#call("POST", "/api/mdm/profiles/", body),
      (json) => row.parse(json),
      async () =>
        (await this.all(row, `/api/mdm/profiles/?artifact=${artifact.id}`)).find((one) => one.version === version),
    );
    Object.assign(artifact, { version, versionId: id });
    this.#versions.add(id.toUpperCase());
  }

  async #remove(artifact: Artifact): Promise<void> {
    const { blueprint } = this.#options;
    await this.#until(
      () => this.#call("DELETE", `/api/mdm/blueprint_artifacts/${artifact.link}/`),
      () => true,
      async () => {
        const rows = await this.all(
          madeLink,
          `/api/mdm/blueprint_artifacts/?blueprint=${blueprint}&artifact=${artifact.id}`,
        );
        return rows.length === 0 ? true : undefined;
      },
    );
    artifact.link = undefined;
  }

  /** The versions that the devices should have, and all that there ever were, as the identifiers that profiles carry. */
  versions(): { desired: Set<string>; ever: ReadonlySet<string> } {
    const linked = this.#artifacts.filter(({ link }) => link !== undefined);
    return { desired: new Set(linked.map(({ versionId }) => versionId.toUpperCase())), ever: this.#versions };
  }

  /** Sentences about confirmed changes that the server does not show. */
  async lostChanges(): Promise<string[]> {
    const shape = z.object({ id: z.int(), artifact: z.string() });
    const rows = await this.all(shape, `/api/mdm/blueprint_artifacts/?blueprint=${this.#options.blueprint}`);
    const there = new Set(rows.map(({ artifact }) => artifact));
    return this.#artifacts.flatMap(({ id, name, link }) => {
      if ((link !== undefined) === there.has(id)) return [];
      return [
        `${name} was ${link === undefined ? "removed from" : "added to"} the blueprint, and the API does not show it`,
      ];
    });
  }

  /** Operators' commands as the API lists them. */
  async listed(): Promise<Map<string, { device: string; status: string | null }>> {
    const row = z.object({ uuid: z.string(), status: z.string().nullable() });
    const all = new Map<string, { device: string; status: string | null }>();
    for (const { id, udid } of this.#options.targets) {
      const query = `name=CustomCommand&enrolled_device=${id}&limit=500`;
      for (const { uuid, status } of await this.all(row, `/api/mdm/devices/commands/?${query}`)) {
        all.set(uuid.toLowerCase(), { device: udid, status });
      }
    }
    return all;
  }
}
