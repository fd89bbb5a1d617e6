/**
 * The bodies and queries of every endpoint of the API, and addresses of downloads.
 *
 * @module
 */

import { channelIdOf } from "../../db/ids.ts";
import type { Random } from "../random.ts";
import type { Endpoint } from "../../routes/api/endpoint.ts";
import { jsonSchema } from "../../routes/api/json_schema.ts";
import { addressParameters, parseOrRefuse, parseParams, parseQuery } from "../../routes/api/parse.ts";
import { ENDPOINTS } from "../../routes/api/registry.ts";
import { readDownloadToken, writeDownloadToken } from "../../src/downloads/token.ts";
import { bytes, filled, isProblem, MB, never, type ReaderTarget, text } from "./reader.ts";

const WITH_BODY = ENDPOINTS.filter(({ body }) => body !== undefined);
const nameOf = ({ method, path }: Endpoint): string => `${method} ${path}`;
const BY_NAME = new Map(WITH_BODY.map((endpoint) => [nameOf(endpoint), endpoint]));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const at = (value: unknown, key: string): unknown => isObject(value) ? value[key] : undefined;

/** A value that a JSON Schema may take. */
function valueFor(random: Random, schema: unknown, depth = 0): unknown {
  const [options, choices, type] = [at(schema, "anyOf"), at(schema, "enum"), at(schema, "type")];
  if (Array.isArray(options) && options.length > 0) return valueFor(random, random.pick(options), depth);
  if (Array.isArray(choices) && choices.length > 0) return random.pick(choices);
  switch (type) {
    case "integer":
    case "number":
      return random.pick([0, 1, -1, 2_147_483_647, 2_147_483_648, 1.5, 100, 24, 2 ** 53]);
    case "boolean":
      return random.chance(0.5);
    case "null":
      return null;
    case "array":
      return Array.from({ length: random.below(3) }, () => valueFor(random, at(schema, "items"), depth + 1));
    case "object": {
      const properties = Object.entries(at(schema, "properties") ?? {});
      if (depth > 6) return {};
      return Object.fromEntries(
        properties.filter(() => random.chance(0.8)).map(([key, inner]) => [key, valueFor(random, inner, depth + 1)]),
      );
    }
    default:
      return at(schema, "format") === "uuid" ? "01234567-89ab-4cde-8f01-23456789abcd" : random.pick([
        "",
        "a",
        "26.0",
        "com.example.a",
        "2026-06-15T12:00:00",
        "https://example.com/",
        "AAAA",
        "\0",
        "a@b.c",
      ]);
  }
}

const SCHEMAS = WITH_BODY.map((endpoint) => ({
  name: nameOf(endpoint),
  schema: jsonSchema(endpoint.describedBody ?? endpoint.body ?? endpoint.params),
}));
const KEY = new Uint8Array(32);
const TOKEN = {
  purpose: "profile",
  channelId: channelIdOf(7),
  artifactVersionId: "01234567-89ab-4cde-8f01-23456789abcd",
} as const;
const origin = "http://x/";

export const API_READERS: readonly ReaderTarget[] = [
  {
    name: "bodies of the API",
    form: "json",
    words: [...BY_NAME.keys()],
    invent(random) {
      const { name, schema } = random.pick(SCHEMAS);
      return { endpoint: name, body: valueFor(random, schema) };
    },
    async read(input) {
      let given: unknown;
      try {
        given = JSON.parse(text(input));
      } catch {
        return "no JSON";
      }
      const name = at(given, "endpoint");
      const endpoint = typeof name === "string" ? BY_NAME.get(name) : undefined;
      if (endpoint?.body === undefined) return "no endpoint";
      return await parseOrRefuse(endpoint.body, at(given, "body"));
    },
    refuses: isProblem,
    largest: MB,
    // Those that accept an empty body; the others are generated.
    seeds: () =>
      WITH_BODY.filter(({ body }) => body?.safeParse({}).success === true)
        .map((endpoint) => bytes(JSON.stringify({ endpoint: nameOf(endpoint), body: {} }))),
    shapes: {
      "unknown fields": filled(
        (index) => `"f${index}":1,`,
        `{"endpoint":"${WITH_BODY[0] === undefined ? "" : nameOf(WITH_BODY[0])}","body":{`,
        '"z":0}}',
      ),
      "serial numbers": filled(
        '"A",',
        '{"endpoint":"POST /api/inventory/devices/tags/","body":{"serial_numbers":[',
        '"B"]}}',
      ),
    },
  },
  {
    name: "queries and paths of the API",
    async read(input) {
      const url = new URL(`?${text(input)}`, origin);
      const [name = "", value = ""] = [...url.searchParams][0] ?? [];
      const results: unknown[] = [];
      for (const endpoint of ENDPOINTS) {
        results.push(
          parseParams(
            endpoint.params,
            Object.fromEntries(Object.keys(endpoint.params.shape).map((key) => [key, value])),
          ),
        );
        if (name !== "" && !(name in endpoint.query.shape)) continue;
        try {
          results.push(await parseQuery(endpoint.query, addressParameters(url)));
        } catch (error) {
          if (!isProblem(error)) throw error;
        }
      }
      return results.length;
    },
    words: [...new Set(ENDPOINTS.flatMap(({ query }) => Object.keys(query.shape)))],
    refuses: isProblem,
    largest: 64 * 1024,
    seeds: () =>
      [...new Set(ENDPOINTS.flatMap(({ query }) => Object.keys(query.shape)))].flatMap((name) =>
        ["1", "true", "2026-06-15", "a,b"].map((value) => bytes(`${name}=${value}`))
      ),
    shapes: { "one value": filled("1", "limit="), "a long text": filled("%41", "name=") },
  },
  {
    name: "download token",
    read: (input) => readDownloadToken(KEY, "profile", text(input)),
    refuses: never,
    largest: 64 * 1024,
    seeds: () => [bytes(writeDownloadToken(KEY, TOKEN))],
    shapes: { "characters": filled("A"), "dots": filled(".") },
  },
];
