/**
 * A device as the API shows it.
 *
 * @module
 */

import type { DeviceView } from "../../db/devices/device_views.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import { restorableUntil, stateOf } from "./state.ts";

const time = (date: Date | null) => (date === null ? null : naiveUtc(date));

/** Returns the representation of a device. */
export function deviceRepresentation(device: DeviceView, { clock, config }: Pick<Runtime, "clock" | "config">) {
  const { deletedAt } = device;
  return {
    id: device.id,
    state: stateOf(device, clock.now()),
    users: device.users.map((user) => ({
      id: user.id,
      user_id: user.userKey,
      enrollment_id: null,
      long_name: user.longName,
      short_name: user.shortName,
      declarative_management: user.declarativeManagement,
      last_ip: user.lastIp,
      last_seen_at: user.lastSeenAt === null ? null : naiveUtc(new Date(user.lastSeenAt)),
      created_at: naiveUtc(new Date(user.createdAt)),
      updated_at: naiveUtc(new Date(user.updatedAt)),
    })),
    realm_user: null,
    hardware_proven: device.hardwareProven,
    udid: device.udid,
    serial_number: device.serialNumber,
    name: device.name ?? "",
    model: device.model ?? "",
    platform: device.platform,
    os_version: `${device.osVersion ?? ""} ${device.osVersionExtra ?? ""}`.trim(),
    build_version: device.buildVersionExtra || device.buildVersion || "",
    apple_silicon: device.appleSilicon,
    cert_not_valid_after: time(device.certNotValidAfter),
    cert_att_serial_number: null,
    cert_att_udid: null,
    blueprint: device.blueprintId,
    awaiting_configuration: device.awaitingConfiguration,
    setup_assistant: device.awaitingSince === null ? null : {
      awaiting_since: naiveUtc(device.awaitingSince),
      release_due_at: time(device.releaseDueAt),
      released_at: time(device.releasedAt),
      released_because: device.releasedBecause,
    },
    declarative_management: device.declarativeManagement ?? false,
    dep_enrollment: device.depEnrollment,
    user_enrollment: device.userEnrollment,
    user_approved_enrollment: device.userApprovedEnrollment,
    supervised: device.supervised,
    bootstrap_token_escrowed: device.bootstrapTokenEscrowed ?? false,
    filevault_enabled: device.filevaultEnabled,
    filevault_prk_escrowed: device.escrowed.includes("filevault_prk"),
    recovery_password_escrowed: device.escrowed.includes("recovery_lock_password") ||
      device.escrowed.includes("firmware_password"),
    admin_guid: device.adminGuid,
    admin_shortname: device.adminShortname,
    activation_lock_bypass_code_escrowed: device.escrowed.includes("activation_lock_bypass_code"),
    admin_password_escrowed: device.escrowed.includes("admin_password"),
    device_lock_pin_escrowed: device.escrowed.includes("device_lock_pin"),
    activation_lock_manageable: device.activationLockManageable,
    last_ip: device.lastIp,
    last_seen_at: time(device.lastSeenAt),
    last_notified_at: time(device.lastNotifiedAt),
    // A deleted device did not check out.
    checkout_at: device.suspended === true ? null : time(device.checkoutAt),
    blocked_at: time(device.blockedAt),
    deleted_at: time(deletedAt),
    deleted_by: deletedAt === null ? null : device.deletedBy,
    restorable_until: deletedAt === null || device.purgeBeganAt !== null
      ? null
      : naiveUtc(restorableUntil(deletedAt, config)),
    created_at: naiveUtc(device.createdAt),
    updated_at: naiveUtc(device.updatedAt),
  };
}
