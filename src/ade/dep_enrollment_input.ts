/**
 * The input for a DEP enrollment and its secret, for the API and for the pages: every field, and what does not fit together.
 * Apple often answers a profile with a contradiction with nothing but a status, so that it is found here.
 *
 * Source: Apple, "Profile" (developer.apple.com/documentation/devicemanagement/profile).
 *
 * @module
 */

import { z } from "zod";
import type { DepEnrollmentValues } from "../../db/ade/dep_enrollments.ts";
import { isSkipKey } from "../apple_schema/skip_keys.ts";
import { enrollmentSecretFields } from "../enrollment/ota_enrollment_input.ts";
import type { EnrollmentSecretInput } from "../enrollment/secrets.ts";
import { foreignText } from "../foreign_text.ts";
import { notBuiltField, pkField, uuidField } from "../input_fields.ts";
import { blankableField, textField } from "../input_text.ts";
import { compareOsVersions, isKnownOsVersion } from "../protocol/os_version.ts";
import { textFault } from "../writable.ts";
import { isLanguage, isRegion } from "./locale_codes.ts";

const notAChoice = (value: string) => `"${value}" is not a valid choice.`;

/** What a name of an account is built from. */
const USERNAME_PATTERNS = ["", "$REALM_USER.DEVICE_USERNAME", "$REALM_USER.EMAIL_PREFIX"] as const;

/** One address: Apple refuses several, and names in front of one. */
const EMAIL = /^[^\s@<>,;"]+@[^\s@<>,;".]+(?:\.[^\s@<>,;".]+)+$/;

/** A text that may be empty, or is one of a kind. One that cannot be stored is not said to be wrong twice. */
const kindOfText = (longest: number, isOne: (text: string) => boolean, error: (text: string) => string) =>
  blankableField(longest).default("").refine((text) => text === "" || textFault(text) !== undefined || isOne(text), {
    error: ({ input }) => error(String(input)),
  });

const versionField = kindOfText(32, isKnownOsVersion, () => "Not a valid OS version");

/** A text that may be null: clients send one or the other for "not set". */
const nullableText = (longest: number) =>
  blankableField(longest).nullable().default(null).transform((text) => text ?? "");

const skipKeysField = z.array(z.string()).max(500).superRefine((keys, context) => {
  const fault = keys.map(textFault).find((fault) => fault !== undefined);
  const unknown = keys.filter((key) => !isSkipKey(key)).map((key) => foreignText(key, 100));
  const message = fault ?? (unknown.length > 0 ? `Unsupported items: ${unknown.join(", ")}` : undefined);
  if (message !== undefined) context.addIssue({ code: "custom", message });
}).transform((keys) => [...new Set(keys)]);

/** The fields of a DEP enrollment. */
export const depEnrollmentFields = z.object({
  name: textField(125),
  display_name: blankableField(128).default("").describe(
    "Shown to the user of the device. Default: the organization's name.",
  ),
  virtual_server: pkField.describe("The server at Apple whose devices get it. It cannot be changed later."),
  push_certificate: pkField,
  scep_issuer: uuidField,
  acme_issuer: notBuiltField("ACME issuers"),
  realm: notBuiltField("realms"),
  blueprint: pkField.nullable().default(null),
  use_realm_user: z.boolean().default(false),
  username_pattern: z.enum(USERNAME_PATTERNS).default(""),
  realm_user_is_admin: z.boolean().optional(),
  admin_full_name: nullableText(80).describe("The managed administrator of a Mac. With `admin_short_name`."),
  admin_short_name: nullableText(32),
  hidden_admin: z.boolean().default(false),
  admin_password_complexity: z.int().min(1).max(3).default(3).describe("Groups of six characters, less one."),
  admin_password_rotation_delay: z.int().min(0).max(1440).default(60).describe(
    "Minutes after which a password that was shown is replaced; 0 for never.",
  ),
  allow_pairing: z.boolean().default(true),
  auto_advance_setup: z.boolean().default(false),
  await_device_configured: z.boolean().default(false),
  department: blankableField(125).default(""),
  is_mandatory: z.boolean().default(true),
  is_mdm_removable: z.boolean().default(false),
  is_multi_user: z.boolean().default(false),
  is_supervised: z.boolean().default(true),
  language: kindOfText(50, isLanguage, notAChoice).describe(
    "ISO 639-1, or ISO 639-2 for a language that has no other code.",
  ),
  org_magic: blankableField(256).default(""),
  region: kindOfText(50, isRegion, notAChoice).describe("ISO 3166-1 alpha-2."),
  skip_setup_items: skipKeysField,
  support_email_address: kindOfText(250, (text) => EMAIL.test(text), () => "Enter a valid email address."),
  support_phone_number: blankableField(50).default(""),
  include_tls_certificates: z.boolean().default(false),
  ios_max_version: versionField,
  ios_min_version: versionField,
  macos_max_version: versionField,
  macos_min_version: versionField,
  release_after_minutes: z.int().min(1).max(1440).optional().describe(
    "Minutes after which a device that waits to be configured is released, whatever it still lacks. Default: 30.",
  ),
  enrollment_secret: enrollmentSecretFields,
});

type Given = z.output<typeof depEnrollmentFields>;

/** A contradiction: the field that is wrong, its sentence, and when. */
type Contradiction = readonly [keyof Given, string, (given: Given) => boolean];

const has = (text: string) => text !== "";
const above = (min: string, max: string) => has(min) && has(max) && compareOsVersions(min, max) > 0;
const INCOMPLETE = "Auto admin information incomplete";

/** The sentences are those that clients of the API know. */
const CONTRADICTIONS: readonly Contradiction[] = [
  [
    "is_mdm_removable",
    "Can only be set to False if 'Is supervised' is set to True",
    ({ is_mdm_removable, is_supervised }) => !is_mdm_removable && !is_supervised,
  ],
  // Without realms, none is ever selected.
  ["use_realm_user", "This option is only valid if a 'realm' is selected", ({ use_realm_user }) => use_realm_user],
  [
    "username_pattern",
    "This field is required when the 'use realm user' option is ticked",
    ({ use_realm_user, username_pattern }) => use_realm_user && !has(username_pattern),
  ],
  [
    "username_pattern",
    "This field can only be used if the 'use realm user' option is ticked",
    ({ use_realm_user, username_pattern }) => !use_realm_user && has(username_pattern),
  ],
  [
    "realm_user_is_admin",
    "This option is only valid if the 'use realm user' option is ticked too",
    ({ use_realm_user, realm_user_is_admin }) => !use_realm_user && realm_user_is_admin === true,
  ],
  ["admin_full_name", INCOMPLETE, (given) => has(given.admin_short_name) && !has(given.admin_full_name)],
  ["admin_short_name", INCOMPLETE, (given) => has(given.admin_full_name) && !has(given.admin_short_name)],
  [
    "await_device_configured",
    "Required for the auto admin account setup",
    (given) => has(given.admin_full_name) && has(given.admin_short_name) && !given.await_device_configured,
  ],
  [
    "ios_min_version",
    "Cannot be newer than the maximum version",
    (given) => above(given.ios_min_version, given.ios_max_version),
  ],
  [
    "macos_min_version",
    "Cannot be newer than the maximum version",
    (given) => above(given.macos_min_version, given.macos_max_version),
  ],
];

/** A DEP enrollment as an operator sets it. */
export type DepEnrollmentInput = Omit<DepEnrollmentValues, "releaseAfterMinutes"> & {
  /** Undefined: as it was; 30 for a new one. */
  releaseAfterMinutes: number | undefined;
  secret: EnrollmentSecretInput;
};

/** A DEP enrollment as an operator sends it. */
export const depEnrollmentInput = depEnrollmentFields.transform((given, context) => {
  // Here and not before: what does not fit together is said of fields that are each right.
  for (const [field, message, holds] of CONTRADICTIONS) {
    if (holds(given)) context.addIssue({ code: "custom", path: [field], message });
  }
  return given;
}).transform(({ enrollment_secret: secret, ...given }): DepEnrollmentInput => ({
  name: given.name,
  displayName: given.display_name,
  virtualServerId: given.virtual_server,
  pushCertificateId: given.push_certificate,
  scepIssuerId: given.scep_issuer,
  blueprintId: given.blueprint,
  useRealmUser: given.use_realm_user,
  usernamePattern: given.username_pattern,
  realmUserIsAdmin: given.realm_user_is_admin ?? false,
  adminFullName: given.admin_full_name,
  adminShortName: given.admin_short_name,
  hiddenAdmin: given.hidden_admin,
  adminPasswordComplexity: given.admin_password_complexity,
  adminPasswordRotationDelay: given.admin_password_rotation_delay,
  allowPairing: given.allow_pairing,
  autoAdvanceSetup: given.auto_advance_setup,
  awaitDeviceConfigured: given.await_device_configured,
  department: given.department,
  isMandatory: given.is_mandatory,
  isMdmRemovable: given.is_mdm_removable,
  isMultiUser: given.is_multi_user,
  isSupervised: given.is_supervised,
  language: given.language,
  orgMagic: given.org_magic,
  region: given.region,
  skipSetupItems: given.skip_setup_items,
  supportEmailAddress: given.support_email_address,
  supportPhoneNumber: given.support_phone_number,
  includeTlsCertificates: given.include_tls_certificates,
  iosMaxVersion: given.ios_max_version,
  iosMinVersion: given.ios_min_version,
  macosMaxVersion: given.macos_max_version,
  macosMinVersion: given.macos_min_version,
  releaseAfterMinutes: given.release_after_minutes,
  secret: {
    metaBusinessUnitId: secret.meta_business_unit,
    tags: secret.tags,
    serialNumbers: secret.serial_numbers,
    udids: secret.udids,
    quota: secret.quota,
    expiredAt: null,
  },
}));
