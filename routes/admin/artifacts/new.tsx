/**
 * Making artifacts: a page for each kind, which makes the artifact and its first version in one go.
 *
 * @module
 */

import type { Hono } from "hono";
import type { ArtifactRow } from "../../../db/artifacts/artifacts.ts";
import { ARTIFACT_TYPES, isRawDeclaration } from "../../../src/blueprints/artifact_types.ts";
import type { ArtifactInput } from "../../../src/blueprints/artifacts.ts";
import type { FirstVersion } from "../../../src/blueprints/versions/create_artifact.ts";
import { readProfile } from "../../../src/blueprints/versions/profile.ts";
import { readProvisioningProfile } from "../../../src/blueprints/versions/provisioning_profile.ts";
import { type FieldErrors, invalid } from "../../../src/errors.ts";
import { PLATFORMS } from "../../../src/protocol/platform.ts";
import type { AppEnv } from "../../context.ts";
import { Csrf, Field, FormErrors, Select } from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { UPLOAD_LIMIT } from "../parts/form.ts";
import { Checks } from "../parts/form_parts.tsx";
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

const channelOf = (form: Form): "Device" | "User" => (form.text("channel") === "User" ? "User" : "Device");

/** The platforms that were chosen. */
export const platformsOf = (form: Form) => PLATFORMS.filter((platform) => form.texts("platforms").includes(platform));

/** What is wrong with the name and the platforms of a form. */
export function natureErrors(form: Form): FieldErrors {
  const name = form.text("name");
  return {
    ...(name === "" || name.length > 256 ? { name: ["This should have 1 to 256 characters."] } : {}),
    ...(platformsOf(form).length === 0 ? { platforms: ["Choose at least one."] } : {}),
  };
}

function natureOf(form: Form, type: ArtifactRow["type"], channel: "Device" | "User"): ArtifactInput {
  const errors = natureErrors(form);
  if (Object.keys(errors).length > 0) throw invalid(errors);
  return artifactOf({ name: form.text("name"), type, channel, platforms: platformsOf(form) });
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
  first(form: Form): FirstVersion;
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
    first(form) {
      const type = ARTIFACT_TYPES.filter(isRawDeclaration).find((one) => one === form.text("type"));
      if (type === undefined) throw invalid({ type: ["Choose an option from the list."] });
      return { artifact: natureOf(form, type, channelOf(form)) };
    },
  },
  {
    slug: "data-asset",
    link: "New data asset",
    title: "New data asset",
    type: "Data Asset",
    asks: { name: true, platforms: true },
    first: (form) => ({ artifact: natureOf(form, "Data Asset", "Device") }),
  },
  {
    slug: "certificate-asset",
    link: "New certificate asset",
    title: "New certificate asset",
    type: "Certificate Asset",
    asks: { name: true, channel: "Channel", platforms: true },
    first: (form) => ({ artifact: natureOf(form, "Certificate Asset", channelOf(form)) }),
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
            {asks.name ? <Field name="name" label="Name" required maxlength={256} state={state} /> : null}
            {asks.declaration
              ? (
                <Select
                  name="type"
                  label="Type"
                  value="Configuration"
                  options={ARTIFACT_TYPES.filter(isRawDeclaration).map((one) => [one, one] as const)}
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
      read(context, form) {
        mayMake(context);
        const first = one.first(form);
        return async (runtime) => {
          const pages = contentPagesOf(first.artifact.type);
          return await afterCreation(runtime, pages, await pages.createFirst(runtime, context.by, first, form));
        };
      },
      show: (context, state, preview) => newPage(context, one, state, preview),
    });
  }
}
