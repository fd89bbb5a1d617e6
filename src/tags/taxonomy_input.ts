/**
 * The input for a taxonomy, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { pkField } from "../input_fields.ts";
import { textField } from "../input_text.ts";

/** The fields of a taxonomy. */
export const taxonomyFields = z.object({ name: textField(256), meta_business_unit: pkField.nullable().default(null) });

/** A taxonomy as an operator sends it. */
export const taxonomyInput = taxonomyFields.transform(({ name, meta_business_unit }) => ({
  name,
  metaBusinessUnitId: meta_business_unit,
}));
