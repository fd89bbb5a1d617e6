import assert from "node:assert/strict";
import { findApiToken } from "../../../db/access/api_tokens.ts";
import { newApiToken } from "../../../src/access/api_token_format.ts";
import { authenticateToken } from "../../../src/access/authenticate.ts";
import { Problem, type ProblemCode } from "../../../src/errors.ts";
import { systemRandom } from "../../../src/runtime.ts";
import { makeCaller } from "../../routes/api/support.ts";
import { withRuntime } from "../../support/runtime.ts";

const is = (code: ProblemCode) => (error: unknown) => error instanceof Problem && error.code === code;

Deno.test("a token header that is missing, malformed, unknown or of an inactive user is refused", async () => {
  await withRuntime(async (runtime) => {
    const { token, userId } = await makeCaller(runtime, []);
    assert.equal((await authenticateToken(runtime, `Token ${token}`)).userId, userId);
    assert.equal((await authenticateToken(runtime, `token ${token}`)).userId, userId);
    for (const header of [undefined, "", "Bearer " + token, "Basic abc", token]) {
      await assert.rejects(authenticateToken(runtime, header), is("not-authenticated"));
    }
    for (
      const header of ["Token", "Token ", `Token ${token} x`, "Token x", `Token ${newApiToken(systemRandom, "user")}`]
    ) {
      await assert.rejects(authenticateToken(runtime, header), is("bad-token"));
    }
    await runtime.sql`update users set is_active = false where id = ${userId}`;
    await assert.rejects(authenticateToken(runtime, `Token ${token}`), is("bad-token"));
  });
});

Deno.test("the use of a token is noted at most once a minute", async () => {
  await withRuntime(async (runtime) => {
    const { token, tokenId } = await makeCaller(runtime, []);
    const used = async () => {
      await authenticateToken(runtime, `Token ${token}`);
      return (await findApiToken(runtime.sql, tokenId))?.lastUsedAt?.toISOString();
    };
    assert.equal(await used(), "2026-06-01T12:00:00.000Z");
    runtime.clock.advance(59);
    assert.equal(await used(), "2026-06-01T12:00:00.000Z");
    runtime.clock.advance(2);
    assert.equal(await used(), "2026-06-01T12:01:01.000Z");
  });
});
