/**
 * The type of every API endpoint: one object with its permission, its input, its answer and its action.
 *
 * The mount, the OpenAPI document and the generated tests read nothing else.
 *
 * @example
 * ```ts
 * export const TAG_ENDPOINTS = [
 *   endpoint({
 *     method: "GET",
 *     path: "/api/inventory/tags/{id}/",
 *     permission: "inventory.view_tag",
 *     tag: "Inventory",
 *     summary: "One tag",
 *     params: idParams,
 *     response: { status: 200, schema: tagSchema },
 *     handle: ({ runtime, params }) => readTag(runtime, params.id),
 *   }),
 * ];
 * ```
 *
 * @module
 */

import { z } from "zod";
import type { DeviceSubject } from "../../db/access/device_limit_views.ts";
import type { Permission } from "../../src/access/actor.ts";
import type { Operator } from "../../src/access/operator.ts";
import { Problem, problem } from "../../src/errors.ts";
import { previewChange } from "../../src/planner/preview.ts";
import type { Runtime } from "../../src/runtime.ts";
import { type ReadOptions, WITH_FILE } from "../body.ts";
import type { RowStream } from "./listed.ts";
import { type ParameterSource, parseOrRefuse, parseParams, parseQuery } from "./parse.ts";
import { warningsIn } from "./warnings.ts";

/** The methods that endpoints have; PATCH is offered nowhere, PUT is always a full update. */
type Method = "GET" | "POST" | "PUT" | "DELETE";

/** The permitted callers: holders of all of the permissions, or any known user. */
type Access = Permission | readonly Permission[] | "authenticated";

/** The parsed input of the handler. */
export type Input<Params, Query, Body> = {
  runtime: Runtime;
  by: Operator;
  /** The query as it came, `?` included; pages link with it. */
  search: string;
  params: Params;
  query: Query;
  body: Body;
  /** Whether only the endpoint's own preview is wanted. */
  dryRun: boolean;
  /** Returns the bytes of the request, of an endpoint that `takesFile`. */
  file(): ReadableStream<Uint8Array>;
};

type Facts = {
  method: Method;
  /** With parameters in braces and a slash at its end: `/api/inventory/tags/{id}/`. */
  path: string;
  permission: Access;
  /** Whether a signed-in browser may call it as well as a token. */
  session?: boolean;
  /** A few words. */
  summary: string;
  description?: string;
  /** The group in the documentation. */
  tag: string;
  /** Whether a POST without a body reads as a GET does: the published examples of these lists are such calls. */
  readByPost?: true;
  /** Whether the body is a file of any length, as `application/octet-stream`, which is read while it arrives. */
  takesFile?: true;
  /** The largest body in bytes; 1 MiB by default. */
  bodyLimit?: number;
  /** The sentence for a larger one, where another limit is the one that callers know. */
  tooLarge?: string;
  /** The body in the documentation, if the first check is looser. */
  describedBody?: z.ZodType;
  /** An example of the body, if fields depend on each other, so that the schema alone is not sufficient for one. */
  example?: unknown;
  /**
   * Whether it changes the desired state of devices: with `?dry_run=true` it then returns a preview and changes
   * nothing.
   */
  previews?: boolean;
  /** The preview that it returns with `?dry_run=true`, if that is not one of the desired state. */
  ownPreview?: z.ZodType;
  /** Whether it is a sensitive action, which takes a `reason` in the query, or in the body of a POST. */
  reasoned?: boolean;
};

/** The preview of an endpoint that has its own. */
export class OwnPreview {
  constructor(readonly value: unknown) {}
}

type Answer<R> = R extends JsonResponse<infer S>
  ? z.input<S> | RowStream | OwnPreview | Promise<z.input<S> | RowStream | OwnPreview>
  : Response | Promise<Response>;

/** An endpoint that answers JSON (or nothing, with status 204). */
export type JsonResponse<R extends z.ZodType> = { status: 200 | 201 | 204; schema: R; description?: string };

/** An endpoint with another kind of answer: its handler creates the Response itself. */
export type RawResponse = { status: 200; contentType: string; description?: string };

/** The declaration of an endpoint. */
export type Definition<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, R> = Facts & {
  /** Path parameters; a value that does not parse is a 404. */
  params?: P;
  /** The device that the request is about, if no path parameter is its id or serial number. */
  subject?(params: z.output<P>): DeviceSubject;
  /** Query parameters; unknown ones are ignored. */
  query?: Q;
  /** The JSON body. */
  body?: B;
  response: R;
  handle(input: Input<z.output<P>, z.output<Q>, z.output<B>>): Answer<R>;
  /** Before a dry run: returns the body for the handler, with external files fetched. No transaction waits for that. */
  fetch?(input: Input<z.output<P>, z.output<Q>, z.output<B>>): Promise<z.output<B>>;
};

/** The input of a request, before it is parsed. */
export type Call = {
  runtime: Runtime;
  by: Operator;
  search: string;
  params: Record<string, string>;
  query: ParameterSource;
  /** Whether only a preview of the change is wanted. */
  dryRun: boolean;
  file(): ReadableStream<Uint8Array>;
  /** Reads and parses the JSON body. */
  readJson(limit: number, options?: ReadOptions): Promise<unknown>;
};

/** An endpoint in the table: the types of its parts are closed over by `run`. */
export type Endpoint = Facts & {
  params: z.ZodObject;
  /** The device that the request is about, from the values of the path. */
  subject: ((values: Readonly<Record<string, string>>) => DeviceSubject) | undefined;
  query: z.ZodObject;
  body: z.ZodType | undefined;
  response: JsonResponse<z.ZodType> | RawResponse;
  /**
   * Parses and handles. Answers a Response for raw endpoints, a preview for a dry run, else the JSON value, or a long list as
   * a RowStream. Throws Problem.
   */
  run(call: Call): Promise<unknown>;
};

const DEFAULT_BODY_LIMIT = 1024 * 1024;
/** The body of an action that has none but a reason. */
const REASON_LIMIT = 16 * 1024;

/** Returns the reason of a sensitive action: that of the query, or of the body. */
async function reasonOf(call: Call, sent: unknown): Promise<string | undefined> {
  const asked = call.query.all(REASON).at(-1);
  if (asked !== undefined) return asked;
  // An action without arguments ignores what else its body may be.
  const body = sent === undefined ? await call.readJson(REASON_LIMIT).catch(() => undefined) : sent;
  if (typeof body !== "object" || body === null || !Object.hasOwn(body, REASON)) return undefined;
  const reason: unknown = Reflect.get(body, REASON);
  return typeof reason === "string" ? reason : undefined;
}

/** The name of the parameter with the reason of a sensitive action. */
export const REASON = "reason";

/** The answer of an endpoint without a body. */
export const NO_CONTENT = { status: 204, schema: z.void() } as const;

/** Declares an endpoint. */
export function endpoint<
  R extends JsonResponse<z.ZodType> | RawResponse,
  P extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Q extends z.ZodObject = z.ZodObject<Record<never, never>>,
  B extends z.ZodType = z.ZodVoid,
>(definition: Definition<P, Q, B, R>): Endpoint {
  const { handle, fetch, subject, params: givenParams, query: givenQuery, body: givenBody, ...facts } = definition;
  if (!/^\/api\/([a-z0-9_]+\/|\{[a-z_]+\}\/)+$/.test(facts.path)) {
    throw new Error(`Cannot use the endpoint path "${facts.path}": it should be like /api/app/things/{id}/`);
  }
  // Where a schema is absent its type is the default above, which replaces it exactly.
  const params = (givenParams ?? z.object({})) as P;
  const query = (givenQuery ?? z.object({})) as Q;
  const body = (givenBody ?? z.void()) as B;
  return {
    ...facts,
    params,
    query,
    body: givenBody,
    subject: subject === undefined ? undefined : (values) => {
      const parsed = params.safeParse(values);
      if (!parsed.success) throw problem("not-found");
      return subject(parsed.data);
    },
    async run(call) {
      const parsedParams = parseParams(params, call.params);
      if (parsedParams === undefined) throw problem("not-found");
      const { search } = call;
      const parsedQuery = await parseQuery(query, call.query);
      const sent = givenBody === undefined ? undefined : await call.readJson(
        facts.bodyLimit ?? DEFAULT_BODY_LIMIT,
        facts.tooLarge === undefined ? {} : WITH_FILE,
      ).catch(
        (error) => {
          if (facts.tooLarge === undefined || !(error instanceof Problem) || error.code !== "too-large") {
            throw error;
          }
          throw problem("too-large", facts.tooLarge, {}, error);
        },
      );
      const input = {
        by: facts.reasoned === true ? { ...call.by, reason: await reasonOf(call, sent) } : call.by,
        search,
        params: parsedParams.value,
        query: parsedQuery,
        body: await parseOrRefuse(body, sent),
        dryRun: call.dryRun,
        file: call.file,
      };
      if (!call.dryRun || facts.ownPreview !== undefined) return await handle({ runtime: call.runtime, ...input });
      if (fetch !== undefined) input.body = await fetch({ runtime: call.runtime, ...input });
      let answer: unknown;
      const preview = await previewChange(call.runtime, async (runtime) => {
        answer = await handle({ runtime, ...input });
      });
      // The warnings about the version itself, and about others that the change affects.
      const own = warningsIn(answer);
      const others = preview.warnings.filter(({ message }) => !own.some((one) => one.message === message));
      return { ...preview, warnings: [...own, ...others] };
    },
  };
}
