/**
 * Answers of devices that are stored with their command: encrypted, because a custom command's answer may be an unlock
 * token.
 *
 * @module
 */

import { type CommandView, findPlainResults, sealPlainResult } from "../../db/work/commands.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import type { Runtime } from "../runtime.ts";

const context = (id: number) => ({ table: "command_history", column: "result_sealed", id });

/** Returns the answer to store with the command of this id. */
export const sealResult = (keys: KeyRing, id: number, raw: Uint8Array): Promise<string> => keys.seal(raw, context(id));

/** Returns the answer stored with a command; null if there is none. */
export async function openResult(
  keys: KeyRing,
  command: Pick<CommandView, "id" | "result" | "resultSealed">,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (command.resultSealed !== null) return await keys.open(command.resultSealed, context(command.id));
  return command.result === null ? null : Uint8Array.from(command.result);
}

/** Seals the answers that were kept in the clear. Returns how many. */
export async function sealPlainResults(
  { sql, keys }: Pick<Runtime, "sql" | "keys">,
  signal?: AbortSignal,
): Promise<number> {
  let sealed = 0;
  for (;;) {
    signal?.throwIfAborted();
    const [row] = await findPlainResults(sql, 1);
    if (row === undefined) return sealed;
    await sealPlainResult(sql, row.id, await sealResult(keys, row.id, Uint8Array.from(row.result)));
    sealed++;
  }
}
