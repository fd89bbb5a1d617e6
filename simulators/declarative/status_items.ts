/**
 * The status items of a simulated device.
 *
 * How it differs from the real thing: all values are invented from the model. An update that a declaration enforces is
 * pending immediately and stays so until the device installs it; lists of accounts and background tasks are empty.
 *
 * @module
 */

import type { Json, JsonObject } from "../../src/protocol/plist_json.ts";
import { statusItemFacts } from "../../src/apple_schema/status.ts";
import type { SchemaTarget } from "../../src/apple_schema/target.ts";
import type { DeclaredApps } from "../device/declared_apps.ts";
import type { DeviceState } from "../device/device_state.ts";
import { capabilitiesOf } from "../device/capabilities.ts";
import type { ChannelState, Reason } from "../device/channel_state.ts";
import type { HeldDeclaration, StatusItem } from "./declarative_device.ts";
import { enforcedUpdate } from "./enforced_update.ts";
import { statusItemsFor } from "../published.ts";

const FAMILIES = { macOS: "Mac", iOS: "iPhone", iPadOS: "iPad", tvOS: "AppleTV" } as const;

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

/** The source of the values. */
type Facts = { device: DeviceState; channel: ChannelState; active: readonly HeldDeclaration[]; apps: DeclaredApps };

const pendingOf = ({ device, active }: Facts) => enforcedUpdate(device.model, active);

/** All items that a device can report, whether its system can report them or not. */
const VALUES: Readonly<Record<string, (facts: Facts) => Json>> = {
  "app.managed.list": ({ apps }) => apps.list(),
  "device.identifier.serial-number": ({ device }) => device.serialNumber,
  "device.identifier.udid": ({ device }) => device.udid,
  "device.model.family": ({ device: { model } }) => FAMILIES[model.platform],
  "device.model.identifier": ({ device: { model } }) => model.product,
  "device.model.marketing-name": ({ device: { model } }) => model.modelName,
  "device.model.number": () => "MX123LL",
  "device.operating-system.family": ({ device: { model } }) => model.platform,
  "device.operating-system.marketing-name": ({ device: { model } }) => `${model.platform} ${model.osVersion}`,
  "device.operating-system.version": ({ device: { model } }) => model.osVersion,
  "device.operating-system.build-version": ({ device: { model } }) => model.build,
  "device.operating-system.supplemental.extra-version": ({ device: { model } }) => model.osVersionExtra ?? "",
  "device.operating-system.supplemental.build-version": ({ device: { model } }) => model.buildExtra ?? model.build,
  "device.power.battery-health": ({ device: { model } }) =>
    model.platform === "iOS" || model.appleSilicon === true ? "normal" : "unsupported",
  "diskmanagement.filevault.enabled": () => true,
  "passcode.is-compliant": () => true,
  "passcode.is-present": () => true,
  "security.certificate.list": ({ device, channel }) => certificateList(device, channel),
  "softwareupdate.beta-enrollment": () => "",
  "softwareupdate.device-id": ({ device: { model } }) => model.softwareUpdateDeviceId ?? model.product,
  "softwareupdate.failure-reason": ({ device: { updateFailures: { count, reason, at } } }) =>
    count === 0 ? { count } : { count, reason, timestamp: at },
  "softwareupdate.install-reason": (facts) => {
    const pending = pendingOf(facts);
    return pending === undefined ? { reason: [] } : { reason: ["declaration"], "declaration-id": pending.declaration };
  },
  "softwareupdate.install-state": (facts) =>
    pendingOf(facts) === undefined ? "none" : facts.device.updateFailures.count > 0 ? "failed" : "prepared",
  "softwareupdate.pending-version": (facts) => {
    const pending = pendingOf(facts);
    return { "os-version": pending?.version ?? "", "build-version": pending?.build ?? "" };
  },
  "test.array-value": () => [{ key1: "one" }, { key1: "two", key2: "2" }],
  "test.boolean-value": () => true,
  "test.dictionary-value": () => ({ key1: "one" }),
  "test.integer-value": () => 1,
  "test.real-value": () => 1.5,
  "test.string-value": () => "test",
};

/** Returns why there is no value; Apple publishes no codes for this. */
const unavailable = (name: string, why: string): Reason => ({
  code: "Error.StatusItemNotAvailable",
  description: `The status item “${name}” ${why}.`,
});

/** Returns the target that a channel of the device is. */
export const targetOf = ({ model }: Pick<DeviceState, "model">, userId: string): SchemaTarget => ({
  channel: userId === "" ? "Device" : "User",
  platform: model.platform,
  osVersion: `${model.osVersion} ${model.osVersionExtra ?? ""}`.trim(),
  supervised: model.supervised,
  sharedIpad: model.sharedIpad === true,
  userEnrollment: false,
});

const abilities = new Map<string, { capabilities: JsonObject; items: ReadonlySet<string> }>();

/**
 * Returns the declarations and status items that a target supports; there are as many targets as models and channels.
 */
function abilitiesOf(target: SchemaTarget) {
  const key = JSON.stringify(target);
  const known = abilities.get(key);
  if (known !== undefined) return known;
  const found = { capabilities: capabilitiesOf(target), items: new Set(statusItemsFor(target)) };
  abilities.set(key, found);
  return found;
}

/** Returns one item of a channel; `userId` is empty for the device's own. */
export function statusItemOf(
  name: string,
  device: DeviceState,
  { userId, channel, active, apps }: {
    userId: string;
    channel: ChannelState;
    active: readonly HeldDeclaration[];
    apps: DeclaredApps;
  },
): StatusItem {
  const { capabilities, items } = abilitiesOf(targetOf(device, userId));
  if (name === "management.client-capabilities") return { value: capabilities };
  const facts = statusItemFacts(name);
  if (facts === null) return { error: unavailable(name, "is not known") };
  if (!items.has(name)) return { error: unavailable(name, "is not for this device") };
  const value = Object.hasOwn(VALUES, name) ? VALUES[name]?.({ device, channel, active, apps }) : undefined;
  if (value !== undefined) return { value };
  // All other published items are lists that are empty on a simulated device.
  return facts.keys[0]?.type === "array" ? { value: [] } : { error: unavailable(name, "has no value") };
}
