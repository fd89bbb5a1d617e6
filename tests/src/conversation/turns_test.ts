import assert from "node:assert/strict";
import { inTurn } from "../../../src/conversation/turns.ts";
import { Problem } from "../../../src/errors.ts";
import type { Certificate } from "../../../src/pki/certificate.ts";
import type { Runtime } from "../../../src/runtime.ts";

const runtime = {} as Runtime;
const sender = (fingerprint: string) => ({ fingerprint }) as Certificate;

Deno.test("messages of one identity are handled one after the other, others' at once, and one that fails holds up none", async () => {
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const message = (from: string, name: string) =>
    inTurn(runtime, sender(from), () => {
      begun.push(name);
      const end = Promise.withResolvers<string>();
      ends.set(name, end);
      return end.promise;
    });
  const [a1, a2, a3, b1] = [message("a", "a1"), message("a", "a2"), message("a", "a3"), message("b", "b1")];
  assert.deepEqual(begun, ["a1", "b1"]);
  ends.get("a1")?.reject(new Error("no"));
  await assert.rejects(a1, /no/);
  assert.deepEqual(begun, ["a1", "b1", "a2"]);
  ends.get("a2")?.resolve("two");
  assert.equal(await a2, "two");
  ends.get("b1")?.resolve("one");
  assert.equal(await b1, "one");
  ends.get("a3")?.resolve("three");
  assert.equal(await a3, "three");
  // Nobody is before this one: it begins at once.
  const a4 = message("a", "a4");
  assert.deepEqual(begun, ["a1", "b1", "a2", "a3", "a4"]);
  ends.get("a4")?.resolve("four");
  assert.equal(await a4, "four");
});

Deno.test("one that hangs holds up the next ones for a limited time", async () => {
  const hangs = Promise.withResolvers<string>();
  const first = inTurn(runtime, sender("c"), () => hangs.promise, 0);
  assert.equal(await inTurn(runtime, sender("c"), () => Promise.resolve("second")), "second");
  assert.equal(await inTurn(runtime, sender("c"), () => Promise.resolve("third")), "third");
  hangs.resolve("first");
  assert.equal(await first, "first");
});

Deno.test("of too many messages at once the last ones are refused, and later ones are not", async () => {
  const end = Promise.withResolvers<void>();
  const messages = Array.from({ length: 120 }, () => inTurn(runtime, sender("d"), () => end.promise));
  end.resolve();
  const settled = await Promise.allSettled(messages);
  assert.deepEqual([...new Set(settled.slice(0, 100).map(({ status }) => status))], ["fulfilled"]);
  for (const one of settled.slice(100)) {
    assert.ok(one.status === "rejected" && one.reason instanceof Problem && one.reason.code === "unavailable");
  }
  await inTurn(runtime, sender("d"), () => end.promise);
});
