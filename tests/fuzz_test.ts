/** The parts of `deno task fuzz`, and a few hundred of its inputs for every reader. Nothing here uses a clock. */

import assert from "node:assert/strict";
import { withKnown } from "../fuzz/api_ids.ts";
import { corpusOf, folderName, seedsOf } from "../fuzz/corpus.ts";
import { fuzz } from "../fuzz/engine.ts";
import { likePkijs, roundTrip, storable } from "../fuzz/judges.ts";
import { minimise } from "../fuzz/minimise.ts";
import { mutateDer } from "../fuzz/mutate/der.ts";
import { outcomeOf } from "../fuzz/outcome.ts";
import { randomOf } from "../fuzz/random.ts";
import { type Bytes, READERS, type ReaderTarget } from "../fuzz/readers.ts";
import { targetsOf } from "../fuzz/run.ts";
import { UsageError } from "../src/cli/command.ts";

const CASES = 300;
const text = (input: Uint8Array) => new TextDecoder().decode(input);
const bytes = (input: string): Bytes => new TextEncoder().encode(input);

for (const target of READERS) {
  Deno.test(`every input of the corpus is accepted or regularly refused: ${target.name}`, async () => {
    for (const { name, input } of corpusOf(target.name)) {
      const outcome = await outcomeOf(target, input);
      if (outcome.kind === "crash") throw new Error(`${folderName(target.name)}/${name}`, { cause: outcome.error });
      if (name.startsWith("taken-")) assert.equal(outcome.kind, "taken", name);
    }
    assert.ok(seedsOf(target).length > 0, "there is nothing to begin with");
  });

  Deno.test(`mutated inputs are accepted or regularly refused: ${target.name}`, async () => {
    const report = await fuzz(target, { seed: 5, goOn: (index) => index < CASES });
    const crashes = report.findings.filter(({ kind }) => kind === "crash");
    assert.deepEqual(crashes.map(({ sentence, input }) => `${sentence}\n${input.toBase64()}`), []);
    assert.ok(report.executions > CASES / 2);
  });
}

Deno.test("every folder of the corpus is that of a target", () => {
  const folders = new Set(READERS.map(({ name }) => folderName(name)));
  for (const { name } of Deno.readDirSync(new URL("../fuzz/corpus/", import.meta.url))) {
    assert.ok(folders.has(name), name);
  }
  assert.equal(folders.size, READERS.length);
});

const planted: ReaderTarget = {
  name: "planted",
  form: "json",
  read(input) {
    if (text(input).includes("!")) throw new TypeError("Cannot read properties of undefined");
    if (!text(input).startsWith("{")) throw new SyntaxError("refused");
    return { length: input.length };
  },
  judge(input) {
    if (text(input).includes("#")) throw new Error("disagrees");
  },
  refuses: (error) => error instanceof SyntaxError,
  largest: 1000,
  seeds: () => [bytes('{"a!":[1,2,3],"bcd#":"efg"}'), bytes('{"a":1}')],
  shapes: {},
};

Deno.test("a crash and a disagreement are found, once each, with the least input that does it", async () => {
  const report = await fuzz(planted, { seed: 1, goOn: (index) => index < 400 });
  assert.deepEqual(report.findings.map(({ kind }) => kind), ["crash", "crash"]);
  const inputs = report.findings.map(({ input }) => text(input)).sort();
  assert.equal(inputs[0], "!");
  assert.ok(inputs[1]?.startsWith("{") && inputs[1].length <= 3, inputs[1]);
});

Deno.test("one seed gives the same inputs each time, another gives others", async () => {
  const inputsOf = async (target: ReaderTarget, seed: number) => {
    const seen: string[] = [];
    await fuzz(target, { seed, goOn: (index) => index < 200, watch: (input) => seen.push(input.toHex()) });
    return seen;
  };
  for (const name of ["status report", "certificate", "check-in message", "declaration", "form, multipart"]) {
    const target = READERS.find((one) => one.name === name);
    assert.ok(target);
    const [one, again, other] = [await inputsOf(target, 3), await inputsOf(target, 3), await inputsOf(target, 4)];
    assert.deepEqual(one, again, name);
    assert.notDeepEqual(one, other, name);
  }
});

Deno.test("an input whose outcome is new is mutated further", async () => {
  const deep: ReaderTarget = {
    name: "deep",
    read(input) {
      const found = [..."abcd"].findIndex((letter) => !text(input).includes(letter));
      throw new SyntaxError(["none", "one", "two", "three"][found] ?? "all");
    },
    refuses: () => true,
    largest: 1000,
    seeds: () => [bytes("xxxx"), bytes("a")],
    shapes: {},
  };
  const { outcomes } = await fuzz(deep, { seed: 1, goOn: (index) => index < 3000 });
  assert.ok(outcomes >= 4, `${outcomes} outcomes`);
});

Deno.test("a minimized input has the same outcome, and is never longer", async () => {
  const least = await minimise(
    bytes("a long text with a needle in it"),
    (input) => Promise.resolve(text(input).includes("needle")),
  );
  assert.equal(text(least), "needle");
});

Deno.test("mutations of DER keep the lengths around a change", () => {
  const target = READERS.find(({ name }) => name === "certificate");
  const [certificate] = target?.seeds() ?? [];
  assert.ok(certificate);
  const random = randomOf(1, "der");
  for (let round = 0; round < 200; round++) {
    const changed = mutateDer(random, certificate, certificate);
    assert.ok(changed);
    // One element fills the whole, or two that do when the outermost was doubled.
    const length = ((changed[2] ?? 0) << 8 | (changed[3] ?? 0)) + 4;
    if (changed[0] === 0x30 && changed[1] === 0x82) assert.ok([length, 2 * length].includes(changed.length));
  }
});

Deno.test("the judges disagree with wrong results", async () => {
  assert.throws(() => storable({ a: ["x\0"] }), /Cannot be kept/);
  assert.throws(() => storable({ "\ud800": 1 }), /Cannot be kept/);
  assert.throws(() => storable([Infinity]), /Cannot be kept/);
  storable({ a: [1, "x", null, new Date(), new Uint8Array()] });
  roundTrip({ a: [1n << 63n, 0.5, new Date(1500), new Uint8Array(2)], ["__proto__"]: "x" });
  const signed = corpusOf("CMS, detached").find(({ name }) => name === "taken-der")?.input;
  assert.ok(signed);
  await likePkijs(signed, bytes("<plist/>"));
  await assert.rejects(likePkijs(signed, bytes("<plist>")), /pkijs/);
});

Deno.test("the document for schemathesis offers the existing ids and values, and still any others", () => {
  const field = { type: "integer" };
  const document = {
    paths: {
      "/api/mdm/things/{id}/": {
        put: {
          parameters: [{ name: "id", in: "path", schema: field }],
          requestBody: { schema: { properties: { blueprint: field, name: { type: "string" }, other: field } } },
        },
      },
    },
  };
  const known = withKnown(document, {
    ids: new Map([["/api/mdm/things/", [7]], ["/api/mdm/blueprints/", [3, 4]]]),
    objects: new Map([["/api/mdm/things/", [{ name: "a" }, { name: "b" }, { name: "a" }]]]),
  });
  assert.deepEqual(known["paths"], {
    "/api/mdm/things/{id}/": {
      put: {
        parameters: [{ name: "id", in: "path", schema: { anyOf: [{ enum: [7] }, field] } }],
        requestBody: {
          schema: {
            properties: {
              blueprint: { anyOf: [{ enum: [3, 4] }, field] },
              name: { anyOf: [{ enum: ["a", "b"] }, { type: "string" }] },
              other: field,
            },
          },
        },
      },
    },
  });
  assert.deepEqual(document.paths["/api/mdm/things/{id}/"].put.parameters[0]?.schema, field);
});

Deno.test("targets are named whole or in part", () => {
  assert.deepEqual(targetsOf("PEM"), ["PEM"]);
  assert.ok(targetsOf("cms").length >= 3);
  assert.equal(targetsOf(undefined).length, READERS.length);
  assert.throws(() => targetsOf("nothing of the kind"), UsageError);
});
