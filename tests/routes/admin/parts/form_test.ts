import assert from "node:assert/strict";
import { errorsOf, Form, type FormState, unshownErrors } from "../../../../routes/admin/parts/form.ts";
import { withRuntime } from "../../../support/runtime.ts";
import { personWith } from "../support.ts";

const form = (fields: Record<string, string[]>) => new Form(new Map(Object.entries(fields)));

Deno.test("numbers and keys are those of JSON, and other input is left for the schema to refuse", () => {
  const given = form({
    whole: [" 12 "],
    negative: ["-1"],
    empty: [""],
    word: ["abc"],
    fraction: ["1.5"],
    long: ["1".repeat(16)],
    keys: ["1", "x"],
  });
  const names = ["whole", "negative", "empty", "word", "fraction", "long", "absent"];
  assert.deepEqual(names.map((name) => given.whole(name)), [12, -1, "", "abc", "1.5", "1".repeat(16), undefined]);
  assert.deepEqual(["whole", "empty", "absent"].map((name) => given.pk(name)), [12, undefined, undefined]);
  assert.deepEqual(["whole", "empty", "absent"].map((name) => given.pkOrNull(name)), [12, null, undefined]);
  assert.deepEqual(given.pks("keys"), [1, "x"]);
  assert.deepEqual(["whole", "empty", "absent"].map((name) => given.value(name)), ["12", "", undefined]);
});

Deno.test("an error is shown by its field, by the name that the API has for it, or else at the top", () => {
  const state: FormState = {
    values: form({}),
    errors: {
      name: ["This field is required."],
      "secret.quota": ["Ensure this value is greater than or equal to 1."],
      "udids.0": ["Too long."],
      "udids.3": ["Too long.", "Odd."],
      named: ["Of another field."],
      realm: ["This field is required.", 'Invalid pk "7" - object does not exist.'],
      non_field_errors: ["Both & neither."],
      drawn: ["The page has a place of its own for <this>."],
    },
  };
  assert.deepEqual(errorsOf(undefined, "name"), []);
  assert.deepEqual(errorsOf(state, "name"), ["This field is required."]);
  assert.deepEqual(errorsOf(state, "quota", "secret.quota"), ["Ensure this value is greater than or equal to 1."]);
  assert.deepEqual(errorsOf(state, "udids", "udids", true), []);
  assert.deepEqual(errorsOf(state, "udids"), ["Too long.", "Odd."]);
  assert.deepEqual(unshownErrors(state, "<p>The page has a place of its own for &lt;this&gt;.</p>"), [
    "named: Of another field.",
    "realm: This field is required.",
    'realm: Invalid pk "7" - object does not exist.',
    "Both & neither.",
  ]);
});

Deno.test("a form with a character that cannot be stored keeps the typed text; no field, no loss", () =>
  withRuntime(async (runtime) => {
    const { post } = await personWith(runtime, "superuser");
    const typed = await post("/roles/", { name: "Night\u0001shift", permissions: "inventory.view_tag" });
    assert.equal(typed.status, 400);
    assert.match(typed.text, /id="name-error">Control characters are not allowed: U\+0001 at character 6\.</);
    assert.match(typed.text, /value="Night\ufffdshift"/);
    assert.match(typed.text, /value="inventory.view_tag" checked/);
    const hidden = await post("/roles/", { name: "Night shift", elsewhere: "a\0" });
    assert.equal(hidden.status, 400);
    assert.match(hidden.text, /<p role="alert">elsewhere: Null characters are not allowed\.<\/p>/);
    assert.match(hidden.text, /value="Night shift"/);
    // A password is not shown again, whatever it is.
    const secret = await post("/users/", { username: "ada", password: "correct horse\u0001" });
    assert.match(secret.text, /id="password-error">Control characters/);
    assert.doesNotMatch(secret.text, /correct horse/);
  }));
