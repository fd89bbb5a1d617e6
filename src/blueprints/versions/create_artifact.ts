/**
 * Creates an artifact together with its first version.
 *
 * @module
 */

import { findNamesLike } from "../../../db/artifacts/artifact_names.ts";
import { nestedSql } from "../../../db/nested.ts";
import type { Db } from "../../../db/open.ts";
import { invalid } from "../../errors.ts";
import type { By } from "../../events/by.ts";
import type { Runtime } from "../../runtime.ts";
import { type ArtifactInput, createArtifact } from "../artifacts.ts";
import { type Filter, openFilter } from "../filter.ts";
import { changeDesired } from "../transaction.ts";
import type { Draft, VersionKind } from "./version_kind.ts";
import { createVersion, type Version } from "./versions.ts";

const LONGEST_NAME = 256;

/**
 * Returns the name itself when no artifact has it, else with the first number in brackets that is free: "Wi-Fi (2)".
 */
async function freeName(db: Db, name: string): Promise<string> {
  const base = name.slice(0, LONGEST_NAME - 8).trim();
  const taken = new Set(await findNamesLike(db, base));
  if (!taken.has(base)) return base;
  for (let number = 2;; number++) if (!taken.has(`${base} (${number})`)) return `${base} (${number})`;
}

/** The input for the artifact; `freeName`: another name is chosen if the artifact's is in use. */
export type FirstVersion = {
  artifact: ArtifactInput;
  freeName?: boolean;
  /** The scope of the version; without it, all devices on the artifact's platforms. */
  filter?: Filter;
};

/**
 * Creates an artifact and its version 1 in one transaction: if one of them is refused, neither is created. Throws
 * `invalid`.
 */
export async function createArtifactWithVersion<D extends Draft, Input, Stored, Shown extends object>(
  runtime: Runtime,
  by: By,
  kind: VersionKind<Input, D, Stored, Shown>,
  { artifact, freeName: another = false, filter = openFilter(artifact.platforms) }: FirstVersion,
  content: Input,
): Promise<Version<Stored>> {
  // Files are stored before the transaction begins.
  const draft = await kind.read(runtime, content);
  if (draft.errors !== undefined) throw invalid(draft.errors);
  const readAlready = { ...kind, read: () => Promise.resolve(draft) };
  return await changeDesired(runtime, async (tx) => {
    const inner = { ...runtime, sql: nestedSql(runtime.sql, tx) };
    const name = another ? await freeName(tx, artifact.name) : artifact.name;
    const { id } = await createArtifact(inner, by, { ...artifact, name });
    return await createVersion(inner, by, readAlready, { artifactId: id, version: 1, filter }, content);
  });
}
