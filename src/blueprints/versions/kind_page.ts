/**
 * The pages of a kind of versions: the fields of its form as data, and the input from it.
 *
 * @module
 */

import type { Db } from "../../../db/open.ts";
import { type FieldErrors, invalid } from "../../errors.ts";
import type { Runtime } from "../../runtime.ts";

/** A file that was sent with a form. */
export type Upload = { filename: string; bytes: Uint8Array<ArrayBuffer> };

/** The input of a submitted form. */
export type FormValues = {
  /** The trimmed text of a field; "" when it is absent. */
  text(name: string): string;
  /** The text as it was typed. */
  raw(name: string): string;
  upload(name: string): Upload | undefined;
};

/** A choice: the value and its label. */
export type Options = readonly (readonly [string, string])[];

/** A field of a form. A text between backticks in `help` is code. */
export type KindField =
  /** A file, which has to be chosen. */
  | { kind: "file"; name: string; label: string; accept: string; help: string }
  /**
   * A package, which is uploaded before the form is sent: `…_uri` and `…_sha256` hold where it is. The value is its
   * description.
   */
  | { kind: "package"; name: string; label: string; accept: string; help: string }
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
  /** One of some; `value` is chosen first, and `fixed` cannot be changed in later versions. */
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

/**
 * A fact of an artifact: lines of text, each perhaps with the artifact or the asset of a location that it is about, and
 * with the time until which it holds. `trouble` is what to do something about.
 */
export type Detail = {
  name: string;
  lines: readonly {
    text: string;
    artifactId?: string | undefined;
    locationAssetId?: number;
    until?: Date | null;
    trouble?: boolean;
  }[];
};

/** The pages of a kind. `Input` and `Shown` are those of the kind. */
export type KindPage<Input, Shown> = {
  /** The last part of the address where an artifact is created: `/artifacts/new/profile/`. */
  readonly slug: string;
  /** The title of that page, and of the link to it. */
  readonly title: string;
  /** Its place among the links; the lowest is first. */
  readonly order: number;
  /** The label of its button if it has a preview; "Create artifact" when absent. */
  readonly button?: string;
  /** The input for the artifact in addition to its first version. */
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
  /** Returns the artifact's properties from a file, if the form has no name. Throws `invalid`. */
  nature?(values: FormValues): { name: string; channel?: "Device" | "User" };
  /** Reads the input. Throws `invalid`. */
  read(values: FormValues): Input;
  /** Returns the initial values of another version's fields, by name. */
  values(shown: Shown): Readonly<Record<string, string>>;
  /** Returns the content of a version, line by line. */
  lines(shown: Shown, runtime: Runtime): string[] | Promise<string[]>;
  /** Returns the file; null if it no longer exists. Absent for a kind without files. */
  source?(shown: Shown, runtime: Runtime): Source | null | Promise<Source | null>;
  /** Returns warnings about the saved content, as sentences. */
  warnings?(shown: Shown): string[];
  /** Returns what follows for an artifact from other artifacts and from the time. */
  readonly details?: { title: string; of(runtime: Runtime, artifactId: string): Promise<Detail[]> };
  /** Puts errors to the fields that the form has. */
  explain?(errors: FieldErrors): FieldErrors;
};

/** Returns the file in the field `source`. Throws `invalid` if there is none. */
export function sourceFile(values: FormValues): Upload {
  const upload = values.upload("source");
  if (upload === undefined) throw invalid({ source: ["Choose a file."] });
  return upload;
}

/** Returns the value of a multi-line field: the text of its file if there is one, otherwise the typed text. */
export function linesOrFile(values: FormValues, name: string, file: string): string {
  const upload = values.upload(file);
  return upload === undefined ? values.raw(name) : new TextDecoder().decode(upload.bytes);
}
