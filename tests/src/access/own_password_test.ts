import assert from "node:assert/strict";
import { changeOwnPassword } from "../../../src/access/own_password.ts";
import { authenticateSession, signIn } from "../../../src/access/sessions.ts";
import { Problem, type ProblemCode } from "../../../src/errors.ts";
import { operatorOf } from "../../../src/access/operator.ts";
import { testBy, testRequest } from "../../routes/api/support.ts";
import { withRuntime } from "../../support/runtime.ts";
import { PASSWORD, person } from "./person.ts";

const is = (code: ProblemCode) => (error: unknown) => error instanceof Problem && error.code === code;

Deno.test("who knows their password may change it, which ends every other session of theirs", async () => {
  await withRuntime(async (runtime) => {
    await person(runtime);
    const elsewhere = await signIn(runtime, testBy, { username: "alice", password: PASSWORD });
    const change = (current: string, next: string) =>
      changeOwnPassword(runtime, operatorOf(elsewhere.actor, testRequest), { current, next });
    await assert.rejects(change("wrong", "another long password"), is("invalid"));
    await assert.rejects(change(PASSWORD, "short"), is("invalid"));
    const here = await change(PASSWORD, "another long password");
    assert.equal(await authenticateSession(runtime, elsewhere.cookie), undefined);
    assert.ok(await authenticateSession(runtime, here.cookie));
    await assert.rejects(signIn(runtime, testBy, { username: "alice", password: PASSWORD }), is("invalid"));
    await signIn(runtime, testBy, { username: "alice", password: "another long password" });
    await runtime.sql`update rate_limits set count = 10 where key like 'password:%'`;
    await assert.rejects(change("another long password", "yet another password"), is("too-many-requests"));
  });
});
