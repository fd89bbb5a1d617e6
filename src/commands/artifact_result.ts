/**
 * The effect of a command's answer on its artifact version.
 *
 * @module
 */

import { z } from "zod";
import type { Report } from "../protocol/report.ts";
import type { Effect } from "./effect.ts";

type Outcome = Extract<Effect, { kind: "artifact" }>["outcome"];
type Args = { artifact_version?: string | undefined; content_revision?: number | undefined };

/** The argument that identifies the content of the version that was sent. */
export const contentRevision = { content_revision: z.int().min(0).optional() };

/**
 * Returns the two hooks of a command that installs or removes an artifact version; without a version there is nothing
 * to record. `then` follows either answer.
 */
export function artifactResult(acknowledged: Outcome, error: Outcome, then?: Effect) {
  const effect = (outcome: Outcome) => (report: Report, { artifact_version, content_revision = 0 }: Args): Effect[] =>
    artifact_version === undefined ? [] : [{
      kind: "artifact",
      artifactVersion: artifact_version,
      outcome,
      contentRevision: content_revision,
      attempt: report.commandUuid ?? "",
      errors: report.errorChain ?? [],
    }];
  const after = (effects: Effect[]): Effect[] =>
    then === undefined || effects.length === 0 ? effects : [...effects, then];
  return {
    onAcknowledged: (report: Report, args: Args) => after(effect(acknowledged)(report, args)),
    onError: (report: Report, args: Args) => after(effect(error)(report, args)),
  };
}
