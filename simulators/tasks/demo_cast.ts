/**
 * The devices of the demo that come out of the box, and what happens to each. Data only.
 *
 * @module
 */

import type { SimulatedDevice } from "../device/device.ts";
import type { DeviceOptions } from "../device/device_options.ts";
import { type Model, MODELS } from "../device/models.ts";
import type { OwnedDevice } from "../apple/device_assignment_portal.ts";
import { makeRoster } from "../fleet/roster.ts";

/** What happens to a device. */
export type Part = {
  product: string;
  /** Whether it has to follow the enforcement of the pilot devices. */
  pilot?: true;
  /** The page of the web view at which its person leaves for good. */
  leavesAt?: number;
  /** Whether its user installs an enforced update before its time. */
  early?: true;
  /** Why the first attempts at an enforced update fail. */
  updateFails?: string;
  /** Whether it cannot install the first profile at once, and waits longer in Setup Assistant. */
  busy?: true;
};

/** The minimum versions of the enrollment. The Mac with macOS 14 is below. */
export const MINIMUM = { macos: "15.6", ios: "18.0" } as const;

const PARTS: readonly Part[] = [
  { product: "Mac16,12", pilot: true, early: true },
  { product: "Mac15,3" },
  { product: "iPhone17,3", pilot: true },
  { product: "iPad14,8", leavesAt: 2 },
  { product: "iPad12,1", pilot: true, updateFails: "Not enough storage is available." },
  { product: "AppleTV14,1" },
  { product: "Mac14,2", pilot: true, busy: true },
  { product: "iPhone17,3" },
  { product: "Mac16,12" },
];

const modelOf = (product: string): Model => {
  const model = MODELS.find((one) => one.product === product);
  if (model === undefined) throw new Error(`There is no model ${product}`);
  return model;
};

/** Attempts at an update that fail. */
const FAILURES = 3;

function optionsOf({ product, updateFails, busy }: Part): Partial<DeviceOptions> {
  return {
    model: modelOf(product),
    ...(updateFails === undefined
      ? {}
      : { updateMischief: (_version: string, n: number) => n <= FAILURES ? updateFails : undefined }),
    ...(busy === undefined
      ? {}
      : { mischief: (type: string, n: number) => type === "InstallProfile" && n === 1 ? "NotNow" : undefined }),
  };
}

/** A device with its part. */
export type CastDevice = { device: SimulatedDevice; part: Part };

/** Returns `count` devices with their parts, which repeat; `common` are options of all. */
export function makeCast(
  count: number,
  keys: Parameters<typeof makeRoster>[1]["keys"],
  common: Partial<DeviceOptions> = {},
): CastDevice[] {
  const partOf = (n: number): Part => PARTS[n % PARTS.length] ?? { product: "Mac16,12" };
  return makeRoster(count, { ...common, keys, vary: (n) => optionsOf(partOf(n)) }).map((device, n) => ({
    device,
    part: partOf(n),
  }));
}

const FAMILIES = {
  macOS: { deviceFamily: "Mac", os: "OSX", color: "SILVER" },
  iOS: { deviceFamily: "iPhone", os: "iOS", color: "BLACK" },
  iPadOS: { deviceFamily: "iPad", os: "iPadOS", color: "BLUE" },
  tvOS: { deviceFamily: "AppleTV", os: "tvOS", color: "BLACK" },
} as const;

/** Returns a device as its organization owns it at Apple. */
export function ownedDevice({ state: { model, serialNumber } }: SimulatedDevice): OwnedDevice {
  return {
    serialNumber,
    model: model.modelName,
    description: model.modelName.toUpperCase(),
    assetTag: "",
    ...FAMILIES[model.platform],
  };
}
