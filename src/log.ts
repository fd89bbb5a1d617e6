/**
 * Structured logs: one JSON object a line, redacted before it is written.
 *
 * @module
 */

import { CUT, foreignText } from "./foreign_text.ts";

/** Levels in rising order of weight. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** How heavy a line is. */
export type LogLevel = typeof LOG_LEVELS[number];

/** The fields of a line in addition to its message. */
export type LogFields = Record<string, unknown>;

/** Writes lines at or above its level. */
export type Logger = {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger whose every line also carries `fields`. */
  with(fields: LogFields): Logger;
};

const SECRET_NAME =
  /secret|token|passw|passphrase|private|credential|challenge|authorization|cookie|signature|push_?magic|\bpin\b|_pin$|^pin_|csrf|recovery|bypass|sealed|\bprk\b|database_url/i;
/** Facts about a secret that are not the secret: `token_type`, `secret_id`, `pin_set_at` … */
const ABOUT_A_SECRET = /_(type|id|pk|count|at|expiry|status|state|names?|kind|hash|escrowed|updated|required|length)$/i;
const SECRET_TEXT = [
  /\bztl[us]_[A-Za-z0-9]{36}\b/g,
  /(:\/\/[^\s/:@]+:)[^\s/@]+@/g,
];

/** Words before a secret, the character after them, and the minimum length of a secret after them. */
const SECRET_AFTER: readonly [RegExp, string, number][] = [
  [/\b(?:Token|Bearer|Basic) [A-Za-z0-9+/=_.~-]+/g, " ", 8],
  [/\b(?:MDM\$[A-Z]+|OTA)\$[A-Za-z0-9]+/g, "$", 16],
];
/** The length limit of one text in a line or an event; stacks are the longest. */
const LOGGED_TEXT = 8192;
/** The length that is searched beyond the limit, so that no secret hides by being cut in the middle. */
const OVERLAP = 1024;
const LOGGED_NAME = 200;
/** Items of a list or object. */
const LOGGED_ITEMS = 1000;

const BEGIN = "-----BEGIN ";
const END = "-----END ";
const DASHES = "-----";

/**
 * Returns where the private key's mark that begins at or after `from` begins and ends; marks of other things are
 * skipped.
 */
function keyMark(text: string, mark: string, from: number): { start: number; end: number } | undefined {
  for (let start = text.indexOf(mark, from); start >= 0; start = text.indexOf(mark, start + mark.length)) {
    const close = text.indexOf(DASHES, start + mark.length);
    if (close < 0) return undefined;
    // The label ends there, however long it is; each search continues after the last one.
    if (text.startsWith("PRIVATE KEY", close - 11)) return { start, end: close + DASHES.length };
  }
  return undefined;
}

/** Returns `text` without its private keys; one without an end mark extends to the end of the text. */
function withoutKeys(text: string): string {
  let result = "";
  let at = 0;
  for (let begin = keyMark(text, BEGIN, 0); begin !== undefined; begin = keyMark(text, BEGIN, at)) {
    result += `${text.slice(at, begin.start)}<redacted>`;
    at = keyMark(text, END, begin.end)?.end ?? text.length;
  }
  return result + text.slice(at);
}

/**
 * Returns a text without secrets, and cut. The attack: a subject or an id of megabytes in each line, searched for keys.
 */
function redactText(text: string): string {
  const seen = withoutKeys(text.length > LOGGED_TEXT ? text.slice(0, LOGGED_TEXT + OVERLAP) : text);
  const some = SECRET_TEXT.reduce((text, pattern) => text.replace(pattern, "<redacted>"), seen);
  const plain = SECRET_AFTER.reduce(
    (text, [pattern, sign, length]) =>
      text.replace(pattern, (all) => all.length - all.lastIndexOf(sign) > length ? "<redacted>" : all),
    some,
  );
  return text.length > LOGGED_TEXT ? foreignText(`${plain.slice(0, LOGGED_TEXT)}${CUT}`, 4 * LOGGED_TEXT) : plain;
}

/** Returns `value` with secrets replaced by `<redacted>`, by the names of its keys and by the shape of its texts. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return value.toString();
  if (value === null || typeof value !== "object") return value;
  if (depth > 8) return "<deep>";
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  if (value instanceof Error) {
    return {
      name: value.name,
      message: redact(value.message),
      ...("code" in value ? { code: redact(value.code) } : {}),
      ...("reason" in value ? { reason: redact(value.reason) } : {}),
      stack: redact(value.stack ?? ""),
      ...(value.cause === undefined ? {} : { cause: redact(value.cause, depth + 1) }),
    };
  }
  if (Array.isArray(value)) {
    const items = value.slice(0, LOGGED_ITEMS).map((item) => redact(item, depth + 1));
    return value.length > LOGGED_ITEMS ? [...items, CUT] : items;
  }
  return Object.fromEntries(
    Object.entries(value).slice(0, LOGGED_ITEMS).map(([name, item]) => [
      name.length > LOGGED_NAME ? `${name.slice(0, LOGGED_NAME)}${CUT}` : name,
      SECRET_NAME.test(name) && !ABOUT_A_SECRET.test(name) && item !== null && item !== undefined &&
        typeof item !== "boolean"
        ? "<redacted>"
        : redact(item, depth + 1),
    ]),
  );
}

const encoder = new TextEncoder();
const writeStderr = (line: string) => {
  const bytes = encoder.encode(line + "\n");
  try {
    for (let written = 0; written < bytes.length;) written += Deno.stderr.writeSync(bytes.subarray(written));
  } catch {
    // The disk of the log is full, or its reader has gone: no work fails for a line, and there is nowhere to say so.
  }
};

/** Returns a logger that writes lines of `level` and above through `write` (standard error by default). */
export function createLogger(
  level: LogLevel | "silent",
  now: () => Date,
  write: (line: string) => void = writeStderr,
  fixed: LogFields = {},
): Logger {
  const threshold = level === "silent" ? LOG_LEVELS.length : LOG_LEVELS.indexOf(level);
  const line = (weight: LogLevel) => (message: string, fields: LogFields = {}) => {
    if (LOG_LEVELS.indexOf(weight) < threshold) return;
    const redacted = redact({ ...fixed, ...fields });
    write(JSON.stringify({ time: now().toISOString(), level: weight, message: redact(message), ...Object(redacted) }));
  };
  return {
    debug: line("debug"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
    with: (fields) => createLogger(level, now, write, { ...fixed, ...fields }),
  };
}
