import assert from "node:assert/strict";
import { keepState } from "./support/kept_state.ts";

Deno.test("kept objects go back to what they held, and are the same objects", () => {
  const item = { holders: new Set(["one"]), at: new Date(0), next: undefined as unknown };
  const store = { order: ["a", undefined, "b"], items: new Map([["item", item]]), more: {} as Record<string, unknown> };
  // A circle.
  item.next = store;
  const before = structuredClone(store);
  const { order, items } = store;
  const back = keepState(store);
  for (let turn = 0; turn < 2; turn++) {
    item.holders.add("two").delete("one");
    item.at = new Date(1);
    store.order.splice(0, 2, "c", "d", "e");
    store.items.clear();
    store.more = { added: true };
    Object.assign(store, { added: true });
    back();
    assert.deepEqual(store, before);
    store.order.length = 0;
    store.items.set("other", { ...item, holders: new Set() });
    back();
    assert.deepEqual(store, before);
  }
  assert.equal(store.order, order);
  assert.equal(store.items, items);
  assert.equal(store.items.get("item"), item);
});
