/**
 * One app or book of a location: its licences, who has them, when they run out, and assignments to many devices or to a person.
 *
 * @module
 */

import type { Hono } from "hono";
import {
  findLocationAsset,
  type HolderView,
  listHolders,
  listLicenceDays,
  type LocationAssetView,
} from "../../../db/apps/asset_views.ts";
import { listBulkAssociations } from "../../../db/apps/bulk_associations.ts";
import { listStoreApps } from "../../../db/apps/store_app_views.ts";
import { listServerChoices } from "../../../db/ade/virtual_servers.ts";
import { listTags } from "../../../db/tags/tags.ts";
import { assetName } from "../../../src/apps/assets.ts";
import { beginBulkAssociation } from "../../../src/apps/bulk.ts";
import { bulkAssociationInput } from "../../../src/apps/bulk_input.ts";
import { forecast } from "../../../src/apps/forecast.ts";
import { assignToUser, userAssignmentInput } from "../../../src/apps/user_assignment.ts";
import { problem } from "../../../src/errors.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import { NEW_STORE_APP } from "../../../src/blueprints/store_app_of_asset.ts";
import type { AppEnv } from "../../context.ts";
import { LICENCE_WORDS } from "../../state_words.ts";
import {
  counted,
  Csrf,
  Fact,
  Field,
  FormErrors,
  offsetOf,
  Pager,
  Select,
  StateChip,
  Table,
  Time,
} from "../parts/components.tsx";
import { LinkFor } from "../artifacts/parts.tsx";
import { under } from "../parts/crumbs.ts";
import { errorsOf, type FormState } from "../parts/form.ts";
import { action, type Page, page, type PageContext } from "../parts/page.tsx";
import { AvailabilityChip, Icon } from "./assets.tsx";
import { StoreAppTable } from "./store_apps.tsx";

const VIEW = "mdm.view_locationasset";
const CHANGE = "mdm.change_locationasset";
const LIMIT = 50;
const LATEST = 5;
const FORECAST_DAYS = 30;

const ACTIONS = [["associate", "Assign a licence"], ["disassociate", "Take the licence back"]] as const;

async function mustFind({ runtime, id }: PageContext): Promise<LocationAssetView> {
  const row = await findLocationAsset(runtime.sql, id());
  if (row === undefined) throw problem("not-found");
  return row;
}

function wordOf({ assigned, wanted, requestId, committedAt, error, dueAt }: HolderView) {
  if (wanted === "disassociate") return LICENCE_WORDS.releasing;
  if (assigned) return committedAt === null ? LICENCE_WORDS.assigned : LICENCE_WORDS.committed;
  if (requestId !== null) return LICENCE_WORDS.requested;
  if (error === "") return LICENCE_WORDS.reserved;
  return error.includes("(9709)") && dueAt !== null ? LICENCE_WORDS.waiting : LICENCE_WORDS.refused;
}

function Holders({ rows, count, now, search }: {
  rows: readonly HolderView[];
  count: number;
  now: Date;
  search: string;
}) {
  return (
    <Table
      stacked
      caption={counted(count, "holder")}
      head={["Device or person", "Licence", "Since", "Assigned by"]}
      empty={search === "" ? "Nobody has a licence, or waits for one." : "Nobody matches."}
      rows={rows.map((row) => (
        <tr>
          <td>
            {row.deviceId === null
              ? row.name || row.holder
              : <a href={`/devices/${row.deviceId}/`}>{row.name || row.holder}</a>}
            {row.name === "" ? null : <div class="faint small">{row.holder}</div>}
          </td>
          <td>
            <StateChip word={wordOf(row)} />
            {row.error === "" ? null : <div class="faint small">{`${row.error}.`}</div>}
          </td>
          <td data-label="Since">
            <Time at={row.since} now={now} />
          </td>
          <td data-label="Assigned by">
            {row.origin === "device" ? "this server" : row.origin === "operator" ? "a person" : "Apple"}
          </td>
        </tr>
      ))}
    />
  );
}

function Licences(
  { asset, emptyOn, context }: { asset: LocationAssetView; emptyOn: string | undefined; context: PageContext },
) {
  return (
    <section class="card">
      <dl class="facts">
        <Fact name="Location">
          <a href={`/locations/${asset.locationId}/`}>{asset.locationName}</a>
        </Fact>
        <Fact name="Kind">{asset.productType}</Fact>
        <Fact name="Store ID">
          <code>{asset.adamId}</code>
        </Fact>
        <Fact name="Bundle ID">
          {asset.bundleId === null ? null : (
            <LinkFor
              context={context}
              needs="mdm.view_enrolleddevice"
              href={`/apps/?${new URLSearchParams({ q: asset.bundleId })}`}
            >
              <code>{asset.bundleId}</code>
            </LinkFor>
          )}
        </Fact>
        <Fact name="Platforms">{asset.supportedPlatforms.join(", ")}</Fact>
        <Fact name="Newest version">{asset.latestVersion}</Fact>
        <Fact name="Licences">
          {`${asset.assignedCount} assigned, ${asset.availableCount} available, ${asset.totalCount} in total `}
          <AvailabilityChip asset={asset} />
        </Fact>
        {asset.retiredCount === 0 ? null : <Fact name="Retired">{String(asset.retiredCount)}</Fact>}
        <Fact name="Forecast">
          {emptyOn === undefined
            ? ""
            : `If licences are used as in the last ${FORECAST_DAYS} days, none is left on ${emptyOn}.`}
        </Fact>
        <Fact name="Assigned to">{asset.deviceAssignable ? "devices and people" : "people only"}</Fact>
        <Fact name="Can be taken back">{asset.revocable ? "yes" : "no"}</Fact>
      </dl>
    </section>
  );
}

async function detailPage(context: PageContext, state?: FormState): Promise<Page> {
  const { runtime: { sql, clock }, url } = context;
  const asset = await mustFind(context);
  const now = clock.now();
  const search = url.searchParams.get("q")?.trim().slice(0, 100) ?? "";
  const offset = offsetOf(url);
  const since = new Date(now.getTime() - FORECAST_DAYS * 86_400_000).toISOString().slice(0, 10);
  const mayChange = context.may(CHANGE) && asset.goneAt === null;
  const [holders, days, bulks, tags, servers, storeApps] = await Promise.all([
    listHolders(sql, {
      locationAssetId: asset.id,
      only: context.only(VIEW),
      limit: LIMIT,
      offset,
      ...(search === "" ? {} : { search }),
    }),
    listLicenceDays(sql, asset.id, since),
    listBulkAssociations(sql, asset.id, LATEST),
    mayChange && context.may("inventory.view_tag") ? listTags(sql, { limit: 500, offset: 0 }) : { rows: [] },
    mayChange && context.may("mdm.view_depvirtualserver") ? listServerChoices(sql) : [],
    context.may("mdm.view_artifact")
      ? listStoreApps(sql, {
        locationAssetId: asset.id,
        only: context.only("mdm.view_artifact"),
        limit: LIMIT,
        offset: 0,
      })
      : undefined,
  ]);
  const path = `/apps-and-books/${asset.id}`;
  return {
    title: assetName(asset),
    parents: under("/apps-and-books/"),
    body: (
      <>
        {asset.trouble === "" ? null : (
          <ul class="attention" aria-label="Needs attention">
            <li class="urgent">{`Apple did not assign a licence: ${asset.trouble}.`}</li>
          </ul>
        )}
        <p>
          <Icon asset={asset} />
        </p>
        <Licences asset={asset} context={context} emptyOn={forecast(days, asset.availableCount, now)?.emptyOn} />
        {asset.productType !== "App" || storeApps === undefined ? null : (
          <>
            <h2>Store apps</h2>
            {context.may("mdm.add_artifact") && context.may("mdm.add_artifactversion") && asset.goneAt === null
              ? (
                <div class="actions spaced">
                  <a
                    class="button"
                    href={`${NEW_STORE_APP}?${new URLSearchParams({
                      location_asset: String(asset.id),
                      name: assetName(asset).slice(0, 256),
                    })}`}
                  >
                    Create store app
                  </a>
                </div>
              )
              : null}
            <StoreAppTable {...storeApps} context={context} empty="No artifact installs this app." />
          </>
        )}
        <h2>Who has licences</h2>
        <form class="row" method="get" action={`${path}/`} role="search">
          <Field name="q" label="Serial number, name or account" type="search" value={search} maxlength={100} />
          <button type="submit" class="plain">Search</button>
        </form>
        <Holders rows={holders.rows} count={holders.count} now={now} search={search} />
        <Pager url={url} limit={LIMIT} offset={offset} count={holders.count} />
        {!mayChange ? null : (
          <div class="columns">
            {asset.deviceAssignable
              ? <BulkForm {...{ context, path, state, tags: tags.rows, servers, revocable: asset.revocable }} />
              : null}
            <UserForm {...{ context, path, state, revocable: asset.revocable }} />
          </div>
        )}
        {bulks.length === 0 ? null : (
          <>
            <h2>Latest assignments to many devices</h2>
            <Table
              caption={counted(bulks.length, "assignment")}
              head={["Begun", "What", "By", "Devices", "State"]}
              empty=""
              rows={bulks.map((bulk) => (
                <tr>
                  <td>
                    <Time at={bulk.createdAt} now={now} />
                  </td>
                  <td>{bulk.kind === "associate" ? "Assign" : "Take back"}</td>
                  <td>{bulk.createdBy ?? ""}</td>
                  <td>{`${bulk.done} of ${bulk.devices}${bulk.leftOut === 0 ? "" : `, ${bulk.leftOut} left out`}`}</td>
                  <td>
                    <StateChip word={bulk.state === "done" ? { text: "Done", tone: "good" } : { text: "Running" }} />
                  </td>
                </tr>
              ))}
            />
          </>
        )}
      </>
    ),
  };
}

const actionsFor = (revocable: boolean) => revocable ? ACTIONS : ACTIONS.filter(([name]) => name === "associate");

function BulkForm({ context, path, state, tags, servers, revocable }: {
  context: PageContext;
  path: string;
  state: FormState | undefined;
  tags: readonly { id: number; name: string }[];
  servers: readonly { id: number; name: string }[];
  revocable: boolean;
}) {
  const mine = state?.values.has("serial_numbers") === true ? state : undefined;
  const errors = errorsOf(mine, "serial_numbers");
  const chosen = (name: string, id: number) => mine?.values.texts(name).includes(String(id)) === true;
  return (
    <section>
      <h2>Many devices</h2>
      <p>Licences only: nothing is installed. Devices that have a licence keep it.</p>
      <form class="stack" method="post" action={`${path}/devices/`}>
        <Csrf context={context} />
        <FormErrors state={mine} />
        <Select name="action" label="Action" options={actionsFor(revocable)} state={mine} />
        <label class="field">
          <span>Serial numbers</span>
          <textarea name="serial_numbers" rows={4}>{mine?.values.text("serial_numbers") ?? ""}</textarea>
          <small>One in each line, or with spaces or commas between them.</small>
          {errors.length === 0 ? null : <span class="error">{errors.join(" ")}</span>}
        </label>
        {tags.length === 0 ? null : (
          <fieldset>
            <legend>Devices with any of these tags</legend>
            {tags.map(({ id, name }) => (
              <label class="check">
                <input type="checkbox" name="tags" value={String(id)} checked={chosen("tags", id)} />{" "}
                <span>{name}</span>
              </label>
            ))}
          </fieldset>
        )}
        {servers.length === 0 ? null : (
          <fieldset>
            <legend>All devices of these virtual servers</legend>
            {servers.map(({ id, name }) => (
              <label class="check">
                <input
                  type="checkbox"
                  name="virtual_servers"
                  value={String(id)}
                  checked={chosen("virtual_servers", id)}
                />{" "}
                <span>{name}</span>
              </label>
            ))}
          </fieldset>
        )}
        <button type="submit">Start</button>
      </form>
    </section>
  );
}

function UserForm({ context, path, state, revocable }: {
  context: PageContext;
  path: string;
  state: FormState | undefined;
  revocable: boolean;
}) {
  const mine = state?.values.has("managed_apple_account") === true ? state : undefined;
  return (
    <section>
      <h2>One person</h2>
      <p>Books, and apps on devices that people own, need a licence of the person.</p>
      <form class="stack" method="post" action={`${path}/users/`}>
        <Csrf context={context} />
        <FormErrors state={mine} />
        <Select name="action" label="Action" options={actionsFor(revocable)} state={mine} />
        <Field
          name="managed_apple_account"
          label="Managed Apple Account"
          type="email"
          required
          maxlength={255}
          state={mine}
        />
        <button type="submit">Start</button>
      </form>
    </section>
  );
}

const doneOf = (what: "associate" | "disassociate") => what === "associate" ? "associating" : "disassociating";

/** Mounts the pages. */
export function mountAsset(app: Hono<AppEnv>): void {
  page(app, "/apps-and-books/:id/", VIEW, (context) => detailPage(context));
  action(app, "/apps-and-books/:id/devices/", CHANGE, async (context, form) => {
    const { runtime, by, id } = context;
    const input = await parseOrRefuse(bulkAssociationInput, {
      action: form.text("action"),
      serial_numbers: form.text("serial_numbers").split(/[\s,;]+/).filter((serial) => serial !== ""),
      tags: form.pks("tags"),
      virtual_servers: form.pks("virtual_servers"),
    });
    await beginBulkAssociation(runtime, by, id(), input);
    return `/apps-and-books/${id()}/?done=${doneOf(input.action)}`;
  }, detailPage);
  action(app, "/apps-and-books/:id/users/", CHANGE, async ({ runtime, by, id }, form) => {
    const input = await parseOrRefuse(userAssignmentInput, {
      action: form.text("action"),
      managed_apple_account: form.text("managed_apple_account"),
    });
    await assignToUser(runtime, by, id(), input);
    return `/apps-and-books/${id()}/?done=${doneOf(input.action)}`;
  }, detailPage);
}
