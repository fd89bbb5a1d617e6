import assert from "node:assert/strict";
import { browserWords } from "../../../../routes/admin/accounts/browser_words.ts";
import { createApiToken } from "../../../../src/access/api_tokens.ts";
import { COMMAND_LINE } from "../../../../src/access/operator.ts";
import { beginSession, sessionCookie } from "../../../../src/access/sessions.ts";
import { createUser } from "../../../../src/access/users.ts";
import { type TestRuntime, withRuntime } from "../../../support/runtime.ts";
import { testBy, testByFrom } from "../../api/support.ts";
import { errorOf } from "../artifacts/uploads.ts";
import { type Person, personWith, visitor } from "../support.ts";

const PASSWORD = "correct horse battery";
const NEXT = "a new pass phrase";

/** A person with a password, signed in with a browser, and another session of theirs. */
async function ada(runtime: TestRuntime) {
  const user = await createUser(runtime, COMMAND_LINE, {
    username: "ada",
    email: "ada@example.com",
    fullName: "Ada Lovelace",
    isActive: true,
    isSuperuser: false,
    isServiceAccount: false,
    roles: [],
    password: PASSWORD,
  });
  const session = async (userAgent: string, ip: string) => {
    const begun = await beginSession(runtime, testByFrom({ userAgent, ip }), { ...user, grants: [] });
    const cookie = `${sessionCookie(runtime.config).name}=${begun.cookie}`;
    const { get, post } = visitor(runtime, { Cookie: cookie });
    return {
      get,
      post: (path: string, fields: Record<string, string> = {}) =>
        post(path, { csrf_token: begun.csrfToken, ...fields }),
    };
  };
  const here = await session("Mozilla/5.0 (Macintosh; Intel Mac OS X) Version/19.0 Safari/605.1.15", "192.0.2.1");
  const phone = await session("Mozilla/5.0 (iPhone; CPU iPhone OS 26_0) CriOS/140.0 Safari/604.1", "192.0.2.2");
  return { user, here, phone };
}

const endActions = (text: string) =>
  [...text.matchAll(/action="(\/account\/sessions\/[0-9a-f]{64}\/end\/)"/g)].map(([, path = ""]) => path);

Deno.test("a person changes their own password with the current one, and their other sessions end", () =>
  withRuntime(async (runtime) => {
    const { here, phone } = await ada(runtime);
    const { text } = await here.get("/account/");
    assert.match(text, /<dt>Full name<\/dt><dd>Ada Lovelace<\/dd>/);
    assert.match(text, /href="\/account\/" aria-current="page">ada</);
    const change = (fields: Record<string, string>) =>
      here.post("/account/password/", { current_password: PASSWORD, password: NEXT, repeated: NEXT, ...fields });
    assert.equal(
      errorOf((await change({ current_password: "wrong" })).text, "current_password"),
      "This is not your current password.",
    );
    assert.equal(
      errorOf((await change({ repeated: "other" })).text, "repeated"),
      "The two new passwords are different.",
    );
    const short = await change({ password: "short", repeated: "short" });
    assert.equal(short.status, 400);
    assert.match(errorOf(short.text, "password"), /12 characters/);
    assert.doesNotMatch(short.text, /value="(short|correct)/);
    assert.equal((await phone.get("/account/")).status, 200);
    const changed = await change({});
    assert.deepEqual([changed.status, changed.location], [303, "/account/?done=password"]);
    // A new session for this browser, none for the other and the one before.
    assert.equal((await phone.get("/account/")).status, 303);
    assert.equal((await here.get("/account/")).status, 303);
    const [, cookie = ""] = /(__Host-espalier=[^;]+)/.exec(changed.headers.get("Set-Cookie") ?? "") ?? [];
    const again = await visitor(runtime, { Cookie: cookie }).get("/account/?done=password");
    assert.match(again.text, /Password changed\. Your other sessions have ended\./);
  }));

Deno.test("users see their own sessions and end them, and no others", () =>
  withRuntime(async (runtime) => {
    const { here, phone } = await ada(runtime);
    const other = await personWith(runtime, "superuser");
    const { text } = await here.get("/account/");
    assert.match(text, /<td>Safari on Mac<\/td><td>192\.0\.2\.1<\/td>[\s\S]*This session/);
    assert.match(text, /<td>Chrome on iPhone<\/td><td>192\.0\.2\.2<\/td>/);
    const [end = "", ...more] = endActions(text);
    assert.deepEqual(more, []);
    const [mine = ""] = endActions((await phone.get("/account/")).text);
    assert.notEqual(mine, end);
    assert.equal((await other.post(end)).status, 404);
    assert.equal((await phone.get("/account/")).status, 200);
    assert.equal((await here.post(end)).location, "/account/?done=ended");
    assert.equal((await phone.get("/account/")).status, 303);
    assert.equal((await here.post(end)).status, 404);
    const third = await beginSession(
      runtime,
      testBy,
      { id: other.userId, username: "x", isSuperuser: true, grants: [] },
    );
    assert.equal((await other.post("/account/sessions/end-others/")).status, 303);
    const ended = visitor(runtime, { Cookie: `${sessionCookie(runtime.config).name}=${third.cookie}` });
    assert.equal((await ended.get("/account/")).status, 303);
    assert.equal((await other.get("/account/")).status, 200);
    assert.equal((await here.get("/account/")).status, 200);
    const [row] = await runtime.sql<
      { count: number }[]
    >`select count(*)::int as count from events where type = 'zentral_logout'`;
    assert.equal(row?.count, 2);
  }));

Deno.test("a person creates and deletes their own API tokens as their permissions allow", () =>
  withRuntime(async (runtime) => {
    const maker = await personWith(runtime, ["accounts.add_apitoken", "accounts.delete_apitoken"]);
    const other = await personWith(runtime, "superuser");
    const theirs = await createApiToken(runtime, COMMAND_LINE, {
      userId: other.userId,
      name: "theirs",
      expiresAt: null,
    });
    const shown = await maker.post("/account/tokens/", {
      name: "backup",
      expires_at: "2027-01-31",
      user: String(other.userId),
    });
    assert.equal(shown.status, 200);
    assert.match(shown.text, /id="token">ztlu_/);
    const { text } = await maker.get("/account/");
    assert.match(text, /<td>backup<\/td>/);
    assert.doesNotMatch(text, /theirs/);
    const [, path = ""] =
      /action="(\/account\/tokens\/[0-9a-f-]{36}\/delete\/)"[^>]*data-confirm="Delete the token backup\?/.exec(text) ??
        [];
    assert.equal((await maker.post(`/account/tokens/${theirs.row.id}/delete/`)).status, 404);
    assert.equal((await maker.post(path)).status, 303);
    assert.doesNotMatch((await maker.get("/account/")).text, /<td>backup<\/td>/);
    assert.match(
      errorOf((await maker.post("/account/tokens/", { name: "x", expires_at: "soon" })).text, "expires_at"),
      /^Datetime has wrong format\./,
    );

    const reader: Person = await personWith(runtime, []);
    const page = await reader.get("/account/");
    assert.match(page.text, /You do not have permission to create API tokens\./);
    assert.doesNotMatch(page.text, /Delete token|Create token/);
    assert.equal((await reader.post("/account/tokens/", { name: "x" })).status, 403);
  }));

Deno.test("browsers have the names that their users know", () => {
  const names: [string, string][] = [
    ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
    ["Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"],
    ["curl/8.0", "curl/8.0"],
    ["", "Unknown browser"],
  ];
  for (const [agent, words] of names) assert.equal(browserWords(agent), words);
});
