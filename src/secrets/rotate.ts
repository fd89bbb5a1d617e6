/**
 * Rotation: every secret that was sealed with an older key is sealed again with the first key of the ring.
 *
 * May run while the server works, may be interrupted and repeated: a value is replaced only if it is still the one that
 * was read, and only after it was opened.
 *
 * @module
 */

import { findInstanceSetting, putInstanceSetting } from "../../db/installation/instance_settings.ts";
import { findSealedOtherwise, replaceSealed, SEALED_COLUMNS } from "../../db/installation/sealed_columns.ts";
import type { Runtime } from "../runtime.ts";
import { KEY_CHECK } from "./load.ts";

const BATCH = 200;

/** The result of a rotation: the current key, and the number of re-encrypted values by column. */
export type Rotation = { key: string; resealed: Record<string, number> };

/** Re-encrypts everything that is not encrypted with the primary key. Throws `signal.reason` when aborted. */
export async function rotateSecrets(
  runtime: Pick<Runtime, "sql" | "keys">,
  signal?: AbortSignal,
): Promise<Rotation> {
  const { sql, keys } = runtime;
  const resealed: Record<string, number> = {};
  for (const column of SEALED_COLUMNS) {
    let count = 0;
    let after: string | null = null;
    for (;;) {
      signal?.throwIfAborted();
      const values = await findSealedOtherwise(sql, column, keys.primary, after, column.large === true ? 1 : BATCH);
      for (const value of values) {
        const context = { table: column.table, column: column.column, id: value.id };
        const fresh = await keys.seal(await keys.open(value.sealed, context), context);
        if (await replaceSealed(sql, column, value, fresh)) count++;
      }
      after = values.at(-1)?.id ?? null;
      if (after === null) break;
    }
    if (count > 0) resealed[`${column.table}.${column.column}`] = count;
  }
  const check = await findInstanceSetting(sql, KEY_CHECK.id);
  if (typeof check === "string" && keys.isStale(check)) {
    await putInstanceSetting(sql, KEY_CHECK.id, await keys.seal(await keys.open(check, KEY_CHECK), KEY_CHECK));
  }
  return { key: keys.primary, resealed };
}
