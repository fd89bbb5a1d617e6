/**
 * The input for licences of many devices, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { pkListField } from "../input_fields.ts";
import { textField } from "../input_text.ts";

/** The most devices at once. */
export const MOST_ASSOCIATED = 100_000;

/** Which devices get a licence, or give it back: those that meet any of the criteria. */
export const bulkAssociationInput = z.object({
  action: z.enum(["associate", "disassociate"]).default("associate"),
  serial_numbers: z.array(textField(64)).max(MOST_ASSOCIATED).default([]).describe("Serial numbers, enrolled or not."),
  tags: pkListField.default([]).describe("Ids of tags: devices with any of them."),
  virtual_servers: pkListField.default([]).describe(
    "Ids of virtual servers: devices that Apple assigns to any of them.",
  ),
});

/** The same after parsing. */
export type BulkAssociationInput = z.output<typeof bulkAssociationInput>;
