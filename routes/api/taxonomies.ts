/**
 * `/api/inventory/taxonomies/`.
 *
 * @module
 */

import { z } from "zod";
import { findTaxonomy, listTaxonomies } from "../../db/tags/taxonomies.ts";
import { problem } from "../../src/errors.ts";
import { taxonomyInput } from "../../src/tags/taxonomy_input.ts";
import { createTaxonomy, deleteTaxonomy, taxonomyRepresentation, updateTaxonomy } from "../../src/tags/taxonomies.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { idParams, textFilter, timeOut } from "./fields.ts";
import { listed, listOf } from "./listed.ts";
import { pageQuery } from "./paging.ts";

const PATH = "/api/inventory/taxonomies/";
const ONE = "/api/inventory/taxonomies/{id}/";

const answerSchema = z.object({
  id: z.int(),
  meta_business_unit: z.int().nullable(),
  name: z.string(),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "Taxonomy" });

const bodySchema = taxonomyInput.meta({ id: "TaxonomyRequest" });

/** The endpoints of taxonomies. */
export const TAXONOMY_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: PATH,
    permission: "inventory.view_taxonomy",
    tag: "Inventory",
    summary: "List taxonomies",
    query: z.object({ name: textFilter, ...pageQuery }),
    response: { status: 200, schema: listOf(answerSchema) },
    handle: (input) =>
      listed(
        input,
        (page) => listTaxonomies(input.runtime.sql, { name: input.query.name, ...page }),
        taxonomyRepresentation,
      ),
  }),
  endpoint({
    method: "POST",
    path: PATH,
    permission: "inventory.add_taxonomy",
    tag: "Inventory",
    summary: "Create a taxonomy",
    body: bodySchema,
    response: { status: 201, schema: answerSchema },
    handle: async (input) => taxonomyRepresentation(await createTaxonomy(input.runtime, input.by, input.body)),
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "inventory.view_taxonomy",
    tag: "Inventory",
    summary: "Read a taxonomy",
    params: idParams,
    response: { status: 200, schema: answerSchema },
    async handle({ runtime, params }) {
      const found = await findTaxonomy(runtime.sql, params.id);
      if (found === undefined) throw problem("not-found");
      return taxonomyRepresentation(found);
    },
  }),
  endpoint({
    method: "PUT",
    path: ONE,
    permission: "inventory.change_taxonomy",
    tag: "Inventory",
    summary: "Update a taxonomy",
    params: idParams,
    body: bodySchema,
    response: { status: 200, schema: answerSchema },
    handle: async (input) =>
      taxonomyRepresentation(await updateTaxonomy(input.runtime, input.by, input.params.id, input.body)),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "inventory.delete_taxonomy",
    tag: "Inventory",
    summary: "Delete a taxonomy",
    description: "Refused while other objects belong to it.",
    params: idParams,
    response: NO_CONTENT,
    handle: (input) => deleteTaxonomy(input.runtime, input.by, input.params.id),
  }),
];
