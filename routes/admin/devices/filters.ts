/**
 * The filters of the device list and the meaning of their values in the address. The overview counts by the same
 * addresses that its links lead to.
 *
 * @module
 */

import type { DeviceSearch } from "../../../db/devices/device_list_views.ts";
import { DEVICE_STATES } from "../../../db/devices/device_state_views.ts";
import { silentBefore } from "../../../src/devices/state.ts";
import { PLATFORMS } from "../../../src/protocol/platform.ts";
import { BLOCKED, choicesOf, DEVICE_WORDS, INSTALL_WORDS } from "../../state_words.ts";
import { offsetOf } from "../parts/components.tsx";

/** Devices on a page. */
export const LIMIT = 50;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** An identity that ends within this is to be renewed. */
const SOON = 30 * DAY;

type Choices = readonly (readonly [string, string])[];

/** Represents a platform or a version that devices have not reported. */
export const UNKNOWN = "unknown";

/** Platforms, with the devices that have not reported theirs. */
export const PLATFORM_NAMES: Choices = [
  ["", "All"],
  ...PLATFORMS.map((one) => [one, one] as const),
  [UNKNOWN, "Unknown"],
];

const STATES = ["enrolled", ...DEVICE_STATES, "blocked"] as const;

/** States in words. */
export const STATE_NAMES: Choices = [
  ["", "All except deleted"],
  ["enrolled", "Enrolled"],
  ...choicesOf(DEVICE_WORDS),
  ["blocked", BLOCKED.text],
];

/** Columns to sort by. */
export const SORTS: readonly [DeviceSearch["sort"], string][] = [
  ["name", "Name"],
  ["serial", "Serial number"],
  ["os", "OS version"],
  ["seen", "Last check-in"],
  ["enrolled", "Enrolled"],
];

/** Ages of the last check-in that do not overlap, in milliseconds: each device is in one of them or has never checked in. */
export const AGES: readonly { key: string; label: string; from: number; below: number }[] = [
  { key: "0-1h", label: "Less than an hour ago", from: -Infinity, below: HOUR },
  { key: "1-4h", label: "1 to 4 hours ago", from: HOUR, below: 4 * HOUR },
  { key: "4-24h", label: "4 to 24 hours ago", from: 4 * HOUR, below: DAY },
  { key: "1-7d", label: "1 to 7 days ago", from: DAY, below: 7 * DAY },
  { key: "7-30d", label: "7 to 30 days ago", from: 7 * DAY, below: 30 * DAY },
  { key: "30d", label: "More than 30 days ago", from: 30 * DAY, below: Infinity },
];

/** The value for devices that have never checked in. */
export const NEVER = "never";

/** When a device was seen. */
export const SEEN: Choices = [
  ["", "At any time"],
  ["1", "In the last day"],
  ["7", "In the last week"],
  ["30", "In the last month"],
  ["older", "Not for a week"],
  ...AGES.map(({ key, label }) => [key, label] as const),
  [NEVER, "Never"],
];

const UNREACHABLE = "push";
const EXPIRING = "identity";

/** The possible problems of a device. */
export const ATTENTION: Choices = [
  ["", "Any"],
  [UNREACHABLE, "Push token not valid"],
  [EXPIRING, "Identity expires within 30 days"],
];

const among = <T extends string>(values: readonly T[], text: string | null): T | undefined =>
  values.find((value) => value === text);

function seenOf(value: string | null, now: Date): Partial<DeviceSearch> {
  const before = (age: number) => Number.isFinite(age) ? new Date(now.getTime() - age) : undefined;
  if (value === "1" || value === "7" || value === "30") return { seen: { since: before(Number(value) * DAY) } };
  if (value === "older") return { heardBefore: new Date(now.getTime() - 7 * DAY) };
  if (value === NEVER) return { seen: NEVER };
  const age = AGES.find(({ key }) => key === value);
  return age === undefined ? {} : { seen: { since: before(age.below), before: before(age.from) } };
}

/** Returns the search in an address of the device list. */
export function searchOf(url: URL, now: Date): DeviceSearch {
  const get = (name: string) => url.searchParams.get(name);
  const text = get("q")?.trim().replaceAll("\0", "").slice(0, 100);
  const platform = get("platform") === UNKNOWN ? null : among(PLATFORMS, get("platform"));
  const osVersion = get("os")?.trim().replaceAll("\0", "").slice(0, 64);
  const state = among(STATES, get("state"));
  const number = (name: string) => /^[0-9]{1,9}$/.test(get(name) ?? "") ? Number(get(name)) : undefined;
  const [tag, blueprint] = [number("tag"), number("blueprint")];
  const [app, version] = [number("app"), number("app_version")];
  const uuid = (name: string) => {
    const text = get(name)?.toLowerCase() ?? "";
    return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text : undefined;
  };
  const [artifact, artifactVersion] = [uuid("artifact"), uuid("version")];
  const status = among(choicesOf(INSTALL_WORDS).map(([key]) => key), get("status"));
  const sort = among(SORTS.map(([key]) => key), get("sort"));
  return {
    ...(text ? { text } : {}),
    ...(platform === undefined ? {} : { platform }),
    ...(osVersion ? { osVersion: osVersion === UNKNOWN ? "" : osVersion } : {}),
    ...(state === undefined ? {} : { state }),
    silentBefore: silentBefore(now),
    ...(tag === undefined ? {} : { tag }),
    ...(blueprint === undefined ? {} : { blueprint }),
    ...(artifact === undefined ? {} : { artifact: { id: artifact, version: artifactVersion, status } }),
    ...(version !== undefined ? { app: { version } } : app !== undefined ? { app: { app } } : {}),
    ...seenOf(get("seen"), now),
    ...(get("attention") === UNREACHABLE ? { unreachable: true } : {}),
    ...(get("attention") === EXPIRING ? { identityEndsBefore: new Date(now.getTime() + SOON) } : {}),
    sort: sort ?? "seen",
    descending: sort === undefined ? true : get("dir") === "desc",
    limit: LIMIT,
    offset: offsetOf(url),
  };
}
