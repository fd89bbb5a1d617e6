import assert from "node:assert/strict";
import { declaredVerdict, rejectionVerdict, storeVerdict } from "../../../src/blueprints/store_app_states.ts";
import { statusItemFacts } from "../../../src/apple_schema/status.ts";
import { responseFacts } from "../../../src/apple_schema/commands.ts";

/** Apple's lists of values in a schema, wherever they are. */
function values(schema: unknown, key: string): string[] {
  const found = new Set<string>();
  const walk = (value: unknown) => {
    if (typeof value !== "object" || value === null) return;
    const named = Reflect.get(value, "key") === key;
    const list: unknown = Reflect.get(value, "values");
    if (named && Array.isArray(list)) { for (const one of list) if (typeof one === "string") found.add(one); }
    for (const inner of Object.values(value)) walk(inner);
  };
  walk(schema);
  return [...found];
}

Deno.test("every state and every reason that Apple publishes has a meaning of its own", () => {
  const states = values(responseFacts("InstallApplication"), "State");
  assert.equal(states.length, 20);
  for (const state of states) {
    const verdict = storeVerdict(state);
    assert.ok(state === "Unknown" || verdict.state !== "unknown", state);
  }
  const reasons = values(responseFacts("InstallApplication"), "RejectionReason");
  assert.equal(reasons.length, 10);
  for (const reason of reasons) assert.doesNotMatch(rejectionVerdict(reason).sentence, /refused the installation:/);
  const declared = values(statusItemFacts("app.managed.list"), "state");
  assert.equal(declared.length, 10);
  for (const state of declared) assert.notEqual(declaredVerdict(state).state, "unknown", state);
});

Deno.test("people's decisions are declined, removals lead to another installation, and what Apple adds is unknown", () => {
  for (const state of ["UserRejected", "UpdateRejected", "ManagementRejected"]) {
    assert.equal(storeVerdict(state).state, "declined");
  }
  assert.equal(storeVerdict("ManagedButUninstalled").state, "removed");
  assert.deepEqual(storeVerdict("Teleporting"), { state: "unknown", sentence: 'The device says "Teleporting".' });
  assert.equal(storeVerdict("constructor").state, "unknown");
  assert.deepEqual(rejectionVerdict("NotAnApp"), { state: "failed", final: true, sentence: "The item is not an app." });
  assert.equal(rejectionVerdict("AppAlreadyQueued").state, "in progress");
});
