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
import {
  enrollmentSecretFields,
  otaEnrollmentFields,
  otaEnrollmentInput,
} from "../../../src/enrollment/ota_enrollment_input.ts";
import type { OtaEnrollmentInput } from "../../../src/enrollment/ota_enrollments.ts";
import type { Runtime } from "../../../src/runtime.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import { Csrf, Field, FormErrors } from "../parts/components.tsx";
import { Checks, TextArea } from "../parts/form_parts.tsx";
import { limitsOf } from "../parts/limits.ts";
import type { Form, FormState, PageContext } from "../parts/page.tsx";
import { EnrollmentReferences } from "./references.tsx";
import { ReenrollmentChoice } from "./reenrollment.tsx";

const MANY = { limit: 500, offset: 0 } as const;

const { name, display_name } = otaEnrollmentFields.shape;
const { quota } = enrollmentSecretFields.shape;

/** An enrollment with its secret. */
export type Enrollment = { row: OtaEnrollmentRow; secret: EnrollmentSecretRow };

/** The choices for an enrollment. */
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
      <Field name="name" label="Name" required {...limitsOf(name)} value={row?.name ?? ""} state={state} />
      <Field
        name="display_name"
        label="Name for users"
        {...limitsOf(display_name)}
        help={`Shown to users during enrollment. If empty: ${context.runtime.config.ORGANIZATION}.`}
        value={row?.displayName ?? ""}
        state={state}
      />
      <EnrollmentReferences choices={choices} row={row} secret={secret} state={state} />
      <TextArea
        name="serial_numbers"
        path="enrollment_secret.serial_numbers"
        label="Serial numbers"
        help="Only these devices can enroll. Separate them with spaces or lines. If empty, any device can."
        value={secret?.serialNumbers.join("\n") ?? ""}
        rows={3}
        state={state}
      />
      <TextArea
        name="udids"
        path="enrollment_secret.udids"
        label="UDIDs"
        help="Only these devices can enroll. Separate them with spaces or lines. If empty, any device can."
        value={secret?.udids.join("\n") ?? ""}
        rows={3}
        state={state}
      />
      <Field
        name="quota"
        path="enrollment_secret.quota"
        label="Maximum number of enrollments"
        type="number"
        {...limitsOf(quota)}
        help={secret === undefined
          ? "If empty, any number."
          : `If empty, any number. Used so far: ${secret.requestCount}.`}
        value={String(secret?.quota ?? "")}
        state={state}
      />
      {choices.tags.length === 0 ? null : (
        <Checks
          name="tags"
          path="enrollment_secret.tags"
          legend="Tags for its devices"
          options={choices.tags}
          values={secret?.tags.map(String) ?? []}
          state={state}
        />
      )}
      {row === undefined ? <ReenrollmentChoice state={state} /> : null}
      <div class="actions">
        <button type="submit">{row === undefined ? "Create enrollment" : "Save"}</button>
        {row === undefined ? null : <a class="button plain" href={path}>Cancel</a>}
      </div>
    </form>
  );
}

const words = (text: string) => text.split(/[\s,]+/).filter((word) => word !== "");

/** Returns the input of a form in the API's form. Fields that are not in the form stay as in `before`. */
function fieldsOf(form: Form, before?: Enrollment): Record<string, unknown> {
  return {
    name: form.value("name"),
    display_name: form.value("display_name"),
    push_certificate: form.pk("push_certificate"),
    scep_issuer: form.text("scep_issuer") || undefined,
    blueprint: form.pkOrNull("blueprint"),
    reenrollment_without_confirmation: before?.row.reenrollmentWithoutConfirmation ??
      form.has("reenrollment_without_confirmation"),
    enrollment_secret: {
      meta_business_unit: form.pk("meta_business_unit"),
      tags: form.pks("tags"),
      serial_numbers: words(form.text("serial_numbers")),
      udids: words(form.text("udids")),
      quota: form.pkOrNull("quota"),
    },
  };
}

/** Reads the form. Throws `invalid` with the fields that are wrong. */
export async function enrollmentInput(form: Form, before?: Enrollment): Promise<OtaEnrollmentInput> {
  const input = await parseOrRefuse(otaEnrollmentInput, fieldsOf(form, before));
  return { ...input, secret: { ...input.secret, expiredAt: before?.secret.expiredAt ?? null } };
}
