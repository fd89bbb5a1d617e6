/**
 * The queries of DeviceInformation, and those that a device supports by Apple's schema.
 *
 * Promise: `queriesFor` never returns a query that the device is known not to support; unknown facts of the device do
 * not narrow the list.
 *
 * Source: Apple's published schema of the command (mdm/commands/information.device.yaml).
 *
 * @module
 */

import { compareOsVersions, isKnownOsVersion } from "../protocol/os_version.ts";
import type { CommandTarget } from "./command.ts";

/** The first version of each system that answers; "0" is every version, a missing system never answers. */
type Query = {
  key: string;
  iOS?: string;
  macOS?: string;
  tvOS?: string;
  /** User enrollments are refused the answer. */
  notUserEnrollment?: true;
  /** Only such devices answer; a Shared iPad is always supervised. */
  only?: "supervised" | "sharedIPad";
  /** Only the device channel answers on a Mac. */
  deviceChannelOnMac?: true;
};

const QUERIES: readonly Query[] = [
  { key: "AccessibilitySettings", iOS: "16.0", notUserEnrollment: true, only: "supervised" },
  { key: "ActiveManagedUsers", macOS: "10.11", deviceChannelOnMac: true },
  { key: "AppAnalyticsEnabled", iOS: "9.3" },
  { key: "AutoSetupAdminAccounts", macOS: "10.11", notUserEnrollment: true },
  { key: "AvailableDeviceCapacity", iOS: "0", macOS: "0" },
  { key: "AwaitingConfiguration", iOS: "9.0", macOS: "10.11", tvOS: "10.2", notUserEnrollment: true },
  { key: "BatteryLevel", iOS: "5.0", macOS: "13.3" },
  { key: "BluetoothMAC", iOS: "0", macOS: "0", tvOS: "0", notUserEnrollment: true },
  { key: "BuildVersion", iOS: "0", macOS: "0", tvOS: "0" },
  { key: "CellularTechnology", iOS: "4.2.6" },
  { key: "DataRoamingEnabled", iOS: "5.0", notUserEnrollment: true },
  { key: "DeviceCapacity", iOS: "0", macOS: "0" },
  { key: "DeviceID", tvOS: "9.0" },
  { key: "DeviceName", iOS: "0", macOS: "0", tvOS: "0" },
  { key: "DevicePropertiesAttestation", iOS: "16.0", macOS: "14.0", tvOS: "16.0" },
  { key: "DiagnosticSubmissionEnabled", iOS: "9.3" },
  { key: "EASDeviceIdentifier", iOS: "7.0" },
  { key: "EstimatedResidentUsers", iOS: "14.0", notUserEnrollment: true, only: "sharedIPad" },
  { key: "EthernetMAC", macOS: "0", notUserEnrollment: true },
  { key: "HostName", macOS: "10.11" },
  { key: "IsActivationLockSupported", macOS: "10.15", notUserEnrollment: true },
  { key: "IsAppleSilicon", macOS: "12.0" },
  { key: "IsCloudBackupEnabled", iOS: "7.1", notUserEnrollment: true },
  { key: "IsDeviceLocatorServiceEnabled", iOS: "7.0" },
  { key: "IsDoNotDisturbInEffect", iOS: "7.0", notUserEnrollment: true },
  { key: "IsMDMLostModeEnabled", iOS: "9.3", notUserEnrollment: true },
  { key: "IsMultiUser", iOS: "9.3" },
  { key: "IsNetworkTethered", iOS: "10.3" },
  { key: "IsRoaming", iOS: "4.2", notUserEnrollment: true },
  { key: "IsSupervised", iOS: "6.0", macOS: "10.15", tvOS: "9.0" },
  { key: "iTunesStoreAccountHash", iOS: "8.0", macOS: "10.10", tvOS: "9.0", notUserEnrollment: true },
  { key: "iTunesStoreAccountIsActive", iOS: "7.0", macOS: "10.9", tvOS: "9.0", notUserEnrollment: true },
  { key: "LastCloudBackupDate", iOS: "8.0", notUserEnrollment: true },
  { key: "LocalHostName", macOS: "10.11" },
  { key: "ManagedAppleIDDefaultDomains", iOS: "16.0", notUserEnrollment: true, only: "sharedIPad" },
  { key: "MDMOptions", iOS: "7.0", macOS: "11.0", tvOS: "9.0" },
  { key: "Model", iOS: "0", macOS: "0", tvOS: "0" },
  { key: "ModelName", iOS: "0", macOS: "0", tvOS: "0" },
  { key: "ModemFirmwareVersion", iOS: "0", notUserEnrollment: true },
  { key: "OnlineAuthenticationGracePeriod", iOS: "16.0", notUserEnrollment: true, only: "sharedIPad" },
  { key: "OrganizationInfo", iOS: "7.0", macOS: "10.11", tvOS: "9.0" },
  { key: "OSUpdateSettings", macOS: "10.11", notUserEnrollment: true },
  { key: "OSVersion", iOS: "0", macOS: "0", tvOS: "0" },
  { key: "PersonalHotspotEnabled", iOS: "7.0", notUserEnrollment: true },
  { key: "PINRequiredForDeviceLock", macOS: "11.0", notUserEnrollment: true },
  { key: "PINRequiredForEraseDevice", macOS: "11.0", notUserEnrollment: true },
  { key: "ProductName", iOS: "0", macOS: "0", tvOS: "0" },
  { key: "ProvisioningUDID", macOS: "11.3", notUserEnrollment: true },
  { key: "QuotaSize", iOS: "13.4", notUserEnrollment: true, only: "sharedIPad" },
  { key: "ResidentUsers", iOS: "13.4", notUserEnrollment: true, only: "sharedIPad" },
  { key: "SerialNumber", iOS: "0", macOS: "0", tvOS: "0", notUserEnrollment: true },
  { key: "ServiceSubscriptions", iOS: "12.0", notUserEnrollment: true },
  { key: "SkipLanguageAndLocaleSetupForNewUsers", iOS: "16.2", notUserEnrollment: true, only: "sharedIPad" },
  { key: "SoftwareUpdateDeviceID", iOS: "15.0", macOS: "12.0", notUserEnrollment: true },
  { key: "SoftwareUpdateSettings", iOS: "14.5", notUserEnrollment: true },
  { key: "SupplementalBuildVersion", iOS: "16.1", macOS: "13.0", tvOS: "16.1" },
  { key: "SupplementalOSVersionExtra", iOS: "16.1", macOS: "13.0", tvOS: "16.1" },
  { key: "SupportsiOSAppInstalls", macOS: "11.0" },
  { key: "SupportsLOMDevice", macOS: "11.0" },
  { key: "SystemIntegrityProtectionEnabled", macOS: "10.12" },
  { key: "TemporarySessionOnly", iOS: "14.5", notUserEnrollment: true, only: "sharedIPad" },
  { key: "TemporarySessionTimeout", iOS: "14.5", notUserEnrollment: true, only: "sharedIPad" },
  { key: "TimeZone", iOS: "14.0", tvOS: "14.0" },
  { key: "UDID", iOS: "0", macOS: "0", tvOS: "0", notUserEnrollment: true },
  { key: "UserSessionTimeout", iOS: "14.5", notUserEnrollment: true, only: "sharedIPad" },
  { key: "WiFiMAC", iOS: "0", macOS: "0", tvOS: "0", notUserEnrollment: true },
];

/** Returns the keys to ask `target` for, in alphabetical order. */
export function queriesFor(target: CommandTarget): string[] {
  return QUERIES.filter((query) => answers(query, target)).map((query) => query.key);
}

function answers(query: Query, target: CommandTarget): boolean {
  if (query.notUserEnrollment && target.userEnrollment === true) return false;
  if (query.only !== undefined && target.supervised === false) return false;
  const platform = target.platform;
  if (platform === null) return true;
  if (query.only === "sharedIPad" && platform !== "iPadOS") return false;
  if (query.deviceChannelOnMac && platform === "macOS" && target.channel === "User") return false;
  const since = query[platform === "iPadOS" ? "iOS" : platform];
  if (since === undefined) return false;
  return !isKnownOsVersion(target.osVersion) || compareOsVersions(target.osVersion, since) >= 0;
}
