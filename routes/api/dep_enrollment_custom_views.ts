/**
 * `/api/mdm/dep_enrollment_custom_views/`: which DEP enrollments show which custom views, and in which order.
 *
 * @module
 */

import { z } from "zod";
import { findViewLink, listViewLinks } from "../../db/ade/custom_view_links.ts";
import { viewLinkInput } from "../../src/ade/custom_view_input.ts";
import { changeViewLink, createViewLink, removeViewLink, viewLinkRepresentation } from "../../src/ade/view_links.ts";
import { problem } from "../../src/errors.ts";
import { present } from "../../src/protocol/present.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { relatedFilter, timeOut, uuidFilter, uuidParams } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const viewLinkSchema = z.object({
  id: z.string(),
  dep_enrollment: z.int(),
  custom_view: z.string(),
  weight: z.int(),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "DEPEnrollmentCustomView" });

const body = viewLinkInput.meta({ id: "DEPEnrollmentCustomViewRequest" });

const ALL = "/api/mdm/dep_enrollment_custom_views/";
const ONE = "/api/mdm/dep_enrollment_custom_views/{id}/";
const TAG = "Enrollment";

/** The endpoints of the links. */
export const DEP_ENROLLMENT_CUSTOM_VIEW_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: ALL,
    permission: "mdm.view_depenrollmentcustomview",
    tag: TAG,
    summary: "List the custom views of DEP enrollments",
    query: z.object({ dep_enrollment: relatedFilter, custom_view: uuidFilter, ...pageQuery }),
    response: { status: 200, schema: pageOfSchema(viewLinkSchema) },
    async handle(input) {
      const { dep_enrollment: depEnrollmentId, custom_view: customViewId } = input.query;
      const page = pageOf(input.query);
      const { count, rows } = await listViewLinks(input.runtime.sql, {
        ...page,
        ...present({ depEnrollmentId, customViewId }),
      });
      return paginated(input, page, { count, rows: rows.map(viewLinkRepresentation) });
    },
  }),
  endpoint({
    method: "POST",
    path: ALL,
    permission: "mdm.add_depenrollmentcustomview",
    tag: TAG,
    summary: "Show a custom view in a DEP enrollment",
    description: "With the first one, the devices of the enrollment enroll in a web view: Apple gets a new profile.",
    body,
    response: { status: 201, schema: viewLinkSchema },
    handle: async ({ runtime, by, body }) => viewLinkRepresentation(await createViewLink(runtime, by, body)),
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "mdm.view_depenrollmentcustomview",
    tag: TAG,
    summary: "Read the place of a custom view in a DEP enrollment",
    params: uuidParams,
    response: { status: 200, schema: viewLinkSchema },
    async handle({ runtime, params }) {
      const row = await findViewLink(runtime.sql, params.id);
      if (row === undefined) throw problem("not-found");
      return viewLinkRepresentation(row);
    },
  }),
  endpoint({
    method: "PUT",
    path: ONE,
    permission: "mdm.change_depenrollmentcustomview",
    tag: TAG,
    summary: "Update the place of a custom view in a DEP enrollment",
    params: uuidParams,
    body,
    response: { status: 200, schema: viewLinkSchema },
    handle: async ({ runtime, by, params, body }) =>
      viewLinkRepresentation(await changeViewLink(runtime, by, params.id, body)),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "mdm.delete_depenrollmentcustomview",
    tag: TAG,
    summary: "Remove a custom view from a DEP enrollment",
    description:
      "After the last one, the devices of the enrollment enroll without a web view: Apple gets a new profile.",
    params: uuidParams,
    response: NO_CONTENT,
    handle: async ({ runtime, by, params }) => await removeViewLink(runtime, by, params.id),
  }),
];
