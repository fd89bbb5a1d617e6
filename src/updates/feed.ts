/**
 * The feed of Apple's software lookup service: its releases, whatever else it holds.
 *
 * An entry that cannot be read is left out with its reason, and spoils none of the others.
 *
 * Source: Apple Platform Deployment, "Use device management to deploy software updates" (the lookup service
 * `https://gdmf.apple.com/v2/pmv`).
 *
 * @module
 */

import { z } from "zod";
import { writable } from "../writable.ts";

/** A release for some models. Dates are days, such as "2026-03-24". */
export type Release = {
  /** Whether the public gets it; otherwise it is one that device management may send. */
  readonly public: boolean;
  /** Apple's word: "iOS" (which stands for iPadOS and tvOS, too), "macOS", "visionOS". */
  readonly platform: string;
  readonly version: string;
  readonly numbers: readonly [major: number, minor: number, patch: number];
  /** The letter of a background security improvement, such as "(a)", or "". */
  readonly extra: string;
  readonly build: string;
  /** The only build that it can be installed on, or "". */
  readonly prerequisiteBuild: string;
  readonly deviceIds: readonly string[];
  readonly postedOn: string;
  readonly expiresOn: string | null;
};

/** A feed that was read. `odd` names the entries that were left out, with reasons. */
export type Feed = { readonly releases: readonly Release[]; readonly odd: readonly string[] };

/** The feed is no list of releases. The sentence says what it is. */
export class FeedError extends Error {
  override readonly name = "FeedError";
}

const SECTIONS = [
  { name: "PublicAssetSets", public: true },
  { name: "AssetSets", public: false },
  { name: "PublicBackgroundSecurityImprovements", public: true },
  // The name of the same before OS 26.
  { name: "PublicRapidSecurityResponses", public: true },
] as const;

/** Bounds of what is stored; Apple's have a few hundred entries with up to a hundred models. */
const MOST_ENTRIES = 5000;
const MOST_MODELS = 2000;
const MOST_ODD = 20;

/** Years that the database and deadlines can hold. */
const DAY = /^2\d{3}-\d{2}-\d{2}$/;
const day = z.string().regex(DAY).refine((text) => {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}, "should be a day such as 2026-03-24");
/** What Apple's builds, models and letters consist of: other characters may be ones that the database cannot store. */
const WORD = /^[!-~]*$/;
const short = z.string().max(40).regex(WORD);

const entrySchema = z.object({
  ProductVersion: z.string().max(20).regex(/^[0-9]{1,4}(\.[0-9]{1,4}){0,2}$/),
  ProductVersionExtra: short.optional(),
  Build: short.optional(),
  PrerequisiteBuild: short.optional(),
  PostingDate: day,
  ExpirationDate: day.optional(),
  SupportedDevices: z.array(z.string().min(1).max(64).regex(WORD)).max(MOST_MODELS),
});

const feedSchema = z.record(z.string(), z.unknown());
const sectionSchema = z.record(z.string(), z.unknown());

/** Returns the numbers of a version: "15" is [15, 0, 0]. */
export function versionNumbers(version: string): [major: number, minor: number, patch: number] {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return [major, minor, patch];
}

/** The identity of a release: the same one in another feed. */
export const releaseKey = (
  { public: open, platform, version, extra, build, prerequisiteBuild }: Pick<
    Release,
    "public" | "platform" | "version" | "extra" | "build" | "prerequisiteBuild"
  >,
): string => JSON.stringify([open, platform, version, extra, build, prerequisiteBuild]);

/**
 * Reads a feed. Throws FeedError if it is not an object of sections, or if it holds no release at all.
 *
 * @example
 * readFeed(await response.json()).releases[0]?.version; // "26.4.1"
 */
export function readFeed(json: unknown): Feed {
  const feed = feedSchema.safeParse(json);
  if (!feed.success) throw new FeedError("the feed is not a JSON object");
  const found = new Map<string, Release>();
  const odd: string[] = [];
  const leaveOut = (where: string, reason: string) => {
    if (odd.length < MOST_ODD) odd.push(`${where}: ${reason}`);
  };
  let entries = 0;
  for (const { name, public: open } of SECTIONS) {
    const section = sectionSchema.safeParse(feed.data[name] ?? {});
    if (!section.success) {
      leaveOut(name, "it should be an object of platforms");
      continue;
    }
    for (const [platform, list] of Object.entries(section.data)) {
      if (!Array.isArray(list) || platform.length > 40 || !WORD.test(platform)) {
        leaveOut(`${name}.${writable(platform.slice(0, 40))}`, "it should be a list");
        continue;
      }
      for (const [index, value] of list.entries()) {
        if (++entries > MOST_ENTRIES) throw new FeedError(`the feed has more than ${MOST_ENTRIES} entries`);
        const entry = entrySchema.safeParse(value);
        if (!entry.success) {
          const [issue] = entry.error.issues;
          leaveOut(`${name}.${platform}[${index}]`, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
          continue;
        }
        const release: Release = {
          public: open,
          platform,
          version: entry.data.ProductVersion,
          numbers: versionNumbers(entry.data.ProductVersion),
          extra: entry.data.ProductVersionExtra ?? "",
          build: entry.data.Build ?? "",
          prerequisiteBuild: entry.data.PrerequisiteBuild ?? "",
          deviceIds: [...new Set(entry.data.SupportedDevices)].sort(),
          postedOn: entry.data.PostingDate,
          expiresOn: entry.data.ExpirationDate ?? null,
        };
        const before = found.get(releaseKey(release));
        found.set(
          releaseKey(release),
          before === undefined ? release : {
            ...release,
            deviceIds: [...new Set([...before.deviceIds, ...release.deviceIds])].sort(),
            postedOn: before.postedOn < release.postedOn ? before.postedOn : release.postedOn,
          },
        );
      }
    }
  }
  if (found.size === 0) throw new FeedError("the feed holds no release");
  return { releases: [...found.values()], odd };
}
