/**
 * A command and a kind of artifacts that the server does not have, in the server's own lists: each is one object, as a file of
 * `src/commands/` or `src/blueprints/versions/` would export it, and the simulated device's answer is another.
 *
 * Lists are read when what is derived from them is loaded, so this module is imported before all others.
 *
 * @module
 */

import { z } from "zod";
import { SIMULATED_COMMANDS } from "../../simulators/device/answers.ts";
import { acknowledged, failed, type SimulatedCommand } from "../../simulators/device/commands/answer.ts";
import { flag, textLike, textUpTo } from "../../src/commands/arguments.ts";
import { type CommandDefinition, redact } from "../../src/commands/command.ts";
import { COMMANDS } from "../../src/commands/registry.ts";
import { kindApi } from "../../src/blueprints/versions/kind_api.ts";
import { sourceFile } from "../../src/blueprints/versions/kind_page.ts";
import { KINDS } from "../../src/blueprints/versions/kinds.ts";
import type { Draft, VersionKind } from "../../src/blueprints/versions/version_kind.ts";
import { channel } from "../../src/commands/validity.ts";

const NAME = "RingDoorbell";
const pin = textLike(/^[0-9]{6}$/);
const note = { message: textUpTo(40).optional(), loud: flag().optional(), tune: z.enum(["ding", "dong"]).optional() };
const args = z.object({ ...note, pin: pin.optional(), times: z.int().min(1).max(9).optional() });
const macArgs = z.object({ ...note, pin, times: z.int().min(1).max(9) });

/** Rings, and gives the Mac a PIN. */
const ringDoorbell: CommandDefinition<z.infer<typeof args>> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: ["pin"],
  keepsResult: false,
  expiresAfter: 3_600,
  invalidFor: (target) => channel(NAME, target) ?? (target.platform === "tvOS" ? `Cannot send ${NAME}: no bell` : null),
  argsFor: (target): z.ZodType<z.infer<typeof args>> => target.platform === "macOS" ? macArgs : z.object(note),
  build: ({ message = "", times = 1, loud = false, tune = "ding" }) => ({
    Message: message,
    Times: times,
    Loud: loud,
    Tune: tune,
  }),
  onAcknowledged: (_report, args) => args.pin === undefined ? [] : [{ kind: "lockPin", pin: args.pin }],
  describe: (args) => redact(args, ["message", "times", "loud", "tune"], ["pin"]),
  endpoint: { path: "ring", permission: "mdm.add_devicecommand", summary: "Ring the doorbell", order: 9 },
  form: {
    path: "ring",
    permission: "mdm.add_devicecommand",
    label: "Ring",
    button: "Ring the doorbell",
    warning: "The neighbors hear it.",
    danger: true,
    fields: {
      pin: { label: "PIN of the door", help: "Six digits." },
      times: { label: "Times" },
      tune: { label: "Tune", help: "Ding is shorter.", options: { ding: "Ding" } },
      message: { label: "Message to the house", lines: true },
      loud: { label: "Ring loudly" },
    },
    order: 9,
  },
  aftermath: {
    order: 9,
    says: () => ({ word: "Rung", tone: "warn", text: "The bell was rung {time}. See {claims}." }),
  },
};

/** The rings of devices' bells, in order. */
export const RUNG: unknown[] = [];

const ringing: SimulatedCommand = {
  name: NAME,
  answer({ command, state }) {
    if (state.model.platform === "tvOS") return failed(12_021, "MCMDMErrorDomain", "There is no bell.");
    RUNG.push(command);
    return acknowledged();
  },
};

const MODEL = "com.apple.configuration.management.test";
type Note = { text: string };

/** Notes for devices, as a declaration of Apple's for tests. Their table is made by the test. */
const noteKind: VersionKind<Note, Note & Draft, Note, Note> = {
  name: "note",
  types: {
    Note: {
      path: "note",
      section: "Configurations",
      declarationPrefix: null,
      declaredAs: MODEL,
      becomes: [MODEL],
      linkable: true,
      install: null,
      remove: null,
      activated: true,
      variables: false,
    },
  },
  read: (_, { text }) =>
    Promise.resolve(
      text.includes("!") ? { errors: { text: ["Notes are calm."] } } : { value: { text, variables: [], needed: [] } },
    ),
  check: (_context, { text }) => Promise.resolve({ value: { text } }),
  async write(tx, id, { text }) {
    await tx`insert into note_versions ${tx({ versionId: id, text })}
      on conflict (version_id) do update set text = excluded.text`;
  },
  async load(db, ids) {
    const rows = await db<{ versionId: string; text: string }[]>`
      select version_id, text from note_versions where version_id = any(${[...ids]}::uuid[])`;
    return new Map(rows.map(({ versionId, text }) => [versionId, { text }]));
  },
  fingerprint: ({ text }) => text,
  show: (_runtime, _row, stored) => Promise.resolve(stored),
  audit: ({ text }) => ({ text }),
  async payload({ db, versionId }) {
    const note = (await noteKind.load(db, [versionId])).get(versionId);
    return note === undefined ? undefined : { Echo: note.text };
  },
  api: kindApi({
    path: "notes",
    noun: "note",
    schema: "Note",
    order: 9,
    body: { text: z.string() },
    shown: { text: z.string() },
    content: ({ text }) => ({ text }),
  }),
  page: {
    slug: "note",
    title: "New note",
    order: 9,
    asks: { name: true, platforms: true },
    fields: [
      { kind: "file", name: "source", label: "Note file", accept: ".txt", help: "A `.txt` file." },
      {
        kind: "choice",
        name: "tone",
        label: "Tone",
        options: () => Promise.resolve([["kind", "Kind"], ["stern", "Stern"]]),
        value: "stern",
      },
      { kind: "group", legend: "Who", fields: [{ kind: "text", name: "by", label: "Author", maxlength: 20 }] },
    ],
    read(values) {
      const text = new TextDecoder().decode(sourceFile(values).bytes);
      return { text: `${text} (${values.text("tone")}, ${values.text("by")})` };
    },
    values: () => ({}),
    lines: ({ text }) => [`It says: ${text}`],
    source: ({ text }) => ({ filename: "note.txt", type: "text/plain", body: new TextEncoder().encode(text) }),
    warnings: ({ text }) => text.includes("stern") ? ["A kind word does more."] : [],
    explain: ({ text = [] }) => ({ source: text }),
  },
};

COMMANDS.add(ringDoorbell);
SIMULATED_COMMANDS.add(ringing);
KINDS.add(noteKind);
