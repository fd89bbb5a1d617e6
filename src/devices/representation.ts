/**
 * A device as the API shows it.
 *
 * @module
 */

import type { DeviceView } from "../../db/devices.ts";
import { naiveUtc } from "../naive_utc.ts";

const time = (date: Date | null) => (date === null ? null : naiveUtc(date));

/** The representation of a device. */
export function deviceRepresentation(device: DeviceView) {
  return {
    id: device.id,
    udid: device.udid,
    serial_number: device.serialNumber,
    name: device.name ?? "",
    model: device.model ?? "",
    platform: device.platform,
    os_version: `${device.osVersion ?? ""} ${device.osVersionExtra ?? ""}`.trim(),
    build_version: device.buildVersionExtra || device.buildVersion || "",
    apple_silicon: device.appleSilicon,
    cert_not_valid_after: time(device.certNotValidAfter),
    awaiting_configuration: device.awaitingConfiguration,
    declarative_management: device.declarativeManagement ?? false,
    dep_enrollment: device.depEnrollment,
    user_enrollment: device.userEnrollment,
    user_approved_enrollment: device.userApprovedEnrollment,
    supervised: device.supervised,
    bootstrap_token_escrowed: device.bootstrapTokenEscrowed ?? false,
    filevault_enabled: device.filevaultEnabled,
    activation_lock_manageable: device.activationLockManageable,
    last_ip: device.lastIp,
    last_seen_at: time(device.lastSeenAt),
    last_notified_at: time(device.lastNotifiedAt),
    checkout_at: time(device.checkoutAt),
    blocked_at: time(device.blockedAt),
    created_at: naiveUtc(device.createdAt),
    updated_at: naiveUtc(device.updatedAt),
  };
}
