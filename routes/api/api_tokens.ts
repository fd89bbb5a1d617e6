/**
 * `/api/accounts/api_tokens/`.
 *
 * @module
 */

import { z } from "zod";
import { findApiToken, listApiTokens } from "../../db/access/api_tokens.ts";
import { findUser } from "../../db/access/users.ts";
import { apiTokenInput } from "../../src/access/api_token_input.ts";
import { apiTokenRepresentation, createApiToken, deleteApiToken } from "../../src/access/api_tokens.ts";
import { invalid, problem } from "../../src/errors.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { notAChoice, relatedFilter, textFilter, timeOut, uuidParams } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const PATH = "/api/accounts/api_tokens/";
const ONE = "/api/accounts/api_tokens/{id}/";

const tokenSchema = z.object({
  id: z.string(),
  user: z.int(),
  name: z.string(),
  expires_at: timeOut.nullable(),
  last_used_at: timeOut.nullable().describe("To the minute."),
  created_at: timeOut,
}).meta({ id: "ApiToken" });

/** The endpoints of API tokens. */
export const API_TOKEN_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: PATH,
    permission: "accounts.view_apitoken",
    tag: "Accounts",
    summary: "List API tokens",
    query: z.object({ user: relatedFilter, name: textFilter, ...pageQuery }),
    response: { status: 200, schema: pageOfSchema(tokenSchema) },
    async handle(input) {
      const { user, name } = input.query;
      if (user !== undefined && await findUser(input.runtime.sql, user) === undefined) {
        throw invalid({ user: [notAChoice(user)] });
      }
      const page = pageOf(input.query);
      const { count, rows } = await listApiTokens(input.runtime.sql, { userId: user, name, ...page });
      return paginated(input, page, { count, rows: rows.map(apiTokenRepresentation) });
    },
  }),
  endpoint({
    method: "POST",
    path: PATH,
    permission: "accounts.add_apitoken",
    tag: "Accounts",
    summary: "Create an API token",
    description:
      "The response contains the token; it is not shown again. The caller must have all permissions of the token's user.",
    body: apiTokenInput.meta({ id: "ApiTokenRequest" }),
    response: { status: 201, schema: tokenSchema.extend({ token: z.string() }).meta({ id: "NewApiToken" }) },
    async handle({ runtime, by, body }) {
      const { row, token } = await createApiToken(runtime, by, { ...body, userId: body.userId ?? by.actor.userId });
      return { ...apiTokenRepresentation(row), token };
    },
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "accounts.view_apitoken",
    tag: "Accounts",
    summary: "Read an API token",
    params: uuidParams,
    response: { status: 200, schema: tokenSchema },
    async handle({ runtime, params }) {
      const token = await findApiToken(runtime.sql, params.id);
      if (token === undefined) throw problem("not-found");
      return apiTokenRepresentation(token);
    },
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "accounts.delete_apitoken",
    tag: "Accounts",
    summary: "Revoke an API token",
    description: "Takes effect immediately. The caller must have all permissions of the token's user.",
    params: uuidParams,
    response: NO_CONTENT,
    handle: (input) => deleteApiToken(input.runtime, input.by, input.params.id),
  }),
];
