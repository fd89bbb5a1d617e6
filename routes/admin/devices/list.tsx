/**
 * The list of devices: search, filter, sort, page.
 *
 * @module
 */

import type { Hono } from "hono";
import { findArtifact } from "../../../db/artifacts/artifacts.ts";
import { listBlueprints } from "../../../db/blueprints/blueprints.ts";
import { type DeviceLine, searchDevices } from "../../../db/devices/device_list_views.ts";
import { type AppName, findAppName } from "../../../db/devices/fleet_app_views.ts";
import type { StateFacts } from "../../../db/devices/device_state_views.ts";
import { listTags } from "../../../db/tags/tags.ts";
import { versionWords } from "../../../src/devices/fleet_apps.ts";
import { restorableUntil, stateOf } from "../../../src/devices/state.ts";
import type { AppEnv } from "../../context.ts";
import { BLOCKED, choicesOf, DEVICE_WORDS, INSTALL_WORDS } from "../../state_words.ts";
import { ActionButton, dayOf, Field, Pager, Select, SortHead, StateChip, Table, Time } from "../parts/components.tsx";
import { page, type PageContext } from "../parts/page.tsx";
import { ATTENTION, LIMIT, PLATFORM_NAMES, searchOf, SEEN, SORTS, STATE_NAMES } from "./filters.ts";

/** The state of a device as a chip; a blocked one is called that. */
export function DeviceState({ device, now }: { device: StateFacts; now: Date }) {
  const state = stateOf(device, now);
  return (
    <>
      {state === "released" && device.blockedAt !== null ? null : <StateChip word={DEVICE_WORDS[state]} />}
      {device.blockedAt === null ? null : <StateChip word={BLOCKED} />}
    </>
  );
}

/** When a device was deleted, until when it can be restored, and the button for it. */
function Deletion({ device, context, now }: { device: DeviceLine; context: PageContext; now: Date }) {
  if (device.deletedAt === null) return <td />;
  const until = restorableUntil(device.deletedAt, context.runtime.config);
  return (
    <td>
      <Time at={device.deletedAt} now={now} />
      {device.purgeBeganAt !== null || until <= now ? <div class="faint small">its data has been removed</div> : (
        <>
          <div class="faint small">{`can be restored until ${dayOf(until, now)}`}</div>
          {context.may("mdm.delete_enrolleddevice")
            ? <ActionButton context={context} action={`/devices/${device.id}/restore/`} label="Restore" tone="plain" />
            : null}
        </>
      )}
    </td>
  );
}

/** The filter of the list, without its page and its order. */
function filterOf(url: URL): string {
  const filter = new URLSearchParams(url.searchParams);
  for (const name of ["offset", "sort", "dir", "done"]) filter.delete(name);
  for (const [name, value] of [...filter]) if (value === "") filter.delete(name);
  return filter.toString();
}

/** The attack: somebody who sees some devices only asks for the names of apps that others have. */
const appWords = (app: AppName | undefined, every: boolean): string =>
  app === undefined ? "Unknown" : `${app.name || app.identifier}${every ? "" : ` ${versionWords(app)}`}`;

/** Mounts the page. */
export function mountDevices(app: Hono<AppEnv>): void {
  page(app, "/devices/", "mdm.view_enrolleddevice", async (context) => {
    const { runtime, url, may } = context;
    const now = runtime.clock.now();
    const search = { ...searchOf(url, now), only: context.only("mdm.view_enrolleddevice") };
    const [{ rows, count }, tags, blueprints, artifact, installed] = await Promise.all([
      searchDevices(runtime.sql, search),
      listTags(runtime.sql, { limit: 500, offset: 0 }),
      may("mdm.view_blueprint") ? listBlueprints(runtime.sql, { limit: 500, offset: 0 }) : { rows: [] },
      search.artifact === undefined ? undefined : findArtifact(runtime.sql, search.artifact.id),
      search.app === undefined
        ? undefined
        : findAppName(runtime.sql, "app" in search.app ? search.app.app : search.app.version),
    ]);
    const deleted = search.state === "deleted" || search.state === "gone";
    const given = (name: string) => url.searchParams.get(name) ?? "";
    return {
      title: deleted ? "Deleted devices" : "Devices",
      body: (
        <>
          {deleted
            ? (
              <p>
                Deleted devices stay enrolled and are not managed. Once the time to restore one is over its data is
                removed; events and escrowed secrets stay. <a href="/devices/">All other devices</a>
              </p>
            )
            : null}
          <form class="row" method="get" action="/devices/" data-live role="search">
            <Field
              name="q"
              label="Search by name, serial, UDID, model"
              type="search"
              value={given("q")}
              wide
            />
            <Select
              name="platform"
              label="Platform"
              value={given("platform")}
              options={PLATFORM_NAMES}
            />
            <Select
              name="state"
              label="State"
              value={given("state")}
              options={STATE_NAMES}
            />
            <Select name="seen" label="Last check-in" value={given("seen")} options={SEEN} />
            <Select name="attention" label="Attention" value={given("attention")} options={ATTENTION} />
            {search.osVersion === undefined
              ? null
              : <Field name="os" label="OS version" value={given("os")} type="search" maxlength={64} />}
            <Select
              name="tag"
              label="Tag"
              value={given("tag")}
              options={[["", "Any"], ...tags.rows.map((tag) => [String(tag.id), tag.name] as const)]}
            />
            <Select
              name="blueprint"
              label="Blueprint"
              value={given("blueprint")}
              options={[["", "Any"], ...blueprints.rows.map((one) => [String(one.id), one.name] as const)]}
            />
            {search.app === undefined ? null : (
              <Select
                name={"app" in search.app ? "app" : "app_version"}
                label="App"
                value={given("app" in search.app ? "app" : "app_version")}
                options={[
                  [
                    given("app" in search.app ? "app" : "app_version"),
                    appWords(count === 0 ? undefined : installed, "app" in search.app),
                  ],
                  ["", "Any"],
                ]}
              />
            )}
            {search.artifact === undefined ? null : (
              <>
                <input type="hidden" name="artifact" value={search.artifact.id} />
                {search.artifact.version === undefined
                  ? null
                  : <input type="hidden" name="version" value={search.artifact.version} />}
                <Select
                  name="status"
                  label={`State of ${artifact?.name ?? "the artifact"}`}
                  value={given("status")}
                  options={[["", "Any"], ...choicesOf(INSTALL_WORDS)]}
                />
              </>
            )}
            <button type="submit" class="plain">Search</button>
          </form>
          <Table
            caption={count === 1 ? "1 device" : `${count} devices`}
            head={[
              ...SortHead({ url, sorts: SORTS, column: search.sort, descending: search.descending }),
              "State",
              ...(deleted ? ["Deleted"] : []),
            ]}
            empty={url.search === "" ? "No device has enrolled yet." : "No device matches."}
            rows={rows.map((device) => (
              <tr>
                <td>
                  <a href={`/devices/${device.id}/`}>{device.name || device.serialNumber}</a>
                  <div class="faint small">{device.model}</div>
                </td>
                <td class="mono">
                  <span class="serial">{device.serialNumber}</span>
                </td>
                <td>{`${device.platform ?? ""} ${device.osVersion ?? ""}`.trim()}</td>
                <td>
                  <Time at={device.lastSeenAt} now={now} />
                </td>
                <td>
                  <Time at={device.enrolledAt} now={now} />
                </td>
                <td>
                  <DeviceState device={device} now={now} />
                </td>
                {deleted ? <Deletion device={device} context={context} now={now} /> : null}
              </tr>
            ))}
          />
          {deleted ? null : (
            <p>
              {count > 0 && may("mdm.add_devicecommand")
                ? (
                  <>
                    <a href={`/bulk-commands/new/?${new URLSearchParams({ filter: filterOf(url) })}`}>
                      {count === 1 ? "Send command to this device…" : `Send command to these ${count} devices…`}
                    </a>
                    {" · "}
                  </>
                )
                : null}
              <a href="/devices/?state=deleted">Deleted devices</a>
            </p>
          )}
          <Pager url={url} limit={LIMIT} offset={search.offset} count={count} />
        </>
      ),
    };
  });
}
