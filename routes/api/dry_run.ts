/**
 * `?dry_run=true`: the effect of a change, without saving it.
 *
 * @module
 */

import { z } from "zod";
import { warningsShown } from "./warnings.ts";

/** The query parameter. */
export const DRY_RUN = "dry_run";

/** Whether a value of the parameter asks for a dry run. */
export const isDryRun = (value: string | undefined): boolean =>
  value !== undefined && /^(true|t|yes|y|1|on)$/i.test(value);

const softwareUpdate = z.object({
  os_version: z.string(),
  build_version: z.string(),
  local_datetime: z.string().describe("In the device's own zone."),
  enforcement: z.string(),
}).nullable();

const artifact = { id: z.string(), name: z.string(), version: z.int() };

/** The answer of a dry run. */
export const previewSchema = z.object({
  devices: z.object({
    examined: z.int(),
    woken: z.int().describe("Devices that would be woken."),
    gaining: z.int(),
    losing: z.int(),
    updating: z.int(),
    impossible: z.int().describe("Devices that cannot get an artifact in their scope."),
    told: z.int().describe("Devices that would get another update target, or none any more."),
  }),
  artifacts: z.array(z.object({
    id: z.string(),
    name: z.string(),
    gained: z.int(),
    lost: z.int(),
    updated: z.int(),
    impossible: z.int(),
    reasons: z.array(z.object({ reason: z.string(), count: z.int() })),
  })),
  software_updates: z.array(z.object({
    update: softwareUpdate.describe("null for devices that would have no target any more."),
    reason: z.string().nullable().describe("Why devices would have no target any more."),
    count: z.int(),
  })),
  changes: z.array(z.object({
    device: z.object({ id: z.int(), serial_number: z.string(), name: z.string() }),
    user: z.string(),
    gains: z.array(z.object(artifact)),
    loses: z.array(z.object(artifact)),
    updates: z.array(z.object({ ...artifact, from: z.int() })),
    impossible: z.array(z.object({ ...artifact, reason: z.string() })),
    software_update: z.object({ before: softwareUpdate, after: softwareUpdate, reason: z.string() }).nullable()
      .describe("Its new update target, if that changes."),
  })),
  truncated: z.boolean(),
  warnings: warningsShown,
}).meta({ id: "Preview" });
