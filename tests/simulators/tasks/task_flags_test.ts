import assert from "node:assert/strict";
import config from "../../../deno.json" with { type: "json" };

Deno.test("every task runs with the permissions that it needs, and none with all", async () => {
  for (const [task, line] of Object.entries(config.tasks)) {
    // The bench reads a process's time from /proc, which the runtime gives with nothing less.
    if (task === "bench") continue;
    assert.doesNotMatch(line, /(^| )(-A|--allow-(all|ffi|import|hrtime))( |$)/, task);
    const flags = line.split(" ").filter((word) => word.startsWith("-"));
    assert.ok(!line.includes("deno run") || flags.length > 0, task);
    if (!line.startsWith("deno run ") || line.endsWith("tests/run.ts")) continue;
    const [file = ""] = line.split(" ").slice(-1);
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--no-prompt", ...flags, file, "--help"],
      cwd: new URL("../../..", import.meta.url).pathname,
    }).output();
    assert.equal(code, 0, task);
    assert.ok(stdout.length > 0, task);
  }
});
