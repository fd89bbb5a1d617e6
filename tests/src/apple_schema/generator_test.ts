import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { SchemaError } from "../../../src/apple_schema/generator/error.ts";
import { readSchema } from "../../../src/apple_schema/generator/read.ts";
import { factFiles, writeFacts } from "../../../src/apple_schema/generator/write.ts";
import { parseOptions, UsageError } from "../../../src/cli/command.ts";
import { generateSchema, KNOWN } from "../../../src/cli/schema.ts";
import { Problem } from "../../../src/errors.ts";

const CONFIGURATION = "declarative/declarations/configurations/thing.yaml";
const STATUS = "declarative/status/thing.state.yaml";
const COMMAND = "mdm/commands/thing.yaml";
const SKIP_KEYS = "other/skipkeys.yaml";
const PROFILE = "mdm/profiles/com.apple.thing.yaml";

const SYSTEMS = `  supportedOS:
    iOS:
      introduced: '17.0'
      allowed-enrollments:
      - supervised
      allowed-scopes:
      - system
      sharedipad:
        mode: forbidden
    macOS:
      introduced: n/a
`;

/** A small schema with everything that the real one has. */
const SCHEMA: Record<string, string> = {
  "declarative/declarations/base.yaml": `payload:\n  declarationtype: any\n${SYSTEMS}`,
  [CONFIGURATION]: `title: A long title that is prose
description: Prose, too.
payload:
  declarationtype: com.apple.configuration.thing
${SYSTEMS}  apply: combined
  content: Prose again.
payloadkeys:
- key: Level
  title: Level
  type: <integer>
  presence: required
  range:
    min: 1
    max: 9
  default: 3
  combinetype: number-max
  supportedOS:
    iOS:
      introduced: '18.0'
      deprecated: '19.0'
      accessrights: None
  content: The level. It is prose.
- key: Tree
  type: <array>
  subkeytype: Node
  subkeys:
  - key: node
    type: <dictionary>
    subkeys: &tree
    - key: Name
      type: <string>
      presence: required
      rangelist: [Oak, Ash]
    - key: Children
      type: <array>
      subkeys:
      - key: child
        type: <dictionary>
        subkeys: *tree
- key: Asset
  type: <string>
  assettypes: [com.apple.asset.data]
  asset-content-types: [application/zip]
  subtype: <url>
  format: ^x$
- key: Pair
  type: <array>
  subkeys:
  - key: item
    type: <string>
    repetition: { min: 2, max: 2 }
- key: Words
  type: <dictionary>
  subkeys:
  - key: ANY language
    type: <any>
notes:
- title: ''
  content: More prose.
`,
  "declarative/declarations/assets/credentials/key.yaml":
    `payload:\n  credentialtype: com.apple.credential.key\n${SYSTEMS}payloadkeys:\n- key: Key\n  type: <data>\n`,
  [STATUS]:
    `payload:\n  statusitemtype: thing.state\n  beta: true\n${SYSTEMS}payloadkeys:\n- key: thing.state\n  type: <string>\n`,
  "declarative/status/statusreason.yaml":
    `payload:\n  declarationtype: status-reason\n${SYSTEMS}payloadkeys:\n- key: code\n  type: <string>\n`,
  [COMMAND]: `title: Do a Thing Command
description: >-
  It does
  a thing.
payload:
  requesttype: Thing
${SYSTEMS}payloadkeys:
- key: Parts
  type: <array>
  content: The parts. ${"They are many. ".repeat(20)}
  subkeys:
  - key: Part
    type: <dictionary>
    subkeys:
    - key: Name
      type: <string>
      content: The name.
responsekeys:
- key: Answer
  type: <string>
  content: Prose.
`,
  "mdm/commands/notes.txt": "not YAML: [",
  [PROFILE]: `payload:
  payloadtype: com.apple.thing
  supportedOS:
    iOS:
      introduced: '7.0'
      multiple: true
      supervised: false
      allowmanualinstall: true
    macOS:
      introduced: all
      multiple: false
      devicechannel: true
      userchannel: false
  content: Prose.
payloadkeys:
- key: Level
  type: <real>
`,
  "mdm/profiles/com.apple.thing(other).yaml":
    "payload:\n  payloadtype: com.apple.thing\npayloadkeys:\n- key: Other\n  type: <data>\n",
  [SKIP_KEYS]: `payload:
  payloadtype: SkipKeys
  supportedOS:
    iOS:
      introduced: '7.0'
      always-skippable: true
    macOS:
      introduced: '10.9'
    watchOS:
      introduced: n/a
payloadkeys:
- key: Wallpaper
  title: Skip Wallpaper setup
  supportedOS:
    macOS:
      introduced: '14.1'
      deprecated: '27.0'
  content: |-
    The key to skip the "Wallpaper" pane.

    > Note:
    > Only for additional users.
- key: AppleID
  title: Skip sign in
  content: ${"It is long. ".repeat(20)}
`,
};

/** Runs `body` in a folder with the schema, changed by `changes`; null takes a file away. */
async function withSchema(
  changes: Record<string, string | null>,
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries({ ...SCHEMA, ...changes })) {
      if (text === null) continue;
      await Deno.mkdir(join(folder, dirname(path)), { recursive: true });
      await Deno.writeTextFile(join(folder, path), text);
    }
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a folder becomes facts, without its prose", () =>
  withSchema({}, async (folder) => {
    const facts = await readSchema(folder);
    const { declarations, credentials, status, commands, commandResponses, commandWords, profiles } = facts;
    const { skipKeys, leftOut, license } = facts;
    const systems = {
      iOS: { introduced: "17.0", enrollments: ["supervised"], scopes: ["system"], sharedIpad: { mode: "forbidden" } },
      macOS: false,
    };
    assert.deepEqual(declarations, {
      "com.apple.configuration.thing": {
        kind: "configuration",
        apply: "combined",
        systems,
        shapes: {
          node: [
            { key: "Name", type: "string", required: true, values: ["Oak", "Ash"] },
            { key: "Children", type: "array", keys: [{ key: "child", type: "dictionary", shape: "node" }] },
          ],
        },
        keys: [
          {
            key: "Level",
            type: "integer",
            required: true,
            systems: { iOS: { introduced: "18.0", deprecated: "19.0" } },
            range: { min: 1, max: 9 },
            default: 3,
            combine: "number-max",
          },
          { key: "Tree", type: "array", keys: [{ key: "node", type: "dictionary", shape: "node" }] },
          {
            key: "Asset",
            type: "string",
            subtype: "url",
            format: "^x$",
            assetTypes: ["com.apple.asset.data"],
            contentTypes: ["application/zip"],
          },
          { key: "Pair", type: "array", keys: [{ key: "item", type: "string", repetition: { min: 2, max: 2 } }] },
          { key: "Words", type: "dictionary", keys: [{ key: "ANY", type: "any" }] },
        ],
      },
    });
    assert.deepEqual(credentials, { "com.apple.credential.key": { systems, keys: [{ key: "Key", type: "data" }] } });
    assert.deepEqual(status, {
      "thing.state": { beta: true, systems, keys: [{ key: "thing.state", type: "string" }] },
    });
    assert.deepEqual(commands, {
      Thing: {
        systems,
        keys: [{
          key: "Parts",
          type: "array",
          keys: [{ key: "Part", type: "dictionary", keys: [{ key: "Name", type: "string" }] }],
        }],
      },
    });
    assert.deepEqual(commandResponses, { Thing: { keys: [{ key: "Answer", type: "string" }] } });
    assert.deepEqual(commandWords, {
      Thing: {
        title: "Do a Thing",
        description: "It does a thing.",
        // A long text ends with a sentence.
        keys: { Parts: `The parts. ${"They are many. ".repeat(15)}`.trim(), "Parts.Part.Name": "The name." },
      },
    });
    assert.deepEqual(profiles, {
      "com.apple.thing": [
        { systems: {}, keys: [{ key: "Other", type: "data" }] },
        {
          systems: {
            iOS: { introduced: "7.0", supervised: false, multiple: true, manualInstall: true },
            macOS: { deviceChannel: true, userChannel: false, multiple: false },
          },
          keys: [{ key: "Level", type: "real" }],
        },
      ],
    });
    assert.deepEqual(skipKeys, {
      AppleID: {
        title: "Skip sign in",
        description: "It is long. ".repeat(20).trim(),
        systems: { iOS: { introduced: "7.0" }, macOS: { introduced: "10.9" }, watchOS: false },
      },
      Wallpaper: {
        title: "Skip Wallpaper setup",
        description: 'The key to skip the "Wallpaper" pane. Note: Only for additional users.',
        systems: { iOS: { introduced: "7.0" }, macOS: { introduced: "14.1", deprecated: "27.0" }, watchOS: false },
      },
    });
    assert.equal(leftOut.size, 0);
    assert.equal(license, undefined);
    for (const text of factFiles(await readSchema(folder)).values()) assert.doesNotMatch(text, /[Pp]rose/);
  }));

Deno.test("the same schema gives the same bytes, whatever the order of its files", () =>
  withSchema({ "LICENSE.txt": "Take it.\n" }, async (folder) => {
    const [first, second] = [join(folder, "one"), join(folder, "two")];
    const sizes = await writeFacts(await readSchema(folder), first);
    assert.deepEqual(sizes.map(([name]) => name), [
      ...[
        "declarations.ts",
        "credentials.ts",
        "status.ts",
        "commands.ts",
        "command_responses.ts",
        "command_words.ts",
        "profiles.ts",
        "skip_keys.ts",
        "LICENSE.txt",
      ],
    ]);
    await Deno.rename(join(folder, COMMAND), join(folder, "mdm/commands/zz.yaml"));
    await writeFacts(await readSchema(folder), second);
    for (const [name, size] of sizes) {
      const bytes = await Deno.readFile(join(first, name));
      assert.equal(bytes.length, size);
      assert.deepEqual(await Deno.readFile(join(second, name)), bytes);
    }
  }));

Deno.test("the written file is formatted, and contains the same facts", () =>
  withSchema({}, async (folder) => {
    const facts = await readSchema(folder);
    await writeFacts(facts, join(folder, "out"));
    const check = await new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--check", "--line-width=120", join(folder, "out")],
      stderr: "piped",
    }).output();
    assert.ok(check.success, new TextDecoder().decode(check.stderr));
    const written = await import(`file://${join(folder, "out", "declarations.ts")}`);
    assert.deepEqual(written.declarations, facts.declarations);
    const skipKeys = await import(`file://${join(folder, "out", "skip_keys.ts")}`);
    assert.deepEqual(skipKeys.skipKeys, facts.skipKeys);
  }));

/** A file of the schema with `from` replaced. */
const changed = (path: string, from: string | RegExp, to: string): Record<string, string> => {
  const text = SCHEMA[path] ?? "";
  assert.match(text, typeof from === "string" ? new RegExp(RegExp.escape(from)) : from);
  return { [path]: text.replace(from, to) };
};

Deno.test("a schema that is not one is refused with the file and the reason", async () => {
  const cases: [Record<string, string | null>, RegExp][] = [
    [
      { [COMMAND]: null, "mdm/commands/notes.txt": null },
      /^Cannot read the schema: ".*" should have a folder "mdm\/co/,
    ],
    [{ [COMMAND]: null }, /^Cannot read the schema: no YAML file was found in "mdm\/commands"$/],
    [{ [COMMAND]: "a: [" }, /^Cannot read mdm\/commands\/thing\.yaml: /],
    [{ [COMMAND]: "- a" }, /^Cannot read mdm\/commands\/thing\.yaml: it is \["a"\], it should be a mapping$/],
    [{ [COMMAND]: "" }, /thing\.yaml: it is null, it should be a mapping$/],
    [{ [COMMAND]: "a: 1" }, /^Cannot read mdm\/commands\/thing\.yaml: it has no "payload"$/],
    [{ [COMMAND]: "payload:\n  requesttype: Thing" }, /it names no operating system that supports it$/],
    [changed(COMMAND, "requesttype", "payloadtype"), /it has no "requesttype"$/],
    [changed(PROFILE, "payloadtype", "requesttype"), /it has no "payloadtype"$/],
    [changed(PROFILE, "multiple: true", "multiple: often"), /it is "often", it should be true or false$/],
    [{ "mdm/commands/twice.yaml": SCHEMA[COMMAND] ?? "" }, /another file is about "Thing" too$/],
    [changed(COMMAND, "iOS:", "BeOS:"), /it is "BeOS", it should be one of iOS, macOS, tvOS, visionOS, watchOS$/],
    [changed(COMMAND, "'17.0'", "17.0"), /"introduced" is a number, it should be a version in quotes$/],
    [changed(COMMAND, "'17.0'", "soon"), /"introduced" is "soon", it should be a version$/],
    [
      changed(COMMAND, "- supervised", "- everybody"),
      /it is "everybody", it should be one of supervised, device, user, /,
    ],
    [changed(COMMAND, "- system", "- nobody"), /it is "nobody", it should be one of system, user$/],
    [
      changed(COMMAND, "forbidden", "maybe"),
      /it is "maybe", it should be one of allowed, required, forbidden, ignored$/,
    ],
    [
      changed(CONFIGURATION, "com.apple.configuration", "com.apple.wish"),
      /it is "wish", it should be one of activation, /,
    ],
    [changed(CONFIGURATION, "apply: combined", "apply: twice"), /it is "twice", it should be one of single, /],
    [
      changed(CONFIGURATION, "<integer>", "integer"),
      /"Level", "type": it is "integer", it should be one of <string>, /,
    ],
    [changed(CONFIGURATION, "key: Level", "name: Level"), /it has no "key"$/],
    [
      changed(CONFIGURATION, "presence: required", "presence: always"),
      /it is "always", it should be one of required, /,
    ],
    [changed(CONFIGURATION, "min: 1", "min: 10"), /its range ends at 9, before it begins at 10$/],
    [changed(CONFIGURATION, "min: 1", "min: low"), /it is "low", it should be a number$/],
    [
      changed(CONFIGURATION, "{ min: 2, max: 2 }", "{ min: 2 }"),
      /it should have a "min" and a "max" that is not smaller$/,
    ],
    [changed(CONFIGURATION, "[Oak, Ash]", "[Oak, 1]"), /it is 1, it should be a value of the type <string>$/],
    [
      changed(CONFIGURATION, "default: 3", "default: [3]"),
      /it is \[3\], it should be a text of at most 200 characters/,
    ],
    [changed(CONFIGURATION, "number-max", "sum"), /it is "sum", it should be one of boolean-or, /],
    [changed(CONFIGURATION, "[com.apple.asset.data]", "[1]"), /it is 1, it should be a text$/],
    [changed(CONFIGURATION, "[com.apple.asset.data]", "all"), /it is "all", it should be a list$/],
    [changed(CONFIGURATION, /payloadkeys:[^]*notes:/, "payloadkeys: {}\nnotes:"), /it is \{\}, it should be a list$/],
    [changed(STATUS, "key: thing.state", "key: other"), /its one key should be called "thing\.state"$/],
    [changed(STATUS, "beta: true", "beta: perhaps"), /it is "perhaps", it should be true or false$/],
    [{ [SKIP_KEYS]: null }, /^Cannot read other\/skipkeys\.yaml: /],
    [{ [SKIP_KEYS]: "payloadkeys: []" }, /other\/skipkeys\.yaml: it has no skip keys$/],
    [changed(SKIP_KEYS, "AppleID", "Wallpaper"), /key 2: "Wallpaper" is there twice$/],
    [changed(SKIP_KEYS, "title: Skip sign in", "title: ''"), /key 2, "title": it is "", it should be a text$/],
  ];
  for (const [changes, message] of cases) {
    await withSchema(changes, async (folder) => {
      await assert.rejects(readSchema(folder), (error) => {
        assert.ok(error instanceof SchemaError, String(error));
        assert.match(error.message, message);
        return true;
      });
    });
  }
});

Deno.test("attributes that are not understood are counted and left out", () => {
  const changes = changed(CONFIGURATION, "  combinetype: number-max", "  combinetype: number-max\n  colour: green");
  return withSchema(changes, async (folder) => {
    assert.deepEqual([...(await readSchema(folder)).leftOut], [["key colour", 1]]);
  });
});

Deno.test("deno task schema accepts one path and reports what it wrote", () =>
  withSchema({}, async (folder) => {
    const said: string[] = [];
    const run = (...args: string[]) => generateSchema(parseOptions(args, KNOWN), (line) => said.push(line));
    await assert.rejects(run(), UsageError);
    await assert.rejects(run(folder, folder), UsageError);
    await assert.rejects(run("--out", join(folder, "out"), join(folder, "nowhere")), (error) => {
      assert.ok(error instanceof Problem);
      assert.match(error.message, /should have a folder "declarative\/declarations"$/);
      return true;
    });
    await run("--out", join(folder, "out"), folder);
    assert.deepEqual(said.map((line) => line.replace(/\d+/, "N")), [
      "declarations.ts: N bytes",
      "credentials.ts: N bytes",
      "status.ts: N bytes",
      "commands.ts: N bytes",
      "command_responses.ts: N bytes",
      "command_words.ts: N bytes",
      "profiles.ts: N bytes",
      "skip_keys.ts: N bytes",
    ]);
  }));
