/** Versions of certificate assets through the API. */

import assert from "node:assert/strict";
import { BUILT_IN_ISSUER } from "../../../src/issuing/scep_issuers.ts";
import { artifact, audits, bodyOf, contentRevision, OPEN_FILTER, revision, textOf } from "./artifacts_support.ts";
import { withApi } from "./support.ts";

const ALL = "/api/mdm/cert_assets/";
const UNKNOWN = "9b2fd9a4-1f0f-4f7e-8f4e-0d5d4a1b2c3d";

Deno.test("a certificate asset is created, read, changed with its own representation, and deleted", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const id = await artifact(call, { name: "Certificate", type: "Certificate Asset" });
    const start = await revision(runtime);
    const body = {
      artifact: id,
      version: 1,
      ...OPEN_FILTER,
      acme_issuer: null,
      scep_issuer: BUILT_IN_ISSUER,
      subject: [{ type: "CN", value: "$ENROLLED_DEVICE.SERIAL_NUMBER" }, { type: "2.5.4.5", value: "x" }],
      subject_alt_name: { rfc822Name: "${REALM_USER.EMAIL:-nobody@example.com}", dNSName: "x.example.com" },
      accessible: "AfterFirstUnlock",
    };
    const made = bodyOf(await call("POST", ALL, body), 201);
    assert.deepEqual(made, {
      warnings: [],
      ...body,
      id: made.id,
      created_at: "2026-06-01T12:00:00",
      updated_at: "2026-06-01T12:00:00",
    });
    const versionId = textOf(made, "id");
    const path = `${ALL}${versionId}/`;
    assert.deepEqual({ ...bodyOf(await call("GET", path), 200), warnings: [] }, made);
    assert.deepEqual(bodyOf(await call("PUT", path, { ...made, ios: true }), 200), { ...made, ios: true });
    assert.equal(await contentRevision(runtime, versionId), 0);
    const plain = {
      artifact: id,
      version: 1,
      macos: true,
      acme_issuer: null,
      scep_issuer: BUILT_IN_ISSUER,
      subject: [],
      subject_alt_name: { ntPrincipalName: "x@example.com", uniformResourceIdentifier: null },
    };
    const changed = bodyOf(await call("PUT", path, plain), 200);
    assert.deepEqual(changed, {
      ...made,
      subject: [],
      subject_alt_name: { ntPrincipalName: "x@example.com" },
      accessible: "Default",
    });
    assert.equal(await contentRevision(runtime, versionId), 1);
    const rows = await runtime.sql<{ variables: string[] }[]>`select variables from artifact_versions`;
    assert.deepEqual(rows[0]?.variables, []);
    assert.equal((await call("DELETE", path)).status, 204);
    assert.equal(await revision(runtime), start + 4);
    const entries = (await audits(call)).filter((entry) => entry.includes("mdm.artifactversion"));
    assert.ok(entries.length === 4 && entries.some((entry) => entry.includes("$ENROLLED_DEVICE.SERIAL_NUMBER")));
  });
});

Deno.test("errors in a certificate asset are reported by field", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const id = await artifact(call, { name: "Certificate", type: "Certificate Asset" });
    const body = {
      artifact: id,
      version: 1,
      macos: true,
      acme_issuer: null,
      scep_issuer: BUILT_IN_ISSUER,
      subject: [{ type: "CN", value: "$ENROLLED_DEVICE.UDID for $REALM_USER.EMAIL" }],
      subject_alt_name: {},
    };
    const errors = async (change: Record<string, unknown>) => (await call("POST", ALL, { ...body, ...change })).body;
    const cases: [Record<string, unknown>, unknown][] = [
      [{ scep_issuer: undefined, subject: undefined, subject_alt_name: undefined }, {
        scep_issuer: ["This field is required."],
        subject: ["This field is required."],
        subject_alt_name: ["This field is required."],
      }],
      [{ acme_issuer: UNKNOWN }, {
        acme_issuer: ["This server does not support ACME issuers yet. Send null or omit the field."],
      }],
      [{ scep_issuer: UNKNOWN }, { scep_issuer: [`Invalid pk "${UNKNOWN}" - object does not exist.`] }],
      [{ scep_issuer: "x" }, { scep_issuer: ["Must be a valid UUID."] }],
      [{ scep_issuer: null }, { non_field_errors: ["An ACME issuer or SCEP issuer is required."] }],
      [{ subject: [] }, { non_field_errors: ["A Subject or SubjectAltName is required."] }],
      [{ subject: [], subject_alt_name: { rfc822Name: null } }, {
        non_field_errors: ["A Subject or SubjectAltName is required."],
      }],
      [{ subject: [{ type: "CN", value: "x" }, { type: "EMAIL", value: "x" }, { type: "2.5.04", value: "x" }] }, {
        subject: { 1: { type: ["Invalid RDN type"] }, 2: { type: ["Invalid RDN type"] } },
      }],
      [{ subject: [{ type: "CN" }] }, { subject: { 0: { value: ["This field is required."] } } }],
      [{ subject_alt_name: { rfc822Name: "" } }, {
        subject_alt_name: { rfc822Name: ["This field may not be blank."] },
      }],
      [{ subject_alt_name: { dNSName: "a\ud800b" } }, {
        subject_alt_name: { dNSName: ["Surrogate characters are not allowed: U+D800."] },
      }],
      [{ accessible: "Always" }, { accessible: ['"Always" is not a valid choice.'] }],
      [{
        subject: [{ type: "CN", value: "$ENROLLED_USER.SHOE" }],
        subject_alt_name: { dNSName: "$MANAGED_APPLE_ID.NAME" },
      }, {
        subject: ['Cannot use the variable "ENROLLED_USER.SHOE": ENROLLED_USER has LONG_NAME, SHORT_NAME'],
        subject_alt_name: ['Cannot use the variable "MANAGED_APPLE_ID.NAME": MANAGED_APPLE_ID has EMAIL'],
      }],
    ];
    for (const [change, expected] of cases) assert.deepEqual(await errors(change), expected, JSON.stringify(change));
    const made = bodyOf(await call("POST", ALL, body), 201);
    const rows = await runtime.sql<{ variables: string[] }[]>`select variables from artifact_versions`;
    assert.deepEqual(rows[0]?.variables, ["ENROLLED_DEVICE.UDID", "REALM_USER.EMAIL"]);
    assert.equal((await call("DELETE", `${ALL}${made.id}/`)).status, 204);
  });
});

Deno.test("an issuer that a certificate asset names is not deleted", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const issuer = bodyOf(
      await call("POST", "/api/mdm/scep_issuers/", {
        name: "Elsewhere",
        url: "https://scep.example.com/",
        backend: "STATIC_CHALLENGE",
        static_challenge_kwargs: { challenge: "x" },
      }),
      201,
    );
    const made = bodyOf(
      await call("POST", ALL, {
        artifact: await artifact(call, { name: "Certificate", type: "Certificate Asset" }),
        version: 1,
        macos: true,
        acme_issuer: null,
        scep_issuer: issuer.id,
        subject: [{ type: "CN", value: "x" }],
        subject_alt_name: {},
      }),
      201,
    );
    assert.equal((await call("DELETE", `/api/mdm/scep_issuers/${issuer.id}/`)).status, 400);
    assert.equal((await call("DELETE", `${ALL}${made.id}/`)).status, 204);
    assert.equal((await call("DELETE", `/api/mdm/scep_issuers/${issuer.id}/`)).status, 204);
  });
});
