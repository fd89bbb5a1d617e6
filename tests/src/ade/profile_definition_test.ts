import assert from "node:assert/strict";
import fc from "fast-check";
import type { DepEnrollmentValues } from "../../../db/ade/dep_enrollments.ts";
import { depEnrollmentInput } from "../../../src/ade/dep_enrollment_input.ts";
import { languages, regions } from "../../../src/ade/locale_codes.ts";
import { definitionHash, profileDefinition, profileDifferences } from "../../../src/ade/profile_definition.ts";
import { profileRemarks } from "../../../src/ade/profile_remarks.ts";

const values = (change: Record<string, unknown> = {}): DepEnrollmentValues => {
  const { secret: _secret, ...input } = depEnrollmentInput.parse({
    name: "Out of the box",
    virtual_server: 1,
    push_certificate: 1,
    scep_issuer: "3e0d4b9c-6a0b-4e43-8e1e-1c2f8c1f2f10",
    skip_setup_items: ["TOS", "AppleID"],
    enrollment_secret: { meta_business_unit: 1 },
    ...change,
  });
  return { ...input, releaseAfterMinutes: 30 };
};
const facts = { baseUrl: "https://mdm.example.com", secret: "s3cret", hasViews: false, tlsChain: [] };
const der = (byte: number) => ({ der: new Uint8Array([byte, 1, 2]) });

Deno.test("the TLS chain is sent only where the enrollment includes it, and the web address only with a view", () => {
  const tlsChain = [der(1), der(2)];
  assert.equal(profileDefinition(values(), { ...facts, tlsChain }).anchor_certs, undefined);
  const anchored = profileDefinition(values({ include_tls_certificates: true }), { ...facts, tlsChain });
  assert.deepEqual(anchored.anchor_certs, ["AQEC", "AgEC"]);
  assert.equal(profileDefinition(values({ include_tls_certificates: true }), facts).anchor_certs, undefined);
  assert.equal(profileDefinition(values(), facts).configuration_web_url, undefined);
  assert.equal(
    profileDefinition(values(), { ...facts, hasViews: true }).configuration_web_url,
    "https://mdm.example.com/public/mdm/dep_web_enroll/s3cret/",
  );
});

Deno.test("equal profiles have equal hashes, and a change of any field another one", async () => {
  const hash = async (change: Record<string, unknown>, more = {}) =>
    (await definitionHash(profileDefinition(values(change), { ...facts, ...more }))).toHex();
  const first = await hash({});
  // The order of panes means nothing, and neither do fields that Apple never sees.
  assert.equal(await hash({ skip_setup_items: ["AppleID", "TOS"], macos_min_version: "15", display_name: "x" }), first);
  const others = [
    await hash({ name: "Other" }),
    await hash({ department: "IT" }),
    await hash({ allow_pairing: false }),
    await hash({ skip_setup_items: ["TOS"] }),
    await hash({}, { baseUrl: "https://other.example.com" }),
    await hash({}, { hasViews: true }),
  ];
  assert.equal(new Set([first, ...others]).size, others.length + 1);
});

Deno.test("a profile does not differ from itself, however Apple orders it", () => {
  fc.assert(fc.property(
    fc.record({
      department: fc.constantFrom("", "IT"),
      allow_pairing: fc.boolean(),
      auto_advance_setup: fc.boolean(),
      await_device_configured: fc.boolean(),
      is_mandatory: fc.boolean(),
      is_multi_user: fc.boolean(),
      skip_setup_items: fc.subarray(["TOS", "AppleID", "Siri", "Payment"]),
      include_tls_certificates: fc.boolean(),
    }),
    fc.boolean(),
    (change, hasViews) => {
      const definition = profileDefinition(values(change), { ...facts, hasViews, tlsChain: [der(1), der(2)] });
      const apples = Object.fromEntries(
        Object.entries(definition).reverse().map((
          [field, value],
        ) => [field, Array.isArray(value) ? [...value].reverse() : value]),
      );
      assert.deepEqual(profileDifferences(definition, { ...apples, profile_uuid: "X", devices: ["C02AA"] }), []);
      assert.deepEqual(
        profileDifferences(definition, { ...apples, url: "https://evil.example.com/" }).map(({ field }) => field),
        ["url"],
      );
    },
  ));
});

Deno.test("what Apple ignores is said and not refused", () => {
  const remarks = (change: Record<string, unknown>, more = {}) =>
    profileRemarks(values(change), { hasViews: false, hasTlsChain: true, ...more }).map((text) =>
      text.split(/[:.]/)[0]
    );
  assert.deepEqual(remarks({}), []);
  assert.deepEqual(remarks({ auto_advance_setup: true, language: "fr" }), [
    "Automatic advance stops at language and region",
  ]);
  assert.deepEqual(remarks({ auto_advance_setup: true, language: "fr", region: "CA" }, { hasViews: true }), [
    "Automatic advance waits at the custom views",
  ]);
  assert.deepEqual(
    remarks({ is_supervised: false, is_mdm_removable: true, await_device_configured: true, is_mandatory: false }),
    [
      "Not supervised",
      "Unsupervised iPhones and iPads with older systems do not wait to be configured",
      "Optional enrollment",
    ],
  );
  assert.deepEqual(remarks({ include_tls_certificates: true }, { hasTlsChain: false }), ["TLS certificates"]);
  assert.equal(
    remarks({ admin_full_name: "A", admin_short_name: "Local Admin", await_device_configured: true }).length,
    1,
  );
});

Deno.test("languages and countries are those of today", () => {
  const codesOf = (list: ReturnType<typeof languages>) => new Set(list.map(([code]) => code));
  const [spoken, inUse] = [codesOf(languages()), codesOf(regions())];
  for (const code of ["en", "fr", "de", "ja", "zh", "he"]) assert.ok(spoken.has(code), code);
  for (const code of ["US", "GB", "DE", "JP", "CA"]) assert.ok(inUse.has(code), code);
  for (const code of ["iw", "xx"]) assert.equal(spoken.has(code), false, code);
  for (const code of ["UK", "SU", "DD", "EU", "ZZ", "AN"]) assert.equal(inUse.has(code), false, code);
});
