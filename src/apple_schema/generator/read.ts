/**
 * A folder of Apple's published schema as tables of facts.
 *
 * Promise: reads only; the tables are in the order of their types' names, whatever the order of the files.
 *
 * @module
 */

import { join } from "node:path";
import { parse } from "yaml";
import {
  APPLIES,
  type CommandFacts,
  type CommandWords,
  type CredentialFacts,
  DECLARATION_KINDS,
  type DeclarationFacts,
  type FactTable,
  type PayloadFacts,
  type ProfileForms,
  type ResponseFacts,
  type SkipKeyFacts,
  type StatusItemFacts,
  type Systems,
} from "../types.ts";
import { readCommandWords } from "./command_words.ts";
import { SchemaError } from "./error.ts";
import { type Entry, entry, oneOf, optionalChoice, optionalEntry, optionalFlag, optionalText, text } from "./input.ts";
import { type LeftOut, readKeys } from "./keys.ts";
import { readSkipKeys } from "./skip_keys.ts";
import { readSystems } from "./systems.ts";

/** Everything that is read of the schema. */
export type Facts = {
  declarations: FactTable<DeclarationFacts>;
  credentials: FactTable<CredentialFacts>;
  status: FactTable<StatusItemFacts>;
  commands: FactTable<CommandFacts>;
  commandResponses: FactTable<ResponseFacts>;
  commandWords: FactTable<CommandWords>;
  profiles: FactTable<ProfileForms>;
  skipKeys: FactTable<SkipKeyFacts>;
  /** The license of the schema, where its folder has one. */
  license: string | undefined;
  /** Attributes that the schema has and that are not understood, with how often. */
  leftOut: ReadonlyMap<string, number>;
};

/** The folders to read. */
const FOLDERS = {
  declarations: "declarative/declarations",
  status: "declarative/status",
  commands: "mdm/commands",
  profiles: "mdm/profiles",
};

/** The one file that is read of the folder "other". */
const SKIP_KEYS = "other/skipkeys.yaml";

/** Reads the schema in `folder`. Throws `SchemaError`. */
export async function readSchema(folder: string): Promise<Facts> {
  const leftOut = new Map<string, number>();
  const count: LeftOut = (attribute) => leftOut.set(attribute, (leftOut.get(attribute) ?? 0) + 1);
  const declarations = new Map<string, DeclarationFacts>();
  const credentials = new Map<string, CredentialFacts>();
  const status = new Map<string, StatusItemFacts>();
  const commands = new Map<string, CommandFacts>();
  const commandResponses = new Map<string, ResponseFacts>();
  const commandWords = new Map<string, CommandWords>();
  const profiles = new Map<string, ProfileForms>();

  for (const document of await documents(folder, FOLDERS.declarations)) {
    const payload = payloadOf(document);
    const credential = optionalText(payload, "credentialtype");
    if (credential !== undefined) {
      add(credentials, credential, document, payloadFacts(document, payload, count));
      continue;
    }
    const type = text(payload, "declarationtype");
    // The keys that every declaration has around its payload.
    if (type === "any") continue;
    const apply = optionalChoice(payload, "apply", APPLIES);
    add(declarations, type, document, {
      kind: oneOf(type.split(".")[2], DECLARATION_KINDS, `${document.at}, the third word of "declarationtype"`),
      ...(apply === undefined ? {} : { apply }),
      ...payloadFacts(document, payload, count),
    });
  }
  for (const document of await documents(folder, FOLDERS.status)) {
    const payload = payloadOf(document);
    const name = optionalText(payload, "statusitemtype");
    // A part of other items, not an item.
    if (name === undefined && payload.fields.get("declarationtype") === "status-reason") continue;
    const facts = payloadFacts(document, payload, count);
    add(status, text(payload, "statusitemtype"), document, facts);
    if (facts.keys.length !== 1 || facts.keys[0]?.key !== name) {
      throw new SchemaError(`Cannot read ${document.at}: its one key should be called "${name}"`);
    }
  }
  for (const document of await documents(folder, FOLDERS.commands)) {
    const payload = payloadOf(document);
    const requestType = text(payload, "requesttype");
    add(commands, requestType, document, payloadFacts(document, payload, count));
    commandWords.set(requestType, readCommandWords(document, requestType));
    const { keys, shapes } = readKeys(document, count, "responsekeys");
    if (keys.length > 0) commandResponses.set(requestType, { ...(shapes === undefined ? {} : { shapes }), keys });
  }
  for (const document of await documents(folder, FOLDERS.profiles)) {
    const payload = payloadOf(document);
    const type = text(payload, "payloadtype");
    // One of Apple's types has keys and no systems.
    profiles.set(type, [...profiles.get(type) ?? [], payloadFacts(document, payload, count, {})]);
  }
  return {
    declarations: sorted(declarations),
    credentials: sorted(credentials),
    status: sorted(status),
    commands: sorted(commands),
    commandResponses: sorted(commandResponses),
    commandWords: sorted(commandWords),
    profiles: sorted(profiles),
    skipKeys: sorted(readSkipKeys(await readDocument(folder, SKIP_KEYS), count)),
    license: await license(folder),
    leftOut: new Map([...leftOut].sort(byName)),
  };
}

function payloadOf(document: Entry): Entry {
  const payload = optionalEntry(document, "payload");
  if (payload === undefined) throw new SchemaError(`Cannot read ${document.at}: it has no "payload"`);
  return payload;
}

/**
 * Returns the facts of a payload; `otherwise` are its systems where the schema names none. Throws when both are absent.
 */
function payloadFacts(document: Entry, payload: Entry, leftOut: LeftOut, otherwise?: Systems): PayloadFacts {
  const systems = readSystems(payload, leftOut) ?? otherwise;
  if (systems === undefined) {
    throw new SchemaError(`Cannot read ${payload.at}: it names no operating system that supports it`);
  }
  const { keys, shapes } = readKeys(document, leftOut);
  return {
    ...(optionalFlag(payload, "beta") === true ? { beta: true } : {}),
    systems,
    ...(shapes === undefined ? {} : { shapes }),
    keys,
  };
}

function add<F>(table: Map<string, F>, type: string, document: Entry, facts: F): void {
  if (table.has(type)) throw new SchemaError(`Cannot read ${document.at}: another file is about "${type}" too`);
  table.set(type, facts);
}

const byName = (a: readonly [string, unknown], b: readonly [string, unknown]) => a[0] < b[0] ? -1 : 1;

function sorted<F>(table: Map<string, F>): FactTable<F> {
  return Object.fromEntries([...table].sort(byName));
}

/** Returns the documents in a folder and its folders, in the order of their paths. */
async function documents(root: string, folder: string): Promise<Entry[]> {
  const paths = (await yamlFiles(root, folder)).sort();
  if (paths.length === 0) throw new SchemaError(`Cannot read the schema: no YAML file was found in "${folder}"`);
  return await Promise.all(paths.map((path) => readDocument(root, path)));
}

async function readDocument(root: string, path: string): Promise<Entry> {
  let document: unknown;
  try {
    document = parse(await Deno.readTextFile(join(root, path)));
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : "it is not YAML";
    throw new SchemaError(`Cannot read ${path}: ${reason}`, { cause: error });
  }
  return entry(document, path);
}

async function license(root: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(join(root, "LICENSE.txt"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function yamlFiles(root: string, folder: string): Promise<string[]> {
  const paths: string[] = [];
  try {
    for await (const item of Deno.readDir(join(root, folder))) {
      if (item.isDirectory) paths.push(...await yamlFiles(root, `${folder}/${item.name}`));
      else if (item.name.endsWith(".yaml")) paths.push(`${folder}/${item.name}`);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new SchemaError(`Cannot read the schema: "${root}" should have a folder "${folder}"`, { cause: error });
    }
    throw error;
  }
  return paths;
}
