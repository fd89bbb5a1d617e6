/**
 * `/api/mdm/dep_enrollments/`: what the devices of a virtual server get from Apple, out of the box.
 *
 * @module
 */

import { z } from "zod";
import { type DepEnrollmentRow, findDepEnrollment, listDepEnrollments } from "../../db/ade/dep_enrollments.ts";
import { findEnrollmentSecret } from "../../db/enrollment/enrollment_secrets.ts";
import { type Actor, mayAll } from "../../src/access/actor.ts";
import { defineAgain, readAppleCopy, staleness } from "../../src/ade/apple_copy.ts";
import { depEnrollmentInput } from "../../src/ade/dep_enrollment_input.ts";
import {
  changeDepEnrollment,
  createDepEnrollment,
  depEnrollmentRepresentation,
  removeDepEnrollment,
} from "../../src/ade/dep_enrollments.ts";
import { enrollmentSecretRepresentation, revealEnrollmentSecret } from "../../src/enrollment/secrets.ts";
import { problem } from "../../src/errors.ts";
import { present } from "../../src/protocol/present.ts";
import type { Runtime } from "../../src/runtime.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { enrollmentSecretSchema } from "./enrollment_secret_schema.ts";
import { idParams, relatedFilter, textFilter, timeOut } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const depEnrollmentSchema = z.object({
  id: z.int(),
  uuid: z.string().describe("The profile at Apple. Another one after each change of it."),
  name: z.string(),
  display_name: z.string(),
  virtual_server: z.int(),
  push_certificate: z.int(),
  scep_issuer: z.string(),
  acme_issuer: z.null(),
  blueprint: z.int().nullable(),
  realm: z.null(),
  use_realm_user: z.boolean(),
  username_pattern: z.string(),
  realm_user_is_admin: z.boolean(),
  admin_full_name: z.string().nullable(),
  admin_short_name: z.string().nullable(),
  hidden_admin: z.boolean(),
  admin_password_complexity: z.int(),
  admin_password_rotation_delay: z.int(),
  allow_pairing: z.boolean(),
  auto_advance_setup: z.boolean(),
  await_device_configured: z.boolean(),
  department: z.string(),
  is_mandatory: z.boolean(),
  is_mdm_removable: z.boolean(),
  is_multi_user: z.boolean(),
  is_supervised: z.boolean(),
  language: z.string(),
  org_magic: z.string(),
  region: z.string(),
  skip_setup_items: z.array(z.string()),
  support_email_address: z.string(),
  support_phone_number: z.string(),
  include_tls_certificates: z.boolean(),
  ios_max_version: z.string(),
  ios_min_version: z.string(),
  macos_max_version: z.string(),
  macos_min_version: z.string(),
  release_after_minutes: z.int(),
  enrollment_secret: enrollmentSecretSchema,
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "DEPEnrollment" });

const body = depEnrollmentInput.meta({ id: "DEPEnrollmentRequest" });

const example = {
  name: "Out of the box",
  virtual_server: 1,
  push_certificate: 1,
  scep_issuer: "5a1d7a4c-3c0f-4a64-9a53-7a4f4a0f8f01",
  blueprint: null,
  skip_setup_items: ["AppleID", "Siri"],
  enrollment_secret: { meta_business_unit: 1 },
};

const appleCopySchema = z.object({
  state: z.enum(["same", "different", "missing"]).describe("Apple's copy beside what this server would send now."),
  differences: z.array(z.object({
    field: z.string(),
    ours: z.unknown().describe("Absent where this server sends none."),
    apples: z.unknown().describe("Absent where Apple has none."),
  })),
  out_of_date: z.string().nullable().describe("Why the profile has to be defined again; null if it need not be."),
}).meta({ id: "DEPEnrollmentAppleCopy" });

async function withSecret(runtime: Runtime, actor: Actor, row: DepEnrollmentRow) {
  const secret = await findEnrollmentSecret(runtime.sql, row.enrollmentSecretId);
  if (secret === undefined) throw problem("not-found");
  const text = mayAll(actor, ["inventory.view_enrollmentsecret"])
    ? await revealEnrollmentSecret(runtime, secret)
    : null;
  return {
    ...depEnrollmentRepresentation(row),
    enrollment_secret: { ...enrollmentSecretRepresentation(secret), secret: text },
  };
}

async function mustFind(runtime: Runtime, id: number): Promise<DepEnrollmentRow> {
  const row = await findDepEnrollment(runtime.sql, id);
  if (row === undefined) throw problem("not-found");
  return row;
}

const ALL = "/api/mdm/dep_enrollments/";
const ONE = "/api/mdm/dep_enrollments/{id}/";
const TAG = "Enrollment";

/** The endpoints of DEP enrollments. */
export const DEP_ENROLLMENT_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: ALL,
    permission: "mdm.view_depenrollment",
    tag: TAG,
    summary: "List DEP enrollments",
    query: z.object({ name: textFilter, virtual_server: relatedFilter, ...pageQuery }),
    response: { status: 200, schema: pageOfSchema(depEnrollmentSchema) },
    async handle(input) {
      const { name, virtual_server: virtualServerId } = input.query;
      const page = pageOf(input.query);
      const { count, rows } = await listDepEnrollments(input.runtime.sql, {
        ...page,
        ...present({ name, virtualServerId }),
      });
      const shown = await Promise.all(rows.map((row) => withSecret(input.runtime, input.by.actor, row)));
      return paginated(input, page, { count, rows: shown });
    },
  }),
  endpoint({
    method: "POST",
    path: ALL,
    permission: "mdm.add_depenrollment",
    tag: TAG,
    summary: "Create a DEP enrollment",
    description: "Apple gets its profile first. What Apple refuses is an error of the field, or of `non_field_errors`.",
    body,
    example,
    response: { status: 201, schema: depEnrollmentSchema },
    handle: async ({ runtime, by, body }) =>
      await withSecret(runtime, by.actor, await createDepEnrollment(runtime, by, body)),
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "mdm.view_depenrollment",
    tag: TAG,
    summary: "Read a DEP enrollment",
    params: idParams,
    response: { status: 200, schema: depEnrollmentSchema },
    handle: async ({ runtime, by, params }) => await withSecret(runtime, by.actor, await mustFind(runtime, params.id)),
  }),
  endpoint({
    method: "PUT",
    path: ONE,
    permission: "mdm.change_depenrollment",
    tag: TAG,
    summary: "Update a DEP enrollment",
    description:
      "If Apple's profile changes with it, Apple gets a new one, which is then assigned to the devices with the old one. The secret and the virtual server do not change.",
    params: idParams,
    body,
    example,
    response: { status: 200, schema: depEnrollmentSchema },
    handle: async ({ runtime, by, params, body }) =>
      await withSecret(runtime, by.actor, await changeDepEnrollment(runtime, by, params.id, body)),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "mdm.delete_depenrollment",
    tag: TAG,
    summary: "Delete a DEP enrollment",
    description: "Only if it is no default, no device has it, and none has enrolled with it.",
    params: idParams,
    response: NO_CONTENT,
    handle: async ({ runtime, by, params }) => await removeDepEnrollment(runtime, by, params.id),
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/dep_enrollments/{id}/apple_profile/",
    permission: "mdm.view_depenrollment",
    tag: TAG,
    summary: "Compare Apple's copy of a DEP enrollment",
    description: "The copy comes from Apple with each request. The enrollment secret in it is replaced by `…`.",
    params: idParams,
    response: { status: 200, schema: appleCopySchema },
    async handle({ runtime, params }) {
      const stale = await staleness(runtime, await mustFind(runtime, params.id));
      const copy = await readAppleCopy(runtime, params.id);
      return {
        state: copy.state,
        differences: copy.state === "different" ? copy.differences : [],
        out_of_date: stale?.reason ?? null,
      };
    },
  }),
  endpoint({
    method: "POST",
    path: "/api/mdm/dep_enrollments/{id}/define/",
    permission: "mdm.change_depenrollment",
    tag: TAG,
    summary: "Define the profile of a DEP enrollment at Apple again",
    description: "The new profile is assigned to the devices with the old one.",
    params: idParams,
    response: { status: 200, schema: depEnrollmentSchema },
    async handle({ runtime, by, params }) {
      await defineAgain(runtime, by, params.id);
      return await withSecret(runtime, by.actor, await mustFind(runtime, params.id));
    },
  }),
];
