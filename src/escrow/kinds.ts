/**
 * The kinds of escrowed secrets, as one table.
 *
 * @module
 */

import type { EscrowKind } from "../../db/devices/escrowed_secrets.ts";
import type { Permission } from "../access/actor.ts";

/** The events of a kind. Kinds without a first time of their own have the same event for both. */
export type EscrowEvents = { set: string; updated: string; cleared: string; viewed: string };

/** A kind of secret that people may see one by one. */
export type EscrowKindWords = {
  readonly events: EscrowEvents;
  /** What events of several kinds say of this one. */
  readonly payload: Readonly<Record<string, string>>;
  readonly permission: Permission;
  /** The last part of the address of its page. */
  readonly path: string;
  /** As a heading. */
  readonly title: string;
  /** In a sentence: "the PIN". */
  readonly noun: string;
};

/** The kinds that are set, cleared and seen. Tokens and envelopes that did not open are kept, but shown to nobody. */
export type LiveKind = Exclude<EscrowKind, "bootstrap_token" | "unlock_token" | "filevault_prk_unread">;

const recovery = (password: "recovery_lock" | "firmware_password") => ({
  events: {
    set: "recovery_password_set",
    updated: "recovery_password_updated",
    cleared: "recovery_password_cleared",
    viewed: "recovery_password_viewed",
  },
  payload: { password_type: password },
  permission: "mdm.view_recovery_password",
} as const);

/** Every kind. Adding one is adding a line here and to the check of its table. */
export const ESCROW_KINDS: Readonly<Record<LiveKind, EscrowKindWords>> = {
  filevault_prk: {
    events: {
      set: "filevault_prk_updated",
      updated: "filevault_prk_updated",
      cleared: "filevault_prk_cleared",
      viewed: "filevault_prk_viewed",
    },
    payload: {},
    permission: "mdm.view_filevault_prk",
    path: "filevault-prk",
    title: "FileVault recovery key",
    noun: "recovery key",
  },
  recovery_lock_password: {
    ...recovery("recovery_lock"),
    path: "recovery-lock-password",
    title: "Recovery Lock password",
    noun: "password",
  },
  firmware_password: {
    ...recovery("firmware_password"),
    path: "firmware-password",
    title: "Firmware password",
    noun: "password",
  },
  admin_password: {
    events: {
      set: "admin_password_updated",
      updated: "admin_password_updated",
      cleared: "admin_password_cleared",
      viewed: "admin_password_viewed",
    },
    payload: {},
    permission: "mdm.view_admin_password",
    path: "admin-password",
    title: "Administrator password",
    noun: "password",
  },
  device_lock_pin: {
    events: {
      set: "device_lock_pin_set",
      updated: "device_lock_pin_set",
      cleared: "device_lock_pin_cleared",
      viewed: "device_lock_pin_viewed",
    },
    payload: {},
    permission: "mdm.view_device_lock_pin",
    path: "lock-pin",
    title: "Lock PIN",
    noun: "PIN",
  },
  activation_lock_bypass_code: {
    events: {
      set: "activation_lock_bypass_code_set",
      updated: "activation_lock_bypass_code_updated",
      cleared: "activation_lock_bypass_code_cleared",
      viewed: "activation_lock_bypass_code_viewed",
    },
    payload: {},
    permission: "mdm.view_activation_lock_bypass",
    path: "activation-lock-bypass-code",
    title: "Activation Lock bypass code",
    noun: "bypass code",
  },
  activation_lock_organization_code: {
    events: {
      set: "activation_lock_organization_code_set",
      updated: "activation_lock_organization_code_updated",
      cleared: "activation_lock_organization_code_cleared",
      viewed: "activation_lock_organization_code_viewed",
    },
    payload: {},
    permission: "mdm.view_activation_lock_bypass",
    path: "activation-lock-organization-code",
    title: "Organization's Activation Lock bypass code",
    noun: "bypass code",
  },
};

/** The kinds, in the order of pages. */
export const LIVE_KINDS = Object.keys(ESCROW_KINDS) as LiveKind[];

/** Whether people may see secrets of this kind. */
export const isLiveKind = (kind: EscrowKind): kind is LiveKind => Object.hasOwn(ESCROW_KINDS, kind);
