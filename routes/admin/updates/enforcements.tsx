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
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import { ActionButton, counted, Csrf, Fact, Field, FormErrors, Table } from "../parts/components.tsx";
import { type Crumb, under } from "../parts/crumbs.ts";
import { Checks, TextArea } from "../parts/form_parts.tsx";
import { limitsOf } from "../parts/limits.ts";
import { action, type Form, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";
import { mountChange, Previewed, SaveButtons } from "../parts/preview.tsx";
import { ProgressTable } from "./progress.tsx";
import { SettingsHelp } from "./settings_help.tsx";

const ALL = "/software-update-enforcements/";
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
      <FormErrors state={state} />
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

async function listPage(context: PageContext): Promise<Page> {
  const { rows, count } = await listEnforcements(context.runtime.sql, MANY);
  return {
    title: "Update enforcements",
    body: (
      <>
        <p>
          An enforcement sets the update that devices must have and its deadline. Add it to a blueprint. Users can
          install the update earlier; at the deadline the device installs it.
        </p>
        <Table
          caption={counted(count, "enforcement")}
          head={["Name", "Platforms", "Update"]}
          empty="No enforcements yet."
          rows={rows.map((row) => (
            <tr>
              <td>
                <a href={`${ALL}${row.id}/`}>{row.name}</a>
              </td>
              <td>{row.platforms.join(", ")}</td>
              <td class="words">{words(row)}</td>
            </tr>
          ))}
        />
        {context.may("mdm.add_softwareupdateenforcement")
          ? (
            <p>
              <a class="button" href={`${ALL}new/`}>Create an enforcement</a>
            </p>
          )
          : null}
        <SettingsHelp context={context} />
      </>
    ),
  };
}

const parents = (row: EnforcementRow): Crumb[] => [
  ...under(ALL),
  { href: `${ALL}${row.id}/`, label: row.name, needs: "mdm.view_softwareupdateenforcement" },
];

async function newPage(context: PageContext, state?: FormState): Promise<Page> {
  return {
    title: "New software update enforcement",
    parents: under(ALL),
    body: (
      <form class="stack" method="post" action={`${ALL}new/`}>
        <Csrf context={context} />
        {await Fields({ context, state })}
        <button type="submit">Create enforcement</button>
      </form>
    ),
  };
}

async function detailPage(context: PageContext): Promise<Page> {
  const { runtime } = context;
  const row = await mustFindEnforcement(runtime, context.id());
  const [blueprints, { rows: tags }] = await Promise.all([
    blueprintsOfEnforcement(runtime.sql, row.id),
    listTags(runtime.sql, MANY),
  ]);
  const sum = new UpdateSum(({ decision }) => decision.target?.enforcement.id === row.id);
  if (context.may("mdm.view_enrolleddevice")) {
    const only = context.only("mdm.view_enrolleddevice");
    await eachUpdateProgress(runtime, await enforcedBlueprints(runtime.sql, row.id), (one) => sum.add(one), only);
  }
  return {
    title: row.name,
    parents: under(ALL),
    body: (
      <>
        <section class="card">
          <dl class="facts">
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
            <Fact name="Blueprints">
              {blueprints.length === 0 ? "none" : blueprints.map(({ id, name }, index) => (
                <>
                  {index === 0 ? "" : ", "}
                  {context.may("mdm.view_blueprint") ? <a href={`/blueprints/${id}/`}>{name}</a> : name}
                </>
              ))}
            </Fact>
          </dl>
          {context.may("mdm.change_softwareupdateenforcement")
            ? (
              <p>
                <a class="button plain" href={`${ALL}${row.id}/edit/`}>Edit</a>
              </p>
            )
            : null}
        </section>
        {context.may("mdm.view_enrolleddevice")
          ? (
            <>
              <h2>Targets of devices</h2>
              <ProgressTable
                context={context}
                named={sum.named}
                empty="No device has a target from this enforcement."
              />
            </>
          )
          : null}
        {context.may("mdm.delete_softwareupdateenforcement") && blueprints.length === 0
          ? (
            <>
              <h2>Delete</h2>
              <ActionButton
                context={context}
                action={`${ALL}${row.id}/delete/`}
                label="Delete enforcement"
                tone="danger"
                confirm={`Delete the enforcement ${row.name}?`}
              />
            </>
          )
          : null}
      </>
    ),
  };
}

/** Mounts the pages. */
export function mountEnforcements(app: Hono<AppEnv>): void {
  page(app, ALL, "mdm.view_softwareupdateenforcement", listPage);
  page(app, `${ALL}new/`, "mdm.add_softwareupdateenforcement", (context) => newPage(context));
  action(app, `${ALL}new/`, "mdm.add_softwareupdateenforcement", async ({ runtime, by }, form) => {
    const { id } = await createEnforcement(runtime, by, await parseOrRefuse(enforcementInput, inputOf(form)));
    return `${ALL}${id}/?done=created`;
  }, newPage);
  page(app, `${ALL}:id/`, "mdm.view_softwareupdateenforcement", detailPage);
  mountChange(app, `${ALL}:id/edit/`, {
    needs: "mdm.change_softwareupdateenforcement",
    async read(context, form) {
      const [id, input] = [context.id(), await parseOrRefuse(enforcementInput, inputOf(form))];
      return async (runtime) => {
        await changeEnforcement(runtime, context.by, id, input);
        return `${ALL}${id}/?done=saved`;
      };
    },
    async show(context, state, preview) {
      const row = await mustFindEnforcement(context.runtime, context.id());
      return {
        title: `Edit ${row.name}`,
        parents: parents(row),
        body: (
          <Previewed preview={preview} context={context}>
            <form class="stack" method="post" action={`${ALL}${row.id}/edit/`}>
              <Csrf context={context} />
              {await Fields({ context, row, state })}
              <SaveButtons />
            </form>
          </Previewed>
        ),
      };
    },
  });
  action(app, `${ALL}:id/delete/`, "mdm.delete_softwareupdateenforcement", async (context) => {
    await removeEnforcement(context.runtime, context.by, context.id());
    return `${ALL}?done=deleted`;
  });
}
