/**
 * What Apple's catalogue says of apps and books, and their icons.
 *
 * Source: Apple, "Getting app and book information" (developer.apple.com/documentation/devicemanagement).
 *
 * @module
 */

import { z } from "zod";
import type { Json } from "../../db/open.ts";
import { compareAppVersions } from "../app_version.ts";
import { foreignText } from "../foreign_text.ts";
import { foreignValue } from "../foreign_value.ts";
import { jsonShape } from "../json_shape.ts";
import type { Runtime } from "../runtime.ts";
import { readBounded, trusted } from "./content.ts";
import { ContentError } from "./content_errors.ts";

/** What the catalogue says of an item. */
export type CatalogueItem = {
  adamId: string;
  name: string;
  bundleId: string | null;
  /** The newest version, "" if unknown. */
  latestVersion: string;
  /** Apple's external version identifier of it, "" if unknown. */
  latestStoreVersion: string;
  /** The address of a square icon, "" if there is none. */
  iconUrl: string;
  /** The rest, truncated. */
  metadata: Json;
};

/** Items of one lookup. */
export const LOOKUP_BATCH = 25;
const TIMEOUT_MS = 5000;
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_ICON_BYTES = 256 * 1024;
const METADATA_BYTES = 8 * 1024;
const ICON_PIXELS = 128;

const text = z.string().transform((value) => foreignText(value));
const item = z.object({
  name: text.nullish(),
  bundleId: text.nullish(),
  kind: text.nullish(),
  url: text.nullish(),
  minimumOSVersion: text.nullish(),
  deviceFamilies: z.array(text).nullish(),
  artistName: text.nullish(),
  artwork: z.object({ url: z.string().max(2000) }).nullish(),
  offers: z.array(z.object({
    version: z.object({ display: z.string().max(100), externalId: z.int().min(0).nullish().catch(null) }).nullish(),
  })).nullish(),
});

/** Returns what an answer says of the items that it has; odd ones are left out. */
export function readCatalogue(answer: unknown): CatalogueItem[] {
  const parsed = z.object({ results: z.record(z.string(), z.unknown()) }).safeParse(answer);
  if (!parsed.success) return [];
  return Object.entries(parsed.data.results).slice(0, 1000).flatMap(([adamId, value]) => {
    const found = item.safeParse(value);
    if (!found.success) return [];
    const { name, bundleId, artwork, offers, kind, url, minimumOSVersion, deviceFamilies, artistName } = found.data;
    const latest = (offers ?? []).flatMap(({ version }) => version ?? [])
      .sort((one, other) => compareAppVersions(one.display, other.display)).at(-1);
    const iconUrl = (artwork?.url ?? "").replace("{w}", String(ICON_PIXELS)).replace("{h}", String(ICON_PIXELS))
      .replace("{f}", "png").replace("{c}", "bb");
    return [{
      adamId,
      name: name ?? "",
      bundleId: bundleId ?? null,
      latestVersion: foreignText(latest?.display ?? ""),
      latestStoreVersion: String(latest?.externalId ?? ""),
      // Old entries have addresses of before https.
      iconUrl: iconUrl.startsWith("http://") && /^http:\/\/[^/]*\.mzstatic\.com\//.test(iconUrl)
        ? `https${iconUrl.slice(4)}`
        : iconUrl,
      metadata: foreignValue(
        {
          kind: kind ?? null,
          url: url ?? null,
          minimum_os_version: minimumOSVersion ?? null,
          device_families: deviceFamilies ?? [],
          artist: artistName ?? null,
        },
        { bytes: METADATA_BYTES },
      ),
    }];
  });
}

type Needs = Pick<Runtime, "network" | "config">;

async function get(
  { network }: Needs,
  url: URL,
  { most, headers = {} }: { most: number; headers?: Record<string, string> },
): Promise<{ bytes: Uint8Array<ArrayBuffer>; type: string }> {
  const http = network.client({ http2: false });
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  const what = `GET ${url.pathname}`;
  try {
    const response = await http.fetch(url.href, {
      redirect: "manual",
      signal: abort.signal,
      headers: { "User-Agent": "Espalier", ...headers },
    });
    const bytes = await readBounded(response, most, what);
    if (!response.ok) {
      throw new ContentError(`Apple's catalogue answered ${response.status} (${what})`, undefined, response.status);
    }
    return { bytes, type: response.headers.get("content-type") ?? "" };
  } catch (error) {
    if (error instanceof ContentError) throw error;
    throw new ContentError(`Apple's catalogue cannot be reached (${what})`, undefined, 0, undefined, error);
  } finally {
    clearTimeout(timer);
    http.close();
  }
}

/**
 * Looks items up. `address` is the one of the service configuration, `token` the content token, which shows custom apps of the
 * organization too. Throws ContentError.
 */
export async function lookUp(
  needs: Needs,
  { address, token, platform, countryCode, adamIds }: {
    address: string;
    token: string;
    platform: string;
    countryCode: string;
    adamIds: readonly string[];
  },
): Promise<CatalogueItem[]> {
  const url = trusted(address, needs.config.CONTENT_URL);
  if (url === undefined) throw new ContentError("Apple's address of the catalogue is not Apple's", undefined, 200);
  const query = {
    version: "2",
    p: "mdm-lockup",
    caller: "MDM",
    platform,
    cc: countryCode.toLowerCase(),
    l: "en",
    id: adamIds.join(","),
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const { bytes } = await get(needs, url, { most: MOST_BYTES, headers: { Cookie: `itvt=${token}` } });
  const { depth, values } = jsonShape(bytes);
  if (depth > 32 || values > 200_000) throw new ContentError("Apple's catalogue cannot be read", undefined, 200);
  try {
    return readCatalogue(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    throw new ContentError("Apple's catalogue cannot be read: it is no JSON", undefined, 200, undefined, error);
  }
}

/** The types of icons, by how their bytes begin: what a header says is not asked. */
const MAGIC: readonly (readonly [type: string, start: string])[] = [
  ["image/png", "89504e470d0a1a0a"],
  ["image/jpeg", "ffd8ff"],
];

/**
 * Fetches an icon. Returns undefined for what is no picture, too large, or not at Apple's. The attack: an address in the
 * catalogue that leads into the own network, or a script that is served as a picture.
 */
export async function fetchIcon(
  needs: Needs,
  address: string,
): Promise<{ bytes: Uint8Array; type: string } | undefined> {
  const url = URL.parse(address);
  const isApples = url !== null && url.protocol === "https:" && url.port === "" && url.username === "" &&
    /\.mzstatic\.com$/i.test(url.hostname);
  const place = isApples ? url : trusted(address, needs.config.CONTENT_URL);
  if (place === undefined) return undefined;
  try {
    const { bytes } = await get(needs, place, { most: MOST_ICON_BYTES });
    const start = bytes.subarray(0, 8).toHex();
    const type = MAGIC.find(([, magic]) => start.startsWith(magic))?.[0];
    return type === undefined ? undefined : { bytes, type };
  } catch (error) {
    // One that is too long or refused is not asked for again; what may pass is.
    if (error instanceof ContentError && !error.passing) return undefined;
    throw error;
  }
}
