/**
 * Structured logs: one JSON object a line, redacted before it is written.
 *
 * @module
 */

/** Levels in rising order of weight. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** How heavy a line is. */
export type LogLevel = typeof LOG_LEVELS[number];

/** What a line carries besides its message. */
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
const ABOUT_A_SECRET = /_(type|id|pk|count|at|expiry|status|state|name|kind|hash|escrowed|updated|required|length)$/i;
const SECRET_TEXT = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g,
  /\bztl[us]_[A-Za-z0-9]{36}\b/g,
  /\b(?:Token|Bearer|Basic) [A-Za-z0-9+/=_.~-]{8,}/g,
  /\b(MDM\$[A-Z]+|OTA)\$[A-Za-z0-9]{16,}/g,
  /(:\/\/[^\s/:@]+:)[^\s/@]+@/g,
];

/** `value` with secrets replaced by `<redacted>`, by the names of its keys and by the shape of its texts. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "string") {
    return SECRET_TEXT.reduce((text, pattern) => text.replace(pattern, "<redacted>"), value);
  }
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
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
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
  let written = 0;
  while (written < bytes.length) written += Deno.stderr.writeSync(bytes.subarray(written));
};

/** A logger that writes lines of `level` and above through `write` (standard error unless told). */
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
