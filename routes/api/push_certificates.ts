/**
 * `/api/mdm/push_certificates/`: the certificates for pushes.
 *
 * @module
 */

import { z } from "zod";
import { findPushCertificate, listPushCertificates } from "../../db/push/push_certificates.ts";
import { problem } from "../../src/errors.ts";
import { present } from "../../src/protocol/present.ts";
import { pushCertificateChange, pushCertificateUpload } from "../../src/push/certificate_input.ts";
import {
  addPushCertificate,
  changePushCertificate,
  pushCertificateRepresentation,
  pushCertificateRequest,
  removePushCertificate,
  signedPushCertificateRequest,
} from "../../src/push/certificates.ts";
import { attachment } from "../attachment.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { idParams, textFilter, timeOut } from "./fields.ts";
import { listed, listOf } from "./listed.ts";
import { type Page, pageQuery } from "./paging.ts";

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
}).meta({ id: "PushCertificate" });

const ONE = "/api/mdm/push_certificates/{id}/";

/** The endpoints of push certificates. */
export const PUSH_CERTIFICATE_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/mdm/push_certificates/",
    permission: "mdm.view_pushcertificate",
    tag: "Enrollment",
    summary: "List push certificates",
    query: z.object({ name: textFilter, ...pageQuery }),
    response: { status: 200, schema: listOf(pushCertificateSchema) },
    async handle(input) {
      const { name } = input.query;
      const find = (page: Page) => listPushCertificates(input.runtime.sql, { ...page, ...present({ name }) });
      return await listed(input, find, pushCertificateRepresentation);
    },
  }),
  endpoint({
    method: "POST",
    path: "/api/mdm/push_certificates/",
    permission: "mdm.add_pushcertificate",
    tag: "Enrollment",
    summary: "Create a push certificate, or upload one with its key",
    description: "With only a name, the server creates a key. Apple's portal signs its certificate request.",
    body: pushCertificateUpload.meta({ id: "PushCertificateUpload" }),
    response: { status: 201, schema: pushCertificateSchema },
    handle: async ({ runtime, by, body }) => pushCertificateRepresentation(await addPushCertificate(runtime, by, body)),
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
    method: "PUT",
    path: ONE,
    permission: "mdm.change_pushcertificate",
    tag: "Enrollment",
    summary: "Rename a push certificate, or renew it",
    description:
      "With `certificate` the push certificate is renewed, for the stored key or for the uploaded one. The topic must not change.",
    params: idParams,
    body: pushCertificateChange.meta({ id: "PushCertificateChange" }),
    response: { status: 200, schema: pushCertificateSchema },
    handle: async ({ runtime, by, params, body }) =>
      pushCertificateRepresentation(await changePushCertificate(runtime, by, params.id, body)),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "mdm.delete_pushcertificate",
    tag: "Enrollment",
    summary: "Delete a push certificate",
    description: "Refused while an enrollment or a device uses it.",
    params: idParams,
    response: NO_CONTENT,
    handle: async ({ runtime, by, params }) => await removePushCertificate(runtime, by, params.id),
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/push_certificates/{id}/csr/",
    permission: "mdm.change_pushcertificate",
    tag: "Enrollment",
    summary: "Download the certificate request of a push certificate's key",
    params: idParams,
    response: { status: 200, contentType: "application/pkcs10" },
    handle: async ({ runtime, params }) =>
      attachment(
        await pushCertificateRequest(runtime, params.id),
        "application/pkcs10",
        `push_certificate_${params.id}.csr`,
      ),
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/push_certificates/{id}/signed_csr/",
    permission: "mdm.change_pushcertificate",
    tag: "Enrollment",
    summary: "Download the request signed by the configured vendor, for Apple's portal",
    params: idParams,
    response: { status: 200, contentType: "text/plain" },
    handle: async ({ runtime, params }) =>
      attachment(
        await signedPushCertificateRequest(runtime, params.id),
        "text/plain",
        `push_certificate_${params.id}_signed_csr.b64`,
      ),
  }),
];
