/**
 * Lines of a version's content without its secrets.
 *
 * Pure.
 *
 * @module
 */

const SECRET_WORD = /password|passphrase|secret|psk|challenge|privatekey/i;
const KEY = /^[\w.-]+$/;

/** Returns a line as shown: values of keys that name a secret are hidden. */
export function withoutSecret(line: string): string {
  const colon = line.indexOf(": ");
  if (colon < 0) return line;
  const head = line.slice(0, colon).trimStart();
  const quoted = head.startsWith("- ") ? head.slice(2) : head;
  const key = quoted.startsWith('"') && quoted.endsWith('"') ? quoted.slice(1, -1) : quoted;
  if (!KEY.test(key) || !SECRET_WORD.test(key)) return line;
  const comma = line.endsWith(",") ? "," : "";
  const value = line.slice(colon + 2, line.length - comma.length);
  const hidden = value.startsWith("data ") || value.startsWith('"');
  return hidden ? `${line.slice(0, colon + 2)}••••••${comma}` : line;
}
