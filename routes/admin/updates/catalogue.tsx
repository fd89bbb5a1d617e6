/**
 * The catalogue of software updates.
 *
 * @module
 */

import type { Hono } from "hono";
import { catalogueSize } from "../../../db/updates/update_views.ts";
import { findFeed, listSoftwareUpdates, type SoftwareUpdateRow } from "../../../db/updates/software_updates.ts";
import type { Permission } from "../../../src/access/actor.ts";
import { enqueueCatalogueSync } from "../../../src/updates/catalogue.ts";
import { problem } from "../../../src/errors.ts";
import type { AppEnv } from "../../context.ts";
import { ActionButton, Chip, counted, Field, offsetOf, Pager, Select, Table, Time } from "../parts/components.tsx";
import { action, type Page, page, type PageContext } from "../parts/page.tsx";

const ALL = "/software-updates/";
const LIMIT = 50;
const VIEW: Permission = "mdm.view_softwareupdate";
const SYNC = ["mdm.add_softwareupdate", "mdm.change_softwareupdate", "mdm.delete_softwareupdate"] as const;
const MODELS_SHOWN = 4;

const maySync = ({ may }: PageContext): boolean => SYNC.every((permission) => may(permission));

/** The state of the list, and what to do about it. */
async function State({ context }: { context: PageContext }) {
  const { sql, clock } = context.runtime;
  const feed = await findFeed(sql);
  const now = clock.now();
  return (
    <section class="card" aria-labelledby="feed">
      <h2 id="feed">Apple's list</h2>
      <p>
        {feed.fetchedAt === null ? "It was not fetched yet." : (
          <>
            Fetched <Time at={feed.fetchedAt} now={now} />. It is fetched every six hours.
          </>
        )}
      </p>
      {feed.refusal === null ? null : (
        <div role="alert">
          <p>
            <Chip tone="bad">Not taken</Chip> <Time at={feed.refusedAt} now={now} />: {feed.refusal}.
          </p>
          <p>
            The updates below are from the last list that was taken. If Apple cannot be reached, check that this server
            may connect to gdmf.apple.com, port 443. If the list lacks releases and Apple did withdraw them, take it
            anyway.
          </p>
        </div>
      )}
      {maySync(context)
        ? (
          <div class="actions">
            <ActionButton context={context} action={`${ALL}sync/`} label="Synchronize" tone="plain" />
            {feed.refusal === null ? null : (
              <ActionButton
                context={context}
                action={`${ALL}sync/?force=yes`}
                label="Take the list anyway"
                tone="danger"
                confirm="Take Apple's list as it is? Releases that it lacks are withdrawn: no device gets them as a target any more."
              />
            )}
          </div>
        )
        : null}
    </section>
  );
}

function Models({ row }: { row: SoftwareUpdateRow }) {
  const [shown, more] = [row.deviceIds.slice(0, MODELS_SHOWN), row.deviceIds.slice(MODELS_SHOWN)];
  if (more.length === 0) return <>{shown.join(", ")}</>;
  return (
    <details>
      <summary>{`${shown.join(", ")} and ${more.length} more`}</summary>
      {more.join(", ")}
    </details>
  );
}

async function listPage(context: PageContext): Promise<Page> {
  const { runtime: { sql }, url } = context;
  const [platform, version, device] = ["platform", "version", "device"].map((name) =>
    url.searchParams.get(name)?.trim().slice(0, 64) ?? ""
  );
  const withWithdrawn = url.searchParams.get("withdrawn") === "on";
  const offset = offsetOf(url);
  const [{ rows, count }, { platforms }] = await Promise.all([
    listSoftwareUpdates(sql, {
      limit: LIMIT,
      offset,
      platform: platform || undefined,
      version: version || undefined,
      deviceId: device || undefined,
      withWithdrawn,
    }),
    catalogueSize(sql),
  ]);
  return {
    title: "Software updates",
    body: (
      <>
        {await State({ context })}
        <p>
          <a href="/software-updates/progress/">Progress of the fleet</a> ·{" "}
          <a href="/software-update-enforcements/">Enforcements</a>
        </p>
        <form class="row" method="get" action={ALL}>
          <Select
            name="platform"
            label="Platform"
            value={platform ?? ""}
            options={[["", "All"], ...platforms.map((one) => [one, one] as const)]}
          />
          <Field name="version" label="Version" value={version ?? ""} help="15 finds 15.7.5, too." maxlength={20} />
          <Field name="device" label="Model" value={device ?? ""} help="Such as iPhone17,3 or J713AP." maxlength={64} />
          <label class="check">
            <input type="checkbox" name="withdrawn" checked={withWithdrawn} /> With withdrawn ones
          </label>
          <button type="submit" class="plain">Filter</button>
        </form>
        <Table
          caption={counted(count, "update")}
          head={["Version", "Build", "Platform", "For", "Posted", "Expires", "Models"]}
          empty="No updates. Synchronize to fetch Apple's list, or change the filter."
          rows={rows.map((row) => (
            <tr>
              <td>
                {`${row.version} ${row.extra}`.trim()} {row.withdrawnAt === null ? null : <Chip>Withdrawn</Chip>}
              </td>
              <td>
                <code>{row.build || "not stated"}</code>
                {row.prerequisiteBuild === ""
                  ? null
                  : <div class="faint small">{`needs ${row.prerequisiteBuild}`}</div>}
              </td>
              <td>{row.platform}</td>
              <td class="words">{row.public ? row.extra === "" ? "the public" : "everyone" : "device management"}</td>
              <td>
                {row.postedOn}
                {row.feedPostedOn === row.postedOn
                  ? null
                  : <div class="faint small">{`now listed as ${row.feedPostedOn}`}</div>}
              </td>
              <td>{row.expiresOn ?? "not stated"}</td>
              <td class="words">
                <Models row={row} />
              </td>
            </tr>
          ))}
        />
        <Pager url={url} limit={LIMIT} offset={offset} count={count} />
      </>
    ),
  };
}

/** Mounts the page. */
export function mountSoftwareUpdates(app: Hono<AppEnv>): void {
  page(app, ALL, VIEW, listPage);
  action(app, `${ALL}sync/`, "mdm.change_softwareupdate", async (context) => {
    if (!maySync(context)) throw problem("permission-denied");
    await enqueueCatalogueSync(context.runtime, { force: context.url.searchParams.get("force") === "yes" });
    return `${ALL}?done=synchronizing`;
  });
}
