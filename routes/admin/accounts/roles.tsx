/**
 * Roles: named sets of permissions.
 *
 * @module
 */

import type { Hono } from "hono";
import { findRole, listRoles, type RoleRow } from "../../../db/access/roles.ts";
import { holdsAllOf } from "../../../src/access/delegation.ts";
import { PERMISSIONS } from "../../../src/access/permissions.ts";
import { roleInput } from "../../../src/access/role_input.ts";
import { createRole, deleteRole, updateRole } from "../../../src/access/roles.ts";
import { problem } from "../../../src/errors.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import { ActionButton, Csrf, Field, FormErrors, Table } from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { Errors } from "../parts/form_parts.tsx";
import { limitsOf } from "../parts/limits.ts";
import { action, type Form, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";

const APPS = [...new Set(PERMISSIONS.map(({ app }) => app))];

/** Reads the form. Throws `invalid`. */
const inputOf = (form: Form) =>
  parseOrRefuse(roleInput, { name: form.value("name"), permissions: form.texts("permissions") });

function RoleForm({ context, role, state }: {
  context: PageContext;
  role?: RoleRow;
  state: FormState | undefined;
}) {
  const held = new Set(state?.values.texts("permissions") ?? role?.permissions ?? []);
  return (
    <form class="stack" method="post" action={role === undefined ? "/roles/" : `/roles/${role.id}/`}>
      <Csrf context={context} />
      <FormErrors state={state} />
      <Field
        name="name"
        label="Name"
        required
        {...limitsOf(roleInput.shape.name)}
        value={role?.name ?? ""}
        state={state}
      />
      <Errors name="permissions" state={state} />
      {APPS.map((app) => (
        <details open={PERMISSIONS.some((one) => one.app === app && held.has(one.permission))}>
          <summary>{`Permissions: ${app}`}</summary>
          <fieldset>
            <legend>{app}</legend>
            {PERMISSIONS.filter((one) => one.app === app).map(({ permission, label }) => (
              <label class="check">
                <input type="checkbox" name="permissions" value={permission} checked={held.has(permission)} /> {label}
              </label>
            ))}
          </fieldset>
        </details>
      ))}
      <button type="submit">{role === undefined ? "Create role" : "Save"}</button>
    </form>
  );
}

async function rolesPage(context: PageContext, state?: FormState): Promise<Page> {
  const { rows } = await listRoles(context.runtime.sql, { limit: 500, offset: 0 });
  return {
    title: "Roles",
    body: (
      <>
        <p>A role is a set of permissions. A user with several roles has the permissions of all of them.</p>
        <Table
          caption={rows.length === 1 ? "1 role" : `${rows.length} roles`}
          head={["Name", "Permissions"]}
          empty="There are no roles."
          rows={rows.map((role) => (
            <tr>
              <td>
                <a href={`/roles/${role.id}/`}>{role.name}</a>
              </td>
              <td>{String(role.permissions.length)}</td>
            </tr>
          ))}
        />
        {context.may("accounts.add_role")
          ? (
            <>
              <h2>Create a role</h2>
              <RoleForm context={context} state={state} />
            </>
          )
          : null}
      </>
    ),
  };
}

async function rolePage(context: PageContext, state?: FormState): Promise<Page> {
  const role = await findRole(context.runtime.sql, context.id());
  if (role === undefined) throw problem("not-found");
  const holds = holdsAllOf(context.by.actor, { isSuperuser: false, permissions: role.permissions });
  return {
    title: role.name,
    parents: under("/roles/"),
    body: (
      <>
        {holds && context.may("accounts.change_role")
          ? <RoleForm context={context} role={role} state={state} />
          : <ul>{role.permissions.map((permission) => <li>{permission}</li>)}</ul>}
        {holds && context.may("accounts.delete_role")
          ? (
            <>
              <h2>Delete</h2>
              <ActionButton
                context={context}
                action={`/roles/${role.id}/delete/`}
                label="Delete role"
                tone="danger"
                confirm={`Delete the role ${role.name}? Its users lose these permissions.`}
              />
            </>
          )
          : null}
      </>
    ),
  };
}

/** Mounts the pages. */
export function mountRoles(app: Hono<AppEnv>): void {
  page(app, "/roles/", "accounts.view_role", (context) => rolesPage(context));
  action(app, "/roles/", "accounts.add_role", async (context, form) => {
    const role = await createRole(context.runtime, context.by, await inputOf(form));
    return `/roles/${role.id}/?done=created`;
  }, rolesPage);
  page(app, "/roles/:id/", "accounts.view_role", (context) => rolePage(context));
  action(app, "/roles/:id/", "accounts.change_role", async (context, form) => {
    await updateRole(context.runtime, context.by, context.id(), await inputOf(form));
    return `/roles/${context.id()}/?done=saved`;
  }, rolePage);
  action(app, "/roles/:id/delete/", "accounts.delete_role", async (context) => {
    await deleteRole(context.runtime, context.by, context.id());
    return "/roles/?done=deleted";
  });
}
