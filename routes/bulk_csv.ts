/**
 * The results of a bulk command as a table of comma-separated values.
 *
 * The attack: a device is called `=HYPERLINK(…)`, and the spreadsheet of an operator evaluates it. So cells that a
 * spreadsheet would take for a formula begin with an apostrophe.
 *
 * @module
 */

import type { DeviceLimit } from "../db/access/device_limit_views.ts";
import { type BulkCommandView, type BulkResultRow, listBulkResults } from "../db/bulk/bulk_command_views.ts";
import { naiveUtc } from "../src/naive_utc.ts";
import type { Runtime } from "../src/runtime.ts";
import { attachmentHeaders } from "./attachment.ts";

const HEAD = ["serial_number", "name", "device", "state", "reason", "command", "sent_at", "result_at"];
const BATCH = 500;

/** Returns a cell that no spreadsheet evaluates (RFC 4180). */
export function csvCell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const line = (cells: readonly string[]): string => `${cells.map(csvCell).join(",")}\r\n`;

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
export function bulkCsv({ sql }: Runtime, { id, name }: BulkCommandView, only: DeviceLimit | undefined): Response {
  const encoder = new TextEncoder();
  let offset = -1;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (offset < 0) {
        controller.enqueue(encoder.encode(line(HEAD)));
        offset = 0;
        return;
      }
      const { rows } = await listBulkResults(sql, id, { only, limit: BATCH, offset });
      offset += rows.length;
      if (rows.length > 0) controller.enqueue(encoder.encode(rows.map((row) => line(cellsOf(row))).join("")));
      if (rows.length < BATCH) controller.close();
    },
  });
  return new Response(body, {
    headers: { ...attachmentHeaders("text/csv; charset=utf-8", `${name}-${id}.csv`), "Cache-Control": "no-store" },
  });
}
