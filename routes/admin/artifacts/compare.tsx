/**
 * The differences between two versions.
 *
 * @module
 */

import type { Hono } from "hono";
import { versionsOfArtifact } from "../../../db/artifacts/artifact_versions.ts";
import { mustFindArtifact } from "../../../src/blueprints/artifacts.ts";
import { problem } from "../../../src/errors.ts";
import type { AppEnv } from "../../context.ts";
import { counted, Select } from "../parts/components.tsx";
import { underArtifact } from "../parts/crumbs.ts";
import { diffLines, type Hunk, hunksOf } from "../parts/diff.ts";
import { tagNames } from "../parts/filter_form.tsx";
import { filterWords } from "../parts/filter_words.ts";
import { type Page, page, type PageContext } from "../parts/page.tsx";
import { withoutSecret } from "./version_lines.ts";
import { contentPagesOf } from "./content.tsx";

const MARKS = { same: "", removed: "−", added: "+" } as const;

function Rows({ hunk }: { hunk: Hunk }) {
  if (hunk.skipped !== undefined) {
    return (
      <tr class="skipped">
        <td colspan={4}>{`${counted(hunk.skipped, "equal line")}`}</td>
      </tr>
    );
  }
  return (
    <>
      {hunk.lines.map(({ kind, text, before, after }) => (
        <tr class={kind}>
          <td class="number">{kind === "added" ? "" : String(before)}</td>
          <td class="number">{kind === "removed" ? "" : String(after)}</td>
          <td class="mark">
            {MARKS[kind]}
            {kind === "same" ? null : <span class="hidden">{kind}</span>}
          </td>
          <td class="text">
            {kind === "added"
              ? <ins>{withoutSecret(text)}</ins>
              : kind === "removed"
              ? <del>{withoutSecret(text)}</del>
              : withoutSecret(text)}
          </td>
        </tr>
      ))}
    </>
  );
}

async function diffPage(context: PageContext): Promise<Page> {
  const { runtime, url } = context;
  const artifact = await mustFindArtifact(runtime.sql, context.uuid());
  const versions = await versionsOfArtifact(runtime.sql, artifact.id);
  const numbered = (name: string) =>
    versions.find(({ version }) => String(version) === (url.searchParams.get(name) ?? ""));
  const [from, to] = [numbered("from"), numbered("to")];
  if (from === undefined || to === undefined) throw problem("not-found");
  const { lines } = contentPagesOf(artifact.type);
  const [before, after] = [await lines(runtime, from.id), await lines(runtime, to.id)];
  const diff = diffLines(before, after);
  const tags = await tagNames(runtime.sql, [from.filter, to.filter]);
  const [gotBefore, getsNow] = [filterWords(from.filter, tags), filterWords(to.filter, tags)];
  const count = (kind: "added" | "removed") => diff.filter((line) => line.kind === kind).length;
  const [added, removed] = [count("added"), count("removed")];
  const choices = versions.map(({ version }) => [String(version), `Version ${version}`] as const);
  return {
    parents: underArtifact(artifact),
    title: `${artifact.name}: version ${from.version} and version ${to.version}`,
    body: (
      <>
        <form class="row compare" method="get" action={url.pathname}>
          <Select name="from" label="Compare" options={choices} value={String(from.version)} />
          <Select name="to" label="With" options={choices} value={String(to.version)} />
          <button type="submit" class="plain">Show differences</button>
        </form>
        <p>
          {added + removed === 0
            ? "The content is the same."
            : `${counted(added, "line")} added, ${counted(removed, "line")} removed.`}
          {gotBefore === getsNow
            ? ` Scope: ${getsNow}.`
            : ` Scope of version ${from.version}: ${gotBefore}. Scope of version ${to.version}: ${getsNow}.`}
        </p>
        {added + removed === 0 ? null : (
          <div class="scroll" role="region" aria-label="Differences" tabindex={0}>
            <table class="diff">
              <caption>{`From version ${from.version} to version ${to.version}`}</caption>
              <thead>
                <tr>
                  <th scope="col" class="number">{`In ${from.version}`}</th>
                  <th scope="col" class="number">{`In ${to.version}`}</th>
                  <th scope="col">
                    <span class="hidden">Change</span>
                  </th>
                  <th scope="col">Line</th>
                </tr>
              </thead>
              <tbody>{hunksOf(diff).map((hunk) => <Rows hunk={hunk} />)}</tbody>
            </table>
          </div>
        )}
      </>
    ),
  };
}

/** Mounts the page. */
export function mountArtifactDiff(app: Hono<AppEnv>): void {
  page(app, "/artifacts/:id/diff/", "mdm.view_artifactversion", diffPage);
}
