/**
 * `/api/mdm/push_certificates/` and `/api/mdm/ota_enrollments/`: what devices need to enroll, and the direct profile.
 *
 * @module
 */

import { z } from "zod";
import { findOtaEnrollment, listOtaEnrollments, type OtaEnrollmentRow } from "../../db/enrollments.ts";
import { findPushCertificate, listPushCertificates } from "../../db/push_certificates.ts";
import { createOtaEnrollment, downloadDirectProfile } from "../../src/enrollment/ota_enrollments.ts";
import { problem } from "../../src/errors.ts";
import { naiveUtc } from "../../src/naive_utc.ts";
import { pushCertificateRepresentation, uploadPushCertificate } from "../../src/push/certificates.ts";
import { endpoint } from "./endpoint.ts";
import { blankableField, idParams, pkField, pkListField, textField, textFilter, timeOut } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const pushCertificateSchema = z.object({
  id: z.int(),
  provisioning_uid: z.string().nullable(),
  name: z.string(),
  topic: z.string().nullable(),
  not_before: timeOut.nullable(),
  not_after: timeOut.nullable(),
  certificate: z.string().nullable().describe("PEM."),
  created_at: timeOut,
  updated_at: timeOut,
});

const otaEnrollmentSchema = z.object({
  id: z.int(),
  name: z.string(),
  display_name: z.string(),
  push_certificate: z.int(),
  created_at: timeOut,
  updated_at: timeOut,
});

const otaEnrollmentRepresentation = (row: OtaEnrollmentRow) => ({
  id: row.id,
  name: row.name,
  display_name: row.displayName,
  push_certificate: row.pushCertificateId,
  created_at: naiveUtc(row.createdAt),
  updated_at: naiveUtc(row.updatedAt),
});

/** The endpoints of enrollments. */
export const ENROLLMENT_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/mdm/push_certificates/",
    permission: "mdm.view_pushcertificate",
    tag: "Enrollment",
    summary: "List push certificates",
    query: z.object({ name: textFilter, ...pageQuery }),
    response: { status: 200, schema: pageOfSchema(pushCertificateSchema) },
    async handle(input) {
      const page = pageOf(input.query);
      const { name } = input.query;
      const found = await listPushCertificates(input.runtime.sql, { ...page, ...(name === undefined ? {} : { name }) });
      return paginated(input, page, { count: found.count, rows: found.rows.map(pushCertificateRepresentation) });
    },
  }),
  endpoint({
    method: "POST",
    path: "/api/mdm/push_certificates/",
    permission: "mdm.add_pushcertificate",
    tag: "Enrollment",
    summary: "Upload a push certificate with its key",
    body: z.object({
      name: textField(256),
      certificate: textField(20_000),
      private_key: textField(20_000),
      key_password: z.string().max(1024).optional(),
    }),
    response: { status: 201, schema: pushCertificateSchema },
    handle: async ({ runtime, request, body }) =>
      pushCertificateRepresentation(
        await uploadPushCertificate(runtime, request, {
          name: body.name,
          certificate: body.certificate,
          privateKey: body.private_key,
          passphrase: body.key_password,
        }),
      ),
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/push_certificates/{id}/",
    permission: "mdm.view_pushcertificate",
    tag: "Enrollment",
    summary: "Read a push certificate",
    params: idParams,
    response: { status: 200, schema: pushCertificateSchema },
    async handle({ runtime, params }) {
      const row = await findPushCertificate(runtime.sql, params.id);
      if (row === undefined) throw problem("not-found");
      return pushCertificateRepresentation(row);
    },
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/ota_enrollments/",
    permission: "mdm.view_otaenrollment",
    tag: "Enrollment",
    summary: "List OTA enrollments",
    query: z.object({ name: textFilter, ...pageQuery }),
    response: { status: 200, schema: pageOfSchema(otaEnrollmentSchema) },
    async handle(input) {
      const page = pageOf(input.query);
      const { name } = input.query;
      const found = await listOtaEnrollments(input.runtime.sql, { ...page, ...(name === undefined ? {} : { name }) });
      return paginated(input, page, { count: found.count, rows: found.rows.map(otaEnrollmentRepresentation) });
    },
  }),
  endpoint({
    method: "POST",
    path: "/api/mdm/ota_enrollments/",
    permission: "mdm.add_otaenrollment",
    tag: "Enrollment",
    summary: "Make an OTA enrollment",
    body: z.object({
      name: textField(256),
      display_name: blankableField(128).default(""),
      push_certificate: pkField,
      enrollment_secret: z.object({
        meta_business_unit: pkField,
        tags: pkListField.default([]),
        serial_numbers: z.array(textField(64)).default([]),
        udids: z.array(textField(64)).default([]),
        quota: z.int().min(1).max(200_000).nullable().default(null),
      }),
    }),
    response: { status: 201, schema: otaEnrollmentSchema },
    handle: async ({ runtime, request, body }) =>
      otaEnrollmentRepresentation(
        await createOtaEnrollment(runtime, request, {
          name: body.name,
          displayName: body.display_name || runtime.config.ORGANIZATION,
          pushCertificateId: body.push_certificate,
          secret: {
            metaBusinessUnitId: body.enrollment_secret.meta_business_unit,
            tags: body.enrollment_secret.tags,
            serialNumbers: body.enrollment_secret.serial_numbers,
            udids: body.enrollment_secret.udids,
            quota: body.enrollment_secret.quota,
            expiredAt: null,
          },
        }),
      ),
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/ota_enrollments/{id}/",
    permission: "mdm.view_otaenrollment",
    tag: "Enrollment",
    summary: "Read an OTA enrollment",
    params: idParams,
    response: { status: 200, schema: otaEnrollmentSchema },
    async handle({ runtime, params }) {
      const row = await findOtaEnrollment(runtime.sql, params.id);
      if (row === undefined) throw problem("not-found");
      return otaEnrollmentRepresentation(row);
    },
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/ota_enrollments/{id}/profile/",
    permission: "mdm.change_otaenrollment",
    tag: "Enrollment",
    summary: "Download an enrollment profile for one device",
    description:
      "Each download uses the enrollment secret once. `signed=false` gives the form that simple clients take.",
    params: idParams,
    query: z.object({ serial_number: textFilter, udid: textFilter, signed: z.enum(["true", "false"]).default("true") }),
    response: { status: 200, contentType: "application/x-apple-aspen-config" },
    async handle({ runtime, request, params, query }) {
      const profile = await downloadDirectProfile(runtime, request, params.id, {
        signed: query.signed === "true",
        serialNumber: query.serial_number,
        udid: query.udid,
      });
      return new Response(profile, {
        headers: {
          "Content-Type": "application/x-apple-aspen-config",
          "Content-Disposition": 'attachment; filename="enrollment.mobileconfig"',
          "Cache-Control": "no-store",
        },
      });
    },
  }),
];
