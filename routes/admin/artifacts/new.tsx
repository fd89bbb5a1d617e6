/**
 * Making artifacts: a page for each kind, which makes the artifact and its first version in one go.
 *
 * @module
 */

import type { Hono } from "hono";
import { z } from "zod";
import type { ArtifactRow } from "../../../db/artifacts/artifacts.ts";
import { artifactFields, artifactInput } from "../../../src/blueprints/artifact_input.ts";
import { ARTIFACT_TYPES, isRawDeclaration } from "../../../src/blueprints/artifact_types.ts";
import type { ArtifactInput } from "../../../src/blueprints/artifacts.ts";
import type { FirstVersion } from "../../../src/blueprints/versions/create_artifact.ts";
import { readProfile } from "../../../src/blueprints/versions/profile.ts";
import { readProvisioningProfile } from "../../../src/blueprints/versions/provisioning_profile.ts";
import { invalid } from "../../../src/errors.ts";
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
import { afterCreation } from "./content.tsx";
import { contentPagesOf, uploadOf } from "./kinds.tsx";
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

const RAW_DECLARATIONS = ARTIFACT_TYPES.filter(isRawDeclaration);

const channelOf = (form: Form): "Device" | "User" => (form.text("channel") === "User" ? "User" : "Device");

/** Reads what the form says of an artifact, which is of one of `types`. Throws `invalid`. */
async function natureOf(
  form: Form,
  types: readonly ArtifactRow["type"][],
  { type, channel }: { type: string | undefined; channel: string | undefined },
): Promise<ArtifactInput> {
  const given = { name: form.value("name"), platforms: form.texts("platforms"), type, channel };
  const input = await parseOrRefuse(artifactInput, given);
  if (!types.includes(input.type)) await parseOrRefuse(z.object({ type: z.enum(types) }), given);
  return input;
}

/** The fields that a person fills in where no file says them. */
type Asked = { name?: boolean; channel?: string; platforms?: boolean; declaration?: boolean };

type NewArtifact = {
  slug: string;
  link: string;
  title: string;
  /** Whose fields are shown. */
  type: ArtifactRow["type"];
  asks: Asked;
  /** Reads what the form says of the artifact. Throws `invalid`. */
  first(form: Form): FirstVersion | Promise<FirstVersion>;
};

/** What can be made. */
export const NEW_ARTIFACTS: readonly NewArtifact[] = [
  {
    slug: "profile",
    link: "Upload a profile",
    title: "Upload a profile",
    type: "Profile",
    asks: { channel: "Channel, if the profile does not name one" },
    first(form) {
      const read = readProfile({ source: uploadOf(form).bytes.toBase64() });
      if (read.errors !== undefined) throw invalid(read.errors);
      const { payloadDisplayName, payloadIdentifier, scope, channel } = read.value;
      return {
        artifact: artifactOf({
          name: payloadDisplayName.trim() || payloadIdentifier,
          type: "Profile",
          channel: scope === undefined ? channelOf(form) : channel,
          platforms: PLATFORMS,
        }),
        freeName: true,
      };
    },
  },
  {
    slug: "declaration",
    link: "New declaration",
    title: "New declaration",
    type: "Configuration",
    asks: { name: true, declaration: true, channel: "Channel", platforms: true },
    first: async (form) => ({
      artifact: await natureOf(form, RAW_DECLARATIONS, { type: form.value("type"), channel: form.value("channel") }),
    }),
  },
  {
    slug: "data-asset",
    link: "New data asset",
    title: "New data asset",
    type: "Data Asset",
    asks: { name: true, platforms: true },
    first: async (form) => ({
      artifact: await natureOf(form, ["Data Asset"], { type: "Data Asset", channel: "Device" }),
    }),
  },
  {
    slug: "certificate-asset",
    link: "New certificate asset",
    title: "New certificate asset",
    type: "Certificate Asset",
    asks: { name: true, channel: "Channel", platforms: true },
    first: async (form) => ({
      artifact: await natureOf(form, ["Certificate Asset"], {
        type: "Certificate Asset",
        channel: form.value("channel"),
      }),
    }),
  },
  {
    slug: "provisioning-profile",
    link: "New provisioning profile",
    title: "New provisioning profile",
    type: "Provisioning Profile",
    asks: {},
    first(form) {
      const read = readProvisioningProfile({ source: uploadOf(form).bytes.toBase64() });
      if (read.errors !== undefined) throw invalid(read.errors);
      const nature = { name: read.value.name.trim() || read.value.uuid, channel: "Device" as const };
      return {
        artifact: artifactOf({ ...nature, type: "Provisioning Profile", platforms: PLATFORMS }),
        freeName: true,
      };
    },
  },
];

const mayMake = (context: PageContext) => mustMay(context, "mdm.add_artifact", "mdm.add_artifactversion");

async function newPage(
  context: PageContext,
  { slug, title, type, asks }: NewArtifact,
  state?: FormState,
  preview?: Tried,
) {
  mayMake(context);
  const fields = await contentPagesOf(type).fields({ runtime: context.runtime, state, values: {}, upgrade: false });
  return {
    title,
    parents: under("/artifacts/"),
    body: (
      <>
        <Previewed preview={preview} context={context}>
          <form class="stack" method="post" action={`/artifacts/new/${slug}/`} enctype="multipart/form-data">
            <Csrf context={context} />
            <FormErrors state={state} />
            {asks.name
              ? <Field name="name" label="Name" required {...limitsOf(artifactFields.shape.name)} state={state} />
              : null}
            {asks.declaration
              ? (
                <Select
                  name="type"
                  label="Type"
                  value="Configuration"
                  options={RAW_DECLARATIONS.map((one) => [one, one] as const)}
                  state={state}
                />
              )
              : null}
            {fields}
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
            {slug === "profile" ? <SaveButtons label="Upload" /> : (
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
  for (const one of NEW_ARTIFACTS) {
    const path = `/artifacts/new/${one.slug}/`;
    mountChange(app, path, {
      needs: "mdm.add_artifact",
      limit: UPLOAD_LIMIT,
      async read(context, form) {
        mayMake(context);
        const first = await one.first(form);
        return async (runtime) => {
          const pages = contentPagesOf(first.artifact.type);
          return await afterCreation(runtime, pages, await pages.createFirst(runtime, context.by, first, form));
        };
      },
      show: (context, state, preview) => newPage(context, one, state, preview),
    });
  }
}
