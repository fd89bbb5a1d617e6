/**
 * Changing and deleting an artifact.
 *
 * @module
 */

import type { Hono } from "hono";
import { type ArtifactRow, findArtifacts, listArtifacts } from "../../../db/artifacts/artifacts.ts";
import type { Db } from "../../../db/open.ts";
import { artifactFields, artifactInput } from "../../../src/blueprints/artifact_input.ts";
import { artifactType, isDeclarationOnly } from "../../../src/blueprints/artifact_types.ts";
import {
  type ArtifactInput,
  artifactRepresentation,
  changeArtifact,
  mustFindArtifact,
  removeArtifact,
} from "../../../src/blueprints/artifacts.ts";
import type { Preview } from "../../../src/planner/preview.ts";
import { PLATFORMS } from "../../../src/protocol/platform.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import { Csrf, Field, FormErrors, Select } from "../parts/components.tsx";
import { underArtifact } from "../parts/crumbs.ts";
import { Check, Checks } from "../parts/form_parts.tsx";
import { limitsOf } from "../parts/limits.ts";
import type { Form, FormState, Page, PageContext } from "../parts/page.tsx";
import { mountChange, mountConfirmed, Previewed, SaveButtons } from "../parts/preview.tsx";

const REINSTALL = [
  ["No", "Never"],
  ["Major", "After major updates (14 to 15)"],
  ["Minor", "After minor updates (14.1 to 14.2)"],
  ["Patch", "After every update"],
] as const;

/** The fields of an artifact of a type; other properties are unchanged. */
const fieldsOf = ({ type }: Pick<ArtifactRow, "type">) => ({
  requires: artifactType(type).linkable,
  setupAssistant: artifactType(type).linkable && !isDeclarationOnly(type),
  autoUpdate: !isDeclarationOnly(type),
  reinstall: artifactType(type).install !== null,
  variables: artifactType(type).variables && artifactType(type).waitsForValues !== true,
});

const { name, reinstall_interval, halt_percent } = artifactFields.shape;

/** Reads the form of an artifact. Throws `invalid`. */
async function inputOf(form: Form, artifact: ArtifactRow): Promise<ArtifactInput> {
  const has = fieldsOf(artifact);
  const given = artifactRepresentation(artifact);
  return await parseOrRefuse(artifactInput, {
    ...given,
    name: form.value("name"),
    platforms: form.texts("platforms"),
    halt_percent: form.pkOrNull("halt_percent"),
    ...(has.requires ? { requires: form.texts("requires") } : {}),
    ...(has.setupAssistant ? { install_during_setup_assistant: form.has("install_during_setup_assistant") } : {}),
    ...(has.autoUpdate ? { auto_update: form.has("auto_update") } : {}),
    ...(has.variables ? { hold_without_values: form.has("hold_without_values") } : {}),
    ...(has.reinstall
      ? {
        reinstall_interval: form.whole("reinstall_interval"),
        reinstall_on_os_update: form.value("reinstall_on_os_update"),
      }
      : {}),
  });
}

/** The artifacts that it may require; its current requirements are always among them, or saving would drop them. */
async function requirable(db: Db, artifact: ArtifactRow): Promise<ArtifactRow[]> {
  const { rows } = await listArtifacts(db, {
    channel: artifact.channel,
    order: { column: "name", descending: false },
    limit: 500,
    offset: 0,
  });
  const listed = new Set(rows.map(({ id }) => id));
  const missing = await findArtifacts(db, artifact.requires.filter((id) => !listed.has(id)));
  return [...missing, ...rows.filter(({ id }) => id !== artifact.id)];
}

async function editPage(context: PageContext, state?: FormState, preview?: Preview): Promise<Page> {
  const { sql, config } = context.runtime;
  const artifact = await mustFindArtifact(sql, context.uuid());
  const has = fieldsOf(artifact);
  const others = has.requires ? await requirable(sql, artifact) : [];
  return {
    title: `Edit ${artifact.name}`,
    parents: underArtifact(artifact),
    body: (
      <>
        <Previewed preview={preview} context={context}>
          <form class="stack" method="post" action={`/artifacts/${artifact.id}/edit/`}>
            <Csrf context={context} />
            <FormErrors state={state} />
            <Field name="name" label="Name" required {...limitsOf(name)} value={artifact.name} state={state} />
            <Checks
              name="platforms"
              legend="Platforms"
              options={PLATFORMS.map((one) => [one, one] as const)}
              values={artifact.platforms}
              state={state}
            />
            {has.requires
              ? (
                <Checks
                  name="requires"
                  legend="Requires"
                  help="These artifacts must be installed first."
                  options={others.map(({ id, name }) => [id, name] as const)}
                  values={artifact.requires}
                  state={state}
                  empty="No other artifacts on this channel."
                />
              )
              : null}
            {has.setupAssistant
              ? (
                <Check
                  name="install_during_setup_assistant"
                  label="Install during Setup Assistant"
                  value={artifact.installDuringSetupAssistant}
                  state={state}
                />
              )
              : null}
            {has.autoUpdate
              ? (
                <Check
                  name="auto_update"
                  label="Update devices to new versions automatically"
                  value={artifact.autoUpdate}
                  state={state}
                />
              )
              : null}
            {has.variables
              ? (
                <Check
                  name="hold_without_values"
                  label="Install only when every variable has a value for the device"
                  value={artifact.holdWithoutValues}
                  state={state}
                />
              )
              : null}
            {has.reinstall
              ? (
                <>
                  <Field
                    name="reinstall_interval"
                    label="Reinstall interval in days"
                    type="number"
                    {...limitsOf(reinstall_interval)}
                    help="0: never."
                    value={String(artifact.reinstallInterval)}
                    state={state}
                  />
                  <Select
                    name="reinstall_on_os_update"
                    label="Reinstall after OS updates"
                    options={REINSTALL}
                    value={artifact.reinstallOnOsUpdate}
                    state={state}
                  />
                </>
              )
              : null}
            <Field
              name="halt_percent"
              label="Halt a version when this percentage of installations fails"
              type="number"
              {...limitsOf(halt_percent)}
              help={`If empty: the server's setting, ${config.ROLLOUT_HALT_PERCENT}. 0: never.`}
              value={artifact.haltPercent === null ? "" : String(artifact.haltPercent)}
              state={state}
            />
            <SaveButtons />
          </form>
        </Previewed>
      </>
    ),
  };
}

/** Mounts the pages. */
export function mountArtifactEdit(app: Hono<AppEnv>): void {
  mountChange(app, "/artifacts/:id/edit/", {
    needs: "mdm.change_artifact",
    async read(context, form) {
      const artifact = await mustFindArtifact(context.runtime.sql, context.uuid());
      const { id } = artifact;
      const input = await inputOf(form, artifact);
      return async (runtime) => {
        await changeArtifact(runtime, context.by, id, input);
        return `/artifacts/${id}/?done=saved`;
      };
    },
    show: editPage,
  });
  mountConfirmed(app, "/artifacts/:id/delete/", {
    needs: "mdm.delete_artifact",
    read: (context) => async (runtime) => {
      await removeArtifact(runtime, context.by, context.uuid());
      return "/artifacts/?done=deleted";
    },
    async ask(context) {
      const { id, name } = await mustFindArtifact(context.runtime.sql, context.uuid());
      return {
        title: `Delete ${name}`,
        parents: underArtifact({ id, name }),
        text: "The artifact is deleted with all of its versions. This cannot be undone.",
        label: "Delete artifact",
        tone: "danger",
        back: `/artifacts/${id}/`,
      };
    },
  });
}
