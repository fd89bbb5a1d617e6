/**
 * InstalledApplicationList: the apps on a device.
 *
 * Promise: installed apps and apps in progress are distinguished, and an app listed twice is one app.
 *
 * Source: Apple, "Installed Application List"
 * (developer.apple.com/documentation/devicemanagement/installed-application-list-command).
 *
 * @module
 */

import { z } from "zod";
import { foreignText } from "../foreign_text.ts";
import { compareOsVersions, isKnownOsVersion } from "../protocol/os_version.ts";
import { array, bool, dicts, get, int, type PlistDict, str, text as textOf } from "../protocol/plist.ts";
import { flag, text } from "./arguments.ts";
import {
  type CommandDefinition,
  type CommandTarget,
  type Effect,
  type InstalledApp,
  type PendingApp,
  redact,
} from "./command.ts";
import { channel, firstOf, userEnrollment } from "./validity.ts";

const NAME = "InstalledApplicationList";

/**
 * Bytes of each of the four texts that name an app: together they are a key of the database, which has a limit of
 * 2,700.
 */
const KEY_BYTES = 640;

/** Without this list a phone computes everything, at the cost of its battery. */
const ITEMS = [
  "AdHocCodeSigned",
  "AppStoreVendable",
  "BetaApp",
  "BundleSize",
  "DeviceBasedVPP",
  "DynamicSize",
  "ExternalVersionIdentifier",
  "HasUpdateAvailable",
  "Identifier",
  "Installing",
  "IsAppClip",
  "IsValidated",
  "Name",
  "ShortVersion",
  "Version",
];

const FLAGS = [
  "AdHocCodeSigned",
  "AppStoreVendable",
  "BetaApp",
  "DeviceBasedVPP",
  "HasUpdateAvailable",
  "IsAppClip",
  "IsValidated",
];

/** Apple's keys for an app that is not there (yet), the telling ones first. */
const STATES: readonly [string, PendingApp["state"]][] = [
  ["DownloadFailed", "failed"],
  ["DownloadCancelled", "cancelled"],
  ["DownloadPaused", "paused"],
  ["DownloadWaiting", "waiting"],
  ["Installing", "installing"],
];

const args = z.object({ managed_only: flag().optional(), identifiers: z.array(text()).max(1000).optional() });
type Args = z.infer<typeof args>;

export const installedApplicationList: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: [],
  keepsResult: false,
  expiresAfter: 86_400,
  invalidFor: (target) => firstOf(channel(NAME, target, ["macOS"]), userEnrollment(NAME, target, ["iOS", "iPadOS"])),
  build(args, { target }) {
    const identifiers = asked(args);
    return {
      ManagedAppsOnly: managedOnly(args, target),
      ...(hasItems(target) ? { Items: [...ITEMS] } : {}),
      ...(identifiers === null ? {} : { Identifiers: identifiers }),
    };
  },
  onAcknowledged(report, args, target) {
    if (array(report.body, NAME) === undefined) {
      return [{ kind: "unreadable", reason: `The result has no "${NAME}"` }, ...refused(args)];
    }
    const { apps, pending } = appLists(report.body);
    return [{ kind: "apps", apps, pending, managedOnly: managedOnly(args, target), identifiers: asked(args) }];
  },
  onError: (_report, args) => refused(args),
  fromApple({ ManagedAppsOnly: managed, Identifiers, Items }, { channel }) {
    // Without some of the items a list says less than the inventory does.
    if (channel === "User" || (Array.isArray(Items) && !ITEMS.every((item) => Items.includes(item)))) return null;
    return { managed_only: managed === true, identifiers: z.array(z.string()).max(1000).catch([]).parse(Identifiers) };
  },
  describe: (args) => redact(args, ["managed_only", "identifiers"], []),
};

/** The effect of a question for some apps that was not answered. */
const refused = (args: Args): Effect[] => asked(args) === null ? [] : [{ kind: "appsRefused" }];

/** A user enrollment reports only its managed apps. */
const managedOnly = (args: Args, target: CommandTarget): boolean =>
  args.managed_only === true || target.userEnrollment === true;

const asked = (args: Args): string[] | null => args.identifiers?.length ? args.identifiers : null;

/** Macs do not know Items; the others do since version 14. */
function hasItems(target: CommandTarget): boolean {
  if (target.platform === null || target.platform === "macOS") return false;
  return !isKnownOsVersion(target.osVersion) || compareOsVersions(target.osVersion, "14.0") >= 0;
}

function appLists(body: PlistDict): { apps: InstalledApp[]; pending: PendingApp[] } {
  const apps = new Map<string, InstalledApp>();
  const pending: PendingApp[] = [];
  for (const item of dicts(body, NAME)) {
    const identity = {
      identifier: keyText(item, "Identifier") || null,
      version: keyText(item, "Version"),
      shortVersion: keyText(item, "ShortVersion"),
    };
    const state = STATES.find(([key]) => bool(item, key) === true)?.[1];
    if (state !== undefined) {
      pending.push({ ...identity, state });
      continue;
    }
    const name = keyText(item, "Name");
    const key = JSON.stringify([identity.identifier, name, identity.version, identity.shortVersion]);
    if (apps.has(key)) continue;
    apps.set(key, {
      ...identity,
      name,
      bundleSize: int(item, "BundleSize") ?? null,
      dynamicSize: int(item, "DynamicSize") ?? null,
      externalVersionIdentifier: externalVersion(item),
      flags: flags(item),
      source: textOf(item, "Source") ?? null,
    });
  }
  return { apps: [...apps.values()], pending };
}

function keyText(item: PlistDict, key: string): string | null {
  const value = str(item, key);
  return value === undefined ? null : foreignText(value, KEY_BYTES);
}

/** An identifier that only looks like a number. */
function externalVersion(item: PlistDict): string | null {
  const value = get(item, "ExternalVersionIdentifier");
  return typeof value === "number" || typeof value === "bigint" || typeof value === "string"
    ? foreignText(String(value))
    : null;
}

function flags(item: PlistDict): Record<string, boolean> {
  const result: Record<string, boolean> = {};
  for (const key of FLAGS) {
    const value = bool(item, key);
    if (value !== undefined) result[key] = value;
  }
  return result;
}
