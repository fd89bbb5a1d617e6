/**
 * How deep JSON goes, without parsing it.
 *
 * @module
 */

/**
 * Returns the levels of arrays and objects in JSON. The attack: what is nested without end exhausts the stack of the code
 * that walks it, the database's too.
 */
export function jsonDepth(data: Uint8Array): number {
  let [depth, deepest, quoted] = [0, 0, false];
  for (let at = 0; at < data.length; at++) {
    const byte = data[at];
    if (quoted) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) quoted = false;
    } else if (byte === 0x22) quoted = true;
    else if (byte === 0x5b || byte === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return deepest;
}
