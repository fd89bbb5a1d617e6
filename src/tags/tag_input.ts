/**
 * The input for a tag, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { pkField } from "../input_fields.ts";
import { textField } from "../input_text.ts";

/** The fields of a tag. */
export const tagFields = z.object({
  name: textField(256),
  taxonomy: pkField.nullable().default(null),
  meta_business_unit: pkField.nullable().default(null),
  color: z.string().regex(/^[0-9A-Fa-f]{6}$/, { error: "This value should be six hexadecimal digits, like 0079bf." })
    .default("0079bf"),
});

/** A tag as an operator sends it. */
export const tagInput = tagFields.transform(({ name, color, taxonomy, meta_business_unit }) => ({
  name,
  color,
  taxonomyId: taxonomy,
  metaBusinessUnitId: meta_business_unit,
}));
