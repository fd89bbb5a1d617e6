/**
 * The enrollment profile that Apple gives to devices, as it is sent to Apple. Pure.
 *
 * Source: Apple, "Profile" and "Define a Profile" (developer.apple.com/documentation/devicemanagement/profile).
 *
 * @module
 */

import type { DepEnrollmentValues } from "../../db/ade/dep_enrollments.ts";
import { type Certificate, certificatesFromPem } from "../pki/certificate.ts";
import type { Runtime } from "../runtime.ts";

/** A profile in Apple's words. */
export type ProfileDefinition = { readonly [key: string]: string | boolean | readonly string[] };

/** What a profile says besides the enrollment's own fields. */
export type ProfileFacts = {
  /** The server's own address. */
  baseUrl: string;
  /** The text of the enrollment secret. */
  secret: string;
  /** Whether a custom view is linked: devices then enroll in a web view. */
  hasViews: boolean;
  /** The server's TLS chain. */
  tlsChain: readonly Pick<Certificate, "der">[];
};

/** Returns the TLS chain of this server; empty without one. */
export const tlsChainOf = ({ config: { TLS_FULLCHAIN } }: Pick<Runtime, "config">): Certificate[] =>
  TLS_FULLCHAIN === undefined ? [] : certificatesFromPem(TLS_FULLCHAIN);

/** Returns the profile of an enrollment, without devices: they are assigned to it later. */
export function profileDefinition(row: DepEnrollmentValues, facts: ProfileFacts): ProfileDefinition {
  const address = (path: string) => `${facts.baseUrl}/public/mdm/${path}/${facts.secret}/`;
  const texts = {
    department: row.department,
    language: row.language,
    org_magic: row.orgMagic,
    region: row.region,
    support_phone_number: row.supportPhoneNumber,
    support_email_address: row.supportEmailAddress,
  };
  return {
    profile_name: row.name,
    url: address("dep_enroll"),
    ...(facts.hasViews ? { configuration_web_url: address("dep_web_enroll") } : {}),
    allow_pairing: row.allowPairing,
    auto_advance_setup: row.autoAdvanceSetup,
    await_device_configured: row.awaitDeviceConfigured,
    is_mandatory: row.isMandatory,
    is_mdm_removable: row.isMdmRemovable,
    is_multi_user: row.isMultiUser,
    is_supervised: row.isSupervised,
    skip_setup_items: [...row.skipSetupItems].sort(),
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim() !== "")),
    ...(row.includeTlsCertificates && facts.tlsChain.length > 0
      ? { anchor_certs: facts.tlsChain.map(({ der }) => der.toBase64()) }
      : {}),
  };
}

/** Returns the SHA-256 of a profile. Equal profiles have equal hashes, whatever the order of their keys. */
export async function definitionHash(definition: ProfileDefinition): Promise<Uint8Array<ArrayBuffer>> {
  const sorted = Object.entries(definition).sort(([one], [other]) => one < other ? -1 : 1);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(sorted))));
}

/** A field that Apple has otherwise than this server; undefined where it has none. */
export type ProfileDifference = { field: string; ours: unknown; apples: unknown };

/** What Apple takes a field for that a profile does not have. */
const UNSAID: Readonly<Record<string, unknown>> = {
  allow_pairing: true,
  auto_advance_setup: false,
  await_device_configured: false,
  is_mandatory: false,
  is_mdm_removable: true,
  is_multi_user: false,
  is_supervised: false,
  do_not_use_profile_from_backup: false,
  is_return_to_service: false,
};

/** Fields of Apple's answer that are not part of the definition: its own key, and the devices, which it keeps for itself. */
const APPLES_OWN = new Set(["profile_uuid", "devices"]);

const isEmpty = (value: unknown) =>
  value === undefined || value === null || value === "" || Array.isArray(value) && value.length === 0;

/** Returns a value in the form in which two of them are compared. */
function comparable(field: string, value: unknown): string {
  if (isEmpty(value)) return JSON.stringify(UNSAID[field] ?? "");
  if (!Array.isArray(value)) return JSON.stringify(value);
  // Apple may break certificates into lines and order panes as it likes.
  return JSON.stringify(value.map((item) => typeof item === "string" ? item.replace(/\s+/g, "") : item).sort());
}

/** Returns the fields in which Apple's copy of a profile differs from ours, by name. */
export function profileDifferences(
  ours: ProfileDefinition,
  apples: Readonly<Record<string, unknown>>,
): ProfileDifference[] {
  const fields = [...new Set([...Object.keys(ours), ...Object.keys(apples)])].filter((field) => !APPLES_OWN.has(field));
  return fields.sort().filter((field) => comparable(field, ours[field]) !== comparable(field, apples[field]))
    .map((field) => ({ field, ours: ours[field], apples: apples[field] }));
}
