/**
 * The page of the signed-in person: their password, sessions and API tokens.
 *
 * @module
 */

import { getCookie } from "hono/cookie";
import type { Context, Hono } from "hono";
import { findApiToken, listApiTokens } from "../../../db/access/api_tokens.ts";
import { findUser } from "../../../db/access/users.ts";
import { createApiToken, deleteApiToken } from "../../../src/access/api_tokens.ts";
import { changeOwnPassword } from "../../../src/access/own_password.ts";
import { endOtherSessions, endOwnSession, listOwnSessions, type OwnSession } from "../../../src/access/own_sessions.ts";
import { sessionCookie } from "../../../src/access/sessions.ts";
import { invalid, problem } from "../../../src/errors.ts";
import type { AppEnv } from "../../context.ts";
import {
  ActionButton,
  Chip,
  counted,
  Csrf,
  Expiry,
  Fact,
  Field,
  FormErrors,
  Table,
  Time,
} from "../parts/components.tsx";
import { underAccount } from "../parts/crumbs.ts";
import { action, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";
import { browserWords } from "./browser_words.ts";
import { keepSession } from "./session_cookies.ts";
import { newTokenPage, TokenFields, tokenOf } from "./token_parts.tsx";

const MANY = { limit: 500, offset: 0 } as const;

const cookieOf = (context: PageContext, c: Context<AppEnv>) => getCookie(c, sessionCookie(context.runtime.config).name);

function PasswordForm({ context, state }: { context: PageContext; state: FormState | undefined }) {
  return (
    <form class="stack" method="post" action="/account/password/">
      <Csrf context={context} />
      <FormErrors state={state} />
      <Field
        name="current_password"
        label="Current password"
        type="password"
        autocomplete="current-password"
        required
        state={state}
      />
      <Field
        name="password"
        label="New password"
        type="password"
        autocomplete="new-password"
        help="At least 12 characters."
        required
        state={state}
      />
      <Field
        name="repeated"
        label="New password, repeated"
        type="password"
        autocomplete="new-password"
        required
        state={state}
      />
      <small class="faint">Your other sessions end. API tokens continue to work.</small>
      <button type="submit">Change password</button>
    </form>
  );
}

function Sessions({ context, sessions }: { context: PageContext; sessions: readonly OwnSession[] }) {
  const now = context.runtime.clock.now();
  return (
    <>
      <Table
        caption={counted(sessions.length, "session")}
        head={["Browser", "Address", "Signed in", "Last used", ""]}
        empty="There are no sessions."
        rows={sessions.map(({ id, userAgent, ip, createdAt, lastSeenAt, current }) => (
          <tr>
            <td>{browserWords(userAgent)}</td>
            <td>{ip}</td>
            <td>
              <Time at={createdAt} now={now} />
            </td>
            <td>
              <Time at={lastSeenAt} now={now} />
            </td>
            <td>
              {current ? <Chip tone="good">This session</Chip> : (
                <ActionButton
                  context={context}
                  action={`/account/sessions/${id}/end/`}
                  label="End session"
                  tone="quiet"
                />
              )}
            </td>
          </tr>
        ))}
      />
      {sessions.some(({ current }) => !current)
        ? (
          <ActionButton
            context={context}
            action="/account/sessions/end-others/"
            label="End all other sessions"
            tone="plain"
          />
        )
        : null}
    </>
  );
}

async function Tokens({ context, state }: { context: PageContext; state: FormState | undefined }) {
  const now = context.runtime.clock.now();
  const tokens = await listApiTokens(context.runtime.sql, { userId: context.by.actor.userId, ...MANY });
  return (
    <>
      <Table
        caption={counted(tokens.count, "token")}
        head={["Name", "Last used", "Expires", ""]}
        empty="You have no API tokens."
        rows={tokens.rows.map(({ id, name, lastUsedAt, expiresAt }) => (
          <tr>
            <td>{name}</td>
            <td>
              <Time at={lastUsedAt} now={now} />
            </td>
            <td>{expiresAt === null ? "never" : <Expiry at={expiresAt} now={now} />}</td>
            <td>
              {context.may("accounts.delete_apitoken")
                ? (
                  <ActionButton
                    context={context}
                    action={`/account/tokens/${id}/delete/`}
                    label="Delete token"
                    tone="quiet"
                    confirm={`Delete the token ${name}? Scripts that use it stop working.`}
                  />
                )
                : null}
            </td>
          </tr>
        ))}
      />
      {context.may("accounts.add_apitoken")
        ? (
          <form class="stack" method="post" action="/account/tokens/">
            <Csrf context={context} />
            <FormErrors state={state} />
            <TokenFields state={state} />
            <button type="submit">Create token</button>
          </form>
        )
        : <p class="faint">You do not have permission to create API tokens.</p>}
    </>
  );
}

/** The forms of the page that can be refused. */
type Refused = { password?: FormState; token?: FormState };

async function accountPage(context: PageContext, c: Context<AppEnv>, refused: Refused = {}): Promise<Page> {
  const { runtime, by: { actor } } = context;
  const [user, sessions] = await Promise.all([
    findUser(runtime.sql, actor.userId),
    listOwnSessions(runtime, context.by, cookieOf(context, c)),
  ]);
  return {
    title: "Your account",
    body: (
      <>
        <section class="card">
          <dl class="facts">
            <Fact name="User name">{actor.username}</Fact>
            <Fact name="Full name">{user?.fullName}</Fact>
            <Fact name="Email">{user?.email}</Fact>
            <Fact name="Kind">{actor.isSuperuser ? "superuser" : "user"}</Fact>
          </dl>
        </section>
        <h2>Password</h2>
        <PasswordForm context={context} state={refused.password} />
        <h2>Sessions</h2>
        <Sessions context={context} sessions={sessions} />
        <h2>API tokens</h2>
        <p>
          A token has your permissions. The API is described at <a href="/api/docs/">/api/docs/</a>.
        </p>
        {await Tokens({ context, state: refused.token })}
      </>
    ),
  };
}

/** Throws `not-found` unless the token is the person's own. */
async function mustBeOwnToken(context: PageContext): Promise<string> {
  const id = context.uuid();
  const token = await findApiToken(context.runtime.sql, id);
  if (token?.userId !== context.by.actor.userId) throw problem("not-found");
  return id;
}

/** Mounts the page. */
export function mountAccount(app: Hono<AppEnv>): void {
  page(app, "/account/", null, (context, c) => accountPage(context, c));
  action(app, "/account/password/", null, async (context, form, c) => {
    const next = form.raw("password");
    if (next !== form.raw("repeated")) throw invalid({ repeated: ["The two new passwords are different."] });
    const passwords = { current: form.raw("current_password"), next };
    keepSession(c, await changeOwnPassword(context.runtime, context.by, passwords));
    return "/account/?done=password";
  }, (context, state, c) => accountPage(context, c, { password: state }));
  action(app, "/account/sessions/:id/end/", null, async (context) => {
    await endOwnSession(context.runtime, context.by, context.param("id"));
    return "/account/?done=ended";
  });
  action(app, "/account/sessions/end-others/", null, async (context, _form, c) => {
    await endOtherSessions(context.runtime, context.by, cookieOf(context, c));
    return "/account/?done=ended";
  });
  action(app, "/account/tokens/", "accounts.add_apitoken", async (context, form) => {
    // Whatever the request names as user: this page is for the person's own account.
    const input = { ...await tokenOf(context, form), userId: context.by.actor.userId };
    const { token } = await createApiToken(context.runtime, context.by, input);
    return newTokenPage(token, underAccount());
  }, (context, state, c) => accountPage(context, c, { token: state }));
  action(app, "/account/tokens/:id/delete/", "accounts.delete_apitoken", async (context) => {
    await deleteApiToken(context.runtime, context.by, await mustBeOwnToken(context));
    return "/account/?done=deleted";
  });
}
