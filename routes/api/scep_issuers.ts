/**
 * `/api/mdm/scep_issuers/`: who issues device identities.
 *
 * @module
 */

import { z } from "zod";
import { findScepIssuer, listScepIssuers, type ScepIssuerRow } from "../../db/scep_issuers.ts";
import {
  changeScepIssuer,
  createScepIssuer,
  removeScepIssuer,
  scepIssuerRepresentation,
  staticChallengeOf,
} from "../../src/enrollment/scep_issuers.ts";
import { problem } from "../../src/errors.ts";
import { present } from "../../src/protocol/present.ts";
import type { Runtime } from "../../src/runtime.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { blankableField, textField, textFilter, timeOut, uuidParams } from "./fields.ts";
import { listed, listOf } from "./listed.ts";
import { type Page, pageQuery } from "./paging.ts";

const REQUIRED = "This field is required.";

const issuerSchema = z.object({
  id: z.string(),
  provisioning_uid: z.string().nullable().describe("Set for issuers that cannot be changed, such as the built-in CA."),
  name: z.string(),
  description: z.string(),
  url: z.string(),
  key_size: z.int(),
  key_usage: z.int(),
  backend: z.enum(["BUILT_IN", "STATIC_CHALLENGE"]),
  static_challenge_kwargs: z.object({ challenge: z.string() }).optional(),
  version: z.int().describe("Counts the saves, from 1."),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "ScepIssuer" });

const body = z.object({
  name: textField(256),
  description: blankableField(10_000).default(""),
  url: z.url({ protocol: /^https?$/, error: "Enter a valid URL." }),
  key_size: z.literal([1024, 2048, 4096]).default(2048),
  key_usage: z.literal([0, 1, 4, 5]).default(0)
    .describe("0: not said, 1: signing, 4: encryption, 5: both."),
  backend: z.literal("STATIC_CHALLENGE"),
  static_challenge_kwargs: z.object({ challenge: textField(256) }, { error: REQUIRED }),
}).meta({ id: "ScepIssuerRequest" });

const inputOf = (given: z.output<typeof body>) => ({
  name: given.name,
  description: given.description,
  url: given.url,
  keySize: given.key_size,
  keyUsage: given.key_usage,
  challenge: given.static_challenge_kwargs.challenge,
});

/** With the challenge, for scripts that compare it with what they declare; the permission to view covers it. */
async function withChallenge(runtime: Runtime, row: ScepIssuerRow) {
  return {
    ...scepIssuerRepresentation(row),
    ...(row.backend === "STATIC_CHALLENGE"
      ? { static_challenge_kwargs: { challenge: await staticChallengeOf(runtime, row) } }
      : {}),
  };
}

const ONE = "/api/mdm/scep_issuers/{id}/";
const tag = "Enrollment";

/** The endpoints of SCEP issuers. */
export const SCEP_ISSUER_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/mdm/scep_issuers/",
    permission: "mdm.view_scepissuer",
    tag,
    summary: "List SCEP issuers",
    query: z.object({ name: textFilter, ...pageQuery }),
    response: { status: 200, schema: listOf(issuerSchema) },
    async handle(input) {
      const { name } = input.query;
      const find = (page: Page) => listScepIssuers(input.runtime.sql, { ...page, ...present({ name }) });
      return await listed(input, find, (row) => withChallenge(input.runtime, row));
    },
  }),
  endpoint({
    method: "POST",
    path: "/api/mdm/scep_issuers/",
    permission: "mdm.add_scepissuer",
    tag,
    summary: "Add a SCEP issuer",
    description: "Its chain must be in the setting SCEP_CA_FULLCHAIN.",
    body,
    response: { status: 201, schema: issuerSchema },
    handle: async ({ runtime, request, body }) =>
      await withChallenge(runtime, await createScepIssuer(runtime, request, inputOf(body))),
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "mdm.view_scepissuer",
    tag,
    summary: "Read a SCEP issuer",
    params: uuidParams,
    response: { status: 200, schema: issuerSchema },
    async handle({ runtime, params }) {
      const row = await findScepIssuer(runtime.sql, params.id);
      if (row === undefined) throw problem("not-found");
      return await withChallenge(runtime, row);
    },
  }),
  endpoint({
    method: "PUT",
    path: ONE,
    permission: "mdm.change_scepissuer",
    tag,
    summary: "Change a SCEP issuer",
    params: uuidParams,
    body,
    response: { status: 200, schema: issuerSchema },
    handle: async ({ runtime, request, params, body }) =>
      await withChallenge(runtime, await changeScepIssuer(runtime, request, params.id, inputOf(body))),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "mdm.delete_scepissuer",
    tag,
    summary: "Delete a SCEP issuer",
    params: uuidParams,
    response: NO_CONTENT,
    handle: async ({ runtime, request, params }) => await removeScepIssuer(runtime, request, params.id),
  }),
];
