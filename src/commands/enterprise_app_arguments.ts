/**
 * The arguments that the commands which install packages share. The server writes all but the version when the device
 * fetches the command.
 *
 * @module
 */

import { z } from "zod";
import { asDict, parsePlist, type PlistDict } from "../protocol/plist.ts";
import { bytes, flag, text } from "./arguments.ts";
import { contentRevision } from "./artifact_result.ts";

/** The arguments. */
export const packageArgs = z.object({
  artifact_version: text(),
  ...contentRevision,
  manifest_url: text().optional(),
  /** A property list. */
  configuration: bytes().optional(),
  ios_app: flag().optional(),
  managed: flag().optional(),
  remove_on_unenroll: flag().optional(),
});

/** The arguments, parsed. */
export type PackageArgs = z.output<typeof packageArgs>;

/** Returns the keys that the commands share. */
export function packageKeys({ manifest_url: url, configuration }: PackageArgs): PlistDict {
  return {
    ManifestURL: url ?? "",
    ...(configuration === undefined ? {} : { Configuration: asDict(parsePlist(Uint8Array.fromBase64(configuration))) }),
  };
}
