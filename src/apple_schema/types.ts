/**
 * Apple's published facts about declarations, status items, commands, credentials and profiles.
 *
 * Promise: names, types, bounds and versions only; no text of Apple's but the titles and descriptions of skip keys and of
 * commands, which operators choose from and fill in. The tables under `generated/` have these types.
 *
 * Source: Apple's device management schema (github.com/apple/device-management), its `docs/schema.yaml`.
 *
 * @module
 */

/** The systems that the schema distinguishes. It counts iPadOS as iOS. */
export const SYSTEMS = ["iOS", "macOS", "tvOS", "visionOS", "watchOS"] as const;
export type System = (typeof SYSTEMS)[number];

export const KEY_TYPES = [
  "string",
  "integer",
  "real",
  "boolean",
  "date",
  "data",
  "array",
  "dictionary",
  "any",
] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** How a device was enrolled; "local" is a profile that a person installed, and never one of ours. */
export const ENROLLMENTS = ["supervised", "device", "user", "local"] as const;
export type Enrollment = (typeof ENROLLMENTS)[number];

/** "system" is the device channel, "user" the user channel. */
export const SCOPES = ["system", "user"] as const;
export type Scope = (typeof SCOPES)[number];

export const MODES = ["allowed", "required", "forbidden", "ignored"] as const;
export type Mode = (typeof MODES)[number];

export const COMBINE_TYPES = [
  "boolean-or",
  "boolean-and",
  "number-min",
  "number-max",
  "enum-first",
  "enum-last",
  "first",
  "array-append",
  "set-union",
  "set-intersection",
] as const;
export type CombineType = (typeof COMBINE_TYPES)[number];

export const SUBTYPES = ["url", "hostname", "email"] as const;
export type Subtype = (typeof SUBTYPES)[number];

export const APPLIES = ["single", "multiple", "combined"] as const;
export type Apply = (typeof APPLIES)[number];

/** The differences on a Shared iPad. */
export type SharedIpad = {
  readonly mode?: Mode;
  readonly deviceChannel?: boolean;
  readonly userChannel?: boolean;
  readonly scopes?: readonly Scope[];
};

/** The conditions of one system. Absent conditions are inherited from the key or the payload around it. */
export type Support = {
  readonly introduced?: string;
  readonly deprecated?: string;
  readonly removed?: string;
  readonly deviceChannel?: boolean;
  readonly userChannel?: boolean;
  readonly supervised?: boolean;
  readonly automatedEnrollment?: boolean;
  readonly userApproved?: boolean;
  readonly enrollments?: readonly Enrollment[];
  readonly scopes?: readonly Scope[];
  readonly sharedIpad?: SharedIpad;
  readonly userEnrollment?: Mode;
  /** Of a profile's payload: whether a device may have several of its type. */
  readonly multiple?: boolean;
  /** Of a profile's payload or key: whether a person may install it without device management. */
  readonly manualInstall?: boolean;
  readonly beta?: true;
};

/** Per system its conditions; `false` where it does not exist; absent where the schema says nothing. */
export type Systems = { readonly [S in System]?: Support | false };

/** One key of a payload, or the elements of an array. */
export type KeyFacts = {
  /** The name; "ANY" stands for every name. Elements of an array have one too, which is never sent. */
  readonly key: string;
  readonly type: KeyType;
  readonly required?: true;
  readonly systems?: Systems;
  readonly range?: { readonly min?: number; readonly max?: number };
  readonly values?: readonly (string | number)[];
  readonly subtype?: Subtype;
  /** A regular expression. */
  readonly format?: string;
  readonly default?: string | number | boolean;
  /** How many elements the array around it has. */
  readonly repetition?: { readonly min: number; readonly max: number };
  readonly combine?: CombineType;
  /** The value, or each element of it, is the identifier of an asset of one of these types. */
  readonly assetTypes?: readonly string[];
  /** The media types that the data behind the asset may have. */
  readonly contentTypes?: readonly string[];
  /**
   * Of a dictionary its keys, of an array the kinds of its elements, of a string the values it may have (with the
   * systems that know them). A dictionary without them holds anything.
   */
  readonly keys?: readonly KeyFacts[];
  /** The name of `keys` that are written once for several places, or that contain themselves. */
  readonly shape?: string;
};

export type Shapes = { readonly [name: string]: readonly KeyFacts[] };

/** The facts common to payloads of every kind. */
export type PayloadFacts = {
  readonly systems: Systems;
  readonly keys: readonly KeyFacts[];
  readonly shapes?: Shapes;
  readonly beta?: true;
};

export const DECLARATION_KINDS = ["activation", "asset", "configuration", "management"] as const;
export type DeclarationKind = (typeof DECLARATION_KINDS)[number];

export type DeclarationFacts = PayloadFacts & {
  readonly kind: DeclarationKind;
  /** How several configurations of the type act together. */
  readonly apply?: Apply;
};

/** A status item; `keys` has one key, which is the item. */
export type StatusItemFacts = PayloadFacts;
export type CommandFacts = PayloadFacts;
/** The keys of the answer to a command, beside those that every answer has. */
export type ResponseFacts = Pick<PayloadFacts, "keys" | "shapes">;

/** Apple's words for a command and its keys. */
export type CommandWords = {
  readonly title: string;
  readonly description: string;
  /** Descriptions of keys, by their path: `Settings.Wallpaper.Where`. Elements of arrays have a name in it. */
  readonly keys?: { readonly [path: string]: string };
};
/** A document that a credential asset refers to. */
export type CredentialFacts = PayloadFacts;

/** The payload of a profile, without the keys that payloads of every type have. */
export type ProfileFacts = PayloadFacts;
/** Most payload types have one form; of a few, Apple publishes several under the same name. */
export type ProfileForms = readonly ProfileFacts[];

/** A pane of Setup Assistant that an enrollment can skip. Title and description are Apple's words. */
export type SkipKeyFacts = {
  readonly title: string;
  readonly description: string;
  /** The systems that have the pane, and from and until when. */
  readonly systems: Systems;
};

export type FactTable<F> = { readonly [type: string]: F };

/** An issue with a value: its path, and a sentence with the actual and the expected value. */
export type SchemaIssue = { path: string; message: string };
