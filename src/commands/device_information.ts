/**
 * DeviceInformation: the facts of a device.
 *
 * Promise: only queries that the device supports are sent, and only its answers become facts.
 *
 * Source: Apple, "Device Information" (developer.apple.com/documentation/devicemanagement/device-information-command).
 *
 * @module
 */

import { z } from "zod";
import { platformOfModel } from "../protocol/platform.ts";
import { array, bool, dict, dicts, type PlistDict, text as textOf } from "../protocol/plist.ts";
import { toForeignJson } from "../protocol/plist_json.ts";
import { present } from "../protocol/present.ts";
import { text } from "./arguments.ts";
import { type CommandDefinition, type DeviceFacts, redact } from "./command.ts";
import { queriesFor } from "./device_information_queries.ts";
import { channel, firstOf, userEnrollment } from "./validity.ts";

const NAME = "DeviceInformation";

const args = z.object({ queries: z.array(text()).optional() });

export const deviceInformation: CommandDefinition<z.infer<typeof args>> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: [],
  keepsResult: false,
  expiresAfter: 86_400,
  invalidFor: (target) =>
    firstOf(
      channel(NAME, target, ["macOS", "iPadOS"]),
      userEnrollment(NAME, target, ["iOS", "iPadOS", "macOS"]),
    ),
  build: ({ queries }, { target }) => ({ Queries: queries ?? queriesFor(target) }),
  onAcknowledged(report, { queries }, target) {
    // The user channel repeats the device's facts, and its AwaitingConfiguration is the user's.
    if (target.channel === "User") return [];
    const answers = dict(report.body, "QueryResponses");
    if (answers === undefined) return [{ kind: "unreadable", reason: 'The result has no "QueryResponses"' }];
    const partial = queries !== undefined;
    return [{ kind: "deviceInformation", values: deviceFacts(answers), raw: toForeignJson(answers), partial }];
  },
  fromApple: ({ Queries: queries }) => ({ queries: z.array(z.string()).catch([]).parse(queries) }),
  describe: (args) => redact(args, ["queries"], []),
};

/** Returns the facts in a QueryResponses dictionary. Empty strings count as absent. */
export function deviceFacts(answers: PlistDict): DeviceFacts {
  const model = filled(answers, "ProductName") ?? filled(answers, "Model");
  const osVersion = filled(answers, "OSVersion");
  const build = filled(answers, "BuildVersion");
  const supplementalBuild = filled(answers, "SupplementalBuildVersion");
  return present({
    platform: platformOfModel(model, osVersion),
    awaitingConfiguration: bool(answers, "AwaitingConfiguration"),
    udid: filled(answers, "UDID"),
    serialNumber: filled(answers, "SerialNumber"),
    name: filled(answers, "DeviceName"),
    model,
    modelName: filled(answers, "ModelName"),
    osVersion,
    osVersionExtra: osVersion === undefined ? undefined : textOf(answers, "SupplementalOSVersionExtra") ?? "",
    buildVersion: build,
    buildVersionExtra: build === undefined
      ? undefined
      : supplementalBuild === undefined || supplementalBuild === build
      ? ""
      : supplementalBuild,
    appleSilicon: bool(answers, "IsAppleSilicon"),
    supervised: bool(answers, "IsSupervised"),
    sharedIpad: bool(answers, "IsMultiUser"),
    lostMode: bool(answers, "IsMDMLostModeEnabled"),
    imei: radioId(answers, "IMEI"),
    meid: radioId(answers, "MEID"),
    softwareUpdateDeviceId: filled(answers, "SoftwareUpdateDeviceID"),
    autoSetupAdminAccounts: adminAccounts(answers),
  });
}

const filled = (answers: PlistDict, key: string): string | undefined => textOf(answers, key) || undefined;

/** At the top level on old systems, in each service subscription since iOS 12; the last one counts. */
function radioId(answers: PlistDict, key: string): string | undefined {
  const sources = [answers, ...dicts(answers, "ServiceSubscriptions")];
  return sources.map((source) => filled(source, key)).findLast((value) => value !== undefined);
}

function adminAccounts(answers: PlistDict): DeviceFacts["autoSetupAdminAccounts"] {
  if (array(answers, "AutoSetupAdminAccounts") === undefined) return undefined;
  return dicts(answers, "AutoSetupAdminAccounts").map((account) =>
    present({ guid: filled(account, "GUID"), shortName: filled(account, "shortName") })
  );
}
