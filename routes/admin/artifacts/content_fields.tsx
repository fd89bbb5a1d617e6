/**
 * The fields of a version's content, derived from its kind.
 *
 * @module
 */

import type { Child } from "hono/jsx";
import type { Db } from "../../../db/open.ts";
import { CSRF_FIELD } from "../../../src/access/csrf.ts";
import { type KindField, linesOrFile } from "../../../src/blueprints/versions/kind_page.ts";
import { Field, Select } from "../parts/components.tsx";
import { FileField, TextArea } from "../parts/form_parts.tsx";
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

/** A help with its code marked up: every other part, between backticks. */
const marked = (help: string): Child =>
  help.includes("`") ? help.split("`").map((part, index) => index % 2 === 1 ? <code>{part}</code> : part) : help;

/**
 * A package. The script uploads it as soon as it is chosen, with a progress bar, and fills in where it is; without the
 * script a small one comes with the form.
 */
function PackageField(
  { field: { name, label, accept, help }, values, state }: {
    field: Extract<KindField, { kind: "package" }>;
    values: Values;
    state: FormState | undefined;
  },
) {
  const value = (key: string) => state?.values.text(key) || (values[key] ?? "");
  const uri = value(`${name}_uri`);
  return (
    <div class="field upload" data-upload="/api/mdm/package_files/" data-csrf={CSRF_FIELD}>
      <FileField name={name} label={label} accept={accept} help={marked(help)} state={state} />
      <input type="hidden" name={`${name}_uri`} value={uri} />
      <input type="hidden" name={`${name}_sha256`} value={value(`${name}_sha256`)} />
      <progress max="100" value="0" hidden aria-label={`Upload of the ${label.toLowerCase()}`}></progress>
      <output class="faint" aria-live="polite">
        {uri === "" ? "" : values[name] ?? decodeURIComponent(uri.split("/").at(-1) ?? "")}
      </output>
    </div>
  );
}

async function KindFieldOf({ field, given }: { field: KindField; given: Given }): Promise<Child> {
  const { state, values } = given;
  switch (field.kind) {
    case "file": {
      const { name, label, accept, help } = field;
      return <FileField name={name} label={label} accept={accept} help={marked(help)} required state={state} />;
    }
    case "package":
      return <PackageField field={field} values={values} state={state} />;
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
