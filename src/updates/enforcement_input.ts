/**
 * The input for a software update enforcement, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { REQUIRED } from "../errors.ts";
import { pkListField } from "../input_fields.ts";
import { blankableField, textField } from "../input_text.ts";
import { PLATFORMS } from "../protocol/platform.ts";
import { leavesTime } from "./deadline.ts";

const ENFORCED = PLATFORMS;
const OS_VERSION = /^[0-9]{1,4}(\.[0-9]{1,4}){0,2}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/;
const BUILD = /^[0-9A-Za-z]{0,32}$/;
const MOST_BLACKOUTS = 100;

/** A year that no feed, database or property list has trouble with. */
const YEAR = /^2\d{3}-/;
const YEAR_FORMAT = "The year has to be between 2000 and 2999.";

const isDay = (text: string): boolean => {
  const at = new Date(`${text}T00:00:00Z`);
  return DAY.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
};

/** One sentence for a text that is refused for what it holds. */
const unlessRefused = ({ issues }: { issues: readonly unknown[] }): boolean => issues.length === 0;

const osVersion = blankableField(20).refine((text) => text === "" || OS_VERSION.test(text), {
  error: "Not a valid OS version",
  when: unlessRefused,
});
/** A text that is not sent, null or "" is unset. */
const unset = <T extends z.ZodType>(field: T) => field.nullable().optional();

const TIME_FORMAT = "Time has wrong format. Use one of these formats instead: hh:mm[:ss].";
const dayField = z.string().refine(isDay, {
  error: "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
  abort: true,
}).refine((text) => YEAR.test(text), { error: YEAR_FORMAT });
const timeOfDay = z.string().refine((text) => TIME.test(text), { error: TIME_FORMAT }).transform((text) =>
  text.length === 5 ? `${text}:00` : text
);
const timeOfDayOrNone = z.string().refine((text) => text === "" || TIME.test(text), { error: TIME_FORMAT })
  .transform((text) => text.length === 5 ? `${text}:00` : text);
const localDatetime = z.string().transform((text, context) => {
  if (text === "") return text;
  const [day = "", time = "", ...more] = text.split(/[T ]/);
  if (isDay(day) && TIME.test(time) && more.length === 0) {
    if (YEAR.test(day)) return `${day}T${time.length === 5 ? `${time}:00` : time}`;
    context.addIssue({ code: "custom", message: YEAR_FORMAT });
    return z.NEVER;
  }
  context.addIssue({
    code: "custom",
    message: "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss], without a zone.",
  });
  return z.NEVER;
}).meta({ examples: ["2024-12-17T09:30:00"] });

const blackout = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("days"), from: dayField, until: dayField })
    .refine(({ from, until }) => from <= until, { error: "The last day is before the first one.", path: ["until"] }),
  z.object({
    kind: z.literal("weekly"),
    days: z.array(z.int().min(1).max(7)).min(1).max(7).describe("1 is Monday."),
    from: timeOfDay,
    until: timeOfDay.describe("The end; on the next day if it is not after the beginning."),
  }),
]);

/** The fields of an enforcement. */
export const enforcementFields = z.object({
  name: textField(256),
  details_url: blankableField(2000).refine(
    (text) => text === "" || /^https?:\/\/\S+$/.test(text) && URL.canParse(text),
    {
      error: "Enter a valid URL.",
      when: unlessRefused,
    },
  ).default(""),
  platforms: z.array(z.enum(ENFORCED)).min(1, REQUIRED).transform((list) =>
    ENFORCED.filter((one) => list.includes(one))
  ),
  tags: pkListField.default([]),
  os_version: osVersion.default("").describe("Once: the version."),
  build_version: unset(z.string().refine((text) => BUILD.test(text), { error: "Not a valid build" })),
  local_datetime: unset(localDatetime).describe("Once: the time, in the device's own zone."),
  max_os_version: osVersion.default("").describe(
    "Latest: the first version that is not wanted any more, such as 16 for everything below 16.",
  ),
  delay_days: z.int().min(0).max(120).nullable().optional().describe(
    "Latest: days after the release was posted. Default: 14.",
  ),
  local_time: unset(timeOfDayOrNone).describe("Latest: the time of day. Default: 09:30:00."),
  blackouts: z.array(blackout).max(MOST_BLACKOUTS).refine(leavesTime, {
    error: "These windows leave no time at all.",
    when: unlessRefused,
  }).default([]).describe(
    "Latest: times when nothing is enforced. A deadline in one is moved to its end.",
  ),
});

type Given = z.output<typeof enforcementFields>;

const OF_ONCE = ["local_datetime", "build_version"] as const;
const OF_LATEST = ["delay_days", "local_time"] as const;
const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== "";

/** Reports the fields that do not belong to the mode, and those that it lacks. */
function checkMode(given: Given, context: z.RefinementCtx): void {
  const issue = (message: string, field?: string) =>
    context.addIssue({ code: "custom", message, path: field === undefined ? [] : [field] });
  const [once, latest] = [given.os_version !== "", given.max_os_version !== ""];
  if (once && latest) return issue("os_version and max_os_version cannot be both set");
  if (!once && !latest) return issue("os_version or max_os_version are required");
  const mode = once ? "os_version" : "max_os_version";
  for (const field of once ? OF_LATEST : OF_ONCE) {
    if (isSet(given[field])) issue(`This field cannot be set if ${mode} is used`, field);
  }
  if (once) {
    if (given.local_datetime === null) issue(`This field cannot be null if ${mode} is used`, "local_datetime");
    else if (!isSet(given.local_datetime)) issue(`This field is required if ${mode} is used`, "local_datetime");
    if (given.blackouts.length > 0) issue(`This field cannot be set if ${mode} is used`, "blackouts");
    return;
  }
  for (const field of OF_LATEST) {
    if (given[field] === null) issue(`This field cannot be null if ${mode} is used`, field);
  }
}

/** An enforcement as an operator sends it. */
export const enforcementInput = enforcementFields.superRefine(checkMode).transform((given) => {
  const latest = given.max_os_version !== "";
  return {
    name: given.name,
    detailsUrl: given.details_url,
    platforms: given.platforms,
    tags: given.tags,
    osVersion: given.os_version,
    buildVersion: given.build_version ?? "",
    localDatetime: given.local_datetime === "" ? null : given.local_datetime ?? null,
    maxOsVersion: given.max_os_version,
    delayDays: latest ? given.delay_days ?? 14 : null,
    localTime: latest ? (given.local_time || "09:30:00") : null,
    blackouts: given.blackouts.map((one) =>
      one.kind === "days" ? one : { ...one, days: [...new Set(one.days)].sort() }
    ),
  };
});
