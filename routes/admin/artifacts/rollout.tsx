/**
 * How versions spread: halt, go on, withdraw, return to the version before.
 *
 * @module
 */

import type { Hono } from "hono";
import { versionsOfArtifact } from "../../../db/artifacts/artifact_versions.ts";
import type { RolloutRow } from "../../../db/artifacts/rollouts.ts";
import { mustFindArtifact } from "../../../src/blueprints/artifacts.ts";
import { rollBack, setRollout } from "../../../src/blueprints/rollout.ts";
import { rolloutInput } from "../../../src/blueprints/rollout_input.ts";
import { refused } from "../../../src/errors.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import { ROLLOUT_WORDS } from "../../state_words.ts";
import { Field } from "../parts/components.tsx";
import { underArtifact, underVersion } from "../parts/crumbs.ts";
import { limitsOf } from "../parts/limits.ts";
import type { Form, FormState, PageContext } from "../parts/page.tsx";
import { mountConfirmed } from "../parts/preview.tsx";
import { mustFindVersionOf } from "./versions.tsx";

const reasonOf = async (form: Form | undefined): Promise<string> =>
  (await parseOrRefuse(rolloutInput, { reason: form?.value("reason") })).reason;

const reasonField = (state: FormState | undefined) => (
  <Field
    name="reason"
    label="Reason"
    {...limitsOf(rolloutInput.shape.reason)}
    help="Shown with the version and in its events."
    state={state}
  />
);

type Step = {
  action: string;
  state: RolloutRow["state"];
  title: string;
  text: string;
  label: string;
  danger: boolean;
};

const STEPS: readonly Step[] = [
  {
    action: "halt",
    state: "halted",
    title: "Halt",
    text: ROLLOUT_WORDS.halted.means,
    label: "Halt the version",
    danger: true,
  },
  {
    action: "resume",
    state: "active",
    title: "Resume",
    text: "The rollout continues. Devices where the version failed try it again.",
    label: "Resume the version",
    danger: false,
  },
  {
    action: "withdraw",
    state: "withdrawn",
    title: "Withdraw",
    text: ROLLOUT_WORDS.withdrawn.means,
    label: "Withdraw the version",
    danger: true,
  },
];

/** The version that is withdrawn when one returns to the one before it, as the service chooses. */
async function stepBack({ runtime: { sql } }: PageContext, artifactId: string): Promise<{ from: number; to: number }> {
  const rows = await versionsOfArtifact(sql, artifactId);
  const [newest, ...others] = rows.filter(({ state }) => state !== "withdrawn");
  const current = others.find(({ state }) => state === "active");
  if (newest === undefined || current === undefined) throw refused("There is no earlier version to return to");
  return { from: newest.version, to: current.version };
}

/** Mounts the pages. */
export function mountRollouts(app: Hono<AppEnv>): void {
  for (const { action, state, title, text, label, danger } of STEPS) {
    mountConfirmed(app, `/artifacts/:id/versions/:version/${action}/`, {
      needs: "mdm.change_artifactversion",
      async read(context, form) {
        const { artifact, version } = await mustFindVersionOf(context);
        const reason = await reasonOf(form);
        return async (runtime) => {
          await setRollout(runtime, context.by, version.id, state, reason);
          return `/artifacts/${artifact.id}/?done=${state}`;
        };
      },
      async ask(context) {
        const { artifact, version } = await mustFindVersionOf(context);
        return {
          parents: underVersion(artifact, version),
          title: `${title} version ${version.version} of ${artifact.name}`,
          text,
          label,
          ...(danger ? { tone: "danger" } : {}),
          back: `/artifacts/${artifact.id}/`,
        };
      },
      fields: reasonField,
    });
  }
  mountConfirmed(app, "/artifacts/:id/rollback/", {
    needs: "mdm.change_artifactversion",
    async read(context, form) {
      const id = context.uuid();
      const reason = await reasonOf(form);
      return async (runtime) => {
        await rollBack(runtime, context.by, id, reason);
        return `/artifacts/${id}/?done=withdrawn`;
      };
    },
    async ask(context) {
      const artifact = await mustFindArtifact(context.runtime.sql, context.uuid());
      const { from, to } = await stepBack(context, artifact.id);
      return {
        parents: underArtifact(artifact),
        title: `Return to version ${to} of ${artifact.name}`,
        text: `Version ${from} is withdrawn. Devices that have it return to version ${to}.`,
        label: `Return to version ${to}`,
        tone: "danger",
        back: `/artifacts/${artifact.id}/`,
      };
    },
    fields: reasonField,
  });
}
