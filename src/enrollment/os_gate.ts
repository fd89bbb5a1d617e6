/**
 * The versions of the operating system with which devices may enroll: a device with an older one is asked to update
 * first, during Setup Assistant. Pure.
 *
 * Source: Apple, "ErrorCodeSoftwareUpdateRequired"
 * (developer.apple.com/documentation/devicemanagement/errorcodesoftwareupdaterequired).
 *
 * @module
 */

import { compareOsVersions, isKnownOsVersion } from "../protocol/os_version.ts";
import type { MachineInfo } from "../protocol/machine_info.ts";

/** A release that Apple offers to the device. `supplemental` is the letter of a supplemental version, such as "(a)". */
export type OsRelease = { version: string; build: string; supplemental?: string };

/** The versions of an enrollment; "" for none. A supplemental version is newer than its base: "17.5.1 (a)" > "17.5.1". */
export type OsLimits = {
  iosMinVersion: string;
  iosMaxVersion: string;
  macosMinVersion: string;
  macosMaxVersion: string;
};

/** The version that a device has to update to. */
export type RequiredOs = { OSVersion: string; BuildVersion?: string };

/** The outcome: the device enrolls, with a note if a limit could not be applied, or updates first. */
export type OsGateOutcome = { kind: "enroll"; note?: string } | { kind: "update"; details: RequiredOs };

/** The facts of a device that the gate needs. */
export type OsGateFacts = Pick<MachineInfo, "product" | "osVersion" | "osVersionExtra" | "canRequestSoftwareUpdate">;

const versionOf = ({ version, supplemental = "" }: OsRelease) => `${version} ${supplemental}`.trim();

/** Returns the limits for a product; undefined for a product without limits, such as an Apple TV. */
function limitsOf(product: string, limits: OsLimits): { min: string; max: string } | undefined {
  const name = product.toUpperCase();
  if (name.includes("IPHONE") || name.includes("IPAD")) {
    return { min: limits.iosMinVersion, max: limits.iosMaxVersion };
  }
  if (name.includes("MAC")) return { min: limits.macosMinVersion, max: limits.macosMaxVersion };
  return undefined;
}

/** Returns the newest release that is not above `max`. */
function bestOf(releases: readonly OsRelease[], max: string): OsRelease | undefined {
  return releases
    .filter((release) => compareOsVersions(versionOf(release), max) <= 0)
    .reduce<OsRelease | undefined>(
      (best, release) =>
        best === undefined || compareOsVersions(versionOf(release), versionOf(best)) > 0 ? release : best,
      undefined,
    );
}

/**
 * Decides whether a device enrolls with the system that it has. `releases` are those that Apple offers for its model.
 *
 * With a maximum, the device updates to the newest release that is not above it. A device below the minimum updates to
 * the minimum, and also without known releases. Nothing can make a system older: a device above the maximum enrolls.
 */
export function osGate(facts: OsGateFacts, limits: OsLimits, releases: readonly OsRelease[]): OsGateOutcome {
  const product = facts.product ?? "";
  const found = limitsOf(product, limits);
  if (found === undefined || (found.min === "" && found.max === "")) return { kind: "enroll" };
  const { min, max } = found;
  const has = `${facts.osVersion ?? ""} ${facts.osVersionExtra ?? ""}`.trim();
  if (!facts.canRequestSoftwareUpdate) {
    return { kind: "enroll", note: "the device cannot be asked to update before it enrolls" };
  }
  if (!isKnownOsVersion(has)) return { kind: "enroll", note: "the device does not state its version" };
  if (max !== "") {
    if (compareOsVersions(has, max) > 0) {
      return { kind: "enroll", note: `the device has ${has}, which is above the maximum ${max}` };
    }
    const best = bestOf(releases, max);
    if (best !== undefined && compareOsVersions(versionOf(best), has) > 0) {
      return {
        kind: "update",
        details: { OSVersion: versionOf(best), ...(best.build === "" ? {} : { BuildVersion: best.build }) },
      };
    }
  }
  if (min === "" || compareOsVersions(has, min) >= 0) return { kind: "enroll" };
  if (max !== "" && compareOsVersions(min, max) > 0) {
    return { kind: "enroll", note: `the minimum ${min} is above the maximum ${max}` };
  }
  return { kind: "update", details: { OSVersion: min } };
}

/** Returns the body of the answer with which a device updates, for a status of 403. */
export const softwareUpdateRequired = (details: RequiredOs) => ({
  code: "com.apple.softwareupdate.required",
  details,
});
