/**
 * What the pages of a kind of versions need: the fields of its form as data, and what is read from it.
 *
 * @module
 */

import type { Db } from "../../../db/open.ts";
import { type FieldErrors, invalid } from "../../errors.ts";
import type { Runtime } from "../../runtime.ts";

/** A file that was sent with a form. */
export type Upload = { filename: string; bytes: Uint8Array<ArrayBuffer> };

/** What a form was sent with. */
export type FormValues = {
  /** The trimmed text of a field; "" when it is absent. */
  text(name: string): string;
  /** The text as it was typed. */
  raw(name: string): string;
  upload(name: string): Upload | undefined;
};

/** What can be chosen: the value, and what a person reads. */
export type Options = readonly (readonly [string, string])[];

/** A field of a form. A text between backticks in `help` is code. */
export type KindField =
  /** A file, which has to be chosen. */
  | { kind: "file"; name: string; label: string; accept: string; help: string }
  | { kind: "text"; name: string; label: string; maxlength: number }
  /** A text of several lines; `file` is a field for a file that holds the text instead. */
  | {
    kind: "lines";
    name: string;
    label: string;
    rows: number;
    help: string;
    file?: { name: string; label: string; accept: string };
  }
  /** One of some; `value` is chosen first, and `fixed` is what later versions cannot choose anew. */
  | {
    kind: "choice";
    name: string;
    label: string;
    options: Options | ((db: Db) => Promise<Options>);
    value?: string;
    fixed?: true;
  }
  | { kind: "group"; legend: string; fields: readonly KindField[] };

/** A file to download. */
export type Source = {
  filename: string;
  type: string;
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
};

/** The pages of a kind. `Input` and `Shown` are those of the kind. */
export type KindPage<Input, Shown> = {
  /** The last part of the address where an artifact is made: `/artifacts/new/profile/`. */
  readonly slug: string;
  /** The title of that page, and of the link to it. */
  readonly title: string;
  /** Its place among the links; the lowest is first. */
  readonly order: number;
  /** What its button says where it can be tried first; "Create artifact" when it is absent. */
  readonly button?: string;
  /** What a person says of the artifact beside its first version. */
  readonly asks: {
    readonly name?: true;
    readonly platforms?: true;
    /** The label of the channel; without one it is the device's. */
    readonly channel?: string;
    /** The type that is chosen first, for a kind with several. */
    readonly type?: string;
  };
  /** The fields of the content. */
  readonly fields: readonly KindField[];
  /** What a file says of its artifact, where nobody is asked for its name. Throws `invalid`. */
  nature?(values: FormValues): { name: string; channel?: "Device" | "User" };
  /** Reads what an operator says. Throws `invalid`. */
  read(values: FormValues): Input;
  /** What the fields of another version begin with, by name. */
  values(shown: Shown): Readonly<Record<string, string>>;
  /** What a version is made of, line by line. */
  lines(shown: Shown, runtime: Runtime): string[] | Promise<string[]>;
  /** The file; null when it is gone. Absent for a kind without files. */
  source?(shown: Shown, runtime: Runtime): Source | null | Promise<Source | null>;
  /** What is saved all the same, and probably not as it was meant: sentences. */
  warnings?(shown: Shown): string[];
  /** Puts errors to the fields that the form has. */
  explain?(errors: FieldErrors): FieldErrors;
};

/** The file in the field `source`. Throws `invalid` when there is none. */
export function sourceFile(values: FormValues): Upload {
  const upload = values.upload("source");
  if (upload === undefined) throw invalid({ source: ["Choose a file."] });
  return upload;
}

/** What a field of several lines holds: the text of its file when there is one, else what was typed. */
export function linesOrFile(values: FormValues, name: string, file: string): string {
  const upload = values.upload(file);
  return upload === undefined ? values.raw(name) : new TextDecoder().decode(upload.bytes);
}
