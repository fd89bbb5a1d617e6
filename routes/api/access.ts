/**
 * The permissions that the caller of an endpoint needs, and the device that they need them for.
 *
 * @module
 */

import type { z } from "zod";
import type { DeviceSubject } from "../../db/access/device_limit_views.ts";
import type { Permission } from "../../src/access/actor.ts";
import { problem } from "../../src/errors.ts";
import type { Endpoint } from "./endpoint.ts";
import { deviceIdParam, serialNumberParam } from "./fields.ts";

/** Returns the permissions of an endpoint as a list. */
export function permissionsOf({ permission }: Pick<Endpoint, "permission">): readonly Permission[] {
  return permission === "authenticated" ? [] : typeof permission === "string" ? [permission] : permission;
}

function valueOf<T>(schema: z.ZodType<T>, value: string | undefined): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw problem("not-found");
  return parsed.data;
}

/**
 * Returns the device that a request is about; undefined for endpoints that are not about one. Endpoints declare it by
 * the type of a path parameter, or as their `subject`. Throws `not-found` for a malformed value.
 */
export function subjectOf(
  { params, subject }: Pick<Endpoint, "params" | "subject">,
  values: Readonly<Record<string, string>>,
): DeviceSubject | undefined {
  if (subject !== undefined) return subject(values);
  for (const [name, schema] of Object.entries(params.shape)) {
    if (schema === deviceIdParam) return { deviceId: valueOf(deviceIdParam, values[name]) };
    if (schema === serialNumberParam) return { serialNumber: valueOf(serialNumberParam, values[name]) };
  }
  return undefined;
}
