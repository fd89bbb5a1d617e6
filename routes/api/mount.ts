/**
 * Mounts the table of endpoints on an app. For each call: who → method → may they → parse → do → shape.
 *
 * @module
 */

import type { Context, Hono } from "hono";
import type { z } from "zod";
import { coveredDevices } from "../../db/access/device_limit_views.ts";
import { deviceIdOf } from "../../db/ids.ts";
import type { Db } from "../../db/open.ts";
import { type Actor, mayAll } from "../../src/access/actor.ts";
import { limitOf, operatorOn } from "../../src/access/device_limit.ts";
import { operatorOf } from "../../src/access/operator.ts";
import { isPermission } from "../../src/access/permissions.ts";
import { problem, refused } from "../../src/errors.ts";
import type { AppEnv } from "../context.ts";
import { permissionsOf, subjectOf } from "./access.ts";
import { authenticateCall } from "./authenticate.ts";
import { readJson } from "./body.ts";
import { mountDocumentation } from "./docs.tsx";
import { DRY_RUN, isDryRun, previewSchema } from "./dry_run.ts";
import { type Endpoint, OwnPreview } from "./endpoint.ts";
import { bodyFields } from "./json_schema.ts";
import { RowStream } from "./listed.ts";
import { addressParameters } from "./parse.ts";
import { ENDPOINTS } from "./registry.ts";
import { refusalResponse } from "./shape.ts";

/** How to mount. */
export type MountOptions = {
  /** Whether every answer is checked against the schema it was declared with; for tests. */
  checkResponses?: boolean;
};

/** Literal segments before parameters, so that `/devices/commands/` is not taken for a device. */
function bySpecificity(one: string, other: string): number {
  const mask = (path: string) => path.split("/").map((segment) => segment.startsWith("{") ? "1" : "0").join("");
  return mask(one).localeCompare(mask(other)) || (one < other ? -1 : 1);
}

function byPath(endpoints: readonly Endpoint[]): [string, Map<string, Endpoint>][] {
  const paths = new Map<string, Map<string, Endpoint>>();
  for (const endpoint of endpoints) {
    const unknown = permissionsOf(endpoint).find((permission) => !isPermission(permission));
    if (unknown !== undefined) throw new Error(`Cannot use ${endpoint.path}: there is no permission "${unknown}"`);
    const methods = paths.get(endpoint.path) ?? new Map<string, Endpoint>();
    if (methods.has(endpoint.method)) throw new Error(`Cannot use ${endpoint.method} ${endpoint.path} twice`);
    paths.set(endpoint.path, methods.set(endpoint.method, endpoint));
  }
  return [...paths].sort(([one], [other]) => bySpecificity(one, other));
}

function mustBeAllowed(actor: Actor, endpoint: Endpoint): void {
  const permissions = permissionsOf(endpoint);
  if (mayAll(actor, permissions)) return;
  throw problem("permission-denied", undefined, { reason: `needs ${permissions.join(", ")}` });
}

/** Returns the changes of those devices that the actor may see. */
async function seen<Change extends { device: { id: number } }>(
  db: Db,
  actor: Actor,
  changes: Change[],
): Promise<Change[]> {
  const limit = limitOf(actor, "mdm.view_enrolleddevice");
  if (limit === undefined) return changes;
  const covered = await coveredDevices(db, changes.map(({ device: { id } }) => deviceIdOf(id)), limit);
  return changes.filter(({ device: { id } }) => covered.has(deviceIdOf(id)));
}

/** Returns the answer to OPTIONS: in addition to names, the fields of each write that the actor may make. */
function describe(methods: ReadonlyMap<string, Endpoint>, actor: Actor): Record<string, unknown> {
  const endpoint = methods.get("GET") ?? [...methods.values()][0];
  const actions = [...methods].flatMap(([method, { body, describedBody, permission }]) =>
    body === undefined || !mayAll(actor, permissionsOf({ permission }))
      ? []
      : [[method, bodyFields(describedBody ?? body)]]
  );
  return {
    name: endpoint?.summary ?? "",
    description: endpoint?.description ?? "",
    renders: ["application/json"],
    parses: ["application/json"],
    ...(actions.length === 0 ? {} : { actions: Object.fromEntries(actions) }),
  };
}

const JSON_HEADERS = { "Cache-Control": "no-store", "Content-Type": "application/json" };

/** Returns a long list; read to its end first where it has to be checked. */
async function streamed(rows: RowStream, status: number, schema: z.ZodType | null): Promise<Response> {
  const response = new Response(rows.body(), { status, headers: JSON_HEADERS });
  if (schema === null) return response;
  const text = await response.text();
  schema.parse(JSON.parse(text));
  return new Response(text, { status, headers: JSON_HEADERS });
}

/** Whether a call has no body, and says so. */
const isEmpty = ({ req }: Context<AppEnv>): boolean =>
  (req.header("content-length") ?? "0") === "0" && req.header("transfer-encoding") === undefined &&
  req.header("content-type") === undefined;

/** Returns the list that a POST reads; undefined if it is any other call. */
function readByPost(c: Context<AppEnv>, methods: ReadonlyMap<string, Endpoint>, actor: Actor): Endpoint | undefined {
  const list = methods.get("GET");
  if (c.req.method !== "POST" || list?.readByPost !== true || !isEmpty(c)) return undefined;
  return methods.has("POST") && !mayAll(actor, permissionsOf(list)) ? undefined : list;
}

async function answer(
  c: Context<AppEnv>,
  methods: ReadonlyMap<string, Endpoint>,
  options: MountOptions,
): Promise<Response> {
  const method = c.req.method === "HEAD" ? "GET" : c.req.method;
  const asked = methods.get(method);
  const actor = await authenticateCall(c, asked?.session === true);
  const endpoint = readByPost(c, methods, actor) ?? asked;
  const allow = [...methods.keys(), ...(methods.has("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
  if (method === "OPTIONS") {
    const readable = methods.get("GET");
    if (readable !== undefined) mustBeAllowed(actor, readable);
    return c.json(describe(methods, actor), 200, { Allow: allow });
  }
  if (endpoint === undefined) {
    throw problem("method-not-allowed", `Method "${method}" not allowed.`, { headers: { Allow: allow } });
  }
  mustBeAllowed(actor, endpoint);
  const url = new URL(c.req.url);
  const query = addressParameters(url);
  const dryRun = endpoint.method !== "GET" && isDryRun(query.all(DRY_RUN).at(-1));
  // A caller that asks for a preview must not cause the change.
  if (dryRun && endpoint.previews !== true && endpoint.ownPreview === undefined) {
    throw refused("This change cannot be previewed.");
  }
  const runtime = c.get("runtime");
  const subject = subjectOf(endpoint, c.req.param());
  const caller = operatorOf(actor, c.get("request"));
  const by = subject === undefined
    ? caller
    : await operatorOn(runtime.sql, caller, subject, (on) => mayAll(on, permissionsOf(endpoint)));
  const result = await endpoint.run({
    runtime,
    by,
    search: url.search,
    params: c.req.param(),
    query,
    dryRun,
    file() {
      // Besides clarity: a form of another site cannot send this type.
      if (c.req.header("content-type") !== "application/octet-stream") {
        throw problem("unsupported-media-type", "Send the file as application/octet-stream.");
      }
      return c.get("body").stream();
    },
    readJson: (limit, options) => readJson(c.get("body"), c.req.header("content-type") ?? "", limit, options),
  });
  if (result instanceof OwnPreview) {
    const value = options.checkResponses === true ? endpoint.ownPreview?.parse(result.value) : result.value;
    return Response.json(value, { headers: { "Cache-Control": "no-store" } });
  }
  if (dryRun) {
    const preview = previewSchema.parse(result);
    // Numbers are for users who may make the change, names for users who may see the devices.
    const shown = mayAll(actor, ["mdm.view_enrolleddevice"])
      ? { ...preview, changes: await seen(runtime.sql, actor, preview.changes) }
      : { ...preview, changes: [] };
    return Response.json(shown, { headers: { "Cache-Control": "no-store" } });
  }
  if (!("schema" in endpoint.response)) {
    if (!(result instanceof Response)) throw new Error(`Cannot answer ${endpoint.path}: it made no Response`);
    return result;
  }
  const { status, schema } = endpoint.response;
  if (result instanceof RowStream) {
    return await streamed(result, status, options.checkResponses === true ? schema : null);
  }
  if (options.checkResponses === true) {
    const checked = schema.safeParse(result);
    if (!checked.success) {
      throw new Error(`Cannot answer ${method} ${endpoint.path}: not its schema: ${checked.error.message}`);
    }
  }
  if (status === 204) return new Response(null, { status });
  return Response.json(result, { status, headers: { "Cache-Control": "no-store" } });
}

/** Mounts the API, its OpenAPI document and the page about it. The app's middleware has set `runtime` and `request`. */
export function mountApi(
  app: Hono<AppEnv>,
  endpoints: readonly Endpoint[] = ENDPOINTS,
  options: MountOptions = {},
): void {
  mountDocumentation(app, endpoints);
  for (const [path, methods] of byPath(endpoints)) {
    app.all(path.replace(/\{([a-z_]+)\}/g, ":$1"), async (c) => {
      try {
        return await answer(c, methods, options);
      } catch (error) {
        return refusalResponse(error, c.get("runtime").log);
      }
    });
  }
  app.all("/api/*", (c) => refusalResponse(problem("not-found"), c.get("runtime").log));
}
