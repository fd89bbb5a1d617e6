/**
 * Custom values of devices: the values of `$CUSTOM.NAME`. They belong to the hardware and may be set before it enrolls.
 *
 * Marked values are secrets: encrypted, and delivered only to the device. No answer, page, event or log line has them.
 *
 * @module
 */

import type { Db } from "../../db/open.ts";
import {
  type DeviceValueRow,
  lockDeviceValues,
  nextDeviceValueIds,
  writeDeviceValues,
} from "../../db/variables/device_values.ts";
import { invalid } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { isWritable } from "../writable.ts";
import { CUSTOM_NAME } from "./names.ts";
import { looksSecret } from "./secret_names.ts";
import { openDeviceValue, storedDeviceValue } from "./stored_values.ts";

/** Values that one device may have, and characters that one may have. */
export const DEVICE_VALUE_LIMITS = { values: 100, characters: 4096 } as const;

/** The visible part of a device's values: the open ones, and the names of the secrets. */
export type DeviceValuesView = { values: Record<string, string>; secrets: string[] };

/**
 * The values that a device should have, and no others. With `secrets`, exactly those names are secrets, and one without
 * a value here keeps its current value. Without it secrets stay secrets, those that `values` does not name are kept,
 * and new names that look like secrets are marked.
 */
export type DeviceValuesInput = {
  values: Readonly<Record<string, string>>;
  secrets?: readonly string[] | undefined;
};

/** A value in the clear. */
type Value = { value: string; secret: boolean };
type Values = ReadonlyMap<string, Value>;

/** Returns the visible part of stored values. */
export function deviceValuesView(rows: readonly DeviceValueRow[]): DeviceValuesView {
  return {
    values: Object.fromEntries(rows.flatMap((row) => (row.secret ? [] : [[row.name, row.value]]))),
    secrets: rows.flatMap(({ name, secret }) => (secret ? [name] : [])),
  };
}

// The attack: an error about a secret quotes it, in an answer that is stored.
function faultOf(name: string, value: string): string | undefined {
  if (!CUSTOM_NAME.test(name)) {
    return `"${
      name.slice(0, 64)
    }" is not a valid name. A name is a capital letter, followed by up to 63 of A-Z, 0-9 and _`;
  }
  if (value.length > DEVICE_VALUE_LIMITS.characters) {
    return `The value of ${name} has ${value.length} characters, ${DEVICE_VALUE_LIMITS.characters} are accepted`;
  }
  if (!isWritable(value)) {
    return `The value of ${name} has characters that XML text cannot hold`;
  }
  return undefined;
}

/** Returns the values of a device with `before` after `input`. Throws `invalid` on `values` and `secrets`. */
function valuesAfter(before: Values, { values, secrets }: DeviceValuesInput): Values {
  const named = Object.entries(values);
  const faults = named.flatMap(([name, value]) => faultOf(name, value) ?? []);
  const marked = secrets === undefined ? undefined : new Set(secrets);
  const isSecret = (name: string) => marked?.has(name) ?? before.get(name)?.secret ?? looksSecret(name);
  const after = new Map(named.map(([name, value]) => [name, { value, secret: isSecret(name) }]));
  const kept = [...before].filter(([name, { secret }]) => secret && !after.has(name) && isSecret(name));
  for (const [name, value] of kept) after.set(name, value);
  const unknown = [...marked ?? []].filter((name) => !after.has(name))
    .map((name) => `"${name.slice(0, 64)}" has no value, and no secret has that name`);
  if (after.size > DEVICE_VALUE_LIMITS.values) {
    faults.push(`There are ${after.size} values, ${DEVICE_VALUE_LIMITS.values} are accepted`);
  }
  if (faults.length > 0 || unknown.length > 0) {
    throw invalid({
      ...(faults.length === 0 ? {} : { values: faults }),
      ...(unknown.length === 0 ? {} : { secrets: unknown }),
    });
  }
  return after;
}

/** Returns the part of an audit entry: the texts of those that are secrets on neither side, the names of the others. */
function audited(values: Values, other: Values): Record<string, unknown> {
  const hidden = (name: string, { secret }: Value) => secret || other.get(name)?.secret === true;
  const all = [...values];
  return {
    values: Object.fromEntries(all.flatMap(([name, one]) => (hidden(name, one) ? [] : [[name, one.value]]))),
    secret_names: all.flatMap(([name, one]) => (hidden(name, one) ? [name] : [])),
  };
}

/**
 * Gives a device the values of `input`. Records an audit entry when something changed, with the names of all that changed and
 * the texts of the open ones. Returns the names of those whose texts changed; making devices plan again is the caller's.
 *
 * Throws `invalid` on `values` and `secrets`.
 */
export async function setDeviceValues(
  tx: Db,
  runtime: Pick<Runtime, "clock" | "random" | "keys">,
  by: By,
  serialNumber: string,
  input: DeviceValuesInput,
): Promise<string[]> {
  const rows = new Map((await lockDeviceValues(tx, serialNumber)).map((row) => [row.name, row]));
  const before = new Map<string, Value>();
  for (const row of rows.values()) {
    before.set(row.name, { value: await openDeviceValue(runtime.keys, row), secret: row.secret });
  }
  const after = valuesAfter(before, input);
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const texts = names.filter((name) => before.get(name)?.value !== after.get(name)?.value);
  const changed = names.filter((name) => texts.includes(name) || before.get(name)?.secret !== after.get(name)?.secret);
  if (changed.length === 0) return [];
  const written = [...after].filter(([name]) => changed.includes(name));
  const ids = await nextDeviceValueIds(tx, written.length);
  const stored: DeviceValueRow[] = [];
  for (const [index, [name, value]] of written.entries()) {
    stored.push(await storedDeviceValue(runtime.keys, ids[index] ?? 0, name, value));
  }
  await writeDeviceValues(tx, serialNumber, [...after.keys()], stored, runtime.clock.now());
  await recordAudit(tx, runtime, by, {
    action: "updated",
    model: "mdm.devicevalues",
    pk: serialNumber,
    serialNumber,
    before: audited(before, after),
    after: { ...audited(after, before), changed },
  });
  return texts;
}
