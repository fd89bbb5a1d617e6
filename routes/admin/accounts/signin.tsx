/**
 * Signing in and out, and the first run.
 *
 * @module
 */

import type { Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Context } from "hono";
import { isSameOrigin } from "../../../src/access/csrf.ts";
import { browserCookie } from "../../../src/access/known_browser.ts";
import { beginSession, sessionCookie, signIn, signOut } from "../../../src/access/sessions.ts";
import { completeSetup, isSetupPending } from "../../../src/access/setup.ts";
import { Problem, problem } from "../../../src/errors.ts";
import type { AppEnv } from "../../context.ts";
import { Field, FormErrors } from "../parts/components.tsx";
import {
  action,
  type Form,
  type FormState,
  type Page,
  readForm,
  redirect,
  refusal,
  render,
  visitorOf,
} from "../parts/page.tsx";
import { keepSession } from "./session_cookies.ts";

/** Where to go after signing in: a path of ours, never another site. */
function nextPath(text: string): string {
  return !text.startsWith("//") && /^\/[A-Za-z0-9\-._~%/?&=+]*$/.test(text) ? text : "/";
}

/** The size limit in bytes of forms that anyone may send. */
const STRANGERS_FORM = 16 * 1024;

/**
 * The form of a person who is not signed in. Its origin, a page of ours, replaces the CSRF token, and is checked before
 * any of the form is read. The attack: megabytes of fields from anywhere.
 */
async function readStrangersForm(c: Context<AppEnv>): Promise<Form> {
  if (!isSameOrigin(c.req.raw.headers, c.get("runtime").config.BASE_URL)) throw problem("csrf");
  return await readForm(c, STRANGERS_FORM);
}

function signInPage(next: string, state?: FormState): Page {
  return {
    title: "Sign in",
    body: (
      <form class="stack" method="post" action="/signin/">
        <FormErrors state={state} />
        <input type="hidden" name="next" value={next} />
        <Field name="username" label="User name" autocomplete="username" required autofocus state={state} />
        <Field name="password" label="Password" type="password" autocomplete="current-password" required />
        <button type="submit">Sign in</button>
      </form>
    ),
  };
}

function setupPage(token: string, state?: FormState): Page {
  return {
    title: "Welcome to Espalier",
    body: (
      <>
        <p>
          Create the first administrator. The server printed the setup token when it started. The token works once.
        </p>
        <form class="stack" method="post" action="/setup/">
          <FormErrors state={state} />
          <Field
            name="token"
            label="Setup token"
            value={token}
            required
            autocomplete="off"
            spellcheck={false}
            state={state}
          />
          <Field name="username" label="User name" autocomplete="username" required state={state} />
          <Field
            name="password"
            label="Password"
            type="password"
            autocomplete="new-password"
            required
            help="At least 12 characters."
            state={state}
          />
          <button type="submit">Create administrator</button>
        </form>
      </>
    ),
  };
}

/** The text of a refusal on a form. */
function stateOf(error: unknown, form: Form): FormState | undefined {
  if (!(error instanceof Problem)) return undefined;
  return { values: form, errors: error.details.fields ?? { non_field_errors: [error.message] } };
}

/** Mounts the pages. */
export function mountSignIn(app: Hono<AppEnv>): void {
  app.get("/signin/", async (c) => {
    if (await isSetupPending(c.get("runtime"))) return redirect(c, "/setup/");
    return render(c, signInPage(nextPath(c.req.query("next") ?? "/")));
  });
  app.post("/signin/", async (c) => {
    let form: Form | undefined;
    try {
      form = await readStrangersForm(c);
      const { config } = c.get("runtime");
      const cookies = {
        session: getCookie(c, sessionCookie(config).name),
        browser: getCookie(c, browserCookie(config).name),
      };
      const credentials = { username: form.text("username"), password: form.raw("password") };
      keepSession(c, await signIn(c.get("runtime"), visitorOf(c), credentials, cookies));
      return redirect(c, nextPath(form.text("next")));
    } catch (error) {
      const state = form === undefined ? undefined : stateOf(error, form);
      if (state === undefined || form === undefined) return refusal(c, error, undefined);
      const status = error instanceof Problem && error.status === 429 ? 429 : 400;
      return render(c, { ...signInPage(nextPath(form.text("next")), state), status });
    }
  });
  action(app, "/signout/", null, async ({ runtime, by }, _form, c) => {
    const { name, options } = sessionCookie(runtime.config);
    await signOut(runtime, by, getCookie(c, name));
    setCookie(c, name, "", { ...options, maxAge: 0 });
    return "/signin/";
  });
  app.get("/setup/", async (c) => {
    if (!await isSetupPending(c.get("runtime"))) return redirect(c, "/signin/");
    // In the fragment-free address only because it is printed for one use.
    return render(c, setupPage(c.req.query("token") ?? ""));
  });
  app.post("/setup/", async (c) => {
    const runtime = c.get("runtime");
    let form: Form | undefined;
    try {
      form = await readStrangersForm(c);
      const input = { username: form.text("username"), password: form.raw("password") };
      const user = await completeSetup(runtime, visitorOf(c), form.text("token"), input);
      keepSession(c, await beginSession(runtime, visitorOf(c), { ...user, grants: [] }));
      return redirect(c, "/");
    } catch (error) {
      const state = form === undefined ? undefined : stateOf(error, form);
      if (state === undefined || form === undefined) return refusal(c, error, undefined);
      return render(c, { ...setupPage(form.text("token"), state), status: 400 });
    }
  });
}
