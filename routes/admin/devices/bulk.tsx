/**
 * Commands for many devices: from a filter of the device list, with a preview; their progress and results.
 *
 * @module
 */

import type { Hono } from "hono";
import {
  type BulkCommandView,
  findBulkView,
  listBulkResults,
  listBulkViews,
} from "../../../db/bulk/bulk_command_views.ts";
import { findDevice } from "../../../db/devices/device_views.ts";
import { mayCommand } from "../../../src/access/command_rights.ts";
import { isDestructive } from "../../../src/approvals/destructive.ts";
import { approvalSettings, reasonWanted } from "../../../src/approvals/settings.ts";
import { CATALOGUE, type CatalogueEntry, catalogueEntry } from "../../../src/commands/catalogue.ts";
import { commandNamed, commandsWith } from "../../../src/commands/registry.ts";
import { targetOf } from "../../../src/devices/actions.ts";
import { cancelBulkCommand, createBulkCommand, lookAtBulkCommand } from "../../../src/devices/bulk_commands.ts";
import { bulkCommandInput } from "../../../src/devices/bulk_input.ts";
import { problem } from "../../../src/errors.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import { conditionsOf } from "../../device_selection.ts";
import { BULK_RESULT_STATES, BULK_RESULT_WORDS, bulkWord, choicesOf } from "../../state_words.ts";
import {
  ActionButton,
  counted,
  Csrf,
  Field,
  FormErrors,
  offsetOf,
  Pager,
  Reason,
  Select,
  StateChip,
  Table,
  Time,
} from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { errorTexts } from "../parts/failure_texts.ts";
import { Live, mountLive, type Part, Reload } from "../parts/live.tsx";
import { action, type Form, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";
import { fieldsFor, FORM_BYTES } from "./send.tsx";

const PATH = "/bulk-commands/";
const LIMIT = 50;

/** The words of a result's state. */
const wordOf = (state: string) => BULK_RESULT_WORDS[BULK_RESULT_STATES.find((one) => one === state) ?? "expired"];

/** "459 queued, 40 not possible". */
const progressWords = ({ states }: BulkCommandView): string =>
  BULK_RESULT_STATES.filter((state) => states[state] !== undefined)
    .map((state) => `${states[state]} ${wordOf(state).text.toLowerCase()}`).join(", ");

const inputOf = (form: Form, name: string, args: Record<string, unknown>) =>
  parseOrRefuse(bulkCommandInput, {
    name,
    arguments: args,
    selection: { filter: form.text("filter") },
    not_before: form.value("not_before") || undefined,
    expires_at: form.value("expires_at") || undefined,
    expected_devices: form.text("expected_devices") === "" ? undefined : form.whole("expected_devices"),
  });

/** A command that people can send: of the catalogue, or one with a form of its own. */
function entryOf(name: string): Pick<CatalogueEntry, "command" | "requestType" | "danger" | "title"> {
  const entry = catalogueEntry(name);
  if (entry !== undefined) return entry;
  const command = commandNamed(name);
  if (command?.form === undefined) throw problem("not-found");
  return { command, requestType: command.name, danger: command.form.danger === true, title: command.form.label };
}

/** The chosen command with its preview for the filter; `form` has the values of its inputs, if it was sent. */
async function lookedAt(context: PageContext, name: string, filter: string, form: Form | undefined) {
  const { runtime, by } = context;
  const entry = entryOf(name);
  const { command } = entry;
  const conditions = conditionsOf({ filter }, runtime.clock.now());
  const { targets, preview } = await lookAtBulkCommand(runtime, by, command, { filter }, conditions);
  const able = targets.find(({ why }) => why === null);
  const device = able === undefined ? undefined : await findDevice(runtime.sql, able.deviceId);
  const fields = device === undefined ? undefined : fieldsFor(entry, { target: targetOf(device) }, form);
  return { entry, preview, fields };
}

async function Order({ context, filter, name, state }: {
  context: PageContext;
  filter: string;
  name: string;
  state: FormState | undefined;
}) {
  const { entry: { command, danger, title }, preview, fields } = await lookedAt(context, name, filter, state?.values);
  const warning = command.published?.warning ?? command.form?.warning;
  const settings = await approvalSettings(context.runtime.sql);
  const destructive = isDestructive(command);
  return (
    <>
      <h2>Preview</h2>
      <p>
        {`${preview.possible} of ${counted(preview.devices, "device")} can take ${command.name}.`}
      </p>
      {preview.reasons.length === 0 ? null : (
        <Table
          caption={`${counted(preview.impossible, "device")} cannot`}
          head={["Reason", "Devices", "Examples"]}
          empty=""
          rows={preview.reasons.map(({ reason, count, examples }) => (
            <tr>
              <td class="words">{reason}</td>
              <td>{String(count)}</td>
              <td>
                {examples.map((one) => (
                  <div>
                    <a href={`/devices/${one.id}/`}>{one.name || one.serial_number}</a>
                  </div>
                ))}
              </td>
            </tr>
          ))}
        />
      )}
      {fields === undefined ? null : (
        <>
          <h2>{title}</h2>
          <form class="stack" method="post" enctype="multipart/form-data" action={PATH}>
            <Csrf context={context} />
            <FormErrors state={state} />
            <input type="hidden" name="filter" value={filter} />
            <input type="hidden" name="command" value={command.name} />
            {warning === undefined ? null : <p>{warning}</p>}
            <fields.Inputs state={state} />
            <Field name="not_before" label="Not before, in UTC" type="datetime-local" state={state} />
            <Field name="expires_at" label="Expires, in UTC" type="datetime-local" state={state} />
            {destructive || danger
              ? (
                <Field
                  name="expected_devices"
                  label={`Number of devices, to confirm (${preview.devices})`}
                  inputmode="numeric"
                  required
                  autocomplete="off"
                  state={state}
                />
              )
              : <input type="hidden" name="expected_devices" value={String(preview.devices)} />}
            {destructive ? <Reason wanted={reasonWanted(settings, "destructive_commands")} state={state} /> : null}
            <button type="submit" {...(destructive ? { class: "danger" } : {})}>
              {`Send to ${counted(preview.possible, "device")}`}
            </button>
          </form>
        </>
      )}
    </>
  );
}

async function newPage(context: PageContext, state?: FormState): Promise<Page> {
  const given = (name: string) => (state?.values.text(name) ?? context.url.searchParams.get(name) ?? "").slice(0, 2000);
  const [filter, name] = [given("filter"), given("command")];
  const own = commandsWith("form").map(({ command, part }) => [command.name, part.label] as const);
  const others = CATALOGUE.map(({ command, title }) => [command.name, title] as const);
  const commands = [...new Map([...others, ...own])].filter(([name]) => mayCommand(context.by.actor, name));
  return {
    title: "Send a command to many devices",
    parents: under(PATH),
    body: (
      <>
        <p>
          {filter === "" ? "All devices are selected. " : "The devices of your filter are selected. "}
          <a href={`/devices/?${filter}`}>Show them</a>
        </p>
        <form class="row" method="get" action={`${PATH}new/`}>
          <input type="hidden" name="filter" value={filter} />
          <Select
            name="command"
            label="Command"
            value={name}
            options={commands}
          />
          <button type="submit" class="plain">Preview</button>
        </form>
        {name === "" ? null : await Order({ context, filter, name, state })}
      </>
    ),
  };
}

async function listPage(context: PageContext): Promise<Page> {
  const { runtime: { sql, clock }, url } = context;
  const offset = offsetOf(url);
  const { rows, count } = await listBulkViews(sql, {
    only: context.only("mdm.view_devicecommand"),
    limit: LIMIT,
    offset,
  });
  const now = clock.now();
  return {
    title: "Bulk commands",
    body: (
      <>
        <p>
          To send a command to many devices, filter the <a href="/devices/">list of devices</a>.
        </p>
        <Table
          caption={counted(count, "bulk command")}
          head={["Command", "State", "Devices", "Sent by", "Created"]}
          empty="No bulk commands yet."
          rows={rows.map((row) => (
            <tr>
              <td>
                <a href={`${PATH}${row.id}/`}>{row.name}</a>
              </td>
              <td>
                <StateChip word={bulkWord(row)} />
              </td>
              <td class="words">{progressWords(row)}</td>
              <td>{row.createdByName}</td>
              <td>
                <Time at={row.createdAt} now={now} />
              </td>
            </tr>
          ))}
        />
        <Pager url={url} limit={LIMIT} offset={offset} count={count} />
      </>
    ),
  };
}

async function mustFind(context: PageContext): Promise<BulkCommandView> {
  const row = await findBulkView(context.runtime.sql, context.uuid(), context.only("mdm.view_devicecommand"));
  if (row === undefined) throw problem("not-found");
  return row;
}

const RESULTS: Part = {
  name: "results",
  async view(context) {
    const { runtime: { sql, clock }, url } = context;
    const row = await mustFind(context);
    const now = clock.now();
    const state = BULK_RESULT_STATES.find((one) => one === url.searchParams.get("state"));
    const offset = offsetOf(url);
    const { rows, count } = await listBulkResults(sql, row.id, {
      only: context.only("mdm.view_devicecommand"),
      state,
      limit: LIMIT,
      offset,
    });
    return (
      <>
        <p>
          <StateChip word={bulkWord(row)} /> {`${counted(row.devices, "device")}: ${progressWords(row)}`}
        </p>
        <Table
          caption={counted(count, "result")}
          head={["Device", "State", "Reason", "Sent", "Answered"]}
          empty="No results."
          rows={rows.map((one) => (
            <tr>
              <td>
                <a
                  href={`/devices/${one.deviceId}/${one.commandUuid === null ? "" : `#command-${one.commandUuid}`}`}
                >
                  {one.deviceName || one.serialNumber}
                </a>
              </td>
              <td>
                <StateChip word={wordOf(one.state)} />
              </td>
              <td class="words">
                {one.why}
                {errorTexts(one.errorChain).map((error) => <div class="small">{error}</div>)}
              </td>
              <td>{one.sentAt === null ? "" : <Time at={one.sentAt} now={now} />}</td>
              <td>{one.resultAt === null ? "" : <Time at={one.resultAt} now={now} />}</td>
            </tr>
          ))}
        />
        <Pager url={url} limit={LIMIT} offset={offset} count={count} />
      </>
    );
  },
};

async function detailPage(context: PageContext): Promise<Page> {
  const row = await mustFind(context);
  const now = context.runtime.clock.now();
  const open = row.state === "waiting" || row.state === "running" ||
    (row.state === "done" && (row.states.queued ?? 0) > 0);
  return {
    title: `${row.name} for ${counted(row.devices, "device")}`,
    parents: under(PATH),
    live: true,
    body: (
      <>
        <p>
          {`Sent by ${row.createdByName} `}
          <Time at={row.createdAt} now={now} />
          {row.notBefore === null ? "" : ", not before "}
          {row.notBefore === null ? null : <Time at={row.notBefore} now={now} />}
          {row.expiresAt === null ? "" : ", expires "}
          {row.expiresAt === null ? null : <Time at={row.expiresAt} now={now} />}
        </p>
        <div class="actions">
          <a class="button plain" href={`/api/mdm/bulk_commands/${row.id}/results_csv/`}>Download results (CSV)</a>
          {open && context.may("mdm.delete_devicecommand")
            ? (
              <ActionButton
                context={context}
                action={`${PATH}${row.id}/cancel/`}
                label="Cancel"
                tone="danger"
                confirm={`Cancel ${row.name} for the devices that it has not been sent to?`}
              />
            )
            : null}
        </div>
        <form class="row" method="get" data-live>
          <Select
            name="state"
            label="State"
            value={context.url.searchParams.get("state") ?? ""}
            options={[["", "All"], ...choicesOf(BULK_RESULT_WORDS)]}
          />
          <button type="submit" class="plain">Filter</button>
        </form>
        <Reload context={context} />
        {await Live({ part: RESULTS, context })}
      </>
    ),
  };
}

/** Mounts the pages. */
export function mountBulkCommands(app: Hono<AppEnv>): void {
  page(app, PATH, "mdm.view_devicecommand", listPage);
  page(app, `${PATH}new/`, "mdm.add_devicecommand", (context) => newPage(context));
  action(
    app,
    PATH,
    "mdm.add_devicecommand",
    async (context, form) => {
      const { runtime, by } = context;
      const { entry, fields } = await lookedAt(context, form.text("command"), form.text("filter"), form);
      // Another item of a list, or one less: the form again, with nothing checked yet.
      if (form.text("more") !== "" || form.text("less") !== "") {
        return await newPage(context, {
          values: form,
          errors: {},
        });
      }
      const input = await inputOf(form, entry.command.name, fields?.read(form) ?? {});
      const id = await createBulkCommand(runtime, by, {
        input,
        conditions: conditionsOf(input.selection, runtime.clock.now()),
      });
      return context.may("mdm.view_devicecommand") ? `${PATH}${id}/?done=created` : `${PATH}new/?done=created`;
    },
    newPage,
    FORM_BYTES,
  );
  mountLive(app, `${PATH}:id/`, "mdm.view_devicecommand", [RESULTS]);
  page(app, `${PATH}:id/`, "mdm.view_devicecommand", detailPage);
  action(app, `${PATH}:id/cancel/`, "mdm.delete_devicecommand", async (context) => {
    await cancelBulkCommand(context.runtime, context.by, context.uuid());
    return `${PATH}${context.uuid()}/?done=cancelled`;
  });
}
