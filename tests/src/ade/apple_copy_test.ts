import assert from "node:assert/strict";
import { defineStale, staleDefinitions } from "../../../src/ade/apple_copy.ts";
import { depEnrollmentInput } from "../../../src/ade/dep_enrollment_input.ts";
import { createDepEnrollment } from "../../../src/ade/dep_enrollments.ts";
import { byJob } from "../../../src/events/by.ts";
import { BUILT_IN_ISSUER } from "../../../src/issuing/scep_issuers.ts";
import { toPem } from "../../../src/pki/certificate.ts";
import { selfSigned } from "../../../simulators/device/self_signed.ts";
import { testBy } from "../../routes/api/support.ts";
import { AppleProfiles, assignedDevice, connectedServer } from "../../support/apple_profiles.ts";
import { type Fleet, KEYS, withFleet } from "../../support/fleet.ts";

const TOKEN = "the-right-token-of-it";
const BY = byJob("ade-definitions");
const NEVER = new AbortController().signal;

const chain = (name: string) =>
  toPem(
    selfSigned({
      subject: [["CN", name]],
      key: KEYS[0],
      notBefore: new Date("2026-01-01T00:00:00Z"),
      notAfter: new Date("2040-01-01T00:00:00Z"),
    }),
    "CERTIFICATE",
  );

/** A house with two enrollments, one of which gives TLS certificates to devices. */
async function withEnrollments(
  test: (fleet: Fleet, apple: AppleProfiles, ids: { plain: number; anchored: number; server: number }) => Promise<void>,
): Promise<void> {
  await withFleet(async (fleet) => {
    const { runtime } = fleet;
    const apple = new AppleProfiles();
    runtime.network = apple;
    runtime.config = { ...runtime.config, TLS_FULLCHAIN: chain("old") };
    const server = await connectedServer(runtime);
    const { json: [unit] } = await fleet.api("GET", "/api/inventory/meta_business_units/");
    const { json: [push] } = await fleet.api("GET", "/api/mdm/push_certificates/");
    const create = async (name: string, change: Record<string, unknown>) =>
      await createDepEnrollment(
        runtime,
        testBy,
        depEnrollmentInput.parse({
          name,
          virtual_server: server,
          push_certificate: push.id,
          scep_issuer: BUILT_IN_ISSUER,
          skip_setup_items: [],
          enrollment_secret: { meta_business_unit: unit.id },
          ...change,
        }),
      );
    const plain = await create("Plain", {});
    const anchored = await create("Anchored", { include_tls_certificates: true });
    await test(fleet, apple, { plain: plain.id, anchored: anchored.id, server });
  }, { METRICS_TOKEN: TOKEN });
}

const names = (stale: { row: { name: string }; automatic: boolean }[]) =>
  stale.map(({ row, automatic }) => `${row.name}: ${automatic ? "by itself" : "when told"}`);

Deno.test("new TLS certificates reach Apple by themselves, at most once a day", () =>
  withEnrollments(async ({ runtime }, apple, { anchored, server }) => {
    assert.deepEqual(await staleDefinitions(runtime), []);
    const [{ uuid } = { uuid: "" }] = await runtime.sql<{ uuid: string }[]>`
      select uuid from dep_enrollments where id = ${anchored}`;
    await assignedDevice(runtime, {
      virtualServerId: server,
      serialNumber: "C02AA",
      enrollmentId: anchored,
      profileUuid: uuid,
    });
    runtime.config = { ...runtime.config, TLS_FULLCHAIN: chain("new") };
    assert.deepEqual(names(await staleDefinitions(runtime)), ["Anchored: by itself"]);
    assert.deepEqual(await defineStale(runtime, BY, NEVER), { defined: 0, failed: [] });
    runtime.clock.advance(86_401);
    assert.deepEqual(await defineStale(runtime, BY, NEVER), { defined: 1, failed: [] });
    assert.equal(apple.profiles.size, 3);
    assert.equal((apple.last?.anchor_certs as string[]).length, 1);
    const [device] = await runtime.sql<{ wanted: number }[]>`select wanted_enrollment_id as wanted from dep_devices`;
    assert.equal(device?.wanted, anchored);
    assert.deepEqual(await staleDefinitions(runtime), []);
    assert.deepEqual(await defineStale(runtime, BY, NEVER), { defined: 0, failed: [] });
  }));

Deno.test("a server with another address leaves Apple's profiles alone until an operator says so", () =>
  withEnrollments(async (fleet, apple, { plain }) => {
    const { runtime } = fleet;
    runtime.config = { ...runtime.config, BASE_URL: "https://copy.example.com" };
    runtime.clock.advance(86_401);
    const stale = await staleDefinitions(runtime);
    assert.deepEqual(names(stale), ["Anchored: when told", "Plain: when told"]);
    assert.equal(
      stale[0]?.reason,
      "Devices get the address https://mdm.example.com from Apple, this server is https://copy.example.com.",
    );
    assert.deepEqual(await defineStale(runtime, BY, NEVER), { defined: 0, failed: [] });
    const response = await fleet.fetch(
      new Request("https://mdm.example.com/readyz", { headers: { Authorization: `Bearer ${TOKEN}` } }),
    );
    const { reasons } = await response.json();
    assert.deepEqual(
      reasons.filter(({ check }: { check: string }) => check === "enrollment-profile").map((
        { reason }: { reason: string },
      ) => reason.slice(0, 60)),
      [
        'The profile of the enrollment "Anchored" at Apple is out of d',
        'The profile of the enrollment "Plain" at Apple is out of date',
      ].map((text) => text.slice(0, 60)),
    );
    assert.equal((await fleet.api("POST", `/api/mdm/dep_enrollments/${plain}/define/`)).status, 200);
    assert.match(String(apple.last?.url), /^https:\/\/copy\.example\.com\/public\/mdm\/dep_enroll\//);
    assert.deepEqual(names(await staleDefinitions(runtime)), ["Anchored: when told"]);
  }));

Deno.test("an enrollment that Apple refuses stops no other one, and its reason is in the job's result", () =>
  withEnrollments(async ({ runtime }, apple, { plain }) => {
    await runtime.sql`update dep_enrollments set defined_hash = '\\x00'`;
    runtime.clock.advance(86_401);
    apple.refusal = { status: 400, body: "FLAGS_INVALID" };
    const { defined, failed } = await defineStale(runtime, BY, NEVER);
    assert.equal(defined, 1);
    assert.deepEqual(failed.map(({ name }) => name), ["Anchored"]);
    assert.match(failed[0]?.reason ?? "", /FLAGS_INVALID/);
    assert.ok(plain > 0);
  }));
