import assert from "node:assert/strict";
import { z } from "zod";
import { flag, textLike, textUpTo } from "../../../src/commands/arguments.ts";
import { deviceLock } from "../../../src/commands/device_lock.ts";
import { argumentsOf, formFields } from "../../../src/commands/form_fields.ts";
import { COMMANDS } from "../../../src/commands/registry.ts";
import { byodIphone, intelMac, ipad, iphone, mac, tv } from "./target.ts";

const words = { label: "L" };
const every = {
  ...deviceLock,
  args: z.object({
    pin: textLike(/^[0-9]{6}$/),
    code: textLike(/^[a-z-]+$/).optional(),
    note: textUpTo(80).optional(),
    text: textUpTo(4000),
    sure: flag().optional(),
    why: z.enum(["lost", "stolen"]),
    days: z.int().min(1).max(30),
    weight: z.number().optional(),
    unasked: flag().optional(),
  }),
  form: {
    path: "x",
    permission: "mdm.add_devicecommand",
    label: "L",
    button: "B",
    order: 1,
    fields: {
      pin: { ...words, help: "H" },
      code: words,
      note: words,
      text: { ...words, lines: true },
      sure: words,
      why: { ...words, options: { lost: "Lost" } },
      days: words,
      weight: words,
      gone: words,
    },
  },
} as const;

Deno.test("the kind of a field, its limits and whether it is required follow from the argument", () => {
  const same = { label: "L" };
  assert.deepEqual(formFields({ ...every, argsFor: () => every.args }, mac), [
    {
      ...same,
      name: "pin",
      help: "H",
      required: true,
      kind: "text",
      secret: true,
      digits: true,
      maxlength: 6,
      pattern: "[0-9]{6}",
    },
    { ...same, name: "code", required: false, kind: "text", secret: false, digits: false, pattern: "[a-z-]+" },
    { ...same, name: "note", required: false, kind: "text", secret: false, digits: false, maxlength: 80 },
    { ...same, name: "text", required: true, kind: "lines" },
    { ...same, name: "sure", required: false, kind: "check" },
    { ...same, name: "why", required: true, kind: "choice", options: [["lost", "Lost"], ["stolen", "stolen"]] },
    { ...same, name: "days", required: true, kind: "number", whole: true, min: 1, max: 30 },
    { ...same, name: "weight", required: false, kind: "number", whole: false },
  ]);
});

Deno.test("a form's texts become arguments: an empty field is an absent one, and an invalid number is refused as a text", () => {
  const fields = formFields({ ...every, argsFor: () => every.args }, mac);
  const read = (sent: Record<string, string>) =>
    argumentsOf(fields, { text: (name) => sent[name] ?? "", has: (name) => name in sent });
  assert.deepEqual(read({}), { sure: false });
  assert.deepEqual(read({ pin: "012345", sure: "on", why: "lost", days: "7", weight: "1.5", unasked: "on" }), {
    pin: "012345",
    sure: true,
    why: "lost",
    days: 7,
    weight: 1.5,
  });
  assert.deepEqual(read({ days: "seven", weight: "1e3" }), { days: "seven", weight: "1e3", sure: false });
});

Deno.test("every argument that a target must be given has a field in its form", () => {
  for (const command of [...COMMANDS].filter(({ form }) => form !== undefined)) {
    for (const target of [mac, intelMac, iphone, ipad, tv, byodIphone]) {
      if (command.invalidFor(target) !== null) continue;
      const { required = [] } = z.toJSONSchema(command.argsFor?.(target) ?? command.args, { io: "input" });
      const asked = formFields(command, target).map(({ name }) => name);
      assert.deepEqual(required.filter((name) => !asked.includes(name)), [], command.name);
    }
  }
});
