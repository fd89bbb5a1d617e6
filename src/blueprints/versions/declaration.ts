/**
 * Versions of declarations: activations, assets and configurations that operators write themselves.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { z } from "zod";
import { listArtifactEdges } from "../../../db/artifacts/artifact_edges.ts";
import { findArtifactsOfDeclarations, nameDeclaration } from "../../../db/artifacts/artifacts.ts";
import {
  type DeclarationVersionRow,
  findServerToken,
  loadDeclarationVersions,
  writeDeclarationVersion,
} from "../../../db/artifacts/declaration_versions.ts";
import { existingPackages } from "../../../db/packages/packages.ts";
import { parseStrictJson } from "../../strict_json.ts";
import type { ArtifactTypeFacts } from "../artifact_types.ts";
import { type DeclarationDraft, noPackage, readDeclaration } from "./declaration_source.ts";
import { fault } from "./fields.ts";
import { canonicalJson, MAX_DEPTH } from "./json.ts";
import { kindApi } from "./kind_api.ts";
import { linesOrFile } from "./kind_page.ts";
import type { VersionContext, VersionKind } from "./version_kind.ts";
import { resolveReferences } from "./references.ts";

/** A declaration as it comes: an object, or its JSON as a text. */
export type DeclarationInput = { source: unknown };

/** The declaration's own field in the API. */
export type ShownDeclaration = {
  source: { Type: string; Identifier: string; ServerToken: string; Payload: unknown };
};

const TYPES: Readonly<Record<string, ArtifactTypeFacts>> = {
  "Activation": {
    path: "declaration",
    section: "Activations",
    declarationPrefix: "com.apple.activation.",
    linkable: true,
    install: null,
    remove: null,
    activated: false,
    variables: true,
    declaredAs: null,
    becomes: [],
  },
  "Asset": {
    path: "declaration",
    section: "Assets",
    declarationPrefix: "com.apple.asset.",
    linkable: false,
    install: null,
    remove: null,
    activated: false,
    variables: true,
    declaredAs: null,
    becomes: [],
  },
  "Configuration": {
    path: "declaration",
    section: "Configurations",
    declarationPrefix: "com.apple.configuration.",
    linkable: true,
    install: null,
    remove: null,
    activated: true,
    variables: true,
    declaredAs: null,
    becomes: [],
  },
  "Configuration (manual)": {
    path: "declaration",
    section: "Configurations",
    declarationPrefix: "com.apple.configuration.",
    linkable: false,
    install: null,
    remove: null,
    activated: false,
    variables: true,
    declaredAs: null,
    becomes: [],
  },
};

/** All versions of an artifact are one declaration to a device, and no two artifacts are the same one. */
async function identitySentences(
  { tx, id, artifact, others }: VersionContext,
  { type, identifier, serverToken }: DeclarationDraft,
): Promise<string[]> {
  const sentences: string[] = [];
  const prefix = TYPES[artifact.type]?.declarationPrefix ?? null;
  if (prefix !== null && !type.startsWith(prefix)) {
    sentences.push(`Type is ${type}, that of an artifact of type ${artifact.type} should begin with ${prefix}`);
  }
  const fixed = [["Type", type, artifact.declarationType], [
    "Identifier",
    identifier,
    artifact.declarationIdentifier,
  ]] as const;
  for (const [key, is, should] of fixed) {
    if (others.length > 0 && should !== null && is !== should) {
      sentences.push(`${key} is "${is}", it should be "${should}" as in the other versions of this artifact`);
    }
  }
  if (artifact.declarationType !== null && artifact.declarationType !== type && others.length === 0) {
    const edges = await listArtifactEdges(tx);
    const referring = edges.find(({ to, kind }) => to === artifact.id && kind === "refers to");
    if (referring !== undefined) {
      sentences.push(
        `Type is "${type}", it should be "${artifact.declarationType}" while "${referring.fromName}" refers to it`,
      );
    }
  }
  const namesakes = await findArtifactsOfDeclarations(tx, [identifier]);
  for (const other of namesakes.filter((one) => one.id !== artifact.id)) {
    sentences.push(`Identifier "${identifier}" is that of the artifact "${other.name}" already`);
  }
  const owner = await findServerToken(tx, serverToken, id);
  if (owner !== undefined) {
    sentences.push(`ServerToken is that of version ${owner.version} of the artifact "${owner.artifactName}" already`);
  }
  return sentences;
}

/** A new version needs a new payload; a change of the filter alone keeps it. */
async function repeats({ tx, id, others }: VersionContext, { payload }: DeclarationDraft): Promise<boolean> {
  const [latest] = others;
  if (latest === undefined) return false;
  const found = await loadDeclarationVersions(tx, [id, latest]);
  const equals = (row: DeclarationVersionRow | undefined) =>
    row !== undefined && canonicalJson(row.payload) === canonicalJson(payload);
  return !equals(found.get(id)) && equals(found.get(latest));
}

/**
 * Returns a declaration with a ServerToken; a missing one is generated. A text that is not a declaration is unchanged.
 */
function withServerToken(text: string): unknown {
  let value: unknown;
  try {
    value = parseStrictJson(text, MAX_DEPTH);
  } catch {
    // The parser of the text reports its errors.
    return text;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value) || "ServerToken" in value) return value;
  return { ...value, ServerToken: crypto.randomUUID() };
}

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

/** Uploaded declarations. */
export const declarationKind: VersionKind<DeclarationInput, DeclarationDraft, DeclarationVersionRow, ShownDeclaration> =
  {
    name: "declaration",
    types: TYPES,
    read: (_, { source }) => Promise.resolve(readDeclaration(source)),
    async check(context, draft) {
      const sentences = await identitySentences(context, draft);
      if (sentences.length > 0) return fault("source", ...sentences);
      const { rows: references, sentences: faults } = await resolveReferences(
        context.tx,
        context.artifact,
        draft.references,
        context.becomes,
      );
      if (faults.length > 0) return fault("source", ...faults);
      const existing = await existingPackages(context.tx, draft.packages.map(({ id }) => id));
      const missing = draft.packages.filter(({ id }) => !existing.includes(id));
      if (missing.length > 0) {
        return fault("source", ...missing.map(({ keyPath, id }) => noPackage(keyPath.join("."), id)));
      }
      if (await repeats(context, draft)) {
        return fault("source", "The latest declaration of this artifact has the same Payload");
      }
      const { type, identifier, serverToken, payload } = draft;
      const packages = draft.packages.map(({ keyPath, id }) => ({ keyPath, packageId: id }));
      return { value: { type, identifier, serverToken, payload, references, packages } };
    },
    async write(tx, id, stored, artifact) {
      await nameDeclaration(tx, artifact.id, stored.type, stored.identifier);
      await writeDeclarationVersion(tx, id, stored);
    },
    load: loadDeclarationVersions,
    fingerprint: ({ type, payload, references }) =>
      canonicalJson([type, payload, references.map(({ keyPath, artifactId }) => [keyPath, artifactId])]),
    show: (_runtime, _row, { type, identifier, serverToken, payload }) =>
      Promise.resolve({
        source: { Type: type, Identifier: identifier, ServerToken: serverToken, Payload: payload },
      }),
    audit: ({ type, identifier, payload, references }) => ({
      declaration_type: type,
      declaration_identifier: identifier,
      payload_sha256: createHash("sha256").update(canonicalJson(payload)).digest("hex"),
      references: [...new Set(references.map(({ artifactId }) => artifactId))],
    }),
    api: kindApi({
      path: "declarations",
      noun: "declaration",
      schema: "Declaration",
      order: 2,
      body: {
        source: z.union([z.record(z.string(), z.unknown()), z.string()], {
          error: ({ input }) => input === undefined || input === null ? undefined : "Declaration is not a dictionary",
        }).describe(
          "The declaration with Type, Identifier, ServerToken and Payload, or its JSON as a text. Other artifacts are " +
            "named by `ztl:` and their id, or by the Identifier of their declaration.",
        ),
      },
      shown: {
        source: z.object({
          Type: z.string(),
          Identifier: z.string(),
          ServerToken: z.string(),
          Payload: z.unknown(),
        }),
      },
      content: ({ source }) => ({ source }),
    }),
    page: {
      slug: "declaration",
      title: "New declaration",
      order: 2,
      asks: { name: true, type: "Configuration", channel: "Channel", platforms: true },
      fields: [{
        kind: "lines",
        name: "source",
        label: "Declaration",
        rows: 16,
        help:
          "JSON with Type, Identifier and Payload. If ServerToken is absent, the server creates one. Refer to other " +
          "artifacts by `ztl:` and their id, or by the Identifier of their declaration.",
        file: { name: "file", label: "Or upload a file", accept: ".json,application/json" },
      }],
      read: (values) => ({ source: withServerToken(linesOrFile(values, "source", "file")) }),
      values: ({ source: { ServerToken: _, ...source } }) => ({ source: pretty(source) }),
      lines: ({ source }) => pretty(source).split("\n"),
      source: ({ source }) => ({
        filename: `${source.Identifier}.json`,
        type: "application/json",
        body: new TextEncoder().encode(`${pretty(source)}\n`),
      }),
    },
  };
