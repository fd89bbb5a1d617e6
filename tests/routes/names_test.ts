import assert from "node:assert/strict";
import { KINDS } from "../../src/blueprints/versions/kinds.ts";
import { typesOf } from "../../src/blueprints/versions/version_kind.ts";
import { COMMANDS } from "../../src/commands/registry.ts";
import { allImports, readTree } from "../support/import_graph.ts";

/** Words of routes/ that are the name of a command or a kind and mean something else. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "routes/admin/activity/event_words/devices.ts DeclarativeManagement": "the check-in message of this name",
  "routes/admin/devices/sections.tsx Profile": "a column of what is installed",
  "routes/admin/menu.ts Configuration": "a part of the menu",
  "routes/api/openapi_examples.ts DeviceInformation": "an example of an answer",
};

const withoutComments = (source: string): string =>
  source.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");

/** The names that a source holds: commands anywhere, types of artifacts as texts, kinds in addresses. */
function namesIn(source: string): string[] {
  const code = withoutComments(source);
  const commands = [...COMMANDS].map(({ name }) => name).filter((name) => new RegExp(`\\b${name}\\b`).test(code));
  const types = [...KINDS].flatMap(typesOf).filter((type) => code.includes(JSON.stringify(type)));
  const places = [...KINDS].flatMap(({ api, page }) => [`/api/mdm/${api.path}/`, `/artifacts/new/${page.slug}/`])
    .filter((place) => code.includes(place));
  return [...commands, ...types, ...places];
}

const ROUTES = await readTree(["routes"]);
const SERVER = await readTree(["main.ts", "routes", "src"]);

Deno.test("no file of routes/ holds the name of a command or of a kind of artifacts", () => {
  const found = [...ROUTES].flatMap(([file, source]) => namesIn(source).map((name) => `${file} ${name}`));
  assert.deepEqual(found.sort(), Object.keys(OTHERWISE));
  assert.ok(ROUTES.size > 100, "too few files were read");
});

Deno.test("no file of routes/ imports a command or a kind: those that the two lists import", () => {
  const imports = allImports(SERVER);
  const LISTS: Readonly<Record<string, readonly string[]>> = {
    "src/commands/registry.ts": [
      "src/registry.ts",
      "src/apple_schema/commands.ts",
      "src/commands/command.ts",
      "src/commands/published.ts",
    ],
    "src/blueprints/versions/kinds.ts": ["src/registry.ts", "src/blueprints/versions/version_kind.ts"],
  };
  const listed = new Set(
    imports.filter(({ from, to }) => LISTS[from]?.includes(to) === false).map(({ to }) => to),
  );
  assert.equal(listed.size, [...COMMANDS].length + [...KINDS].length);
  assert.deepEqual(imports.filter(({ from, to }) => from.startsWith("routes/") && listed.has(to)), []);
});

Deno.test("a name is found wherever it is written, and not in a comment", () => {
  assert.deepEqual(namesIn('/** EraseDevice */\n// "Profile"\nconst x = "EraseDevice2";'), []);
  assert.deepEqual(namesIn('if (name === "EraseDevice") send({ DeviceLock: 1 });'), ["DeviceLock", "EraseDevice"]);
  assert.deepEqual(namesIn('type === "Data Asset"'), ["Data Asset"]);
  assert.deepEqual(namesIn('href="/artifacts/new/profile/"; get(`/api/mdm/profiles/`)'), [
    "/api/mdm/profiles/",
    "/artifacts/new/profile/",
  ]);
});
