/**
 * Over-the-air enrollment: one address for the device's two messages.
 *
 * @module
 */

import type { Hono } from "hono";
import { answerOta } from "../../src/enrollment/ota.ts";
import { Problem } from "../../src/errors.ts";
import { attachment } from "../attachment.ts";
import type { AppEnv } from "../context.ts";
import { deviceOf } from "./by.ts";

const BODY_LIMIT = 256 * 1024;

/** How a profile travels. */
const PROFILE_TYPE = "application/x-apple-aspen-config";

/** Mounts the address. */
export function mountOta(app: Hono<AppEnv>): void {
  app.post("/public/mdm/ota_enroll/", async (c) => {
    try {
      const { phase, profile } = await answerOta(
        c.get("runtime"),
        deviceOf(c),
        await c.get("body").read(BODY_LIMIT),
      );
      const name = phase === 2 ? "espalier_ota_scep" : "espalier_mdm";
      return attachment(profile, PROFILE_TYPE, `${name}.mobileconfig`);
    } catch (error) {
      if (error instanceof Problem) return new Response(error.message, { status: error.status });
      throw error;
    }
  });
}
