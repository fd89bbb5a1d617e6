import assert from "node:assert/strict";
import { isOutdatedHash } from "../../../src/access/passwords.ts";
import { authenticateSession, sessionCookie, signIn, signOut } from "../../../src/access/sessions.ts";
import { Problem, type ProblemCode } from "../../../src/errors.ts";
import { testBy, testByFrom } from "../../routes/api/support.ts";
import { withRuntime } from "../../support/runtime.ts";
import { PASSWORD, person } from "./person.ts";

const is = (code: ProblemCode) => (error: unknown) => error instanceof Problem && error.code === code;

Deno.test("a person signs in, is recognised, and signs out; the database holds no cookie", async () => {
  await withRuntime(async (runtime) => {
    const userId = await person(runtime);
    const first = await signIn(runtime, testBy, { username: "alice", password: PASSWORD });
    assert.equal(first.actor.userId, userId);
    const known = await authenticateSession(runtime, first.cookie);
    assert.deepEqual([known?.actor.username, known?.csrfToken], ["Alice", first.csrfToken]);
    const stored = JSON.stringify(await runtime.sql`select encode(hash, 'base64') as h, * from browser_sessions`);
    assert.ok(!stored.includes(first.cookie));
    // The old hash was cheap: it was made again.
    const [row] = await runtime.sql`select password_hash, last_login_at from users`;
    assert.equal(isOutdatedHash(String(row?.passwordHash), runtime.passwordCost), false);
    assert.deepEqual(row?.lastLoginAt, runtime.clock.now());
    const second = await signIn(runtime, testBy, { username: "Alice", password: PASSWORD }, {
      session: first.cookie,
    });
    assert.notEqual(second.cookie, first.cookie);
    assert.equal(await authenticateSession(runtime, first.cookie), undefined, "the planted or old session is over");
    await signOut(runtime, testBy, second.cookie);
    assert.equal(await authenticateSession(runtime, second.cookie), undefined);
    const types = await runtime.sql<{ type: string }[]>`select type from events order by type`;
    assert.deepEqual(types.map(({ type }) => type), ["zentral_login", "zentral_login", "zentral_logout"]);
  });
});

Deno.test("a session ends with its time, its user's activity and its user", async () => {
  await withRuntime(async (runtime) => {
    const userId = await person(runtime);
    const { cookie } = await signIn(runtime, testBy, { username: "Alice", password: PASSWORD });
    await runtime.sql`update users set is_active = false where id = ${userId}`;
    assert.equal(await authenticateSession(runtime, cookie), undefined);
    await runtime.sql`update users set is_active = true where id = ${userId}`;
    runtime.clock.advance(12 * 3600 - 1);
    assert.ok(await authenticateSession(runtime, cookie));
    runtime.clock.advance(1);
    assert.equal(await authenticateSession(runtime, cookie), undefined);
    for (const odd of ["", "x", cookie + "A", "../../etc"]) {
      assert.equal(await authenticateSession(runtime, odd), undefined);
    }
  });
});

Deno.test("a wrong password, an unknown name and an inactive user are refused alike", async () => {
  await withRuntime(async (runtime) => {
    const userId = await person(runtime);
    const refusal = async (username: string, password: string) => {
      try {
        await signIn(runtime, testBy, { username, password });
        return "signed in";
      } catch (error) {
        return error instanceof Problem ? error.details.fields : error;
      }
    };
    const expected = { non_field_errors: ["Cannot sign in: the user name or password is incorrect."] };
    assert.deepEqual(await refusal("Alice", "wrong password!"), expected);
    assert.deepEqual(await refusal("Bob", PASSWORD), expected);
    assert.deepEqual(await refusal("A\u0000lice", PASSWORD), expected);
    await runtime.sql`update users set is_active = false where id = ${userId}`;
    assert.deepEqual(await refusal("Alice", PASSWORD), expected);
    await runtime.sql`update users set is_active = true, password_hash = null where id = ${userId}`;
    assert.deepEqual(await refusal("Alice", PASSWORD), expected);
    const events = JSON.stringify(await runtime.sql`select payload, request from events`);
    assert.ok(!events.includes("Bob") && !events.includes(PASSWORD), "what was typed is not kept");
  });
});

Deno.test("guessing is slowed per name and address, per name from anywhere, and per address for any name", async () => {
  await withRuntime(async (runtime) => {
    await person(runtime);
    const from = (ip: string) => testByFrom({ ip });
    for (let index = 0; index < 10; index++) {
      await assert.rejects(
        signIn(runtime, from("198.51.100.1"), { username: "alice", password: "wrong" }),
        is("invalid"),
      );
    }
    await assert.rejects(
      signIn(runtime, from("198.51.100.1"), { username: "ALICE", password: PASSWORD }),
      is("too-many-requests"),
    );
    await signIn(runtime, from("198.51.100.99"), { username: "ALICE", password: PASSWORD });
    await runtime.sql`update rate_limits set count = 100 where key like 'login:user:%'`;
    await assert.rejects(
      signIn(runtime, from("198.51.100.98"), { username: "ALICE", password: PASSWORD }),
      is("too-many-requests"),
    );
    runtime.clock.advance(900);
    await signIn(runtime, from("198.51.100.99"), { username: "alice", password: PASSWORD });
    await runtime.sql`update rate_limits set count = 50 where key = 'login:ip:198.51.100.99'`;
    await assert.rejects(
      signIn(runtime, from("198.51.100.99"), { username: "carol", password: "wrong" }),
      is("too-many-requests"),
    );
  });
});

Deno.test("the cookie is closed to scripts and other sites, and bound to the host under https", () => {
  assert.deepEqual(sessionCookie({ BASE_URL: "https://mdm.example.com" }), {
    name: "__Host-espalier",
    options: { path: "/", httpOnly: true, sameSite: "Lax", secure: true },
  });
  assert.equal(sessionCookie({ BASE_URL: "http://localhost:8000" }).options.secure, false);
});
