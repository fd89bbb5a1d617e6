/**
 * What Apple's device assignment service answers, read once. A text that is too long is cut, a time that is none is
 * left out, and a device that cannot be read is counted: no odd record ends a page.
 *
 * Source: Apple, "Device assignment" (developer.apple.com/documentation/devicemanagement/device-assignment).
 *
 * @module
 */

import { z } from "zod";
import { foreignText } from "../foreign_text.ts";

/** The account that a server token belongs to. Texts are "" where Apple says nothing. */
export type Account = {
  serverName: string;
  /** A UUID in lower case. */
  serverUuid: string;
  /** The Apple Account of the person who downloaded the server token. */
  adminId: string;
  orgId: string;
  orgName: string;
  orgEmail: string;
  orgPhone: string;
  orgAddress: string;
  /** "org" or "edu". */
  orgType: string;
  /** "v1" or "v2". */
  orgVersion: string;
  limits: PathLimits;
};

/** The largest number of devices of one request, by the path of the address, such as "/server/devices". */
export type PathLimits = Readonly<Record<string, { default?: number; maximum?: number }>>;

/** A device as Apple knows it. Texts are "" where Apple says nothing; UUIDs are in lower case. */
export type DeviceRecord = {
  serialNumber: string;
  assetTag: string;
  color: string;
  description: string;
  deviceFamily: string;
  model: string;
  os: string;
  deviceAssignedBy: string;
  deviceAssignedDate?: Date;
  /** "added", "modified" or "deleted"; only in the answer of a sync. */
  opType?: string;
  opDate?: Date;
  /** "empty", "assigned", "pushed" or "removed". */
  profileStatus: string;
  profileUuid?: string;
  profileAssignTime?: Date;
  profilePushTime?: Date;
};

/** A page of devices. */
export type DevicePage = {
  devices: DeviceRecord[];
  cursor: string;
  moreToFollow: boolean;
  /** Records that could not be read: they have no serial number. */
  unreadable: number;
};

/** An answer that is not what Apple documents. The message is the end of a sentence. */
export class UnreadableAnswer extends Error {
  override readonly name = "UnreadableAnswer";
}

/** The limit of texts of a device, in characters; the asset tag has the common limit. */
const TEXT = 256;
const SERIAL_NUMBER = /^[\x21-\x7e]{1,64}$/;

const text = (limit?: number) =>
  z.unknown().optional().transform((value) =>
    typeof value === "string" ? foreignText(value.slice(0, limit)).trim() : ""
  );

function dateOf(value: unknown): Date | undefined {
  if (typeof value !== "string" || value.length > 64) return undefined;
  const parsed = new Date(value);
  // PostgreSQL and JavaScript agree on these years; anything else is no date of a device.
  return parsed.getTime() >= 0 && parsed.getUTCFullYear() < 10_000 ? parsed : undefined;
}

/** Returns a UUID in lower case with dashes, of 32 hexadecimal digits with or without; undefined of anything else. */
function uuidFromApple(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const digits = value.replaceAll("-", "").toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(digits)) return undefined;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Returns a UUID as Apple writes it: 32 digits in upper case. */
export const uuidForApple = (uuid: string): string => uuid.replaceAll("-", "").toUpperCase();

const uuid = z.unknown().optional().transform(uuidFromApple);

const shortText = (value: unknown): string =>
  typeof value === "string" ? foreignText(value.length > TEXT ? value.slice(0, TEXT) : value).trim() : "";

/**
 * Returns a device of a page, or undefined if it has no serial number. Read by hand: a hundred thousand records at once
 * must not cost a multiple of their size.
 */
function deviceOf(value: unknown): DeviceRecord | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const given = new Map<string, unknown>(Object.entries(value));
  const serialNumber = given.get("serial_number");
  if (typeof serialNumber !== "string" || !SERIAL_NUMBER.test(serialNumber)) return undefined;
  const of = (name: string) => shortText(given.get(name));
  const assetTag = given.get("asset_tag");
  const record: DeviceRecord = {
    serialNumber,
    assetTag: typeof assetTag === "string" ? foreignText(assetTag).trim() : "",
    color: of("color"),
    description: of("description"),
    deviceFamily: of("device_family"),
    model: of("model"),
    os: of("os"),
    deviceAssignedBy: of("device_assigned_by"),
    profileStatus: of("profile_status") || "empty",
  };
  const opType = of("op_type");
  if (opType !== "") record.opType = opType;
  const profileUuid = uuidFromApple(given.get("profile_uuid"));
  if (profileUuid !== undefined) record.profileUuid = profileUuid;
  for (const [field, name] of TIMES) {
    const time = dateOf(given.get(name));
    if (time !== undefined) record[field] = time;
  }
  return record;
}

const TIMES = [
  ["deviceAssignedDate", "device_assigned_date"],
  ["opDate", "op_date"],
  ["profileAssignTime", "profile_assign_time"],
  ["profilePushTime", "profile_push_time"],
] as const;

/** Returns what a schema finds in an answer. Throws UnreadableAnswer. */
function read<Value>(schema: z.ZodType<Value>, answer: unknown): Value {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.map(String).join(".") ?? "";
  throw new UnreadableAnswer(where === "" ? "it is no object" : `"${foreignText(where, 64)}" is not as documented`);
}

const count = z.number().int().min(1).max(1_000_000).optional().catch(undefined);

const ACCOUNT = z.object({
  server_name: text(TEXT),
  server_uuid: z.string().transform((value, context) => {
    const known = uuidFromApple(value);
    if (known !== undefined) return known;
    context.addIssue({ code: "custom", message: "should be a UUID" });
    return z.NEVER;
  }),
  admin_id: text(TEXT),
  facilitator_id: text(TEXT),
  org_id: text(TEXT),
  org_name: text(TEXT),
  org_email: text(TEXT),
  org_phone: text(TEXT),
  org_address: text(),
  org_type: text(TEXT),
  org_version: text(TEXT),
  urls: z.array(z.unknown()).max(1000).catch([]),
});

const ADDRESS = z.object({
  uri: z.string().regex(/^\/[a-z0-9/_-]{1,100}$/i),
  limit: z.object({ default: count, maximum: count }),
});

/** Returns the account details. */
export function readAccount(answer: unknown): Account {
  const one = read(ACCOUNT, answer);
  const limits = one.urls.flatMap((value) => {
    const { data } = ADDRESS.safeParse(value);
    if (data === undefined) return [];
    const { default: usual, maximum } = data.limit;
    return [[data.uri, {
      ...(usual === undefined ? {} : { default: usual }),
      ...(maximum === undefined ? {} : { maximum }),
    }]] as const;
  });
  return {
    serverName: one.server_name,
    serverUuid: one.server_uuid,
    adminId: one.admin_id === "" ? one.facilitator_id : one.admin_id,
    orgId: one.org_id,
    orgName: one.org_name,
    orgEmail: one.org_email,
    orgPhone: one.org_phone,
    orgAddress: one.org_address,
    orgType: one.org_type,
    orgVersion: one.org_version,
    limits: Object.fromEntries(limits),
  };
}

const PAGE = z.object({
  devices: z.array(z.unknown()).nullish(),
  cursor: z.string().regex(/^[\x20-\x7e]{1,4000}$/),
  more_to_follow: z.boolean(),
});

/** Returns a page of devices. */
export function readPage(answer: unknown): DevicePage {
  const page = read(PAGE, answer);
  const records = page.devices ?? [];
  const devices = records.flatMap((value) => deviceOf(value) ?? []);
  return {
    devices,
    cursor: page.cursor,
    moreToFollow: page.more_to_follow,
    unreadable: records.length - devices.length,
  };
}

const BY_SERIAL_NUMBER = z.object({ devices: z.record(z.string(), z.unknown()).nullish() });
const DETAIL = z.object({ response_status: text(TEXT) });

/** Returns the details of devices by serial number, or why Apple says nothing of one. */
export function readDetails(answer: unknown): Map<string, DeviceRecord | { missing: string }> {
  const { devices } = read(BY_SERIAL_NUMBER, answer);
  return new Map(
    Object.entries(devices ?? {}).map(([serialNumber, value]) => {
      const status = DETAIL.safeParse(value).data?.response_status ?? "";
      const device = status === "" || status === "SUCCESS" ? deviceOf(value) : undefined;
      return [serialNumber, device ?? { missing: status === "" ? "NOT_ACCESSIBLE" : status }];
    }),
  );
}

const STATUSES = z.object({
  devices: z.record(z.string(), text(TEXT)).nullish(),
  retry_after_seconds: z.number().min(0).optional().catch(undefined),
  profile_uuid: uuid,
});

/** The answer to an assignment, a definition, or the end of ownership. */
export type Statuses = { devices: Map<string, string>; retryAfterSeconds?: number; profileUuid?: string };

/** Returns Apple's word for each device, such as "SUCCESS", "NOT_ACCESSIBLE", "FAILED" or "THROTTLED". */
export function readStatuses(answer: unknown): Statuses {
  const { devices, retry_after_seconds: retryAfterSeconds, profile_uuid: profileUuid } = read(STATUSES, answer);
  return {
    devices: new Map(Object.entries(devices ?? {})),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(profileUuid === undefined ? {} : { profileUuid }),
  };
}

const BETA_TOKENS = z.object({
  betaEnrollmentTokens: z.array(z.unknown()).max(1000).nullish(),
  seedBuildTokens: z.array(z.unknown()).max(1000).nullish(),
});
const BETA_TOKEN = z.object({ os: text(TEXT), title: text(TEXT), token: text() });

/** Returns the beta tokens that have a platform and a token. */
export function readBetaTokens(answer: unknown): { os: string; title: string; token: string }[] {
  const { betaEnrollmentTokens, seedBuildTokens } = read(BETA_TOKENS, answer);
  return (betaEnrollmentTokens ?? seedBuildTokens ?? []).flatMap((value) => {
    const { data } = BETA_TOKEN.safeParse(value);
    return data === undefined || data.os === "" || data.token === "" ? [] : [data];
  });
}

const SESSION = z.object({ auth_session_token: z.string().min(1).max(4096).regex(/^[\x21-\x7e]+$/) });

/** Returns the token of a new session. */
export const readSession = (answer: unknown): string => read(SESSION, answer).auth_session_token;
