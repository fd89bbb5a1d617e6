/** Passwords, tokens, sign-in. */

import assert from "node:assert/strict";
import { findApiToken } from "../../../db/access/api_tokens.ts";
import { insertUser } from "../../../db/access/users.ts";
import { hashApiToken, isApiToken, newApiToken } from "../../../src/access/api_token_format.ts";
import { authenticateToken } from "../../../src/access/authenticate.ts";
import { changeOwnPassword } from "../../../src/access/own_password.ts";
import { hashPassword, isOutdatedHash, PASSWORD_COST, verifyPassword } from "../../../src/access/passwords.ts";
import { isPermission, PERMISSIONS } from "../../../src/access/permissions.ts";
import { authenticateSession, sessionCookie, signIn, signOut } from "../../../src/access/sessions.ts";
import { Problem, type ProblemCode } from "../../../src/errors.ts";
import { systemRandom } from "../../../src/runtime.ts";
import { makeCaller, testRequest } from "../../routes/api/support.ts";
import { type TestRuntime, withRuntime } from "../../support/runtime.ts";

const is = (code: ProblemCode) => (error: unknown) => error instanceof Problem && error.code === code;
const CHEAP = { logN: 10, r: 8, p: 1 };
const cheap = { random: systemRandom, passwordCost: CHEAP };
const PASSWORD = "correct horse battery";

Deno.test("a token has its form and checksum, and one changed character is noticed", () => {
  const token = newApiToken(systemRandom, "user");
  assert.match(token, /^ztlu_[0-9A-Za-z]{36}$/);
  assert.match(newApiToken(systemRandom, "service"), /^ztls_/);
  assert.ok(isApiToken(token));
  const flipped = token[10] === "a" ? "b" : "a";
  for (const bad of ["", "x", token + "a", token.slice(1), `${token.slice(0, 10)}${flipped}${token.slice(11)}`]) {
    assert.equal(isApiToken(bad), false, bad);
  }
});

Deno.test("a token's hash is BLAKE2b-256", () => {
  // RFC 7693's function with 32 bytes of output, computed with Python's hashlib.blake2b(digest_size=32).
  assert.equal(hashApiToken("").toHex(), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
});

Deno.test("a password is known again, in any Unicode form, and no other is", async () => {
  const hash = await hashPassword("Schlüssel zum Garten", cheap);
  const known = (password: string, stored?: string) => verifyPassword(password, stored, PASSWORD_COST);
  assert.ok(await known("Schlüssel zum Garten", hash));
  assert.ok(await known("Schlu\u0308ssel zum Garten", hash));
  assert.equal(await known("schlüssel zum garten", hash), false);
  assert.equal(await known("", hash), false);
  assert.equal(await known("x".repeat(2000), hash), false);
  assert.equal(await known("anything", undefined), false);
  assert.ok(isOutdatedHash(hash, PASSWORD_COST));
  assert.notEqual(hash, await hashPassword("Schlüssel zum Garten", cheap));
  await assert.rejects(known("x", "md5$abc"));
});

Deno.test("a server's own hashes cost what is recommended, and are known again at that cost", async () => {
  // OWASP's for scrypt with p = 3: less would help who copied the database.
  assert.deepEqual(PASSWORD_COST, { logN: 15, r: 8, p: 3 });
  const hash = await hashPassword(PASSWORD, { random: systemRandom, passwordCost: PASSWORD_COST });
  assert.match(hash, /^scrypt\$15\$8\$3\$/);
  assert.equal(isOutdatedHash(hash, PASSWORD_COST), false);
  assert.ok(await verifyPassword(PASSWORD, hash, PASSWORD_COST));
});

async function person(runtime: TestRuntime, change: { isActive?: boolean; passwordHash?: string | null } = {}) {
  return await insertUser(runtime.sql, {
    username: "Alice",
    email: "",
    fullName: "",
    passwordHash: await hashPassword(PASSWORD, cheap),
    isActive: true,
    isSuperuser: true,
    isServiceAccount: false,
    ...change,
  }, runtime.clock.now());
}

Deno.test("a person signs in, is recognised, and signs out; the database holds no cookie", async () => {
  await withRuntime(async (runtime) => {
    const userId = await person(runtime);
    const first = await signIn(runtime, { username: "alice", password: PASSWORD }, testRequest);
    assert.equal(first.actor.userId, userId);
    const known = await authenticateSession(runtime, first.cookie);
    assert.deepEqual([known?.actor.username, known?.csrfToken], ["Alice", first.csrfToken]);
    const stored = JSON.stringify(await runtime.sql`select encode(hash, 'base64') as h, * from browser_sessions`);
    assert.ok(!stored.includes(first.cookie));
    // The old hash was cheap: it was made again.
    const [row] = await runtime.sql`select password_hash, last_login_at from users`;
    assert.equal(isOutdatedHash(String(row?.passwordHash), runtime.passwordCost), false);
    assert.deepEqual(row?.lastLoginAt, runtime.clock.now());
    const second = await signIn(runtime, { username: "Alice", password: PASSWORD }, testRequest, {
      session: first.cookie,
    });
    assert.notEqual(second.cookie, first.cookie);
    assert.equal(await authenticateSession(runtime, first.cookie), undefined, "the planted or old session is over");
    await signOut(runtime, second.cookie, testRequest);
    assert.equal(await authenticateSession(runtime, second.cookie), undefined);
    const types = await runtime.sql<{ type: string }[]>`select type from events order by type`;
    assert.deepEqual(types.map(({ type }) => type), ["zentral_login", "zentral_login", "zentral_logout"]);
  });
});

Deno.test("a session ends with its time, its user's activity and its user", async () => {
  await withRuntime(async (runtime) => {
    const userId = await person(runtime);
    const { cookie } = await signIn(runtime, { username: "Alice", password: PASSWORD }, testRequest);
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
        await signIn(runtime, { username, password }, testRequest);
        return "signed in";
      } catch (error) {
        return error instanceof Problem ? error.details.fields : error;
      }
    };
    const expected = { non_field_errors: ["Cannot sign in: the user name or the password is not right."] };
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
    const from = (ip: string) => ({ ...testRequest, ip });
    for (let index = 0; index < 10; index++) {
      await assert.rejects(
        signIn(runtime, { username: "alice", password: "wrong" }, from("198.51.100.1")),
        is("invalid"),
      );
    }
    await assert.rejects(
      signIn(runtime, { username: "ALICE", password: PASSWORD }, from("198.51.100.1")),
      is("too-many-requests"),
    );
    await signIn(runtime, { username: "ALICE", password: PASSWORD }, from("198.51.100.99"));
    await runtime.sql`update rate_limits set count = 100 where key like 'login:user:%'`;
    await assert.rejects(
      signIn(runtime, { username: "ALICE", password: PASSWORD }, from("198.51.100.98")),
      is("too-many-requests"),
    );
    runtime.clock.advance(900);
    await signIn(runtime, { username: "alice", password: PASSWORD }, from("198.51.100.99"));
    await runtime.sql`update rate_limits set count = 50 where key = 'login:ip:198.51.100.99'`;
    await assert.rejects(
      signIn(runtime, { username: "carol", password: "wrong" }, from("198.51.100.99")),
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

Deno.test("permissions are of one form and named once", () => {
  const names = PERMISSIONS.map(({ permission }) => permission);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z]+\.[a-z]+_[a-z_]+$/);
  assert.ok(isPermission("mdm.view_filevault_prk") && !isPermission("mdm.view_nothing"));
});

Deno.test("who knows their password may change it, which ends every other session of theirs", async () => {
  await withRuntime(async (runtime) => {
    await person(runtime);
    const elsewhere = await signIn(runtime, { username: "alice", password: PASSWORD }, testRequest);
    const change = (current: string, next: string) =>
      changeOwnPassword(runtime, elsewhere.actor, { current, next }, testRequest);
    await assert.rejects(change("wrong", "another long password"), is("invalid"));
    await assert.rejects(change(PASSWORD, "short"), is("invalid"));
    const here = await change(PASSWORD, "another long password");
    assert.equal(await authenticateSession(runtime, elsewhere.cookie), undefined);
    assert.ok(await authenticateSession(runtime, here.cookie));
    await assert.rejects(signIn(runtime, { username: "alice", password: PASSWORD }, testRequest), is("invalid"));
    await signIn(runtime, { username: "alice", password: "another long password" }, testRequest);
    await runtime.sql`update rate_limits set count = 10 where key like 'password:%'`;
    await assert.rejects(change("another long password", "yet another password"), is("too-many-requests"));
  });
});
