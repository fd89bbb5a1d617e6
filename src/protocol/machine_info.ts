/**
 * MachineInfo: the facts that a device states when it fetches an enrollment profile, in Automated Device Enrollment,
 * account-driven enrollment and the phases of over-the-air enrollment. The caller has opened and verified its CMS.
 *
 * Promise: a fact the device did not send is absent; the update request flag is a boolean in every case.
 *
 * Source: Apple, "MachineInfo" (developer.apple.com/documentation/devicemanagement/machineinfo), and "Over-the-Air
 * Profile Delivery and Configuration" for CHALLENGE.
 *
 * @module
 */

import { ProtocolError } from "./errors.ts";
import { foreignText } from "../foreign_text.ts";
import { bool, data, get, isDict, kindOf, parsePlist, type PlistDict } from "./plist.ts";
import { type Platform, platformOfProduct } from "./platform.ts";
import { present } from "./present.ts";

export type MachineInfo = {
  /** Absent in user enrollment, like the serial number. */
  udid?: string;
  serialNumber?: string;
  /** The hardware model, such as "iPhone14,2". */
  product?: string;
  /** The build, such as "21A329": Apple's key for it is VERSION. */
  buildVersion?: string;
  buildVersionExtra?: string;
  osVersion?: string;
  osVersionExtra?: string;
  imei?: string;
  meid?: string;
  language?: string;
  deviceName?: string;
  softwareUpdateDeviceId?: string;
  pairingToken?: Uint8Array;
  /** The enrollment secret of an over-the-air enrollment. */
  challenge?: string;
  /** Whether the device can be asked to update before it enrolls (MDM_CAN_REQUEST_SOFTWARE_UPDATE). */
  canRequestSoftwareUpdate: boolean;
  platform: Platform | null;
};

/** Returns the MachineInfo in `bytes`, a property list. Throws `PlistError` or `ProtocolError`. */
export function parseMachineInfo(bytes: Uint8Array): MachineInfo {
  const body = parsePlist(bytes);
  if (!isDict(body)) {
    throw new ProtocolError(`Cannot read MachineInfo: it is ${kindOf(body)}, it should be a dictionary`);
  }
  const product = text(body, "PRODUCT");
  return present({
    udid: key(body, "UDID"),
    serialNumber: key(body, "SERIAL"),
    product,
    buildVersion: text(body, "VERSION"),
    buildVersionExtra: text(body, "SUPPLEMENTAL_BUILD_VERSION"),
    osVersion: text(body, "OS_VERSION"),
    osVersionExtra: text(body, "SUPPLEMENTAL_OS_VERSION_EXTRA"),
    imei: text(body, "IMEI"),
    meid: text(body, "MEID"),
    language: text(body, "LANGUAGE"),
    deviceName: text(body, "DEVICE_NAME"),
    softwareUpdateDeviceId: text(body, "SOFTWARE_UPDATE_DEVICE_ID"),
    pairingToken: data(body, "PAIRING_TOKEN"),
    challenge: key(body, "CHALLENGE"),
    canRequestSoftwareUpdate: bool(body, "MDM_CAN_REQUEST_SOFTWARE_UPDATE") ?? false,
    platform: platformOfProduct(product),
  });
}

/** Returns the hardware that a device enrollment needs to know. Throws `ProtocolError` with the key that is missing. */
export function hardwareOf(info: MachineInfo): { udid: string; serialNumber: string } {
  if (info.udid === undefined) throw new ProtocolError('Cannot read MachineInfo: "UDID" is missing');
  if (info.serialNumber === undefined) throw new ProtocolError('Cannot read MachineInfo: "SERIAL" is missing');
  return { udid: info.udid, serialNumber: info.serialNumber };
}

/** Returns a text, empty counting as absent. Another type is an error. */
function filled(body: PlistDict, key: string): string | undefined {
  const value = get(body, key);
  if (value === undefined || value === "") return undefined;
  if (typeof value !== "string") {
    throw new ProtocolError(`Cannot read MachineInfo: "${key}" is ${kindOf(value)}, it should be a string`);
  }
  return value;
}

/** Returns a text about the device, truncated if it is long. */
function text(body: PlistDict, key: string): string | undefined {
  const value = filled(body, key);
  return value === undefined ? undefined : foreignText(value);
}

/**
 * Returns a text that something is looked up by: one that is too long is refused, since a key that is cut is another
 * key.
 */
function key(body: PlistDict, name: string): string | undefined {
  const value = filled(body, name);
  if (value !== undefined && value.length > 255) {
    throw new ProtocolError(`Cannot read MachineInfo: "${name}" has ${value.length} characters, 255 are accepted`);
  }
  return value;
}
