/**
 * The input for an OTA enrollment and its secret, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { notBuiltField, pkField, pkListField, uuidParam } from "../input_fields.ts";
import { blankableField, textField } from "../input_text.ts";

/** The fields of an OTA enrollment's secret. */
export const enrollmentSecretFields = z.object({
  meta_business_unit: pkField,
  tags: pkListField.default([]),
  serial_numbers: z.array(textField(64)).default([]),
  udids: z.array(textField(64)).default([]),
  quota: z.int().min(1).max(200_000).nullable().default(null),
});

/** The fields of an OTA enrollment. */
export const otaEnrollmentFields = z.object({
  name: textField(256),
  display_name: blankableField(128).default("").describe(
    "Shown to the user of the device. Default: the organization's name.",
  ),
  push_certificate: pkField,
  scep_issuer: uuidParam.optional().describe("Default: the built-in CA."),
  acme_issuer: notBuiltField("ACME issuers"),
  realm: notBuiltField("realms"),
  blueprint: pkField.nullable().default(null),
  reenrollment_without_confirmation: z.boolean().default(false).describe(
    "Any holder of this enrollment's profile can then replace any enrolled device, and gets its tags, values and profiles.",
  ),
  enrollment_secret: enrollmentSecretFields,
});

/** An OTA enrollment as an operator sends it. */
export const otaEnrollmentInput = otaEnrollmentFields.transform(({ enrollment_secret: secret, ...given }) => ({
  name: given.name,
  /** The organization's name where none is said. */
  displayName: given.display_name,
  pushCertificateId: given.push_certificate,
  /** The built-in one where none is said. */
  scepIssuerId: given.scep_issuer,
  blueprintId: given.blueprint,
  /** Whether its devices take over enrolled hardware without an operator's word. */
  reenrollmentWithoutConfirmation: given.reenrollment_without_confirmation,
  secret: {
    metaBusinessUnitId: secret.meta_business_unit,
    tags: secret.tags,
    serialNumbers: secret.serial_numbers,
    udids: secret.udids,
    quota: secret.quota,
    expiredAt: null,
  },
}));
