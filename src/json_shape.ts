/**
 * How large JSON is, without parsing it.
 *
 * @module
 */

/** The levels of arrays and objects in JSON, and about the values in it: never fewer than there are. */
export type JsonShape = { depth: number; values: number };

/**
 * Returns the shape of JSON. The attack: endless nesting exhausts the stack of the code that walks it, the database's
 * too, and a few megabytes of `1,1,…` are millions of values, of which each step of a walk costs as much as text.
 */
export function jsonShape(data: Uint8Array): JsonShape {
  let [depth, deepest, quoted, values] = [0, 0, false, 1];
  for (let at = 0; at < data.length; at++) {
    const byte = data[at];
    if (quoted) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) quoted = false;
    } else if (byte === 0x22) quoted = true;
    else if (byte === 0x2c) values++;
    else if (byte === 0x5b || byte === 0x7b) {
      values++;
      if (++depth > deepest) deepest = depth;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return { depth: deepest, values };
}
