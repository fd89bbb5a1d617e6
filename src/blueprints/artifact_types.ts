/**
 * The types of artifacts: their properties, as defined by their kinds. All code that distinguishes types uses this
 * table.
 *
 * @module
 */

import type { Platform } from "../protocol/platform.ts";
import { KINDS } from "./versions/kinds.ts";

/** The properties of a type. */
export type ArtifactTypeFacts = {
  /** The part of an artifact's identifier that names its type. */
  readonly path: string;
  /** The section of a device's list that its declarations are in; null: it is never a declaration. */
  readonly section: "Activations" | "Assets" | "Configurations" | null;
  /** The prefix of its declaration's type; null: the server creates the declaration, it is not uploaded. */
  readonly declarationPrefix: string | null;
  /** The type of the declaration that the server creates; null if there is none. */
  readonly declaredAs: string | null;
  /** The types that references to it may require, if the server creates the declaration. */
  readonly becomes: readonly string[];
  /** Whether a blueprint may name it. Other types are pulled in by the artifacts that name them. */
  readonly linkable: boolean;
  /** The commands that install and remove it, where there are any. */
  readonly install: string | null;
  /** The command that installs it on devices that are not Macs, where that is another one. */
  readonly installElsewhere?: string;
  readonly remove: string | null;
  /** Whether the blueprint's activation turns it on; others are turned on by an activation that names them. */
  readonly activated: boolean;
  /** Whether its versions may name variables. */
  readonly variables: boolean;
  /** Whether it always waits until every variable has a value. */
  readonly waitsForValues?: true;
};

/** A type of artifact: one of `ARTIFACT_TYPES`. */
export type ArtifactType = string;

const FACTS: ReadonlyMap<string, ArtifactTypeFacts> = new Map(
  [...KINDS].flatMap(({ types }) => Object.entries(types)).sort(([one], [other]) => (one < other ? -1 : 1)),
);

const [first = "", ...others] = FACTS.keys();

/** Every type, by name. */
export const ARTIFACT_TYPES: readonly [ArtifactType, ...ArtifactType[]] = [first, ...others];

/** The properties of a type. */
export function artifactType(type: ArtifactType): ArtifactTypeFacts {
  const facts = FACTS.get(type);
  if (facts === undefined) throw new Error(`Unknown artifact type ${type}`);
  return facts;
}

/** Returns the command that installs artifacts of a type on a platform; null if none does. */
export function installCommand(type: ArtifactType, platform: Platform | null): string | null {
  const { install, installElsewhere = install } = artifactType(type);
  return platform === "macOS" || platform === null ? install : installElsewhere;
}

/** Whether a type reaches devices by declaration alone. */
export const isDeclarationOnly = (type: ArtifactType): boolean => {
  const { section, install } = artifactType(type);
  return section !== null && install === null;
};

/** Whether a command removes artifacts. */
export const removesArtifacts = (command: string): boolean =>
  [...FACTS.values()].some(({ remove }) => remove === command);
