/**
 * Tables of comma-separated values (RFC 4180).
 *
 * The attack: a device is called `=HYPERLINK(…)`, and the spreadsheet of an operator evaluates it. So cells that a
 * spreadsheet would take for a formula begin with an apostrophe.
 *
 * @module
 */

import { attachmentHeaders } from "./attachment.ts";

/** Returns a cell that no spreadsheet evaluates. */
export function csvCell(value: string): string {
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const line = (cells: readonly string[]): string => `${cells.map(csvCell).join(",")}\r\n`;

/**
 * Returns the file, read in batches while it is sent. `read` returns the rows from an offset, each as its lines; fewer
 * than `batch` are the last ones.
 */
export function csvResponse(
  { filename, head, batch }: { filename: string; head: readonly string[]; batch: number },
  read: (page: { limit: number; offset: number }) => Promise<string[][][]>,
): Response {
  const encoder = new TextEncoder();
  let offset = -1;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (offset < 0) {
        controller.enqueue(encoder.encode(line(head)));
        offset = 0;
        return;
      }
      const rows = await read({ limit: batch, offset });
      offset += rows.length;
      if (rows.length > 0) controller.enqueue(encoder.encode(rows.flat().map(line).join("")));
      if (rows.length < batch) controller.close();
    },
  });
  return new Response(body, {
    headers: { ...attachmentHeaders("text/csv; charset=utf-8", filename), "Cache-Control": "no-store" },
  });
}
