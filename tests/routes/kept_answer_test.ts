import assert from "node:assert/strict";
import { Hono } from "hono";
import type { AppEnv } from "../../routes/context.ts";
import { keptAnswer } from "../../routes/kept_answer.ts";

Deno.test("an answer that is the same for every client is created once, for any number of requests", async () => {
  let made = 0;
  const app = new Hono<AppEnv>();
  app.get("/", keptAnswer(() => `é${++made}`, { "Content-Type": "text/plain; charset=utf-8", "X-Own": "yes" }));
  assert.equal(made, 0, "nothing is made before anybody asks");
  const ask = (tag?: string) => app.request("/", tag === undefined ? {} : { headers: { "If-None-Match": tag } });
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask()));
  for (const answer of answers) assert.equal(await answer.text(), "é1");
  assert.equal(made, 1);
  const tag = answers[0]?.headers.get("ETag") ?? "";
  assert.match(tag, /^"[0-9a-f]{32}"$/);
  assert.equal(answers[0]?.headers.get("Content-Type"), "text/plain; charset=utf-8");
  for (const has of [tag, `W/${tag}`, `"other", ${tag}`]) {
    const answer = await ask(has);
    assert.deepEqual([answer.status, await answer.text(), answer.headers.get("ETag")], [304, "", tag]);
    assert.equal(answer.headers.get("X-Own"), "yes");
  }
  for (const other of ['"other"', tag.slice(1), ""]) assert.equal((await ask(other)).status, 200);
  assert.equal(made, 1);
});
