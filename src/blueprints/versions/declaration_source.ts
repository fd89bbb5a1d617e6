/**
 * A declaration as operators write it, read without looking at anything else.
 *
 * @module
 */

import type { Json } from "../../../db/open.ts";
import {
  isKnownDeclaration,
  type Reference,
  referencesIn,
  validateDeclaration,
} from "../../apple_schema/declarations.ts";
import { isDictionary, joinPath } from "../../apple_schema/keys.ts";
import { parseStrictJson, RefusedJsonError } from "../../strict_json.ts";
import { namesIn } from "../../variables/used.ts";
import { fault, variablesIn } from "./fields.ts";
import { isObject, JsonError, MAX_DEPTH, readJson } from "./json.ts";
import type { Checked } from "./version_kind.ts";

/** A declaration that Apple's schema has nothing against. */
export type DeclarationDraft = {
  type: string;
  identifier: string;
  serverToken: string;
  payload: Json;
  references: readonly Reference[];
  packages: readonly PackageReference[];
  variables: readonly string[];
  needed: readonly string[];
};

const KEYS = ["Type", "Identifier", "ServerToken", "Payload"];
const LONGEST = 512;
const wrong = (...sentences: string[]) => fault("source", ...sentences);

function parse(source: unknown): Checked<Json> {
  try {
    return { value: readJson(typeof source === "string" ? parseStrictJson(source, MAX_DEPTH) : source) };
  } catch (error) {
    if (error instanceof JsonError) return wrong(error.message);
    if (error instanceof RefusedJsonError) return wrong(`Invalid JSON data: ${error.message}`);
    if (error instanceof SyntaxError) {
      const place = /\(line (\d+) column (\d+)\)/.exec(error.message);
      return wrong(`Invalid JSON data${place === null ? "" : ` (line ${place[1]}, column ${place[2]})`}`);
    }
    throw error;
  }
}

/** Calls `visit` for every text in a value with its path as the schema writes it, and the key that it stands under. */
function eachText(value: unknown, visit: (text: string, path: string, key: string) => void, path = "", key = ""): void {
  if (typeof value === "string") visit(value, path, key);
  else if (Array.isArray(value)) value.forEach((item, index) => eachText(item, visit, joinPath(path, index), key));
  else if (isDictionary(value)) {
    for (const [name, item] of Object.entries(value)) eachText(item, visit, joinPath(path, name), name);
  }
}

/**
 * Returns the deviations of a payload from Apple's schema. The value of a text with variables is unknown, so its form
 * does not count, but its type does.
 */
function schemaSentences(type: string, payload: Json): string[] {
  const open = new Set<string>();
  eachText(payload, (text, path) => {
    if (namesIn(text).length > 0) open.add(path);
  });
  return validateDeclaration(type, payload)
    .filter(({ path, message }) => !open.has(path) || message.startsWith(`"${path}" is a string, it should be `))
    .map(({ message }) => message);
}

/** A text of a payload that names a package: `id` is in lower case. */
export type PackageReference = { keyPath: readonly string[]; id: string };

const PACKAGE = /^ztl:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
/** The only declaration that installs packages, and its key for the address of a manifest. */
const PACKAGE_KEY = { type: "com.apple.configuration.package", key: "ManifestURL" } as const;

/** Returns the sentence for a reference to a package that cannot be. */
export const noPackage = (path: string, id: string): string =>
  `"${path}": Cannot refer to the package "${id}": the package does not exist`;

/** Packages are named where Apple's keys want the address of a manifest; an address itself passes. */
function packagesIn(type: string, payload: Json): { packages: PackageReference[]; sentences: string[] } {
  const packages: PackageReference[] = [];
  const sentences: string[] = [];
  eachText(payload, (text, path, key) => {
    if (key !== PACKAGE_KEY.key || !text.startsWith("ztl:")) return;
    const id = PACKAGE.exec(text)?.[1];
    if (id === undefined || type !== PACKAGE_KEY.type || path !== key) sentences.push(noPackage(path, text.slice(4)));
    else packages.push({ keyPath: [key], id: id.toLowerCase() });
  });
  return { packages, sentences };
}

/** Reads the source of a declaration: an object, or its JSON as a text. All errors are about `source`. */
export function readDeclaration(source: unknown): Checked<DeclarationDraft> {
  const parsed = parse(source);
  if (parsed.errors !== undefined) return parsed;
  if (!isObject(parsed.value)) return wrong("Declaration is not a dictionary");
  const declaration = parsed.value;
  const missing = KEYS.filter((key) => !Object.hasOwn(declaration, key));
  if (missing.length > 0) return wrong(...missing.map((key) => `Missing ${key}`));
  const foreign = Object.keys(declaration).filter((key) => !KEYS.includes(key));
  if (foreign.length > 0) {
    return wrong(
      ...foreign.map((key) => `"${key}" is not a key of a declaration. Use one of ${KEYS.join(", ")}`),
    );
  }
  const { Type: type, Identifier: identifier, ServerToken: serverToken, Payload: payload } = declaration;
  const isText = (value: Json | undefined): value is string =>
    typeof value === "string" && value !== "" && value.length <= LONGEST;
  if (!isText(identifier)) return wrong("Invalid Identifier");
  if (!isText(serverToken)) return wrong("Invalid ServerToken");
  if (!isText(type) || !isKnownDeclaration(type)) return wrong("Unknown Type");
  if (payload === undefined || !isObject(payload)) return wrong("Payload is not a dictionary");
  const { packages, sentences: wrongPackages } = packagesIn(type, payload);
  const sentences = [...wrongPackages, ...schemaSentences(type, payload)];
  if (sentences.length > 0) return wrong(...sentences);
  const variables = variablesIn("source", payload);
  if (variables.errors !== undefined) return variables;
  return {
    value: {
      type,
      identifier,
      serverToken,
      payload,
      references: referencesIn(type, payload),
      packages,
      ...variables.value,
    },
  };
}
