/**
 * `/api/mdm/scep_issuers/`: the issuers of device identities.
 *
 * @module
 */

import { z } from "zod";
import { findScepIssuer, listScepIssuers, type ScepIssuerRow } from "../../db/issuing/scep_issuers.ts";
import { mayAll } from "../../src/access/actor.ts";
import type { Operator } from "../../src/access/operator.ts";
import { problem } from "../../src/errors.ts";
import { BACKENDS } from "../../src/issuing/challenges/registry.ts";
import { scepIssuerInput } from "../../src/issuing/scep_issuer_input.ts";
import {
  changeScepIssuer,
  createScepIssuer,
  removeScepIssuer,
  scepIssuerRepresentation,
  shownSettings,
} from "../../src/issuing/scep_issuers.ts";
import { present } from "../../src/protocol/present.ts";
import type { Runtime } from "../../src/runtime.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { textFilter, timeOut, uuidParams } from "./fields.ts";
import { listed, listOf } from "./listed.ts";
import { type Page, pageQuery } from "./paging.ts";

const issuerSchema = z.object({
  id: z.string(),
  provisioning_uid: z.string().nullable().describe("Set for issuers that cannot be changed, such as the built-in CA."),
  name: z.string(),
  description: z.string(),
  url: z.string(),
  key_size: z.int(),
  key_usage: z.int(),
  backend: z.enum(BACKENDS.map(({ name }) => name)).exactOptional()
    .describe("The source of its challenges. Absent for issuers that cannot be changed, as are its settings."),
  ...Object.fromEntries(
    BACKENDS.map(({ name, key, open }) => [
      key,
      open.optional().describe(
        `Of the backend ${name}. Secrets are shown to callers with \`mdm.view_settings_secrets\`; each read is recorded as an event.`,
      ),
    ]),
  ),
  version: z.int().describe("The number of times the issuer was saved."),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "ScepIssuer" });

const body = scepIssuerInput.meta({ id: "ScepIssuerRequest" });

/** A body with one backend: the schema alone does not tell that the others' settings are left out. */
const example = {
  name: "Campus NDES",
  description: "",
  url: "https://ndes.example.com/certsrv/mscep/mscep.dll",
  key_size: 2048,
  key_usage: 5,
  backend: "MICROSOFT_CA",
  microsoft_ca_kwargs: {
    url: "https://ndes.example.com/certsrv/mscep_admin/",
    username: "EXAMPLE\\scep",
    password: "s3cret",
  },
};

async function answer(
  { runtime, by }: { runtime: Runtime; by: Operator },
  row: ScepIssuerRow,
) {
  return {
    ...scepIssuerRepresentation(row),
    ...await shownSettings(runtime, by, row, mayAll(by.actor, ["mdm.view_settings_secrets"])),
  };
}

const ALL = "/api/mdm/scep_issuers/";
const ONE = "/api/mdm/scep_issuers/{id}/";
const tag = "Enrollment";

/** The endpoints of SCEP issuers. */
export const SCEP_ISSUER_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: ALL,
    permission: "mdm.view_scepissuer",
    tag,
    summary: "List SCEP issuers",
    query: z.object({ name: textFilter, ...pageQuery }),
    response: { status: 200, schema: listOf(issuerSchema) },
    async handle(input) {
      const { name } = input.query;
      const find = (page: Page) => listScepIssuers(input.runtime.sql, { ...page, ...present({ name }) });
      return await listed(input, find, (row) => answer(input, row));
    },
  }),
  endpoint({
    method: "POST",
    path: ALL,
    permission: "mdm.add_scepissuer",
    tag,
    summary: "Create a SCEP issuer",
    description:
      "Its chain must be in the setting SCEP_CA_FULLCHAIN. The settings of the chosen backend are required, " +
      "those of others are refused.",
    body,
    example,
    response: { status: 201, schema: issuerSchema },
    handle: async (input) => await answer(input, await createScepIssuer(input.runtime, input.by, input.body)),
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "mdm.view_scepissuer",
    tag,
    summary: "Read a SCEP issuer",
    params: uuidParams,
    response: { status: 200, schema: issuerSchema },
    async handle(input) {
      const row = await findScepIssuer(input.runtime.sql, input.params.id);
      if (row === undefined) throw problem("not-found");
      return await answer(input, row);
    },
  }),
  endpoint({
    method: "PUT",
    path: ONE,
    permission: "mdm.change_scepissuer",
    tag,
    summary: "Update a SCEP issuer",
    description: "Omitted secrets are unchanged, unless the backend changes.",
    params: uuidParams,
    body,
    example,
    response: { status: 200, schema: issuerSchema },
    handle: async (input) =>
      await answer(input, await changeScepIssuer(input.runtime, input.by, input.params.id, input.body)),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "mdm.delete_scepissuer",
    tag,
    summary: "Delete a SCEP issuer",
    params: uuidParams,
    response: NO_CONTENT,
    handle: async ({ runtime, by, params }) => await removeScepIssuer(runtime, by, params.id),
  }),
];
