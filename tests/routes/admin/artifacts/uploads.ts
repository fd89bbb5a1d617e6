/**
 * Forms with files, as a browser sends them.
 *
 * @module
 */

import { createApp } from "../../../../routes/app.ts";
import { CSRF_FIELD } from "../../../../src/access/csrf.ts";
import type { TestRuntime } from "../../../support/runtime.ts";
import { type Answer, ORIGIN, type Person } from "../support.ts";

/** Fields of a form with files; a list is a field sent several times. */
export type MultipartFields = Record<string, string | File | readonly string[]>;

/** A file. */
export const fileOf = (content: Uint8Array<ArrayBuffer> | string, name = "a.mobileconfig") => new File([content], name);

/** The part that a browser sends if no file was chosen. */
export const noFile = new File([], "");

/** Sends a form with files as a person. */
export async function upload(
  runtime: TestRuntime,
  person: Person,
  path: string,
  fields: MultipartFields,
): Promise<Answer> {
  const data = new FormData();
  data.append(CSRF_FIELD, person.csrf);
  for (const [name, value] of Object.entries(fields)) {
    for (const one of typeof value === "string" || value instanceof File ? [value] : value) {
      if (typeof one === "string") data.append(name, one);
      else data.append(name, one, one.name);
    }
  }
  const response = await createApp(runtime).fetch(
    new Request(ORIGIN + path, {
      method: "POST",
      headers: { Cookie: person.cookie, "Sec-Fetch-Site": "same-origin" },
      body: data,
    }),
    { remoteAddress: "192.0.2.1" },
  );
  return {
    status: response.status,
    text: await response.text(),
    headers: response.headers,
    location: response.headers.get("Location") ?? "",
  };
}

const unescaped = (text: string) =>
  text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

/** The value of a hidden field of a page; undefined when there is none. */
export function hiddenField(text: string, name: string): string | undefined {
  const [, value] = new RegExp(`<input type="hidden" name="${RegExp.escape(name)}" value="([^"]*)"`).exec(text) ?? [];
  return value === undefined ? undefined : unescaped(value);
}

/** Returns the error of a field on a page; "" if there is none. */
export function errorOf(text: string, name: string): string {
  const [, sentence = ""] = new RegExp(`<span class="error" id="${RegExp.escape(name)}-error">([^<]*)<`).exec(text) ??
    [];
  return unescaped(sentence);
}

/** Returns the errors of a form as a whole. */
export const alertOf = (text: string): string => unescaped(/<p role="alert">([^<]*)</.exec(text)?.[1] ?? "");
