/**
 * Sending a command of the catalogue: the list with the reasons against each, and the form of one.
 *
 * @module
 */

import type { Hono } from "hono";
import { isDestructive } from "../../../src/approvals/destructive.ts";
import { approvalSettings, reasonWanted } from "../../../src/approvals/settings.ts";
import { CATALOGUE, type CatalogueEntry, catalogueEntry } from "../../../src/commands/catalogue.ts";
import { argumentsOf, formFields } from "../../../src/commands/form_fields.ts";
import type { SendOptions } from "../../../src/commands/queue.ts";
import { schemaArguments, schemaFields } from "../../../src/commands/schema_fields.ts";
import { invalid, problem } from "../../../src/errors.ts";
import { parseTime } from "../../../src/input_fields.ts";
import type { AppEnv } from "../../context.ts";
import { Csrf, Field, FormErrors, Reason, Table } from "../parts/components.tsx";
import { action, type Form, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";
import { Argument, CONFIRMATION } from "./command_forms.tsx";
import { DEVICE_ITSELF, type Recipient, type RecipientKind, USER_OF_DEVICE } from "./recipient.ts";
import { SchemaInputs } from "./schema_inputs.tsx";

/** The limit of a form in bytes: wallpapers are some megabytes, and are carried along in base64. */
export const FORM_BYTES = 24_000_000;

const matches = ({ requestType, title, description }: CatalogueEntry, query: string): boolean =>
  `${requestType} ${title} ${description}`.toLowerCase().includes(query.toLowerCase());

function listPage({ url }: PageContext, recipient: Recipient): Page {
  const query = (url.searchParams.get("q") ?? "").trim().slice(0, 100);
  const found = CATALOGUE.filter((entry) => matches(entry, query))
    .map((entry) => ({ entry, reason: recipient.why(entry.command.name) }));
  const row = ({ entry: { requestType, title, description }, reason }: typeof found[number]) => (
    <tr>
      <td>
        {reason === null ? <a href={`${recipient.href}send/${requestType}/`}>{title}</a> : title}
        <div class="faint small">{requestType}</div>
      </td>
      <td>{reason ?? description}</td>
    </tr>
  );
  const valid = found.filter(({ reason }) => reason === null);
  const others = found.filter(({ reason }) => reason !== null);
  return {
    title: `Send a command to ${recipient.name}`,
    parents: recipient.parents,
    body: (
      <>
        <form method="get" action={`${recipient.href}send/`} class="row" role="search">
          <Field name="q" label="Search commands" type="search" value={query} />
          <button type="submit" class="plain">Search</button>
        </form>
        <Table
          caption="Commands that can be sent"
          head={["Command", "Effect"]}
          rows={valid.map(row)}
          empty="No commands."
          stacked
        />
        <details open={query !== ""}>
          <summary>{`Commands that cannot be sent (${others.length})…`}</summary>
          <Table
            caption="Commands that cannot be sent"
            head={["Command", "Reason"]}
            rows={others.map(row)}
            empty="No commands."
            stacked
          />
        </details>
      </>
    ),
  };
}

/** Returns the inputs of a command for a target, and reads their values. */
export function fieldsFor(
  { command, requestType }: Pick<CatalogueEntry, "command" | "requestType">,
  { target }: Pick<Recipient, "target">,
  form: Form | undefined,
) {
  const { published } = command;
  if (published === undefined) {
    const fields = formFields(command, target);
    return {
      Inputs: ({ state }: { state: FormState | undefined }) => (
        <>{fields.map((field) => <Argument field={field} state={state} />)}</>
      ),
      read: (values: Form) => argumentsOf(fields, values),
    };
  }
  const fields = schemaFields(requestType, target, published.given, form);
  return {
    Inputs: ({ state }: { state: FormState | undefined }) => (
      <>{fields.map((field) => <SchemaInputs field={field} state={state} />)}</>
    ),
    read: (values: Form) => schemaArguments(fields, values),
  };
}

async function formPage(
  context: PageContext,
  recipient: Recipient,
  entry: CatalogueEntry,
  state: FormState | undefined,
): Promise<Page> {
  const { command, requestType, title, description, danger } = entry;
  const reason = recipient.why(command.name);
  const warning = command.published?.warning ?? command.form?.warning;
  const wanted = isDestructive(command)
    ? reasonWanted(await approvalSettings(context.runtime.sql), "destructive_commands")
    : "none";
  const { Inputs } = fieldsFor(entry, recipient, state?.values);
  return {
    title: `${title}: ${recipient.name}`,
    parents: recipient.parents,
    body: reason !== null ? <p>{reason}</p> : (
      <>
        <p>{description}</p>
        <form
          class="stack"
          method="post"
          enctype="multipart/form-data"
          action={`${recipient.href}send/${requestType}/`}
        >
          <Csrf context={context} />
          <FormErrors state={state} />
          {warning === undefined ? null : <p>{warning}</p>}
          <Inputs state={state} />
          <details
            open={state !== undefined && (state.values.text("not_before") + state.values.text("expires_at")) !== ""}
          >
            <summary>When</summary>
            <Field name="not_before" label="Not before (UTC)" type="datetime-local" state={state} />
            <Field
              name="expires_at"
              label="Expires (UTC)"
              type="datetime-local"
              help="A command that has not ended by then is dropped."
              state={state}
            />
          </details>
          {danger
            ? (
              <Field
                name={CONFIRMATION}
                label={`Serial number of ${recipient.device.name || "the device"}, to confirm`}
                required
                autocomplete="off"
                state={state}
              />
            )
            : null}
          <Reason wanted={wanted} state={state} />
          <button type="submit" class={danger ? "danger" : ""}>Send command</button>
        </form>
      </>
    ),
  };
}

function timeOf(form: Form, name: string): Date | undefined {
  const text = form.text(name);
  if (text === "") return undefined;
  const time = parseTime(text);
  if (time === undefined) throw invalid({ [name]: ["Enter a valid date/time."] });
  return time;
}

function optionsOf(form: Form): SendOptions {
  const notBefore = timeOf(form, "not_before");
  const expiresAt = timeOf(form, "expires_at");
  return { ...(notBefore === undefined ? {} : { notBefore }), ...(expiresAt === undefined ? {} : { expiresAt }) };
}

function entryOf(context: PageContext): CatalogueEntry {
  const entry = catalogueEntry(context.param("name"));
  if (entry === undefined) throw problem("not-found");
  return entry;
}

function mountFor(app: Hono<AppEnv>, kind: RecipientKind): void {
  page(app, `${kind.path}send/`, kind.add, async (context) => listPage(context, await kind.find(context)));
  page(
    app,
    `${kind.path}send/:name/`,
    kind.add,
    async (context) => formPage(context, await kind.find(context), entryOf(context), undefined),
  );
  action(
    app,
    `${kind.path}send/:name/`,
    kind.add,
    async (context, form) => {
      const entry = entryOf(context);
      const recipient = await kind.find(context);
      // Another item of a list, or one less: the form again, with nothing checked yet.
      if (form.text("more") !== "" || form.text("less") !== "") {
        return await formPage(context, recipient, entry, { values: form, errors: {} });
      }
      const { serialNumber } = recipient.device;
      if (entry.danger && form.text(CONFIRMATION) !== serialNumber) {
        throw invalid({ [CONFIRMATION]: [`This is not the serial number of this device, ${serialNumber}.`] });
      }
      const reason = recipient.why(entry.command.name);
      if (reason !== null) throw problem("refused", reason);
      await recipient.send(entry.command.name, fieldsFor(entry, recipient, form).read(form), optionsOf(form));
      return `${recipient.href}?done=queued`;
    },
    async (context, state) => formPage(context, await kind.find(context), entryOf(context), state),
    FORM_BYTES,
  );
}

/** Mounts the pages for devices and for their users. */
export function mountSend(app: Hono<AppEnv>): void {
  mountFor(app, DEVICE_ITSELF);
  mountFor(app, USER_OF_DEVICE);
}
