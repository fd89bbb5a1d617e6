/**
 * Users and API tokens.
 *
 * @module
 */

import type { Hono } from "hono";
import { listApiTokens } from "../../../db/access/api_tokens.ts";
import { listRoles } from "../../../db/access/roles.ts";
import { findUser, listUsers, type UserRow } from "../../../db/access/users.ts";
import { createApiToken, deleteApiToken } from "../../../src/access/api_tokens.ts";
import { holdsAllOf } from "../../../src/access/delegation.ts";
import { userFields, userInput } from "../../../src/access/user_input.ts";
import { createUser, deleteUser, updateUser, type UserInput } from "../../../src/access/users.ts";
import { problem } from "../../../src/errors.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import {
  ActionButton,
  Chip,
  counted,
  Csrf,
  Expiry,
  Field,
  FormErrors,
  Select,
  Table,
  Time,
} from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { Check, Checks } from "../parts/form_parts.tsx";
import { limitsOf } from "../parts/limits.ts";
import { action, type Form, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";
import { newTokenPage, TokenFields, tokenOf } from "./token_parts.tsx";

const MANY = { limit: 500, offset: 0 } as const;

const { username, full_name } = userFields.shape;

/** Reads the form. Throws `invalid`. */
async function inputOf(form: Form): Promise<UserInput> {
  return await parseOrRefuse(userInput, {
    username: form.value("username"),
    email: form.value("email"),
    full_name: form.value("full_name"),
    is_active: form.has("is_active"),
    is_superuser: form.has("is_superuser"),
    is_service_account: form.has("is_service_account"),
    roles: form.pks("roles"),
    password: form.raw("password") || undefined,
  });
}

async function UserForm({ context, user, state }: {
  context: PageContext;
  user?: UserRow;
  state: FormState | undefined;
}) {
  const roles = await listRoles(context.runtime.sql, MANY);
  return (
    <form class="stack" method="post" action={user === undefined ? "/users/" : `/users/${user.id}/`}>
      <Csrf context={context} />
      <FormErrors state={state} />
      <Field
        name="username"
        label="User name"
        required
        autocomplete="off"
        {...limitsOf(username)}
        value={user?.username ?? ""}
        state={state}
      />
      <Field name="full_name" label="Full name" {...limitsOf(full_name)} value={user?.fullName ?? ""} state={state} />
      <Field name="email" label="Email" type="email" value={user?.email ?? ""} state={state} />
      <Field
        name="password"
        label="Password"
        type="password"
        autocomplete="new-password"
        help={user === undefined
          ? "A user without a password cannot sign in."
          : "If empty, the password does not change."}
        state={state}
      />
      <fieldset>
        <legend>Account</legend>
        <Check name="is_active" label="Active" value={user?.isActive ?? true} state={state} />
        <Check
          name="is_superuser"
          label="Superuser: has every permission"
          value={user?.isSuperuser ?? false}
          state={state}
        />
        <Check
          name="is_service_account"
          label="Service account: uses API tokens, cannot sign in"
          value={user?.isServiceAccount ?? false}
          state={state}
        />
      </fieldset>
      {roles.rows.length === 0 ? null : (
        <Checks
          name="roles"
          legend="Roles"
          options={roles.rows.map(({ id, name }) => [String(id), name] as const)}
          values={(user?.roles ?? []).map(String)}
          state={state}
        />
      )}
      <button type="submit">{user === undefined ? "Create user" : "Save"}</button>
    </form>
  );
}

async function usersPage(context: PageContext, state?: FormState): Promise<Page> {
  const { runtime } = context;
  const { rows } = await listUsers(runtime.sql, MANY);
  const now = runtime.clock.now();
  return {
    title: "Users",
    body: (
      <>
        <Table
          caption={counted(rows.length, "account")}
          head={["Name", "Kind", "Last sign-in", "State"]}
          empty="There are no users."
          rows={rows.map((user) => (
            <tr>
              <td>
                <a href={`/users/${user.id}/`}>{user.username}</a>
                <div class="faint small">{user.fullName || user.email}</div>
              </td>
              <td>{user.isServiceAccount ? "service account" : user.isSuperuser ? "superuser" : "user"}</td>
              <td>
                <Time at={user.lastLoginAt} now={now} />
              </td>
              <td>{user.isActive ? <Chip tone="good">Active</Chip> : <Chip>Inactive</Chip>}</td>
            </tr>
          ))}
        />
        {context.may("accounts.add_user")
          ? (
            <>
              <h2>Create a user</h2>
              {await UserForm({ context, state })}
            </>
          )
          : null}
      </>
    ),
  };
}

async function userPage(context: PageContext, state?: FormState): Promise<Page> {
  const user = await findUser(context.runtime.sql, context.id());
  if (user === undefined) throw problem("not-found");
  return {
    title: user.username,
    parents: under("/users/"),
    body: (
      <>
        {context.may("accounts.change_user")
          ? await UserForm({ context, user, state })
          : <p>{user.fullName || user.email}</p>}
        {context.may("accounts.delete_user")
          ? (
            <>
              <h2>Delete</h2>
              <ActionButton
                context={context}
                action={`/users/${user.id}/delete/`}
                label="Delete user"
                tone="danger"
                confirm={`Delete ${user.username} and all their tokens?`}
              />
            </>
          )
          : null}
      </>
    ),
  };
}

async function tokensPage(context: PageContext, state?: FormState): Promise<Page> {
  const { runtime } = context;
  const [tokens, users] = await Promise.all([listApiTokens(runtime.sql, MANY), listUsers(runtime.sql, MANY)]);
  const now = runtime.clock.now();
  const owners = new Map(users.rows.map((user) => [user.id, user]));
  const holds = (userId: number) => {
    const owner = owners.get(userId);
    return owner !== undefined && holdsAllOf(context.by.actor, owner);
  };
  return {
    title: "API tokens",
    body: (
      <>
        <p>
          A token has the permissions of its user. The API is described at <a href="/api/docs/">/api/docs/</a>.
        </p>
        <Table
          caption={counted(tokens.rows.length, "token")}
          head={["Name", "User", "Last used", "Expires", ""]}
          empty="There are no tokens."
          rows={tokens.rows.map((token) => (
            <tr>
              <td>{token.name}</td>
              <td>{owners.get(token.userId)?.username ?? ""}</td>
              <td>
                <Time at={token.lastUsedAt} now={now} />
              </td>
              <td>{token.expiresAt === null ? "never" : <Expiry at={token.expiresAt} now={now} />}</td>
              <td>
                {context.may("accounts.delete_apitoken") && holds(token.userId)
                  ? (
                    <ActionButton
                      context={context}
                      action={`/tokens/${token.id}/delete/`}
                      label="Revoke"
                      tone="quiet"
                      confirm={`Revoke the token ${token.name}? Scripts that use it stop working.`}
                    />
                  )
                  : null}
              </td>
            </tr>
          ))}
        />
        {context.may("accounts.add_apitoken")
          ? (
            <>
              <h2>Create a token</h2>
              <form class="stack" method="post" action="/tokens/">
                <Csrf context={context} />
                <FormErrors state={state} />
                <TokenFields state={state} />
                <Select
                  name="user"
                  label="User"
                  value={String(context.by.actor.userId)}
                  options={users.rows.map((user) => [String(user.id), user.username] as const)}
                  state={state}
                />
                <button type="submit">Create token</button>
              </form>
            </>
          )
          : null}
      </>
    ),
  };
}

/** Mounts the pages. */
export function mountAccess(app: Hono<AppEnv>): void {
  page(app, "/users/", "accounts.view_user", (context) => usersPage(context));
  action(app, "/users/", "accounts.add_user", async (context, form) => {
    const user = await createUser(context.runtime, context.by, await inputOf(form));
    return `/users/${user.id}/?done=created`;
  }, usersPage);
  page(app, "/users/:id/", "accounts.view_user", (context) => userPage(context));
  action(app, "/users/:id/", "accounts.change_user", async (context, form) => {
    await updateUser(context.runtime, context.by, context.id(), await inputOf(form));
    return `/users/${context.id()}/?done=saved`;
  }, userPage);
  action(app, "/users/:id/delete/", "accounts.delete_user", async (context) => {
    await deleteUser(context.runtime, context.by, context.id());
    return "/users/?done=deleted";
  });
  page(app, "/tokens/", "accounts.view_apitoken", (context) => tokensPage(context));
  action(app, "/tokens/", "accounts.add_apitoken", async (context, form) => {
    const { token } = await createApiToken(context.runtime, context.by, await tokenOf(context, form));
    return newTokenPage(token, under("/tokens/"));
  }, tokensPage);
  action(app, "/tokens/:id/delete/", "accounts.delete_apitoken", async (context) => {
    await deleteApiToken(context.runtime, context.by, context.uuid());
    return "/tokens/?done=deleted";
  });
}
