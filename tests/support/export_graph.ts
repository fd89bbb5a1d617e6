/**
 * The exports of the tree, as a graph: which of them another file uses, and which of them the server reaches.
 *
 * A statement reaches the names that stand in it: those of its own file and those that it imports. Names are not told apart by
 * scope, so a local variable may keep an export of the same name; nothing that is used is ever found to be unused.
 *
 * `Deno.lint` parses the files, which exists under `deno test` alone.
 *
 * @module
 */

import { posix } from "node:path";
import type { Tree } from "./import_graph.ts";

/** Names of imports that are no paths, by the file that they stand for. */
export type Aliases = Readonly<Record<string, string>>;

/** An export, by its file and its name. */
export type Export = { file: string; name: string };

/** A statement at the top of a file. One that declares nothing runs whenever the file is loaded. */
type Statement = {
  declares: readonly string[];
  /** A type or an interface. */
  type: boolean;
  refs: Set<string>;
  /** The texts of its tagged templates, without what is filled in. */
  templates: string[];
  range: readonly [number, number];
};
type Source = { file: string; name: string };
type Module = {
  statements: Statement[];
  /** The targets of imported names. `*` is everything, `default` the default export. */
  imports: Map<string, Source>;
  /** The targets of exported names in the file, or in another one. */
  exports: Map<string, { local: string } | Source>;
  /** Files whose exports are all exported again, and files that are loaded. */
  stars: string[];
  loads: string[];
};

const TYPES = ["TSTypeAliasDeclaration", "TSInterfaceDeclaration"];

/** Returns the names that a pattern of a declaration binds. */
function boundNames(node: Deno.lint.Node | null): string[] {
  switch (node?.type) {
    case "Identifier":
      return [node.name];
    case "ObjectPattern":
      return node.properties.flatMap((one) => boundNames(one.type === "Property" ? one.value : one.argument));
    case "ArrayPattern":
      return node.elements.flatMap(boundNames);
    case "AssignmentPattern":
      return boundNames(node.left);
    case "RestElement":
      return boundNames(node.argument);
    default:
      return [];
  }
}

/** Returns the names that a statement declares. */
function declaredNames(node: Deno.lint.Node | null): string[] {
  switch (node?.type) {
    case "VariableDeclaration":
      return node.declarations.flatMap(({ id }) => boundNames(id));
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return node.id === null ? [] : [node.id.name];
    case "TSTypeAliasDeclaration":
    case "TSInterfaceDeclaration":
    case "TSEnumDeclaration":
      return [node.id.name];
    default:
      return [];
  }
}

const nameOf = (node: Deno.lint.Identifier | Deno.lint.StringLiteral) =>
  node.type === "Identifier" ? node.name : node.value;

function moduleOf(path: string, source: string, aliases: Aliases): Module {
  const statements: Statement[] = [];
  const module: Module = { statements, imports: new Map(), exports: new Map(), stars: [], loads: [] };
  const resolve = (target: unknown) => {
    if (typeof target !== "string") return undefined;
    if (target.startsWith(".")) return posix.join(posix.dirname(path), target);
    return Object.hasOwn(aliases, target) ? aliases[target] : undefined;
  };
  const statementAt = ([at]: readonly [number, number]) =>
    statements.find(({ range: [from, to] }) => from <= at && at < to);
  const refer = (name: string, range: readonly [number, number]) => statementAt(range)?.refs.add(name);
  const everything = (target: unknown, range: readonly [number, number]) => {
    const file = resolve(target);
    if (file === undefined) return;
    module.imports.set(`* of ${file}`, { file, name: "*" });
    refer(`* of ${file}`, range);
  };
  const add = ({ range }: Deno.lint.Node, declares: readonly string[], { type }: { type: string }) =>
    statements.push({ declares, type: TYPES.includes(type), refs: new Set(), templates: [], range });
  const read = (node: Deno.lint.Program["body"][number]) => {
    switch (node.type) {
      case "ImportDeclaration": {
        const file = resolve(node.source.value);
        if (file === undefined) return;
        module.loads.push(file);
        for (const one of node.specifiers) {
          const name = one.type === "ImportSpecifier"
            ? nameOf(one.imported)
            : one.type === "ImportDefaultSpecifier"
            ? "default"
            : "*";
          module.imports.set(one.local.name, { file, name });
        }
        return;
      }
      case "ExportAllDeclaration": {
        const file = resolve(node.source.value);
        if (file !== undefined) module.stars.push(file);
        return;
      }
      case "ExportNamedDeclaration": {
        const file = resolve(node.source?.value);
        for (const one of node.specifiers) {
          const local = nameOf(one.local);
          module.exports.set(nameOf(one.exported), file === undefined ? { local } : { file, name: local });
        }
        const declares = declaredNames(node.declaration);
        for (const local of declares) module.exports.set(local, { local });
        if (node.declaration !== null) add(node, declares, node.declaration);
        return;
      }
      case "ExportDefaultDeclaration":
        module.exports.set("default", { local: "default" });
        add(node, ["default"], node);
        return;
      default:
        add(node, declaredNames(node), node);
    }
  };
  Deno.lint.runPlugin(
    {
      name: "exports",
      rules: {
        all: {
          create: () => ({
            Program: (node) => node.body.forEach(read),
            Identifier: ({ name, range }) => refer(name, range),
            TaggedTemplateExpression: ({ quasi, range }) =>
              statementAt(range)?.templates.push(...quasi.quasis.map(({ raw }) => raw)),
            JSXIdentifier: ({ name, range }) => refer(name, range),
            ImportExpression: ({ source, range }) =>
              everything(source.type === "Literal" ? source.value : undefined, range),
            TSImportType: ({ argument, range }) =>
              everything(
                argument.type === "TSLiteralType" && argument.literal.type === "Literal"
                  ? argument.literal.value
                  : undefined,
                range,
              ),
          }),
        },
      },
    },
    path,
    source,
  );
  return module;
}

/** The view of a statement for a test: the names that stand in one, and the texts of its tagged templates. */
export type StatementParts = { names: ReadonlySet<string>; templates: readonly string[] };

/** The files of a tree with their exports. */
export type ExportGraph = {
  /** Every export of the files whose paths begin with one of `folders`, in the order of paths. */
  exportsOf(folders: readonly string[]): Export[];
  /** Whether a file imports the export of another, by its name or with everything. */
  isImported(one: Export): boolean;
  /**
   * Returns the names that the files of `folder` import from those of `from`, in the order of paths; everything is each
   * export.
   */
  importsOf(folder: string, from: string): { by: string; of: Export }[];
  /**
   * Whether an export of `folder`, or a statement of that folder that it leads to, passes a test. Types lead nowhere.
   */
  leadsTo(folder: string, passes: (statement: StatementParts) => boolean): (one: Export) => boolean;
  /** Whether an export is a type that stands in another export of its file, which cannot be spelled without it. */
  isTypeOfExport(one: Export): boolean;
  /** Returns whether what is loaded with one of `entries` reaches an export. */
  reachedFrom(entries: readonly string[]): (one: Export) => boolean;
};

/** Reads the exports of a tree, and their users. */
export function exportGraph(tree: Tree, aliases: Aliases = {}): ExportGraph {
  const modules = new Map([...tree].map(([path, source]) => [path, moduleOf(path, source, aliases)] as const));
  const key = ({ file, name }: Export) => `${file} ${name}`;

  /** Calls `visit` for every export that a name imported from a file may be, through those that export it again. */
  function eachOrigin({ file, name }: Source, visit: (one: Export) => void): void {
    const module = modules.get(file);
    if (module === undefined) return;
    if (name === "*") { for (const one of module.exports.keys()) eachOrigin({ file, name: one }, visit); }
    const found = module.exports.get(name);
    if (found !== undefined) visit({ file, name });
    if (found !== undefined && "file" in found) eachOrigin(found, visit);
    if (found === undefined) { for (const star of module.stars) eachOrigin({ file: star, name }, visit); }
  }

  const imported = new Set<string>();
  for (const { imports } of modules.values()) {
    for (const source of imports.values()) eachOrigin(source, (one) => imported.add(key(one)));
  }

  return {
    exportsOf: (folders) =>
      [...modules].flatMap(([file, { exports }]) =>
        folders.some((folder) => file.startsWith(folder)) ? [...exports.keys()].map((name) => ({ file, name })) : []
      ),
    isImported: (one) => imported.has(key(one)),
    importsOf: (folder, from) =>
      [...modules].filter(([by]) => by.startsWith(folder)).flatMap(([by, { imports }]) => {
        const found: { by: string; of: Export }[] = [];
        for (const source of imports.values()) {
          eachOrigin(source, (of) => void (of.file.startsWith(from) && found.push({ by, of })));
        }
        return found;
      }),
    leadsTo(folder, passes) {
      const found = (module: Module, local: string, seen: Set<Statement>): boolean =>
        module.statements.some((statement) => {
          if (!statement.declares.includes(local) || statement.type || seen.has(statement)) return false;
          seen.add(statement);
          if (passes({ names: statement.refs, templates: statement.templates })) return true;
          return [...statement.refs].some((name) => {
            const source = module.imports.get(name);
            return source === undefined ? found(module, name, seen) : exported(source, seen);
          });
        });
      const exported = (source: Source, seen: Set<Statement>): boolean => {
        let passed = false;
        eachOrigin(source, ({ file, name }) => {
          const module = file.startsWith(folder) ? modules.get(file) : undefined;
          const origin = module?.exports.get(name);
          if (module === undefined || origin === undefined || !("local" in origin) || passed) return;
          passed = found(module, origin.local, seen);
        });
        return passed;
      };
      return (one) => exported(one, new Set());
    },
    isTypeOfExport({ file, name }) {
      const { statements = [], exports } = modules.get(file) ?? {};
      if (!statements.some(({ type, declares }) => type && declares.includes(name))) return false;
      return statements.some(({ declares, refs }) =>
        !declares.includes(name) && refs.has(name) && declares.some((other) => exports?.has(other))
      );
    },
    reachedFrom(entries) {
      const [loaded, live, reached] = [new Set<string>(), new Set<Statement>(), new Set<string>()];
      const load = (file: string): void => {
        const module = modules.get(file);
        if (module === undefined || loaded.has(file)) return;
        loaded.add(file);
        for (const other of [...module.loads, ...module.stars]) load(other);
        for (const statement of module.statements) if (statement.declares.length === 0) run(file, module, statement);
      };
      const reach = (file: string, module: Module, local: string): void => {
        for (const statement of module.statements) {
          if (statement.declares.includes(local)) run(file, module, statement);
        }
        const source = module.imports.get(local);
        if (source === undefined) return;
        load(source.file);
        eachOrigin(source, (one) => {
          reached.add(key(one));
          load(one.file);
          const origin = modules.get(one.file);
          const found = origin?.exports.get(one.name);
          if (origin !== undefined && found !== undefined && "local" in found) reach(one.file, origin, found.local);
        });
      };
      const run = (file: string, module: Module, statement: Statement): void => {
        if (live.has(statement)) return;
        live.add(statement);
        for (const name of statement.declares) reached.add(key({ file, name }));
        for (const name of statement.refs) reach(file, module, name);
      };
      for (const entry of entries) load(entry);
      return (one) => reached.has(key(one));
    },
  };
}
