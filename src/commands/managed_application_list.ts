/**
 * ManagedApplicationList: the progress of the apps that a device was sent.
 *
 * Promise: some states are said only once. A list is always applied, whoever asked for it.
 *
 * Source: Apple, "Managed Application List"
 * (developer.apple.com/documentation/devicemanagement/managed-application-list-command).
 *
 * @module
 */

import { z } from "zod";
import { foreignText } from "../foreign_text.ts";
import { compareOsVersions, isKnownOsVersion } from "../protocol/os_version.ts";
import { dict, get, isDict, type PlistDict, str } from "../protocol/plist.ts";
import { text } from "./arguments.ts";
import { type CommandDefinition, type CommandTarget, type Effect, type ManagedApp, redact } from "./command.ts";
import { channel, firstOf, userEnrollment } from "./validity.ts";

const NAME = "ManagedApplicationList";
/** Apps of one list that are read: a device has some hundreds. */
const MOST_APPS = 5000;

const args = z.object({ identifiers: z.array(text()).max(1000).optional() });
type Args = z.infer<typeof args>;

/** Macs list managed apps since macOS 11, on a user's channel since 11.3. */
function oldMac({ platform, osVersion, channel }: CommandTarget): string | null {
  const first = channel === "User" ? "11.3" : "11.0";
  return platform === "macOS" && isKnownOsVersion(osVersion) && compareOsVersions(osVersion, first) < 0
    ? `Cannot send ${NAME} to this Mac: it needs macOS ${first}`
    : null;
}

function externalVersion(item: PlistDict): string {
  const value = get(item, "ExternalVersionIdentifier");
  return typeof value === "number" || typeof value === "bigint" ? foreignText(String(value), 64) : "";
}

function managedApps(list: PlistDict): ManagedApp[] {
  return Object.entries(list).slice(0, MOST_APPS).flatMap(([identifier, item]): ManagedApp[] =>
    isDict(item)
      ? [{
        identifier,
        status: foreignText(str(item, "Status") ?? "Unknown", 64),
        externalVersion: externalVersion(item),
      }]
      : []
  );
}

const asked = ({ identifiers }: Args): string[] | null => identifiers?.length ? identifiers : null;

/** The effect of a question that was not answered. */
const refused = (args: Args): Effect[] => asked(args) === null ? [] : [{ kind: "appsRefused" }];

export const managedApplicationList: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: [],
  keepsResult: false,
  expiresAfter: 86_400,
  invalidFor: (target) =>
    firstOf(
      channel(NAME, target, ["macOS"]),
      userEnrollment(NAME, target, ["iOS", "iPadOS", "macOS"]),
      oldMac(target),
    ),
  build(args) {
    const identifiers = asked(args);
    return identifiers === null ? {} : { Identifiers: identifiers };
  },
  onAcknowledged(report, args) {
    const list = dict(report.body, NAME);
    if (list === undefined) {
      return [{ kind: "unreadable", reason: `The result has no "${NAME}"` }, ...refused(args)];
    }
    return [{ kind: "managedApps", apps: managedApps(list), identifiers: asked(args) }];
  },
  onError: (_report, args) => refused(args),
  fromApple: ({ Identifiers }) => ({ identifiers: z.array(z.string()).max(1000).catch([]).parse(Identifiers) }),
  describe: (args) => redact(args, ["identifiers"], []),
};
