/**
 * The fields of a form that is drawn from Apple's schema. Everything works without a script: another item of a list is a
 * round trip.
 *
 * @module
 */

import { labelOfChoice, type SchemaField } from "../../../src/commands/schema_fields.ts";
import { Field, Select } from "../parts/components.tsx";
import { Errors, FileField, TextArea } from "../parts/form_parts.tsx";
import type { FormState } from "../parts/page.tsx";

type OfKind<K extends SchemaField["kind"]> = Extract<SchemaField, { kind: K }>;
type Shown<F = SchemaField> = { field: F; state: FormState | undefined };

function List({ field, state }: Shown<OfKind<"list">>) {
  const { name, path, label, help, items, kinds } = field;
  const [only] = kinds;
  return (
    <fieldset>
      <legend>{label}</legend>
      {help === undefined ? null : <small class="faint">{help}</small>}
      <Errors name={name} path={path} whole state={state} />
      {items.map((item) => (
        <fieldset>
          <legend>{item.label}</legend>
          <input type="hidden" name={item.name} value={item.key} />
          {item.help === undefined ? null : <small class="faint">{item.help}</small>}
          <Errors name={item.name} path={item.path} whole state={state} />
          {item.fields.map((inner) => <SchemaInputs field={inner} state={state} />)}
          <button type="submit" class="quiet" name="less" value={item.name} formnovalidate>
            {`Remove ${item.label}`}
          </button>
        </fieldset>
      ))}
      <div class="actions">
        {kinds.length > 1
          ? <Select name={`${name}.new`} label="Kind" options={kinds} state={undefined} />
          : <input type="hidden" name={`${name}.new`} value={only?.[0] ?? ""} />}
        <button type="submit" class="plain" name="more" value={name} formnovalidate>
          {items.length === 0 ? "Add" : "Add another"}
        </button>
      </div>
    </fieldset>
  );
}

function Checks({ field, state }: Shown<OfKind<"checks">>) {
  const { name, path, label, help, options } = field;
  const chosen = state?.values.texts(name) ?? [];
  return (
    <fieldset class={options.length > 8 ? "long" : ""}>
      <legend>{label}</legend>
      {help === undefined ? null : <small class="faint">{help}</small>}
      {options.map((option) => (
        <label class="check">
          <input type="checkbox" name={name} value={option} checked={chosen.includes(option)} /> {option}
        </label>
      ))}
      <Errors name={name} path={path} state={state} />
    </fieldset>
  );
}

/** A field, and the fields in it. */
export function SchemaInputs({ field, state }: Shown) {
  const { name, path, label, help, required } = field;
  const same = { name, path, label, state, ...(help === undefined ? {} : { help }) };
  switch (field.kind) {
    case "fixed":
      return null;
    case "group":
      return (
        <fieldset>
          <legend>{label}</legend>
          {help === undefined ? null : <small class="faint">{help}</small>}
          <Errors name={name} path={path} whole state={state} />
          {field.fields.map((inner) => <SchemaInputs field={inner} state={state} />)}
        </fieldset>
      );
    case "list":
      return <List field={field} state={state} />;
    case "checks":
      return <Checks field={field} state={state} />;
    case "choice": {
      const options = field.options.map((option) => [String(option), labelOfChoice(option, help)] as const);
      return <Select {...same} options={required ? options : [["", "not set"], ...options]} />;
    }
    case "yes or no": {
      const { default: given } = field;
      const unset = given === undefined ? "not set" : `not set (${given ? "yes" : "no"})`;
      return <Select {...same} options={[...required ? [] : [["", unset] as const], ["yes", "yes"], ["no", "no"]]} />;
    }
    case "number": {
      const { min, max, whole } = field;
      return (
        <Field
          {...same}
          type="number"
          required={required}
          {...(whole ? {} : { step: "any" as const })}
          {...(min === undefined ? {} : { min })}
          {...(max === undefined ? {} : { max })}
        />
      );
    }
    case "time":
      return <Field {...same} label={`${label} (UTC)`} type="datetime-local" required={required} />;
    case "file":
      return <FileField {...same} required={required} />;
    case "json":
      return <TextArea {...same} help={`${help ?? ""} As JSON.`.trim()} required={required} rows={4} />;
    case "lines":
      return <TextArea {...same} help={`${help ?? ""} One on each line.`.trim()} required={required} rows={4} />;
    case "text":
      return (
        <Field
          {...same}
          required={required}
          {...(field.secret ? { autocomplete: "off" } : {})}
          {...(field.pattern === undefined ? {} : { pattern: field.pattern })}
        />
      );
  }
}
