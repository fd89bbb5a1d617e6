/**
 * Enrollments: how devices come in, with the profiles to hand out.
 *
 * @module
 */

import type { Hono } from "hono";
import { raw } from "hono/html";
import { renderSVG } from "uqr";
import { listBlueprints } from "../../db/blueprints.ts";
import { findEnrollmentSecret } from "../../db/enrollment_secrets.ts";
import { findOtaEnrollment, listOtaEnrollments } from "../../db/ota_enrollments.ts";
import { listMetaBusinessUnits } from "../../db/meta_business_units.ts";
import { listPushCertificates } from "../../db/push_certificates.ts";
import { listScepIssuers } from "../../db/scep_issuers.ts";
import { listTags } from "../../db/tags.ts";
import {
  createOtaEnrollment,
  downloadDirectProfile,
  downloadOtaProfile,
  removeOtaEnrollment,
  revokeOtaEnrollment,
} from "../../src/enrollment/ota_enrollments.ts";
import { publicPath } from "../../src/enrollment/public_address.ts";
import { invalid, problem } from "../../src/errors.ts";
import { isDeviceAddress } from "../../src/device_address.ts";
import { BUILT_IN_ISSUER } from "../../src/issuing/scep_issuers.ts";
import { attachment } from "../attachment.ts";
import type { AppEnv } from "../context.ts";
import { ActionButton, Chip, Csrf, Fact, Field, FormErrors, Select, Table, Time } from "./components.tsx";
import { mountReenrollment, Reenrollment, ReenrollmentChoice } from "./enrollments_reenrollment.tsx";
import { isUuid } from "./form.ts";
import { action, type FormState, type Page, page, type PageContext } from "./page.tsx";

const MANY = { limit: 500, offset: 0 } as const;
const words = (text: string) => text.split(/[\s,]+/).filter((word) => word !== "");

async function listPage(context: PageContext, state?: FormState): Promise<Page> {
  const { sql, clock } = context.runtime;
  const [enrollments, certificates, units, blueprints, tags, issuers] = await Promise.all([
    listOtaEnrollments(sql, MANY),
    listPushCertificates(sql, MANY),
    listMetaBusinessUnits(sql, MANY),
    listBlueprints(sql, MANY),
    listTags(sql, MANY),
    listScepIssuers(sql, MANY),
  ]);
  const now = clock.now();
  const usable = certificates.rows.filter(({ topic }) => topic !== null);
  return {
    title: "Enrollments",
    body: (
      <>
        <Table
          caption={`${enrollments.count} over-the-air enrollments`}
          head={["Name", "Push certificate", "Created"]}
          empty="There is no enrollment yet. Create one below, then show its QR code."
          rows={enrollments.rows.map((enrollment) => (
            <tr>
              <td>
                <a href={`/enrollments/${enrollment.id}/`}>{enrollment.name}</a>
              </td>
              <td>{certificates.rows.find(({ id }) => id === enrollment.pushCertificateId)?.name ?? ""}</td>
              <td>
                <Time at={enrollment.createdAt} now={now} />
              </td>
            </tr>
          ))}
        />
        {!context.may("mdm.add_otaenrollment") ? null : usable.length === 0
          ? (
            <p>
              An enrollment needs a <a href="/push-certificates/">push certificate</a> first.
            </p>
          )
          : (
            <>
              <h2>Create an enrollment</h2>
              <form class="stack" method="post" action="/enrollments/">
                <Csrf context={context} />
                <FormErrors state={state} />
                <Field name="name" label="Name" required maxlength={256} state={state} />
                <Field
                  name="display_name"
                  label="Name that users read"
                  maxlength={128}
                  help={`Empty: ${context.runtime.config.ORGANIZATION}.`}
                  state={state}
                />
                <Select
                  name="push_certificate"
                  label="Push certificate"
                  options={usable.map((one) => [String(one.id), one.name] as const)}
                  state={state}
                />
                <Select
                  name="meta_business_unit"
                  label="Business unit"
                  options={units.rows.map((one) => [String(one.id), one.name] as const)}
                  state={state}
                />
                <Select
                  name="scep_issuer"
                  label="Identities from"
                  options={issuers.rows.map((one) => [one.id, one.name] as const)}
                  value={BUILT_IN_ISSUER}
                  state={state}
                />
                <Select
                  name="blueprint"
                  label="Blueprint"
                  options={[["", "None"], ...blueprints.rows.map((one) => [String(one.id), one.name] as const)]}
                  state={state}
                />
                <Field
                  name="serial_numbers"
                  label="Only these serial numbers"
                  help="Separated by spaces. Empty: any device."
                  state={state}
                />
                <Field
                  name="quota"
                  label="How many devices"
                  type="number"
                  min={1}
                  max={200_000}
                  help="Empty: any number."
                  state={state}
                />
                {tags.rows.length === 0 ? null : (
                  <fieldset>
                    <legend>Tags for its devices</legend>
                    {tags.rows.map((tag) => (
                      <label class="check">
                        <input type="checkbox" name="tags" value={String(tag.id)} /> {tag.name}
                      </label>
                    ))}
                  </fieldset>
                )}
                <ReenrollmentChoice />
                <button type="submit">Create enrollment</button>
              </form>
            </>
          )}
      </>
    ),
  };
}

async function detailPage(context: PageContext): Promise<Page> {
  const { sql, clock, config } = context.runtime;
  const enrollment = await findOtaEnrollment(sql, context.id());
  const secret = enrollment === undefined ? undefined : await findEnrollmentSecret(sql, enrollment.enrollmentSecretId);
  if (enrollment === undefined || secret === undefined) throw problem("not-found");
  const now = clock.now();
  const mayChange = context.may("mdm.change_otaenrollment");
  const address = mayChange && secret.revokedAt === null
    ? config.BASE_URL + await publicPath(context.runtime, enrollment, secret)
    : null;
  return {
    title: enrollment.name,
    body: (
      <>
        <section class="card">
          <dl class="facts">
            <Fact name="State">
              {secret.revokedAt !== null ? <Chip tone="bad">revoked</Chip> : <Chip tone="good">open</Chip>}
            </Fact>
            <Fact name="Name for users">{enrollment.displayName}</Fact>
            <Fact name="Push topic">
              <code>{enrollment.topic ?? "none yet"}</code>
            </Fact>
            <Fact name="Uses">
              {secret.quota === null ? String(secret.requestCount) : `${secret.requestCount} of ${secret.quota}`}
            </Fact>
            <Fact name="Serial numbers">
              {secret.serialNumbers.length === 0 ? "any" : secret.serialNumbers.join(", ")}
            </Fact>
            <Fact name="Re-enrollment">
              {enrollment.reenrollmentWithoutConfirmation
                ? <Chip tone="warn">without confirmation</Chip>
                : "after confirmation"}
            </Fact>
            <Fact name="Created">
              <Time at={enrollment.createdAt} now={now} />
            </Fact>
          </dl>
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
                  <Chip tone="warn">not reachable</Chip>{" "}
                  {`Devices cannot use ${config.BASE_URL}. Set BASE_URL to an https address of this server that devices reach.`}
                </p>
              )}
              <p>
                Show this code, or send its address. The page behind it has the profile and short instructions, and
                needs no account. Every device that installs the profile enrolls, as far as the limits above allow.
                Revoking the enrollment ends the address.
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
                A profile with its identity already in it, for one installation. It is worth as much as a device: hand
                it over safely. Each download counts as one use.
              </p>
              <form class="stack" method="post" action={`/enrollments/${enrollment.id}/direct/`}>
                <Csrf context={context} />
                <Field
                  name="serial_number"
                  label="Serial number"
                  help="Empty: the first device that uses it."
                  maxlength={64}
                />
                <Field
                  name="udid"
                  label="UDID"
                  help="With both, the device is believed to be that hardware when it is not enrolled now."
                  maxlength={64}
                />
                <label class="check">
                  <input type="checkbox" name="unsigned" /> Unsigned, for simple clients
                </label>
                <button type="submit" class="plain">Download for one device</button>
              </form>
            </section>
          </div>
        )}
        {mayChange ? <Reenrollment enrollment={enrollment} context={context} /> : null}
        {!mayChange || secret.revokedAt !== null ? null : (
          <>
            <h2>End</h2>
            <ActionButton
              context={context}
              action={`/enrollments/${enrollment.id}/revoke/`}
              label="Revoke"
              tone="danger"
              confirm="No more devices enroll with it; enrolled ones stay. Revoke it?"
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
  page(app, "/enrollments/", "mdm.view_otaenrollment", (context) => listPage(context));
  action(app, "/enrollments/", "mdm.add_otaenrollment", async (context, form) => {
    const quota = form.text("quota");
    if (quota !== "" && !/^[1-9][0-9]{0,5}$/.test(quota)) {
      throw invalid({ quota: ["This should be a whole number from 1 to 200000."] });
    }
    const name = form.text("name");
    if (name === "" || name.length > 256) throw invalid({ name: ["This should have 1 to 256 characters."] });
    const issuer = form.text("scep_issuer") || BUILT_IN_ISSUER;
    if (!isUuid(issuer)) throw invalid({ scep_issuer: ["Choose one of the list."] });
    const row = await createOtaEnrollment(context.runtime, context.request, {
      name,
      scepIssuerId: issuer,
      displayName: form.text("display_name").slice(0, 128) || context.runtime.config.ORGANIZATION,
      pushCertificateId: form.id("push_certificate"),
      blueprintId: form.text("blueprint") === "" ? null : form.id("blueprint"),
      reenrollmentWithoutConfirmation: form.has("reenrollment_without_confirmation"),
      secret: {
        metaBusinessUnitId: form.id("meta_business_unit"),
        tags: form.ids("tags"),
        serialNumbers: words(form.text("serial_numbers")),
        udids: [],
        quota: quota === "" ? null : Number(quota),
        expiredAt: null,
      },
    });
    return `/enrollments/${row.id}/?done=created`;
  }, listPage);
  page(app, "/enrollments/:id/", "mdm.view_otaenrollment", (context) => detailPage(context));
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
      await downloadDirectProfile(context.runtime, context.request, context.id(), {
        signed: !form.has("unsigned"),
        ...(serialNumber === "" ? {} : { serialNumber }),
        ...(udid === "" ? {} : { udid }),
      }),
    );
  });
  mountReenrollment(app);
  action(app, "/enrollments/:id/revoke/", "mdm.change_otaenrollment", async (context) => {
    await revokeOtaEnrollment(context.runtime, context.request, context.id());
    return `/enrollments/${context.id()}/?done=revoked`;
  });
  action(app, "/enrollments/:id/delete/", "mdm.delete_otaenrollment", async (context) => {
    await removeOtaEnrollment(context.runtime, context.request, context.id());
    return "/enrollments/?done=deleted";
  });
}
