/**
 * `/api/inventory/meta_business_units/`.
 *
 * @module
 */

import { z } from "zod";
import { findMetaBusinessUnit, listMetaBusinessUnits } from "../../db/tags/meta_business_units.ts";
import { problem } from "../../src/errors.ts";
import { metaBusinessUnitInput } from "../../src/tags/meta_business_unit_input.ts";
import {
  createMetaBusinessUnit,
  deleteMetaBusinessUnit,
  metaBusinessUnitRepresentation,
  updateMetaBusinessUnit,
} from "../../src/tags/meta_business_units.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { idParams, textFilter, timeOut } from "./fields.ts";
import { listed, listOf } from "./listed.ts";
import { pageQuery } from "./paging.ts";

const PATH = "/api/inventory/meta_business_units/";
const ONE = "/api/inventory/meta_business_units/{id}/";

const answerSchema = z.object({
  id: z.int(),
  name: z.string(),
  api_enrollment_enabled: z.boolean(),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "MetaBusinessUnit" });

const bodySchema = metaBusinessUnitInput.meta({ id: "MetaBusinessUnitRequest" });

/** The endpoints of meta business units. */
export const META_BUSINESS_UNIT_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: PATH,
    permission: "inventory.view_metabusinessunit",
    tag: "Inventory",
    summary: "List meta business units",
    query: z.object({ name: textFilter, ...pageQuery }),
    response: { status: 200, schema: listOf(answerSchema) },
    handle: (input) =>
      listed(
        input,
        (page) => listMetaBusinessUnits(input.runtime.sql, { name: input.query.name, ...page }),
        metaBusinessUnitRepresentation,
      ),
  }),
  endpoint({
    method: "POST",
    path: PATH,
    permission: "inventory.add_metabusinessunit",
    tag: "Inventory",
    summary: "Create a meta business unit",
    body: bodySchema,
    response: { status: 201, schema: answerSchema },
    handle: async (input) =>
      metaBusinessUnitRepresentation(await createMetaBusinessUnit(input.runtime, input.by, input.body)),
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "inventory.view_metabusinessunit",
    tag: "Inventory",
    summary: "Read a meta business unit",
    params: idParams,
    response: { status: 200, schema: answerSchema },
    async handle({ runtime, params }) {
      const found = await findMetaBusinessUnit(runtime.sql, params.id);
      if (found === undefined) throw problem("not-found");
      return metaBusinessUnitRepresentation(found);
    },
  }),
  endpoint({
    method: "PUT",
    path: ONE,
    permission: "inventory.change_metabusinessunit",
    tag: "Inventory",
    summary: "Update a meta business unit",
    params: idParams,
    body: bodySchema,
    response: { status: 200, schema: answerSchema },
    handle: async (input) =>
      metaBusinessUnitRepresentation(
        await updateMetaBusinessUnit(input.runtime, input.by, input.params.id, input.body),
      ),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "inventory.delete_metabusinessunit",
    tag: "Inventory",
    summary: "Delete a meta business unit",
    description: "Refused while other objects belong to it.",
    params: idParams,
    response: NO_CONTENT,
    handle: (input) => deleteMetaBusinessUnit(input.runtime, input.by, input.params.id),
  }),
];
