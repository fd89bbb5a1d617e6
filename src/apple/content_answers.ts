/**
 * The answers of Apple's Apps & Books service, read once into typed values. What is odd in a list is left out and counted.
 *
 * @module
 */

import { z } from "zod";
import { foreignText } from "../foreign_text.ts";

/** A 200 answer that is not as documented. */
export class UnreadableContent extends Error {
  override readonly name = "UnreadableContent";
}

/** A server as Apple's client configuration names it. */
export type MdmInfo = { id: string; name: string; metadata: string };

/** What Apple says of a location. */
export type ClientConfig = {
  countryCode: string;
  platform: string;
  name: string;
  libraryUid: string;
  websiteUrl: string;
  tokenExpiration: Date | undefined;
  mdmInfo: MdmInfo | undefined;
  notificationUrl: string;
};

/** An asset of a location with its counts. */
export type AssetRecord = {
  adamId: string;
  pricingParam: string;
  productType: string;
  deviceAssignable: boolean;
  revocable: boolean;
  supportedPlatforms: string[];
  assigned: number;
  available: number;
  retired: number;
  total: number;
};

/** Who has a licence. */
export type Holder = { kind: "device" | "user"; holder: string };

/** A licence that Apple has assigned. */
export type AssignmentRecord = Holder & { adamId: string; pricingParam: string };

/** A page of a list. `version` is the same on all pages of one state of the list. */
export type ContentPage<Row> = {
  rows: Row[];
  page: number;
  /** Undefined on the last page. */
  next: number | undefined;
  version: string | undefined;
  /** Rows that were left out. */
  unreadable: number;
};

/** A failure of an event, with those that it is about; none: all of the event. */
export type EventFailure = { number: number | undefined; message: string; holders: Holder[] };

/** How far an event is. */
export type EventStatus = { state: "pending" | "complete" | "failed"; failures: EventFailure[] };

/** What the service takes, and where. */
export type ServiceConfig = { limits: ReadonlyMap<string, number>; urls: ReadonlyMap<string, string> };

const MOST_TEXT = 1024;
const text = z.string().transform((value) => foreignText(value, MOST_TEXT));
const optional = text.nullish().transform((value) => value ?? "");
/** Ids are compared and looked up: one that is too long is refused. */
const id = z.string().min(1).max(255).refine((value) => !value.includes("\0") && value.isWellFormed());
/** Older answers have numbers. */
const numberId = z.union([id, z.int().min(0).transform(String)]);
const count = z.int().min(0).max(2_000_000_000);

const mdmInfo = z.object({ id: optional, name: optional, metadata: optional });

const clientConfig = z.object({
  countryISO2ACode: text,
  defaultPlatform: text,
  locationName: text,
  uId: numberId,
  websiteURL: optional,
  tokenExpirationDate: z.string().nullish(),
  mdmInfo: mdmInfo.nullish(),
  notificationUrl: optional,
});

function read<Value>(schema: z.ZodType<Value>, answer: unknown): Value {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UnreadableContent(`"${issue?.path.join(".") ?? ""}" is not as documented`);
}

/** Returns a time of Apple's, `2030-11-08T22:33:22+0000`; undefined for anything else. */
export function readAppleTime(value: string | null | undefined): Date | undefined {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?)(Z|[+-]\d\d:?\d\d)$/.exec(value ?? "");
  if (parts === null) return undefined;
  const [, moment, zone = "Z"] = parts;
  const date = new Date(`${moment}${zone.replace(/^([+-]\d\d)(\d\d)$/, "$1:$2")}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** Returns the client configuration of a location. Throws UnreadableContent. */
export function readClientConfig(answer: unknown): ClientConfig {
  const found = read(clientConfig, answer);
  const { mdmInfo: owner } = found;
  return {
    countryCode: found.countryISO2ACode,
    platform: found.defaultPlatform,
    name: found.locationName,
    libraryUid: found.uId,
    websiteUrl: found.websiteURL,
    tokenExpiration: readAppleTime(found.tokenExpirationDate),
    mdmInfo: owner === null || owner === undefined || owner.id === "" ? undefined : owner,
    notificationUrl: found.notificationUrl,
  };
}

/** Returns the server that an answer names as the manager of the location; undefined when it names none. */
export function ownerOf(answer: unknown): MdmInfo | undefined {
  const parsed = z.object({ mdmInfo }).safeParse(answer);
  return parsed.success && parsed.data.mdmInfo.id !== "" ? parsed.data.mdmInfo : undefined;
}

/** Returns limits and addresses. Odd ones are left out. */
export function readServiceConfig(answer: unknown): ServiceConfig {
  const parsed = read(
    z.object({
      limits: z.record(z.string(), z.unknown()).nullish(),
      urls: z.record(z.string(), z.unknown()).nullish(),
    }),
    answer,
  );
  const limits = Object.entries(parsed.limits ?? {}).slice(0, 200).flatMap(([name, value]) =>
    typeof value === "number" && Number.isInteger(value) && value > 0 ? [[name, value] as const] : []
  );
  const urls = Object.entries(parsed.urls ?? {}).slice(0, 200).flatMap(([name, value]) =>
    typeof value === "string" && value.length <= 2000 ? [[name, value] as const] : []
  );
  return { limits: new Map(limits), urls: new Map(urls) };
}

const assetRecord = z.object({
  adamId: numberId,
  pricingParam: id,
  productType: text,
  deviceAssignable: z.boolean().default(false),
  revocable: z.boolean().default(false),
  supportedPlatforms: z.array(text).max(20).nullish().transform((value) => value ?? []),
  assignedCount: count.default(0),
  availableCount: count.default(0),
  retiredCount: count.default(0),
  totalCount: count.default(0),
}).transform((found): AssetRecord => ({
  adamId: found.adamId,
  pricingParam: found.pricingParam,
  productType: found.productType,
  deviceAssignable: found.deviceAssignable,
  revocable: found.revocable,
  supportedPlatforms: found.supportedPlatforms,
  assigned: found.assignedCount,
  available: found.availableCount,
  retired: found.retiredCount,
  total: found.totalCount,
}));

const assignmentRecord = z.object({
  adamId: numberId,
  pricingParam: id.nullish().transform((value) => value ?? "STDQ"),
  serialNumber: id.nullish(),
  clientUserId: id.nullish(),
}).transform(({ adamId, pricingParam, serialNumber, clientUserId }, context): AssignmentRecord => {
  if (typeof serialNumber === "string") return { adamId, pricingParam, kind: "device", holder: serialNumber };
  if (typeof clientUserId === "string") return { adamId, pricingParam, kind: "user", holder: clientUserId };
  context.addIssue({ code: "custom", message: "it names nobody" });
  return z.NEVER;
});

/** Rows of one page: Apple's own have several hundred. */
const MOST_ROWS = 20_000;

function readPage<Row>(name: string, row: z.ZodType<Row>, answer: unknown): ContentPage<Row> {
  const page = read(
    z.object({
      [name]: z.array(z.unknown()).max(MOST_ROWS).nullish(),
      currentPageIndex: z.int().min(0).nullish(),
      nextPageIndex: z.int().min(0).nullish(),
      versionId: id.nullish(),
    }),
    answer,
  );
  const given: unknown = page[name];
  const list: unknown[] = Array.isArray(given) ? given : [];
  const rows = list.flatMap((one) => {
    const parsed = row.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });
  const { currentPageIndex, nextPageIndex, versionId } = page;
  return {
    rows,
    page: typeof currentPageIndex === "number" ? currentPageIndex : 0,
    next: typeof nextPageIndex === "number" ? nextPageIndex : undefined,
    version: typeof versionId === "string" ? versionId : undefined,
    unreadable: list.length - rows.length,
  };
}

/** Returns a page of assets. Throws UnreadableContent. */
export const readAssets = (answer: unknown): ContentPage<AssetRecord> => readPage("assets", assetRecord, answer);

/** Returns a page of assignments. Throws UnreadableContent. */
export const readAssignments = (answer: unknown): ContentPage<AssignmentRecord> =>
  readPage("assignments", assignmentRecord, answer);

/** Returns the assignments of a notification: odd ones are left out. */
export const readHolders = (list: readonly unknown[]): AssignmentRecord[] =>
  list.slice(0, MOST_ROWS).flatMap((one) => {
    const parsed = assignmentRecord.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });

/** Returns the id of an event. Throws UnreadableContent. */
export const readEventId = (answer: unknown): string => read(z.object({ eventId: id }), answer).eventId;

const names = z.union([z.array(z.string()).max(MOST_ROWS), z.string().transform((one) => [one])]).nullish()
  .transform((value) => value ?? []);
/** Apple's documents have both singular and plural. */
const errorInfo = z.object({ serialNumbers: names, serialNumber: names, clientUserIds: names, clientUserId: names });

const failure = z.object({
  errorNumber: z.int().nullish(),
  errorMessage: optional,
  errorInfo: errorInfo.nullish(),
}).transform(({ errorNumber, errorMessage, errorInfo: about }): EventFailure => ({
  number: errorNumber ?? undefined,
  message: errorMessage,
  holders: about === null || about === undefined ? [] : [
    ...[...about.serialNumbers, ...about.serialNumber].map((holder) => ({ kind: "device" as const, holder })),
    ...[...about.clientUserIds, ...about.clientUserId].map((holder) => ({ kind: "user" as const, holder })),
  ],
}));

/** Returns how far an event is. Throws UnreadableContent. */
export function readEventStatus(answer: unknown): EventStatus {
  const found = read(
    z.object({ eventStatus: text, failures: z.array(z.unknown()).max(MOST_ROWS).nullish() }),
    answer,
  );
  const failures = (found.failures ?? []).flatMap((one) => {
    const parsed = failure.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });
  const state = /^complete/i.test(found.eventStatus)
    ? "complete"
    : /^fail/i.test(found.eventStatus)
    ? "failed"
    : "pending";
  return { state, failures };
}

/** Returns an error that is inside of a body; undefined for a body without one. */
export function readError(answer: unknown): { number: number; message: string } | undefined {
  const parsed = z.object({ errorNumber: z.int(), errorMessage: optional }).safeParse(answer);
  return parsed.success ? { number: parsed.data.errorNumber, message: parsed.data.errorMessage } : undefined;
}
