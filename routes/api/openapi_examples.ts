/**
 * Examples of requests and answers, generated from their schemas.
 *
 * A schema's own `examples` come first, then the usual value of a field with this name, then a value of its type.
 *
 * @module
 */

import type { z } from "zod";
import { isSchema, namedJsonSchema, type Schema } from "./json_schema.ts";

const UUID = "9b2fd9a4-1f0f-4f7e-8f4e-0d5d4a1b2c3d";
const SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const PEM = "-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n";

/** The usual values of fields with these names. If the type differs, the type wins. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  account: "jun",
  action: "add",
  artifact: UUID,
  artifact_name: "Wi-Fi",
  artifact_version: UUID,
  author: "jun",
  bearer_token: "s3cret",
  build_version: "25A354",
  certificate: PEM,
  challenge: "s3cret",
  color: "0079bf",
  command: '<plist version="1.0"><dict><key>RequestType</key><string>DeviceInformation</string></dict></plist>',
  admin_password: "7K2MQH-XW4RTN",
  common_name: "JUN-MBA",
  counts: { installed: 12 },
  description: "For the offices in Hamburg",
  device_lock_pin: "123456",
  device_name: "Jun's MacBook Air",
  display_name: "Acme",
  email: "jun@example.com",
  error: null,
  error_chain: [{
    ErrorCode: 12021,
    ErrorDomain: "MCMDMErrorDomain",
    LocalizedDescription: "Unknown command",
    USEnglishDescription: "Unknown command",
  }],
  evidence: "macOS 26.1 >= 15.0",
  file_sha256: SHA256,
  package_sha256: SHA256,
  package_uri: "s3://packages/Editor.pkg",
  file_size: 1024,
  filename: "wifi.mobileconfig",
  fingerprint: SHA256,
  full_name: "Jun Ito",
  id: UUID,
  identifier: "com.example.wifi",
  ip: "192.0.2.7",
  issuer: "CN=Acme Device CA",
  key_password: "s3cret",
  kind: "push",
  last_ip: "192.0.2.7",
  long_name: "Jun Ito",
  model: "MacBookAir10,1",
  name: "Marketing",
  organization: "Acme",
  os_version: "26.1",
  os_version_at_install_time: "26.1",
  password: "correct horse battery staple",
  payload_identifier: "com.example.wifi",
  payload_uuid: UUID,
  permissions: ["mdm.view_enrolleddevice"],
  message: "Please call +49 40 123456",
  next: { kind: "command", name: "DeviceInformation", arguments: {} },
  outcome: "waits",
  phone_number: "+49 40 123456",
  pin: "123456",
  platforms: ["macOS"],
  private_key: "-----BEGIN PRIVATE KEY-----\nMIIE…\n-----END PRIVATE KEY-----\n",
  reason: "Too many failures",
  result: null,
  scheduler: "artifacts",
  secret: "s3cret",
  secrets: ["WIFI_PASSWORD"],
  serial_number: "C02XK1ZGJGH5",
  serial_numbers: ["C02XK1ZGJGH5"],
  short_name: "jun",
  short_version: "26.1",
  slug: "marketing",
  source: "PD94bWwgdmVyc2lvbj0iMS4wIj8+",
  state_reason: "Too many failures",
  subject: "CN=JUN-MBA",
  topic: "com.apple.mgmt.External.9b2fd9a4-1f0f-4f7e-8f4e-0d5d4a1b2c3d",
  udid: "00008103-000123456789001E",
  url: "https://scep.example.com/scep",
  user: "jun",
  user_id: UUID,
  username: "jun",
  uuid: UUID,
  value: "26.1",
  values: { ASSET_TAG: "A-1042" },
  variables: ["ASSET_TAG"],
  version: "26.1",
};

const BY_FORMAT: Readonly<Record<string, string>> = {
  "date-time": "2026-01-31T09:30:00Z",
  email: "jun@example.com",
  uri: "https://example.com/",
  uuid: UUID,
};

const typeOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value;

/** Whether a value of the table has the type of the schema, and is one of its values. */
function fits(schema: Schema, value: unknown): boolean {
  if (value === undefined) return false;
  if (Array.isArray(schema.enum)) return schema.enum.includes(value);
  if ("const" in schema) return schema.const === value;
  if (schema.type === "array" && isSchema(schema.items) && Array.isArray(value)) {
    const { items } = schema;
    return value.every((one) => fits(items, one));
  }
  // Structured values are described by their own fields.
  if (isSchema(schema.properties)) return false;
  if (schema.type === undefined) return !("anyOf" in schema) && !("$ref" in schema);
  return [schema.type].flat().includes(typeOf(value));
}

/** Depth at which schemas that hold themselves end. */
const DEEPEST = 12;

function resolved(schema: Schema, definitions: Schema): Schema {
  const { $ref } = schema;
  const target = typeof $ref === "string" ? definitions[$ref.slice("#/$defs/".length)] : undefined;
  return isSchema(target) ? target : schema;
}

function made(given: Schema, name: string, definitions: Schema, depth: number): unknown {
  const schema = resolved(given, definitions);
  if (Array.isArray(schema.examples)) return schema.examples[0];
  const usual = BY_NAME[name];
  if (fits(schema, usual)) return usual;
  if (depth > DEEPEST) return null;
  const inner = (one: unknown, as = name) => isSchema(one) ? made(one, as, definitions, depth + 1) : null;
  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const choices = Array.isArray(schema.anyOf) ? schema.anyOf.filter(isSchema) : [];
  if (choices.length > 0) {
    const fitting = choices.find((one) => fits(resolved(one, definitions), usual));
    return inner(fitting ?? choices.find(({ type }) => type !== "null") ?? choices[0]);
  }
  if ("default" in schema) return schema.default;
  switch ([schema.type].flat().find((type) => type !== "null")) {
    case "object":
      return Object.fromEntries(
        Object.entries(isSchema(schema.properties) ? schema.properties : {}).map((
          [key, one],
        ) => [key, inner(one, key)]),
      );
    case "array":
      return [inner(schema.items, name.replace(/s$/, ""))];
    case "string":
      return typeof schema.format === "string" ? BY_FORMAT[schema.format] ?? "text" : "text";
    case "integer":
    case "number":
      return Math.max(1, typeof schema.minimum === "number" ? schema.minimum : 1);
    case "boolean":
      return true;
    default:
      return null;
  }
}

/** Returns an example of a schema's input. The same for the same schema. */
export function exampleOf(schema: z.ZodType): unknown {
  const described = namedJsonSchema(schema);
  return made(described, "", isSchema(described.$defs) ? described.$defs : {}, 0);
}
