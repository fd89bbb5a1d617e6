/**
 * The form of an enrollment, for a new one and for one that exists.
 *
 * @module
 */

import { listBlueprints } from "../../../db/blueprints/blueprints.ts";
import type { EnrollmentSecretRow } from "../../../db/enrollment/enrollment_secrets.ts";
import type { OtaEnrollmentRow } from "../../../db/enrollment/ota_enrollments.ts";
import { listScepIssuers } from "../../../db/issuing/scep_issuers.ts";
import { listPushCertificates } from "../../../db/push/push_certificates.ts";
import { listMetaBusinessUnits } from "../../../db/tags/meta_business_units.ts";
import { listTags } from "../../../db/tags/tags.ts";
import type { OtaEnrollmentInput } from "../../../src/enrollment/ota_enrollments.ts";
import { invalid } from "../../../src/errors.ts";
import { BUILT_IN_ISSUER } from "../../../src/issuing/scep_issuers.ts";
import type { Runtime } from "../../../src/runtime.ts";
import { Csrf, Field, FormErrors, Select } from "../parts/components.tsx";
import { isUuid } from "../parts/form.ts";
import { Checks, TextArea } from "../parts/form_parts.tsx";
import type { Form, FormState, PageContext } from "../parts/page.tsx";
import { ReenrollmentChoice } from "./reenrollment.tsx";

const MANY = { limit: 500, offset: 0 } as const;
const LONGEST_ID = 64;

/** An enrollment with its secret. */
export type Enrollment = { row: OtaEnrollmentRow; secret: EnrollmentSecretRow };

/** What an enrollment can be made of. */
export async function enrollmentChoices({ sql }: Pick<Runtime, "sql">) {
  const [certificates, units, blueprints, tags, issuers] = await Promise.all([
    listPushCertificates(sql, MANY),
    listMetaBusinessUnits(sql, MANY),
    listBlueprints(sql, MANY),
    listTags(sql, MANY),
    listScepIssuers(sql, MANY),
  ]);
  const named = (rows: readonly { id: number; name: string }[]) =>
    rows.map(({ id, name }) => [String(id), name] as const);
  return {
    certificates: named(certificates.rows.filter(({ topic }) => topic !== null)),
    units: named(units.rows),
    blueprints: named(blueprints.rows),
    tags: named(tags.rows),
    issuers: issuers.rows.map(({ id, name }) => [id, name] as const),
  };
}

/** The choices of the form. */
export type EnrollmentChoices = Awaited<ReturnType<typeof enrollmentChoices>>;

/** The form; without `enrollment` that of a new one. */
export function EnrollmentForm({ context, choices, enrollment, state }: {
  context: PageContext;
  choices: EnrollmentChoices;
  enrollment?: Enrollment;
  state: FormState | undefined;
}) {
  const { row, secret } = enrollment ?? {};
  const path = row === undefined ? "/enrollments/" : `/enrollments/${row.id}/`;
  return (
    <form class="stack" method="post" action={row === undefined ? path : `${path}edit/`}>
      <Csrf context={context} />
      <FormErrors state={state} />
      <Field name="name" label="Name" required maxlength={256} value={row?.name ?? ""} state={state} />
      <Field
        name="display_name"
        label="Name for users"
        maxlength={128}
        help={`Shown to users during enrollment. If empty: ${context.runtime.config.ORGANIZATION}.`}
        value={row?.displayName ?? ""}
        state={state}
      />
      <Select
        name="push_certificate"
        label="Push certificate"
        options={choices.certificates}
        value={String(row?.pushCertificateId ?? "")}
        state={state}
      />
      <Select
        name="meta_business_unit"
        label="Business unit"
        options={choices.units}
        value={String(secret?.metaBusinessUnitId ?? "")}
        state={state}
      />
      <Select
        name="scep_issuer"
        label="Identities issued by"
        options={choices.issuers}
        value={row?.scepIssuerId ?? BUILT_IN_ISSUER}
        state={state}
      />
      <Select
        name="blueprint"
        label="Blueprint"
        options={[["", "None"], ...choices.blueprints]}
        value={String(row?.blueprintId ?? "")}
        state={state}
      />
      <TextArea
        name="serial_numbers"
        label="Serial numbers"
        help="Only these devices can enroll. Separate them with spaces or lines. If empty, any device can."
        value={secret?.serialNumbers.join("\n") ?? ""}
        rows={3}
        state={state}
      />
      <TextArea
        name="udids"
        label="UDIDs"
        help="Only these devices can enroll. Separate them with spaces or lines. If empty, any device can."
        value={secret?.udids.join("\n") ?? ""}
        rows={3}
        state={state}
      />
      <Field
        name="quota"
        label="Maximum number of enrollments"
        type="number"
        min={1}
        max={200_000}
        help={secret === undefined
          ? "If empty, any number."
          : `If empty, any number. Used so far: ${secret.requestCount}.`}
        value={String(secret?.quota ?? "")}
        state={state}
      />
      {choices.tags.length === 0 ? null : (
        <Checks
          name="tags"
          legend="Tags for its devices"
          options={choices.tags}
          values={secret?.tags.map(String) ?? []}
          state={state}
        />
      )}
      {row === undefined ? <ReenrollmentChoice /> : null}
      <div class="actions">
        <button type="submit">{row === undefined ? "Create enrollment" : "Save"}</button>
        {row === undefined ? null : <a class="button plain" href={path}>Cancel</a>}
      </div>
    </form>
  );
}

const words = (text: string) => text.split(/[\s,]+/).filter((word) => word !== "");

/** Reads the form. What it does not ask for stays as in `before`. Throws `invalid` with the fields that are wrong. */
export function enrollmentInput({ runtime }: PageContext, form: Form, before?: Enrollment): OtaEnrollmentInput {
  const [name, displayName, quota] = [form.text("name"), form.text("display_name"), form.text("quota")];
  const [serialNumbers, udids] = [words(form.text("serial_numbers")), words(form.text("udids"))];
  const issuer = form.text("scep_issuer") || BUILT_IN_ISSUER;
  const long = (ids: readonly string[]) => ids.find((id) => id.length > LONGEST_ID);
  const tooLong = (ids: readonly string[]) => [`"${long(ids)?.slice(0, 80)}" has more than ${LONGEST_ID} characters.`];
  const errors = {
    ...(name === "" || name.length > 256 ? { name: ["This should have 1 to 256 characters."] } : {}),
    ...(displayName.length > 128 ? { display_name: ["This should have at most 128 characters."] } : {}),
    ...(quota !== "" && (!/^[1-9][0-9]{0,5}$/.test(quota) || Number(quota) > 200_000)
      ? { quota: ["This should be a whole number from 1 to 200000."] }
      : {}),
    ...(isUuid(issuer) ? {} : { scep_issuer: ["Choose an option from the list."] }),
    ...(long(serialNumbers) === undefined ? {} : { serial_numbers: tooLong(serialNumbers) }),
    ...(long(udids) === undefined ? {} : { udids: tooLong(udids) }),
  };
  if (Object.keys(errors).length > 0) throw invalid(errors);
  return {
    name,
    displayName: displayName || runtime.config.ORGANIZATION,
    pushCertificateId: form.id("push_certificate"),
    scepIssuerId: issuer,
    blueprintId: form.text("blueprint") === "" ? null : form.id("blueprint"),
    reenrollmentWithoutConfirmation: before?.row.reenrollmentWithoutConfirmation ??
      form.has("reenrollment_without_confirmation"),
    secret: {
      metaBusinessUnitId: form.id("meta_business_unit"),
      tags: form.ids("tags"),
      serialNumbers,
      udids,
      quota: quota === "" ? null : Number(quota),
      expiredAt: before?.secret.expiredAt ?? null,
    },
  };
}
