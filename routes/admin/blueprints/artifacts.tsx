/**
 * Artifacts of blueprints: put in, given to others, taken out.
 *
 * @module
 */

import type { Hono } from "hono";
import { type ArtifactRow, findArtifact } from "../../../db/artifacts/artifacts.ts";
import type { BlueprintArtifactRow } from "../../../db/blueprints/blueprint_artifacts.ts";
import { blueprintArtifactInput } from "../../../src/blueprints/blueprint_artifact_input.ts";
import {
  changeBlueprintArtifact,
  createBlueprintArtifact,
  mustFindBlueprintArtifact,
  removeBlueprintArtifact,
} from "../../../src/blueprints/blueprint_artifacts.ts";
import { mustFindBlueprint } from "../../../src/blueprints/blueprints.ts";
import { type Filter, openFilter } from "../../../src/blueprints/filter.ts";
import { problem } from "../../../src/errors.ts";
import type { Preview } from "../../../src/planner/preview.ts";
import { PLATFORMS } from "../../../src/protocol/platform.ts";
import type { AppEnv } from "../../context.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import { Csrf, FormErrors } from "../parts/components.tsx";
import { underBlueprint } from "../parts/crumbs.ts";
import { filterFieldsOf, FilterForm, tagChoices } from "../parts/filter_form.tsx";
import { isUuid } from "../parts/form.ts";
import type { Form, FormState, Page, PageContext } from "../parts/page.tsx";
import { mountChange, mountConfirmed, Previewed, SaveButtons } from "../parts/preview.tsx";

async function mustFindArtifactNamed(context: PageContext, id: string): Promise<ArtifactRow> {
  const artifact = isUuid(id) ? await findArtifact(context.runtime.sql, id) : undefined;
  if (artifact === undefined) throw problem("not-found");
  return artifact;
}

/** The artifact of the blueprint that the address names. Throws `not-found`. */
async function mustFindLink(
  context: PageContext,
): Promise<{ link: BlueprintArtifactRow; artifact: ArtifactRow; blueprint: { id: number; name: string } }> {
  const blueprint = await mustFindBlueprint(context.runtime, context.id());
  const link = await mustFindBlueprintArtifact(context.runtime.sql, context.id("link"));
  if (link.blueprintId !== blueprint.id) throw problem("not-found");
  return { link, blueprint, artifact: await mustFindArtifactNamed(context, link.artifactId) };
}

/** Reads the form. Throws `invalid`. */
const valuesOf = async (form: Form, blueprint: number, artifact: string) =>
  await parseOrRefuse(blueprintArtifactInput, { blueprint, artifact, ...filterFieldsOf(form) });

type FormProps = {
  title: string;
  blueprint: { id: number; name: string };
  artifact: ArtifactRow;
  filter: Filter;
  label: string;
  state: FormState | undefined;
  preview: Preview | undefined;
};

async function formPage(
  context: PageContext,
  { title, blueprint, artifact, filter, label, state, preview }: FormProps,
): Promise<Page> {
  const platforms = PLATFORMS.filter((platform) =>
    artifact.platforms.includes(platform) || filter.platforms[platform].active
  );
  return {
    title,
    parents: underBlueprint(blueprint),
    body: (
      <>
        <Previewed preview={preview} context={context}>
          <form class="stack wide" method="post" action={context.url.pathname}>
            <Csrf context={context} />
            <input type="hidden" name="artifact" value={artifact.id} />
            <FormErrors state={state} />
            <FilterForm
              filter={filter}
              platforms={platforms}
              tags={await tagChoices(context.runtime.sql, filter)}
              state={state}
            />
            <SaveButtons label={label} />
          </form>
        </Previewed>
      </>
    ),
  };
}

/** Mounts the pages. */
export function mountBlueprintArtifacts(app: Hono<AppEnv>): void {
  mountChange(app, "/blueprints/:id/artifacts/add/", {
    needs: "mdm.add_blueprintartifact",
    async read(context, form) {
      const blueprintId = context.id();
      const { id } = await mustFindArtifactNamed(context, form.text("artifact"));
      const values = await valuesOf(form, blueprintId, id);
      return async (runtime) => {
        await createBlueprintArtifact(runtime, context.by, values);
        return `/blueprints/${blueprintId}/?done=added`;
      };
    },
    async show(context, state, preview) {
      const blueprint = await mustFindBlueprint(context.runtime, context.id());
      const id = state?.values.text("artifact") ?? context.url.searchParams.get("artifact") ?? "";
      const artifact = await mustFindArtifactNamed(context, id);
      return await formPage(context, {
        title: `Add ${artifact.name} to ${blueprint.name}`,
        blueprint,
        artifact,
        filter: openFilter(artifact.platforms),
        label: "Add artifact",
        state,
        preview,
      });
    },
  });
  mountChange(app, "/blueprints/:id/artifacts/:link/", {
    needs: "mdm.change_blueprintartifact",
    async read(context, form) {
      const { link } = await mustFindLink(context);
      const values = await valuesOf(form, link.blueprintId, link.artifactId);
      return async (runtime) => {
        await changeBlueprintArtifact(runtime, context.by, link.id, values);
        return `/blueprints/${link.blueprintId}/?done=saved`;
      };
    },
    async show(context, state, preview) {
      const { link, artifact, blueprint } = await mustFindLink(context);
      return await formPage(context, {
        title: `Scope of ${artifact.name} in ${blueprint.name}`,
        blueprint,
        artifact,
        filter: link.filter,
        label: "Save",
        state,
        preview,
      });
    },
  });
  mountConfirmed(app, "/blueprints/:id/artifacts/:link/remove/", {
    needs: "mdm.delete_blueprintartifact",
    async read(context) {
      const { link } = await mustFindLink(context);
      return async (runtime) => {
        await removeBlueprintArtifact(runtime, context.by, link.id);
        return `/blueprints/${link.blueprintId}/?done=removed`;
      };
    },
    async ask(context) {
      const { artifact, blueprint } = await mustFindLink(context);
      return {
        title: `Remove ${artifact.name} from ${blueprint.name}`,
        parents: underBlueprint(blueprint),
        text: "Devices of the blueprint lose the artifact. The artifact itself is not deleted.",
        label: "Remove artifact",
        tone: "danger",
        back: `/blueprints/${blueprint.id}/`,
      };
    },
  });
}
