/**
 * How refusals look to API clients: the shapes that clients know (docs/compatibility.md).
 *
 * @module
 */

import { asRefusal, type FieldErrors, problem } from "../../src/errors.ts";
import type { Logger } from "../../src/log.ts";

type Nested = { [name: string]: Nested | string[] };

/** Errors of fields inside fields, `a.b`, as the objects that clients expect: `{"a": {"b": […]}}`. */
export function nestFields(fields: FieldErrors): Nested {
  // No prototype: the names may come from a client.
  const root: Nested = Object.create(null);
  for (const [path, messages] of Object.entries(fields)) {
    const names = path.split(".");
    const last = names.pop() ?? path;
    let place = root;
    for (const name of names) {
      const inner = place[name];
      // An error of the whole field stands; those inside it follow from it.
      if (Array.isArray(inner)) break;
      place = place[name] = inner ?? Object.create(null);
    }
    place[last] = messages;
  }
  return root;
}

/** Returns the JSON answer for any error. Unexpected errors are logged and become a 500 without details. */
export function refusalResponse(error: unknown, log: Logger): Response {
  const foreseen = asRefusal(error);
  if (foreseen === undefined) log.error("Cannot answer an API request", { error });
  else if (foreseen !== error) log.warn("Cannot answer an API request now", { error });
  const refusal = foreseen ?? problem("internal");
  const { fields, list, headers, body: known } = refusal.details;
  const body = known ?? list ?? (fields === undefined ? { detail: refusal.message } : nestFields(fields));
  return Response.json(body, {
    status: refusal.status,
    headers: {
      "Cache-Control": "no-store",
      // RFC 9110 section 15.5.2: a 401 names the scheme.
      ...(refusal.status === 401 ? { "WWW-Authenticate": "Token" } : {}),
      ...headers,
    },
  });
}
