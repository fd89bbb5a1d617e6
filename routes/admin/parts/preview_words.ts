/**
 * The effect of a change, in sentences.
 *
 * Pure.
 *
 * @module
 */

import type { Preview, PreviewDevice, PreviewUpdate } from "../../../src/planner/preview.ts";
import { counted } from "./components.tsx";

/** A sentence of a preview, and whether it is good news. */
export type Sentence = { text: string; tone: "good" | "bad" | "warn" };

const devices = (count: number, one: string, many: string): string =>
  `${counted(count, "device")} ${count === 1 ? one : many}`;

/** From which version to which, and on how many channels; null where more channels change than are named. */
function steps(
  preview: Preview,
  artifact: Preview["artifacts"][number],
): { from: number; to: number; count: number }[] | null {
  const found: { from: number; to: number; count: number }[] = [];
  for (const { updates } of preview.changes) {
    for (const { from, version } of updates.filter(({ id }) => id === artifact.id)) {
      const known = found.find((one) => one.from === from && one.to === version);
      if (known === undefined) found.push({ from, to: version, count: 1 });
      else known.count++;
    }
  }
  const sum = found.reduce((total, { count }) => total + count, 0);
  return sum === artifact.updated ? found.sort((one, other) => other.count - one.count) : null;
}

const step = (name: string, from: number, to: number): string =>
  from === to ? `version ${to} of ${name} again, with its new content` : `version ${to} of ${name} instead of ${from}`;

/** An update and its deadline: "26.2 (25C56) by 2026-06-08 09:30". */
const updateWords = ({ os_version, build_version, local_datetime }: PreviewUpdate): string =>
  `${os_version}${build_version === "" ? "" : ` (${build_version})`} by ${
    local_datetime.replace("T", " ").slice(0, 16)
  }`;

/** Returns the sentences of a preview; none when no device changes. */
export function sentencesOf(preview: Preview): Sentence[] {
  const sentences: Sentence[] = [];
  const say = (tone: Sentence["tone"], text: string) => sentences.push({ tone, text });
  for (const { name, gained } of preview.artifacts) {
    if (gained > 0) say("good", `${devices(gained, "gains", "gain")} ${name}`);
  }
  for (const { name, lost } of preview.artifacts) if (lost > 0) say("bad", `${devices(lost, "loses", "lose")} ${name}`);
  for (const artifact of preview.artifacts) {
    if (artifact.updated === 0) continue;
    const known = steps(preview, artifact);
    if (known === null) {
      say("good", `${devices(artifact.updated, "gets", "get")} another version of ${artifact.name}`);
    } else {
      for (const { from, to, count } of known) {
        say("good", `${devices(count, "gets", "get")} ${step(artifact.name, from, to)}`);
      }
    }
  }
  for (const { update, reason, count } of preview.software_updates) {
    if (update !== null) {
      say(
        "good",
        `${devices(count, "has", "have")} to update to ${updateWords(update)}, ${
          count === 1 ? "its own time" : "their own time"
        }`,
      );
    } else say("warn", `${devices(count, "is", "are")} no longer required to update: ${reason}`);
  }
  for (const { name, reasons } of preview.artifacts) {
    for (const { reason, count } of reasons) say("warn", `${counted(count, "device")} cannot have ${name}: ${reason}`);
  }
  return sentences;
}

/** Returns the changes for a device, a part for each. */
export function changesOf(device: PreviewDevice): string[] {
  const parts = [
    ...device.gains.map(({ name, version }) => `gains ${name} (version ${version})`),
    ...device.loses.map(({ name }) => `loses ${name}`),
    ...device.updates.map(({ name, version, from }) => `gets ${step(name, from, version)}`),
    ...(device.software_update === null ? [] : [
      device.software_update.after === null
        ? `is no longer required to update: ${device.software_update.reason}`
        : `has to update to ${updateWords(device.software_update.after)}; ${device.software_update.reason}`,
    ]),
    ...device.impossible.map(({ name, reason }) => `cannot have ${name}: ${reason}`),
  ];
  return parts.length > 0 ? parts : ["gets other settings"];
}
