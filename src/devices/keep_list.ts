/**
 * Keeping a list from a device, of which any row may be odd.
 *
 * @module
 */

import { type InventoryList, type OddRow, replaceOddRows } from "../../db/inventory.ts";
import { isRefusedValue, type Tx } from "../../db/open.ts";
import { foreignText } from "../foreign_text.ts";
import { foreignValue } from "../foreign_value.ts";

/** Odd rows that are kept; a list with more is no list of a device. */
const MOST_ODD_ROWS = 20;
/** Statements that look for odd rows. The attack: thousands of them in each report. */
const MOST_TRIALS = 400;
const KEPT_BYTES = 4096;

/** An odd row as it is kept: the raw value is cut, bytes are in base64. */
export function oddRow(raw: unknown, reason: string): OddRow {
  const text = JSON.stringify(raw, (_key, value) => value instanceof Uint8Array ? value.toBase64() : value);
  return { reason: foreignText(reason), raw: foreignValue(JSON.parse(text), { bytes: KEPT_BYTES }) };
}

/**
 * Keeps a list: `keep` replaces it whole. When PostgreSQL refuses a value, the rows with such a value are found by halving and
 * kept apart with the reason; the others are kept as they should be. `odd` are those that were found before.
 */
export async function keepList<Row>(
  tx: Tx,
  enrollmentId: number,
  list: InventoryList,
  rows: readonly Row[],
  odd: readonly OddRow[],
  keep: (tx: Tx, rows: readonly Row[]) => Promise<void>,
): Promise<void> {
  let trials = 0;
  const found: OddRow[] = [...odd];
  /** The rows that can be kept. */
  const sound = async (some: readonly Row[]): Promise<readonly Row[]> => {
    if (some.length === 0) return [];
    const reason = await refusalOf(tx, (inner) => keep(inner, some));
    if (reason === undefined) return some;
    if (some.length === 1 || ++trials > MOST_TRIALS) {
      const room = Math.max(0, MOST_ODD_ROWS - found.length);
      for (const row of some.slice(0, room)) found.push(oddRow(row, reason));
      return [];
    }
    const half = some.length >> 1;
    return [...await sound(some.slice(0, half)), ...await sound(some.slice(half))];
  };
  const kept = await sound(rows);
  // The trials replaced the list with pieces of it.
  if (kept.length < rows.length || rows.length === 0) await keep(tx, kept);
  await replaceOddRows(tx, enrollmentId, list, found.slice(0, MOST_ODD_ROWS));
}

/** Why PostgreSQL refuses what `work` writes, which is undone then; undefined when it does not. */
async function refusalOf(tx: Tx, work: (inner: Tx) => Promise<void>): Promise<string | undefined> {
  try {
    await tx.savepoint(work);
    return undefined;
  } catch (error) {
    if (!isRefusedValue(error) || !(error instanceof Error)) throw error;
    return error.message;
  }
}
