/**
 * Custom values as they are stored: secrets encrypted.
 *
 * @module
 */

import { type DeviceValueRow, findPlainSecrets, sealPlainSecret } from "../../db/variables/device_values.ts";
import type { Runtime } from "../runtime.ts";
import type { KeyRing } from "../secrets/key_ring.ts";

const context = (id: number) => ({ table: "device_values", column: "value_sealed", id });
/** Values that are sealed in one go. */
const BATCH = 100;

/** Returns the text of a stored value. Throws SecretError when its key is not on the ring. */
export async function openDeviceValue(
  keys: KeyRing,
  row: Pick<DeviceValueRow, "id" | "value" | "valueSealed">,
): Promise<string> {
  return row.valueSealed === null ? row.value ?? "" : await keys.openText(row.valueSealed, context(row.id));
}

/** Returns a value as the row `id` stores it. */
export async function storedDeviceValue(
  keys: KeyRing,
  id: number,
  name: string,
  { value, secret }: { value: string; secret: boolean },
): Promise<DeviceValueRow> {
  return secret
    ? { id, name, secret, value: null, valueSealed: await keys.seal(value, context(id)) }
    : { id, name, secret, value, valueSealed: null };
}

/** Encrypts the secrets that are stored in the clear. Returns their number. */
export async function sealPlainDeviceValues(
  { sql, keys }: Pick<Runtime, "sql" | "keys">,
  signal?: AbortSignal,
): Promise<number> {
  let sealed = 0;
  for (;;) {
    signal?.throwIfAborted();
    const rows = await findPlainSecrets(sql, BATCH);
    if (rows.length === 0) return sealed;
    for (const row of rows) await sealPlainSecret(sql, row, await keys.seal(row.value, context(row.id)));
    sealed += rows.length;
  }
}
