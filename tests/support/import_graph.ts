/**
 * The imports of the tree, as a graph: the dependencies at run time, the rooms, and circles.
 *
 * Files are parsed, not searched, so that comments and texts count for nothing. `Deno.lint` does it, which exists under
 * `deno test` alone.
 *
 * @module
 */

import { posix } from "node:path";

/** Sources by path, seen from the root of the repository: "src/errors.ts". */
export type Tree = ReadonlyMap<string, string>;

/** One file names another. A type-only import is erased, so it is none at run time. */
export type Import = { from: string; to: string; typeOnly: boolean };

const ROOT = new URL("../../", import.meta.url);

/** Reads the sources of some folders and files of this repository, in the order of their paths. */
export async function readTree(paths: readonly string[]): Promise<Tree> {
  const tree = new Map<string, string>();
  const read = async (path: string) => {
    if (/\.tsx?$/.test(path)) return void tree.set(path, await Deno.readTextFile(new URL(path, ROOT)));
    for await (const { name, isDirectory } of Deno.readDir(new URL(path, ROOT))) {
      if (isDirectory || /\.tsx?$/.test(name)) await read(`${path}/${name}`);
    }
  };
  for (const path of paths) await read(path);
  return new Map([...tree].sort(([one], [other]) => (one < other ? -1 : 1)));
}

type Kinds = readonly { type: string; importKind?: string; exportKind?: string }[];
const erased = (all: Kinds, kind: "importKind" | "exportKind") =>
  all.length > 0 && all.every((one) => one[kind] === "type");

/** An import of a file, as written, and whether it imports only types. */
type Named = { target: string; typeOnly: boolean };

/** Returns what a file names in `import`, `export … from` and `import()`. */
function namedIn(path: string, source: string): Named[] {
  const found: Named[] = [];
  const add = (target: unknown, typeOnly: boolean) => {
    if (typeof target === "string") found.push({ target, typeOnly });
  };
  const literal = (node: Deno.lint.Expression) => (node.type === "Literal" ? node.value : undefined);
  Deno.lint.runPlugin(
    {
      name: "imports",
      rules: {
        all: {
          create: () => ({
            ImportDeclaration: (node) =>
              add(node.source.value, node.importKind === "type" || erased(node.specifiers, "importKind")),
            ExportNamedDeclaration: (node) =>
              add(node.source?.value, node.exportKind === "type" || erased(node.specifiers, "exportKind")),
            ExportAllDeclaration: (node) => add(node.source.value, node.exportKind === "type"),
            ImportExpression: (node) => add(literal(node.source), false),
          }),
        },
      },
    },
    path,
    source,
  );
  return found;
}

/** Returns the imports of a file that name files of the tree: `import`, `export … from` and `import()`. */
export const importsOf = (path: string, source: string): Import[] =>
  namedIn(path, source).filter(({ target }) => target.startsWith(".")).map(({ target, typeOnly }) => ({
    from: path,
    to: posix.join(posix.dirname(path), target),
    typeOnly,
  }));

/** Returns the names of the packages that a file imports, types included, as they are written: "hono/cookie". */
export const packagesOf = (path: string, source: string): string[] =>
  namedIn(path, source).map(({ target }) => target).filter((target) => !/^(?:\.|node:)/.test(target));

/** Returns all imports of a tree. */
export const allImports = (tree: Tree): Import[] => [...tree].flatMap(([path, source]) => importsOf(path, source));

/** Returns one circle as a path that ends where it begins, or undefined if the edges have none. */
export function findCircle(edges: Iterable<readonly [from: string, to: string]>): string[] | undefined {
  const next = new Map<string, Set<string>>();
  for (const [from, to] of edges) next.set(from, (next.get(from) ?? new Set()).add(to));
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return undefined;
    path.push(node);
    for (const to of next.get(node) ?? []) {
      const circle = visit(to);
      if (circle !== undefined) return circle;
    }
    path.pop();
    done.add(node);
    return undefined;
  };
  for (const node of next.keys()) {
    const circle = visit(node);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

/** Returns the room of a path: "planner" for src/planner/plan.ts, "runtime.ts" for src/runtime.ts, undefined outside src/. */
export const roomOf = (path: string): string | undefined => /^src\/([^/]+)/.exec(path)?.[1];

/** The rooms of src/ from the top floor down, each with the rooms that it may use at run time. */
export type Floors = Readonly<Record<string, readonly string[]>>;

/**
 * Returns the errors in the rooms of a tree, in sentences.
 *
 * Files that stand in src/ itself are rooms too. Those that use no room are the ground: they need no row, and every room
 * may use them.
 */
export function roomFaults(imports: readonly Import[], floors: Floors): string[] {
  const faults: string[] = [];
  const rooms = Object.keys(floors);
  const row = (room: string) => (Object.hasOwn(floors, room) ? floors[room] : undefined);
  for (const room of rooms) {
    for (const used of row(room) ?? []) {
      if (!rooms.includes(used)) faults.push(`The row of ${room} names ${used}, which has no row`);
      else if (rooms.indexOf(used) <= rooms.indexOf(room)) {
        faults.push(`The row of ${room} names ${used}, which is not on a lower floor`);
      }
    }
  }
  const used = new Set<string>();
  const edges: [string, string][] = [];
  for (const { from, to, typeOnly } of imports) {
    const [user, target] = [roomOf(from), roomOf(to)];
    if (typeOnly || user === undefined || target === undefined || user === target) continue;
    edges.push([user, target]);
    used.add(`${user} ${target}`);
    const ground = target.endsWith(".ts") && row(target) === undefined;
    if (row(user) === undefined && !user.endsWith(".ts")) faults.push(`${from}: the room ${user} has no row`);
    else if (!ground && !row(user)?.includes(target)) {
      faults.push(`${from} imports ${to}: ${user} may not use ${target}`);
    }
  }
  const circle = findCircle(edges);
  if (circle !== undefined) faults.push(`The rooms use each other in a circle: ${circle.join(" → ")}`);
  for (const room of rooms) {
    for (const target of row(room) ?? []) {
      if (!used.has(`${room} ${target}`)) faults.push(`The row of ${room} names ${target}, which it does not use`);
    }
  }
  return faults;
}

/** Returns a sentence if files import each other in a circle at run time. */
export function fileFaults(imports: readonly Import[]): string[] {
  const circle = findCircle(imports.filter(({ typeOnly }) => !typeOnly).map(({ from, to }) => [from, to] as const));
  return circle === undefined ? [] : [`Files import each other in a circle: ${circle.join(" → ")}`];
}

/** The permitted imports of a top folder (or main.ts), types included: prefixes of paths; `types` for types alone. */
export type Arrows = Readonly<Record<string, { all: readonly string[]; types?: readonly string[] }>>;

/** Returns the imports that go against the arrows, in sentences. */
export function arrowFaults(imports: readonly Import[], arrows: Arrows): string[] {
  const top = (path: string) => (path.includes("/") ? path.slice(0, path.indexOf("/") + 1) : path);
  return imports.flatMap(({ from, to, typeOnly }) => {
    const may = Object.hasOwn(arrows, top(from)) ? arrows[top(from)] : undefined;
    if (may === undefined) return [`${from}: ${top(from)} has no row`];
    const fits = [top(from), ...may.all, ...(typeOnly ? may.types ?? [] : [])].some((prefix) => to.startsWith(prefix));
    return fits ? [] : [`${from} imports ${to}`];
  });
}
