/**
 * The type of every kind of artifact versions.
 *
 * A kind parses the input, checks it against the artifact and its other versions, stores it, and shows it. The service,
 * the API and the pages do everything else, the same way for all kinds: a new kind is a file here and a line in
 * `kinds.ts`.
 *
 * @module
 */

import type { ArtifactVersionRow } from "../../../db/artifacts/artifact_versions.ts";
import type { ArtifactRow } from "../../../db/artifacts/artifacts.ts";
import type { DeclaredVersionRow } from "../../../db/artifacts/declared_versions.ts";
import type { ChannelId } from "../../../db/ids.ts";
import type { Db, Json, Tx } from "../../../db/open.ts";
import type { FieldErrors } from "../../errors.ts";
import type { Runtime } from "../../runtime.ts";
import type { ArtifactTypeFacts } from "../artifact_types.ts";
import type { KindApi } from "./kind_api.ts";
import type { KindPage } from "./kind_page.ts";

/** The facts that a version is checked against. */
export type VersionContext = {
  tx: Tx;
  runtime: Runtime;
  /** The version's id. */
  id: string;
  artifact: ArtifactRow;
  /** Whether there is no such version yet. */
  isNew: boolean;
  /** The other versions of the artifact, the newest first. */
  others: readonly string[];
  /** The declaration types of artifacts that are not uploaded declarations. */
  becomes(type: string): readonly string[];
};

/** A version that a device fetches as a declaration. */
export type DeclaredVersion = {
  db: Db;
  runtime: Runtime;
  channelId: ChannelId;
  versionId: string;
  row: DeclaredVersionRow;
};

/** The valid input, or its errors by field. */
export type Checked<T> = { errors: FieldErrors } | { value: T; errors?: undefined };

/** The facts of a version's content alone: the names of its variables, and of those without a default. */
export type Draft = { variables: readonly string[]; needed: readonly string[] };

/**
 * A kind of versions. `Input` is the operator's input, `D` the draft derived from it alone, `Stored` the stored
 * content, and `Shown` the kind's own fields in the API.
 */
export type VersionKind<Input, D extends Draft, Stored, Shown extends object> = {
  readonly name: string;
  /** The types of artifacts that have such versions, with their properties. */
  readonly types: Readonly<Record<string, ArtifactTypeFacts>>;
  /** Parses the input; files are stored in the file store here, before any transaction. */
  read(runtime: Runtime, input: Input): Promise<Checked<D>>;
  /**
   * Returns the input with external files fetched: a preview reads in its transaction, which must not wait for other
   * servers. Throws `invalid`.
   */
  fetch?(runtime: Runtime, input: Input): Promise<Input>;
  /** Checks a draft against the artifact, in the transaction that writes it, and returns the content to store. */
  check(context: VersionContext, draft: D): Promise<Checked<Stored>>;
  /** Stores it under the version's id, whether there is something already or not. */
  write(tx: Tx, id: string, stored: Stored, artifact: ArtifactRow): Promise<void>;
  /** Returns the stored content, by version id. */
  load(db: Db, ids: readonly string[]): Promise<Map<string, Stored>>;
  /**
   * Returns the part that devices get, as a text: if a change of the version changes it, devices that have the version
   * get it again.
   */
  fingerprint(stored: Stored): string;
  /** The kind's own fields in the API. */
  show(runtime: Runtime, row: ArtifactVersionRow, stored: Stored): Promise<Shown>;
  /** The same for the audit log: without secrets and files, but with facts that distinguish them. */
  audit(stored: Stored): Record<string, Json>;
  /** The payload of its declaration, for a kind that is `declaredAs` one; undefined if the version no longer exists. */
  payload?(version: DeclaredVersion): Promise<Json | undefined>;
  /** The asset that its declaration refers to, where the kind has one. */
  asset?(version: DeclaredVersion): Promise<{ type: string; payload: Json }>;
  /** Its resource in the API. */
  readonly api: KindApi<Input, Shown>;
  /** Its pages. */
  readonly page: KindPage<Input, Shown>;
};

/** A kind without its type parameters: pass its functions only results of its other functions. */
export type AnyVersionKind = VersionKind<unknown, Draft, unknown, object>;

/** Returns the types of artifacts that have such versions. */
export const typesOf = ({ types }: Pick<AnyVersionKind, "types">): string[] => Object.keys(types);
