import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { taskFlags } from "../../simulators/task_flags.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test("the demonstration prints how to get in, enrolls its devices, and leaves nothing behind", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o755);
  const port = freePort();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      ...taskFlags("demo"),
      "--quiet",
      "--no-check",
      "simulators/demo.ts",
      "--port",
      String(port),
      "--devices",
      "3",
    ],
    cwd: ROOT,
    env: { TMPDIR: folder, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const complaints = new Response(child.stderr).text();
  const seen: string[] = [];
  let asked = false;
  try {
    for await (const line of createInterface({ input: Readable.fromWeb(child.stdout) })) {
      seen.push(line);
      if (seen.filter((one) => one.endsWith(" enrolled")).length < 3) continue;
      if (asked) continue;
      asked = true;
      const token = /^API token: (\S+)$/.exec(seen[2] ?? "")?.[1] ?? "";
      for (const [path, count] of [["devices", 3], ["artifacts", 4], ["blueprint_artifacts", 4]] as const) {
        const answer = await fetch(`http://localhost:${port}/api/mdm/${path}/?limit=1`, {
          headers: { Authorization: `Token ${token}` },
        });
        assert.equal((await answer.json()).count, count, path);
      }
      child.kill("SIGINT");
    }
  } finally {
    const { code } = await child.status;
    assert.deepEqual([code, await complaints], [0, ""], seen.join("\n"));
  }
  assert.equal(seen[0], `Address:   http://localhost:${port}`);
  assert.match(seen[1] ?? "", /^Sign-in: {3}demo@example\.com \S{16}$/);
  assert.equal(seen.at(-1), "Stopping.");
  assert.deepEqual([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder);
});
