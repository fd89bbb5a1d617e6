/**
 * Puts the surfaces together: devices, API, health. One error handler, one set of security headers.
 *
 * @module
 */

import { Hono, type MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { asRefusal } from "../src/errors.ts";
import type { Runtime } from "../src/runtime.ts";
import { mountAdmin } from "./admin/mount.ts";
import { notFoundPage } from "./admin/parts/page.tsx";
import { mountApi } from "./api/mount.ts";
import { mountContentNotifications } from "./apple/notifications.ts";
import { SANDBOX_POLICY } from "./attachment.ts";
import type { AppEnv } from "./context.ts";
import { mountAde } from "./device/ade.tsx";
import { mountDownloads } from "./device/downloads.ts";
import { mountMdm } from "./device/mdm.ts";
import { mountOta } from "./device/ota.ts";
import { mountScep } from "./device/scep.ts";
import { mountHealth } from "./health.ts";
import { mountMetrics } from "./metrics.ts";
import { limitProxied } from "./proxied_requests.ts";
import { requestContext } from "./request.ts";
import { requestBody } from "./request_body.ts";

/** Returns a middleware for everything but messages of devices: no browser opens the answer to a PUT. */
const exceptMessages = (middleware: MiddlewareHandler<AppEnv>): MiddlewareHandler<AppEnv> => (c, next) =>
  c.req.method === "PUT" && c.req.path.startsWith("/public/mdm/") ? next() : middleware(c, next);

/** Returns the application. */
export function createApp(runtime: Runtime): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(exceptMessages(secureHeaders({
    xFrameOptions: "DENY",
    referrerPolicy: "same-origin",
    strictTransportSecurity: runtime.config.BASE_URL.startsWith("https:") ? "max-age=31536000" : false,
  })));
  app.use(exceptMessages(async (c, next) => {
    await next();
    // Pages have a policy of their own; whatever else a browser opens here runs nothing.
    if (!c.res.headers.has("Content-Security-Policy")) c.res.headers.set("Content-Security-Policy", SANDBOX_POLICY);
  }));
  app.use(requestContext(runtime));
  app.use(limitProxied(runtime));
  app.use(requestBody(runtime));
  mountHealth(app);
  mountMetrics(app);
  mountScep(app);
  mountOta(app);
  mountAde(app);
  mountMdm(app);
  mountDownloads(app);
  mountContentNotifications(app);
  mountApi(app);
  mountAdmin(app);
  app.notFound((c) => c.req.header("accept")?.includes("text/html") ? notFoundPage(c) : c.text("Not found.", 404));
  app.onError((error, c) => {
    const refusal = asRefusal(error);
    if (refusal !== undefined) {
      if (refusal !== error) runtime.log.warn("Cannot serve a request now", { error, path: c.req.path });
      return new Response(refusal.message, { status: refusal.status, headers: refusal.details.headers ?? {} });
    }
    runtime.log.error("Cannot serve a request", { error, request: c.get("request") });
    return c.text("An unexpected error occurred. The server's log has details.", 500);
  });
  return app;
}
