/**
 * The platform and the kind of chip of a hardware model.
 *
 * Promise: the result follows from the model's name alone; an unknown fact is null, never a guess.
 *
 * @module
 */

import { parseOsVersion } from "./os_version.ts";

export const PLATFORMS = ["iOS", "iPadOS", "macOS", "tvOS"] as const;
export type Platform = (typeof PLATFORMS)[number];

/**
 * Returns the platform of a device by the model that it reports (ProductName, else Model) and its system version. Null
 * without either, for the families that are not among the platforms (watch, headset), and for models that are not
 * known: those devices report their platform with their first status report.
 */
export function platformOfModel(model: string | undefined, osVersion: string | undefined): Platform | null {
  const name = model?.trim().toUpperCase() ?? "";
  if (name === "" || !osVersion || notOurs(name)) return null;
  if (name.includes("IPOD") || name.includes("IPHONE")) return "iOS";
  // iPads ran iOS until version 12.
  if (name.includes("IPAD")) return (parseOsVersion(osVersion).numbers[0] ?? 0) >= 13 ? "iPadOS" : "iOS";
  if (name.includes("TV")) return "tvOS";
  return isMac(name) ? "macOS" : null;
}

/** Returns the platform of a device by the PRODUCT of its MachineInfo; null if the name is unknown. */
export function platformOfProduct(product: string | undefined): Platform | null {
  const name = product?.trim().toUpperCase() ?? "";
  if (notOurs(name)) return null;
  if (isMac(name)) return "macOS";
  if (name.includes("IPHONE") || name.includes("IPOD")) return "iOS";
  if (name.includes("IPAD")) return "iPadOS";
  if (name.includes("TV")) return "tvOS";
  return null;
}

const isMac = (name: string): boolean => name.includes("MAC") || name.startsWith("XSERVE");

const notOurs = (name: string): boolean => name.startsWith("WATCH") || name.startsWith("REALITYDEVICE");

/** Models with the T2 chip: Apple's list at support.apple.com/103265. */
const T2 = new Set([
  "iMac20,1",
  "iMac20,2",
  "iMacPro1,1",
  "MacPro7,1",
  "Macmini8,1",
  "MacBookAir8,1",
  "MacBookAir8,2",
  "MacBookAir9,1",
  "MacBookPro15,1",
  "MacBookPro15,2",
  "MacBookPro15,3",
  "MacBookPro15,4",
  "MacBookPro16,1",
  "MacBookPro16,2",
  "MacBookPro16,3",
  "MacBookPro16,4",
]);

/** The first Apple silicon generation of each family; before it, the family has Intel processors. */
const FIRST_APPLE_SILICON: Readonly<Record<string, number>> = {
  Mac: 13,
  MacBook: Infinity,
  MacBookAir: 10,
  MacBookPro: 17,
  Macmini: 9,
  MacPro: Infinity,
  iMac: 21,
  iMacPro: Infinity,
  VirtualMac: 2,
};

/**
 * Returns the chip of a Mac by its model identifier ("MacBookPro18,3"): "appleSilicon", "t2" (Intel with a Secure
 * Enclave), "intel" (without one), or null if the text is not a Mac's identifier. A hint for the time before the device
 * reports it.
 */
export function macChip(model: string | undefined): "appleSilicon" | "t2" | "intel" | null {
  const parts = /^([A-Za-z]+)([0-9]{1,4}),[0-9]{1,4}$/.exec(model?.trim() ?? "");
  const family = parts?.[1] ?? "";
  const first = Object.hasOwn(FIRST_APPLE_SILICON, family) ? FIRST_APPLE_SILICON[family] : undefined;
  if (first === undefined) return null;
  if (Number(parts?.[2]) >= first) return "appleSilicon";
  return T2.has(model?.trim() ?? "") ? "t2" : "intel";
}
