/**
 * Every setting: its name, default and meaning, in one schema.
 *
 * Settings come from environment variables, and from an optional JSON file named by `CONFIG_FILE` whose keys are the
 * lower-case names (a section `apps → zentral.contrib.mdm` is read as well). The environment wins. In both, a text may
 * hold `{{ file:PATH }}` and `{{ env:NAME }}`, which are replaced by the file's or the variable's content.
 *
 * @module
 */

import { z } from "zod";
import { LOG_LEVELS } from "./log.ts";
import { isWritable } from "./writable.ts";

/** An invalid setting; the message names it and says what is expected. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

const flag = z.union([z.boolean(), z.string()]).transform((value, context) => {
  if (typeof value === "boolean") return value;
  if (/^(true|yes|y|t|1|on)$/i.test(value)) return true;
  if (/^(false|no|n|f|0|off)$/i.test(value)) return false;
  context.addIssue({ code: "custom", message: `should be true or false, is "${value}"` });
  return z.NEVER;
});

const number = (low: number, high: number) =>
  z.union([z.number(), z.string()]).transform((value, context) => {
    const parsed = typeof value === "number" ? value : value.trim() === "" ? NaN : Number(value);
    if (Number.isFinite(parsed) && parsed >= low && parsed <= high) return parsed;
    context.addIssue({ code: "custom", message: `should be a number from ${low} to ${high}, is "${value}"` });
    return z.NEVER;
  });

const whole = (low: number, high: number) =>
  number(low, high).refine(Number.isInteger, { error: `should be a whole number from ${low} to ${high}` });

const list = z.union([z.array(z.string()), z.string()]).transform((value) =>
  (typeof value === "string" ? value.split(/[\s,]+/) : value).map((item) => item.trim()).filter((item) => item !== "")
);

const origin = z.string().transform((value, context) => {
  const url = URL.parse(value);
  if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === "/" && url.search === "" && url.hash === "") {
    return url.origin;
  }
  context.addIssue({ code: "custom", message: `should be an address like https://mdm.example.com, is "${value}"` });
  return z.NEVER;
});

const pem = (label: RegExp) =>
  z.string().refine((value) => label.test(value), { error: "should be PEM text (use {{ file:PATH }} to load a file)" });
const certificatePem = pem(/-----BEGIN CERTIFICATE-----/);
const keyPem = pem(/-----BEGIN [A-Z ]*PRIVATE KEY-----/);

const SCHEMA = z.object({
  HOST: z.string().default("127.0.0.1").describe("The address to listen on; 0.0.0.0 or :: for all."),
  PORT: whole(0, 65535).default(8000).describe("The port of pages, API and devices."),
  BASE_URL: origin.optional().describe(
    "The address that devices and browsers use. Default: http(s)://localhost:PORT.",
  ),
  MTLS_PORT: whole(0, 65535).optional().describe(
    "A second port where the server itself asks devices for their certificate.",
  ),
  MTLS_BASE_URL: origin.optional().describe(
    "The address of the mutual TLS port or proxy, where enrolled devices check in. Default: BASE_URL.",
  ),
  TLS_FULLCHAIN: certificatePem.optional().describe("The server's certificate chain in PEM. Without it: plain HTTP."),
  TLS_PRIVKEY: keyPem.optional().describe("The private key of TLS_FULLCHAIN in PEM."),
  SIGNING_FULLCHAIN: certificatePem.optional().describe(
    "The certificate chain that signs profiles. Default: TLS_FULLCHAIN, or else the built-in CA.",
  ),
  SIGNING_PRIVKEY: keyPem.optional().describe("The private key of SIGNING_FULLCHAIN in PEM."),
  DATA_DIR: z.string().default("./data").describe(
    "The folder of the embedded database, the generated key file and uploaded files.",
  ),
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, "should start with postgres://").optional().describe(
    "A PostgreSQL 15 or later. Default: the embedded one.",
  ),
  DATABASE_POOL: whole(2, 500).default(16).describe(
    "Connections to the database per process; six of ten are for devices.",
  ),
  DATABASE_PREPARE: flag.default(true).describe("Prepared statements; false behind a transaction pooler."),
  MAX_CONNECTIONS: whole(8, 1_000_000).optional().describe(
    "Connections that the process holds at once. Default: what its limit of open files allows, at most 10000.",
  ),
  MAX_CONNECTIONS_PER_ADDRESS: whole(1, 1_000_000).default(1000).describe(
    "Connections of one address; behind a trusted proxy, requests in flight of one address.",
  ),
  BODY_MEMORY: whole(16, 1_000_000).default(128).describe(
    "Megabytes of memory for all request bodies together.",
  ),
  SHUTDOWN_SECONDS: number(0, 3600).default(20).describe(
    "Seconds that requests in flight have to finish when the server stops.",
  ),
  SECRET_KEYS: z.string().optional().describe(
    "The keys that seal secrets, id:base64 of 32 bytes, comma separated, the current one first. Default: DATA_DIR/secret.keys.",
  ),
  FILES_URL: z.string().refine(
    (url) =>
      /^s3:\/\/[a-z0-9][a-z0-9.-]+[a-z0-9](\/[A-Za-z0-9._-]+)*\/?$/.test(url) &&
      !url.split("/").some((part) => /^\.+$/.test(part)),
    "should be like s3://bucket/prefix",
  )
    .optional().describe("An S3-compatible bucket for uploaded files. Default: the folder DATA_DIR/files."),
  S3_ENDPOINT: origin.optional().describe("The address of the S3-compatible service. Default: Amazon's in S3_REGION."),
  S3_REGION: z.string().regex(/^[a-z0-9-]+$/, "should be a name like eu-central-1").default("us-east-1").describe(
    "The region of the buckets.",
  ),
  S3_ACCESS_KEY_ID: z.string().min(1).optional().describe("The key that may read and write the buckets."),
  S3_SECRET_ACCESS_KEY: z.string().min(1).optional().describe("The secret of S3_ACCESS_KEY_ID."),
  FILE_URI_HOSTS: list.default([]).describe(
    "Hosts (with :port where it is not 443) that the server may fetch files from over https when an API call names such a file.",
  ),
  TRUSTED_PROXIES: list.default([]).describe(
    "Addresses or CIDR ranges of proxies whose forwarding headers are trusted.",
  ),
  TRUSTED_PROXY_SECRET: z.string().min(16, "should have at least 16 characters").optional().describe(
    "A shared secret that a trusted proxy sends as X-Espalier-Proxy-Secret. Required to trust certificate headers.",
  ),
  MTLS_PROXY: flag.optional().describe(
    "Whether devices show their certificate to a proxy or to MTLS_PORT. false: they sign each message. Default: true when one of them is configured.",
  ),
  SCEP_CA_FULLCHAIN: certificatePem.optional().describe(
    "The chain of an external SCEP CA whose identities are trusted, in PEM.",
  ),
  SCEP_ALLOW_DES: flag.default(true).describe(
    "Whether SCEP requests in single DES are accepted (old clients; each leaves an event).",
  ),
  DISTRIBUTE_TLS_CHAIN: flag.default(true).describe("Whether enrollment profiles carry the root of TLS_FULLCHAIN."),
  DEVICE_TEST_ROOTS: certificatePem.optional().describe(
    "For development: roots accepted as if Apple had made the device. Readiness warns while it is set.",
  ),
  ORGANIZATION: z.string().min(1).max(128).refine(isWritable, "should have no control characters").default("Espalier")
    .describe("The name that users of devices see."),
  LOG_LEVEL: z.enum([...LOG_LEVELS, "silent"]).default("info").describe("debug, info, warn, error or silent."),
  APNS_URL: origin.default("https://api.push.apple.com").describe("Apple's push service."),
  APNS_ANCHORS: certificatePem.optional().describe("Roots to trust for APNS_URL in addition to the system's."),
  ACTIVATION_LOCK_URL: origin.default("https://deviceservices-external.apple.com").describe(
    "Apple's service that removes Activation Locks.",
  ),
  ACTIVATION_LOCK_ANCHORS: certificatePem.optional().describe(
    "Roots to trust for ACTIVATION_LOCK_URL in addition to the system's.",
  ),
  SOFTWARE_LOOKUP_URL: origin.default("https://gdmf.apple.com").describe("Apple's software lookup service."),
  SOFTWARE_LOOKUP_ANCHORS: certificatePem.optional().describe(
    "Roots to trust for SOFTWARE_LOOKUP_URL in addition to Apple's own; the system's are not trusted for it.",
  ),
  APNS_KEY: keyPem.optional().describe("A token signing key (.p8) for push, used instead of client certificates."),
  APNS_KEY_ID: z.string().regex(/^[A-Z0-9]{10}$/, "should be 10 letters and digits").optional().describe(
    "The id of APNS_KEY.",
  ),
  APNS_TEAM_ID: z.string().regex(/^[A-Z0-9]{10}$/, "should be 10 letters and digits").optional().describe(
    "The team of APNS_KEY.",
  ),
  DEVICE_ASSIGNMENT_URL: origin.default("https://mdmenrollment.apple.com").describe(
    "Apple's device assignment service (Automated Device Enrollment).",
  ),
  CONTENT_URL: origin.default("https://vpp.itunes.apple.com").describe("Apple's Apps & Books service."),
  PUSH_MIN_TARGET_AGE: number(1, 120).default(5).describe("Seconds after its enrollment before a device is pushed."),
  PUSH_MAX_COMMAND_WAIT: number(10, 3600).default(30).describe(
    "Seconds a sent command may stay unanswered before a new push.",
  ),
  PUSH_BATCH: whole(1, 1000).default(50).describe("Devices claimed at once by the notifier."),
  PUSH_VISIBILITY_TIMEOUT: number(10, 600).default(120).describe(
    "Seconds after which an unfinished claim expires.",
  ),
  PUSH_CAPACITY: whole(1, 1000).default(20).describe("Pushes that may leave at once."),
  PUSH_RATE: number(0.1, 1000).default(100).describe("Pushes per second."),
  WAKE_RATE: number(0.1, 1000).default(20).describe(
    "Devices that changes of blueprints may wake per second, all changes together.",
  ),
  ROLLOUT_HALT_PERCENT: whole(0, 100).default(20).describe(
    "Percent of installs of a new version that may fail before its rollout halts; 0: never. Artifacts may have their own.",
  ),
  ROLLOUT_HALT_MINIMUM: whole(1, 100_000).default(3).describe("Failures before a rollout can halt."),
  CONNECT_DEFAULT_PERIOD: number(60, 604800).default(14400).describe(
    "Seconds of silence after which a device is pushed.",
  ),
  CONNECT_RETRY_DELAY: number(600, 604800).default(86400).describe(
    "Seconds before a device that does not react is pushed again.",
  ),
  CONNECT_ENROLL_RETRY_DELAY: number(10, 3600).default(30).describe("The same, for a device that never connected."),
  COMMAND_RESEND_AFTER: number(10, 86400).default(60).describe(
    "Seconds after which a command without an answer is offered again.",
  ),
  IDENTITY_VALIDITY_DAYS: whole(2, 3650).default(365).describe(
    "Life of a device identity that the built-in CA issues.",
  ),
  IDENTITY_RENEW_DAYS: whole(1, 365).default(90).describe("Days before its expiry when a device identity is renewed."),
  EVENT_RETENTION_MONTHS: whole(1, 240).default(13).describe("Months that events are kept."),
  HISTORY_RETENTION_MONTHS: whole(1, 240).default(13).describe("Months that finished commands are kept."),
  DEVICE_DELETION_DAYS: whole(1, 3650).default(30).describe(
    "Days that a deleted device can be restored; then its data is removed.",
  ),
  JOB_WORKERS: whole(0, 100).default(4).describe(
    "Jobs that run at once in this process; 0: only crons drain the queue.",
  ),
  SESSION_HOURS: number(0.1, 720).default(12).describe("Hours after which a signed-in browser must sign in again."),
  PUSH_CSR_SIGNER_URL: z.url({ protocol: /^https?$/, error: "should be an http(s) address" }).optional().describe(
    "A vendor service that signs push certificate requests.",
  ),
  METRICS_TOKEN: z.string().min(16, "should have at least 16 characters").optional().describe(
    "The bearer token of /metrics and of the reasons of /readyz; without it /metrics answers 403.",
  ),
});

type Settings = z.infer<typeof SCHEMA>;

/** The settings as the server uses them. */
export type Config = Omit<Settings, "BASE_URL" | "MTLS_BASE_URL" | "MTLS_PROXY"> & {
  BASE_URL: string;
  MTLS_BASE_URL: string;
  MTLS_PROXY: boolean;
};

/** Returns names, defaults and meanings, for `--help` and the documentation. */
export function describeSettings(): { name: string; meaning: string; fallback: string }[] {
  return Object.entries(SCHEMA.shape).map(([name, schema]) => {
    const parsed = schema.safeParse(undefined);
    const fallback = parsed.success && parsed.data !== undefined ? JSON.stringify(parsed.data) : "";
    return { name, meaning: schema.description ?? "", fallback };
  });
}

/** How settings are read; replaced in tests. */
export type ConfigSource = { env: Record<string, string | undefined>; readFile(path: string): string };

const systemSource = (): ConfigSource => ({
  env: Deno.env.toObject(),
  readFile: (path) => Deno.readTextFileSync(path),
});

function substitute(name: string, value: unknown, source: ConfigSource): unknown {
  if (Array.isArray(value)) return value.map((item) => substitute(name, item, source));
  if (typeof value !== "string") return value;
  return value.replace(/\{\{[^{}]*\}\}/g, (whole) => {
    const inside = whole.slice(2, -2).trim();
    const colon = inside.indexOf(":");
    const [kind, key] = [inside.slice(0, colon), inside.slice(colon + 1)];
    if (colon < 0 || (kind !== "env" && kind !== "file")) return whole;
    if (kind === "env") {
      const found = source.env[key];
      if (found === undefined) throw new ConfigError(`Cannot use the setting ${name}: the variable ${key} is not set`);
      return found;
    }
    try {
      return source.readFile(key).trimEnd();
    } catch (cause) {
      throw new ConfigError(`Cannot use the setting ${name}: the file "${key}" cannot be read`, { cause });
    }
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function fileSettings(path: string, source: ConfigSource): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(source.readFile(path));
  } catch (cause) {
    throw new ConfigError(`Cannot use the setting CONFIG_FILE: "${path}" cannot be read as JSON`, { cause });
  }
  if (!isRecord(parsed)) throw new ConfigError(`Cannot use the setting CONFIG_FILE: "${path}" should hold an object`);
  const { apps, ...top } = parsed;
  const section = isRecord(apps) && isRecord(apps["zentral.contrib.mdm"]) ? apps["zentral.contrib.mdm"] : {};
  const settings: Record<string, unknown> = {};
  for (const [key, value] of Object.entries({ ...top, ...section })) {
    const name = key.toUpperCase();
    if (!(name in SCHEMA.shape)) {
      throw new ConfigError(`Cannot use the file "${path}": it has no setting called "${key}"`);
    }
    settings[name] = value;
  }
  return settings;
}

/** Returns the settings of this process. Throws ConfigError with one sentence for each setting that cannot be used. */
export function loadConfig(overrides: Record<string, unknown> = {}, source: ConfigSource = systemSource()): Config {
  const path = source.env.CONFIG_FILE;
  const given: Record<string, unknown> = path === undefined || path === "" ? {} : fileSettings(path, source);
  for (const name of Object.keys(SCHEMA.shape)) {
    const value = source.env[name];
    if (value !== undefined && value !== "") given[name] = value;
  }
  Object.assign(given, overrides);
  for (const [name, value] of Object.entries(given)) given[name] = substitute(name, value, source);
  const parsed = SCHEMA.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => `Cannot use the setting ${issue.path.join(".")}: ${issue.message}`).join("\n"),
    );
  }
  return complete(parsed.data);
}

function complete(settings: Settings): Config {
  const pair = (one: keyof Settings, other: keyof Settings) => {
    if ((settings[one] === undefined) !== (settings[other] === undefined)) {
      const [there, missing] = settings[one] === undefined ? [other, one] : [one, other];
      throw new ConfigError(`Cannot use the setting ${there} without ${missing}`);
    }
  };
  pair("TLS_FULLCHAIN", "TLS_PRIVKEY");
  pair("SIGNING_FULLCHAIN", "SIGNING_PRIVKEY");
  pair("APNS_KEY", "APNS_KEY_ID");
  pair("APNS_KEY", "APNS_TEAM_ID");
  pair("S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY");
  if (settings.FILES_URL !== undefined && settings.S3_ACCESS_KEY_ID === undefined) {
    throw new ConfigError("Cannot use the setting FILES_URL without S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY");
  }
  if (settings.MTLS_PORT !== undefined && settings.TLS_FULLCHAIN === undefined) {
    throw new ConfigError("Cannot use the setting MTLS_PORT without TLS_FULLCHAIN and TLS_PRIVKEY");
  }
  if (settings.IDENTITY_RENEW_DAYS >= settings.IDENTITY_VALIDITY_DAYS) {
    throw new ConfigError(
      `Cannot use the setting IDENTITY_RENEW_DAYS: it should be less than IDENTITY_VALIDITY_DAYS (${settings.IDENTITY_VALIDITY_DAYS})`,
    );
  }
  const proxied = settings.TRUSTED_PROXIES.length > 0 && settings.TRUSTED_PROXY_SECRET !== undefined;
  const canShow = settings.MTLS_PORT !== undefined || proxied;
  if (settings.MTLS_PROXY === true && !canShow) {
    throw new ConfigError(
      "Cannot use the setting MTLS_PROXY: without MTLS_PORT, or TRUSTED_PROXIES with TRUSTED_PROXY_SECRET, no device certificate can arrive",
    );
  }
  const scheme = settings.TLS_FULLCHAIN === undefined ? "http" : "https";
  const base = settings.BASE_URL ?? `${scheme}://localhost:${settings.PORT}`;
  const mtls = settings.MTLS_BASE_URL ??
    (settings.MTLS_PORT === undefined ? base : `https://${new URL(base).hostname}:${settings.MTLS_PORT}`);
  return { ...settings, BASE_URL: base, MTLS_BASE_URL: mtls, MTLS_PROXY: settings.MTLS_PROXY ?? canShow };
}
