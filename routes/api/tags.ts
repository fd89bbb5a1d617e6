/**
 * `/api/inventory/tags/`.
 *
 * @module
 */

import { z } from "zod";
import { findTag, listTags } from "../../db/tags/tags.ts";
import { problem } from "../../src/errors.ts";
import { tagInput } from "../../src/tags/tag_input.ts";
import { createTag, deleteTag, tagRepresentation, updateTag } from "../../src/tags/tags.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { idParams, textFilter, timeOut } from "./fields.ts";
import { listed, listOf } from "./listed.ts";
import { pageQuery } from "./paging.ts";

const PATH = "/api/inventory/tags/";
const ONE = "/api/inventory/tags/{id}/";

/** A tag in answers. */
export const tagSchema = z.object({
  id: z.int(),
  taxonomy: z.int().nullable(),
  meta_business_unit: z.int().nullable(),
  name: z.string(),
  slug: z.string(),
  color: z.string().describe("Six hexadecimal digits."),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "Tag" });

const tagBody = tagInput.meta({ id: "TagRequest" });

/** The endpoints of tags. */
export const TAG_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: PATH,
    permission: "inventory.view_tag",
    tag: "Inventory",
    summary: "List tags",
    query: z.object({ name: textFilter, ...pageQuery }),
    response: { status: 200, schema: listOf(tagSchema) },
    handle: (input) =>
      listed(
        input,
        (page) => listTags(input.runtime.sql, { name: input.query.name, ...page }),
        tagRepresentation,
      ),
  }),
  endpoint({
    method: "POST",
    path: PATH,
    permission: "inventory.add_tag",
    tag: "Inventory",
    summary: "Create a tag",
    body: tagBody,
    response: { status: 201, schema: tagSchema },
    handle: async (input) => tagRepresentation(await createTag(input.runtime, input.by, input.body)),
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "inventory.view_tag",
    tag: "Inventory",
    summary: "Read a tag",
    params: idParams,
    response: { status: 200, schema: tagSchema },
    async handle({ runtime, params }) {
      const tag = await findTag(runtime.sql, params.id);
      if (tag === undefined) throw problem("not-found");
      return tagRepresentation(tag);
    },
  }),
  endpoint({
    method: "PUT",
    path: ONE,
    permission: "inventory.change_tag",
    tag: "Inventory",
    summary: "Update a tag",
    params: idParams,
    body: tagBody,
    response: { status: 200, schema: tagSchema },
    handle: async (input) => tagRepresentation(await updateTag(input.runtime, input.by, input.params.id, input.body)),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "inventory.delete_tag",
    tag: "Inventory",
    summary: "Delete a tag",
    description: "The tag is removed from devices. Refused while other settings refer to it.",
    params: idParams,
    response: NO_CONTENT,
    handle: (input) => deleteTag(input.runtime, input.by, input.params.id),
  }),
];
