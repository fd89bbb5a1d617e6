/**
 * The input for a custom view and for its link with an enrollment, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import type { ViewLinkValues } from "../../db/ade/custom_view_links.ts";
import type { CustomViewValues } from "../../db/ade/custom_views.ts";
import { viewTemplateFault } from "../enrollment/view_template.ts";
import { MAX_INTEGER, pkField, uuidField } from "../input_fields.ts";
import { blankableField, textField } from "../input_text.ts";
import { textFault } from "../writable.ts";

/** Characters of a template: pictures are in it, as data. */
const LARGEST_VIEW = 500_000;

/** Bytes of a request with a template, each of whose characters a form may send as nine. */
export const VIEW_LIMIT = 5 * 1024 * 1024;

const htmlField = z.string().max(LARGEST_VIEW).superRefine((html, context) => {
  const message = html.trim() === "" ? "This field may not be blank." : textFault(html) ?? viewTemplateFault(html);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});

/** The fields of a custom view. */
export const customViewFields = z.object({
  name: textField(256),
  description: blankableField(10_000).default(""),
  html: htmlField.describe(
    "A page as a template: `{{ serial_number }}`, `{% if %}`, `{% for %}`. A form with the method POST continues.",
  ),
  requires_authentication: z.boolean().default(false).describe("Whether only people who signed in see it."),
});

/** A custom view as an operator sends it. */
export const customViewInput = customViewFields.transform((given): CustomViewValues => ({
  name: given.name,
  description: given.description,
  html: given.html,
  requiresAuthentication: given.requires_authentication,
}));

/** A link as an operator sends it. */
export const viewLinkInput = z.object({
  dep_enrollment: pkField,
  custom_view: uuidField,
  weight: z.int().min(0).max(MAX_INTEGER).default(0).describe("Views with a lower weight are shown first."),
}).transform((given): ViewLinkValues => ({
  depEnrollmentId: given.dep_enrollment,
  customViewId: given.custom_view,
  weight: given.weight,
}));
