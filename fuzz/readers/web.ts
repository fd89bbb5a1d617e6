/**
 * Forms, JSON, headers and addresses.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Hono } from "hono";
import { parse as parseCookies } from "hono/utils/cookie";
import { z } from "zod";
import { Form, readForm } from "../../routes/admin/parts/form.ts";
import { readJson } from "../../routes/api/body.ts";
import { addressParameters, parseQuery } from "../../routes/api/parse.ts";
import { RequestBody } from "../../routes/body.ts";
import { BodyMemory } from "../../routes/body_memory.ts";
import type { AppEnv } from "../../routes/context.ts";
import { clientAddress, proxyList } from "../../routes/request.ts";
import { Counters } from "../../src/counters.ts";
import { parseStrictJson, RefusedJsonError } from "../../src/strict_json.ts";
import { type Bytes, bytes, filled, isProblem, MB, never, type ReaderTarget, text } from "./reader.ts";

const formApp = new Hono<AppEnv>();
formApp.use(async (c, next) => {
  c.set("body", new RequestBody(c.req.raw, new BodyMemory(64 * MB, new Counters())));
  await next();
});
formApp.post("/", async (c) => {
  const form = await readForm(c, 32 * MB);
  // As the pages use it: each field by its name.
  for (const name of form.names()) if (form.texts(name).length === 0 && !form.has(name)) form.upload(name);
  return c.text(`${form instanceof Form}`);
});
formApp.onError((error) => {
  throw error;
});
const readFormOf = (type: string) => async (body: Bytes) =>
  await (await formApp.request("/", { method: "POST", body, headers: { "Content-Type": type } })).text();

const BOUNDARY = "x";
const part = (name: string, value: string) =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

export const JSON_SHAPES = {
  "nesting": filled("[", "", "]"),
  "nested objects": filled('{"a":'),
  "a long text": filled("\\u0041", '"', '"'),
  "many keys": filled((index) => `"k${index}":1,`, "{", '"z":0}'),
  "many numbers": filled("1,", "[", "1]"),
  "a long number": filled("1", "[", "]"),
};

const querySchema = z.object({ name: z.string().optional(), names: z.array(z.string()).optional() });

export const WEB_READERS: readonly ReaderTarget[] = [
  {
    name: "form, urlencoded",
    read: readFormOf("application/x-www-form-urlencoded"),
    refuses: isProblem,
    largest: 24 * MB,
    seeds: () => [bytes("username=a&password=b%20c&next=%2F")],
    shapes: {
      "kept files": filled((index) => `${index.toString(16)}.kept=&`),
      "fields": filled((index) => `f${index}=&`),
      "one field often": filled("a=b&"),
      "escapes": filled("%41", "a="),
      "a long name": filled("a"),
    },
  },
  {
    name: "form, multipart",
    read: readFormOf(`multipart/form-data; boundary=${BOUNDARY}`),
    refuses: isProblem,
    largest: 24 * MB,
    seeds: () => [bytes(`${part("a", "b")}${part("c.kept", "AAAA")}--${BOUNDARY}--\r\n`)],
    shapes: {
      "parts": filled((index) => part(`${index.toString(16)}.kept`, ""), "", `--${BOUNDARY}--\r\n`),
      "one long part": (size) => bytes(`${part("a", "-".repeat(size))}--${BOUNDARY}--\r\n`),
      "almost boundaries": (size) => bytes(`${part("a", "\r\n--y".repeat(size / 5 | 0))}--${BOUNDARY}--\r\n`),
      "headers": filled("A: b\r\n", `--${BOUNDARY}\r\n`, `\r\n\r\nx\r\n--${BOUNDARY}--\r\n`),
      "nothing but boundaries": filled(`--${BOUNDARY}\r\n`),
    },
  },
  {
    name: "content type of a form",
    read: async (input) => {
      try {
        return await readFormOf(text(input).replaceAll(/[^\x20-\x7e]/g, "?"))(bytes("a=b"));
      } catch (error) {
        if (error instanceof TypeError) return "no header";
        throw error;
      }
    },
    refuses: isProblem,
    largest: 64 * 1024,
    seeds: () => [bytes("application/x-www-form-urlencoded; charset=utf-8")],
    shapes: {
      "parameters": filled("; a=b", "multipart/form-data"),
      "quotes": filled('"', "multipart/form-data; boundary="),
      "space": filled(" ", "multipart/form-data;", "x"),
    },
  },
  {
    name: "JSON body",
    form: "json",
    read: (body) =>
      readJson(
        new RequestBody(new Request("http://x/", { method: "POST", body }), new BodyMemory(64 * MB, new Counters())),
        "application/json",
        32 * MB,
      ),
    refuses: isProblem,
    largest: 8 * MB,
    seeds: () => [bytes('{"name":"a","list":[1,null,true]}')],
    shapes: JSON_SHAPES,
  },
  {
    name: "strict JSON",
    form: "json",
    words: ["__proto__", "constructor"],
    read: (input) => parseStrictJson(text(input), 200),
    // The stored value is the one that any JSON parser returns.
    judge: (input, value) => assert.deepStrictEqual(value, JSON.parse(text(input).replace(/^\ufeff/, ""))),
    refuses: (error) => error instanceof SyntaxError || error instanceof RefusedJsonError,
    largest: 8 * MB,
    seeds: () => [
      bytes('{"Type":"a","Payload":{"n":12345678901234567890123e-5,"list":[1,null,true,"__proto__"]}}'),
      bytes('{"n":9007199254740991,"m":-1.5e300,"text":"\\u0041"}'),
    ],
    shapes: {
      ...JSON_SHAPES,
      "large integers": filled("9007199254740992,", "[", "1]"),
      "integers of many digits": filled(`${"9".repeat(300)},`, "[", "1]"),
      "zeros": filled("0", "1", ""),
      "escapes": filled("\\u005f", '{"', '":1}'),
      "escapes of keys": filled((index) => `"\\u0061${index}":1,`, "{", '"z":0}'),
      "nested values that are looked at": filled('{"\\u0061":', "", "1"),
    },
  },
  {
    name: "X-Forwarded-For",
    read: (input) => clientAddress(proxyList(["10.0.0.0/8"]), "10.0.0.1", text(input)),
    refuses: never,
    largest: 64 * 1024,
    seeds: () => [bytes("192.0.2.1, 10.0.0.2")],
    shapes: {
      "proxies": filled("10.0.0.2, "),
      "commas": filled(","),
      "spaces": filled(" "),
      "a long address": filled("::ffff:"),
    },
  },
  {
    name: "Cookie",
    read: (input) => parseCookies(text(input)),
    refuses: never,
    largest: 64 * 1024,
    seeds: () => [bytes("session=abc; other=def")],
    shapes: {
      "cookies": filled((index) => `c${index}=v; `),
      "semicolons": filled(";"),
      "quotes": filled('"', "a="),
      "escapes": filled("%", "a="),
    },
  },
  {
    name: "query of the API",
    read: (input) => parseQuery(querySchema, addressParameters(new URL(`http://x/?${text(input)}`))),
    refuses: isProblem,
    largest: 64 * 1024,
    seeds: () => [bytes("name=a&names=b&names=c")],
    shapes: {
      "parameters": filled((index) => `p${index}=1&`),
      "one parameter": filled("names=a&"),
      "escapes": filled("%20", "name="),
    },
  },
];
