/**
 * Apps and books of all locations, with search; and their icons, which this server serves itself.
 *
 * @module
 */

import type { Hono } from "hono";
import { findIcon, listLocationAssets, type LocationAssetView } from "../../../db/apps/asset_views.ts";
import { listAllLocations } from "../../../db/apps/locations.ts";
import { assetName } from "../../../src/apps/assets.ts";
import { problem } from "../../../src/errors.ts";
import { SANDBOX_POLICY } from "../../attachment.ts";
import type { AppEnv } from "../../context.ts";
import { AVAILABILITY_WORDS } from "../../state_words.ts";
import { counted, Field, offsetOf, Pager, Select, StateChip, Table } from "../parts/components.tsx";
import { page } from "../parts/page.tsx";

const VIEW = "mdm.view_locationasset";
const LIMIT = 50;

/** The icon of an asset; nothing for one without. */
export function Icon({ asset }: { asset: Pick<LocationAssetView, "assetId" | "hasIcon"> }) {
  return asset.hasIcon
    ? (
      <img
        class="app-icon"
        src={`/apps-and-books/icons/${asset.assetId}/`}
        alt=""
        width={32}
        height={32}
        loading="lazy"
      />
    )
    : null;
}

/** Whether licences of an asset run out, or why they are not assigned. */
export function AvailabilityChip({ asset }: { asset: LocationAssetView }) {
  if (asset.goneAt !== null) return <StateChip word={{ text: "Not owned any more", tone: "warn" }} />;
  if (asset.trouble !== "") return <StateChip word={{ text: "Refused", tone: "bad" }} />;
  return asset.totalCount === 0 ? null : <StateChip word={AVAILABILITY_WORDS[asset.availability]} />;
}

const KINDS = [["", "Any"], ["App", "Apps"], ["Book", "Books"]] as const;

/** Mounts the pages. */
export function mountAppAssets(app: Hono<AppEnv>): void {
  page(app, "/apps-and-books/", VIEW, async (context) => {
    const { runtime: { sql }, url } = context;
    const given = (name: string) => url.searchParams.get(name)?.trim() ?? "";
    const [search, location, kind] = [given("q").slice(0, 100), given("location"), given("kind")];
    const offset = offsetOf(url);
    const [{ rows, count }, locations] = await Promise.all([
      listLocationAssets(sql, {
        limit: LIMIT,
        offset,
        order: "name",
        ...(search === "" ? {} : { search }),
        ...(/^[0-9]{1,9}$/.test(location) ? { locationId: Number(location) } : {}),
        ...(kind === "App" || kind === "Book" ? { productType: kind } : {}),
        ...(given("low") === "yes" ? { low: true } : {}),
      }),
      listAllLocations(sql),
    ]);
    return {
      title: "Apps and books",
      body: (
        <>
          <p>Apps and books that your locations own licences of.</p>
          <form class="row" method="get" action="/apps-and-books/" role="search">
            <Field name="q" label="Name, bundle ID or Store ID" type="search" value={search} maxlength={100} />
            <Select
              name="location"
              label="Location"
              value={location}
              options={[["", "Any"], ...locations.map(({ id, name }) => [String(id), name] as const)]}
            />
            <Select name="kind" label="Kind" value={kind} options={KINDS} />
            <Select
              name="low"
              label="Licences"
              value={given("low")}
              options={[["", "Any"], ["yes", "Low"]]}
            />
            <button type="submit" class="plain">Search</button>
          </form>
          <Table
            stacked
            caption={counted(count, "item")}
            head={["Name", "Location", "Platforms", "Assigned", "Available", "Total", "Licences"]}
            empty={url.search === "" ? "No location owns an app or a book yet." : "No app or book matches."}
            rows={rows.map((asset) => (
              <tr>
                <td>
                  <Icon asset={asset} /> <a href={`/apps-and-books/${asset.id}/`}>{assetName(asset)}</a>
                  <div class="faint small">{asset.bundleId ?? asset.adamId}</div>
                </td>
                <td class="words" data-label="Location">{asset.locationName}</td>
                <td data-label="Platforms">
                  {asset.productType === "Book" ? "Book" : asset.supportedPlatforms.join(", ")}
                </td>
                <td data-label="Assigned">{String(asset.assignedCount)}</td>
                <td data-label="Available">{String(asset.availableCount)}</td>
                <td data-label="Total">{String(asset.totalCount)}</td>
                <td>
                  <AvailabilityChip asset={asset} />
                </td>
              </tr>
            ))}
          />
          <Pager url={url} limit={LIMIT} offset={offset} count={count} />
        </>
      ),
    };
  });
  page(app, "/apps-and-books/icons/:id/", VIEW, async ({ runtime, id }) => {
    const icon = await findIcon(runtime.sql, id());
    if (icon === undefined) throw problem("not-found");
    return new Response(Uint8Array.from(icon.bytes), {
      headers: {
        "Content-Type": icon.type,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": SANDBOX_POLICY,
        // Another icon may follow a new version.
        "Cache-Control": "private, max-age=86400",
      },
    });
  });
}
