/**
 * The API on a fresh database, called without a socket.
 *
 * @module
 */

import { Hono } from "hono";
import { insertApiToken } from "../../../db/access/api_tokens.ts";
import type { Grant } from "../../../db/access/grants.ts";
import { insertRole } from "../../../db/access/roles.ts";
import { findUser, insertUser, setUserRoles } from "../../../db/access/users.ts";
import type { Endpoint } from "../../../routes/api/endpoint.ts";
import { mountApi } from "../../../routes/api/mount.ts";
import type { AppEnv } from "../../../routes/context.ts";
import { requestBody } from "../../../routes/request_body.ts";
import type { Actor } from "../../../src/access/actor.ts";
import { hashApiToken, newApiToken } from "../../../src/access/api_token_format.ts";
import type { Caller as By, RequestInfo } from "../../../src/events/by.ts";
import { type TestRuntime, withRuntime } from "../../support/runtime.ts";

/** An answer, its JSON read. */
export type Answer = { status: number; body: unknown; headers: Headers };

/** A caller: with a token, headers, or nothing. */
export type Caller = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

/** The request behind a call, for services that are called directly. */
export const testRequest: RequestInfo = {
  id: "00000000-0000-4000-8000-000000000001",
  ip: "192.0.2.7",
  userAgent: "test",
  method: "POST",
  path: "/test/",
};

/** Somebody behind it whom the server does not know. */
export const testBy: By = { who: { kind: "visitor" }, request: testRequest };

/** The same from another address or browser. */
export const testByFrom = (change: Partial<RequestInfo>): By => ({ ...testBy, request: { ...testRequest, ...change } });

let serial = 0;

/** A user with exactly these permissions (or a superuser), their token, and themselves as an actor. */
export async function makeCaller(
  runtime: TestRuntime,
  permissions: readonly string[] | "superuser",
  narrowed: Partial<Omit<Grant, "permissions">> = {},
): Promise<{ token: string; tokenId: string; userId: number; actor: Actor }> {
  const now = runtime.clock.now();
  const name = `user${++serial}`;
  const userId = await insertUser(runtime.sql, {
    username: name,
    email: "",
    fullName: "",
    passwordHash: null,
    isActive: true,
    isSuperuser: permissions === "superuser",
    isServiceAccount: false,
  }, now);
  if (permissions !== "superuser" && permissions.length > 0) {
    const role = await insertRole(runtime.sql, {
      name: `role of ${name}`,
      permissions,
      commands: null,
      limitedToTags: [],
      limitedToBusinessUnits: [],
      ...narrowed,
    }, now);
    await setUserRoles(runtime.sql, userId, [role.id]);
  }
  const token = newApiToken(runtime.random, "user");
  const tokenId = runtime.random.uuid();
  await insertApiToken(runtime.sql, { id: tokenId, userId, name, hash: hashApiToken(token), expiresAt: null }, now);
  const user = await findUser(runtime.sql, userId);
  const actor = {
    userId,
    username: name,
    isServiceAccount: false,
    isSuperuser: permissions === "superuser",
    grants: user?.grants ?? [],
  };
  return { token, tokenId, userId, actor };
}

/** The context of a test of the API. */
export type Api = {
  runtime: TestRuntime;
  app: Hono<AppEnv>;
  /** Calls without credentials. */
  call: Caller;
  /** A caller with the token of a new user with these permissions. */
  as(permissions: readonly string[] | "superuser"): Promise<Caller>;
};

/** An app with nothing but the API, as the composition root would set it up. */
export function apiApp(runtime: TestRuntime, endpoints?: readonly Endpoint[]): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(async (c, next) => {
    c.set("runtime", runtime);
    c.set("request", { ...testRequest, method: c.req.method, path: c.req.path });
    await next();
  });
  app.use(requestBody(runtime));
  mountApi(app, endpoints, { checkResponses: true });
  return app;
}

/** A caller of an app; strings and bytes are sent as they are, anything else as JSON. */
export function callerOf(app: Hono<AppEnv>, fixed: Record<string, string> = {}): Caller {
  return async (method, path, body, headers = {}) => {
    const raw = typeof body === "string" || body instanceof Uint8Array;
    const response = await app.request(`https://mdm.example.com${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...fixed,
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? body as BodyInit : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = (response.headers.get("Content-Type") ?? "").includes("application/json");
    return {
      status: response.status,
      body: text === "" ? undefined : isJson ? JSON.parse(text) : text,
      headers: response.headers,
    };
  };
}

/** Runs `body` with the API on a fresh database. */
export function withApi<T>(body: (api: Api) => Promise<T>, endpoints?: readonly Endpoint[]): Promise<T> {
  return withRuntime(async (runtime) => {
    const app = apiApp(runtime, endpoints);
    return await body({
      runtime,
      app,
      call: callerOf(app),
      as: async (permissions) =>
        callerOf(app, { Authorization: `Token ${(await makeCaller(runtime, permissions)).token}` }),
    });
  });
}
