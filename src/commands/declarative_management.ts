/**
 * DeclarativeManagement: enables declarative management, and notifies the device that its declarations have changed.
 *
 * Source: Apple, "Declarative Management"
 * (developer.apple.com/documentation/devicemanagement/declarative-management-command).
 *
 * @module
 */

import { z } from "zod";
import { compareOsVersions } from "../protocol/os_version.ts";
import { text } from "./arguments.ts";
import { type CommandDefinition, type CommandTarget, redact } from "./command.ts";
import { firstOf, knownPlatform } from "./validity.ts";

const NAME = "DeclarativeManagement";
const args = z.object({ token: text(), timestamp: text() });
type Args = z.infer<typeof args>;

/** The first version of each system with declarative management by a server. */
const SINCE = { iOS: "16", iPadOS: "16", macOS: "13", tvOS: "16" } as const;
/** A version that supports it on every system: a device of an unknown model reports its platform this way. */
const SINCE_EVERYWHERE = "16";

function oldSystem({ platform, osVersion, userEnrollment }: CommandTarget): string | null {
  const since = platform === null
    ? SINCE_EVERYWHERE
    : userEnrollment === true && (platform === "iOS" || platform === "iPadOS")
    ? "15"
    : SINCE[platform];
  return compareOsVersions(osVersion, since) >= 0
    ? null
    : `declarative management requires ${platform ?? "version"} ${since} or later, the device has ${
      osVersion || "an unknown version"
    }`;
}

function settingUp({ awaitingConfiguration }: CommandTarget): string | null {
  return awaitingConfiguration === true ? "declarative management is activated after Setup Assistant" : null;
}

/** Returns the sync tokens, in the form for the command and the `tokens` endpoint. */
export const syncTokens = ({ token, timestamp }: Args) => ({
  SyncTokens: { Timestamp: timestamp, DeclarationsToken: token },
});

export const declarativeManagement: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: [],
  keepsResult: false,
  expiresAfter: 86_400,
  invalidFor: (target) =>
    firstOf(target.model === "" ? knownPlatform(NAME, target) : null, oldSystem(target), settingUp(target)),
  build: (args) => ({ Data: new TextEncoder().encode(JSON.stringify(syncTokens(args))) }),
  onAcknowledged: (_report, args) => [{ kind: "declarationsTold", token: args.token }],
  onError: (_report, args) => [{ kind: "declarationsRefused", token: args.token }],
  describe: (args) => redact(args, ["token", "timestamp"], []),
};
