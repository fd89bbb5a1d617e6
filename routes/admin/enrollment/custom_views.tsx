/**
 * Custom views: the editor of the pages that devices show before they enroll, and their preview.
 *
 * @module
 */

import type { Context, Hono } from "hono";
import { enrollmentsOfView } from "../../../db/ade/custom_view_links.ts";
import { type CustomViewRow, findCustomView, listCustomViews } from "../../../db/ade/custom_views.ts";
import { customViewFields, customViewInput, VIEW_LIMIT } from "../../../src/ade/custom_view_input.ts";
import { changeCustomView, createCustomView, removeCustomView } from "../../../src/ade/custom_views.ts";
import { renderView, viewTemplateFault } from "../../../src/enrollment/view_template.ts";
import { problem } from "../../../src/errors.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import { ActionButton, Csrf, Fact, Field, FormErrors, Table, Time } from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { Check, TextArea } from "../parts/form_parts.tsx";
import { limitsOf } from "../parts/limits.ts";
import { action, type Form, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";

const MANY = { limit: 500, offset: 0 } as const;
const { name, description } = customViewFields.shape;

const EXAMPLE = `<!doctype html>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Welcome</title>
<style>
  body { font: 17px/1.5 -apple-system, sans-serif; margin: 2rem; text-align: center; }
  button { font: inherit; padding: 0.6rem 2rem; }
</style>
<h1>{% if "fr" in payload_language %}Bienvenue{% else %}Welcome{% endif %}</h1>
<p>This device ({{ serial_number }}) belongs to the organization.</p>
<form method="post">
  <button>{% if "fr" in payload_language %}Continuer{% else %}Continue{% endif %}</button>
</form>
`;

const HELP =
  "{{ payload_language }}, {{ request_language }}, {{ serial_number }}, {{ authenticated }}; {% if %}, {% for %}, {# notes #}. A form with the method post continues. Styles are in the page itself, pictures there or at https addresses. Nothing else is loaded, and no script runs.";

/**
 * The attack: markup of one operator acts in the session of another who looks at it. The preview is a response of its own in
 * an origin of its own, without scripts, forms, or anything from elsewhere but pictures, as devices may load them. (`frame-ancestors` replaces the X-Frame-Options
 * of every response.)
 */
const PREVIEW_POLICY = [
  "sandbox",
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "img-src data: https:",
  "font-src data:",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join("; ");

function preview(c: Context<AppEnv>, html: string, language: string): Response {
  const fault = viewTemplateFault(html);
  c.header("Content-Security-Policy", PREVIEW_POLICY);
  c.header("Cache-Control", "no-store");
  c.header("X-Content-Type-Options", "nosniff");
  if (fault !== undefined) return c.text(fault, 400);
  return c.html(renderView(html, {
    payload_language: language,
    request_language: language,
    authenticated: false,
    realm_user: null,
    serial_number: "C02EXAMPLE01",
  }));
}

const languageOf = (text: string | null) => text === null || text === "" ? "en-US" : text.slice(0, 35);

async function mustFind({ runtime: { sql }, uuid }: PageContext): Promise<CustomViewRow> {
  const row = await findCustomView(sql, uuid());
  if (row === undefined) throw problem("not-found");
  return row;
}

async function inputOf(form: Form) {
  return await parseOrRefuse(customViewInput, {
    name: form.value("name"),
    description: form.value("description"),
    html: form.has("html") ? form.raw("html") : undefined,
    requires_authentication: form.has("requires_authentication"),
  });
}

function ViewForm({ context, row, state }: {
  context: PageContext;
  row?: CustomViewRow;
  state: FormState | undefined;
}) {
  const path = row === undefined ? "/custom-views/new/" : `/custom-views/${row.id}/edit/`;
  return (
    <>
      <form class="stack wide" method="post" action={path}>
        <Csrf context={context} />
        <FormErrors state={state} />
        <Field name="name" label="Name" required {...limitsOf(name)} value={row?.name ?? ""} state={state} />
        <Field
          name="description"
          label="Description"
          {...limitsOf(description)}
          value={row?.description ?? ""}
          state={state}
        />
        <TextArea name="html" label="Page" help={HELP} value={row?.html ?? EXAMPLE} rows={22} state={state} required />
        <Check
          name="requires_authentication"
          label="Only for people who signed in"
          help="No enrollment can show such a view until the server supports realms."
          value={row?.requiresAuthentication ?? false}
          state={state}
        />
        <div class="row">
          <Field
            name="language"
            label="Language of the preview"
            value="en-US"
            maxlength={35}
            state={state}
          />
          <button type="submit" class="plain" formaction="/custom-views/preview/" formtarget="preview" formnovalidate>
            Preview
          </button>
        </div>
        <div class="actions">
          <button type="submit">{row === undefined ? "Create view" : "Save"}</button>
          <a class="button plain" href={row === undefined ? "/custom-views/" : `/custom-views/${row.id}/`}>Cancel</a>
        </div>
      </form>
      <h2>Preview</h2>
      <iframe
        class="preview"
        name="preview"
        title="Preview"
        sandbox=""
        {...(row === undefined ? {} : { src: `/custom-views/${row.id}/preview/` })}
      />
    </>
  );
}

async function listPage(context: PageContext): Promise<Page> {
  const { sql, clock } = context.runtime;
  const { rows, count } = await listCustomViews(sql, MANY);
  const now = clock.now();
  return {
    title: "Custom views",
    body: (
      <>
        <p>Pages that devices of an automated enrollment show before they enroll.</p>
        <Table
          caption={`${count} custom views`}
          head={["Name", "Description", "Updated"]}
          empty="No custom views yet."
          rows={rows.map((row) => (
            <tr>
              <td>
                <a href={`/custom-views/${row.id}/`}>{row.name}</a>
              </td>
              <td>{row.description}</td>
              <td>
                <Time at={row.updatedAt} now={now} />
              </td>
            </tr>
          ))}
        />
        {context.may("mdm.add_enrollmentcustomview")
          ? (
            <p>
              <a class="button" href="/custom-views/new/">Create a custom view</a>
            </p>
          )
          : null}
      </>
    ),
  };
}

async function detailPage(context: PageContext): Promise<Page> {
  const row = await mustFind(context);
  const enrollments = await enrollmentsOfView(context.runtime.sql, row.id);
  const now = context.runtime.clock.now();
  const mayRead = context.may("mdm.view_depenrollment");
  return {
    title: row.name,
    parents: under("/custom-views/"),
    frames: true,
    body: (
      <>
        <section class="card">
          <dl class="facts">
            <Fact name="Description">{row.description || "none"}</Fact>
            <Fact name="Shown">{row.requiresAuthentication ? "to people who signed in" : "before enrollment"}</Fact>
            <Fact name="Enrollments">
              {enrollments.length === 0 ? "none" : enrollments.map(({ id, name }, index) => (
                <>
                  {index === 0 ? "" : ", "}
                  {mayRead ? <a href={`/enrollments/automated/${id}/`}>{name}</a> : name}
                </>
              ))}
            </Fact>
            <Fact name="Updated">
              <Time at={row.updatedAt} now={now} />
            </Fact>
          </dl>
          {context.may("mdm.change_enrollmentcustomview")
            ? (
              <p>
                <a class="button plain" href={`/custom-views/${row.id}/edit/`}>Edit</a>
              </p>
            )
            : null}
        </section>
        <h2>Preview</h2>
        <iframe class="preview" title="Preview" sandbox="" src={`/custom-views/${row.id}/preview/`} />
        {context.may("mdm.delete_enrollmentcustomview")
          ? (
            <ActionButton
              context={context}
              action={`/custom-views/${row.id}/delete/`}
              label="Delete"
              tone="danger"
              confirm="Delete this view?"
            />
          )
          : null}
      </>
    ),
  };
}

const newPage = (context: PageContext, state?: FormState): Page => ({
  title: "Create a custom view",
  parents: under("/custom-views/"),
  frames: true,
  body: <ViewForm context={context} state={state} />,
});

async function editPage(context: PageContext, state?: FormState): Promise<Page> {
  const row = await mustFind(context);
  return {
    title: `Edit ${row.name}`,
    parents: [
      ...under("/custom-views/"),
      { href: `/custom-views/${row.id}/`, label: row.name, needs: "mdm.view_enrollmentcustomview" },
    ],
    frames: true,
    body: (
      <>
        <p>Devices see the change at once.</p>
        <ViewForm context={context} row={row} state={state} />
      </>
    ),
  };
}

/** Mounts the pages. */
export function mountCustomViews(app: Hono<AppEnv>): void {
  page(app, "/custom-views/", "mdm.view_enrollmentcustomview", listPage);
  page(app, "/custom-views/new/", "mdm.add_enrollmentcustomview", (context) => newPage(context));
  action(
    app,
    "/custom-views/new/",
    "mdm.add_enrollmentcustomview",
    async (context, form) => {
      const row = await createCustomView(context.runtime, context.by, await inputOf(form));
      return `/custom-views/${row.id}/?done=created`;
    },
    newPage,
    VIEW_LIMIT,
  );
  // What is not saved yet. It changes nothing.
  action(
    app,
    "/custom-views/preview/",
    "mdm.view_enrollmentcustomview",
    (_context, form, c) => Promise.resolve(preview(c, form.raw("html"), languageOf(form.text("language")))),
    undefined,
    VIEW_LIMIT,
  );
  page(app, "/custom-views/:id/", "mdm.view_enrollmentcustomview", detailPage);
  page(
    app,
    "/custom-views/:id/preview/",
    "mdm.view_enrollmentcustomview",
    async (context, c) =>
      preview(c, (await mustFind(context)).html, languageOf(context.url.searchParams.get("language"))),
  );
  page(app, "/custom-views/:id/edit/", "mdm.change_enrollmentcustomview", (context) => editPage(context));
  action(
    app,
    "/custom-views/:id/edit/",
    "mdm.change_enrollmentcustomview",
    async (context, form) => {
      await changeCustomView(context.runtime, context.by, (await mustFind(context)).id, await inputOf(form));
      return `/custom-views/${context.uuid()}/?done=saved`;
    },
    editPage,
    VIEW_LIMIT,
  );
  action(app, "/custom-views/:id/delete/", "mdm.delete_enrollmentcustomview", async (context) => {
    await removeCustomView(context.runtime, context.by, (await mustFind(context)).id);
    return "/custom-views/?done=deleted";
  });
}
