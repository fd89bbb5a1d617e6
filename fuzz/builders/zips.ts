/**
 * ZIP archives for tests: entries as they are, nothing compressed.
 *
 * @module
 */

const text = new TextEncoder();

const numbers = (...fields: [bytes: 2 | 4 | 8, value: number][]): Uint8Array =>
  new Uint8Array(fields.flatMap(([bytes, value]) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt(value), true);
    return [...new Uint8Array(view.buffer, 0, bytes)];
  }));

/**
 * An archive. `zip64` writes sizes and offsets in 64 bits; with `overlap` every entry has the bytes of the first one.
 */
export function zipOf(
  entries: readonly (readonly [name: string, content: string])[],
  { comment = "", zip64 = false, overlap = false }: { comment?: string; zip64?: boolean; overlap?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, content] of entries) {
    const [nameBytes, bytes] = [text.encode(name), text.encode(content)];
    const local = [
      numbers([4, 0x04034b50], [2, 20], [2, 0], [2, 0], [4, 0], [4, 0]),
      numbers([4, bytes.length], [4, bytes.length], [2, nameBytes.length], [2, 0]),
      nameBytes,
      bytes,
    ];
    const place = overlap ? 0 : at;
    // Another extra field precedes it.
    const extra = zip64
      ? numbers([2, 9], [2, 2], [2, 0], [2, 1], [2, 24], [8, bytes.length], [8, bytes.length], [8, place])
      : new Uint8Array();
    const wide = 0xffffffff;
    directory.push(
      numbers([4, 0x02014b50], [2, 45], [2, 20], [2, 0], [2, 0], [4, 0], [4, 0]),
      numbers([4, zip64 ? wide : bytes.length], [4, zip64 ? wide : bytes.length], [2, nameBytes.length]),
      numbers([2, extra.length], [2, 0], [2, 0], [2, 0], [4, 0], [4, zip64 ? wide : place]),
      nameBytes,
      extra,
    );
    parts.push(...local);
    at += local.reduce((sum, part) => sum + part.length, 0);
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const count = entries.length;
  const end64 = zip64
    ? [
      numbers([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, count], [8, count], [8, size], [8, at]),
      numbers([4, 0x07064b50], [4, 0], [8, at + size], [4, 1]),
    ]
    : [];
  const end = numbers([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, at], [2, comment.length]);
  const all = [...parts, ...directory, ...end64, end, text.encode(comment)];
  const whole = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of all) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
