/**
 * The content of versions on pages, for every kind: forms, lines to read, the file to download.
 *
 * @module
 */

import type { ArtifactVersionRow } from "../../../db/artifacts/artifact_versions.ts";
import type { ArtifactRow } from "../../../db/artifacts/artifacts.ts";
import { valueWarnings } from "../../../src/blueprints/value_warnings.ts";
import { createArtifactWithVersion, type FirstVersion } from "../../../src/blueprints/versions/create_artifact.ts";
import type { KindPage, Source } from "../../../src/blueprints/versions/kind_page.ts";
import { versionKindOf } from "../../../src/blueprints/versions/kinds.ts";
import { createVersion, mustFindVersion, type VersionInput } from "../../../src/blueprints/versions/versions.ts";
import { invalid, Problem } from "../../../src/errors.ts";
import type { By } from "../../../src/events/by.ts";
import type { Runtime } from "../../../src/runtime.ts";
import { attachment } from "../../attachment.ts";
import type { Form } from "../parts/page.tsx";
import type { Done } from "../parts/preview.tsx";
import type { Values } from "./content_fields.tsx";

/** The functions of pages for the versions of a kind. */
export type ContentPages = {
  page: KindPage<unknown, object>;
  /** The initial values of the fields for a version that follows this one. */
  values(runtime: Runtime, id: string): Promise<Values>;
  /** Creates an artifact and its first version from a form. Throws `invalid`. */
  createFirst(
    runtime: Runtime,
    by: By,
    first: FirstVersion,
    form: Form,
  ): Promise<ArtifactVersionRow>;
  /** Creates a version from a form. Throws `invalid`. */
  create(runtime: Runtime, by: By, input: VersionInput, form: Form): Promise<ArtifactVersionRow>;
  /** The content of the version, line by line. */
  lines(runtime: Runtime, id: string): Promise<string[]>;
  /** Warnings about the saved content, as sentences. */
  warnings(runtime: Runtime, id: string): Promise<string[]>;
  /** The file, where there is one. */
  source(runtime: Runtime, id: string): Promise<Source | null>;
};

/** The pages of the versions that artifacts of a type have. */
export function contentPagesOf(type: string): ContentPages {
  const kind = versionKindOf(type);
  const { page } = kind;
  const shownOf = async (runtime: Runtime, id: string) => {
    const { row, stored } = await mustFindVersion(runtime.sql, kind, id);
    return await kind.show(runtime, row, stored);
  };
  const explained = async <T,>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Problem) || error.details.fields === undefined) throw error;
      throw invalid(page.explain?.(error.details.fields) ?? error.details.fields);
    }
  };
  return {
    page,
    values: async (runtime, id) => page.values(await shownOf(runtime, id)),
    createFirst: (runtime, by, first, form) =>
      explained(async () => (await createArtifactWithVersion(runtime, by, kind, first, page.read(form))).row),
    create: (runtime, by, input, form) =>
      explained(async () => (await createVersion(runtime, by, kind, input, page.read(form))).row),
    lines: async (runtime, id) => await page.lines(await shownOf(runtime, id), runtime),
    warnings: async (runtime, id) => page.warnings?.(await shownOf(runtime, id)) ?? [],
    source: async (runtime, id) => await page.source?.(await shownOf(runtime, id), runtime) ?? null,
  };
}

/** The warnings about a stored version: its content, and variables without a value. */
export async function warningsAbout(
  { runtime }: { runtime: Runtime },
  { type }: Pick<ArtifactRow, "type">,
  versionId: string,
): Promise<string[]> {
  const [content, values] = await Promise.all([
    contentPagesOf(type).warnings(runtime, versionId),
    valueWarnings(runtime.sql, [versionId]),
  ]);
  return [...content, ...values.map(({ message }) => message)];
}

/** The page to show after a version was created, and the warnings; the artifact's page shows those, too. */
export async function afterCreation(
  runtime: Runtime,
  pages: ContentPages,
  { id, artifactId }: ArtifactVersionRow,
): Promise<Done> {
  return { to: `/artifacts/${artifactId}/?done=created`, warnings: await pages.warnings(runtime, id) };
}

/** A download as an answer. */
export const sourceResponse = ({ filename, type, body }: Source): Response => attachment(body, type, filename);
