import assert from "node:assert/strict";
import { authenticateToken } from "../../../src/access/authenticate.ts";
import { signIn } from "../../../src/access/sessions.ts";
import { parseOptions, runCommand, UsageError } from "../../../src/cli/command.ts";
import { readPassword } from "../../../src/cli/read_password.ts";
import { createToken, tokenRequest } from "../../../src/cli/token_create.ts";
import { createPerson, userRequest } from "../../../src/cli/user_create.ts";
import { Problem } from "../../../src/errors.ts";
import { testBy } from "../../routes/api/support.ts";
import { withRuntime } from "../../support/runtime.ts";

const known = { texts: ["name", "user", "expires"], flags: ["superuser"] };
const request = (...args: string[]) => tokenRequest(parseOptions(args, known));
const refused = (error: unknown) => error instanceof Problem && error.code === "refused";

Deno.test("contradictory options are refused", () => {
  for (
    const args of [
      [],
      ["--name"],
      ["--name", " "],
      ["--nam", "x"],
      ["x"],
      ["--name", "x", "--superuser", "--user", "y"],
      ["--name", "x", "--expires", "soon"],
    ]
  ) assert.throws(() => request(...args), UsageError, args.join(" "));
  assert.throws(() => userRequest(parseOptions([], { texts: ["username"], flags: [] })), UsageError);
  assert.deepEqual(request("--name", "x", "--expires", "2027-01-31").expiresAt, new Date("2027-01-31T00:00:00Z"));
});

Deno.test("a token of the command line works, for a new service account, again, or for a user", async () => {
  await withRuntime(async (runtime) => {
    const actor = await authenticateToken(
      runtime,
      `Token ${await createToken(runtime, request("--name", "ci", "--superuser"))}`,
    );
    assert.deepEqual([actor.username, actor.isServiceAccount, actor.isSuperuser], ["ci", true, true]);
    const again = await authenticateToken(runtime, `Token ${await createToken(runtime, request("--name", "ci"))}`);
    assert.equal(again.userId, actor.userId);
    await createPerson(
      runtime,
      { username: "ann", email: "", fullName: "", superuser: false },
      "correct horse battery",
    );
    await signIn(runtime, testBy, { username: "ann", password: "correct horse battery" });
    const ann = await createToken(runtime, request("--name", "laptop", "--user", "ann"));
    assert.match(ann, /^ztlu_/);
    await assert.rejects(createToken(runtime, request("--name", "ann")), refused);
    await assert.rejects(createToken(runtime, request("--name", "x", "--user", "nobody")), refused);
    await createToken(runtime, request("--name", "weak"));
    await assert.rejects(createToken(runtime, request("--name", "weak", "--superuser")), refused);
  });
});

Deno.test("foreseen refusals become an exit code, others are thrown", async () => {
  const run = (error: unknown) => runCommand([], "help", known, () => Promise.reject(error));
  const { error: print } = console;
  const lines: unknown[] = [];
  console.error = (line: unknown) => lines.push(line);
  try {
    assert.equal(await run(new UsageError("Wrong")), 2);
    assert.equal(await run(new Problem("invalid", undefined, { fields: { password: ["Too short."] } })), 1);
  } finally {
    console.error = print;
  }
  assert.deepEqual(lines, ["Wrong", "Try --help.", "password: Too short."]);
  await assert.rejects(run(new Error("bug")), /bug/);
});

function typing(text: string, terminal: boolean) {
  const bytes = [...new TextEncoder().encode(text)];
  const raw: boolean[] = [];
  return {
    raw,
    isTerminal: () => terminal,
    setRaw: (on: boolean) => void raw.push(on),
    read: (buffer: Uint8Array) => {
      const next = bytes.shift();
      if (next === undefined) return Promise.resolve(null);
      buffer[0] = next;
      return Promise.resolve(1);
    },
  };
}

Deno.test("a password is read without echo, with corrections, or from a pipe", async () => {
  const shown: string[] = [];
  const show = (text: string) => void shown.push(text);
  const terminal = typing("paßx\x7f\x7fss\rrest", true);
  assert.equal(await readPassword(terminal, show), "pass");
  assert.deepEqual([terminal.raw, shown], [[true, false], ["Password: ", "\n"]]);
  assert.equal(await readPassword(typing("from a pipe\nmore", false), show), "from a pipe");
  await assert.rejects(readPassword(typing("", false), show), UsageError);
  const stopped = typing("pa\x03", true);
  await assert.rejects(readPassword(stopped, show), UsageError);
  assert.deepEqual(stopped.raw, [true, false]);
});
