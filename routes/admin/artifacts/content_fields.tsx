/**
 * The fields of a version's content, derived from its kind.
 *
 * @module
 */

import type { Child } from "hono/jsx";
import type { Db } from "../../../db/open.ts";
import { type KindField, linesOrFile } from "../../../src/blueprints/versions/kind_page.ts";
import { Field, Select } from "../parts/components.tsx";
import { FileField, marked, TextArea } from "../parts/form_parts.tsx";
import { PackageField } from "../parts/package_field.tsx";
import type { FormState, Page } from "../parts/page.tsx";

/** The initial values of a form's fields, by name. */
export type Values = Readonly<Record<string, string>>;

type Given = {
  sql: Db;
  state: FormState | undefined;
  /** Those of the version before. */
  values: Values;
  /** Whether there is a version before. */
  upgrade: boolean;
};

async function KindFieldOf({ field, given }: { field: KindField; given: Given }): Promise<Child> {
  const { state, values } = given;
  switch (field.kind) {
    case "file": {
      const { name, label, accept, help } = field;
      return <FileField name={name} label={label} accept={accept} help={marked(help)} required state={state} />;
    }
    case "package":
      return <PackageField {...field} to="/api/mdm/package_files/" values={values} state={state} />;
    case "text": {
      const { name, label, maxlength } = field;
      return <Field name={name} label={label} maxlength={maxlength} value={values[name] ?? ""} state={state} />;
    }
    case "lines": {
      const { name, label, rows, help, file } = field;
      const typed = state === undefined || file === undefined
        ? {}
        : { typed: linesOrFile(state.values, name, file.name) };
      return (
        <>
          <TextArea
            name={name}
            label={label}
            rows={rows}
            state={state}
            value={values[name] ?? ""}
            {...typed}
            help={marked(help)}
          />
          {file === undefined ? null : (
            <label class="field">
              <span>{file.label}</span>
              <input type="file" name={file.name} accept={file.accept} />
            </label>
          )}
        </>
      );
    }
    case "choice": {
      const { name, label, options, value, fixed } = field;
      if (fixed === true && given.upgrade) return <input type="hidden" name={name} value={values[name] ?? ""} />;
      return (
        <Select
          name={name}
          label={label}
          options={typeof options === "function" ? await options(given.sql) : options}
          value={values[name] ?? value ?? ""}
          state={state}
        />
      );
    }
    case "group":
      return (
        <fieldset>
          <legend>{field.legend}</legend>
          {await contentFields(field.fields, given)}
        </fieldset>
      );
  }
}

/** The fields. */
export async function contentFields(fields: readonly KindField[], given: Given): Promise<Child> {
  return <>{await Promise.all(fields.map((field) => KindFieldOf({ field, given })))}</>;
}

/** What a page with these fields may do: its script sends packages to the API. */
export const uploads = (fields: readonly KindField[]): Pick<Page, "live"> =>
  fields.some(({ kind }) => kind === "package") ? { live: true } : {};
