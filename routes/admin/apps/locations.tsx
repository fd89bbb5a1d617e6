/**
 * Locations of Apps & Books: their list, a content token uploaded, and one location with its health and the cure.
 *
 * @module
 */

import type { Hono } from "hono";
import { countLocationAssets, findLocation, listAllLocations, type LocationRow } from "../../../db/apps/locations.ts";
import { lastNotification } from "../../../db/apps/notifications.ts";
import { findLatestJob, type JobListRow } from "../../../db/work/job_queue.ts";
import { CONFIGURE_JOB } from "../../../src/apps/configure.ts";
import { type LocationFactsOfHealth, locationVerdict } from "../../../src/apps/health.ts";
import {
  addLocation,
  deleteLocation,
  renewLocationToken,
  requestContentSync,
  takeOverLocation,
} from "../../../src/apps/locations.ts";
import { MOST_TOKEN_BYTES } from "../../../src/apps/server_token.ts";
import { CONTENT_SYNC_JOB } from "../../../src/apps/sync.ts";
import { invalid, problem, REQUIRED } from "../../../src/errors.ts";
import type { AppEnv } from "../../context.ts";
import { LOCATION_WORDS } from "../../state_words.ts";
import { jobWords, Verdict } from "../parts/apple_token.tsx";
import {
  ActionButton,
  counted,
  Csrf,
  Expiry,
  Fact,
  Field,
  FormErrors,
  StateChip,
  Table,
  Time,
} from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { errorsOf, type Form, type FormState } from "../parts/form.ts";
import { action, type Page, page, type PageContext } from "../parts/page.tsx";

const VIEW = "mdm.view_location";
const ADD = "mdm.add_location";
const CHANGE = "mdm.change_location";
const DELETE = "mdm.delete_location";

function LocationChip({ location, now }: { location: LocationFactsOfHealth; now: Date }) {
  return <StateChip word={LOCATION_WORDS[locationVerdict(location, now).state]} />;
}

/** The content token of a form. Throws `invalid`. */
async function tokenOf(form: Form): Promise<{ file: Uint8Array; takeOver: boolean }> {
  const given = await form.file("server_token");
  if (given === undefined) throw invalid({ server_token: [REQUIRED] });
  const file = typeof given === "string" ? new TextEncoder().encode(given) : given;
  if (file.length > MOST_TOKEN_BYTES) throw invalid({ server_token: ["Not a valid server token."] });
  return { file, takeOver: form.text("take_over") === "on" };
}

/** The fields of a content token; the box to take a location over appears when another server manages it. */
function TokenFields({ state }: { state: FormState | undefined }) {
  const managed = errorsOf(state, "take_over");
  return (
    <>
      <FormErrors state={state} />
      <Field
        name="server_token"
        label="Content token"
        type="file"
        accept=".vpptoken"
        required
        help="The file ends with .vpptoken."
        state={state}
      />
      {managed.length === 0 ? null : (
        <>
          <p role="alert">{managed.join(" ")}</p>
          <label class="check">
            <input type="checkbox" name="take_over" /> <span>Take the location over</span>
          </label>
        </>
      )}
    </>
  );
}

function addPage(context: PageContext, state?: FormState): Page {
  return {
    title: "Add a location",
    parents: under("/locations/"),
    body: (
      <>
        <ol>
          <li>
            <p>
              Sign in to <a href="https://business.apple.com/" rel="noreferrer external">business.apple.com</a> or{" "}
              <a href="https://school.apple.com/" rel="noreferrer external">school.apple.com</a>{" "}
              with an account that may manage content. Select your name at the bottom of the sidebar, then Preferences.
            </p>
          </li>
          <li>
            <p>
              Select Payments and Billing, then Apps and Books. Under Content Tokens, select Download for the location.
            </p>
          </li>
          <li>
            <p>
              Upload the content token here. Only one server should manage a location: two take each other's licences.
            </p>
            <form class="stack" method="post" action="/locations/add/" enctype="multipart/form-data">
              <Csrf context={context} />
              <TokenFields state={state} />
              <button type="submit">Add location</button>
            </form>
          </li>
        </ol>
      </>
    ),
  };
}

async function mustFind({ runtime, id }: PageContext): Promise<LocationRow> {
  const row = await findLocation(runtime.sql, id());
  if (row === undefined) throw problem("not-found");
  return row;
}

function notificationWords({ notificationUrl }: LocationRow, job: JobListRow | undefined, baseUrl: string): string {
  if (notificationUrl !== "") return "Apple notifies this server of changes.";
  if (!baseUrl.startsWith("https://")) {
    return `Apple notifies https addresses only, and this server's address is ${baseUrl}. Everything is synchronized every hour instead.`;
  }
  const words = jobWords(job);
  return `Apple does not notify this server yet. Everything is synchronized every hour.${
    words === "" ? "" : ` The last attempt to set it up ${words}`
  }`;
}

async function detailPage(context: PageContext, state?: FormState): Promise<Page> {
  const { sql, clock, config } = context.runtime;
  const location = await mustFind(context);
  const now = clock.now();
  const [sync, configured, counts, told] = await Promise.all([
    findLatestJob(sql, CONTENT_SYNC_JOB, String(location.id)),
    findLatestJob(sql, CONFIGURE_JOB, String(location.id)),
    countLocationAssets(sql),
    lastNotification(sql, location.id),
  ]);
  const assets = counts.find(({ locationId }) => locationId === location.id)?.assets ?? 0;
  const path = `/locations/${location.id}`;
  return {
    title: location.name,
    parents: under("/locations/"),
    body: (
      <>
        <Verdict {...locationVerdict(location, now)} />
        <section class="card">
          <dl class="facts">
            <Fact name="Content token">
              <LocationChip location={location} now={now} />
            </Fact>
            <Fact name="Expires">
              <Expiry at={location.serverTokenExpirationDate} now={now} />
            </Fact>
            <Fact name="Organization">{location.organizationName}</Fact>
            <Fact name="Country">{location.countryCode}</Fact>
            <Fact name="Apple's id">
              <code>{location.libraryUid}</code>
            </Fact>
            <Fact name="Apps and books">
              {context.may("mdm.view_locationasset")
                ? <a href={`/apps-and-books/?location=${location.id}`}>{String(assets)}</a>
                : String(assets)}
            </Fact>
            <Fact name="Notifications">{notificationWords(location, configured, config.BASE_URL)}</Fact>
            <Fact name="Last notification">
              <Time at={told} now={now} />
            </Fact>
            <Fact name="Last sync">
              <Time at={location.lastSyncedAt} now={now} />
            </Fact>
            <Fact name="Newest sync">{jobWords(sync)}</Fact>
          </dl>
        </section>
        <div class="row">
          <ActionButton context={context} action={`${path}/sync/`} label="Synchronize" />
          {context.may(CHANGE) && location.health === "taken over"
            ? (
              <ActionButton
                context={context}
                action={`${path}/take-over/`}
                label="Take over"
                tone="danger"
                confirm={`Manage "${location.name}" with this server? The other server should stop managing it.`}
              />
            )
            : null}
          {context.may(DELETE) && assets === 0
            ? (
              <ActionButton
                context={context}
                action={`${path}/delete/`}
                label="Delete"
                tone="danger"
                confirm={`Delete the location "${location.name}" and its content token?`}
              />
            )
            : null}
        </div>
        {context.may(CHANGE)
          ? (
            <section>
              <h2>Renew token</h2>
              <p>
                In Apple Business Manager or Apple School Manager, open Preferences, select Payments and Billing, then
                Apps and Books, and download the content token of this location. A token expires after a year, and when
                the person who downloaded it changes their password.
              </p>
              <form class="stack" method="post" action={`${path}/token/`} enctype="multipart/form-data">
                <Csrf context={context} />
                <TokenFields state={state} />
                <button type="submit" class="plain">Renew token</button>
              </form>
            </section>
          )
          : null}
      </>
    ),
  };
}

/** Mounts the pages. */
export function mountLocations(app: Hono<AppEnv>): void {
  page(app, "/locations/", VIEW, async (context) => {
    const { sql, clock } = context.runtime;
    const now = clock.now();
    const [rows, counts] = await Promise.all([listAllLocations(sql), countLocationAssets(sql)]);
    const assets = new Map(counts.map(({ locationId, assets }) => [locationId, assets]));
    return {
      title: "Locations",
      body: (
        <>
          <p>
            A location of Apple Business Manager or Apple School Manager owns licences of apps and books. This server
            assigns them to devices and people.
          </p>
          <Table
            caption={counted(rows.length, "location")}
            head={["Name", "Organization", "Content token", "Expires", "Apps and books", "Last sync"]}
            empty="No location was added yet."
            rows={rows.map((location) => (
              <tr>
                <td>
                  <a href={`/locations/${location.id}/`}>{location.name}</a>
                </td>
                <td>{location.organizationName}</td>
                <td>
                  <LocationChip location={location} now={now} />
                </td>
                <td>
                  <Expiry at={location.serverTokenExpirationDate} now={now} />
                </td>
                <td>{String(assets.get(location.id) ?? 0)}</td>
                <td>
                  <Time at={location.lastSyncedAt} now={now} />
                </td>
              </tr>
            ))}
          />
          {context.may(ADD)
            ? (
              <p>
                <a class="button" href="/locations/add/">Add a location</a>
              </p>
            )
            : null}
        </>
      ),
    };
  });
  page(app, "/locations/add/", ADD, (context) => addPage(context));
  action(app, "/locations/add/", ADD, async ({ runtime, by }, form) => {
    const { file, takeOver } = await tokenOf(form);
    const id = await addLocation(runtime, by, file, { takeOver });
    return `/locations/${id}/?done=locationAdded`;
  }, addPage);
  page(app, "/locations/:id/", VIEW, (context) => detailPage(context));
  action(app, "/locations/:id/sync/", VIEW, async ({ runtime, id }) => {
    await requestContentSync(runtime, id());
    return `/locations/${id()}/?done=contentSyncing`;
  });
  action(app, "/locations/:id/token/", CHANGE, async ({ runtime, by, id }, form) => {
    const { file, takeOver } = await tokenOf(form);
    await renewLocationToken(runtime, by, id(), file, { takeOver });
    return `/locations/${id()}/?done=renewed`;
  }, detailPage);
  action(app, "/locations/:id/take-over/", CHANGE, async ({ runtime, by, id }) => {
    await takeOverLocation(runtime, by, id());
    return `/locations/${id()}/?done=takingOver`;
  });
  action(app, "/locations/:id/delete/", DELETE, async ({ runtime, by, id }) => {
    await deleteLocation(runtime, by, id());
    return "/locations/?done=deleted";
  });
}
