/**
 * Calls of a server's API with a token.
 *
 * @module
 */

import type { z } from "zod";
import { problem } from "../src/errors.ts";

/** The API of a server. */
export type ApiClient = {
  /** The answer of a call that has to go well. Throws `refused`. */
  call(method: string, path: string, body?: unknown): Promise<Response>;
  /** Its JSON. */
  json<T>(schema: z.ZodType<T>, method: string, path: string, body?: unknown): Promise<T>;
};

/** Returns the API at `server`, an address like `http://localhost:8000`. */
export function apiClient(
  server: string,
  token: string,
  send: (request: Request) => Promise<Response> = fetch,
): ApiClient {
  const call = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const request = new Request(new URL(path, server), {
      method,
      headers: { Authorization: `Token ${token}`, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    let response: Response;
    try {
      response = await send(request);
    } catch (error) {
      throw problem("refused", `Cannot reach ${server}`, {}, error);
    }
    if (response.ok) return response;
    throw problem("refused", `${method} ${path} was answered with ${response.status}: ${await response.text()}`);
  };
  return {
    call,
    json: async (schema, method, path, body) => schema.parse(await (await call(method, path, body)).json()),
  };
}
