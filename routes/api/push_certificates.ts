/**
 * `/api/mdm/push_certificates/`: what the server pushes with.
 *
 * @module
 */

import { z } from "zod";
import { findPushCertificate, listPushCertificates } from "../../db/push_certificates.ts";
import { problem } from "../../src/errors.ts";
import { pushCertificateRepresentation, uploadPushCertificate } from "../../src/push/certificates.ts";
import { endpoint } from "./endpoint.ts";
import { idParams, textField, textFilter, timeOut } from "./fields.ts";
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

/** The endpoints of push certificates. */
export const PUSH_CERTIFICATE_ENDPOINTS = [
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
];
