/**
 * What pages do with the content of versions, whatever kind it is: forms, lines to read, the file to download.
 *
 * @module
 */

import type { Child } from "hono/jsx";
import type { ArtifactVersionRow } from "../../../db/artifacts/artifact_versions.ts";
import type { ArtifactRow } from "../../../db/artifacts/artifacts.ts";
import { createArtifactWithVersion, type FirstVersion } from "../../../src/blueprints/versions/create_artifact.ts";
import type { Draft, VersionKind } from "../../../src/blueprints/versions/version_kind.ts";
import { createVersion, mustFindVersion, type VersionInput } from "../../../src/blueprints/versions/versions.ts";
import { type FieldErrors, invalid, Problem } from "../../../src/errors.ts";
import type { By } from "../../../src/events/by.ts";
import type { Runtime } from "../../../src/runtime.ts";
import { attachment } from "../../attachment.ts";
import type { Form, FormState } from "../parts/page.tsx";
import type { Done } from "../parts/preview.tsx";

/** What the fields of a form begin with, by name. */
export type Values = Readonly<Record<string, string>>;

/** A file to download. */
export type Source = {
  filename: string;
  type: string;
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
};

/** What the fields of a content are given. */
export type FieldsProps = {
  runtime: Runtime;
  state: FormState | undefined;
  /** Those of the version before. */
  values: Values;
  /** Whether there is a version before. */
  upgrade: boolean;
};

/** What pages do with the versions of artifacts of some types. */
export type ContentPages = {
  types: readonly ArtifactRow["type"][];
  fields(props: FieldsProps): Promise<Child> | Child;
  /** What the fields begin with for another version than this one. */
  values(runtime: Runtime, id: string): Promise<Values>;
  /** Makes an artifact and its first version of a form. Throws `invalid`. */
  createFirst(
    runtime: Runtime,
    by: By,
    first: FirstVersion,
    form: Form,
  ): Promise<ArtifactVersionRow>;
  /** Makes a version of a form. Throws `invalid`. */
  create(runtime: Runtime, by: By, input: VersionInput, form: Form): Promise<ArtifactVersionRow>;
  /** What the version is made of, line by line. */
  lines(runtime: Runtime, id: string): Promise<string[]>;
  /** What is saved all the same, and probably not as it was meant: sentences. */
  warnings(runtime: Runtime, id: string): Promise<string[]>;
  /** The file, where there is one. */
  source(runtime: Runtime, id: string): Promise<Source | null>;
};

/** How the pages of one kind differ from those of others. */
export type ContentPagesOf<Input, Shown> = {
  fields: ContentPages["fields"];
  /** Reads what an operator says. Throws `invalid`. */
  read(form: Form): Input;
  values(shown: Shown): Values;
  lines(shown: Shown, runtime: Runtime): string[] | Promise<string[]>;
  source(shown: Shown, runtime: Runtime): Source | null | Promise<Source | null>;
  warnings?(shown: Shown): string[];
  /** Puts errors to the fields that the page has. */
  explain?(errors: FieldErrors): FieldErrors;
};

/** Makes the pages of a kind. */
export function contentPages<D extends Draft, Input, Stored, Shown extends object>(
  kind: VersionKind<Input, D, Stored, Shown>,
  pages: ContentPagesOf<Input, Shown>,
): ContentPages {
  const shownOf = async (runtime: Runtime, id: string) => {
    const { row, stored } = await mustFindVersion(runtime.sql, kind, id);
    return await kind.show(runtime, row, stored);
  };
  const explained = async <T,>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Problem) || error.details.fields === undefined) throw error;
      throw invalid(pages.explain?.(error.details.fields) ?? error.details.fields);
    }
  };
  return {
    types: kind.types,
    fields: pages.fields,
    values: async (runtime, id) => pages.values(await shownOf(runtime, id)),
    createFirst: (runtime, by, first, form) =>
      explained(async () => (await createArtifactWithVersion(runtime, by, kind, first, pages.read(form))).row),
    create: (runtime, by, input, form) =>
      explained(async () => (await createVersion(runtime, by, kind, input, pages.read(form))).row),
    lines: async (runtime, id) => await pages.lines(await shownOf(runtime, id), runtime),
    warnings: async (runtime, id) => pages.warnings?.(await shownOf(runtime, id)) ?? [],
    source: async (runtime, id) => await pages.source(await shownOf(runtime, id), runtime),
  };
}

/** Where to go after a version was created, and what to warn of; the artifact's page shows that, too. */
export async function afterCreation(
  runtime: Runtime,
  pages: ContentPages,
  { id, artifactId }: ArtifactVersionRow,
): Promise<Done> {
  return { to: `/artifacts/${artifactId}/?done=created`, warnings: await pages.warnings(runtime, id) };
}

/** A download as an answer. */
export const sourceResponse = ({ filename, type, body }: Source): Response => attachment(body, type, filename);
