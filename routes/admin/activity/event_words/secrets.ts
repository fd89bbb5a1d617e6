/**
 * Events of escrowed secrets and of Activation Locks.
 *
 * @module
 */

import type { EventFacts } from "../event_facts.ts";
import { type EventFamily, lower } from "./words.ts";

const recoveryWords = (facts: EventFacts): string =>
  facts.at("password_type") === "firmware_password" ? "firmware password" : "Recovery Lock password";

/** By type. */
export const SECRETS_EVENTS: EventFamily = {
  device_lock_pin_set: {
    label: "Lock PINs set",
    say: (facts) => ["The lock PIN of ", lower(facts.device), " was set"],
  },
  device_lock_pin_cleared: {
    label: "Lock PINs cleared",
    say: (facts) => ["The lock PIN of ", lower(facts.device), " was cleared"],
  },
  device_lock_pin_viewed: {
    label: "Lock PINs viewed",
    say: (facts) => [facts.actor, " viewed the lock PIN of ", lower(facts.device)],
  },
  device_location_viewed: {
    label: "Locations viewed",
    say: (facts) => [facts.actor, " viewed the location of ", lower(facts.device)],
  },
  command_secrets_viewed: {
    label: "Secrets in answers viewed",
    say: (facts) => [
      facts.actor,
      ` viewed the secrets in the answer to ${facts.at("command", "request_type")} of `,
      lower(facts.device),
    ],
  },
  admin_password_updated: {
    label: "Administrator passwords set",
    say: (facts) => ["The password of the managed administrator of ", lower(facts.device), " was set"],
  },
  admin_password_cleared: {
    label: "Administrator passwords cleared",
    say: (facts) => ["The managed administrator of ", lower(facts.device), " no longer exists"],
  },
  admin_password_viewed: {
    label: "Administrator passwords viewed",
    say: (facts) => [facts.actor, " viewed the password of the managed administrator of ", lower(facts.device)],
  },
  filevault_prk_updated: {
    label: "FileVault PRK escrowed",
    say: (facts) => ["The FileVault recovery key of ", lower(facts.device), " was escrowed"],
  },
  filevault_prk_cleared: {
    label: "FileVault PRK cleared",
    say: (facts) => ["The FileVault recovery key of ", lower(facts.device), " is no longer in use"],
  },
  filevault_prk_unreadable: {
    label: "FileVault PRK unreadable",
    say: (facts) => ["The FileVault recovery key of ", lower(facts.device), ` does not open: ${facts.at("reason")}`],
  },
  filevault_prk_viewed: {
    label: "FileVault PRK viewed",
    say: (facts) => [facts.actor, " viewed the FileVault recovery key of ", lower(facts.device)],
  },
  recovery_password_set: {
    label: "Recovery passwords set",
    say: (facts) => [`The ${recoveryWords(facts)} of `, lower(facts.device), " was set"],
  },
  recovery_password_updated: {
    label: "Recovery passwords updated",
    say: (facts) => [`The ${recoveryWords(facts)} of `, lower(facts.device), " was updated"],
  },
  recovery_password_cleared: {
    label: "Recovery passwords cleared",
    say: (facts) => [`The ${recoveryWords(facts)} of `, lower(facts.device), " was cleared"],
  },
  recovery_password_viewed: {
    label: "Recovery passwords viewed",
    say: (facts) => [facts.actor, ` viewed the ${recoveryWords(facts)} of `, lower(facts.device)],
  },
  activation_lock_bypass_code_set: {
    label: "Activation Lock bypass codes escrowed",
    say: (facts) => ["The Activation Lock bypass code of ", lower(facts.device), " was escrowed"],
  },
  activation_lock_bypass_code_updated: {
    label: "Activation Lock bypass codes updated",
    say: (facts) => ["The Activation Lock bypass code of ", lower(facts.device), " was updated"],
  },
  activation_lock_bypass_code_cleared: {
    label: "Activation Lock bypass codes cleared",
    say: (facts) => ["The Activation Lock bypass code of ", lower(facts.device), " is no longer in use"],
  },
  activation_lock_bypass_code_viewed: {
    label: "Activation Lock bypass codes viewed",
    say: (facts) => [facts.actor, " viewed the Activation Lock bypass code of ", lower(facts.device)],
  },
  activation_lock_organization_code_set: {
    label: "Organization's bypass codes escrowed",
    say: (facts) => ["The organization's Activation Lock bypass code of ", lower(facts.device), " was escrowed"],
  },
  activation_lock_organization_code_updated: {
    label: "Organization's bypass codes updated",
    say: (facts) => ["The organization's Activation Lock bypass code of ", lower(facts.device), " was updated"],
  },
  activation_lock_organization_code_cleared: {
    label: "Organization's bypass codes cleared",
    say: (facts) => ["The organization's Activation Lock bypass code of ", lower(facts.device), " is no longer in use"],
  },
  activation_lock_organization_code_viewed: {
    label: "Organization's bypass codes viewed",
    say: (facts) => [facts.actor, " viewed the organization's Activation Lock bypass code of ", lower(facts.device)],
  },
  activation_lock_removed: {
    label: "Activation Locks removed",
    say: (facts) => [facts.actor, " had Apple remove the Activation Lock of ", lower(facts.device)],
  },
  mdm_settings_secrets_viewed: {
    label: "Secrets of settings viewed",
    say: (facts) => [
      facts.actor,
      facts.at("scep_issuer", "name") === ""
        ? ` viewed the static password of ${facts.at("recovery_password_config", "name")}`
        : ` viewed the secrets of the SCEP issuer ${facts.at("scep_issuer", "name")}`,
    ],
  },
};
