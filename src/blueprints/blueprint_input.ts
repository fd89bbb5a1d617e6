/**
 * The input for a blueprint, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { pkField, pkListField } from "../input_fields.ts";
import { textField } from "../input_text.ts";

const collect = z.literal([0, 1, 2]).describe("0: no, 1: managed only, 2: all.");

/** The fields of a blueprint. */
export const blueprintFields = z.object({
  name: textField(256),
  inventory_interval: z.int()
    .min(14_400, "Ensure this value is greater than or equal to 14400.")
    .max(604_800, "Ensure this value is less than or equal to 604800.").default(86_400).describe("Seconds."),
  collect_apps: collect.default(0),
  collect_certificates: collect.default(0),
  collect_profiles: collect.default(0),
  legacy_profiles_via_ddm: z.boolean().default(true).describe(
    "Whether devices that support declarative management get profiles by declaration rather than by command.",
  ),
  default_location: pkField.nullable().default(null).describe(
    "The location whose licences declarations of managed apps use (`com.apple.configuration.app.managed`).",
  ),
  filevault_config: pkField.nullable().default(null),
  recovery_password_config: pkField.nullable().default(null),
  software_update_enforcements: pkListField.default([]),
});

/** A blueprint as an operator sends it. */
export const blueprintInput = blueprintFields.transform((given) => ({
  name: given.name,
  inventoryInterval: given.inventory_interval,
  collectApps: given.collect_apps,
  collectCertificates: given.collect_certificates,
  collectProfiles: given.collect_profiles,
  legacyProfilesViaDdm: given.legacy_profiles_via_ddm,
  defaultLocationId: given.default_location,
  filevaultConfigId: given.filevault_config,
  recoveryPasswordConfigId: given.recovery_password_config,
  softwareUpdateEnforcements: given.software_update_enforcements,
}));
