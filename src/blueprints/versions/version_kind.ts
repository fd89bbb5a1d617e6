/**
 * The one shape of everything that artifact versions can be made of.
 *
 * A kind reads what an operator sent, checks it against the artifact and its other versions, keeps it, and shows it. The
 * service, the API and the pages do everything else, alike for all kinds: a new kind is a file here and a line in `kinds.ts`.
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

/** What a version is checked against. */
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
  /** What artifacts of a type are declared as, when they are no uploaded declarations. */
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

/** What is right, or what is wrong with it by field. */
export type Checked<T> = { errors: FieldErrors } | { value: T; errors?: undefined };

/** What can be told of a version's content alone: the names of the variables in it, and of those without a default. */
export type Draft = { variables: readonly string[]; needed: readonly string[] };

/**
 * A kind of versions. `Input` is what an operator says, `D` what can be told from that alone, `Stored` what is kept, and
 * `Shown` the kind's own fields in the API.
 */
export type VersionKind<Input, D extends Draft, Stored, Shown extends object> = {
  readonly name: string;
  /** The types of artifacts that have such versions, and what is true of each. */
  readonly types: Readonly<Record<string, ArtifactTypeFacts>>;
  /** Reads the input; files are put into the file store here, before any transaction. */
  read(runtime: Runtime, input: Input): Promise<Checked<D>>;
  /** The input with what is elsewhere, fetched: a preview reads in its transaction, which must not wait for others. Throws `invalid`. */
  fetch?(runtime: Runtime, input: Input): Promise<Input>;
  /** Checks a draft against the artifact, in the transaction that writes it, and answers what to keep. */
  check(context: VersionContext, draft: D): Promise<Checked<Stored>>;
  /** Keeps it under the version's id, whether there is something already or not. */
  write(tx: Tx, id: string, stored: Stored, artifact: ArtifactRow): Promise<void>;
  /** What is kept, by version id. */
  load(db: Db, ids: readonly string[]): Promise<Map<string, Stored>>;
  /** What devices get of it, as a text: when a change of the version changes it, those that have the version get it again. */
  fingerprint(stored: Stored): string;
  /** The kind's own fields in the API. */
  show(runtime: Runtime, row: ArtifactVersionRow, stored: Stored): Promise<Shown>;
  /** The same for the audit log: no secret, no file, but what tells one from another. */
  audit(stored: Stored): Record<string, Json>;
  /** The payload of its declaration, for a kind that is `declaredAs` one; undefined when the version is gone. */
  payload?(version: DeclaredVersion): Promise<Json | undefined>;
  /** Its resource in the API. */
  readonly api: KindApi<Input, Shown>;
  /** Its pages. */
  readonly page: KindPage<Input, Shown>;
};

/** A kind whose types are forgotten: give its functions only what others of its functions answered. */
export type AnyVersionKind = VersionKind<unknown, Draft, unknown, object>;

/** The types of artifacts that have such versions. */
export const typesOf = ({ types }: Pick<AnyVersionKind, "types">): string[] => Object.keys(types);
