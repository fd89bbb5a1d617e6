/**
 * `/api/mdm/enrollment_custom_views/`: the pages that devices show before they enroll.
 *
 * @module
 */

import { z } from "zod";
import { findCustomView, listCustomViews } from "../../db/ade/custom_views.ts";
import { customViewInput, VIEW_LIMIT } from "../../src/ade/custom_view_input.ts";
import {
  changeCustomView,
  createCustomView,
  customViewRepresentation,
  removeCustomView,
} from "../../src/ade/custom_views.ts";
import { problem } from "../../src/errors.ts";
import { present } from "../../src/protocol/present.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { textFilter, timeOut, uuidParams } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const customViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  html: z.string(),
  requires_authentication: z.boolean(),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "EnrollmentCustomView" });

const body = customViewInput.meta({ id: "EnrollmentCustomViewRequest" });
const example = {
  name: "Welcome",
  description: "Greets people in their language",
  html:
    '{% if "fr" in payload_language %}Bienvenue{% else %}Welcome{% endif %}<form method="post"><button>Continue</button></form>',
  requires_authentication: false,
};

const ALL = "/api/mdm/enrollment_custom_views/";
const ONE = "/api/mdm/enrollment_custom_views/{id}/";
const TAG = "Enrollment";

/** The endpoints of custom views. */
export const ENROLLMENT_CUSTOM_VIEW_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: ALL,
    permission: "mdm.view_enrollmentcustomview",
    tag: TAG,
    summary: "List custom views",
    query: z.object({ name: textFilter, ...pageQuery }),
    response: { status: 200, schema: pageOfSchema(customViewSchema) },
    async handle(input) {
      const page = pageOf(input.query);
      const { count, rows } = await listCustomViews(input.runtime.sql, {
        ...page,
        ...present({ name: input.query.name }),
      });
      return paginated(input, page, { count, rows: rows.map(customViewRepresentation) });
    },
  }),
  endpoint({
    method: "POST",
    path: ALL,
    permission: "mdm.add_enrollmentcustomview",
    tag: TAG,
    summary: "Create a custom view",
    description: "A template with unknown syntax is refused with the line.",
    body,
    bodyLimit: VIEW_LIMIT,
    example,
    response: { status: 201, schema: customViewSchema },
    handle: async ({ runtime, by, body }) => customViewRepresentation(await createCustomView(runtime, by, body)),
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "mdm.view_enrollmentcustomview",
    tag: TAG,
    summary: "Read a custom view",
    params: uuidParams,
    response: { status: 200, schema: customViewSchema },
    async handle({ runtime, params }) {
      const row = await findCustomView(runtime.sql, params.id);
      if (row === undefined) throw problem("not-found");
      return customViewRepresentation(row);
    },
  }),
  endpoint({
    method: "PUT",
    path: ONE,
    permission: "mdm.change_enrollmentcustomview",
    tag: TAG,
    summary: "Update a custom view",
    params: uuidParams,
    body,
    bodyLimit: VIEW_LIMIT,
    example,
    response: { status: 200, schema: customViewSchema },
    handle: async ({ runtime, by, params, body }) =>
      customViewRepresentation(await changeCustomView(runtime, by, params.id, body)),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "mdm.delete_enrollmentcustomview",
    tag: TAG,
    summary: "Delete a custom view",
    description: "Only if no enrollment shows it.",
    params: uuidParams,
    response: NO_CONTENT,
    handle: async ({ runtime, by, params }) => await removeCustomView(runtime, by, params.id),
  }),
];
