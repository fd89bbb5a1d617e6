/**
 * The software catalogue of the demo, and the enforcements by which its fleet follows it.
 *
 * @module
 */

import { z } from "zod";
import { PLATFORMS } from "../../src/protocol/platform.ts";
import type { ApiClient } from "../api_client.ts";
import type { FeedEntry, FeedSections } from "../apple/software_lookup.ts";
import { MODELS } from "../device/models.ts";

/** The version that the fleet goes to. */
const TARGET = "26.2";
const BUILDS = { macOS: "25C56", iOS: "23C55", iPadOS: "23C55", tvOS: "23K53" } as const;
/** What is listed besides, for every model of a platform. */
const OTHERS = {
  macOS: ["15.7.3", "24G419"],
  iOS: ["18.7.3", "22H217"],
  iPadOS: ["18.7.3", "22H217"],
  tvOS: ["26.1", "23K54"],
} as const;
const DAY_MS = 86_400_000;

const day = (now: Date, days: number): string => new Date(now.getTime() + days * DAY_MS).toISOString().slice(0, 10);

/** Returns the catalogue: the target for every model, posted two days ago, and a release of the system before. */
export function demoCatalogue(now: Date): FeedSections {
  const entry = (platform: (typeof PLATFORMS)[number], ProductVersion: string, Build: string): FeedEntry => ({
    ProductVersion,
    Build,
    PostingDate: day(now, -2),
    ExpirationDate: day(now, 90),
    SupportedDevices: MODELS.filter((one) => one.platform === platform)
      .map(({ product, softwareUpdateDeviceId }) => softwareUpdateDeviceId ?? product),
  });
  const sections = Object.fromEntries(PLATFORMS.map((platform) => {
    const [version, build] = OTHERS[platform];
    return [platform, [entry(platform, TARGET, BUILDS[platform]), entry(platform, version, build)]];
  }));
  return { PublicAssetSets: sections, AssetSets: sections };
}

const made = z.object({ id: z.int() });
const DETAILS = "https://support.apple.com/en-us/100100";

/** Creates a tag, and the enforcements for its devices and for all others; adds them to a blueprint. Returns the tag. */
export async function makeDemoEnforcements(
  { call, json }: ApiClient,
  { blueprint, name, pilotsAt }: { blueprint: number; name: string; pilotsAt: Date },
): Promise<number> {
  await call("POST", "/api/mdm/software_updates/sync/");
  const [known] = await json(z.array(made), "GET", "/api/inventory/tags/?name=Pilots");
  const { id: tag } = known ?? await json(made, "POST", "/api/inventory/tags/", { name: "Pilots" });
  const enforcement = async (fields: Record<string, unknown>) =>
    (await json(made, "POST", "/api/mdm/software_update_enforcements/", {
      platforms: PLATFORMS,
      details_url: DETAILS,
      ...fields,
    })).id;
  const enforcements = [
    // Simulated devices are in UTC.
    await enforcement({
      name: `${TARGET} on pilot devices, ${name}`,
      tags: [tag],
      os_version: TARGET,
      local_datetime: pilotsAt.toISOString().slice(0, 19),
    }),
    await enforcement({
      name: `Latest below 27, ${name}`,
      max_os_version: "27",
      delay_days: 7,
      local_time: "09:30:00",
    }),
  ];
  const path = `/api/mdm/blueprints/${blueprint}/`;
  const current = await json(z.record(z.string(), z.unknown()), "GET", path);
  await call("PUT", path, { ...current, software_update_enforcements: enforcements });
  return tag;
}
