/**
 * An artifact: its properties, its uses, its versions and their progress.
 *
 * @module
 */

import type { Hono } from "hono";
import { type ArtifactVersionRow, versionsOfArtifact } from "../../../db/artifacts/artifact_versions.ts";
import { type ArtifactUse, findArtifactUse, viewArtifactVersions } from "../../../db/artifacts/artifact_views.ts";
import { type ArtifactRow, findArtifacts, isArtifactInUse } from "../../../db/artifacts/artifacts.ts";
import { artifactType, isDeclarationOnly } from "../../../src/blueprints/artifact_types.ts";
import { mustFindArtifact } from "../../../src/blueprints/artifacts.ts";
import { versionKindOf } from "../../../src/blueprints/versions/kinds.ts";
import type { AppEnv } from "../../context.ts";
import { counted, Expiry, Fact, offsetOf, Pager, Select, Table, Time, yesNo } from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { tagNames } from "../parts/filter_form.tsx";
import { filterWords, type TagNames } from "../parts/filter_words.ts";
import { Live, mountLive, type Part, Reload } from "../parts/live.tsx";
import { type Page, page, type PageContext } from "../parts/page.tsx";
import { Warnings } from "../parts/warnings.tsx";
import { LinkFor, platformNames, RolloutState, StatusChips } from "./parts.tsx";
import { warningsAbout } from "./content.tsx";

const LIMIT = 20;

async function Facts({ artifact, context }: { artifact: ArtifactRow; context: PageContext }) {
  const { sql, clock, config } = context.runtime;
  const requires = await findArtifacts(sql, artifact.requires);
  const { linkable, install, variables } = artifactType(artifact.type);
  return (
    <section class="card" aria-labelledby="facts">
      <h3 id="facts">Details</h3>
      <dl class="facts">
        <Fact name="Type">{artifact.type}</Fact>
        <Fact name="Channel">{artifact.channel}</Fact>
        <Fact name="Platforms">{platformNames(artifact.platforms)}</Fact>
        {artifact.declarationIdentifier === null ? null : (
          <>
            <Fact name="Declaration">
              <code>{artifact.declarationType}</code>
            </Fact>
            <Fact name="Identifier">
              <code>{artifact.declarationIdentifier}</code>
            </Fact>
          </>
        )}
        {linkable
          ? (
            <Fact name="Requires">
              {requires.length === 0 ? "nothing" : requires.map(({ id, name }) => (
                <div>
                  <a href={`/artifacts/${id}/`}>{name}</a>
                </div>
              ))}
            </Fact>
          )
          : null}
        {isDeclarationOnly(artifact.type) ? null : (
          <>
            <Fact name="Install in Setup Assistant">{yesNo(artifact.installDuringSetupAssistant)}</Fact>
            <Fact name="Automatic updates">{yesNo(artifact.autoUpdate)}</Fact>
          </>
        )}
        {install === null ? null : (
          <Fact name="Reinstall">
            {[
              artifact.reinstallInterval === 0 ? "" : `every ${counted(artifact.reinstallInterval, "day")}`,
              artifact.reinstallOnOsUpdate === "No"
                ? ""
                : `after ${artifact.reinstallOnOsUpdate.toLowerCase()} updates`,
            ].filter((part) => part !== "").join(", ") || "never"}
          </Fact>
        )}
        {variables
          ? <Fact name="If a variable has no value">{artifact.holdWithoutValues ? "waits" : "is delivered"}</Fact>
          : null}
        <Fact name="Halt">
          {artifact.haltPercent === 0
            ? "never"
            : `when more than ${artifact.haltPercent ?? config.ROLLOUT_HALT_PERCENT} % of installations fail`}
        </Fact>
        <Fact name="Updated">
          <Time at={artifact.updatedAt} now={clock.now()} />
        </Fact>
      </dl>
    </section>
  );
}

/** What follows from other artifacts and from the time, for types that know more. */
async function Details({ artifact, context }: { artifact: ArtifactRow; context: PageContext }) {
  if (!context.may("mdm.view_artifactversion")) return null;
  const known = versionKindOf(artifact.type).page.details;
  const details = await known?.of(context.runtime, artifact.id) ?? [];
  if (known === undefined || details.length === 0) return null;
  const now = context.runtime.clock.now();
  return (
    <section class="card" aria-labelledby="more">
      <h3 id="more">{known.title}</h3>
      <dl class="facts">
        {details.map(({ name, lines }) => (
          <Fact name={name}>
            {lines.length === 0
              ? "none"
              : lines.map(({ text, artifactId, locationAssetId: asset, until, trouble }) => (
                <div {...(trouble === true ? { class: "trouble" } : {})}>
                  {artifactId !== undefined
                    ? <a href={`/artifacts/${artifactId}/`}>{text}</a>
                    : asset !== undefined
                    ? (
                      <LinkFor context={context} needs="mdm.view_locationasset" href={`/apps-and-books/${asset}/`}>
                        {text}
                      </LinkFor>
                    )
                    : text}
                  {until === undefined || until === null || text === "" ? " " : ", expires "}
                  {until === undefined ? null : <Expiry at={until} now={now} />}
                </div>
              ))}
          </Fact>
        ))}
      </dl>
    </section>
  );
}

function Uses({ use, tags, context }: { use: ArtifactUse; tags: TagNames; context: PageContext }) {
  const neighbours = (list: ArtifactUse["uses"], words: Record<"requires" | "refers to", string>) =>
    list.length === 0 ? "nothing" : list.map(({ id, name, kind }) => (
      <div>
        <a href={`/artifacts/${id}/`}>{name}</a> <span class="faint">{words[kind]}</span>
      </div>
    ));
  return (
    <section class="card" aria-labelledby="uses">
      <h3 id="uses">Usage</h3>
      <dl class="facts">
        <Fact name="Blueprints">
          {use.blueprints.length === 0
            ? "none"
            : !context.may("mdm.view_blueprint")
            ? String(use.blueprints.length)
            : use.blueprints.map(({ blueprintId, name, filter }) => (
              <div>
                <a href={`/blueprints/${blueprintId}/`}>{name}</a>{" "}
                <span class="faint">{filterWords(filter, tags)}</span>
              </div>
            ))}
        </Fact>
        <Fact name="Used by">{neighbours(use.usedBy, { requires: "requires it", "refers to": "refers to it" })}</Fact>
        <Fact name="Uses">{neighbours(use.uses, { requires: "required", "refers to": "referred to" })}</Fact>
      </dl>
    </section>
  );
}

type Steps = { latest: ArtifactVersionRow | undefined; previous: Map<number, number>; canReturn: boolean };

/** The newest version, the version before each, and whether there is an earlier one to return to. */
async function stepsOf({ runtime: { sql } }: PageContext, id: string): Promise<Steps> {
  const all = await versionsOfArtifact(sql, id);
  const [, ...earlier] = all.filter(({ state }) => state !== "withdrawn");
  return {
    latest: all[0],
    previous: new Map(all.slice(1).map(({ version }, index) => [all[index]?.version ?? 0, version])),
    canReturn: earlier.some(({ state }) => state === "active"),
  };
}

async function Versions({ artifact, context, steps }: { artifact: ArtifactRow; context: PageContext; steps: Steps }) {
  const { runtime: { sql, clock }, url } = context;
  const offset = offsetOf(url);
  const { rows, count } = await viewArtifactVersions(sql, artifact.id, { limit: LIMIT, offset });
  const tags = await tagNames(sql, rows.map(({ filter }) => filter));
  const now = clock.now();
  const mayChange = context.may("mdm.change_artifactversion");
  const { latest } = steps;
  const warnings = latest === undefined ? [] : await warningsAbout(context, artifact, latest.id);
  return (
    <>
      <h2>Versions</h2>
      <Warnings heading={`Warnings about version ${latest?.version ?? ""}`} warnings={warnings} />
      <div class="actions spaced">
        {context.may("mdm.add_artifactversion")
          ? <a class="button" href={`/artifacts/${artifact.id}/versions/new/`}>New version</a>
          : null}
        {mayChange && steps.canReturn
          ? <a class="button danger" href={`/artifacts/${artifact.id}/rollback/`}>Return to the previous version</a>
          : null}
      </div>
      <Table
        stacked
        caption={counted(count, "version")}
        head={["Version", "State", "Scope", "On devices", "Created", ""]}
        empty="No versions yet."
        rows={rows.map((row) => {
          const base = `/artifacts/${artifact.id}/versions/${row.id}`;
          const before = steps.previous.get(row.version);
          return (
            <tr>
              <td>
                <a href={`${base}/`}>{`Version ${row.version}`}</a>
                {before === undefined ? null : (
                  <div class="small">
                    <a href={`/artifacts/${artifact.id}/diff/?from=${before}&to=${row.version}`}>
                      {`Changes since ${before}`}
                    </a>
                  </div>
                )}
              </td>
              <td>
                <RolloutState state={row.state} reason={row.stateReason} />
              </td>
              <td data-label="Scope">{filterWords(row.filter, tags)}</td>
              <td>
                <StatusChips version={row} context={context} />
              </td>
              <td data-label="Created">
                <Time at={row.createdAt} now={now} />
              </td>
              <td>
                {mayChange
                  ? row.state === "active"
                    ? (
                      <>
                        <a href={`${base}/halt/`} aria-label={`Halt version ${row.version}`}>Halt</a>{" "}
                        <a href={`${base}/withdraw/`} aria-label={`Withdraw version ${row.version}`}>Withdraw</a>
                      </>
                    )
                    : (
                      <>
                        <a href={`${base}/resume/`} aria-label={`Resume version ${row.version}`}>Resume</a>{" "}
                        {row.state === "halted"
                          ? <a href={`${base}/withdraw/`} aria-label={`Withdraw version ${row.version}`}>Withdraw</a>
                          : null}
                      </>
                    )
                  : null}
              </td>
            </tr>
          );
        })}
      />
      <Pager url={url} limit={LIMIT} offset={offset} count={count} />
    </>
  );
}

/** Outside the part that is replaced, since it is filled in. */
function Compare({ artifact, steps }: { artifact: ArtifactRow; steps: Steps }) {
  const numbers = [...new Set([...steps.previous.keys(), ...steps.previous.values()])].sort((a, b) => b - a);
  const choices = numbers.map((number) => [String(number), `Version ${number}`] as const);
  if (choices.length < 2) return null;
  return (
    <form class="row compare" method="get" action={`/artifacts/${artifact.id}/diff/`}>
      <Select name="from" label="Compare" options={choices} value={choices[1]?.[0] ?? ""} />
      <Select name="to" label="With" options={choices} value={choices[0]?.[0] ?? ""} />
      <button type="submit" class="plain">Show differences</button>
    </form>
  );
}

const VERSIONS: Part = {
  name: "versions",
  async view(context) {
    if (!context.may("mdm.view_artifactversion")) return null;
    const artifact = await mustFindArtifact(context.runtime.sql, context.uuid());
    return await Versions({ artifact, context, steps: await stepsOf(context, artifact.id) });
  },
};

async function artifactPage(context: PageContext): Promise<Page> {
  const { sql } = context.runtime;
  const artifact = await mustFindArtifact(sql, context.uuid());
  const [use, inUse, steps] = await Promise.all([
    findArtifactUse(sql, artifact.id),
    isArtifactInUse(sql, artifact.id),
    stepsOf(context, artifact.id),
  ]);
  const tags = await tagNames(sql, use.blueprints.map(({ filter }) => filter));
  return {
    title: artifact.name,
    parents: under("/artifacts/"),
    live: true,
    body: (
      <>
        <div class="actions spaced">
          {context.may("mdm.change_artifact")
            ? <a class="button plain" href={`/artifacts/${artifact.id}/edit/`}>Edit</a>
            : null}
          {context.may("mdm.delete_artifact") && !inUse
            ? <a class="button danger" href={`/artifacts/${artifact.id}/delete/`}>Delete</a>
            : null}
          {context.may("events.view_event") ? <a href={`/events/?about=artifact:${artifact.id}`}>Events</a> : null}
        </div>
        <div class="columns">
          {await Facts({ artifact, context })}
          <Uses use={use} tags={tags} context={context} />
          {await Details({ artifact, context })}
        </div>
        <Reload context={context} />
        {await Live({ part: VERSIONS, context })}
        {context.may("mdm.view_artifactversion") ? <Compare artifact={artifact} steps={steps} /> : null}
      </>
    ),
  };
}

/** Mounts the page. */
export function mountArtifactPage(app: Hono<AppEnv>): void {
  mountLive(app, "/artifacts/:id/", "mdm.view_artifact", [VERSIONS]);
  page(app, "/artifacts/:id/", "mdm.view_artifact", artifactPage);
}
