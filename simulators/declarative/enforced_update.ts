/**
 * The update that the configurations in force ask a device for.
 *
 * @module
 */

import { own } from "../../src/apple_schema/keys.ts";
import { compareOsVersions } from "../../src/protocol/os_version.ts";
import type { Model } from "../device/models.ts";
import type { HeldDeclaration } from "./declarative_device.ts";

const ENFORCEMENT = "com.apple.configuration.softwareupdate.enforcement.specific";

/** An update that is enforced; `at` is in the device's own time, such as "2026-06-08T09:30:00". */
export type EnforcedUpdate = { version: string; build: string; at: string; declaration: string };

/** Returns the newest update that is asked for and that the device does not have. */
export function enforcedUpdate(
  { osVersion, build, buildExtra }: Pick<Model, "osVersion" | "build" | "buildExtra">,
  active: readonly HeldDeclaration[],
): EnforcedUpdate | undefined {
  const wanted = active.filter(({ type }) => type === ENFORCEMENT).flatMap(({ identifier, payload }) => {
    const text = (key: string) => {
      const value = own(payload, key);
      return typeof value === "string" ? value : "";
    };
    const [version, wantedBuild] = [text("TargetOSVersion"), text("TargetBuildVersion")];
    const newer = compareOsVersions(version, osVersion);
    const improvement = newer === 0 && wantedBuild !== "" && wantedBuild !== build && wantedBuild !== buildExtra &&
      /[a-z]$/.test(wantedBuild);
    if (newer <= 0 && !improvement) return [];
    return [{ version, build: wantedBuild, at: text("TargetLocalDateTime"), declaration: identifier }];
  });
  return wanted.sort((one, other) => compareOsVersions(other.version, one.version))[0];
}
