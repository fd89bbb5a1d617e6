/**
 * Versions of declarations: activations, assets and configurations that operators write themselves.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { listArtifactEdges } from "../../../db/artifacts/artifact_edges.ts";
import { findArtifactsOfDeclarations, nameDeclaration } from "../../../db/artifacts/artifacts.ts";
import {
  type DeclarationVersionRow,
  findServerToken,
  loadDeclarationVersions,
  writeDeclarationVersion,
} from "../../../db/artifacts/declaration_versions.ts";
import { ARTIFACT_TYPES, artifactType, isRawDeclaration } from "../artifact_types.ts";
import { type DeclarationDraft, readDeclaration } from "./declaration_source.ts";
import { fault } from "./fields.ts";
import { canonicalJson } from "./json.ts";
import type { VersionContext, VersionKind } from "./version_kind.ts";
import { resolveReferences } from "./references.ts";

/** A declaration as it comes: an object, or its JSON as a text. */
export type DeclarationInput = { source: unknown };

/** The declaration's own field in the API. */
export type ShownDeclaration = {
  source: { Type: string; Identifier: string; ServerToken: string; Payload: unknown };
};

/** All versions of an artifact are one declaration to a device, and no two artifacts are the same one. */
async function identitySentences(
  { tx, id, artifact, others }: VersionContext,
  { type, identifier, serverToken }: DeclarationDraft,
): Promise<string[]> {
  const sentences: string[] = [];
  const prefix = artifactType(artifact.type).declarationPrefix;
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

/** Another version should be another payload; one whose filter alone changes is as it was. */
async function repeats({ tx, id, others }: VersionContext, { payload }: DeclarationDraft): Promise<boolean> {
  const [latest] = others;
  if (latest === undefined) return false;
  const found = await loadDeclarationVersions(tx, [id, latest]);
  const equals = (row: DeclarationVersionRow | undefined) =>
    row !== undefined && canonicalJson(row.payload) === canonicalJson(payload);
  return !equals(found.get(id)) && equals(found.get(latest));
}

/** Uploaded declarations. */
export const declarationKind: VersionKind<DeclarationInput, DeclarationDraft, DeclarationVersionRow, ShownDeclaration> =
  {
    types: ARTIFACT_TYPES.filter(isRawDeclaration),
    read: (_, { source }) => Promise.resolve(readDeclaration(source)),
    async check(context, draft) {
      const sentences = await identitySentences(context, draft);
      if (sentences.length > 0) return fault("source", ...sentences);
      const { rows: references, sentences: faults } = await resolveReferences(
        context.tx,
        context.artifact,
        draft.references,
      );
      if (faults.length > 0) return fault("source", ...faults);
      if (await repeats(context, draft)) {
        return fault("source", "The latest declaration of this artifact has the same Payload");
      }
      const { type, identifier, serverToken, payload } = draft;
      return { value: { type, identifier, serverToken, payload, references } };
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
  };
