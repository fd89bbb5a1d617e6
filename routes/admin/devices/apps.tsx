/**
 * The apps of the fleet: which devices have which versions, and what is newer in Apple's catalogue.
 *
 * @module
 */

import type { Hono } from "hono";
import type { Child } from "hono/jsx";
import {
  findAppSources,
  findFleetApp,
  FLEET_APP_COLUMNS,
  type FleetApp,
  type FleetAppFilter,
  type FleetAppVersion,
  listFleetApps,
} from "../../../db/devices/fleet_app_views.ts";
import { findFleetCount } from "../../../db/devices/fleet_apps.ts";
import { latestFirst, summaryOf, versionWords } from "../../../src/devices/fleet_apps.ts";
import { problem } from "../../../src/errors.ts";
import { PLATFORMS } from "../../../src/protocol/platform.ts";
import type { AppEnv } from "../../context.ts";
import { Chip, counted, Fact, Field, offsetOf, Pager, Select, SortHead, Table, Time } from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { page } from "../parts/page.tsx";

const VIEW = "mdm.view_enrolleddevice";
const LIMIT = 50;
const YES_NO = [["", "Any"], ["yes", "Yes"], ["no", "No"]] as const;
const ONLY = [["", "Any"], ["yes", "Only these"]] as const;
const SORTS = [["name", "App"], ["versions", "Versions"], ["devices", "Devices"]] as const;
/** Versions that are named in the list. */
const MOST = 3;

/** The mark of a version that is older than Apple's. */
export const Newer = ({ version }: { version: string }) =>
  version === "" ? null : <Chip tone="warn">{`${version} in the catalogue`}</Chip>;

/** Returns the filter in an address. */
function filterOf(url: URL): FleetAppFilter {
  const given = (name: string) => url.searchParams.get(name)?.trim() ?? "";
  const choice = (name: string) => given(name) === "yes" ? true : given(name) === "no" ? false : undefined;
  return {
    search: given("q").slice(0, 100) || undefined,
    platform: PLATFORMS.find((one) => one === given("platform")),
    managed: choice("managed"),
    severalVersions: given("several") === "yes" ? true : undefined,
    newer: given("newer") === "yes" ? true : undefined,
  };
}

/** The address of the same apps as a file. */
function csvOf({ search, platform, managed, severalVersions, newer }: FleetAppFilter): string {
  const fields = { search, platform, managed, several_versions: severalVersions, newer };
  const given = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]]
  );
  const query = new URLSearchParams(given).toString();
  return `/api/mdm/installed_apps/csv/${query === "" ? "" : `?${query}`}`;
}

/** The devices behind a count. */
function Devices({ count, ...query }: { count: number; app?: number; app_version?: number; platform?: string }) {
  const given = Object.entries(query).map(([name, value]) => [name, String(value)]);
  return <a href={`/devices/?${new URLSearchParams([...given, ["state", "enrolled"]])}`}>{String(count)}</a>;
}

function VersionsInShort({ app }: { app: FleetApp }) {
  const versions = latestFirst(app.versions);
  const names = [...new Set(versions.map(versionWords))];
  return (
    <>
      {names.slice(0, MOST).join(", ")}
      {names.length > MOST ? <a href={`/apps/${app.id}/`}>{` and ${names.length - MOST} more`}</a> : null}
    </>
  );
}

/** Whether and how an app is managed. */
function managedWords({ managed, delivered }: Pick<FleetApp, "managed" | "delivered">): Child {
  return [
    ...(delivered ? ["installed by an artifact"] : []),
    ...(managed > 0 ? [`managed on ${counted(managed, "device")}`] : []),
  ].join(", ");
}

function AppRow({ app, platform }: { app: FleetApp; platform: string | undefined }) {
  const { platforms, newer } = summaryOf(app);
  return (
    <tr>
      <td>
        <a href={`/apps/${app.id}/`}>{app.name || app.identifier || "Without a name"}</a> <Newer version={newer} />
        <div class="faint small">{app.identifier}</div>
      </td>
      <td data-label="Versions">
        <VersionsInShort app={app} />
      </td>
      <td data-label="Devices">
        <Devices count={app.devices} app={app.id} {...(platform === undefined ? {} : { platform })} />
      </td>
      <td data-label="Platforms">{platforms.join(", ")}</td>
      <td class="small">{managedWords(app)}</td>
    </tr>
  );
}

const VersionRow = ({ version }: { version: FleetAppVersion }) => (
  <tr>
    <td>
      {versionWords(version)} <Newer version={version.newerVersion} />
    </td>
    <td>{version.platform || "unknown"}</td>
    <td>
      <Devices count={version.devices} app_version={version.id} platform={version.platform || "unknown"} />
    </td>
    <td>{String(version.managed)}</td>
  </tr>
);

/** Mounts the pages. */
export function mountFleetApps(app: Hono<AppEnv>): void {
  page(app, "/apps/", VIEW, async ({ runtime: { sql, clock }, url, only }) => {
    const filter = filterOf(url);
    const offset = offsetOf(url);
    const given = (name: string) => url.searchParams.get(name) ?? "";
    const column = FLEET_APP_COLUMNS.find((one) => one === given("sort")) ?? "name";
    const descending = given("dir") === "desc";
    const count = await findFleetCount(sql);
    const limit = only(VIEW);
    const { rows, count: total } = await listFleetApps(sql, {
      ...filter,
      only: limit,
      live: count === undefined,
      column,
      descending,
      limit: LIMIT,
      offset,
    });
    return {
      title: "Apps",
      body: (
        <>
          <p>
            Apps that enrolled devices have, by their last list. A device lists its apps if its blueprint collects them.
            {" "}
            {count === undefined || limit !== undefined ? null : (
              <span class="faint">
                Counted <Time at={count.countedAt} now={clock.now()} />.
              </span>
            )}
          </p>
          <form class="row" method="get" action="/apps/" data-live role="search">
            <Field name="q" label="Name or bundle ID" type="search" value={given("q")} maxlength={100} />
            <Select
              name="platform"
              label="Platform"
              value={given("platform")}
              options={[["", "All"], ...PLATFORMS.map((one) => [one, one] as const)]}
            />
            <Select name="managed" label="Managed" value={given("managed")} options={YES_NO} />
            <Select name="several" label="Several versions" value={given("several")} options={ONLY} />
            <Select name="newer" label="Newer version" value={given("newer")} options={ONLY} />
            <button type="submit" class="plain">Search</button>
          </form>
          <Table
            stacked
            caption={counted(total, "app")}
            head={[...SortHead({ url, sorts: SORTS, column, descending }), "Platforms", "Management"]}
            empty={url.search === "" ? "No device has listed its apps yet." : "No app matches."}
            rows={rows.map((one) => <AppRow app={one} platform={filter.platform} />)}
          />
          {total === 0 ? null : (
            <p>
              <a class="button plain" href={csvOf(filter)}>Download (CSV)</a>
            </p>
          )}
          <Pager url={url} limit={LIMIT} offset={offset} count={total} />
        </>
      ),
    };
  });
  page(app, "/apps/:id/", VIEW, async ({ runtime: { sql }, url, id, only, may }) => {
    const offset = offsetOf(url);
    const found = await findFleetApp(sql, id(), only(VIEW));
    if (found === undefined) throw problem("not-found");
    const { artifacts, licences } = found.identifier === ""
      ? { artifacts: [], licences: [] }
      : await findAppSources(sql, found.identifier);
    const { platforms, newer } = summaryOf(found);
    const showsArtifacts = artifacts.length > 0 && may("mdm.view_artifact");
    const management = managedWords({ ...found, delivered: found.delivered && !showsArtifacts });
    return {
      title: found.name || found.identifier || "Without a name",
      parents: under("/apps/"),
      body: (
        <>
          <section class="card">
            <dl class="facts">
              <Fact name="Bundle ID">{found.identifier === "" ? "none" : <code>{found.identifier}</code>}</Fact>
              <Fact name="Devices">
                <Devices count={found.devices} app={found.id} />
              </Fact>
              <Fact name="Platforms">{platforms.join(", ")}</Fact>
              {management === "" && showsArtifacts
                ? null
                : <Fact name="Management">{management || "not managed"}</Fact>}
              {!showsArtifacts ? null : (
                <Fact name="Installed by">
                  {artifacts.map((one) => (
                    <div>
                      <a href={`/artifacts/${one.id}/`}>{one.name}</a>
                    </div>
                  ))}
                </Fact>
              )}
              {licences.length === 0 || !may("mdm.view_locationasset") ? null : (
                <Fact name="Licences of">
                  {licences.map((one) => (
                    <div>
                      <a href={`/apps-and-books/${one.id}/`}>{one.locationName}</a>
                    </div>
                  ))}
                </Fact>
              )}
              {newer === "" ? null : <Fact name="Apple's catalogue">{`has version ${newer}`}</Fact>}
            </dl>
          </section>
          <h2>Versions</h2>
          <Table
            caption={counted(found.versions.length, "version")}
            head={["Version", "Platform", "Devices", "Managed"]}
            empty=""
            rows={latestFirst(found.versions).slice(offset, offset + LIMIT).map((version) => (
              <VersionRow version={version} />
            ))}
          />
          <Pager url={url} limit={LIMIT} offset={offset} count={found.versions.length} />
        </>
      ),
    };
  });
}
