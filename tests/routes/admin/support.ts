/**
 * The pages called without a browser: a person with a session, forms, and what came back.
 *
 * @module
 */

import { createApp } from "../../../routes/app.ts";
import { CSRF_FIELD } from "../../../src/access/csrf.ts";
import { beginSession, sessionCookie } from "../../../src/access/sessions.ts";
import type { TestRuntime } from "../../support/runtime.ts";
import { makeCaller, testBy } from "../api/support.ts";

export const ORIGIN = "https://mdm.example.com";

/** An answer with its text. */
export type Answer = { status: number; text: string; headers: Headers; location: string };

/** Fields of a form; a list is a field sent several times. */
export type Fields = Record<string, string | string[]>;

/** The actions of a person's browser. */
export type Person = {
  userId: number;
  csrf: string;
  cookie: string;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Sends a form as one of our pages would; `headers` and a field `csrf_token` replace what it would send. */
  post(path: string, fields?: Fields, headers?: Record<string, string>): Promise<Answer>;
};

function encode(fields: Fields): string {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of Array.isArray(value) ? value : [value]) body.append(name, one);
  }
  return body.toString();
}

/** A browser without a session. */
export function visitor(runtime: TestRuntime, fixed: Record<string, string> = {}): Pick<Person, "get" | "post"> {
  const app = createApp(runtime);
  const send = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await app.fetch(new Request(ORIGIN + path, init), { remoteAddress: "192.0.2.1" });
    return {
      status: response.status,
      text: await response.text(),
      headers: response.headers,
      location: response.headers.get("Location") ?? "",
    };
  };
  return {
    get: (path, headers = {}) => send(path, { headers: { ...fixed, ...headers } }),
    post: (path, fields = {}, headers = {}) =>
      send(path, {
        method: "POST",
        headers: {
          "Content-Type": "application/x-www-form-urlencoded",
          "Sec-Fetch-Site": "same-origin",
          ...fixed,
          ...headers,
        },
        body: encode(fields),
      }),
  };
}

/** A signed-in person with exactly these permissions. */
export async function personWith(
  runtime: TestRuntime,
  permissions: readonly string[] | "superuser",
  narrowed: Parameters<typeof makeCaller>[2] = {},
): Promise<Person> {
  const { actor, userId } = await makeCaller(runtime, permissions, narrowed);
  const session = await beginSession(runtime, testBy, {
    id: userId,
    username: actor.username,
    isSuperuser: actor.isSuperuser,
    grants: actor.grants,
  });
  const cookie = `${sessionCookie(runtime.config).name}=${session.cookie}`;
  const { get, post } = visitor(runtime, { Cookie: cookie });
  return {
    userId,
    csrf: session.csrfToken,
    cookie,
    get,
    post: (path, fields = {}, headers = {}) => post(path, { [CSRF_FIELD]: session.csrfToken, ...fields }, headers),
  };
}
