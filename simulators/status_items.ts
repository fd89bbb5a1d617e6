/**
 * What a simulated device says of itself, item by item.
 *
 * How it differs from the real thing: all of it is made up from the model. An update that a declaration enforces is pending at
 * once and stays so until `updateSystem`; lists of accounts, apps and background tasks are empty.
 *
 * @module
 */

import type { Json, JsonObject } from "../src/protocol/plist_json.ts";
import { compareOsVersions, joinOsVersion } from "../src/protocol/os_version.ts";
import { own } from "../src/schema/keys.ts";
import { statusItemFacts, statusItemsFor } from "../src/schema/status.ts";
import type { SchemaTarget } from "../src/schema/target.ts";
import type { DeviceState } from "./answers.ts";
import { capabilitiesOf } from "./capabilities.ts";
import type { ChannelState, Reason } from "./channel_state.ts";
import type { HeldDeclaration, StatusItem } from "./declarative_device.ts";

const FAMILIES = { macOS: "Mac", iOS: "iPhone", iPadOS: "iPad", tvOS: "AppleTV" } as const;
const ENFORCEMENT = "com.apple.configuration.softwareupdate.enforcement.specific";

type Pending = { version: string; build: string; declaration: string };

/** The update that the configurations in force ask for, when the device is older. */
function pendingUpdate(osVersion: string, active: readonly HeldDeclaration[]): Pending | undefined {
  const wanted = active.filter(({ type }) => type === ENFORCEMENT).flatMap(({ identifier, payload }) => {
    const [version, build] = [own(payload, "TargetOSVersion"), own(payload, "TargetBuildVersion")];
    if (typeof version !== "string" || compareOsVersions(version, osVersion) <= 0) return [];
    return [{ version, build: typeof build === "string" ? build : "", declaration: identifier }];
  });
  return wanted.sort((one, other) => compareOsVersions(other.version, one.version))[0];
}

function certificateList(state: DeviceState, { identities }: ChannelState): Json {
  const mdm = state.identity === undefined ? [] : [["mdm", state.identity] as const];
  const assets = [...identities].map(([identifier, { certificate }]) => [identifier, certificate] as const);
  return [...mdm, ...assets].map(([identifier, certificate]) => ({
    identifier,
    "subject-summary": certificate.subject.commonName ?? "",
    "is-identity": true,
    data: certificate.der.toBase64(),
  }));
}

/** All items that a device can tell, whether its system can report them or not. */
function everything(state: DeviceState, channel: ChannelState, active: readonly HeldDeclaration[]): JsonObject {
  const { model, udid, serialNumber } = state;
  const { platform, osVersion, build, osVersionExtra = "", buildExtra = build } = model;
  const pending = pendingUpdate(osVersion, active);
  const battery = platform === "iOS" || model.appleSilicon === true ? "normal" : "unsupported";
  return {
    "device.identifier.serial-number": serialNumber,
    "device.identifier.udid": udid,
    "device.model.family": FAMILIES[platform],
    "device.model.identifier": model.product,
    "device.model.marketing-name": model.modelName,
    "device.model.number": "MX123LL",
    "device.operating-system.family": platform,
    "device.operating-system.marketing-name": `${platform} ${osVersion}`,
    "device.operating-system.version": osVersion,
    "device.operating-system.build-version": build,
    "device.operating-system.supplemental.extra-version": osVersionExtra,
    "device.operating-system.supplemental.build-version": buildExtra,
    "device.power.battery-health": battery,
    "diskmanagement.filevault.enabled": true,
    "passcode.is-compliant": true,
    "passcode.is-present": true,
    "security.certificate.list": certificateList(state, channel),
    "softwareupdate.beta-enrollment": "",
    "softwareupdate.device-id": platform === "macOS" ? "J713AP" : model.product,
    "softwareupdate.failure-reason": { count: 0 },
    "softwareupdate.install-reason": pending === undefined
      ? { reason: [] }
      : { reason: ["declaration"], "declaration-id": pending.declaration },
    "softwareupdate.install-state": pending === undefined ? "none" : "prepared",
    "softwareupdate.pending-version": {
      "os-version": pending?.version ?? "",
      "build-version": pending?.build ?? "",
    },
    "test.array-value": [{ key1: "one" }, { key1: "two", key2: "2" }],
    "test.boolean-value": true,
    "test.dictionary-value": { key1: "one" },
    "test.integer-value": 1,
    "test.real-value": 1.5,
    "test.string-value": "test",
  };
}

/** Why there is no value; Apple publishes no codes for this. */
const unavailable = (name: string, why: string): Reason => ({
  code: "Error.StatusItemNotAvailable",
  description: `The status item “${name}” ${why}.`,
});

/** The target that a channel of the device is. */
export const targetOf = ({ model }: Pick<DeviceState, "model">, userId: string): SchemaTarget => ({
  channel: userId === "" ? "Device" : "User",
  platform: model.platform,
  osVersion: joinOsVersion(model.osVersion, model.osVersionExtra),
  supervised: model.supervised,
  userEnrollment: false,
});

/** One item of a channel; `userId` is empty for the device's own. */
export function statusItemOf(
  name: string,
  state: DeviceState,
  { userId, channel, active }: { userId: string; channel: ChannelState; active: readonly HeldDeclaration[] },
): StatusItem {
  const target = targetOf(state, userId);
  if (name === "management.client-capabilities") return { value: capabilitiesOf(target) };
  if (statusItemFacts(name) === null) return { error: unavailable(name, "is not known") };
  if (!statusItemsFor(target).includes(name)) return { error: unavailable(name, "is not for this device") };
  const value = everything(state, channel, active)[name];
  if (value !== undefined) return { value };
  // Everything else that is published is a list of what a simulated device does not have.
  const [facts] = statusItemFacts(name)?.keys ?? [];
  return facts?.type === "array" ? { value: [] } : { error: unavailable(name, "has no value") };
}
