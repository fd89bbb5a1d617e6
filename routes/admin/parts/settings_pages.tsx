/**
 * The pages of settings that blueprints have: a list, a form for a new one, one with its blueprints, a form with a
 * preview, and its deletion. What differs is data.
 *
 * @module
 */

import type { Hono } from "hono";
import type { Child } from "hono/jsx";
import type { z } from "zod";
import type { Db } from "../../../db/open.ts";
import type { By } from "../../../src/events/by.ts";
import type { Runtime } from "../../../src/runtime.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import { ActionButton, counted, Csrf, Fact, FormErrors, Table } from "./components.tsx";
import { under } from "./crumbs.ts";
import { action, type Form, type FormState, type Page, page, type PageContext } from "./page.tsx";
import { mountChange, Previewed, SaveButtons } from "./preview.tsx";

type Content = Child | Promise<Child>;
type Row = { id: number; name: string };

/** The pages of one kind of settings. */
export type SettingsPages<R extends Row, Schema extends z.ZodType> = {
  /** The address of the list. */
  all: Parameters<typeof under>[0];
  /** The model of its permissions. */
  model: string;
  /** The title of the list, and what the settings are for. */
  title: string;
  intro: string;
  /** One of them in sentences, and the last word of that. */
  noun: string;
  short: string;
  /** The columns of the list behind the name. */
  columns: readonly (readonly [head: string, text: (row: R) => string])[];
  /** Returns what the page of one shows. */
  facts(row: R, context: PageContext): Content;
  Fields(given: { row?: R; state: FormState | undefined; context: PageContext }): Content;
  input: Schema;
  /** Returns the input of the form in the API's form. */
  inputOf(form: Form): Record<string, unknown>;
  list(db: Db, page: { limit: number; offset: number }): Promise<{ rows: R[]; count: number }>;
  find(runtime: Runtime, id: number): Promise<R>;
  blueprints(db: Db, id: number): Promise<{ id: number; name: string }[]>;
  create(runtime: Runtime, by: By, input: z.output<Schema>): Promise<{ id: number }>;
  change(runtime: Runtime, by: By, id: number, input: z.output<Schema>): Promise<unknown>;
  remove(runtime: Runtime, by: By, id: number): Promise<unknown>;
  /** More below the list, and below the facts of one. */
  belowList?(context: PageContext): Content;
  belowFacts?(row: R, context: PageContext): Content;
};

const MANY = { limit: 500, offset: 0 } as const;

/** The blueprints that have the settings. */
function BlueprintLinks(
  { blueprints, context }: { blueprints: readonly { id: number; name: string }[]; context: PageContext },
) {
  return (
    <>
      {blueprints.length === 0 ? "none" : blueprints.map(({ id, name }, index) => (
        <>
          {index === 0 ? "" : ", "}
          {context.may("mdm.view_blueprint") ? <a href={`/blueprints/${id}/`}>{name}</a> : name}
        </>
      ))}
    </>
  );
}

/** Mounts the pages. */
export function mountSettings<R extends Row, Schema extends z.ZodType>(
  app: Hono<AppEnv>,
  settings: SettingsPages<R, Schema>,
): void {
  const { all, noun, short, Fields, find } = settings;
  const needs = (verb: "view" | "add" | "change" | "delete") => `mdm.${verb}_${settings.model}` as const;
  const read = (form: Form) => parseOrRefuse(settings.input, settings.inputOf(form));

  const newPage = async (context: PageContext, state?: FormState): Promise<Page> => ({
    title: `New ${noun}`,
    parents: under(all),
    body: (
      <form class="stack" method="post" action={`${all}new/`}>
        <Csrf context={context} />
        <FormErrors state={state} />
        {await Fields({ context, state })}
        <button type="submit">{`Create ${short}`}</button>
      </form>
    ),
  });

  page(app, all, needs("view"), async (context) => {
    const { rows, count } = await settings.list(context.runtime.sql, MANY);
    return {
      title: settings.title,
      body: (
        <>
          <p>{settings.intro}</p>
          <Table
            caption={counted(count, short)}
            head={["Name", ...settings.columns.map(([head]) => head)]}
            empty={`No ${noun}s yet.`}
            rows={rows.map((row) => (
              <tr>
                <td>
                  <a href={`${all}${row.id}/`}>{row.name}</a>
                </td>
                {settings.columns.map(([, text]) => <td class="words">{text(row)}</td>)}
              </tr>
            ))}
          />
          {context.may(needs("add"))
            ? (
              <p>
                <a class="button" href={`${all}new/`}>{`Create ${noun}`}</a>
              </p>
            )
            : null}
          {await settings.belowList?.(context)}
        </>
      ),
    };
  });
  page(app, `${all}new/`, needs("add"), (context) => newPage(context));
  action(app, `${all}new/`, needs("add"), async ({ runtime, by }, form) => {
    const { id } = await settings.create(runtime, by, await read(form));
    return `${all}${id}/?done=created`;
  }, newPage);
  page(app, `${all}:id/`, needs("view"), async (context) => {
    const row = await find(context.runtime, context.id());
    const blueprints = await settings.blueprints(context.runtime.sql, row.id);
    return {
      title: row.name,
      parents: under(all),
      body: (
        <>
          <section class="card">
            <dl class="facts">
              {await settings.facts(row, context)}
              <Fact name="Blueprints">
                <BlueprintLinks blueprints={blueprints} context={context} />
              </Fact>
            </dl>
            {context.may(needs("change"))
              ? (
                <p>
                  <a class="button plain" href={`${all}${row.id}/edit/`}>Edit</a>
                </p>
              )
              : null}
          </section>
          {await settings.belowFacts?.(row, context)}
          {context.may(needs("delete")) && blueprints.length === 0
            ? (
              <>
                <h2>Delete</h2>
                <ActionButton
                  context={context}
                  action={`${all}${row.id}/delete/`}
                  label={`Delete ${short}`}
                  tone="danger"
                  confirm={`Delete the ${noun} ${row.name}?`}
                />
              </>
            )
            : null}
        </>
      ),
    };
  });
  mountChange(app, `${all}:id/edit/`, {
    needs: needs("change"),
    async read(context, form) {
      const [id, input] = [context.id(), await read(form)];
      return async (runtime) => {
        await settings.change(runtime, context.by, id, input);
        return `${all}${id}/?done=saved`;
      };
    },
    async show(context, state, preview) {
      const row = await find(context.runtime, context.id());
      return {
        title: `Edit ${row.name}`,
        parents: [...under(all), { href: `${all}${row.id}/`, label: row.name, needs: needs("view") }],
        body: (
          <Previewed preview={preview} context={context}>
            <form class="stack" method="post" action={`${all}${row.id}/edit/`}>
              <Csrf context={context} />
              <FormErrors state={state} />
              {await Fields({ context, row, state })}
              <SaveButtons />
            </form>
          </Previewed>
        ),
      };
    },
  });
  action(app, `${all}:id/delete/`, needs("delete"), async (context) => {
    await settings.remove(context.runtime, context.by, context.id());
    return `${all}?done=deleted`;
  });
}
