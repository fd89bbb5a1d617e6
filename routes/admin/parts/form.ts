/**
 * The input of a submitted form.
 *
 * @module
 */

import type { Context } from "hono";
import { FILE_TOO_LARGE, LARGEST_FILE } from "../../../src/blueprints/versions/file_limit.ts";
import { type FieldErrors, invalid, Problem, problem } from "../../../src/errors.ts";
import { textFault, writable } from "../../../src/writable.ts";
import { WITH_FILE } from "../../body.ts";
import type { AppEnv } from "../../context.ts";

const FORM_LIMIT = 1024 * 1024;
/** Fields of a form; the largest of ours has some hundreds. */
const MOST_FIELDS = 10_000;
/** Characters of its content type. The runtime takes squares for the space between parameters. */
const LONGEST_TYPE = 200;

/** Bytes of a file that is carried from one page to the next. A larger one is chosen again. */
export const LARGEST_KEPT = 8_000_000;

/** Bytes of a form with a file: one that is carried in base64, another one that replaces it, and the other fields. */
export const UPLOAD_LIMIT = LARGEST_FILE + LARGEST_KEPT * 2;

/** The suffixes of a file's field name for the hidden fields with its content in base64 and with its name. */
export const KEPT = ".kept";
export const KEPT_NAME = ".name";

/** The input of a submitted form, and its errors. `shown` are the names of errors that the page shows. */
export type FormState = { values: Form; errors: FieldErrors; shown?: Set<string> };

/**
 * Returns the errors of a field, and of the fields inside it. `path` is the field's name in the API, if that differs;
 * with `whole`, errors inside it belong to other fields. Errors returned here are shown; errors that no field requests
 * are shown at the top of the page.
 */
export function errorsOf(state: FormState | undefined, name: string, path = name, whole = false): string[] {
  if (state === undefined) return [];
  const own = Object.keys(state.errors).filter((key) =>
    [name, path].some((one) => key === one || !whole && key.startsWith(`${one}.`))
  );
  state.shown ??= new Set();
  for (const key of own) state.shown.add(key);
  return [...new Set(own.flatMap((key) => state.errors[key] ?? []))];
}

/** Returns the sentences that no field of the page `html` shows, each with its field's name in the API. */
export function unshownErrors({ errors, shown }: FormState, html: string): string[] {
  return Object.entries(errors).filter(([name]) => shown?.has(name) !== true).flatMap(([name, sentences]) =>
    sentences.filter((sentence) => !html.includes(escapeHtml(sentence)))
      .map((sentence) => (name === "non_field_errors" ? sentence : `${name}: ${sentence}`))
  );
}

/** As hono/jsx writes a text. */
const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("'", "&#39;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");

const idOf = (text: string): number => /^[0-9]{1,9}$/.test(text) ? Number(text) : -1;

/** A number that JSON can say exactly. */
const wholeOf = (text: string): number | string => /^-?[0-9]{1,15}$/.test(text) ? Number(text) : text;

/** Whether a text is a UUID, as all of ours are. */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

/** A file that was sent with a form. */
export type Upload = { filename: string; bytes: Uint8Array<ArrayBuffer> };

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.fromBase64(base64);
  } catch (cause) {
    throw problem("invalid", "Cannot read the form.", {}, cause);
  }
}

/** The values of a form by their names. `FormData` searches all its fields for each name. */
type Fields = ReadonlyMap<string, readonly FormDataEntryValue[]>;

/**
 * Returns the fields of a form by name, and the errors of texts that neither the database nor a property list can
 * contain: such characters are replaced in `fields`. Throws `invalid` for too many.
 */
function fieldsOf(data: FormData): { fields: Fields; faults: FieldErrors } {
  const fields = new Map<string, FormDataEntryValue[]>();
  const faults = new Map<string, string[]>();
  let count = 0;
  for (const [key, given] of data) {
    if (++count > MOST_FIELDS) {
      throw problem("invalid", `Cannot read the form: it has more than ${MOST_FIELDS} fields.`);
    }
    const name = writable(key);
    const value = typeof given === "string" ? writable(given) : given;
    const fault = textFault(key) ?? (typeof given === "string" ? textFault(given) : undefined);
    if (fault !== undefined) faults.set(name, [...faults.get(name) ?? [], fault]);
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  }
  return { fields, faults: Object.fromEntries(faults) };
}

/** Returns the files of a form: browsers send an empty one without name where none was chosen. */
async function uploadsOf(fields: Fields): Promise<Map<string, Upload>> {
  const uploads = new Map<string, Upload>();
  for (const [name, values] of fields) {
    for (const value of values) {
      if (!(value instanceof File) || (value.name === "" && value.size === 0)) continue;
      uploads.set(name, { filename: value.name, bytes: await value.bytes() });
    }
  }
  // A browser never fills in a file again: the chosen file is kept in hidden fields (see `FileField`).
  for (const [key, [value]] of fields) {
    const name = key.endsWith(KEPT) ? key.slice(0, -KEPT.length) : "";
    if (name === "" || typeof value !== "string" || uploads.has(name)) continue;
    const filename = fields.get(name + KEPT_NAME)?.[0];
    uploads.set(name, { filename: typeof filename === "string" ? filename : "", bytes: bytesOf(value) });
  }
  return uploads;
}

/** The fields of a form. */
export class Form {
  constructor(private readonly fields: Fields, private readonly uploads: ReadonlyMap<string, Upload> = new Map()) {}
  /** The file of a field: the one that was chosen, else the one that was kept. */
  upload(name: string): Upload | undefined {
    return this.uploads.get(name);
  }
  /** The trimmed text of a field; "" when it is absent. */
  text(name: string): string {
    return this.raw(name).trim();
  }
  /** The text as it was typed, for passwords. */
  raw(name: string): string {
    const [value] = this.fields.get(name) ?? [];
    return typeof value === "string" ? value : "";
  }
  /** The trimmed text of a field; undefined when it is absent. */
  value(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }
  /** Returns a whole number in the API's form; an invalid one as its text, for a schema to refuse. */
  whole(name: string): number | string | undefined {
    const text = this.value(name);
    return text === undefined ? undefined : wholeOf(text);
  }
  /** The key of an object as the API is sent it; undefined where none is chosen. */
  pk(name: string): number | string | undefined {
    const text = this.text(name);
    return text === "" ? undefined : wholeOf(text);
  }
  /** The same, null where none is chosen; undefined when the field is absent. */
  pkOrNull(name: string): number | string | null | undefined {
    return this.has(name) ? this.pk(name) ?? null : undefined;
  }
  /** Several keys, as checkboxes send them. */
  pks(name: string): (number | string)[] {
    return this.texts(name).map(wholeOf);
  }
  texts(name: string): string[] {
    return (this.fields.get(name) ?? []).filter((value) => typeof value === "string");
  }
  /** Several ids, as checkboxes send them. */
  ids(name: string): number[] {
    return this.texts(name).map(idOf);
  }
  /** The names of its fields, each once. */
  names(): string[] {
    return [...this.fields.keys()];
  }
  has(name: string): boolean {
    return this.fields.has(name);
  }
  /** The bytes of a file, or the text of a field of that name; undefined for neither. */
  async file(name: string): Promise<Uint8Array | string | undefined> {
    const [value] = this.fields.get(name) ?? [];
    if (value instanceof File) return value.size === 0 ? undefined : await value.bytes();
    return this.text(name) || undefined;
  }
}

/**
 * Returns the fields of a POST: url-encoded or multipart, of at most that many bytes. `faults` are the errors of its
 * texts, whatever their fields.
 */
export async function receiveForm(
  c: Context<AppEnv>,
  limit = FORM_LIMIT,
): Promise<{ form: Form; faults: FieldErrors }> {
  const type = c.req.header("content-type") ?? "";
  if (type.length > LONGEST_TYPE || !/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/.test(type)) {
    throw problem("unsupported-media-type");
  }
  const body = await c.get("body").read(limit, limit === UPLOAD_LIMIT ? WITH_FILE : {}).catch(
    (error) => {
      if (limit !== UPLOAD_LIMIT || !(error instanceof Problem) || error.code !== "too-large") throw error;
      throw problem("too-large", FILE_TOO_LARGE, {}, error);
    },
  );
  const data = await new Response(body, { headers: { "Content-Type": type } }).formData().catch((cause) => {
    throw problem("invalid", "Cannot read the form.", {}, cause);
  });
  const { fields, faults } = fieldsOf(data);
  return { form: new Form(fields, await uploadsOf(fields)), faults };
}

/** Throws `invalid` when something is wrong with the texts of a form. */
export function mustBeHeld(faults: FieldErrors): void {
  if (Object.keys(faults).length > 0) throw invalid(faults);
}

/** Returns the fields of a POST. Throws `invalid` for texts that cannot be stored. */
export async function readForm(c: Context<AppEnv>, limit = FORM_LIMIT): Promise<Form> {
  const { form, faults } = await receiveForm(c, limit);
  mustBeHeld(faults);
  return form;
}
