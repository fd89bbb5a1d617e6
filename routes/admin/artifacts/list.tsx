/**
 * The list of artifacts: search, filters, pages.
 *
 * @module
 */

import type { Hono } from "hono";
import { searchArtifacts } from "../../../db/artifacts/artifact_views.ts";
import { listBlueprints } from "../../../db/blueprints/blueprints.ts";
import { ARTIFACT_TYPES } from "../../../src/blueprints/artifact_types.ts";
import { kindsBy } from "../../../src/blueprints/versions/kinds.ts";
import { PLATFORMS } from "../../../src/protocol/platform.ts";
import type { AppEnv } from "../../context.ts";
import { counted, Field, offsetOf, Pager, Select, Table } from "../parts/components.tsx";
import { type Page, page, type PageContext } from "../parts/page.tsx";
import { mountArtifactPage } from "./artifact.tsx";
import { mountArtifactDiff } from "./compare.tsx";
import { mountArtifactEdit } from "./edit.tsx";
import { mountFailures } from "./failures.tsx";
import { mountNewArtifacts } from "./new.tsx";
import { CHANNELS, platformNames, VersionInForce } from "./parts.tsx";
import { mountRollouts } from "./rollout.tsx";
import { mountVersions } from "./versions.tsx";

const LIMIT = 50;

const same = (values: readonly string[]) => values.map((value) => [value, value] as const);

async function listPage({ runtime: { sql }, url, may }: PageContext): Promise<Page> {
  const given = (name: string) => url.searchParams.get(name) ?? "";
  const among = (values: readonly string[], name: string) => values.find((value) => value === given(name));
  const blueprint = /^[0-9]{1,9}$/.test(given("blueprint")) ? Number(given("blueprint")) : undefined;
  const search = given("q").trim().replaceAll("\0", "").slice(0, 100);
  const offset = offsetOf(url);
  const [{ rows, count }, blueprints] = await Promise.all([
    searchArtifacts(sql, {
      search: search || undefined,
      type: among(ARTIFACT_TYPES, "type"),
      channel: among(["Device", "User"], "channel"),
      platform: among(PLATFORMS, "platform"),
      blueprintId: blueprint,
      limit: LIMIT,
      offset,
    }),
    may("mdm.view_blueprint") ? listBlueprints(sql, { limit: 500, offset: 0 }) : { rows: [] },
  ]);
  return {
    title: "Artifacts",
    body: (
      <>
        {may("mdm.add_artifact") && may("mdm.add_artifactversion")
          ? (
            <p class="actions">
              {kindsBy("page").map(({ page: { slug, title } }) => (
                <a class="button plain" href={`/artifacts/new/${slug}/`}>{title}</a>
              ))}
            </p>
          )
          : null}
        <form class="row" method="get" action="/artifacts/" data-live role="search">
          <Field name="q" label="Search by name or identifier" type="search" value={given("q")} wide />
          <Select
            name="type"
            label="Type"
            value={given("type")}
            options={[["", "All"], ...same(ARTIFACT_TYPES)]}
          />
          <Select name="channel" label="Channel" value={given("channel")} options={[["", "Both"], ...CHANNELS]} />
          <Select
            name="platform"
            label="Platform"
            value={given("platform")}
            options={[["", "All"], ...same(PLATFORMS)]}
          />
          {blueprints.rows.length === 0 ? null : (
            <Select
              name="blueprint"
              label="Blueprint"
              value={given("blueprint")}
              options={[["", "Any"], ...blueprints.rows.map((one) => [String(one.id), one.name] as const)]}
            />
          )}
          <button type="submit" class="plain">Search</button>
        </form>
        <Table
          caption={counted(count, "artifact")}
          head={["Name", "Type", "Channel", "Platforms", "Version", "Blueprints"]}
          empty={url.search === "" ? "No artifacts yet. Most fleets start with a profile." : "No artifact matches."}
          rows={rows.map((artifact) => (
            <tr>
              <td>
                <a href={`/artifacts/${artifact.id}/`}>{artifact.name}</a>
              </td>
              <td class="words">{artifact.type}</td>
              <td>{artifact.channel}</td>
              <td>{platformNames(artifact.platforms)}</td>
              <td>
                <VersionInForce artifact={artifact} />
              </td>
              <td>{String(artifact.blueprints)}</td>
            </tr>
          ))}
        />
        <Pager url={url} limit={LIMIT} offset={offset} count={count} />
      </>
    ),
  };
}

/** Mounts the pages of artifacts. */
export function mountArtifacts(app: Hono<AppEnv>): void {
  page(app, "/artifacts/", "mdm.view_artifact", listPage);
  // Before the artifacts themselves: `new` is no id.
  mountNewArtifacts(app);
  mountArtifactPage(app);
  mountArtifactEdit(app);
  mountArtifactDiff(app);
  mountVersions(app);
  mountRollouts(app);
  mountFailures(app);
}
