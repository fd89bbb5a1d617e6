/**
 * The history of a device's escrowed secrets: `/api/mdm/devices/{id}/secrets/`. Values are in none of its lists.
 *
 * @module
 */

import { z } from "zod";
import { findDevice } from "../../db/devices/device_views.ts";
import { type EscrowedRow, findEscrowedById, listEscrowed } from "../../db/devices/escrowed_secrets.ts";
import { mayAll } from "../../src/access/actor.ts";
import type { Operator } from "../../src/access/operator.ts";
import { problem } from "../../src/errors.ts";
import { ESCROW_KINDS, isLiveKind, LIVE_KINDS } from "../../src/escrow/kinds.ts";
import { revealEscrowed } from "../../src/escrow/reveal.ts";
import { naiveUtc } from "../../src/naive_utc.ts";
import { endpoint } from "./endpoint.ts";
import { deviceIdParam, deviceParams, idParam, timeOut } from "./fields.ts";

const fields = {
  id: z.int(),
  kind: z.string().describe(`One of: ${LIVE_KINDS.join(", ")}, and others that cannot be read.`),
  state: z.enum(["current", "unverified", "previous"]).describe(
    "unverified: sent to the device, or reported by one whose hardware is not confirmed.",
  ),
  reason: z.string().describe("Why it was stored."),
  command: z.string().nullable().describe("The UUID of the command that led to it."),
  created_at: timeOut,
  ended_at: timeOut.nullable(),
};

const representation = (row: EscrowedRow) => ({
  id: row.id,
  kind: row.kind,
  state: row.endedAt !== null ? "previous" as const : row.proven ? "current" as const : "unverified" as const,
  reason: row.reason,
  command: row.commandUuid,
  created_at: naiveUtc(row.createdAt),
  ended_at: row.endedAt === null ? null : naiveUtc(row.endedAt),
});

const mayRead = (by: Operator, { kind }: EscrowedRow): boolean =>
  isLiveKind(kind) && mayAll(by.actor, [ESCROW_KINDS[kind].permission]);

/** The endpoints of the history. */
export const DEVICE_SECRET_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/mdm/devices/{id}/secrets/",
    permission: "mdm.view_enrolleddevice",
    tag: "Devices",
    summary: "List the escrowed secrets of a device",
    description:
      "The latest first, without their values: only the kinds that the caller may read. Secrets stay after the device was deleted or enrolled again.",
    params: deviceParams,
    response: { status: 200, schema: z.array(z.object(fields).meta({ id: "EscrowedSecret" })) },
    async handle({ runtime, by, params }) {
      if (await findDevice(runtime.sql, params.id) === undefined) throw problem("not-found");
      return (await listEscrowed(runtime.sql, params.id)).filter((row) => mayRead(by, row)).map(representation);
    },
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/devices/{id}/secrets/{secret_id}/",
    permission: "mdm.view_enrolleddevice",
    session: true,
    reasoned: true,
    tag: "Devices",
    summary: "Read an escrowed secret of a device",
    description: "Needs the permission to read secrets of its kind. Each read is recorded as an event.",
    params: z.object({ id: deviceIdParam, secret_id: idParam }),
    response: {
      status: 200,
      schema: z.object({
        ...fields,
        secret: z.string(),
        replaced_at: timeOut.nullable().describe("When the device is to replace it; null if it is not replaced."),
      }).meta({ id: "RevealedSecret" }),
    },
    async handle({ runtime, by, params }) {
      const device = await findDevice(runtime.sql, params.id);
      const row = device === undefined ? undefined : await findEscrowedById(runtime.sql, device.id, params.secret_id);
      if (device === undefined || row === undefined || !isLiveKind(row.kind)) throw problem("not-found");
      if (!mayRead(by, row)) throw problem("permission-denied");
      const owner = { deviceId: device.id, serialNumber: device.serialNumber };
      const revealed = await revealEscrowed(runtime, by, owner, row.kind, { id: row.id });
      if (revealed === null) throw problem("not-found");
      const { secret, replacedAt } = revealed;
      return { ...representation(row), secret, replaced_at: replacedAt === null ? null : naiveUtc(replacedAt) };
    },
  }),
];
