/**
 * `/api/accounts/users/`: people and service accounts.
 *
 * @module
 */

import { z } from "zod";
import { findUser, listUsers } from "../../db/access/users.ts";
import { userInput } from "../../src/access/user_input.ts";
import { createUser, deleteUser, updateUser, userRepresentation } from "../../src/access/users.ts";
import { problem } from "../../src/errors.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { idParams, textFilter, timeOut } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const PATH = "/api/accounts/users/";
const ONE = "/api/accounts/users/{id}/";

const userSchema = z.object({
  id: z.int(),
  username: z.string(),
  email: z.string(),
  full_name: z.string(),
  is_active: z.boolean(),
  is_superuser: z.boolean(),
  is_service_account: z.boolean(),
  roles: z.array(z.int()),
  last_login_at: timeOut.nullable(),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "User" });

const userBody = userInput.meta({ id: "UserRequest" });

/** The endpoints of users. */
export const USER_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: PATH,
    permission: "accounts.view_user",
    tag: "Accounts",
    summary: "List users and service accounts",
    query: z.object({ username: textFilter, email: textFilter, ...pageQuery }),
    response: { status: 200, schema: pageOfSchema(userSchema) },
    async handle(input) {
      const page = pageOf(input.query);
      const { username, email } = input.query;
      const { count, rows } = await listUsers(input.runtime.sql, { username, email, ...page });
      return paginated(input, page, { count, rows: rows.map(userRepresentation) });
    },
  }),
  endpoint({
    method: "POST",
    path: PATH,
    permission: "accounts.add_user",
    tag: "Accounts",
    summary: "Create a user or service account",
    description: "The caller must have all permissions of the roles.",
    body: userBody,
    response: { status: 201, schema: userSchema },
    handle: async (input) => userRepresentation(await createUser(input.runtime, input.by, input.body)),
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "accounts.view_user",
    tag: "Accounts",
    summary: "Read a user",
    params: idParams,
    response: { status: 200, schema: userSchema },
    async handle({ runtime, params }) {
      const user = await findUser(runtime.sql, params.id);
      if (user === undefined) throw problem("not-found");
      return userRepresentation(user);
    },
  }),
  endpoint({
    method: "PUT",
    path: ONE,
    permission: "accounts.change_user",
    tag: "Accounts",
    summary: "Update a user",
    description: "The caller must have all permissions of the user. A new password ends the user's sessions.",
    params: idParams,
    body: userBody,
    response: { status: 200, schema: userSchema },
    handle: async (input) => userRepresentation(await updateUser(input.runtime, input.by, input.params.id, input.body)),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "accounts.delete_user",
    tag: "Accounts",
    summary: "Delete a user with their tokens",
    params: idParams,
    response: NO_CONTENT,
    handle: (input) => deleteUser(input.runtime, input.by, input.params.id),
  }),
];
