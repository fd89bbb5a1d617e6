/**
 * Roles: named sets of permissions.
 *
 * @module
 */

import type { Hono } from "hono";
import { listMetaBusinessUnits } from "../../../db/tags/meta_business_units.ts";
import { listTags } from "../../../db/tags/tags.ts";
import { findRole, listRoles, type RoleRow } from "../../../db/access/roles.ts";
import { holdsAllOf, isLimited } from "../../../src/access/delegation.ts";
import { PERMISSIONS } from "../../../src/access/permissions.ts";
import { roleFields, roleInput } from "../../../src/access/role_input.ts";
import { PRESET_NAMES, ROLE_PRESETS } from "../../../src/access/role_presets.ts";
import { createRole, deleteRole, updateRole } from "../../../src/access/roles.ts";
import { commandsWith } from "../../../src/commands/registry.ts";
import { problem } from "../../../src/errors.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import { ActionButton, counted, Csrf, Field, FormErrors, Select, Table } from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { Checks, Errors } from "../parts/form_parts.tsx";
import { limitsOf } from "../parts/limits.ts";
import { action, type Form, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";

const APPS = [...new Set(PERMISSIONS.map(({ app }) => app))];

const MANY = { limit: 500, offset: 0 } as const;

/** The commands that operators can send, by name; those that destroy something apart. */
const SENT_BY_HAND = [...new Set([...commandsWith("endpoint"), ...commandsWith("form")].map(({ command }) => command))]
  .sort((one, other) => (one.name < other.name ? -1 : 1));
const COMMAND_GROUPS = [
  { legend: "Commands", commands: SENT_BY_HAND.filter(({ form }) => form?.danger !== true) },
  { legend: "Destructive commands", commands: SENT_BY_HAND.filter(({ form }) => form?.danger === true) },
];
const OFFERED = new Set(SENT_BY_HAND.map(({ name }) => name));

/** Reads the form. Throws `invalid`. */
const inputOf = (form: Form) =>
  parseOrRefuse(roleInput, {
    name: form.value("name"),
    permissions: form.texts("permissions"),
    commands: form.text("every_command") === "listed" ? form.texts("commands") : null,
    limited_to_tags: form.pks("limited_to_tags"),
    limited_to_business_units: form.pks("limited_to_business_units"),
  });

/** The values that the form begins with. */
type Shown = Pick<RoleRow, "name" | "permissions" | "commands" | "limitedToTags" | "limitedToBusinessUnits">;

const nameOf = ({ name, form }: typeof SENT_BY_HAND[number]) =>
  [name, form === undefined || form.label === name ? name : `${form.label} (${name})`] as const;

async function RoleForm({ context, role, shown, state }: {
  context: PageContext;
  role?: RoleRow;
  shown?: Shown | undefined;
  state: FormState | undefined;
}) {
  const { sql } = context.runtime;
  const [tags, units] = await Promise.all([listTags(sql, MANY), listMetaBusinessUnits(sql, MANY)]);
  const held = new Set(state?.values.texts("permissions") ?? shown?.permissions ?? []);
  const listed = shown?.commands ?? null;
  // Others come from the API: saving the form keeps them.
  const others = (listed ?? []).filter((name) => !OFFERED.has(name));
  return (
    <form class="stack" method="post" action={role === undefined ? "/roles/" : `/roles/${role.id}/`}>
      <Csrf context={context} />
      <FormErrors state={state} />
      <Field
        name="name"
        label="Name"
        required
        {...limitsOf(roleFields.shape.name)}
        value={shown?.name ?? ""}
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
      <Select
        name="every_command"
        label="Commands that the role may send"
        value={listed === null ? "all" : "listed"}
        options={[["all", "Every command"], ["listed", "Only the commands below"]]}
        help="Applies to the permission “add device commands”. Several roles are united."
        state={state}
      />
      <Errors name="commands" state={state} />
      <details open={listed !== null}>
        <summary>Commands</summary>
        {COMMAND_GROUPS.map(({ legend, commands }) => (
          <Checks name="commands" legend={legend} options={commands.map(nameOf)} values={listed ?? []} state={state} />
        ))}
        {others.length === 0 ? null : (
          <Checks
            name="commands"
            legend="Request types of custom commands"
            options={others.map((name) => [name, name] as const)}
            values={others}
            state={state}
          />
        )}
      </details>
      <details open={shown !== undefined && isLimited(shown)}>
        <summary>Limit to some devices</summary>
        <p>
          A role without a limit is for all devices. With tags or business units it is only for devices that have any of
          them, and can only have permissions for devices.
        </p>
        <Checks
          name="limited_to_tags"
          legend="Tags"
          options={tags.rows.map(({ id, name }) => [String(id), name] as const)}
          values={(shown?.limitedToTags ?? []).map(String)}
          empty="There are no tags."
          state={state}
        />
        <Checks
          name="limited_to_business_units"
          legend="Business units"
          options={units.rows.map(({ id, name }) => [String(id), name] as const)}
          values={(shown?.limitedToBusinessUnits ?? []).map(String)}
          empty="There are no business units."
          state={state}
        />
      </details>
      <button type="submit">{role === undefined ? "Create role" : "Save"}</button>
    </form>
  );
}

/** The values of the preset that the address names. */
function presetOf(url: URL): Shown | undefined {
  const name = PRESET_NAMES.find((one) => one === url.searchParams.get("preset"));
  if (name === undefined) return undefined;
  const { label, permissions, commands } = ROLE_PRESETS[name];
  return { name: label, permissions, commands, limitedToTags: [], limitedToBusinessUnits: [] };
}

/** What a role is narrowed to, in a few words. */
const narrowing = (role: RoleRow): string =>
  [
    role.commands === null ? "" : counted(role.commands.length, "command"),
    role.limitedToTags.length === 0 ? "" : `devices with ${counted(role.limitedToTags.length, "tag")}`,
    role.limitedToBusinessUnits.length === 0
      ? ""
      : `devices of ${counted(role.limitedToBusinessUnits.length, "business unit")}`,
  ].filter((part) => part !== "").join(", ");

async function rolesPage(context: PageContext, state?: FormState): Promise<Page> {
  const { rows } = await listRoles(context.runtime.sql, MANY);
  return {
    title: "Roles",
    body: (
      <>
        <p>A role is a set of permissions. A user with several roles has the permissions of all of them.</p>
        <Table
          caption={rows.length === 1 ? "1 role" : `${rows.length} roles`}
          head={["Name", "Permissions", "Limited to"]}
          empty="There are no roles."
          rows={rows.map((role) => (
            <tr>
              <td>
                <a href={`/roles/${role.id}/`}>{role.name}</a>
              </td>
              <td>{String(role.permissions.length)}</td>
              <td>{narrowing(role)}</td>
            </tr>
          ))}
        />
        {context.may("accounts.add_role")
          ? (
            <>
              <h2 id="create">Create a role</h2>
              <p>Start from a preset, or choose the permissions yourself.</p>
              <ul>
                {PRESET_NAMES.map((name) => (
                  <li>
                    <a href={`/roles/?preset=${name}#create`}>{ROLE_PRESETS[name].label}</a>:{" "}
                    {ROLE_PRESETS[name].purpose}
                  </li>
                ))}
              </ul>
              {await RoleForm({ context, shown: presetOf(context.url), state })}
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
  const holds = holdsAllOf(context.by.actor, { isSuperuser: false, grants: [role] });
  return {
    title: role.name,
    parents: under("/roles/"),
    body: (
      <>
        {holds && context.may("accounts.change_role") ? await RoleForm({ context, role, shown: role, state }) : (
          <>
            <ul>{role.permissions.map((permission) => <li>{permission}</li>)}</ul>
            {role.commands === null ? null : <p>{`Commands: ${role.commands.join(", ") || "none"}`}</p>}
            {isLimited(role) ? <p>{`Limited to ${narrowing(role)}.`}</p> : null}
          </>
        )}
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
