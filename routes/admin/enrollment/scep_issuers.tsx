/**
 * SCEP issuers: the issuers of devices' certificates, and the sources of their challenges.
 *
 * @module
 */

import type { Hono } from "hono";
import { findScepIssuer, listScepIssuers, type ScepIssuerRow } from "../../../db/issuing/scep_issuers.ts";
import { problem } from "../../../src/errors.ts";
import type { BackendField, ChallengeBackend } from "../../../src/issuing/challenges/backend.ts";
import { backendNamed, BACKENDS } from "../../../src/issuing/challenges/registry.ts";
import { scepIssuerFields, scepIssuerInput } from "../../../src/issuing/scep_issuer_input.ts";
import {
  changeScepIssuer,
  createScepIssuer,
  removeScepIssuer,
  shownSettings,
} from "../../../src/issuing/scep_issuers.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import { ActionButton, counted, Csrf, Fact, Field, FormErrors, Select, Table } from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { Errors } from "../parts/form_parts.tsx";
import { limitsOf } from "../parts/limits.ts";
import { action, type Form, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";

const ALL = "/scep-issuers/";
const KEY_SIZES = [["2048", "2048 bits"], ["4096", "4096 bits"], ["1024", "1024 bits"]] as const;
const KEY_USAGES = [["0", "Not specified"], ["1", "Signing"], ["4", "Encryption"], [
  "5",
  "Signing and encryption",
]] as const;

/** A field of a backend is called as the API reports errors of it. */
const nameOf = ({ key }: ChallengeBackend, { name }: BackendField) => `${key}.${name}`;

/** Returns the input of the form in the API's form. Empty fields are left out. */
function inputOf(form: Form): Record<string, unknown> {
  const backend = backendNamed(form.text("backend"));
  const settings = backend?.fields.flatMap((field): [string, unknown][] => {
    const name = nameOf(backend, field);
    const text = backend.secrets.includes(field.name) ? form.raw(name) : form.text(name);
    if (text === "") return [];
    return [[field.name, field.numeric === true ? form.whole(name) : text]];
  });
  return {
    name: form.value("name"),
    description: form.value("description"),
    url: form.value("url"),
    key_size: form.whole("key_size"),
    key_usage: form.whole("key_usage"),
    backend: form.text("backend"),
    ...(backend === undefined || settings === undefined ? {} : { [backend.key]: Object.fromEntries(settings) }),
  };
}

/** A field of a backend. What is secret is never shown; left empty, it stays. */
function Setting({ backend, field, value, stored, state }: {
  backend: ChallengeBackend;
  field: BackendField;
  value: unknown;
  stored: boolean;
  state: FormState | undefined;
}) {
  const name = nameOf(backend, field);
  const shown = value === undefined ? field.initial ?? "" : String(value);
  if (field.options !== undefined) {
    const options = field.options.map((option) => [option, option] as const);
    return <Select name={name} label={field.label} options={options} value={shown} state={state} />;
  }
  if (!backend.secrets.includes(field.name)) {
    const help = field.help === undefined ? {} : { help: field.help };
    return <Field name={name} label={field.label} required wide value={shown} {...help} state={state} />;
  }
  return (
    <Field
      name={name}
      label={field.label}
      type="password"
      autocomplete="off"
      required={!stored}
      {...(stored ? { help: "Leave it empty to keep what is stored." } : {})}
      state={state}
    />
  );
}

function IssuerForm({ context, backend, issuer, settings, state }: {
  context: PageContext;
  backend: ChallengeBackend;
  issuer?: ScepIssuerRow;
  settings?: Record<string, unknown>;
  state: FormState | undefined;
}) {
  const stored = issuer?.backend === backend.name;
  return (
    <form class="stack" method="post" action={issuer === undefined ? ALL : `${ALL}${issuer.id}/`}>
      <Csrf context={context} />
      <FormErrors state={state} />
      <input type="hidden" name="backend" value={backend.name} />
      <Field
        name="name"
        label="Name"
        required
        {...limitsOf(scepIssuerFields.shape.name)}
        value={issuer?.name ?? ""}
        state={state}
      />
      <Field
        name="description"
        label="Description"
        wide
        {...limitsOf(scepIssuerFields.shape.description)}
        value={issuer?.description ?? ""}
        state={state}
      />
      <Field
        name="url"
        label="Address of the SCEP server"
        required
        wide
        value={issuer?.url ?? ""}
        help="Devices send their certificate requests here."
        state={state}
      />
      <Select
        name="key_size"
        label="Key size"
        options={KEY_SIZES}
        value={String(issuer?.keySize ?? 2048)}
        state={state}
      />
      <Select
        name="key_usage"
        label="Key usage"
        options={KEY_USAGES}
        value={String(issuer?.keyUsage ?? 0)}
        state={state}
      />
      <fieldset>
        <legend>{backend.label}</legend>
        <Errors name={backend.key} whole state={state} />
        {backend.fields.map((field) => (
          <Setting backend={backend} field={field} value={settings?.[field.name]} stored={stored} state={state} />
        ))}
      </fieldset>
      <button type="submit">{issuer === undefined ? "Create issuer" : "Save"}</button>
    </form>
  );
}

const labelOf = ({ backend }: ScepIssuerRow) => backendNamed(backend)?.label ?? "This server's own authority";

async function listPage(context: PageContext): Promise<Page> {
  const { rows } = await listScepIssuers(context.runtime.sql, { limit: 500, offset: 0 });
  return {
    title: "SCEP issuers",
    body: (
      <>
        <p>
          A SCEP issuer issues certificates to devices: for enrollments, for certificate assets, and for profiles with a
          SCEP payload of its name.
        </p>
        <Table
          caption={counted(rows.length, "SCEP issuer")}
          head={["Name", "Challenges", "Address"]}
          empty="There are no SCEP issuers."
          rows={rows.map((row) => (
            <tr>
              <td>
                <a href={`${ALL}${row.id}/`}>{row.name}</a>
              </td>
              <td>{labelOf(row)}</td>
              <td>{row.url}</td>
            </tr>
          ))}
        />
        {context.may("mdm.add_scepissuer")
          ? (
            <>
              <h2>Create a SCEP issuer</h2>
              <p>Where do the challenges come from?</p>
              <ul>
                {BACKENDS.map(({ name, label }) => (
                  <li>
                    <a href={`${ALL}new/?backend=${name}`}>{label}</a>
                  </li>
                ))}
              </ul>
            </>
          )
          : null}
      </>
    ),
  };
}

function newPage(context: PageContext, state?: FormState): Page {
  const backend = backendNamed(state?.values.text("backend") ?? context.url.searchParams.get("backend") ?? "");
  if (backend === undefined) throw problem("not-found");
  return {
    parents: under("/scep-issuers/"),
    title: `New SCEP issuer: ${backend.label}`,
    body: <IssuerForm context={context} backend={backend} state={state} />,
  };
}

async function detailPage(context: PageContext, state?: FormState): Promise<Page> {
  const { runtime, by } = context;
  const issuer = await findScepIssuer(runtime.sql, context.uuid());
  if (issuer === undefined) throw problem("not-found");
  const backend = backendNamed(issuer.backend);
  const settings = backend === undefined ? {} : (await shownSettings(runtime, by, issuer, false))[backend.key] ?? {};
  return {
    title: issuer.name,
    parents: under("/scep-issuers/"),
    body: backend === undefined ? <p>This is this server's own authority. It cannot be changed.</p> : (
      <>
        {context.may("mdm.change_scepissuer")
          ? <IssuerForm context={context} backend={backend} issuer={issuer} settings={settings} state={state} />
          : (
            <dl>
              <Fact name="Challenges">{backend.label}</Fact>
              <Fact name="Address">{issuer.url}</Fact>
              <Fact name="Description">{issuer.description}</Fact>
              <Fact name="Key size">{String(issuer.keySize)}</Fact>
            </dl>
          )}
        {context.may("mdm.delete_scepissuer")
          ? (
            <>
              <h2>Delete</h2>
              <ActionButton
                context={context}
                action={`${ALL}${issuer.id}/delete/`}
                label="Delete issuer"
                tone="danger"
                confirm={`Delete the SCEP issuer ${issuer.name}? Certificates that it issued stay valid.`}
              />
            </>
          )
          : null}
      </>
    ),
  };
}

/** Mounts the pages. */
export function mountScepIssuers(app: Hono<AppEnv>): void {
  page(app, ALL, "mdm.view_scepissuer", (context) => listPage(context));
  page(app, `${ALL}new/`, "mdm.add_scepissuer", (context) => newPage(context));
  action(app, ALL, "mdm.add_scepissuer", async ({ runtime, by }, form) => {
    const input = await parseOrRefuse(scepIssuerInput, inputOf(form));
    const { id } = await createScepIssuer(runtime, by, input);
    return `${ALL}${id}/?done=created`;
  }, newPage);
  page(app, `${ALL}:id/`, "mdm.view_scepissuer", (context) => detailPage(context));
  action(app, `${ALL}:id/`, "mdm.change_scepissuer", async (context, form) => {
    const input = await parseOrRefuse(scepIssuerInput, inputOf(form));
    await changeScepIssuer(context.runtime, context.by, context.uuid(), input);
    return `${ALL}${context.uuid()}/?done=saved`;
  }, detailPage);
  action(app, `${ALL}:id/delete/`, "mdm.delete_scepissuer", async (context) => {
    await removeScepIssuer(context.runtime, context.by, context.uuid());
    return `${ALL}?done=deleted`;
  });
}
