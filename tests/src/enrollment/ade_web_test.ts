import assert from "node:assert/strict";
import { nextStep } from "../../../src/enrollment/ade_web.ts";

const view = (id: string, requiresAuthentication = false) => ({ id, requiresAuthentication });

Deno.test("pages come in their order, then the profile", () => {
  const views = [view("a"), view("b")];
  assert.deepEqual(nextStep(views, []), { kind: "view", id: "a" });
  assert.deepEqual(nextStep(views, ["a"]), { kind: "view", id: "b" });
  assert.deepEqual(nextStep(views, ["b"]), { kind: "view", id: "a" });
  assert.deepEqual(nextStep(views, ["b", "a", "gone"]), { kind: "profile" });
  assert.deepEqual(nextStep([], []), { kind: "profile" });
});

Deno.test("a page for people who are signed in ends the way, since nobody can sign in", () => {
  const views = [view("signed in", true), view("everybody")];
  assert.deepEqual(nextStep(views, []), { kind: "view", id: "everybody" });
  const end = nextStep(views, ["everybody", "signed in"]);
  assert.ok("refusal" in end);
  assert.match(end.refusal, /requires authentication/);
});
