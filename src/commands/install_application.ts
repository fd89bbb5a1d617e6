/**
 * InstallApplication for an app of the App Store, with a licence of Apps & Books.
 *
 * Promise: an acknowledgement only means that the device has taken note. Keys that the system of the device does not know
 * are left out.
 *
 * Source: Apple, "Install Application"
 * (developer.apple.com/documentation/devicemanagement/install-application-command).
 *
 * @module
 */

import { z } from "zod";
import { compareOsVersions, isKnownOsVersion } from "../protocol/os_version.ts";
import { asDict, parsePlist, type PlistDict, str } from "../protocol/plist.ts";
import type { Report } from "../protocol/report.ts";
import { bytes, flag, text } from "./arguments.ts";
import { contentRevision } from "./artifact_result.ts";
import { type CommandDefinition, type CommandTarget, type Effect, redact } from "./command.ts";
import { channel, firstOf, knownPlatform, userEnrollment } from "./validity.ts";

const NAME = "InstallApplication";

// The server writes all but the first three when the device fetches the command.
const args = z.object({
  artifact_version: text(),
  ...contentRevision,
  /** The version in the App Store that this is for, as Apple's external version identifier. */
  store_version: text().optional(),
  adam_id: text().optional(),
  /** A property list. */
  configuration: bytes().optional(),
  associated_domains: z.array(text()).optional(),
  associated_domains_enable_direct_downloads: flag().optional(),
  removable: flag().optional(),
  vpn_uuid: text().nullable().optional(),
  content_filter_uuid: text().nullable().optional(),
  dns_proxy_uuid: text().nullable().optional(),
  remove_on_unenroll: flag().optional(),
  prevent_backup: flag().optional(),
});
type Args = z.output<typeof args>;

/** Whether a system is this version or a later one; unknown versions are taken for current ones. */
const since = ({ osVersion }: CommandTarget, version: string): boolean =>
  !isKnownOsVersion(osVersion) || compareOsVersions(osVersion, version) >= 0;

/** Whether apps are managed on the target. */
const manages = (target: CommandTarget): boolean =>
  target.platform !== "macOS" || (target.userEnrollment !== true && since(target, "11.0"));

function attributes(args: Args, target: CommandTarget): PlistDict {
  const { platform } = target;
  if (platform === "macOS" || !since(target, "14.0")) return {};
  const removable = { Removable: args.removable === true };
  if (platform === "tvOS") return removable;
  const { associated_domains: domains = [], vpn_uuid: vpn, content_filter_uuid: filter, dns_proxy_uuid: dns } = args;
  return {
    ...removable,
    ...(domains.length === 0 ? {} : { AssociatedDomains: domains }),
    ...(args.associated_domains_enable_direct_downloads === true
      ? { AssociatedDomainsEnableDirectDownloads: true }
      : {}),
    ...(typeof vpn === "string" ? { VPNUUID: vpn } : {}),
    ...(typeof filter === "string" && since(target, "16.0") ? { ContentFilterUUID: filter } : {}),
    ...(typeof dns === "string" && since(target, "16.0") ? { DNSProxyUUID: dns } : {}),
  };
}

function build(args: Args, target: CommandTarget): PlistDict {
  const flags = (args.remove_on_unenroll === true ? 1 : 0) + (args.prevent_backup === true ? 4 : 0);
  const own = attributes(args, target);
  const { configuration } = args;
  return {
    iTunesStoreID: Number(args.adam_id ?? 0),
    // A licence of Apps & Books: nobody has to sign in at the App Store.
    Options: { PurchaseMethod: 1 },
    ...(manages(target) && flags !== 0 ? { ManagementFlags: flags } : {}),
    ...(manages(target) && target.platform === "macOS" ? { InstallAsManaged: true } : {}),
    // A person who has installed the app is asked whether it may be managed.
    ...(manages(target) && target.userEnrollment === false ? { ChangeManagementState: "Managed" } : {}),
    ...(configuration === undefined || !manages(target)
      ? {}
      : { Configuration: asDict(parsePlist(Uint8Array.fromBase64(configuration))) }),
    ...(Object.keys(own).length === 0 ? {} : { Attributes: own }),
  };
}

/** What the device said with its answer: its state, or why it does not install the app. */
const said = (report: Report) => ({
  state: str(report.body, "State") ?? null,
  rejection: str(report.body, "RejectionReason") ?? null,
});

const answered = (report: Report, args: Args): Effect[] => [{
  kind: "storeApp",
  artifactVersion: args.artifact_version,
  contentRevision: args.content_revision ?? 0,
  attempt: report.commandUuid ?? "",
  storeVersion: args.store_version ?? "",
  refused: report.status !== "Acknowledged",
  errors: report.errorChain ?? [],
  ...said(report),
}];

export const installApplication: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: ["configuration"],
  keepsResult: false,
  expiresAfter: null,
  invalidFor: (target) =>
    firstOf(
      channel(NAME, target, ["macOS"]),
      knownPlatform(NAME, target),
      userEnrollment(NAME, target, ["iOS", "iPadOS", "macOS"]),
    ),
  build: (args, { target }) => build(args, target),
  onAcknowledged: answered,
  onError: answered,
  describe: (args) => redact(args, ["artifact_version", "content_revision", "store_version"], ["configuration"]),
};
