/**
 * `/api/accounts/roles/`.
 *
 * @module
 */

import { z } from "zod";
import { findRole, listRoles } from "../../db/access/roles.ts";
import { roleFields, roleInput } from "../../src/access/role_input.ts";
import { createRole, deleteRole, roleRepresentation, updateRole } from "../../src/access/roles.ts";
import { problem } from "../../src/errors.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { idParams, textFilter, timeOut } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const PATH = "/api/accounts/roles/";
const ONE = "/api/accounts/roles/{id}/";

const roleSchema = z.object({
  id: z.int(),
  name: z.string(),
  permissions: z.array(z.string()),
  commands: z.array(z.string()).nullable().describe("The commands that it allows; null: all."),
  limited_to_tags: z.array(z.int()),
  limited_to_business_units: z.array(z.int()),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "Role" });
const describedBody = roleFields.meta({ id: "RoleRequest" });

/** The endpoints of roles. */
export const ROLE_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: PATH,
    permission: "accounts.view_role",
    tag: "Accounts",
    summary: "List roles",
    query: z.object({ name: textFilter, ...pageQuery }),
    response: { status: 200, schema: pageOfSchema(roleSchema) },
    async handle(input) {
      const page = pageOf(input.query);
      const { count, rows } = await listRoles(input.runtime.sql, { name: input.query.name, ...page });
      return paginated(input, page, { count, rows: rows.map(roleRepresentation) });
    },
  }),
  endpoint({
    method: "POST",
    path: PATH,
    permission: "accounts.add_role",
    tag: "Accounts",
    summary: "Create a role",
    description: "The caller must have all of its permissions.",
    body: roleInput,
    describedBody,
    response: { status: 201, schema: roleSchema },
    handle: async (input) => roleRepresentation(await createRole(input.runtime, input.by, input.body)),
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "accounts.view_role",
    tag: "Accounts",
    summary: "Read a role",
    params: idParams,
    response: { status: 200, schema: roleSchema },
    async handle({ runtime, params }) {
      const role = await findRole(runtime.sql, params.id);
      if (role === undefined) throw problem("not-found");
      return roleRepresentation(role);
    },
  }),
  endpoint({
    method: "PUT",
    path: ONE,
    permission: "accounts.change_role",
    tag: "Accounts",
    summary: "Update a role",
    description: "The caller must have all permissions of the role, before and after.",
    params: idParams,
    body: roleInput,
    describedBody,
    response: { status: 200, schema: roleSchema },
    handle: async (input) => roleRepresentation(await updateRole(input.runtime, input.by, input.params.id, input.body)),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "accounts.delete_role",
    tag: "Accounts",
    summary: "Delete a role",
    description: "Its users lose its permissions. The caller must have all of them.",
    params: idParams,
    response: NO_CONTENT,
    handle: (input) => deleteRole(input.runtime, input.by, input.params.id),
  }),
];
