/** Returns a number of bytes in words: "412 bytes", "1.4 MB" (decimal, as Finder shows sizes). */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  const [unit, length] = bytes < 1_000_000 ? ["KB", 1000] as const : ["MB", 1_000_000] as const;
  return `${(bytes / length).toFixed(1).replace(/\.0$/, "")} ${unit}`;
}
