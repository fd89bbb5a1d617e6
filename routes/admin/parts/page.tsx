/**
 * The common part of every page: the user, the permissions, the origin of a form, and the look of a refusal.
 *
 * @module
 */

import type { Context, Hono } from "hono";
import { getCookie } from "hono/cookie";
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { DeviceLimit, DeviceSubject } from "../../../db/access/device_limit_views.ts";
import { countWaiting } from "../../../db/approvals/approvals.ts";
import { type DeviceId, deviceIdOf } from "../../../db/ids.ts";
import { mayAll, type Permission } from "../../../src/access/actor.ts";
import { rightsOf } from "../../../src/approvals/rights.ts";
import { checkCsrf, CSRF_FIELD } from "../../../src/access/csrf.ts";
import { limitOf, operatorOn } from "../../../src/access/device_limit.ts";
import { type Operator, operatorOf } from "../../../src/access/operator.ts";
import { authenticateSession, sessionCookie } from "../../../src/access/sessions.ts";
import { isSetupPending } from "../../../src/access/setup.ts";
import { asRefusal, Problem, problem } from "../../../src/errors.ts";
import type { Caller } from "../../../src/events/by.ts";
import type { Runtime } from "../../../src/runtime.ts";
import type { AppEnv } from "../../context.ts";
import { mayOpen, type Needs } from "../menu.ts";
import { backOf } from "./back.ts";
import type { Crumb } from "./crumbs.ts";
import { type Form, type FormState, isUuid, mustBeHeld, receiveForm, unshownErrors } from "./form.ts";
import { Layout } from "./layout.tsx";

/** No script and no style but our own files; nothing of others, no frames, no plugins, no requests of scripts. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

/** Pages with a preview show it in a frame: a page of this server, which has a policy of its own. */
const FRAME_POLICY = `${POLICY}; frame-src 'self'`;

/** Pages with live parts request them from this server only. */
const LIVE_POLICY = `${POLICY}; connect-src 'self'`;

/** The field of a form with the reason of a sensitive action. */
const REASON = "reason";

/** The context of a page. */
export type PageContext = {
  runtime: Runtime;
  by: Operator;
  csrf: string;
  url: URL;
  /** A path parameter. */
  param(name: string): string;
  /** A path parameter that is a number; throws `not-found` otherwise. */
  id(name?: string): number;
  /** The device that the path's `:id` names; throws `not-found` when it is no number. */
  deviceId(): DeviceId;
  /** A path parameter that is a UUID; throws `not-found` otherwise. */
  uuid(name?: string): string;
  /** On the page of a device: whether a role that covers the device has the permission. */
  may(permission: Permission): boolean;
  /** The same on some device or other: what the menu shows. */
  mayAnywhere(permission: Permission): boolean;
  /** How many requests of others wait for this person's approval. */
  waiting: number;
  /** The devices that lists show to the holder of a permission; undefined: all. */
  only(permission: Permission): DeviceLimit | undefined;
};

/**
 * A page's content and title; `parents` are the pages above it, from the top, for one that is no entry of the menu; `live`
 * when it has parts that the script asks for again; `frames` when it shows another page of this server in a frame.
 */
export type Page = {
  title: string;
  parents?: readonly Crumb[];
  body: Child;
  live?: true;
  frames?: true;
  status?: 200 | 400 | 403 | 404 | 408 | 413 | 429 | 500 | 503;
};

const policyOf = ({ live, frames }: Page): string =>
  live === true ? LIVE_POLICY : frames === true ? FRAME_POLICY : POLICY;

/** Creates the response of a page. */
export function render(c: Context<AppEnv>, page: Page, context?: PageContext): Response {
  c.header("Content-Security-Policy", policyOf(page));
  c.header("Cache-Control", "no-store");
  c.header("X-Content-Type-Options", "nosniff");
  const html = (
    <Layout title={page.title} parents={page.parents} context={context} path={new URL(c.req.url).pathname}>
      {page.body}
    </Layout>
  );
  return c.html(`<!DOCTYPE html>${html.toString()}`, page.status ?? 200) as Response;
}

/** Answers a form: the browser then requests another page. */
export function redirect(c: Context<AppEnv>, path: string): Response {
  return c.redirect(path, 303);
}

function sentencesOf(error: Problem): string[] {
  const { fields, list, because } = error.details;
  if (list !== undefined && because !== undefined) return [`${list.join(" ").replace(/\.$/, "")}. ${because}`];
  if (list !== undefined) return list;
  if (fields !== undefined) return Object.values(fields).flat();
  return [error.message];
}

const TITLES: Record<number, string> = {
  400: "The request failed",
  403: "Not allowed",
  404: "Not found",
  408: "Request timed out",
  413: "Too large",
  429: "Too many attempts",
  503: "Service unavailable",
};

function refusal(c: Context<AppEnv>, thrown: unknown, context: PageContext | undefined): Response {
  const error = asRefusal(thrown);
  if (error === undefined) {
    c.get("runtime").log.error("Cannot show a page", { error: thrown, request: c.get("request") });
    return render(c, {
      title: "Something went wrong",
      status: 500,
      body: <p>An unexpected error occurred. It is in the server's log.</p>,
    }, context);
  }
  const { status: said } = error;
  const status = said === 403 || said === 404 || said === 408 || said === 413 || said === 429 || said === 503
    ? said
    : 400;
  for (const [name, value] of Object.entries(error.details.headers ?? {})) c.header(name, value);
  const back = context === undefined
    ? { href: "/signin/", label: "Back to the overview" }
    : backOf(new URL(c.req.url).pathname, status);
  const approval = error.code === "waiting-for-approval" ? error.details.body?.approval : undefined;
  if (approval !== undefined) {
    return render(c, {
      title: error.message,
      status: 403,
      body: (
        <>
          <p role="alert">
            A second person must approve this. Nothing happens until then; the request expires after 24 hours.
          </p>
          <p>
            <a href={`/approvals/${approval}/`}>Show the request</a>
          </p>
        </>
      ),
    }, context);
  }
  return render(c, {
    title: TITLES[status] ?? "The request failed",
    status,
    body: (
      <>
        {sentencesOf(error).map((sentence) => <p role="alert">{sentence}</p>)}
        <p>
          <a href={back.href}>{back.label}</a>
        </p>
      </>
    ),
  }, context);
}

/** Returns the address of a request without null characters, which PostgreSQL cannot search for. */
function addressOf(c: Context<AppEnv>): URL {
  const url = new URL(c.req.url);
  const given = [...url.searchParams];
  if (given.some(([, value]) => value.includes("\0"))) {
    url.search = new URLSearchParams(given.map(([name, value]) => [name, value.replaceAll("\0", "")])).toString();
  }
  return url;
}

async function contextOf(c: Context<AppEnv>): Promise<PageContext | undefined> {
  const runtime = c.get("runtime");
  const { name } = sessionCookie(runtime.config);
  const session = await authenticateSession(runtime, getCookie(c, name));
  if (session === undefined) return undefined;
  const { actor, csrfToken } = session;
  const id = (name = "id") => {
    const text = c.req.param(name) ?? "";
    if (!/^[0-9]{1,9}$/.test(text)) throw problem("not-found");
    return Number(text);
  };
  return {
    runtime,
    by: operatorOf(actor, c.get("request")),
    csrf: csrfToken,
    url: addressOf(c),
    param: (name) => c.req.param(name) ?? "",
    id,
    deviceId: () => deviceIdOf(id()),
    uuid(name = "id") {
      const text = c.req.param(name) ?? "";
      if (!isUuid(text)) throw problem("not-found");
      return text;
    },
    may: (permission) => mayAll(actor, [permission]),
    mayAnywhere: (permission) => mayAll(actor, [permission]),
    only: (permission) => limitOf(actor, permission),
    waiting: await countWaiting(runtime.sql, actor.userId, rightsOf(actor), runtime.clock.now()),
  };
}

/** Returns what the address of a page is about, if that is a device or something of a device. */
function subjectOf(path: string, { id, deviceId }: PageContext): DeviceSubject | undefined {
  if (path.startsWith("/devices/:id/")) return { deviceId: deviceId() };
  if (path.startsWith("/claims/alerts/:id/")) return { alertId: id() };
  if (path.startsWith("/claims/:id/")) return { claimId: id() };
  return undefined;
}

/**
 * Returns the context of a page for a person who may open it. On the page of a device only the roles that cover it
 * count. Throws `permission-denied`, and `not-found` for devices that no role covers.
 */
async function opened(path: string, context: PageContext, needs: Needs): Promise<PageContext> {
  if (!mayOpen(context.may, needs)) throw problem("permission-denied");
  const subject = subjectOf(path, context);
  if (subject === undefined) return context;
  const by = await operatorOn(
    context.runtime.sql,
    context.by,
    subject,
    (actor) => mayOpen((permission) => mayAll(actor, [permission]), needs),
  );
  return { ...context, by, may: (permission) => mayAll(by.actor, [permission]) };
}

async function signInFirst(c: Context<AppEnv>): Promise<Response> {
  if (await isSetupPending(c.get("runtime"))) return redirect(c, "/setup/");
  const { pathname, search } = new URL(c.req.url);
  const next = c.req.method === "GET" && pathname !== "/" ? `?next=${encodeURIComponent(pathname + search)}` : "";
  return redirect(c, `/signin/${next}`);
}

/** Returns the sender of a request for a page that needs no session. */
export const visitorOf = (c: Context<AppEnv>): Caller => ({ who: { kind: "visitor" }, request: c.get("request") });

/** Mounts a page. */
export function page(
  app: Hono<AppEnv>,
  path: string,
  needs: Needs,
  view: (context: PageContext, c: Context<AppEnv>) => Promise<Page | Response> | Page | Response,
): void {
  app.get(path, async (c) => {
    const context = await contextOf(c);
    if (context === undefined) return await signInFirst(c);
    try {
      const here = await opened(path, context, needs);
      const result = await view(here, c);
      return result instanceof Response ? result : render(c, result, here);
    } catch (error) {
      return refusal(c, error, context);
    }
  });
}

/** The page with those errors at its top that it does not show. */
function withAllErrors(page: Page, state: FormState): Page {
  const body = <>{page.body}</>;
  const html = body.toString();
  const sentences = unshownErrors(state, html);
  return {
    ...page,
    body: (
      <>
        {sentences.map((sentence) => <p role="alert">{sentence}</p>)}
        {raw(html)}
      </>
    ),
  };
}

/**
 * Mounts the action of a form. `again` shows the form with its errors; without it, a refusal is a separate page. The
 * attack: another site makes the browser of a signed-in person send a form.
 */
export function action(
  app: Hono<AppEnv>,
  path: string,
  needs: Needs,
  act: (context: PageContext, form: Form, c: Context<AppEnv>) => Promise<string | Page | Response>,
  again?: (context: PageContext, state: FormState, c: Context<AppEnv>) => Promise<Page> | Page,
  limit?: number,
): void {
  app.post(path, async (c) => {
    let context = await contextOf(c);
    if (context === undefined) return await signInFirst(c);
    let form: Form | undefined;
    try {
      const received = await receiveForm(c, limit);
      form = received.form;
      checkCsrf(c.req.raw.headers, context.runtime.config.BASE_URL, context.csrf, form.raw(CSRF_FIELD));
      context = await opened(path, context, needs);
      context = { ...context, by: { ...context.by, reason: form.value(REASON) } };
      mustBeHeld(received.faults);
      const result = await act(context, form, c);
      if (result instanceof Response) return result;
      return typeof result === "string" ? redirect(c, result) : render(c, result, context);
    } catch (error) {
      const { fields, list } = error instanceof Problem ? error.details : {};
      const shown = fields ??
        (list === undefined || !(error instanceof Problem) ? undefined : { non_field_errors: sentencesOf(error) });
      if (again !== undefined && form !== undefined && shown !== undefined) {
        try {
          const state: FormState = { values: form, errors: shown };
          return render(c, withAllErrors({ ...await again(context, state, c), status: 400 }, state), context);
        } catch (second) {
          return refusal(c, second, context);
        }
      }
      return refusal(c, error, context);
    }
  });
}

/** The page for an address that is none, for people; with the menu when they are signed in. */
export async function notFoundPage(c: Context<AppEnv>): Promise<Response> {
  return refusal(c, problem("not-found"), await contextOf(c));
}

export { Form, type FormState, readForm } from "./form.ts";
export { refusal };
