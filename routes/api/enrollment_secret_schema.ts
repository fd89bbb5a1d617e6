/**
 * An enrollment secret in the answers of the API, whatever kind of enrollment has it.
 *
 * @module
 */

import { z } from "zod";

/** The secret with its limits and uses. */
export const enrollmentSecretSchema = z.object({
  id: z.int(),
  secret: z.string().nullable().describe("Only for callers with permission to view enrollment secrets."),
  meta_business_unit: z.int(),
  tags: z.array(z.int()),
  serial_numbers: z.array(z.string()),
  udids: z.array(z.string()),
  quota: z.int().nullable(),
  request_count: z.int(),
});
