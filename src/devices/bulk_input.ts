/**
 * The input for a command to many devices, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { pkField, pkListField, timeField } from "../input_fields.ts";
import { blankableField, textField } from "../input_text.ts";

/** The most devices of one command. */
export const MOST_DEVICES = 100_000;

/** How devices are selected: those that meet every criterion that is given. */
export const bulkSelectionInput = z.object({
  devices: pkListField.optional().describe("Ids of devices."),
  tags: pkListField.optional().describe("Ids of tags: devices with any of them."),
  blueprint: pkField.optional().describe("The id of a blueprint."),
  search: textField(100).optional().describe("Words in the name, serial number, UDID, model or OS version."),
  filter: blankableField(2000).optional().describe(
    "A saved filter: the query string of the list of devices, such as state=enrolled&platform=macOS.",
  ),
});

/** The selection of devices. */
export type BulkSelection = z.output<typeof bulkSelectionInput>;

/** A command for many devices as an operator sends it. */
export const bulkCommandInput = z.object({
  name: textField(100).describe("The name of the command, such as RestartDevice."),
  arguments: z.record(z.string(), z.json()).default({}),
  selection: bulkSelectionInput,
  not_before: timeField.nullable().optional().describe("Devices get the command then, or later."),
  expires_at: timeField.nullable().optional().describe(
    "Devices that have not got the command by then do not get it. If absent: as the command itself.",
  ),
  expected_devices: z.int().min(0).nullable().optional().describe(
    "The number of selected devices, as the preview shows it. Required for destructive commands; another number is refused.",
  ),
  reason: z.string().nullable().optional().describe("The reason, if the settings of approvals require one."),
});

/** The same after parsing. */
export type BulkCommandInput = z.output<typeof bulkCommandInput>;
