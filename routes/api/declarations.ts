/**
 * `/api/mdm/declarations/`: versions of activations, assets and configurations that operators write themselves.
 *
 * @module
 */

import { z } from "zod";
import { declarationKind } from "../../src/blueprints/versions/declaration.ts";
import { versionBody, versionEndpoints, versionShown } from "./version_endpoints.ts";

/** The endpoints of declarations. */
export const DECLARATION_ENDPOINTS = versionEndpoints({
  name: "declarations",
  noun: "declaration",
  kind: declarationKind,
  body: z.object({
    ...versionBody,
    source: z.union([z.record(z.string(), z.unknown()), z.string()], {
      error: ({ input }) => input === undefined || input === null ? undefined : "Declaration is not a dictionary",
    }).describe(
      "The declaration with Type, Identifier, ServerToken and Payload, or its JSON as a text. Other artifacts are " +
        "named by `ztl:` and their id, or by the Identifier of their declaration.",
    ),
  }).meta({ id: "DeclarationRequest" }),
  schema: z.object({
    ...versionShown,
    source: z.object({ Type: z.string(), Identifier: z.string(), ServerToken: z.string(), Payload: z.unknown() }),
  }).meta({ id: "Declaration" }),
  content: ({ source }) => ({ source }),
});
