/**
 * Stores a list from a device, of which any row may be malformed.
 *
 * @module
 */

import { type InventoryList, type OddRow, replaceOddRows } from "../../db/devices/inventory.ts";
import type { EnrollmentId } from "../../db/ids.ts";
import { isRefusedValue, type Tx } from "../../db/open.ts";
import { foreignText } from "../foreign_text.ts";
import { foreignValue } from "../foreign_value.ts";

/** The limit of stored malformed rows; a list with more is not a list of a device. */
export const MOST_ODD_ROWS = 20;
/**
 * The total number of attempts to store a list or a piece of it: enough to find a handful of malformed rows among
 * thousands, each in twice the logarithm of the length. The attack: hundreds of malformed rows in each report.
 */
const MOST_TRIALS = 200;
const KEPT_BYTES = 4096;

/** Returns a malformed row as it is stored: the raw value truncated, bytes in base64. */
export function oddRow(raw: unknown, reason: string): OddRow {
  const text = JSON.stringify(raw, (_key, value) => value instanceof Uint8Array ? value.toBase64() : value);
  return { reason: foreignText(reason), raw: foreignValue(JSON.parse(text), { bytes: KEPT_BYTES }) };
}

/**
 * Stores a list: `keep` replaces it completely. When PostgreSQL refuses a value, the rows with such a value are found
 * by halving and stored separately with the reason; the others are stored normally. `odd` are those that were found
 * before.
 *
 * A list with so many malformed rows that they are not found in a bounded number of trials loses their neighbors, too.
 */
export async function keepList<Row>(
  tx: Tx,
  enrollmentId: EnrollmentId,
  list: InventoryList,
  rows: readonly Row[],
  odd: readonly OddRow[],
  keep: (tx: Tx, rows: readonly Row[]) => Promise<void>,
): Promise<void> {
  const found: OddRow[] = [...odd];
  const sound: Row[] = [];
  // The longest first, so that the pieces given up in the end are short ones from all of the list.
  const pieces: (readonly Row[])[] = rows.length === 0 ? [] : [rows];
  for (let trials = 1; pieces.length > 0; trials++) {
    const [piece = []] = pieces.splice(0, 1);
    const reason = await refusalOf(tx, (inner) => keep(inner, piece));
    if (reason === undefined) { for (const row of piece) sound.push(row); }
    // Halved only where each piece that is left can still be tried.
    else if (piece.length > 1 && trials + pieces.length + 2 <= MOST_TRIALS) {
      const half = piece.length >> 1;
      pieces.push(piece.slice(0, half), piece.slice(half));
    } else {
      const room = Math.max(0, MOST_ODD_ROWS - found.length);
      for (const row of piece.slice(0, room)) found.push(oddRow(row, reason));
    }
  }
  // The trials replaced the list with pieces of it.
  if (sound.length < rows.length || rows.length === 0) await keep(tx, sound);
  await replaceOddRows(tx, enrollmentId, list, found.slice(0, MOST_ODD_ROWS));
}

/** Returns why PostgreSQL refuses what `work` writes, which is undone then; undefined when it does not. */
async function refusalOf(tx: Tx, work: (inner: Tx) => Promise<void>): Promise<string | undefined> {
  try {
    await tx.savepoint(work);
    return undefined;
  } catch (error) {
    if (!isRefusedValue(error) || !(error instanceof Error)) throw error;
    return error.message;
  }
}
