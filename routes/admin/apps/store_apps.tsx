/**
 * Store apps with their licences and devices; and the licences of a device.
 *
 * @module
 */

import type { Hono } from "hono";
import {
  type DeviceLicenceView,
  listDeviceLicences,
  listStoreApps,
  type StoreAppView,
} from "../../../db/apps/store_app_views.ts";
import type { DeviceId } from "../../../db/ids.ts";
import { assetName } from "../../../src/apps/assets.ts";
import { licenceState } from "../../../src/apps/licences.ts";
import { NEW_STORE_APP } from "../../../src/blueprints/store_app_of_asset.ts";
import type { AppEnv } from "../../context.ts";
import { LICENCE_WORDS } from "../../state_words.ts";
import { counted, Field, offsetOf, Pager, StateChip, Table, Time } from "../parts/components.tsx";
import { page, type PageContext } from "../parts/page.tsx";
import { Icon } from "./assets.tsx";

const LIMIT = 50;

/** A table of store apps. */
export function StoreAppTable({ rows, count, context, empty }: {
  rows: readonly StoreAppView[];
  count: number;
  context: PageContext;
  empty: string;
}) {
  const asset = (row: StoreAppView) =>
    context.may("mdm.view_locationasset")
      ? <a href={`/apps-and-books/${row.locationAssetId}/`}>{row.locationName}</a>
      : row.locationName;
  const devices = ({ artifactId }: StoreAppView, status: string, number: number) =>
    number > 0 && context.may("mdm.view_enrolleddevice")
      ? <a href={`/devices/?state=enrolled&artifact=${artifactId}&status=${status}`}>{String(number)}</a>
      : String(number);
  return (
    <Table
      stacked
      caption={counted(count, "store app")}
      head={[
        "Name",
        "Licences of",
        "Assigned",
        "Available",
        "Waiting",
        "Installed",
        "Acknowledged",
        "In progress",
        "Failed",
      ]}
      empty={empty}
      rows={rows.map((row) => (
        <tr>
          <td>
            <Icon asset={row} /> <a href={`/artifacts/${row.artifactId}/`}>{row.name}</a>
            <div class="faint small">
              {row.blueprints === 0 ? "in no blueprint" : counted(row.blueprints, "blueprint")}
            </div>
          </td>
          <td class="words" data-label="Licences of">{asset(row)}</td>
          <td data-label="Assigned">{`${row.assigned} of ${row.total}`}</td>
          <td data-label="Available">{String(row.available)}</td>
          <td data-label="Waiting">{String(row.waiting)}</td>
          <td data-label="Installed">{devices(row, "Installed", row.installed)}</td>
          <td data-label="Acknowledged">{devices(row, "Acknowledged", row.acknowledged)}</td>
          <td data-label="In progress">{devices(row, "AwaitingConfirmation", row.inProgress)}</td>
          <td data-label="Failed">{devices(row, "Failed", row.failed)}</td>
        </tr>
      ))}
    />
  );
}

const wordOf = (row: DeviceLicenceView) => {
  const state = licenceState(row);
  return LICENCE_WORDS[state === "none" ? "reserved" : state];
};

/** The licences of a device; nothing where it has none. */
export async function DeviceLicences({ device, context }: { device: { id: DeviceId }; context: PageContext }) {
  if (!context.may("mdm.view_locationasset")) return null;
  const rows = await listDeviceLicences(context.runtime.sql, device.id);
  if (rows.length === 0) return null;
  const now = context.runtime.clock.now();
  return (
    <>
      <h2 id="licences">Licences</h2>
      <Table
        stacked
        caption={counted(rows.length, "licence")}
        head={["App", "Location", "Licence", "Since"]}
        empty=""
        rows={rows.map((row) => (
          <tr>
            <td>
              <a href={`/apps-and-books/${row.locationAssetId}/`}>
                {assetName({ name: row.assetName, adamId: row.adamId })}
              </a>
              {row.holderKind === "user" ? <div class="faint small">of the device's person</div> : null}
            </td>
            <td data-label="Location">{row.locationName}</td>
            <td>
              <StateChip word={wordOf(row)} />
              {row.error === "" ? null : <div class="faint small">{`${row.error}.`}</div>}
            </td>
            <td data-label="Since">
              <Time at={row.assignedAt ?? row.wantedAt} now={now} />
            </td>
          </tr>
        ))}
      />
    </>
  );
}

/** Mounts the page. */
export function mountStoreApps(app: Hono<AppEnv>): void {
  const needs = { all: ["mdm.view_artifact", "mdm.view_locationasset"] } as const;
  page(app, "/store-apps/", needs, async (context) => {
    const { runtime: { sql }, url } = context;
    const search = url.searchParams.get("q")?.trim().slice(0, 100) ?? "";
    const offset = offsetOf(url);
    const { rows, count } = await listStoreApps(sql, {
      only: context.only("mdm.view_artifact"),
      limit: LIMIT,
      offset,
      ...(search === "" ? {} : { search }),
    });
    return {
      title: "Store apps",
      body: (
        <>
          <p>Apps of the App Store that devices install with your licences.</p>
          {context.may("mdm.add_artifact")
            ? (
              <div class="actions spaced">
                <a class="button" href={NEW_STORE_APP}>New store app</a>
              </div>
            )
            : null}
          <form class="row" method="get" action="/store-apps/" role="search">
            <Field name="q" label="Name" type="search" value={search} maxlength={100} />
            <button type="submit" class="plain">Search</button>
          </form>
          <StoreAppTable
            rows={rows}
            count={count}
            context={context}
            empty={search === "" ? "There are no store apps yet." : "No store app matches."}
          />
          <Pager url={url} limit={LIMIT} offset={offset} count={count} />
        </>
      ),
    };
  });
}
