import assert from "node:assert/strict";
import { z } from "zod";
import { findSession } from "../../../db/access/sessions.ts";
import { endpoint } from "../../../routes/api/endpoint.ts";
import { beginSession } from "../../../src/access/sessions.ts";
import { type Api, apiApp, callerOf, makeCaller, testBy, withApi } from "./support.ts";

const idOf = (body: unknown): number => z.object({ id: z.number() }).parse(body).id;
const tokenOf = (body: unknown): { id: string; token: string } =>
  z.object({ id: z.string(), token: z.string() }).parse(body);
const PASSWORD = "correct horse battery";
const ALL_ACCOUNTS = ["user", "role", "apitoken"].flatMap((model) =>
  ["view", "add", "change", "delete"].map((verb) => `accounts.${verb}_${model}`)
).filter((permission) => permission !== "accounts.change_apitoken");

const audits = (api: Api) =>
  api.runtime.sql<{ payload: unknown; userId: number | null }[]>`
    select payload, user_id from events where type = 'zentral_audit' order by created_at, id`;

Deno.test("a user is created, read, updated and deleted, each leaving an audit event without a secret", async () => {
  await withApi(async (api) => {
    const call = await api.as("superuser");
    const made = await call("POST", "/api/accounts/users/", {
      username: "Alice",
      email: "alice@example.com",
      password: PASSWORD,
    });
    assert.equal(made.status, 201);
    const id = idOf(made.body);
    assert.deepEqual(made.body, {
      id,
      username: "Alice",
      email: "alice@example.com",
      full_name: "",
      is_active: true,
      is_superuser: false,
      is_service_account: false,
      roles: [],
      last_login_at: null,
      created_at: "2026-06-01T12:00:00",
      updated_at: "2026-06-01T12:00:00",
    });
    assert.deepEqual((await call("GET", `/api/accounts/users/${id}/`)).body, made.body);
    const twin = await call("POST", "/api/accounts/users/", { username: "ALICE" });
    assert.deepEqual(twin.body, { username: ["A user with that username already exists."] });
    api.runtime.clock.advance(60);
    const written = await call("PUT", `/api/accounts/users/${id}/`, { username: "Alice", full_name: "Alice A." });
    assert.equal(written.status, 200);
    const [hash] = await api.runtime.sql`select password_hash from users where id = ${id}`;
    assert.match(String(hash?.passwordHash), /^scrypt\$8\$8\$1\$/, "a password that is not written stays");
    const found = await call("GET", "/api/accounts/users/?username=alice");
    assert.equal(z.object({ count: z.number() }).parse(found.body).count, 1);
    api.runtime.clock.advance(60);
    assert.equal((await call("DELETE", `/api/accounts/users/${id}/`)).status, 204);
    assert.equal((await call("GET", `/api/accounts/users/${id}/`)).status, 404);
    assert.equal((await call("DELETE", `/api/accounts/users/${id}/`)).status, 404);
    const events = await audits(api);
    assert.deepEqual(events.map(({ payload }) => z.object({ action: z.string() }).parse(payload).action), [
      "created",
      "updated",
      "deleted",
    ]);
    const text = JSON.stringify(events) + api.runtime.lines.join("\n");
    assert.ok(!text.includes(PASSWORD) && !text.includes("scrypt$"));
  });
});

Deno.test("bad users are refused by field", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const send = async (body: unknown) => (await call("POST", "/api/accounts/users/", body)).body;
    assert.deepEqual(await send({ username: " " }), { username: ["This field may not be blank."] });
    assert.deepEqual(await send({ username: "x", email: "nope" }), { email: ["Enter a valid email address."] });
    assert.deepEqual(await send({ username: "x", roles: [7] }), {
      roles: ['Invalid pk "7" - object does not exist.'],
    });
    assert.deepEqual(await send({ username: "x", password: "short" }), {
      password: ["This password is too short. It must contain at least 12 characters."],
    });
    assert.deepEqual(await send({ username: "averylongname", password: "AveryLongName" }), {
      password: ["The password is too similar to the username."],
    });
    assert.deepEqual(await send({ username: "x", is_service_account: true, password: PASSWORD }), {
      password: ["A service account has no password."],
    });
    assert.deepEqual(await send({ username: "a\u0000b" }), { username: ["Null characters are not allowed."] });
  });
});

Deno.test("operators cannot grant permissions that they do not hold", async () => {
  await withApi(async (api) => {
    const root = await api.as("superuser");
    const call = await api.as(ALL_ACCOUNTS);
    const mighty = await makeCaller(api.runtime, ["mdm.view_filevault_prk"]);
    const master = await makeCaller(api.runtime, "superuser");
    const strong = idOf(
      (await root("POST", "/api/accounts/roles/", { name: "Strong", permissions: ["mdm.view_filevault_prk"] })).body,
    );
    const weak = idOf(
      (await call("POST", "/api/accounts/roles/", { name: "Weak", permissions: ["accounts.view_user"] })).body,
    );
    const denied = async (method: string, path: string, body?: unknown) =>
      assert.equal((await call(method, path, body)).status, 403, `${method} ${path} ${JSON.stringify(body)}`);
    // By a role.
    await denied("POST", "/api/accounts/roles/", { name: "Mine", permissions: ["mdm.view_filevault_prk"] });
    await denied("PUT", `/api/accounts/roles/${weak}/`, {
      name: "Weak",
      permissions: ["accounts.view_user", "mdm.view_filevault_prk"],
    });
    // By a user.
    await denied("POST", "/api/accounts/users/", { username: "x", roles: [strong] });
    await denied("POST", "/api/accounts/users/", { username: "x", is_superuser: true });
    // By another person's password, or their deletion.
    for (const { userId } of [mighty, master]) {
      await denied("PUT", `/api/accounts/users/${userId}/`, { username: "x", password: PASSWORD });
      await denied("DELETE", `/api/accounts/users/${userId}/`);
      await denied("POST", "/api/accounts/api_tokens/", { name: "x", user: userId });
    }
    // Permissions that they hold, they may grant.
    const made = await call("POST", "/api/accounts/users/", { username: "peer", roles: [weak] });
    assert.equal(made.status, 201);
    const peer = idOf(made.body);
    await denied("PUT", `/api/accounts/users/${peer}/`, { username: "peer", roles: [weak, strong] });
    await denied("PUT", `/api/accounts/users/${peer}/`, { username: "peer", is_superuser: true });
    assert.equal((await call("POST", "/api/accounts/api_tokens/", { name: "x", user: peer })).status, 201);
    // They neither change nor delete objects with permissions that they do not hold: not the role, not by emptying it,
    // not the token.
    await denied("PUT", `/api/accounts/roles/${strong}/`, { name: "Renamed", permissions: ["mdm.view_filevault_prk"] });
    await denied("PUT", `/api/accounts/roles/${strong}/`, { name: "Strong", permissions: [] });
    await denied("DELETE", `/api/accounts/roles/${strong}/`);
    const { id: theirs } = z.object({ id: z.string() }).parse(
      (await root("POST", "/api/accounts/api_tokens/", { name: "x", user: mighty.userId })).body,
    );
    await denied("DELETE", `/api/accounts/api_tokens/${theirs}/`);
    assert.equal((await root("GET", `/api/accounts/api_tokens/${theirs}/`)).status, 200);
    assert.equal((await call("PUT", `/api/accounts/roles/${weak}/`, { name: "Weaker", permissions: [] })).status, 200);
    assert.equal((await root("DELETE", `/api/accounts/roles/${strong}/`)).status, 204);
  });
});

Deno.test("the last active superuser stays, also when two leave at once", async () => {
  await withApi(async (api) => {
    const one = await makeCaller(api.runtime, "superuser");
    const other = await makeCaller(api.runtime, "superuser");
    const call = callerOf(api.app, { Authorization: `Token ${one.token}` });
    const callOther = callerOf(api.app, { Authorization: `Token ${other.token}` });
    const self = await call("DELETE", `/api/accounts/users/${one.userId}/`);
    assert.deepEqual([self.status, self.body], [400, ["You cannot delete yourself"]]);
    const answers = await Promise.all([
      call("DELETE", `/api/accounts/users/${other.userId}/`),
      callOther("DELETE", `/api/accounts/users/${one.userId}/`),
    ]);
    assert.equal(answers.filter(({ status }) => status === 204).length, 1);
    const [row] = await api.runtime.sql`select id, username from users where is_superuser`;
    assert.ok(row !== undefined);
    const survivor = row.id === one.userId ? call : callOther;
    for (const change of [{ is_superuser: false }, { is_superuser: true, is_active: false }]) {
      const refusal = await survivor("PUT", `/api/accounts/users/${row.id}/`, { username: row.username, ...change });
      assert.deepEqual(refusal.body, ["This user is the last active superuser"]);
    }
  });
});

Deno.test("a role of unknown permissions is refused", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const { status, body } = await call("POST", "/api/accounts/roles/", {
      name: "R",
      permissions: ["mdm.view_everything"],
    });
    assert.deepEqual([status, body], [400, { permissions: ['"mdm.view_everything" is not a valid choice.'] }]);
    await call("POST", "/api/accounts/roles/", { name: "R" });
    assert.deepEqual((await call("POST", "/api/accounts/roles/", { name: "R" })).body, {
      name: ["role with this name already exists."],
    });
  });
});

Deno.test("a token is shown once, works, expires, and ends at once when it is revoked", async () => {
  await withApi(async (api) => {
    const root = await api.as("superuser");
    const made = await root("POST", "/api/accounts/api_tokens/", {
      name: "short",
      expires_at: "2026-06-01T13:00:00Z",
    });
    assert.equal(made.status, 201);
    const { id, token } = tokenOf(made.body);
    const call = callerOf(api.app, { Authorization: `Token ${token}` });
    assert.equal((await call("GET", "/api/accounts/users/")).status, 200);
    const read = await root("GET", `/api/accounts/api_tokens/${id.toUpperCase()}/`);
    assert.equal(read.status, 200);
    assert.ok(!JSON.stringify(read.body).includes(token));
    assert.deepEqual(z.object({ last_used_at: z.string() }).parse(read.body).last_used_at, "2026-06-01T12:00:00");
    api.runtime.clock.advance(3600);
    const late = await call("GET", "/api/accounts/users/");
    assert.deepEqual([late.status, late.body], [401, { detail: "Invalid token." }]);
    const second = tokenOf((await root("POST", "/api/accounts/api_tokens/", { name: "second" })).body);
    const callSecond = callerOf(api.app, { Authorization: `Token ${second.token}` });
    assert.equal((await callSecond("GET", "/api/accounts/users/")).status, 200);
    assert.equal((await root("DELETE", `/api/accounts/api_tokens/${second.id}/`)).status, 204);
    assert.equal((await callSecond("GET", "/api/accounts/users/")).status, 401);
    const past = await root("POST", "/api/accounts/api_tokens/", { name: "x", expires_at: "2020-01-01" });
    assert.deepEqual(past.body, { expires_at: ["This time should be in the future."] });
    assert.deepEqual((await root("GET", "/api/accounts/api_tokens/?user=2000000000")).body, {
      user: ["Select a valid choice. 2000000000 is not one of the available choices."],
    });
    const text = JSON.stringify(await api.runtime.sql`select * from events`) + api.runtime.lines.join("\n");
    assert.ok(!text.includes(token) && !text.includes(second.token));
  });
});

Deno.test("a session counts only where it is allowed, and never without proof that our page sent the request", async () => {
  const shared = { permission: "inventory.view_tag", tag: "T", summary: "T", session: true } as const;
  const response = { status: 200, schema: z.object({}) } as const;
  const endpoints = [
    endpoint({ ...shared, method: "GET", path: "/api/test/s/", response, handle: () => ({}) }),
    endpoint({ ...shared, method: "POST", path: "/api/test/s/", response, handle: () => ({}) }),
    endpoint({ ...shared, session: false, method: "GET", path: "/api/test/t/", response, handle: () => ({}) }),
  ];
  await withApi(async ({ runtime }) => {
    const app = apiApp(runtime, endpoints);
    const { userId, actor } = await makeCaller(runtime, ["inventory.view_tag"]);
    const session = await beginSession(runtime, testBy, {
      id: userId,
      username: actor.username,
      isSuperuser: false,
      grants: actor.grants,
    });
    const call = callerOf(app, { Cookie: `__Host-espalier=${session.cookie}` });
    const status = async (method: string, path: string, headers: Record<string, string> = {}) =>
      (await call(method, path, undefined, headers)).status;
    const csrf = { "X-CSRF-Token": session.csrfToken };
    const ours = { "Sec-Fetch-Site": "same-origin" };
    assert.equal(await status("GET", "/api/test/s/"), 403);
    assert.equal(await status("GET", "/api/test/s/", { "Sec-Fetch-Site": "cross-site" }), 403);
    assert.equal(await status("GET", "/api/test/s/", ours), 200);
    assert.equal(await status("GET", "/api/test/s/", csrf), 200);
    assert.equal(await status("POST", "/api/test/s/", ours), 403);
    assert.equal(await status("POST", "/api/test/s/", csrf), 403);
    assert.equal(await status("POST", "/api/test/s/", { ...csrf, Origin: "https://evil.example" }), 403);
    assert.equal(await status("POST", "/api/test/s/", { ...csrf, "Sec-Fetch-Site": "same-site" }), 403);
    assert.equal(await status("POST", "/api/test/s/", { ...ours, "X-CSRF-Token": "x" }), 403);
    assert.equal(await status("POST", "/api/test/s/", { ...ours, ...csrf }), 200);
    assert.equal(await status("POST", "/api/test/s/", { ...csrf, Origin: "https://mdm.example.com" }), 200);
    // Where only tokens are taken the cookie is nothing; and a wrong token is not saved by a cookie.
    assert.equal(await status("GET", "/api/test/t/", { ...ours, ...csrf }), 401);
    assert.equal(await status("GET", "/api/test/s/", { ...ours, Authorization: "Token x" }), 401);
    runtime.clock.advance(12 * 3600);
    assert.equal(await status("GET", "/api/test/s/", ours), 401);
    assert.equal(await findSession(runtime.sql, new Uint8Array(32)), undefined);
  });
});
