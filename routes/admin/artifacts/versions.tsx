/**
 * Versions of artifacts: shown, downloaded, created, changed in scope, deleted.
 *
 * @module
 */

import type { Hono } from "hono";
import {
  type ArtifactVersionRow,
  isVersionInUse,
  versionsOfArtifact,
} from "../../../db/artifacts/artifact_versions.ts";
import { viewArtifactVersion } from "../../../db/artifacts/artifact_views.ts";
import type { ArtifactRow } from "../../../db/artifacts/artifacts.ts";
import { mustFindArtifact } from "../../../src/blueprints/artifacts.ts";
import { openFilter } from "../../../src/blueprints/filter.ts";
import { kindOf } from "../../../src/blueprints/versions/registry.ts";
import { invalid, problem } from "../../../src/errors.ts";
import type { Preview } from "../../../src/planner/preview.ts";
import { type Platform, PLATFORMS } from "../../../src/protocol/platform.ts";
import type { AppEnv } from "../../context.ts";
import { Csrf, Fact, Field, FormErrors, Time } from "../parts/components.tsx";
import { underArtifact, underVersion } from "../parts/crumbs.ts";
import { FilterForm, filterOfForm, tagChoices, tagNames } from "../parts/filter_form.tsx";
import { filterWords } from "../parts/filter_words.ts";
import { UPLOAD_LIMIT } from "../parts/form.ts";
import { type Form, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";
import { mountChange, mountConfirmed, Previewed, SaveButtons } from "../parts/preview.tsx";
import { Warnings } from "../parts/warnings.tsx";
import { afterCreation, contentPagesOf, sourceResponse, warningsAbout } from "./content.tsx";
import { contentFields, uploads } from "./content_fields.tsx";
import { mustMay, RolloutState, StatusChips } from "./parts.tsx";
import { withoutSecret } from "./version_lines.ts";

const LARGEST = 2_147_483_647;
/** Lines of a content that are shown. */
const MOST_LINES = 2000;

/** The version of the address, and its artifact. Throws `not-found`. */
export async function mustFindVersionOf(
  context: PageContext,
): Promise<{ artifact: ArtifactRow; version: ArtifactVersionRow }> {
  const [id, versionId] = [context.uuid(), context.uuid("version")];
  const artifact = await mustFindArtifact(context.runtime.sql, id);
  const { row } = await kindOf(artifact.type).show(context.runtime, versionId);
  if (row.artifactId !== artifact.id) throw problem("not-found");
  return { artifact, version: row };
}

/** The platforms that a filter of an artifact may name, and those that it names all the same. */
const platformsFor = (artifact: ArtifactRow, active: readonly Platform[] = []): Platform[] =>
  PLATFORMS.filter((platform) => artifact.platforms.includes(platform) || active.includes(platform));

function numberOf(form: Form): number {
  const number = Number(form.text("version"));
  if (!/^[0-9]{1,10}$/.test(form.text("version")) || number < 1 || number > LARGEST) {
    throw invalid({ version: [`This should be a whole number from 1 to ${LARGEST}.`] });
  }
  return number;
}

const NumberField = ({ value, state }: { value: number; state: FormState | undefined }) => (
  <Field
    name="version"
    label="Version"
    type="number"
    min={1}
    max={LARGEST}
    required
    value={String(value)}
    state={state}
  />
);

async function newPage(context: PageContext, state?: FormState, preview?: Preview): Promise<Page> {
  const { runtime } = context;
  const artifact = await mustFindArtifact(runtime.sql, context.uuid());
  const [latest] = await versionsOfArtifact(runtime.sql, artifact.id);
  // The content of a version is only for users who may see it.
  mustMay(context, "mdm.view_artifactversion");
  const pages = contentPagesOf(artifact.type);
  const filter = latest?.filter ?? openFilter(artifact.platforms);
  const values = latest === undefined ? {} : await pages.values(runtime, latest.id);
  return {
    parents: underArtifact(artifact),
    ...uploads(pages.page.fields),
    title: `New version of ${artifact.name}`,
    body: (
      <>
        <Previewed preview={preview} context={context}>
          <form class="stack wide" method="post" action={context.url.pathname} enctype="multipart/form-data">
            <Csrf context={context} />
            <FormErrors state={state} />
            <NumberField value={(latest?.version ?? 0) + 1} state={state} />
            {await contentFields(pages.page.fields, { sql: runtime.sql, state, values, upgrade: latest !== undefined })}
            <FilterForm
              filter={filter}
              platforms={platformsFor(artifact)}
              tags={await tagChoices(runtime.sql, filter)}
              state={state}
            />
            <SaveButtons />
          </form>
        </Previewed>
      </>
    ),
  };
}

async function filterPage(context: PageContext, state?: FormState, preview?: Preview): Promise<Page> {
  const { artifact, version: row } = await mustFindVersionOf(context);
  const { version, filter } = row;
  const active = PLATFORMS.filter((platform) => filter.platforms[platform].active);
  return {
    parents: underVersion(artifact, row),
    title: `Scope of version ${version} of ${artifact.name}`,
    body: (
      <>
        <Previewed preview={preview} context={context}>
          <form class="stack wide" method="post" action={context.url.pathname}>
            <Csrf context={context} />
            <FormErrors state={state} />
            <NumberField value={version} state={state} />
            <FilterForm
              filter={filter}
              platforms={platformsFor(artifact, active)}
              tags={await tagChoices(context.runtime.sql, filter)}
              state={state}
            />
            <SaveButtons />
          </form>
        </Previewed>
      </>
    ),
  };
}

/** Lines as they are shown: without secrets, and not more than a person reads. */
function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <>
      <pre tabindex={0} class="content">{lines.slice(0, MOST_LINES).map(withoutSecret).join("\n")}</pre>
      {lines.length > MOST_LINES
        ? (
          <p class="faint">
            {`The first ${MOST_LINES} of ${lines.length} lines. Download the file to see all of them.`}
          </p>
        )
        : null}
    </>
  );
}

async function versionPage(context: PageContext): Promise<Page> {
  const { runtime } = context;
  const { artifact, version } = await mustFindVersionOf(context);
  const [tags, lines, warnings, view, inUse] = await Promise.all([
    tagNames(runtime.sql, [version.filter]),
    contentPagesOf(artifact.type).lines(runtime, version.id),
    warningsAbout(context, artifact, version.id),
    viewArtifactVersion(runtime.sql, version.id),
    isVersionInUse(runtime.sql, version.id),
  ]);
  const base = `/artifacts/${artifact.id}/versions/${version.id}`;
  const now = runtime.clock.now();
  const link = (action: string, label: string, tone: string) => (
    <a class={`button ${tone}`} href={`${base}/${action}/`}>{label}</a>
  );
  return {
    parents: underArtifact(artifact),
    title: `${artifact.name}, version ${version.version}`,
    body: (
      <>
        <div class="actions spaced">
          {context.may("mdm.change_artifactversion")
            ? (
              <>
                {link("filter", "Edit scope", "plain")}
                {version.state === "active" ? link("halt", "Halt", "danger") : link("resume", "Resume", "plain")}
                {version.state === "withdrawn" ? null : link("withdraw", "Withdraw", "danger")}
              </>
            )
            : null}
          {context.may("mdm.delete_artifactversion") && !inUse ? link("delete", "Delete", "danger") : null}
        </div>
        <Warnings warnings={warnings} />
        <section class="card">
          <dl class="facts">
            <Fact name="State">
              <RolloutState state={version.state} reason={version.stateReason} />
            </Fact>
            <Fact name="Scope">{filterWords(version.filter, tags)}</Fact>
            <Fact name="On devices">
              {view === undefined ? null : <StatusChips version={view} context={context} />}
            </Fact>
            <Fact name="Variables">
              {version.variables.length === 0 ? "none" : <code>{version.variables.join(", ")}</code>}
            </Fact>
            <Fact name="Created">
              <Time at={version.createdAt} now={now} />
            </Fact>
            <Fact name="Updated">
              <Time at={version.updatedAt} now={now} />
            </Fact>
          </dl>
        </section>
        <h2>Content</h2>
        {contentPagesOf(artifact.type).page.source === undefined ? null : (
          <p>
            <a href={`${base}/source/`}>Download</a>.{" "}
            <span class="faint">Passwords and other secrets are hidden here. The download contains them.</span>
          </p>
        )}
        <Lines lines={lines} />
      </>
    ),
  };
}

/** Mounts the pages. */
export function mountVersions(app: Hono<AppEnv>): void {
  mountChange(app, "/artifacts/:id/versions/new/", {
    needs: "mdm.add_artifactversion",
    limit: UPLOAD_LIMIT,
    async read(context, form) {
      const { id, type } = await mustFindArtifact(context.runtime.sql, context.uuid());
      const input = { artifactId: id, version: numberOf(form), filter: await filterOfForm(form) };
      return async (runtime) => {
        const pages = contentPagesOf(type);
        const version = await pages.create(runtime, context.by, input, form);
        return await afterCreation(runtime, pages, version);
      };
    },
    show: newPage,
  });
  page(app, "/artifacts/:id/versions/:version/", "mdm.view_artifactversion", versionPage);
  page(app, "/artifacts/:id/versions/:version/source/", "mdm.view_artifactversion", async (context) => {
    const { artifact, version } = await mustFindVersionOf(context);
    const source = await contentPagesOf(artifact.type).source(context.runtime, version.id);
    if (source === null) throw problem("not-found");
    return sourceResponse(source);
  });
  mountChange(app, "/artifacts/:id/versions/:version/filter/", {
    needs: "mdm.change_artifactversion",
    async read(context, form) {
      const { artifact, version: { id } } = await mustFindVersionOf(context);
      const input = { version: numberOf(form), filter: await filterOfForm(form) };
      return async (runtime) => {
        await kindOf(artifact.type).refilter(runtime, context.by, id, input);
        const warnings = await contentPagesOf(artifact.type).warnings(runtime, id);
        return { to: `/artifacts/${artifact.id}/versions/${id}/?done=saved`, warnings };
      };
    },
    show: filterPage,
  });
  mountConfirmed(app, "/artifacts/:id/versions/:version/delete/", {
    needs: "mdm.delete_artifactversion",
    read: (context) => async (runtime) => {
      const { artifact, version } = await mustFindVersionOf(context);
      await kindOf(artifact.type).remove(runtime, context.by, version.id);
      return `/artifacts/${artifact.id}/?done=deleted`;
    },
    async ask(context) {
      const { artifact, version } = await mustFindVersionOf(context);
      return {
        parents: underVersion(artifact, version),
        title: `Delete version ${version.version} of ${artifact.name}`,
        text: "The version and its content are deleted. This cannot be undone.",
        label: "Delete version",
        tone: "danger",
        back: `/artifacts/${artifact.id}/versions/${version.id}/`,
      };
    },
  });
}
