/**
 * The address that Apple sends notifications of Apps & Books to.
 *
 * @module
 */

import type { Hono } from "hono";
import { NOTIFY_PATH } from "../../src/apps/configure.ts";
import {
  authenticateNotification,
  MOST_NOTIFICATION_BYTES,
  receiveNotification,
} from "../../src/apps/notifications.ts";
import { Problem } from "../../src/errors.ts";
import type { AppEnv } from "../context.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Mounts the address. */
export function mountContentNotifications(app: Hono<AppEnv>): void {
  app.post(`${NOTIFY_PATH}:uuid/notify/`, async (c) => {
    const runtime = c.get("runtime");
    const uuid = c.req.param("uuid");
    try {
      if (!UUID.test(uuid)) return c.text("Not found.", 404);
      // Before the body is read.
      const id = await authenticateNotification(runtime, uuid.toLowerCase(), c.req.header("authorization"));
      await receiveNotification(runtime, id, await c.get("body").read(MOST_NOTIFICATION_BYTES));
      return c.body(null, 200);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return new Response(error.message, { status: error.status, headers: error.details.headers ?? {} });
    }
  });
}
