import assert from "node:assert/strict";

const CHILD = `
import { Counters } from "./src/counters.ts";
import { guardProcess } from "./src/last_resort.ts";
import { createLogger } from "./src/log.ts";
const counters = new Counters();
const lines = [];
guardProcess({ counters, log: createLogger("debug", () => new Date(0), (line) => lines.push(line)) });
setTimeout(() => { throw new Error("in a timer"); }, 1);
setTimeout(() => { Promise.reject(new Error("with nobody waiting")); }, 2);
setTimeout(() => { null.raw; }, 3);
setTimeout(() => { console.log(JSON.stringify({ count: counters.of("uncaught_errors"), lines })); }, 30);
`;

Deno.test("an uncaught error is logged and counted, and the process continues", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--ext=ts", "-"],
    cwd: new URL("../..", import.meta.url).pathname,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(CHILD));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const { count, lines } = JSON.parse(new TextDecoder().decode(stdout));
  assert.equal(count, 3);
  assert.match(lines[0], /reached the top of the process.*in a timer/);
  assert.match(lines[1], /with nobody waiting/);
});
