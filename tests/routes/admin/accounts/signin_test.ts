import assert from "node:assert/strict";
import { type BrowserCookies, signIn } from "../../../../src/access/sessions.ts";
import { completeSetup, ensureSetupToken } from "../../../../src/access/setup.ts";
import { Problem } from "../../../../src/errors.ts";
import { type TestRuntime, withRuntime } from "../../../support/runtime.ts";
import { testBy, testByFrom } from "../../api/support.ts";
import { visitor } from "../support.ts";

const PASSWORD = "correct horse battery staple";

async function withAda(runtime: TestRuntime) {
  const token = await ensureSetupToken(runtime);
  assert.ok(token !== null);
  await completeSetup(runtime, testBy, token, { username: "ada", password: PASSWORD });
  return visitor(runtime);
}

const cookieOf = (headers: Headers) => headers.get("Set-Cookie") ?? "";

Deno.test("signing in sets a cookie that scripts and other hosts cannot touch, and signing out ends the session", () =>
  withRuntime(async (runtime) => {
    const { post } = await withAda(runtime);
    const { status, location, headers } = await post("/signin/", {
      username: "ada",
      password: PASSWORD,
      next: "/tags/",
    });
    assert.deepEqual([status, location], [303, "/tags/"]);
    const cookie = cookieOf(headers);
    assert.match(cookie, /^__Host-espalier=/);
    for (const attribute of ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"]) assert.ok(cookie.includes(attribute));
    const signedIn = visitor(runtime, { Cookie: cookie.split(";")[0] ?? "" });
    const page = await signedIn.get("/");
    assert.equal(page.status, 200);
    const csrf = /name="csrf_token" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const out = await signedIn.post("/signout/", { csrf_token: csrf });
    assert.equal(out.location, "/signin/");
    assert.match(cookieOf(out.headers), /__Host-espalier=;.*Max-Age=0/);
    assert.equal((await signedIn.get("/")).location, "/signin/");
  }));

Deno.test("a wrong password, an unknown name and an account that is off get one and the same answer", () =>
  withRuntime(async (runtime) => {
    const { post } = await withAda(runtime);
    const answers = [];
    for (const [username, password] of [["ada", "not the password"], ["nobody", PASSWORD], ["", ""]] as const) {
      const { status, text, headers } = await post("/signin/", { username, password });
      assert.equal(cookieOf(headers), "");
      answers.push([status, text.replace(`value="${username}"`, "")]);
    }
    await runtime.sql`update users set is_active = false`;
    const { status, text } = await post("/signin/", { username: "ada", password: PASSWORD });
    answers.push([status, text.replace('value="ada"', "")]);
    assert.equal(answers[0]?.[0], 400);
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
  }));

Deno.test("guessing is stopped, even for the right password, until time has passed", () =>
  withRuntime(async (runtime) => {
    const { post } = await withAda(runtime);
    for (let attempt = 0; attempt < 10; attempt++) {
      assert.equal((await post("/signin/", { username: "ada", password: "wrong" })).status, 400);
    }
    const { status, headers } = await post("/signin/", { username: "ada", password: PASSWORD });
    assert.deepEqual([status, cookieOf(headers)], [429, ""]);
    runtime.clock.advance(16 * 60);
    assert.equal((await post("/signin/", { username: "ada", password: PASSWORD })).status, 303);
  }));

/** A sign-in of ada from an address. */
const attempt = (runtime: TestRuntime, ip: string, password: string, cookies: BrowserCookies = {}) =>
  signIn(runtime, testByFrom({ ip }), { username: "ada", password }, cookies)
    .then(({ browser }) => browser.cookie, (error) => error instanceof Problem ? error.code : "unexpected");

Deno.test("a stranger's wrong passwords lock an administrator out neither elsewhere nor in a known browser", () =>
  withRuntime(async (runtime) => {
    await withAda(runtime);
    const known = await attempt(runtime, "192.0.2.1", PASSWORD);
    for (let tries = 0; tries < 20; tries++) await attempt(runtime, "198.51.100.9", "wrong");
    assert.equal(await attempt(runtime, "198.51.100.9", PASSWORD), "too-many-requests");
    // From another address, and in the known browser even behind the stranger's address.
    assert.notEqual(await attempt(runtime, "192.0.2.7", PASSWORD), "too-many-requests");
    assert.equal(await attempt(runtime, "198.51.100.9", PASSWORD, { browser: known }), known);
  }));

Deno.test("a browser is known to its own user alone, until half a year has passed", () =>
  withRuntime(async (runtime) => {
    await withAda(runtime);
    const known = await attempt(runtime, "192.0.2.1", PASSWORD);
    const lockOut = async () => {
      for (let tries = 0; tries < 11; tries++) await attempt(runtime, "192.0.2.1", "wrong");
    };
    await lockOut();
    // A made-up cookie, and one of another user, are no known browser.
    assert.equal(await attempt(runtime, "192.0.2.1", PASSWORD, { browser: "A".repeat(43) }), "too-many-requests");
    await runtime.sql`insert into users (username, created_at, updated_at) values ('eve', now(), now())`;
    await runtime.sql`update known_browsers set user_id = (select id from users where username = 'eve')`;
    assert.equal(await attempt(runtime, "192.0.2.1", PASSWORD, { browser: known }), "too-many-requests");
    await runtime.sql`update known_browsers set user_id = (select id from users where username = 'ada')`;
    assert.equal(await attempt(runtime, "192.0.2.1", PASSWORD, { browser: known }), known);
    runtime.clock.advance(181 * 86_400);
    await lockOut();
    assert.equal(await attempt(runtime, "192.0.2.1", PASSWORD, { browser: known }), "too-many-requests");
  }));

Deno.test("the page sets the browser's cookie, and accepts it at the next sign-in", () =>
  withRuntime(async (runtime) => {
    const { post } = await withAda(runtime);
    const first = await post("/signin/", { username: "ada", password: PASSWORD });
    const cookie = first.headers.getSetCookie().find((one) => one.startsWith("__Host-espalier-browser="));
    assert.match(cookie ?? "", /HttpOnly/);
    const again = visitor(runtime, { Cookie: cookie?.split(";")[0] ?? "" });
    for (let tries = 0; tries < 11; tries++) await post("/signin/", { username: "ada", password: "wrong" });
    assert.equal((await post("/signin/", { username: "ada", password: PASSWORD })).status, 429);
    assert.equal((await again.post("/signin/", { username: "ada", password: PASSWORD })).status, 303);
  }));

Deno.test("the sign-in never redirects to another site", () =>
  withRuntime(async (runtime) => {
    const { get, post } = await withAda(runtime);
    for (
      const next of [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "/\t/evil",
        "",
      ]
    ) {
      assert.match((await get(`/signin/?next=${encodeURIComponent(next)}`)).text, /name="next" value="\/"/, next);
      assert.equal((await post("/signin/", { username: "ada", password: PASSWORD, next })).location, "/", next);
    }
  }));

Deno.test("another site cannot sign a user in", () =>
  withRuntime(async (runtime) => {
    const { post } = await withAda(runtime);
    const form = { username: "ada", password: PASSWORD };
    for (const site of ["cross-site", "same-site", "none"]) {
      const { headers, text } = await post("/signin/", form, { "Sec-Fetch-Site": site });
      assert.equal(cookieOf(headers), "");
      assert.match(text, /was not sent from a page of this server/);
    }
  }));

Deno.test("the first run works once, with the printed token only", () =>
  withRuntime(async (runtime) => {
    const { get, post } = visitor(runtime);
    assert.equal((await get("/devices/")).location, "/setup/");
    assert.equal((await get("/signin/")).location, "/setup/");
    const token = await ensureSetupToken(runtime) ?? "";
    assert.ok((await get(`/setup/?token=${token}`)).text.includes(`value="${token}"`));
    const ada = { username: "ada", password: PASSWORD };
    const wrong = await post("/setup/", { ...ada, token: "guessed" });
    assert.deepEqual([wrong.status, cookieOf(wrong.headers)], [400, ""]);
    assert.match(wrong.text, /this setup token is not valid/);
    assert.match((await post("/setup/", { ...ada, token, password: "short" })).text, /12 characters/);
    assert.equal(cookieOf((await post("/setup/", { ...ada, token }, { "Sec-Fetch-Site": "cross-site" })).headers), "");
    const done = await post("/setup/", { ...ada, token });
    assert.deepEqual([done.status, done.location], [303, "/"]);
    assert.match(cookieOf(done.headers), /^__Host-espalier=/);
    const again = await post("/setup/", { username: "eve", password: PASSWORD, token });
    assert.deepEqual([again.status, cookieOf(again.headers)], [400, ""]);
    assert.equal((await get(`/setup/?token=${token}`)).location, "/signin/");
  }));
