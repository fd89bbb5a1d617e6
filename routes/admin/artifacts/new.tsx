/**
 * Creates artifacts: a page for each kind, which creates the artifact and its first version together.
 *
 * @module
 */

import type { Hono } from "hono";
import { z } from "zod";
import { artifactFields, artifactInput } from "../../../src/blueprints/artifact_input.ts";
import type { ArtifactInput } from "../../../src/blueprints/artifacts.ts";
import type { FirstVersion } from "../../../src/blueprints/versions/create_artifact.ts";
import type { KindField } from "../../../src/blueprints/versions/kind_page.ts";
import { kindsBy } from "../../../src/blueprints/versions/kinds.ts";
import { type AnyVersionKind, typesOf } from "../../../src/blueprints/versions/version_kind.ts";
import { PLATFORMS } from "../../../src/protocol/platform.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import { Csrf, Field, FormErrors, Select } from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { UPLOAD_LIMIT } from "../parts/form.ts";
import { Checks } from "../parts/form_parts.tsx";
import { limitsOf } from "../parts/limits.ts";
import type { Form, FormState, PageContext } from "../parts/page.tsx";
import { mountChange, Previewed, SaveButtons, type Tried } from "../parts/preview.tsx";
import { afterCreation, contentPagesOf } from "./content.tsx";
import { contentFields, uploads } from "./content_fields.tsx";
import { CHANNELS, mustMay } from "./parts.tsx";

type Nature = Pick<ArtifactInput, "name" | "type" | "channel" | "platforms">;

const artifactOf = (nature: Nature): ArtifactInput => ({
  ...nature,
  requires: [],
  installDuringSetupAssistant: false,
  autoUpdate: true,
  reinstallInterval: 0,
  reinstallOnOsUpdate: "No",
});

const channelOf = (form: Form): "Device" | "User" => (form.text("channel") === "User" ? "User" : "Device");

/** Returns the artifact's properties from a form. Throws `invalid`. */
async function firstOf(kind: AnyVersionKind, form: Form): Promise<FirstVersion> {
  const { asks, nature } = kind.page;
  const [first = "", ...others] = typesOf(kind);
  const type = asks.type === undefined ? first : form.value("type");
  if (nature !== undefined) {
    const channel = asks.channel === undefined ? "Device" : channelOf(form);
    return { artifact: artifactOf({ type: first, channel, platforms: PLATFORMS, ...nature(form) }), freeName: true };
  }
  const given = {
    name: form.value("name"),
    type,
    channel: asks.channel === undefined ? "Device" : form.value("channel"),
    platforms: form.texts("platforms"),
  };
  const artifact = await parseOrRefuse(artifactInput, given);
  // A type of another kind is none of this page's.
  await parseOrRefuse(z.object({ type: z.enum([first, ...others]) }), given);
  return { artifact };
}

/** Returns the choices that a link to the page has made. */
const chosenIn = ({ searchParams }: URL, fields: readonly KindField[]): Readonly<Record<string, string>> =>
  Object.fromEntries(fields.flatMap((field) => {
    const chosen = field.kind === "choice" ? searchParams.get(field.name) : null;
    return field.kind === "choice" && chosen !== null ? [[field.name, chosen]] : [];
  }));

const mayMake = (context: PageContext) => mustMay(context, "mdm.add_artifact", "mdm.add_artifactversion");

async function newPage(
  context: PageContext,
  { types, page: { slug, title, button, asks, fields } }: AnyVersionKind,
  state?: FormState,
  preview?: Tried,
) {
  mayMake(context);
  const { sql } = context.runtime;
  return {
    title,
    parents: under("/artifacts/"),
    ...uploads(fields),
    body: (
      <>
        <Previewed preview={preview} context={context}>
          <form class="stack" method="post" action={`/artifacts/new/${slug}/`} enctype="multipart/form-data">
            <Csrf context={context} />
            <FormErrors state={state} />
            {asks.name
              ? (
                <Field
                  name="name"
                  label="Name"
                  required
                  {...limitsOf(artifactFields.shape.name)}
                  value={context.url.searchParams.get("name")?.slice(0, 256) ?? ""}
                  state={state}
                />
              )
              : null}
            {asks.type === undefined ? null : (
              <Select
                name="type"
                label="Type"
                value={asks.type}
                options={Object.keys(types).map((one) => [one, one] as const)}
                state={state}
              />
            )}
            {await contentFields(fields, { sql, state, values: chosenIn(context.url, fields), upgrade: false })}
            {asks.channel === undefined
              ? null
              : <Select name="channel" label={asks.channel} value="Device" options={CHANNELS} state={state} />}
            {asks.platforms
              ? (
                <Checks
                  name="platforms"
                  legend="Platforms"
                  options={PLATFORMS.map((one) => [one, one] as const)}
                  values={PLATFORMS}
                  state={state}
                />
              )
              : null}
            {button !== undefined ? <SaveButtons label={button} /> : (
              <div class="actions">
                <button type="submit">Create artifact</button>
                <a class="button plain" href="/artifacts/">Cancel</a>
              </div>
            )}
            <small class="faint">Devices get the artifact after you add it to a blueprint.</small>
          </form>
        </Previewed>
      </>
    ),
  };
}

/** Mounts the pages. */
export function mountNewArtifacts(app: Hono<AppEnv>): void {
  for (const kind of kindsBy("page")) {
    const path = `/artifacts/new/${kind.page.slug}/`;
    mountChange(app, path, {
      needs: "mdm.add_artifact",
      limit: UPLOAD_LIMIT,
      async read(context, form) {
        mayMake(context);
        const first = await firstOf(kind, form);
        return async (runtime) => {
          const pages = contentPagesOf(first.artifact.type);
          return await afterCreation(runtime, pages, await pages.createFirst(runtime, context.by, first, form));
        };
      },
      show: (context, state, preview) => newPage(context, kind, state, preview),
    });
  }
}
