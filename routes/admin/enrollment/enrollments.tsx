/**
 * Enrollments: how devices come in, with the profiles to hand out.
 *
 * @module
 */

import type { Hono } from "hono";
import { raw } from "hono/html";
import { renderSVG } from "uqr";
import { listDepEnrollments } from "../../../db/ade/dep_enrollments.ts";
import { listVirtualServers } from "../../../db/ade/virtual_servers.ts";
import { findEnrollmentSecret } from "../../../db/enrollment/enrollment_secrets.ts";
import { findOtaEnrollment, listOtaEnrollments } from "../../../db/enrollment/ota_enrollments.ts";
import { isDeviceAddress } from "../../../src/device_address.ts";
import {
  changeOtaEnrollment,
  createOtaEnrollment,
  downloadDirectProfile,
  downloadOtaProfile,
  removeOtaEnrollment,
  revokeOtaEnrollment,
} from "../../../src/enrollment/ota_enrollments.ts";
import { publicPath } from "../../../src/enrollment/public_address.ts";
import { problem } from "../../../src/errors.ts";
import { attachment } from "../../attachment.ts";
import type { AppEnv } from "../../context.ts";
import { ActionButton, Chip, Csrf, Fact, Field, Table, Time } from "../parts/components.tsx";
import { under, underEnrollment } from "../parts/crumbs.ts";
import { action, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";
import { type Enrollment, enrollmentChoices, EnrollmentForm, enrollmentInput } from "./form.tsx";
import { mountReenrollment, Reenrollment } from "./reenrollment.tsx";
import { nameOf, ReferenceFacts } from "./references.tsx";

const MANY = { limit: 500, offset: 0 } as const;

async function mustFind({ runtime: { sql }, id }: PageContext): Promise<Enrollment> {
  const row = await findOtaEnrollment(sql, id());
  const secret = row === undefined ? undefined : await findEnrollmentSecret(sql, row.enrollmentSecretId);
  if (row === undefined || secret === undefined) throw problem("not-found");
  return { row, secret };
}

async function editPage(context: PageContext, state?: FormState): Promise<Page> {
  const enrollment = await mustFind(context);
  return {
    title: `Edit ${enrollment.row.name}`,
    parents: underEnrollment(enrollment.row),
    body: (
      <>
        <p>Profiles that were already distributed continue to work. Enrolled devices do not change.</p>
        <EnrollmentForm
          context={context}
          choices={await enrollmentChoices(context.runtime)}
          enrollment={enrollment}
          state={state}
        />
      </>
    ),
  };
}

async function listPage(context: PageContext, state?: FormState): Promise<Page> {
  return {
    title: "Enrollments",
    body: (
      <>
        {context.may("mdm.view_depenrollment") ? await automated(context) : null}
        {context.may("mdm.view_otaenrollment") ? await overTheAir(context, state) : null}
      </>
    ),
  };
}

async function automated(context: PageContext) {
  const { sql, clock } = context.runtime;
  const [{ rows, count }, servers] = await Promise.all([listDepEnrollments(sql, MANY), listVirtualServers(sql, MANY)]);
  const now = clock.now();
  const nameOfServer = new Map(servers.rows.map(({ id, name }) => [id, name]));
  return (
    <>
      <h2>Out of the box</h2>
      <Table
        caption={`${count} automated enrollments`}
        head={["Name", "Virtual server", "Created"]}
        empty="No automated enrollments yet. Devices that Apple knows as your organization's enroll with one out of the box."
        rows={rows.map((row) => (
          <tr>
            <td>
              <a href={`/enrollments/automated/${row.id}/`}>{row.name}</a>
            </td>
            <td>{nameOfServer.get(row.virtualServerId)}</td>
            <td>
              <Time at={row.createdAt} now={now} />
            </td>
          </tr>
        ))}
      />
      {context.may("mdm.add_depenrollment")
        ? (
          <p>
            <a class="button" href="/enrollments/automated/new/">Create an automated enrollment</a>
          </p>
        )
        : null}
    </>
  );
}

async function overTheAir(context: PageContext, state: FormState | undefined) {
  const { sql, clock } = context.runtime;
  const [enrollments, choices] = await Promise.all([
    listOtaEnrollments(sql, MANY),
    enrollmentChoices(context.runtime),
  ]);
  const now = clock.now();
  return (
    <>
      <h2>Over the air</h2>
      <Table
        caption={`${enrollments.count} over-the-air enrollments`}
        head={["Name", "Push certificate", "Created"]}
        empty="No enrollments yet. Create one below, then show its QR code."
        rows={enrollments.rows.map((enrollment) => (
          <tr>
            <td>
              <a href={`/enrollments/${enrollment.id}/`}>{enrollment.name}</a>
            </td>
            <td>{nameOf(choices.certificates, enrollment.pushCertificateId)}</td>
            <td>
              <Time at={enrollment.createdAt} now={now} />
            </td>
          </tr>
        ))}
      />
      {!context.may("mdm.add_otaenrollment") ? null : choices.certificates.length === 0
        ? (
          <p>
            An enrollment needs a <a href="/push-certificates/">push certificate</a> first.
          </p>
        )
        : (
          <>
            <h2>Create an enrollment</h2>
            <EnrollmentForm context={context} choices={choices} state={state} />
          </>
        )}
    </>
  );
}

async function detailPage(context: PageContext): Promise<Page> {
  const { clock, config } = context.runtime;
  const { row: enrollment, secret } = await mustFind(context);
  const choices = await enrollmentChoices(context.runtime);
  const now = clock.now();
  const mayChange = context.may("mdm.change_otaenrollment");
  const address = mayChange && secret.revokedAt === null
    ? config.BASE_URL + await publicPath(context.runtime, enrollment, secret)
    : null;
  return {
    title: enrollment.name,
    parents: under("/enrollments/"),
    body: (
      <>
        <section class="card">
          <dl class="facts">
            <Fact name="State">
              {secret.revokedAt !== null ? <Chip tone="bad">Revoked</Chip> : <Chip tone="good">Open</Chip>}
            </Fact>
            <Fact name="Name for users">{enrollment.displayName}</Fact>
            <ReferenceFacts context={context} choices={choices} row={enrollment} secret={secret} />
            <Fact name="Uses">
              {secret.quota === null ? String(secret.requestCount) : `${secret.requestCount} of ${secret.quota}`}
            </Fact>
            <Fact name="Serial numbers">
              {secret.serialNumbers.length === 0 ? "any" : secret.serialNumbers.join(", ")}
            </Fact>
            <Fact name="UDIDs">{secret.udids.length === 0 ? "any" : secret.udids.join(", ")}</Fact>
            <Fact name="Re-enrollment">
              {enrollment.reenrollmentWithoutConfirmation
                ? <Chip tone="warn">Without confirmation</Chip>
                : "after confirmation"}
            </Fact>
            <Fact name="Created">
              <Time at={enrollment.createdAt} now={now} />
            </Fact>
            <Fact name="Updated">
              <Time at={enrollment.updatedAt} now={now} />
            </Fact>
          </dl>
          {mayChange
            ? (
              <p>
                <a class="button plain" href={`/enrollments/${enrollment.id}/edit/`}>Edit</a>
              </p>
            )
            : null}
          {context.may("events.view_event")
            ? (
              <p class="small">
                <a href={`/events/?about=enrollment:${enrollment.id}`}>Events</a>
              </p>
            )
            : null}
        </section>
        {address === null ? null : (
          <div class="columns">
            <section>
              <h2>For many devices</h2>
              {isDeviceAddress(config.BASE_URL) ? null : (
                <p role="note">
                  <Chip tone="warn">Not reachable</Chip>{" "}
                  {`Devices cannot use ${config.BASE_URL}. Set BASE_URL to an https address of this server that devices reach.`}
                </p>
              )}
              <p>
                Show this code or send its address. The page has the profile with short instructions and needs no
                account. Every device that installs the profile enrolls, within the limits above. Revoking the
                enrollment disables the address.
              </p>
              <div class="qr" role="img" aria-label="QR code of the address">
                {raw(renderSVG(address, { border: 0 }))}
              </div>
              <p>
                <a class="mono" id="address" href={address}>{address}</a>
              </p>
              <p>
                <button type="button" class="plain" data-copy="address" hidden>Copy the address</button>{" "}
                <a class="button plain" href={`/enrollments/${enrollment.id}/profile/`}>Download the profile</a>
              </p>
            </section>
            <section>
              <h2>For one device</h2>
              <p>
                A profile that already contains an identity, for one device. Anyone with the profile can enroll as that
                device, so deliver it securely. Each download counts as one use.
              </p>
              <form class="stack" method="post" action={`/enrollments/${enrollment.id}/direct/`}>
                <Csrf context={context} />
                <Field
                  name="serial_number"
                  label="Serial number"
                  help="If empty: the first device that uses the profile."
                  maxlength={64}
                />
                <Field
                  name="udid"
                  label="UDID"
                  help="With both, a device that is not enrolled now is accepted as this hardware."
                  maxlength={64}
                />
                <label class="check">
                  <input type="checkbox" name="unsigned" /> Unsigned, for clients that cannot read a signed profile
                </label>
                <button type="submit" class="plain">Download for one device</button>
              </form>
            </section>
          </div>
        )}
        {mayChange ? <Reenrollment enrollment={enrollment} context={context} /> : null}
        {!mayChange || secret.revokedAt !== null ? null : (
          <>
            <h2>Revoke or delete</h2>
            <ActionButton
              context={context}
              action={`/enrollments/${enrollment.id}/revoke/`}
              label="Revoke"
              tone="danger"
              confirm="Revoke the enrollment? No more devices can enroll with it. Enrolled devices stay enrolled."
            />
          </>
        )}
        {context.may("mdm.delete_otaenrollment")
          ? (
            <p>
              <ActionButton
                context={context}
                action={`/enrollments/${enrollment.id}/delete/`}
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

const download = (profile: Uint8Array<ArrayBuffer>) =>
  attachment(profile, "application/x-apple-aspen-config", "enrollment.mobileconfig");

/** Mounts the pages. */
export function mountEnrollments(app: Hono<AppEnv>): void {
  page(
    app,
    "/enrollments/",
    ["mdm.view_otaenrollment", "mdm.view_depenrollment"],
    (context) => listPage(context),
  );
  action(app, "/enrollments/", "mdm.add_otaenrollment", async (context, form) => {
    const row = await createOtaEnrollment(context.runtime, context.by, await enrollmentInput(form));
    return `/enrollments/${row.id}/?done=created`;
  }, listPage);
  page(app, "/enrollments/:id/", "mdm.view_otaenrollment", (context) => detailPage(context));
  page(app, "/enrollments/:id/edit/", "mdm.change_otaenrollment", (context) => editPage(context));
  action(app, "/enrollments/:id/edit/", "mdm.change_otaenrollment", async (context, form) => {
    const input = await enrollmentInput(form, await mustFind(context));
    await changeOtaEnrollment(context.runtime, context.by, context.id(), input);
    return `/enrollments/${context.id()}/?done=saved`;
  }, editPage);
  page(
    app,
    "/enrollments/:id/profile/",
    "mdm.change_otaenrollment",
    async ({ runtime, id }) => download(await downloadOtaProfile(runtime, id())),
  );
  action(app, "/enrollments/:id/direct/", "mdm.change_otaenrollment", async (context, form) => {
    const serialNumber = form.text("serial_number");
    const udid = form.text("udid");
    return download(
      await downloadDirectProfile(context.runtime, context.by, context.id(), {
        signed: !form.has("unsigned"),
        ...(serialNumber === "" ? {} : { serialNumber }),
        ...(udid === "" ? {} : { udid }),
      }),
    );
  });
  mountReenrollment(app);
  action(app, "/enrollments/:id/revoke/", "mdm.change_otaenrollment", async (context) => {
    await revokeOtaEnrollment(context.runtime, context.by, context.id());
    return `/enrollments/${context.id()}/?done=revoked`;
  });
  action(app, "/enrollments/:id/delete/", "mdm.delete_otaenrollment", async (context) => {
    await removeOtaEnrollment(context.runtime, context.by, context.id());
    return "/enrollments/?done=deleted";
  });
}
