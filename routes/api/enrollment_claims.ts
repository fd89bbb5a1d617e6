/**
 * `/api/mdm/enrollment_claims/` and `/api/mdm/identity_alerts/`: devices that cannot enroll until an operator confirms them, and
 * identities that may have been copied.
 *
 * @module
 */

import { z } from "zod";
import { findClaim, listClaims } from "../../db/enrollment/enrollment_claims.ts";
import { listIdentityAlerts } from "../../db/enrollment/identity_alerts.ts";
import { limitOf } from "../../src/access/device_limit.ts";
import { dismissAlert } from "../../src/devices/successors.ts";
import { claimRepresentation, decideOnClaim } from "../../src/enrollment/hardware_claims.ts";
import { problem } from "../../src/errors.ts";
import type { By } from "../../src/events/by.ts";
import type { Runtime } from "../../src/runtime.ts";
import { CLAIM_WORDS, meaningsOf } from "../state_words.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { choiceFilter, idParams, naiveUtc, timeOut } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const STATES = ["pending", "confirmed", "dismissed"] as const;

const claimSchema = z.object({
  id: z.int(),
  ota_enrollment: z.int().nullable().describe("Null if the device enrolled through a DEP enrollment."),
  dep_enrollment: z.int().nullable(),
  enrollment_session: z.int(),
  udid: z.string(),
  serial_number: z.string(),
  reason: z.enum(["udid enrolled", "serial number enrolled", "serial number changed"]).describe(
    "The conflict with known hardware. A claim of a UDID with another serial number cannot be confirmed.",
  ),
  device: z.int().nullable().describe("The known device with this UDID, or else with this serial number."),
  state: z.enum([...STATES, "used"]).describe(meaningsOf(CLAIM_WORDS)),
  fingerprint: z.string().describe("SHA-256 of the certificate of the last attempt."),
  several_certificates: z.boolean().describe("Whether attempts came with different certificates."),
  hardware_evidence: z.string().nullable().describe(
    "Evidence for the ids besides the device's own statement: limited profile, apple device, device assignment, or null.",
  ),
  device_name: z.string(),
  model: z.string(),
  ip: z.string(),
  attempts: z.int(),
  attempted_at: timeOut,
  decided_at: timeOut.nullable(),
  decided_by: z.string().nullable(),
  expires_at: timeOut,
  created_at: timeOut,
}).meta({ id: "EnrollmentClaim" });

const alertSchema = z.object({
  id: z.int(),
  kind: z.enum(["second successor", "retired identity", "cloned identity"]),
  device: z.int(),
  serial_number: z.string(),
  fingerprint: z.string(),
  ip: z.string(),
  attempts: z.int(),
  attempted_at: timeOut,
  created_at: timeOut,
}).meta({ id: "IdentityAlert" });

const tag = "Enrollment";

const decision = (action: string, state: "confirmed" | "dismissed", summary: string, description: string) =>
  endpoint({
    method: "POST",
    path: `/api/mdm/enrollment_claims/{id}/${action}/`,
    permission: "mdm.change_enrollmentclaim",
    tag,
    summary,
    description,
    params: idParams,
    subject: ({ id }) => ({ claimId: id }),
    response: { status: 200, schema: claimSchema },
    async handle(input: { runtime: Runtime; by: By; params: { id: number } }) {
      return claimRepresentation(await decideOnClaim(input.runtime, input.by, input.params.id, state));
    },
  });

/** The endpoints of claims and alerts. */
export const ENROLLMENT_CLAIM_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/mdm/enrollment_claims/",
    permission: "mdm.view_enrollmentclaim",
    tag,
    summary: "List claims of hardware",
    description:
      "Devices that could not enroll because they state the serial number or UDID of an enrolled device. Each claim is kept for 24 hours.",
    query: z.object({ state: choiceFilter(STATES).optional(), ...pageQuery }),
    response: { status: 200, schema: pageOfSchema(claimSchema) },
    async handle(input) {
      const page = pageOf(input.query);
      const { sql, clock } = input.runtime;
      const found = await listClaims(sql, {
        ...page,
        state: input.query.state,
        only: limitOf(input.by.actor, "mdm.view_enrollmentclaim"),
      }, clock.now());
      return paginated(input, page, { count: found.count, rows: found.rows.map(claimRepresentation) });
    },
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/enrollment_claims/{id}/",
    permission: "mdm.view_enrollmentclaim",
    tag,
    summary: "Read a claim of hardware",
    params: idParams,
    subject: ({ id }) => ({ claimId: id }),
    response: { status: 200, schema: claimSchema },
    async handle({ runtime, params }) {
      const row = await findClaim(runtime.sql, params.id, runtime.clock.now());
      if (row === undefined) throw problem("not-found");
      return claimRepresentation(row);
    },
  }),
  decision(
    "confirm",
    "confirmed",
    "Confirm a claim of hardware",
    "The device can enroll once within 24 hours, in its session or in the next session of the same enrollment for this UDID and " +
      "serial number. The current enrollment of the hardware ends then.",
  ),
  decision(
    "dismiss",
    "dismissed",
    "Dismiss a claim of hardware",
    "Further attempts within 24 hours are counted, but raise no alert.",
  ),
  endpoint({
    method: "GET",
    path: "/api/mdm/identity_alerts/",
    permission: "mdm.view_enrollmentclaim",
    tag,
    summary: "List alerts about identities",
    description:
      "Identities that may have been copied: a second renewal was requested, a retired identity was used, or an identity " +
      "was used with another UDID.",
    query: z.object(pageQuery),
    response: { status: 200, schema: pageOfSchema(alertSchema) },
    async handle(input) {
      const page = pageOf(input.query);
      const found = await listIdentityAlerts(input.runtime.sql, {
        ...page,
        only: limitOf(input.by.actor, "mdm.view_enrollmentclaim"),
      });
      return paginated(input, page, {
        count: found.count,
        rows: found.rows.map((row) => ({
          id: row.id,
          kind: row.kind,
          device: row.deviceId,
          serial_number: row.serialNumber,
          fingerprint: row.fingerprint,
          ip: row.ip,
          attempts: row.attempts,
          attempted_at: naiveUtc(row.attemptedAt),
          created_at: naiveUtc(row.createdAt),
        })),
      });
    },
  }),
  endpoint({
    method: "POST",
    path: "/api/mdm/identity_alerts/{id}/dismiss/",
    permission: "mdm.change_enrollmentclaim",
    tag,
    summary: "Dismiss an alert about an identity",
    params: idParams,
    subject: ({ id }) => ({ alertId: id }),
    response: NO_CONTENT,
    handle: async ({ runtime, by, params }) => await dismissAlert(runtime, by, params.id),
  }),
];
