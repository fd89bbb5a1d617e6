/**
 * The results of a bulk command as a table of comma-separated values.
 *
 * @module
 */

import type { DeviceLimit } from "../db/access/device_limit_views.ts";
import { type BulkCommandView, type BulkResultRow, listBulkResults } from "../db/bulk/bulk_command_views.ts";
import { naiveUtc } from "../src/naive_utc.ts";
import type { Runtime } from "../src/runtime.ts";
import { csvResponse } from "./csv.ts";

const HEAD = ["serial_number", "name", "device", "state", "reason", "command", "sent_at", "result_at"];
const BATCH = 500;

const cellsOf = (row: BulkResultRow): string[] => [
  row.serialNumber,
  row.deviceName,
  String(row.deviceId),
  row.state,
  row.why,
  row.commandUuid ?? "",
  naiveUtc(row.sentAt) ?? "",
  naiveUtc(row.resultAt) ?? "",
];

/** Returns the file, read in batches while it is sent. */
export const bulkCsv = ({ sql }: Runtime, { id, name }: BulkCommandView, only: DeviceLimit | undefined): Response =>
  csvResponse({ filename: `${name}-${id}.csv`, head: HEAD, batch: BATCH }, async (page) => {
    const { rows } = await listBulkResults(sql, id, { only, ...page });
    return rows.map((row) => [cellsOf(row)]);
  });
