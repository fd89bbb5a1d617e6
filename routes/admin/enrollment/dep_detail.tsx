/**
 * The page of a DEP enrollment: what its devices get, whether Apple has it so, who has it, and what they see first.
 *
 * @module
 */

import { type LinkedView, linkedViews } from "../../../db/ade/custom_view_links.ts";
import { listCustomViews } from "../../../db/ade/custom_views.ts";
import { type DepEnrollmentRow, findDepEnrollment } from "../../../db/ade/dep_enrollments.ts";
import { listDepDevices } from "../../../db/ade/device_views.ts";
import { findVirtualServer } from "../../../db/ade/virtual_servers.ts";
import { findEnrollmentSecret } from "../../../db/enrollment/enrollment_secrets.ts";
import { staleness } from "../../../src/ade/apple_copy.ts";
import { tlsChainOf } from "../../../src/ade/profile_definition.ts";
import { profileRemarks } from "../../../src/ade/profile_remarks.ts";
import { SKIP_KEYS } from "../../../src/apple_schema/skip_keys.ts";
import { problem } from "../../../src/errors.ts";
import {
  ActionButton,
  Chip,
  counted,
  Csrf,
  Fact,
  FormErrors,
  Select,
  Table,
  Time,
  yesNo,
} from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import type { FormState, Page, PageContext } from "../parts/page.tsx";
import { depChoices, type DepEnrollment } from "./dep_form.tsx";
import { nameOf, Reference, ReferenceFacts } from "./references.tsx";

const MANY = { limit: 500, offset: 0 } as const;
/** Devices that the page itself names. */
const SOME = 20;

/** Returns the enrollment of the page. Throws `not-found`. */
export async function mustFindDep({ runtime: { sql }, id }: PageContext): Promise<DepEnrollment> {
  const row = await findDepEnrollment(sql, id());
  const secret = row === undefined ? undefined : await findEnrollmentSecret(sql, row.enrollmentSecretId);
  if (row === undefined || secret === undefined) throw problem("not-found");
  return { row, secret };
}

/** Returns the address of an enrollment's page. */
export const pathOf = ({ id }: Pick<DepEnrollmentRow, "id">): string => `/enrollments/automated/${id}/`;

/** Returns the crumbs of a page below that of an enrollment. */
export const underDep = (row: Pick<DepEnrollmentRow, "id" | "name">) => [
  ...under("/enrollments/"),
  { href: pathOf(row), label: row.name, needs: "mdm.view_depenrollment" as const },
];

const range = (min: string, max: string): string =>
  min === "" && max === "" ? "any" : `${min === "" ? "" : `from ${min}`} ${max === "" ? "" : `up to ${max}`}`.trim();

/** The page. */
export async function depDetailPage(context: PageContext, state?: FormState): Promise<Page> {
  const { runtime } = context;
  const { row, secret } = await mustFindDep(context);
  const [server, choices, views, stale, devices] = await Promise.all([
    findVirtualServer(runtime.sql, row.virtualServerId),
    depChoices(runtime),
    linkedViews(runtime.sql, row.id),
    staleness(runtime, row),
    listDepDevices(runtime.sql, {
      enrollment: row.id,
      present: true,
      ordering: { column: "updated_at", descending: true },
      limit: SOME,
      offset: 0,
    }),
  ]);
  const now = runtime.clock.now();
  const isDefault = server?.defaultEnrollmentId === row.id;
  const mayChange = context.may("mdm.change_depenrollment");
  const path = pathOf(row);
  const remarks = profileRemarks(row, { hasViews: views.length > 0, hasTlsChain: tlsChainOf(runtime).length > 0 });
  return {
    title: row.name,
    parents: under("/enrollments/"),
    body: (
      <>
        {stale === undefined ? null : (
          <section class="card" role="note">
            <p>
              <Chip tone="warn">Out of date at Apple</Chip> {stale.reason} {stale.automatic
                ? "The server defines it again by itself within a day."
                : "Define it again only if devices belong to this server, and not to the one with that address."}
            </p>
            {mayChange
              ? <ActionButton context={context} action={`${path}define/`} label="Define again at Apple" />
              : null}
          </section>
        )}
        <section class="card">
          <dl class="facts">
            <Fact name="Name for users">{row.displayName}</Fact>
            <Fact name="Virtual server">
              <Reference
                context={context}
                href={`/virtual-servers/${row.virtualServerId}/`}
                name={nameOf(choices.servers, row.virtualServerId)}
                needs="mdm.view_depvirtualserver"
              />
            </Fact>
            <Fact name="Default enrollment">
              {isDefault
                ? "yes: devices without an enrollment get it"
                : `no, its virtual server has ${server?.defaultEnrollmentName ?? "none"}`}
            </Fact>
            <ReferenceFacts context={context} choices={choices} row={row} secret={secret} />
            <Fact name="Profile at Apple">
              <code>{row.uuid}</code> <Time at={row.definedAt} now={now} />
            </Fact>
            <Fact name="Created">
              <Time at={row.createdAt} now={now} />
            </Fact>
            <Fact name="Updated">
              <Time at={row.updatedAt} now={now} />
            </Fact>
          </dl>
          <div class="actions">
            <a class="button plain" href={`${path}apple/`}>Test</a>
            {mayChange ? <a class="button plain" href={`${path}edit/`}>Edit</a> : null}
            {isDefault || !context.may("mdm.change_depvirtualserver")
              ? null
              : (
                <form method="post" action={`/virtual-servers/${row.virtualServerId}/default-enrollment/`}>
                  <Csrf context={context} />
                  <input type="hidden" name="default_enrollment" value={String(row.id)} />
                  <button type="submit">Set as default</button>
                </form>
              )}
          </div>
          {context.may("events.view_event")
            ? (
              <p class="small">
                <a href={`/events/?about=depenrollment:${row.id}`}>Events</a>
              </p>
            )
            : null}
        </section>
        {remarks.length === 0 ? null : (
          <>
            <h2>Worth knowing</h2>
            <ul>{remarks.map((text) => <li>{text}</li>)}</ul>
          </>
        )}
        <Settings row={row} />
        <h2 id="views">Custom views</h2>
        <Views context={context} row={row} views={views} all={await offered(context, views)} state={state} />
        <h2 id="devices">Devices</h2>
        <Table
          caption={`${counted(devices.count, "device")} with this enrollment`}
          head={["Serial number", "Model", "State at Apple", "Updated"]}
          empty="No device has it yet. Assign it to devices, or set it as the default of its virtual server."
          rows={devices.rows.map((device) => (
            <tr>
              <td>
                <Reference
                  context={context}
                  href={`/assigned-devices/${device.id}/`}
                  name={device.serialNumber}
                  needs="mdm.view_depdevice"
                />
              </td>
              <td>{device.model}</td>
              <td>{device.profileUuid === row.uuid ? device.profileStatus : "an older version"}</td>
              <td>
                <Time at={device.updatedAt} now={now} />
              </td>
            </tr>
          ))}
        />
        {devices.count > SOME && context.may("mdm.view_depdevice")
          ? (
            <p>
              <a href={`/assigned-devices/?enrollment=${row.id}`}>All devices with this enrollment</a>
            </p>
          )
          : null}
        {context.may("mdm.delete_depenrollment")
          ? (
            <p>
              <ActionButton
                context={context}
                action={`${path}delete/`}
                label="Delete"
                tone="danger"
                confirm="Delete this enrollment?"
              />
            </p>
          )
          : null}
      </>
    ),
  };
}

function Settings({ row }: { row: DepEnrollmentRow }) {
  const skipped = new Set(row.skipSetupItems);
  const titles = SKIP_KEYS.filter(({ key }) => skipped.has(key));
  return (
    <>
      <h2>What devices get</h2>
      <section class="card">
        <dl class="facts">
          <Fact name="Supervised">{yesNo(row.isSupervised)}</Fact>
          <Fact name="Users can remove management">{yesNo(row.isMdmRemovable)}</Fact>
          <Fact name="Mandatory">{yesNo(row.isMandatory)}</Fact>
          <Fact name="Shared iPad">{yesNo(row.isMultiUser)}</Fact>
          <Fact name="Pairing with computers">{yesNo(row.allowPairing)}</Fact>
          <Fact name="TLS certificates of this server">{yesNo(row.includeTlsCertificates)}</Fact>
          <Fact name="Waits until configured">
            {row.awaitDeviceConfigured ? `yes, at most ${counted(row.releaseAfterMinutes, "minute")}` : "no"}
          </Fact>
          <Fact name="Advances automatically">{yesNo(row.autoAdvanceSetup)}</Fact>
          <Fact name="Language and region">
            {[row.language, row.region].filter((text) => text !== "").join(", ") || "the user chooses"}
          </Fact>
          <Fact name="Administrator of Macs">
            {row.adminShortName === ""
              ? "none"
              : `${row.adminFullName} (${row.adminShortName})${row.hiddenAdmin ? ", hidden" : ""}`}
          </Fact>
          <Fact name="iOS and iPadOS">{range(row.iosMinVersion, row.iosMaxVersion)}</Fact>
          <Fact name="macOS">{range(row.macosMinVersion, row.macosMaxVersion)}</Fact>
          <Fact name="Department">{row.department || "none"}</Fact>
          <Fact name="Support">
            {[row.supportPhoneNumber, row.supportEmailAddress].filter((text) => text !== "").join(", ") || "none"}
          </Fact>
        </dl>
        <details>
          <summary>{`${counted(titles.length, "pane")} of Setup Assistant skipped`}</summary>
          <ul>
            {titles.map(({ key, title, systems }) => (
              <li>
                {title} <code>{key}</code> <span class="faint small">{systems}</span>
              </li>
            ))}
          </ul>
        </details>
      </section>
    </>
  );
}

/** The views that an enrollment may show and does not. */
async function offered({ runtime: { sql } }: PageContext, views: readonly LinkedView[]) {
  const linked = new Set(views.map(({ viewId }) => viewId));
  const { rows } = await listCustomViews(sql, MANY);
  return rows.filter(({ id, requiresAuthentication }) => !requiresAuthentication && !linked.has(id))
    .map(({ id, name }) => [id, name] as const);
}

function Views({ context, row, views, all, state }: {
  context: PageContext;
  row: DepEnrollmentRow;
  views: readonly LinkedView[];
  all: readonly (readonly [string, string])[];
  state: FormState | undefined;
}) {
  const path = pathOf(row);
  const mayRead = context.may("mdm.view_enrollmentcustomview");
  return (
    <>
      <p>
        {views.length === 0
          ? "Devices enroll without a web page. The first view makes them show one: Apple then gets a new profile."
          : "Devices show these pages in this order before they enroll. Without the last one, Apple gets a new profile."}
      </p>
      {views.length === 0 ? null : (
        <ol>
          {views.map(({ linkId, viewId, name }, index) => (
            <li>
              <span class="actions">
                {mayRead ? <a href={`/custom-views/${viewId}/`}>{name}</a> : name}
                {index > 0 && context.may("mdm.change_depenrollmentcustomview")
                  ? (
                    <ActionButton
                      context={context}
                      action={`${path}views/${linkId}/up/`}
                      label="Show earlier"
                      tone="quiet"
                    />
                  )
                  : null}
                {context.may("mdm.delete_depenrollmentcustomview")
                  ? (
                    <ActionButton
                      context={context}
                      action={`${path}views/${linkId}/remove/`}
                      label="Remove"
                      tone="quiet"
                    />
                  )
                  : null}
              </span>
            </li>
          ))}
        </ol>
      )}
      {!context.may("mdm.add_depenrollmentcustomview") ? null : all.length === 0
        ? (
          <p class="faint">
            {views.length === 0 ? "There is no custom view to add. " : "There is no other custom view to add. "}
            {context.may("mdm.add_enrollmentcustomview") ? <a href="/custom-views/new/">Create one</a> : null}
          </p>
        )
        : (
          <form class="row" method="post" action={`${path}views/`}>
            <Csrf context={context} />
            <FormErrors state={state} />
            <Select name="custom_view" label="Custom view" options={all} state={state} />
            <button type="submit" class="plain">Add view</button>
          </form>
        )}
    </>
  );
}
