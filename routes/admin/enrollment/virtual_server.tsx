/**
 * One virtual server: the health of its token with the cure, its syncs, its default enrollment, its latest devices.
 *
 * @module
 */

import type { Hono } from "hono";
import { searchDepDevices } from "../../../db/ade/device_views.ts";
import { findVirtualServer, listEnrollmentsOfServer, type VirtualServerRow } from "../../../db/ade/virtual_servers.ts";
import { findLatestJob } from "../../../db/work/job_queue.ts";
import { disconnectServer, renewToken } from "../../../src/ade/connect.ts";
import { tokenVerdict } from "../../../src/ade/health.ts";
import { SYNC_JOB } from "../../../src/ade/sync.ts";
import { virtualServerInput } from "../../../src/ade/virtual_server_input.ts";
import { betaTokens, changeDefaultEnrollment, requestSync } from "../../../src/ade/virtual_servers.ts";
import { problem } from "../../../src/errors.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import { jobWords, Verdict } from "../parts/apple_token.tsx";
import { ActionButton, Csrf, Expiry, Fact, FormErrors, Select, Table, Time } from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { action, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";
import { DeviceRows } from "./assigned_devices.tsx";
import { TokenField, tokenFileOf } from "./connect_server.tsx";
import { TokenChip } from "./virtual_servers.tsx";

const VIEW = "mdm.view_depvirtualserver";
const CHANGE = "mdm.change_depvirtualserver";
const DELETE = "mdm.delete_depvirtualserver";
/** Devices of the list on the page. */
const LATEST = 5;

async function mustFind({ runtime, id }: PageContext): Promise<VirtualServerRow> {
  const row = await findVirtualServer(runtime.sql, id());
  if (row === undefined) throw problem("not-found");
  return row;
}

async function detailPage(context: PageContext, state?: FormState): Promise<Page> {
  const { sql, clock } = context.runtime;
  const server = await mustFind(context);
  const now = clock.now();
  const mayChange = context.may(CHANGE);
  const [job, latest, enrollments] = await Promise.all([
    findLatestJob(sql, SYNC_JOB, String(server.id)),
    context.may("mdm.view_depdevice")
      ? searchDepDevices(sql, { virtualServer: server.id, present: true, limit: LATEST, offset: 0 })
      : undefined,
    mayChange ? listEnrollmentsOfServer(sql, server.id) : [],
  ]);
  const path = `/virtual-servers/${server.id}`;
  return {
    title: server.name,
    parents: under("/virtual-servers/"),
    body: (
      <>
        <Verdict {...tokenVerdict(server, now)} />
        <section class="card">
          <dl class="facts">
            <Fact name="Token">
              <TokenChip server={server} now={now} />
            </Fact>
            <Fact name="Expires">
              <Expiry at={server.tokenExpiry} now={now} />
            </Fact>
            <Fact name="Organization">
              {[server.organizationName, server.organizationIdentifier].filter((one) => one !== "").join(", ")}
            </Fact>
            <Fact name="Token downloaded by">{server.adminId}</Fact>
            <Fact name="Apple's id">
              <code>{server.uuid}</code>
            </Fact>
            <Fact name="Devices">{String(server.devices)}</Fact>
            <Fact name="Default enrollment">{server.defaultEnrollmentName ?? "none"}</Fact>
            <Fact name="Last sync">
              <Time at={server.lastSyncedAt} now={now} />
            </Fact>
            <Fact name="All devices fetched">
              <Time at={server.fullSyncAt} now={now} />
            </Fact>
            <Fact name="Newest sync">{jobWords(job)}</Fact>
          </dl>
        </section>
        <div class="row">
          <ActionButton context={context} action={`${path}/sync/`} label="Synchronize" />
          <ActionButton
            context={context}
            action={`${path}/full-sync/`}
            label="Fetch all devices again"
            tone="plain"
            confirm="Forget where the last sync ended, and fetch all devices from Apple again?"
          />
          {context.may(DELETE) && server.tokenId !== null
            ? (
              <ActionButton
                context={context}
                action={`${path}/disconnect/`}
                label="Disconnect"
                tone="danger"
                confirm="Delete the key pair and the server token? Nothing is synchronized or assigned until the server is connected again."
              />
            )
            : null}
        </div>
        {latest === undefined ? null : (
          <>
            <h2>Latest devices</h2>
            <DeviceRows
              rows={latest.rows}
              caption={latest.count > LATEST ? `${LATEST} of ${latest.count} devices` : `${latest.count} devices`}
              empty="Apple assigns no device to this server."
              now={now}
            />
            <p>
              <a href={`/assigned-devices/?server=${server.id}`}>All devices of this server</a>
            </p>
          </>
        )}
        {mayChange ? <Settings {...{ server, enrollments, context, state }} /> : null}
        <h2>Beta programs</h2>
        <p>
          <a href={`${path}/beta-tokens/`}>Tokens of Apple's beta programs</a>{" "}
          let a software update declaration offer or require a beta.
        </p>
      </>
    ),
  };
}

function Settings({ server, enrollments, context, state }: {
  server: VirtualServerRow;
  enrollments: readonly { id: number; name: string }[];
  context: PageContext;
  state: FormState | undefined;
}) {
  const path = `/virtual-servers/${server.id}`;
  const renewing = state !== undefined && !state.values.has("default_enrollment");
  return (
    <div class="columns">
      <section>
        <h2>Default enrollment</h2>
        {enrollments.length > 0 || !context.may("mdm.add_depenrollment") ? null : (
          <p>
            This virtual server has no enrollment yet.{" "}
            <a href="/enrollments/automated/new/">Create an automated enrollment</a>
          </p>
        )}
        <form class="stack" method="post" action={`${path}/default-enrollment/`}>
          <Csrf context={context} />
          {renewing ? null : <FormErrors state={state} />}
          <Select
            name="default_enrollment"
            label="Devices without an enrollment get"
            value={server.defaultEnrollmentId === null ? "" : String(server.defaultEnrollmentId)}
            options={[["", "None"], ...enrollments.map(({ id, name }) => [String(id), name] as const)]}
            state={renewing ? undefined : state}
          />
          <button type="submit">Save</button>
        </form>
      </section>
      {server.tokenId === null ? null : (
        <section>
          <h2>Renew token</h2>
          <p>
            In Apple Business Manager or Apple School Manager, open Preferences, select this server under Your MDM
            Servers, then Download Token. The public key there stays. Tokens expire after a year.
          </p>
          <form class="stack" method="post" action={`${path}/token/`} enctype="multipart/form-data">
            <Csrf context={context} />
            {renewing ? <FormErrors state={state} /> : null}
            <TokenField state={renewing ? state : undefined} />
            <button type="submit" class="plain">Renew token</button>
          </form>
        </section>
      )}
    </div>
  );
}

async function betaPage(context: PageContext): Promise<Page> {
  const server = await mustFind(context);
  const { beta_tokens: tokens, error } = await betaTokens(context.runtime, server.id);
  return {
    title: "Beta programs",
    parents: [...under("/virtual-servers/"), {
      href: `/virtual-servers/${server.id}/`,
      label: server.name,
      needs: VIEW,
    }],
    body: (
      <>
        {error === undefined ? null : <p role="alert">{error}</p>}
        <p>Apple's tokens change with each release. They are read from Apple each time and not stored.</p>
        <Table
          caption={`${tokens.length} programs`}
          head={["OS", "Program", "Token"]}
          empty="Apple offers no beta program to this organization."
          rows={tokens.map(({ os, title, token }) => (
            <tr>
              <td>{os}</td>
              <td>{title}</td>
              <td>
                <code>{token}</code>
              </td>
            </tr>
          ))}
        />
      </>
    ),
  };
}

/** Mounts the pages. */
export function mountVirtualServer(app: Hono<AppEnv>): void {
  page(app, "/virtual-servers/:id/", VIEW, (context) => detailPage(context));
  page(app, "/virtual-servers/:id/beta-tokens/", VIEW, betaPage);
  for (const [segment, full] of [["sync", false], ["full-sync", true]] as const) {
    action(app, `/virtual-servers/:id/${segment}/`, VIEW, async ({ runtime, by, id }) => {
      await requestSync(runtime, by, id(), full);
      return `/virtual-servers/${id()}/?done=syncing`;
    });
  }
  action(app, "/virtual-servers/:id/default-enrollment/", CHANGE, async ({ runtime, by, id }, form) => {
    const { default_enrollment: enrollment } = await parseOrRefuse(virtualServerInput, {
      default_enrollment: form.pkOrNull("default_enrollment"),
    });
    await changeDefaultEnrollment(runtime, by, id(), enrollment);
    return `/virtual-servers/${id()}/?done=saved`;
  }, detailPage);
  action(app, "/virtual-servers/:id/disconnect/", DELETE, async ({ runtime, by, id }) => {
    await disconnectServer(runtime, by, id());
    return `/virtual-servers/${id()}/?done=disconnected`;
  });
  action(app, "/virtual-servers/:id/token/", CHANGE, async ({ runtime, by, id }, form) => {
    await renewToken(runtime, by, id(), await tokenFileOf(form));
    return `/virtual-servers/${id()}/?done=renewed`;
  }, detailPage);
}
