/**
 * The form of a DEP enrollment, for a new one and for one that exists.
 *
 * @module
 */

import type { Child } from "hono/jsx";
import type { DepEnrollmentRow } from "../../../db/ade/dep_enrollments.ts";
import { listVirtualServers } from "../../../db/ade/virtual_servers.ts";
import type { EnrollmentSecretRow } from "../../../db/enrollment/enrollment_secrets.ts";
import {
  depEnrollmentFields,
  type DepEnrollmentInput,
  depEnrollmentInput,
} from "../../../src/ade/dep_enrollment_input.ts";
import { languages, regions } from "../../../src/ade/locale_codes.ts";
import type { Runtime } from "../../../src/runtime.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import { Csrf, Field, FormErrors, Select } from "../parts/components.tsx";
import { Check, Checks } from "../parts/form_parts.tsx";
import { limitsOf } from "../parts/limits.ts";
import type { Form, FormState, PageContext } from "../parts/page.tsx";
import { PANES_SHOWN, SkipKeys } from "../parts/skip_keys.tsx";
import { enrollmentChoices } from "./form.tsx";
import { EnrollmentReferences } from "./references.tsx";

const FIELDS = depEnrollmentFields.shape;
const MANY = { limit: 500, offset: 0 } as const;

/** A DEP enrollment with its secret. */
export type DepEnrollment = { row: DepEnrollmentRow; secret: EnrollmentSecretRow };

/** The choices for a DEP enrollment. */
export async function depChoices(runtime: Pick<Runtime, "sql">) {
  const [choices, servers] = await Promise.all([
    enrollmentChoices(runtime),
    listVirtualServers(runtime.sql, MANY),
  ]);
  return { ...choices, servers: servers.rows.map(({ id, name }) => [String(id), name] as const) };
}

/** The choices of the form. */
export type DepChoices = Awaited<ReturnType<typeof depChoices>>;

/** The parts of the form, and of the page of an enrollment. */
const SECTIONS = [
  ["basics", "Basics"],
  ["management", "Management"],
  ["panes", "Setup Assistant"],
  ["account", "Administrator of Macs"],
  ["versions", "OS versions"],
  ["support", "Support and other details"],
] as const;

function Section({ id, children }: { id: typeof SECTIONS[number][0]; children?: Child }) {
  return (
    <section class="stack">
      <h3 id={id}>{SECTIONS.find(([known]) => known === id)?.[1]}</h3>
      {children}
    </section>
  );
}

const COMPLEXITIES = [["1", "2 groups of 6"], ["2", "3 groups of 6"], ["3", "4 groups of 6"]] as const;

/** The form; without `enrollment` that of a new one. */
export function DepEnrollmentForm({ context, choices, enrollment, state }: {
  context: PageContext;
  choices: DepChoices;
  enrollment?: DepEnrollment;
  state: FormState | undefined;
}) {
  const { row, secret } = enrollment ?? {};
  const path = row === undefined ? "/enrollments/automated/" : `/enrollments/automated/${row.id}/`;
  const text = (
    name: "name" | "display_name" | "department" | "org_magic" | "support_phone_number" | "support_email_address",
    label: string,
    value: string | undefined,
    more: { help?: string; required?: boolean } = {},
  ) => <Field name={name} label={label} {...limitsOf(FIELDS[name])} value={value ?? ""} state={state} {...more} />;
  const check = (name: string, label: string, value: boolean, help: string) => (
    <Check name={name} label={label} value={value} help={help} state={state} />
  );
  const version = (name: string, label: string, value: string | undefined) => (
    <Field name={name} label={label} maxlength={32} value={value ?? ""} state={state} />
  );
  return (
    <form class="stack wide" method="post" action={row === undefined ? `${path}new/` : `${path}edit/`}>
      <Csrf context={context} />
      <FormErrors state={state} />
      <nav class="actions" aria-label="Parts of the form">
        {SECTIONS.map(([id, label]) => <a href={`#${id}`}>{label}</a>)}
      </nav>
      <Section id="basics">
        {text("name", "Name", row?.name, { required: true })}
        {text("display_name", "Name for users", row?.displayName, {
          help: `Shown to users during enrollment. If empty: ${context.runtime.config.ORGANIZATION}.`,
        })}
        {row === undefined
          ? (
            <Select
              name="virtual_server"
              label="Virtual server"
              options={choices.servers}
              state={state}
              help="The server at Apple whose devices get this enrollment. It cannot be changed later."
            />
          )
          : null}
        <EnrollmentReferences choices={choices} row={row} secret={secret} state={state} />
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
      </Section>
      <Section id="management">
        {check("is_supervised", "Supervised", row?.isSupervised ?? true, "Devices since iOS 13 always are.")}
        {check(
          "is_mdm_removable",
          "Users can remove management",
          row?.isMdmRemovable ?? false,
          "Unsupervised devices need it.",
        )}
        {check("is_mandatory", "Mandatory", row?.isMandatory ?? true, "Users of Macs cannot skip the enrollment.")}
        {check(
          "allow_pairing",
          "Allow pairing with computers",
          row?.allowPairing ?? true,
          "iPhones and iPads before iOS 13.",
        )}
        {check("is_multi_user", "Shared iPad", row?.isMultiUser ?? false, "iPads that cannot be one ignore it.")}
        {check(
          "include_tls_certificates",
          "Send the TLS certificates of this server",
          row?.includeTlsCertificates ?? false,
          "For a server whose certificate devices do not trust by themselves.",
        )}
      </Section>
      <Section id="panes">
        {check(
          "await_device_configured",
          "Wait until the device is configured",
          row?.awaitDeviceConfigured ?? false,
          "The device stays in Setup Assistant until its profiles and apps for that time are installed. Needed for an administrator of Macs.",
        )}
        <Field
          name="release_after_minutes"
          label="Release the device after (minutes)"
          type="number"
          min={1}
          max={1440}
          help="A device that waits is released then, whatever it still lacks."
          value={String(row?.releaseAfterMinutes ?? 30)}
          state={state}
        />
        {check(
          "auto_advance_setup",
          "Advance automatically",
          row?.autoAdvanceSetup ?? false,
          "Apple TVs, and Macs with macOS 11 or later on Ethernet, go through Setup Assistant on their own. Set language and region, too.",
        )}
        <Select
          name="language"
          label="Language"
          options={[["", "The user chooses"], ...withOwn(languages(), row?.language)]}
          value={row?.language ?? ""}
          state={state}
          help="Apple TVs, and Macs with macOS 11 or later."
        />
        <Select
          name="region"
          label="Country or region"
          options={[["", "The user chooses"], ...withOwn(regions(), row?.region)]}
          value={row?.region ?? ""}
          state={state}
          help="Apple TVs, and Macs with macOS 11 or later."
        />
        <SkipKeys values={row?.skipSetupItems ?? []} state={state} />
      </Section>
      <Section id="account">
        <p>
          A managed administrator with a password of its own on each Mac. It needs both names, and a Mac that waits to
          be configured.
        </p>
        <Field
          name="admin_full_name"
          label="Full name"
          maxlength={80}
          value={row?.adminFullName ?? ""}
          state={state}
        />
        <Field
          name="admin_short_name"
          label="Account name"
          maxlength={32}
          help="Lower case letters, digits, dots, hyphens and underscores."
          value={row?.adminShortName ?? ""}
          state={state}
        />
        {check("hidden_admin", "Hide the account", row?.hiddenAdmin ?? false, "It is not in the login window.")}
        <Select
          name="admin_password_complexity"
          label="Password"
          options={COMPLEXITIES}
          value={String(row?.adminPasswordComplexity ?? 3)}
          state={state}
        />
        <Field
          name="admin_password_rotation_delay"
          label="Replace a password that was shown after (minutes)"
          type="number"
          min={0}
          max={1440}
          help="0: never."
          value={String(row?.adminPasswordRotationDelay ?? 60)}
          state={state}
        />
      </Section>
      <Section id="versions">
        <p>
          A device with an older version than the minimum is updated before it enrolls. A maximum limits what it is
          updated to.
        </p>
        <div class="row">
          {version("ios_min_version", "iPhone and iPad, minimum", row?.iosMinVersion)}
          {version("ios_max_version", "iPhone and iPad, maximum", row?.iosMaxVersion)}
        </div>
        <div class="row">
          {version("macos_min_version", "Mac, minimum", row?.macosMinVersion)}
          {version("macos_max_version", "Mac, maximum", row?.macosMaxVersion)}
        </div>
      </Section>
      <Section id="support">
        {text("department", "Department", row?.department)}
        {text("support_phone_number", "Support phone number", row?.supportPhoneNumber)}
        {text("support_email_address", "Support email address", row?.supportEmailAddress)}
        {text("org_magic", "Organization magic", row?.orgMagic, {
          help: "The same text in all services that one organization manages devices with.",
        })}
      </Section>
      <div class="actions">
        <button type="submit">{row === undefined ? "Create enrollment" : "Save"}</button>
        <a class="button plain" href={row === undefined ? "/enrollments/" : path}>Cancel</a>
      </div>
    </form>
  );
}

/** A list with the stored code, which an API client may have chosen among more. */
const withOwn = (list: readonly (readonly [string, string])[], own: string | undefined) =>
  own === undefined || own === "" || list.some(([code]) => code === own) ? list : [...list, [own, own] as const];

/** Returns the input of a form in the API's form. What is not in the form stays as in `before`. */
function fieldsOf(form: Form, before?: DepEnrollment): Record<string, unknown> {
  const { row, secret } = before ?? {};
  return {
    name: form.value("name"),
    display_name: form.value("display_name"),
    virtual_server: row?.virtualServerId ?? form.pk("virtual_server"),
    push_certificate: form.pk("push_certificate"),
    scep_issuer: form.value("scep_issuer"),
    blueprint: form.pkOrNull("blueprint"),
    admin_full_name: form.value("admin_full_name"),
    admin_short_name: form.value("admin_short_name"),
    hidden_admin: form.has("hidden_admin"),
    admin_password_complexity: form.whole("admin_password_complexity"),
    admin_password_rotation_delay: form.whole("admin_password_rotation_delay"),
    allow_pairing: form.has("allow_pairing"),
    auto_advance_setup: form.has("auto_advance_setup"),
    await_device_configured: form.has("await_device_configured"),
    department: form.value("department"),
    is_mandatory: form.has("is_mandatory"),
    is_mdm_removable: form.has("is_mdm_removable"),
    is_multi_user: form.has("is_multi_user"),
    is_supervised: form.has("is_supervised"),
    language: form.value("language"),
    org_magic: form.value("org_magic"),
    region: form.value("region"),
    // None is chosen in a form that has the list; one without it says nothing of them.
    skip_setup_items: form.has("skip_setup_items") || form.has(PANES_SHOWN)
      ? form.texts("skip_setup_items")
      : undefined,
    support_email_address: form.value("support_email_address"),
    support_phone_number: form.value("support_phone_number"),
    include_tls_certificates: form.has("include_tls_certificates"),
    ios_max_version: form.value("ios_max_version"),
    ios_min_version: form.value("ios_min_version"),
    macos_max_version: form.value("macos_max_version"),
    macos_min_version: form.value("macos_min_version"),
    release_after_minutes: form.whole("release_after_minutes"),
    enrollment_secret: {
      meta_business_unit: form.pk("meta_business_unit"),
      tags: form.pks("tags"),
      serial_numbers: secret?.serialNumbers ?? [],
      udids: secret?.udids ?? [],
      quota: secret?.quota ?? null,
    },
  };
}

/** Reads the form. Throws `invalid` with the fields that are wrong. */
export async function depEnrollmentFormInput(form: Form, before?: DepEnrollment): Promise<DepEnrollmentInput> {
  const input = await parseOrRefuse(depEnrollmentInput, fieldsOf(form, before));
  return { ...input, secret: { ...input.secret, expiredAt: before?.secret.expiredAt ?? null } };
}
