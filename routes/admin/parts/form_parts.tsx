/**
 * The parts of longer forms: texts, choices, files that are kept while a form goes back and forth.
 *
 * @module
 */

import type { Child } from "hono/jsx";
import { byteSize as size } from "../../../src/byte_size.ts";
import { errorsOf, KEPT, KEPT_NAME, LARGEST_KEPT } from "./form.ts";
import type { FormState } from "./page.tsx";

/** A help with its code marked up: every other part, between backticks. */
export const marked = (help: string): Child =>
  help.includes("`") ? help.split("`").map((part, index) => index % 2 === 1 ? <code>{part}</code> : part) : help;

/** The errors of a field, for people and for screen readers. */
export function Errors(
  { name, path, whole, state }: {
    name: string;
    path?: string | undefined;
    /** Without the errors inside it. */
    whole?: boolean;
    state: FormState | undefined;
  },
) {
  const errors = errorsOf(state, name, path, whole);
  return errors.length === 0 ? null : <span class="error" id={`${name}-error`}>{errors.join(" ")}</span>;
}

const described = (name: string, path: string | undefined, state: FormState | undefined) =>
  errorsOf(state, name, path).length === 0
    ? {}
    : { "aria-invalid": "true" as const, "aria-describedby": `${name}-error` };

/** A longer text. `typed` is the typed text, if that is not the field's own text. */
export function TextArea(
  { name, path, label, state, value, typed, help, required, rows }: {
    name: string;
    /** Its name in the API, if that differs. */
    path?: string | undefined;
    label: string;
    state: FormState | undefined;
    value?: string;
    typed?: string;
    help?: Child;
    required?: boolean;
    rows?: number;
  },
) {
  return (
    <label class="field">
      <span>{label}</span>
      <textarea
        name={name}
        required={required === true}
        rows={rows ?? 10}
        spellcheck={false}
        autocapitalize="off"
        {...described(name, path, state)}
      >
        {/* A browser leaves out the first line break. */}
        {`\n${typed ?? state?.values.raw(name) ?? value ?? ""}`}
      </textarea>
      {help === undefined ? null : <small>{help}</small>}
      <Errors name={name} path={path} state={state} />
    </label>
  );
}

/** A yes or no. */
export function Check(
  { name, path, label, state, value, help }: {
    name: string;
    /** Its name in the API, if that differs. */
    path?: string | undefined;
    label: string;
    state: FormState | undefined;
    value: boolean;
    help?: string;
  },
) {
  const checked = state === undefined ? value : state.values.has(name);
  return (
    <div class="field">
      <label class="check">
        <input type="checkbox" name={name} checked={checked} {...described(name, path, state)} /> {label}
      </label>
      {help === undefined ? null : <small>{help}</small>}
      <Errors name={name} path={path} state={state} />
    </div>
  );
}

/** Several of a list. */
export function Checks(
  { name, path, legend, options, values, state, help, empty }: {
    name: string;
    /** Its name in the API, if that differs. */
    path?: string | undefined;
    legend: string;
    options: readonly (readonly [string, string])[];
    values: readonly string[];
    state: FormState | undefined;
    help?: string;
    /** The text if there is nothing to choose. */
    empty?: string;
  },
) {
  const chosen = state?.values.texts(name) ?? values;
  return (
    <fieldset class={options.length > 8 ? "long" : ""}>
      <legend>{legend}</legend>
      {help === undefined ? null : <small class="faint">{help}</small>}
      {options.length === 0 && empty !== undefined ? <span class="faint">{empty}</span> : null}
      {options.map(([value, label]) => (
        <label class="check">
          <input type="checkbox" name={name} value={value} checked={chosen.includes(value)} /> {label}
        </label>
      ))}
      <Errors name={name} path={path} state={state} />
    </fieldset>
  );
}

/**
 * A file. One that was sent before is carried along, since browsers never fill it in again: it need not be chosen twice,
 * up to `LARGEST_KEPT` bytes.
 * The form has to be `multipart/form-data`.
 */
export function FileField(
  { name, path, label, accept, help, required, state }: {
    name: string;
    /** Its name in the API, if that differs. */
    path?: string | undefined;
    label: string;
    accept?: string;
    help?: Child;
    required?: boolean;
    state: FormState | undefined;
  },
) {
  const sent = state?.values.upload(name);
  const large = sent !== undefined && sent.bytes.length > LARGEST_KEPT;
  const kept = large ? undefined : sent;
  return (
    <div class="field">
      <label class="field">
        <span>{label}</span>
        <input
          name={name}
          type="file"
          required={required === true && kept === undefined}
          {...(accept === undefined ? {} : { accept })}
          {...described(name, path, state)}
        />
      </label>
      {large
        ? (
          <small class="kept">
            {`${sent.filename || "The file"} (${
              size(sent.bytes.length)
            }) is too large to be kept between pages. Choose it again.`}
          </small>
        )
        : null}
      {kept === undefined ? null : (
        <>
          <input type="hidden" name={name + KEPT} value={kept.bytes.toBase64()} />
          <input type="hidden" name={name + KEPT_NAME} value={kept.filename} />
          <small class="kept">
            {`${kept.filename || "The file"} (${size(kept.bytes.length)}) is kept. Choose another one to replace it.`}
          </small>
        </>
      )}
      {help === undefined ? null : <small>{help}</small>}
      <Errors name={name} path={path} state={state} />
    </div>
  );
}
