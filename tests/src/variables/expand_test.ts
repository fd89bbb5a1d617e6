import assert from "node:assert/strict";
import fc from "fast-check";
import { expand, EXPANSION_LIMIT } from "../../../src/variables/expand.ts";
import { ExpansionError } from "../../../src/variables/expansion_error.ts";
import { VARIABLES } from "../../../src/variables/names.ts";
import { namesIn, unknownIn, unknownVariableSentence } from "../../../src/variables/used.ts";
import { mapTexts } from "../../../src/variables/walk.ts";

const values = new Map([
  ["ENROLLED_DEVICE.UDID", "U-1"],
  ["ENROLLED_DEVICE.NAME", "Mac of Ada"],
  ["REALM_USER.EMAIL", "ada@example.com"],
  ["REALM_USER.EMAIL_PREFIX", "ada"],
  ["REALM_USER.FULL_NAME", ""],
  ["CUSTOM.ROOM_2", "12b"],
]);
const text = (from: string) => expand(from, values).value;

Deno.test("both forms expand to the value, however often they are written", () => {
  assert.equal(text("$ENROLLED_DEVICE.UDID/${ENROLLED_DEVICE.UDID}, $CUSTOM.ROOM_2"), "U-1/U-1, 12b");
});

Deno.test("the longest name wins, and an old name ends where it ends", () => {
  assert.equal(
    text("$REALM_USER.EMAIL_PREFIX|$REALM_USER.EMAIL|$REALM_USER.EMAIL_PREFIXES"),
    "ada|ada@example.com|adaES",
  );
  assert.equal(
    text("$REALM_USER.EMAILx $REALM_USER.EMAIL_X $ENROLLED_DEVICE.UDID."),
    "ada@example.comx ada@example.com_X U-1.",
  );
});

Deno.test("a newer name is the whole word: if it begins a longer word, that is a mistake, not a value", () => {
  assert.equal(text("$ENROLLED_DEVICE.NAMES $ENROLLED_DEVICE.NAME."), "$ENROLLED_DEVICE.NAMES Mac of Ada.");
  assert.deepEqual(unknownIn("$ENROLLED_DEVICE.NAMES $ENROLLED_DEVICE.NAME."), ["ENROLLED_DEVICE.NAMES"]);
});

Deno.test("a default is used if the value is missing or empty, and is never expanded", () => {
  assert.equal(text("${REALM_USER.FIRST_NAME:-nobody}"), "nobody");
  assert.equal(text("${REALM_USER.FULL_NAME:-nobody}"), "nobody");
  assert.equal(text("${ENROLLED_DEVICE.UDID:-nobody}"), "U-1");
  assert.equal(text("${REALM_USER.LAST_NAME:-$ENROLLED_DEVICE.UDID}"), "$ENROLLED_DEVICE.UDID");
  assert.equal(text("[${REALM_USER.LAST_NAME:-}]"), "[]");
});

Deno.test("a variable without a value and a default is unchanged and reported; an empty value is reported as well", () => {
  const { value, missing } = expand(
    ["$REALM_USER.LAST_NAMEs", "${CUSTOM.NONE}", "$REALM_USER.FULL_NAME.", "${REALM_USER.FIRST_NAME:-}"],
    values,
  );
  assert.deepEqual(value, ["$REALM_USER.LAST_NAMEs", "${CUSTOM.NONE}", ".", ""]);
  assert.deepEqual(missing, ["CUSTOM.NONE", "REALM_USER.FULL_NAME", "REALM_USER.LAST_NAME"]);
});

Deno.test("a doubled dollar quotes a reference, and is left alone anywhere else", () => {
  assert.equal(text("$$ENROLLED_DEVICE.UDID"), "$ENROLLED_DEVICE.UDID");
  assert.equal(text("$${ENROLLED_DEVICE.UDID:-x}"), "${ENROLLED_DEVICE.UDID:-x}");
  assert.equal(text("$$$ENROLLED_DEVICE.UDID"), "$U-1");
  assert.equal(text("$$$$ENROLLED_DEVICE.UDID"), "$$ENROLLED_DEVICE.UDID");
  assert.equal(text("$$REALM_USER.SHOE_SIZE"), "$REALM_USER.SHOE_SIZE");
  for (
    const script of [
      "kill -9 $$",
      "echo $$$1 ${HOME} $${x}",
      "$$",
      "a$$b",
      "$5.00",
      "$CUSTOM.room",
      "$$CUSTOM.room",
      "$ENROLLED_DEVICE. And",
    ]
  ) {
    assert.equal(text(script), script);
  }
  assert.deepEqual(unknownIn("$$REALM_USER.SHOE_SIZE"), []);
});

Deno.test("keys, bytes, dates and numbers are left alone", () => {
  const bytes = new TextEncoder().encode("$ENROLLED_DEVICE.UDID");
  const date = new Date(0);
  const dict = {
    "$ENROLLED_DEVICE.UDID": bytes,
    date,
    n: 1,
    big: 2n ** 60n,
    yes: true,
    list: [{ t: "$ENROLLED_DEVICE.UDID" }],
  };
  assert.deepEqual(expand(dict, values).value, { ...dict, list: [{ t: "U-1" }] });
  assert.equal(expand(dict, values).value.date, date);
  const odd = JSON.parse('{"__proto__": {"a": "$ENROLLED_DEVICE.UDID"}}');
  const expanded = expand(odd, values).value;
  assert.deepEqual(Object.keys(expanded), ["__proto__"]);
  assert.equal(JSON.stringify(expanded), '{"__proto__":{"a":"U-1"}}');
});

Deno.test("names and mistakes are reported once, sorted", () => {
  const value = {
    a: "$REALM_USER.EMAILx ${CUSTOM.B} $CUSTOM.A",
    b: ["$ENROLLED_DEVICE.UDID ${ENROLLED_DEVICE.UDID:-x}", "$REALM_USER.SHOE_SIZE", "${MANAGED_APPLE_ID.NAME}"],
    "$ENROLLED_USER.NOTHING": "${ENROLLED_DEVICE.UDID }",
  };
  assert.deepEqual(namesIn(value), ["CUSTOM.A", "CUSTOM.B", "ENROLLED_DEVICE.UDID", "REALM_USER.EMAIL"]);
  assert.deepEqual(unknownIn(value), ["ENROLLED_DEVICE.UDID ", "MANAGED_APPLE_ID.NAME", "REALM_USER.SHOE_SIZE"]);
  assert.equal(
    unknownVariableSentence("ENROLLED_USER.NOTHING"),
    'Cannot use the variable "ENROLLED_USER.NOTHING": ENROLLED_USER has LONG_NAME, SHORT_NAME',
  );
});

const name = fc.constantFrom(...VARIABLES.keys(), "CUSTOM.A", "CUSTOM.ROOM_2");
const piece = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("$", "$$", "{", "}", ":-", "$CUSTOM.", "${", "REALM_USER.EMAIL"),
  name.map((one) => `$${one}`),
  name.map((one) => `\${${one}}`),
  fc.tuple(name, fc.string()).map(([one, fallback]) => `\${${one}:-${fallback}}`),
);
const anyText = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));

Deno.test("one pass: values with variables are inserted unexpanded", () => {
  fc.assert(fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), anyText, (names, value) => {
    const all = new Map([...VARIABLES.keys(), "CUSTOM.A", "CUSTOM.ROOM_2"].map((one) => [one, `<${value}>`]));
    const from = names.map((one) => `\${${one}}`).join("-");
    assert.equal(expand(from, all).value, names.map(() => `<${value}>`).join("-"));
  }));
});

Deno.test("a text without references to known namespaces is untouched", () => {
  const ordinary = fc.array(fc.oneof(fc.string(), fc.constantFrom("$", "$$", "${", "}", "$HOME", "$(x)", ":-")))
    .map((pieces) => pieces.join("")).filter((one) => !/(ENROLLED_|REALM_USER|MANAGED_APPLE_ID|CUSTOM)/.test(one));
  fc.assert(fc.property(ordinary, (one) => {
    assert.equal(expand(one, values).value, one);
    assert.deepEqual([namesIn(one), unknownIn(one)], [[], []]);
  }));
});

Deno.test("keys are unchanged, and if nothing is missing, every reported name was used", () => {
  const dictionary = fc.dictionary(anyText, anyText, { maxKeys: 5 });
  fc.assert(fc.property(dictionary, (from) => {
    const { value, missing } = expand(from, values);
    assert.deepEqual(Object.keys(value), Object.keys(from));
    const used = namesIn(from);
    for (const one of missing) assert.ok(used.includes(one));
  }));
});

Deno.test("without any values a text changes only by its quotes and defaults", () => {
  fc.assert(fc.property(anyText.filter((one) => !one.includes("$$") && !one.includes(":-")), (one) => {
    assert.equal(expand(one, new Map()).value, one);
  }));
});

Deno.test("a part without changed text is the same object", () => {
  const inner = { a: ["x"] };
  const mapped = mapTexts({ inner, b: "y" }, (one) => one === "y" ? "z" : one);
  assert.deepEqual(mapped, { inner, b: "z" });
  assert.equal((mapped as { inner: unknown }).inner, inner);
});

Deno.test("values add three times the written text and a million characters, and nothing beyond is created", () => {
  const { times, more } = EXPANSION_LIMIT;
  const name = "$CUSTOM.LONG ";
  const long = new Map([["CUSTOM.LONG", "x".repeat(4096)]]);
  const room = (count: number) => (times - 1) * name.length * count + more;
  let most = 1;
  while ((most + 1) * 4096 <= room(most + 1)) most++;
  const some = expand([name.repeat(most - 1), { deep: name }], long).value;
  assert.equal(JSON.stringify(some).match(/x{4096}/g)?.length, most);
  for (const count of [most + 1, 1e5]) {
    assert.throws(() => expand([name.repeat(count - 1), { deep: name }], long), (error) => {
      assert.ok(error instanceof ExpansionError);
      assert.doesNotMatch(error.message, /xxx/);
      return true;
    });
  }
  // A variable without a value, or with the text's own default, adds nothing.
  const own = "${CUSTOM.NONE:-a long default}$CUSTOM.NEVER ".repeat(1e5);
  assert.equal(expand(own, long).value.length, "a long default$CUSTOM.NEVER ".length * 1e5);
});
