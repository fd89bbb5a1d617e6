/**
 * `/api/mdm/ota_enrollments/`: how devices may enroll over the air, and the profiles to hand out.
 *
 * @module
 */

import { z } from "zod";
import { findEnrollmentSecret } from "../../db/enrollment/enrollment_secrets.ts";
import { findOtaEnrollment, listOtaEnrollments, type OtaEnrollmentRow } from "../../db/enrollment/ota_enrollments.ts";
import { type Actor, mayAll } from "../../src/access/actor.ts";
import { otaEnrollmentInput } from "../../src/enrollment/ota_enrollment_input.ts";
import {
  changeOtaEnrollment,
  createOtaEnrollment,
  downloadDirectProfile,
  downloadOtaProfile,
  otaEnrollmentRepresentation,
  removeOtaEnrollment,
  revokeOtaEnrollment,
} from "../../src/enrollment/ota_enrollments.ts";
import { enrollmentSecretRepresentation, revealEnrollmentSecret } from "../../src/enrollment/secrets.ts";
import { problem } from "../../src/errors.ts";
import { present } from "../../src/protocol/present.ts";
import type { Runtime } from "../../src/runtime.ts";
import { attachment } from "../attachment.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { enrollmentSecretSchema } from "./enrollment_secret_schema.ts";
import { idParams, textFilter, timeOut } from "./fields.ts";
import { listed, listOf } from "./listed.ts";
import { type Page, pageQuery } from "./paging.ts";

const otaEnrollmentSchema = z.object({
  id: z.int(),
  name: z.string(),
  display_name: z.string(),
  push_certificate: z.int(),
  scep_issuer: z.string(),
  acme_issuer: z.null(),
  blueprint: z.int().nullable(),
  realm: z.null(),
  reenrollment_without_confirmation: z.boolean(),
  enrollment_secret: enrollmentSecretSchema,
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "OtaEnrollment" });

const body = otaEnrollmentInput.meta({ id: "OtaEnrollmentRequest" });

async function withSecret(runtime: Runtime, actor: Actor, row: OtaEnrollmentRow) {
  const secret = await findEnrollmentSecret(runtime.sql, row.enrollmentSecretId);
  if (secret === undefined) throw problem("not-found");
  const text = mayAll(actor, ["inventory.view_enrollmentsecret"])
    ? await revealEnrollmentSecret(runtime, secret)
    : null;
  return {
    ...otaEnrollmentRepresentation(row),
    enrollment_secret: { ...enrollmentSecretRepresentation(secret), secret: text },
  };
}

const profileAnswer = (profile: Uint8Array<ArrayBuffer>, name: string) =>
  attachment(profile, "application/x-apple-aspen-config", `${name}.mobileconfig`);

const ONE = "/api/mdm/ota_enrollments/{id}/";
const tag = "Enrollment";

/** The endpoints of OTA enrollments. */
export const OTA_ENROLLMENT_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/mdm/ota_enrollments/",
    permission: "mdm.view_otaenrollment",
    tag: "Enrollment",
    summary: "List OTA enrollments",
    query: z.object({ name: textFilter, ...pageQuery }),
    response: { status: 200, schema: listOf(otaEnrollmentSchema) },
    async handle(input) {
      const { name } = input.query;
      const find = (page: Page) => listOtaEnrollments(input.runtime.sql, { ...page, ...present({ name }) });
      return await listed(input, find, (row) => withSecret(input.runtime, input.by.actor, row));
    },
  }),
  endpoint({
    method: "POST",
    path: "/api/mdm/ota_enrollments/",
    permission: "mdm.add_otaenrollment",
    tag,
    summary: "Create an OTA enrollment",
    body,
    response: { status: 201, schema: otaEnrollmentSchema },
    handle: async ({ runtime, by, body }) =>
      await withSecret(runtime, by.actor, await createOtaEnrollment(runtime, by, body)),
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "mdm.view_otaenrollment",
    tag,
    summary: "Read an OTA enrollment",
    params: idParams,
    response: { status: 200, schema: otaEnrollmentSchema },
    async handle({ runtime, by, params }) {
      const row = await findOtaEnrollment(runtime.sql, params.id);
      if (row === undefined) throw problem("not-found");
      return await withSecret(runtime, by.actor, row);
    },
  }),
  endpoint({
    method: "PUT",
    path: ONE,
    permission: "mdm.change_otaenrollment",
    tag,
    summary: "Update an OTA enrollment",
    description: "The secret does not change: profiles that were already distributed continue to work.",
    params: idParams,
    body,
    response: { status: 200, schema: otaEnrollmentSchema },
    handle: async ({ runtime, by, params, body }) =>
      await withSecret(runtime, by.actor, await changeOtaEnrollment(runtime, by, params.id, body)),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "mdm.delete_otaenrollment",
    tag,
    summary: "Delete an OTA enrollment",
    description: "Only if no device has begun to enroll with it. Otherwise revoke it.",
    params: idParams,
    response: NO_CONTENT,
    handle: async ({ runtime, by, params }) => await removeOtaEnrollment(runtime, by, params.id),
  }),
  endpoint({
    method: "POST",
    path: "/api/mdm/ota_enrollments/{id}/revoke/",
    permission: "mdm.change_otaenrollment",
    tag,
    summary: "Revoke an OTA enrollment",
    description: "No more devices can enroll with it, even with profiles that were already distributed.",
    params: idParams,
    response: { status: 200, schema: otaEnrollmentSchema },
    handle: async ({ runtime, by, params }) =>
      await withSecret(runtime, by.actor, await revokeOtaEnrollment(runtime, by, params.id)),
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/ota_enrollments/{id}/ota_profile/",
    permission: "mdm.change_otaenrollment",
    tag,
    summary: "Download the over-the-air enrollment profile",
    description: "The profile can be used by any number of devices, within the limits of the enrollment secret.",
    params: idParams,
    response: { status: 200, contentType: "application/x-apple-aspen-config" },
    handle: async ({ runtime, params }) => profileAnswer(await downloadOtaProfile(runtime, params.id), "enrollment"),
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/ota_enrollments/{id}/profile/",
    permission: "mdm.change_otaenrollment",
    tag: "Enrollment",
    summary: "Download an enrollment profile for one device",
    description:
      "Each download counts as one use of the enrollment secret. `signed=false` returns an unsigned profile for clients that cannot read a signed one.",
    params: idParams,
    query: z.object({ serial_number: textFilter, udid: textFilter, signed: z.enum(["true", "false"]).default("true") }),
    response: { status: 200, contentType: "application/x-apple-aspen-config" },
    async handle({ runtime, by, params, query }) {
      const profile = await downloadDirectProfile(runtime, by, params.id, {
        signed: query.signed === "true",
        serialNumber: query.serial_number,
        udid: query.udid,
      });
      return profileAnswer(profile, "enrollment");
    },
  }),
];
