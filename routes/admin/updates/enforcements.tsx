/**
 * Software update enforcements: what devices must be updated to, by when, and what each device is told.
 *
 * @module
 */

import type { Hono } from "hono";
import { findTags, listTags } from "../../../db/tags/tags.ts";
import { blueprintsOfEnforcement, type EnforcementRow, listEnforcements } from "../../../db/updates/enforcements.ts";
import { enforcedBlueprints } from "../../../db/updates/update_views.ts";
import { eachUpdateProgress } from "../../../src/planner/update_progress.ts";
import { UpdateSum } from "../../../src/planner/update_sum.ts";
import { PLATFORMS } from "../../../src/protocol/platform.ts";
import { blackoutsOfLines, linesOfBlackouts } from "../../../src/updates/blackout_text.ts";
import { enforcementFields, enforcementInput } from "../../../src/updates/enforcement_input.ts";
import {
  changeEnforcement,
  createEnforcement,
  mustFindEnforcement,
  removeEnforcement,
} from "../../../src/updates/enforcements.ts";
import type { AppEnv } from "../../context.ts";
import { counted, Fact, Field } from "../parts/components.tsx";
import { Checks, TextArea } from "../parts/form_parts.tsx";
import { limitsOf } from "../parts/limits.ts";
import type { Form, FormState, PageContext } from "../parts/page.tsx";
import { mountSettings } from "../parts/settings_pages.tsx";
import { ProgressTable } from "./progress.tsx";
import { SettingsHelp } from "./settings_help.tsx";

const MANY = { limit: 500, offset: 0 } as const;
const { shape } = enforcementFields;

const orNull = (text: string | undefined) => text === undefined || text === "" ? null : text;

/** Returns the input of the form in the API's form. What belongs to the other mode is left out. */
function inputOf(form: Form): Record<string, unknown> {
  const once = form.text("mode") === "once";
  return {
    name: form.value("name"),
    details_url: form.value("details_url"),
    platforms: form.texts("platforms"),
    tags: form.pks("tags"),
    ...(once
      ? {
        os_version: form.value("os_version"),
        build_version: form.value("build_version"),
        local_datetime: orNull(form.value("local_datetime")) ?? undefined,
      }
      : {
        max_os_version: form.value("max_os_version"),
        delay_days: form.whole("delay_days"),
        local_time: orNull(form.value("local_time")),
        blackouts: blackoutsOfLines(form.raw("blackouts")),
      }),
  };
}

async function Fields(
  { context, row, state }: { context: PageContext; row?: EnforcementRow; state: FormState | undefined },
) {
  const { sql } = context.runtime;
  const { rows: listed } = await listTags(sql, MANY);
  // Its own are always among them, or saving would drop them.
  const known = new Set(listed.map(({ id }) => id));
  const missing = (row?.tags ?? []).filter((id) => !known.has(id));
  const tags = [...(missing.length === 0 ? [] : await findTags(sql, missing)), ...listed];
  const mode = state?.values.text("mode") ?? (row === undefined || row.maxOsVersion !== "" ? "latest" : "once");
  return (
    <>
      <Field name="name" label="Name" required {...limitsOf(shape.name)} value={row?.name ?? ""} state={state} />
      <Field
        name="details_url"
        label="Details URL"
        type="url"
        wide
        value={row?.detailsUrl ?? ""}
        help="Shown to the user with the update: a page of yours about it. Optional."
        state={state}
      />
      <Checks
        name="platforms"
        legend="Platforms"
        options={PLATFORMS.map((one) => [one, one] as const)}
        values={row?.platforms ?? ["macOS"]}
        state={state}
      />
      <Checks
        name="tags"
        legend="Tags"
        options={tags.map(({ id, name }) => [String(id), name] as const)}
        values={(row?.tags ?? []).map(String)}
        help="Only for devices with one of these tags. Of several enforcements of a blueprint the one with most of a device's tags applies; one without tags is for all others."
        empty="There are no tags yet. Without tags it is for every device of its blueprints."
        state={state}
      />
      <fieldset>
        <legend>Type</legend>
        <label class="check">
          <input type="radio" name="mode" value="latest" checked={mode === "latest"} />{" "}
          Latest: always the newest update that Apple offers
        </label>
        <label class="check">
          <input type="radio" name="mode" value="once" checked={mode === "once"} /> Once: one version at one time
        </label>
      </fieldset>
      <fieldset>
        <legend>Latest</legend>
        <Field
          name="max_os_version"
          label="Maximum version, not included"
          value={row?.maxOsVersion ?? ""}
          help="27 is everything below 27."
          {...limitsOf(shape.max_os_version)}
          state={state}
        />
        <Field
          name="delay_days"
          label="Delay in days"
          type="number"
          {...limitsOf(shape.delay_days)}
          value={String(row?.delayDays ?? 14)}
          help="After Apple posted the release."
          state={state}
        />
        <Field
          name="local_time"
          label="Local time"
          value={row?.localTime ?? "09:30:00"}
          help="In the device's own time zone, such as 09:30."
          state={state}
        />
        <TextArea
          name="blackouts"
          label="Blackout windows"
          rows={4}
          value={linesOfBlackouts(row?.blackouts ?? [])}
          help="One per line, such as 2026-12-24 to 2027-01-03, or Mon Tue Wed Thu Fri 08:00-15:00. A deadline in one is moved to its end. Optional."
          state={state}
        />
      </fieldset>
      <fieldset>
        <legend>Once</legend>
        <Field
          name="os_version"
          label="Version"
          value={row?.osVersion ?? ""}
          help="Such as 26.3.1."
          {...limitsOf(shape.os_version)}
          state={state}
        />
        <Field
          name="build_version"
          label="Build"
          value={row?.buildVersion ?? ""}
          help="Such as 25D2128. Optional."
          state={state}
        />
        <Field
          name="local_datetime"
          label="Local date and time"
          value={row?.localDatetime ?? ""}
          help="In the device's own time zone, such as 2026-12-17T09:30:00."
          state={state}
        />
      </fieldset>
    </>
  );
}

/** What an enforcement asks for, in words. */
const words = (row: EnforcementRow): string =>
  row.maxOsVersion === ""
    ? `${row.osVersion}${row.buildVersion === "" ? "" : ` (${row.buildVersion})`} until ${
      row.localDatetime?.replace("T", " ") ?? ""
    }`
    : `the latest below ${row.maxOsVersion}, ${
      counted(row.delayDays ?? 0, "day")
    } after its release at ${row.localTime}`;

async function facts(row: EnforcementRow, { runtime }: PageContext) {
  const { rows: tags } = await listTags(runtime.sql, MANY);
  return (
    <>
      <Fact name="Update">{words(row)}</Fact>
      <Fact name="Platforms">{row.platforms.join(", ")}</Fact>
      <Fact name="Tags">
        {row.tags.length === 0
          ? "all devices without a more fitting enforcement"
          : row.tags.map((id) => tags.find((tag) => tag.id === id)?.name ?? String(id)).join(", ")}
      </Fact>
      <Fact name="Details URL">{row.detailsUrl || "none"}</Fact>
      {row.blackouts.length === 0
        ? null
        : <Fact name="Blackout windows">{linesOfBlackouts(row.blackouts).split("\n").join(", ")}</Fact>}
    </>
  );
}

/** The devices that have a target from an enforcement. */
async function targets(row: EnforcementRow, context: PageContext) {
  if (!context.may("mdm.view_enrolleddevice")) return null;
  const { runtime } = context;
  const sum = new UpdateSum(({ decision }) => decision.target?.enforcement.id === row.id);
  const only = context.only("mdm.view_enrolleddevice");
  await eachUpdateProgress(runtime, await enforcedBlueprints(runtime.sql, row.id), (one) => sum.add(one), only);
  return (
    <>
      <h2>Targets of devices</h2>
      <ProgressTable context={context} named={sum.named} empty="No device has a target from this enforcement." />
    </>
  );
}

/** Mounts the pages. */
export const mountEnforcements = (app: Hono<AppEnv>): void =>
  mountSettings(app, {
    all: "/software-update-enforcements/",
    model: "softwareupdateenforcement",
    title: "Update enforcements",
    intro: "An enforcement sets the update that devices must have and its deadline. Add it to a blueprint. Users can " +
      "install the update earlier; at the deadline the device installs it.",
    noun: "enforcement",
    short: "enforcement",
    columns: [["Platforms", ({ platforms }) => platforms.join(", ")], ["Update", words]],
    facts,
    Fields,
    input: enforcementInput,
    inputOf,
    list: listEnforcements,
    find: mustFindEnforcement,
    blueprints: blueprintsOfEnforcement,
    create: createEnforcement,
    change: changeEnforcement,
    remove: removeEnforcement,
    belowList: (context) => <SettingsHelp context={context} />,
    belowFacts: targets,
  });
