/**
 * Devices with apps, written as their lists would be.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type InstalledAppRow, replaceApps } from "../../db/devices/inventory.ts";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { withRepeats } from "../../src/devices/repeated_apps.ts";
import type { Fleet } from "./fleet.ts";
import { enrollmentIdOf } from "./ids.ts";

const PHONE = MODELS.find(({ platform }) => platform === "iOS") ?? assert.fail();

/** An app as a device lists it. */
export const installedApp = (
  identifier: string,
  shortVersion: string,
  more: Partial<InstalledAppRow> = {},
): InstalledAppRow => ({
  identifier,
  name: identifier.split(".").at(-1) ?? "",
  version: shortVersion,
  shortVersion,
  managed: null,
  bundleSize: null,
  dynamicSize: null,
  flags: {},
  source: null,
  ...more,
});

/** Stores what a device lists. */
export async function listApps({ runtime: { sql, clock } }: Fleet, device: SimulatedDevice, apps: InstalledAppRow[]) {
  const [row] = await sql<{ id: number }[]>`select enrollment_id as id from devices where udid = ${device.udid}`;
  await replaceApps(sql, enrollmentIdOf(row?.id ?? 0), withRepeats(apps), clock.now());
}

/** An app in the catalogue. */
async function addAsset(
  { runtime: { sql, clock } }: Fleet,
  bundleId: string,
  latest: string,
  platforms: string[],
) {
  const now = clock.now();
  await sql`
    insert into store_assets (adam_id, pricing_param, product_type, device_assignable, revocable, supported_platforms, name,
      bundle_id, latest_version, created_at, updated_at)
    values (${bundleId}, 'STDQ', 'App', true, true, ${platforms}, ${bundleId}, ${bundleId}, ${latest}, ${now}, ${now})`;
}

/** Three devices: two Macs and a phone. The phone and the first Mac have the editor twice, in the second case in two versions. */
export async function threeDevices(fleet: Fleet): Promise<[SimulatedDevice, SimulatedDevice, SimulatedDevice]> {
  const [one, two, phone] = [
    await fleet.enrolled(),
    await fleet.enrolled(),
    await fleet.enrolled({ model: PHONE }),
  ];
  await listApps(fleet, one, [
    installedApp("com.example.editor", "1.9"),
    installedApp("com.example.editor", "1.10"),
    installedApp("com.example.editor", "1.10", { name: "editor copy" }),
    installedApp("com.example.chat", "3.0"),
  ]);
  await listApps(fleet, two, [
    installedApp("com.example.editor", "1.9"),
    installedApp("=cmd|' /C calc'!A0", "1.0", { name: "=1+1" }),
  ]);
  await listApps(fleet, phone, [
    installedApp("com.example.editor", "1.10", { managed: true }),
    installedApp("", "1.0", { name: "Nameless" }),
  ]);
  await addAsset(fleet, "com.example.editor", "1.10", ["iOS", "macOS"]);
  // Not an app of Macs.
  await addAsset(fleet, "com.example.chat", "9.0", ["iOS"]);
  return [one, two, phone];
}
