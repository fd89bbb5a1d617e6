import assert from "node:assert/strict";
import fc from "fast-check";
import { type Answers, holds, parsePredicate, PredicateError } from "../../../simulators/declarative/predicate.ts";
import type { Json } from "../../../src/protocol/plist_json.ts";

const STATUS: Record<string, Json> = {
  "device.model.family": "iPad",
  "device.operating-system.version": "18.6.2",
  "passcode.is-present": true,
  "mdm.app": [{ identifier: "one" }],
};
const PROPERTIES: Record<string, Json> = { ring: 2, groups: ["Staff", "IT"], name: "Zoë", flag: false, nothing: null };
const answers: Answers = {
  status: (name) => STATUS[name] ?? null,
  property: (key) => PROPERTIES[key] ?? null,
};
const is = (text: string): boolean => holds(parsePredicate(text), answers);
const refuses = (kind: "parse" | "evaluate", text: string, words: RegExp) =>
  assert.throws(
    () => is(text),
    (error) => error instanceof PredicateError && error.kind === kind && words.test(error.message),
    text,
  );

Deno.test("constants and comparisons hold or do not", () => {
  for (
    const [text, expected] of [
      ["TRUEPREDICATE", true],
      ["falsepredicate", false],
      ["@status(device.model.family) == 'iPad'", true],
      [`@status( device.model.family ) = "iPad"`, true],
      ["'iPad' == @status(device.model.family)", true],
      ["@status(device.model.family) != 'iPad'", false],
      ["@status(device.model.family) <> 'Mac'", true],
      ["@property(ring) < 2", false],
      ["@property(ring) <= 2", true],
      ["@property(ring) =< 2.0", true],
      ["@property(ring) > -1", true],
      ["@property(ring) => 3", false],
      ["1==0", false],
      ["1e1 >= 10", true],
      ["'b' > 'a'", true],
      ["@property(flag) == FALSE", true],
      ["@property(flag) == 0", true],
      ["@status(passcode.is-present) == YES", true],
    ] as const
  ) assert.equal(is(text), expected, text);
});

Deno.test("texts begin, end, contain, with or without case and marks", () => {
  for (
    const [text, expected] of [
      ["@status(device.operating-system.version) BEGINSWITH '18.'", true],
      ["@status(device.operating-system.version) beginswith '17'", false],
      ["@status(device.operating-system.version) ENDSWITH '.2'", true],
      ["@status(device.model.family) CONTAINS 'Pa'", true],
      ["@status(device.model.family) CONTAINS 'PA'", false],
      ["@status(device.model.family) CONTAINS[c] 'PA'", true],
      ["@status(device.model.family) ==[C] 'ipad'", true],
      ["@property(name) == 'zoe'", false],
      ["@property(name) ==[c] 'zoe'", false],
      ["@property(name) ==[cd] 'zoe'", true],
      ["@property(name) ==[d] 'Zoe'", true],
    ] as const
  ) assert.equal(is(text), expected, text);
});

Deno.test("lists contain their elements", () => {
  for (
    const [text, expected] of [
      ["@property(ring) IN {1, 2}", true],
      ["@property(ring) IN { }", false],
      ["@property(ring) IN {1, @property(ring)}", true],
      ["@status(device.model.family) IN[c] {'MAC', 'IPAD'}", true],
      ["'Staff' IN @property(groups)", true],
      ["@property(groups) CONTAINS 'it'", false],
      ["@property(groups) CONTAINS[c] 'it'", true],
      ["'i' IN 'iPad'", true],
    ] as const
  ) assert.equal(is(text), expected, text);
});

Deno.test("AND binds stronger than OR, NOT the strongest, parentheses above all", () => {
  for (
    const [text, expected] of [
      ["TRUEPREDICATE OR TRUEPREDICATE AND FALSEPREDICATE", true],
      ["(TRUEPREDICATE OR TRUEPREDICATE) AND FALSEPREDICATE", false],
      ["NOT FALSEPREDICATE AND FALSEPREDICATE", false],
      ["NOT (FALSEPREDICATE AND FALSEPREDICATE)", true],
      ["!(1 == 1) || 2 == 2 && !FALSEPREDICATE", true],
      ["NOT NOT TRUEPREDICATE", true],
      ["! ! ! TRUEPREDICATE", false],
    ] as const
  ) assert.equal(is(text), expected, text);
});

Deno.test("an unknown value equals only NULL, and is neither greater nor less", () => {
  for (
    const [text, expected] of [
      ["@status(no.such.item) == 'x'", false],
      ["@status(no.such.item) != 'x'", true],
      ["@status(no.such.item) == NIL", true],
      ["@property(nothing) == NULL", true],
      ["@property(missing) < 5", false],
      ["@property(missing) >= 5", false],
      ["@property(missing) BEGINSWITH 'a'", false],
      ["@property(missing) IN {1}", false],
      ["'a' IN @property(missing)", false],
    ] as const
  ) assert.equal(is(text), expected, text);
});

Deno.test("quotes and escapes are part of texts", () => {
  assert.equal(is(String.raw`'it\'s' == "it's"`), true);
  assert.equal(is(String.raw`'a\\b' == "a\\b"`), true);
  assert.equal(is(`'(a) AND {b}' CONTAINS "AND"`), true);
});

Deno.test("unsupported syntax is not a predicate", () => {
  for (
    const [text, words] of [
      ["", /it ends where a value should be/],
      ["TRUEPREDICATE FALSEPREDICATE", /"FALSEPREDICATE" where its end/],
      ["@status(a)", /it ends where a comparison/],
      ["@status(a) ==", /it ends where a value/],
      ["@status() == 1", /at "@status\(\)/],
      ["@key(a) == 1", /"@key\(a\)" where a value/],
      ["name == 'x'", /"name" where a value/],
      ["'a' LIKE 'b'", /"LIKE" where a comparison/],
      ["'a' MATCHES 'b'", /"MATCHES" where a comparison/],
      ["1 BETWEEN {1, 2}", /"BETWEEN"/],
      ["ANY @property(groups) == 'x'", /"ANY" where a value/],
      ["SUBQUERY(@status(mdm.app), $x, $x == 1)", /at "\$x/],
      ["'a' ==[n] 'b'", /"\[n\]" where "\[c\]"/],
      ["'a' == 'b", /does not end/],
      ["(1 == 1", /it ends where "\)"/],
      ["1 == 1)", /"\)" where its end/],
      ["1 IN {1, 2", /it ends where "}"/],
      ["1 IN {1,}", /"}" where a value/],
      ["1 == 2a", /at "2a"/],
      ["NOT", /it ends where a value/],
      ["AND 1 == 1", /"AND" where a value/],
      ["( ".repeat(200) + "1 == 1", /nested too deep/],
      ["1 IN " + "{".repeat(200), /nested too deep/],
    ] as const
  ) refuses("parse", text, words);
  // Many of a kind are no nesting.
  assert.equal(is("NOT ".repeat(5000) + "TRUEPREDICATE"), true);
  assert.equal(is("TRUEPREDICATE AND ".repeat(4000) + "FALSEPREDICATE"), false);
  refuses("parse", "TRUEPREDICATE OR ".repeat(50_000) + "TRUEPREDICATE", /too long/);
});

Deno.test("values of different kinds are not compared", () => {
  for (
    const [text, words] of [
      ["@property(ring) < 'x'", /Cannot compare 2 and "x" by </],
      ["@property(groups) > 1", /Cannot compare \["Staff","IT"\] and 1/],
      ["@property(ring) BEGINSWITH '2'", /by BEGINSWITH/],
      ["@property(ring) CONTAINS 2", /by CONTAINS/],
      ["'x' IN @property(ring)", /by IN/],
      ["@status(mdm.app) ENDSWITH 'x'", /by ENDSWITH/],
    ] as const
  ) refuses("evaluate", text, words);
  // Operands that do not matter are not evaluated.
  assert.equal(is("1 == 1 OR @property(ring) < 'x'"), true);
  assert.equal(is("1 == 0 AND @property(ring) < 'x'"), false);
});

Deno.test("any text is a predicate, or is refused", () => {
  const words = fc.constantFrom(
    ..."( ) { } , == != < IN CONTAINS AND OR NOT ! && TRUEPREDICATE NULL 'a' \"b\" 1 -2.5 @status(a) @property(b) [c] @ '"
      .split(" "),
  );
  const text = fc.oneof(fc.string(), fc.array(words, { maxLength: 12 }).map((list) => list.join(" ")));
  fc.assert(fc.property(text, (one) => {
    try {
      assert.equal(typeof is(one), "boolean");
    } catch (error) {
      assert.ok(error instanceof PredicateError, String(error));
    }
  }));
});
