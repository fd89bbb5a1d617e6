/**
 * A server with an enrollment, and simulated devices that talk to it in memory: for tests of the whole way.
 *
 * @module
 */

import assert from "node:assert/strict";
import { nextId } from "../../db/next_id.ts";
import type { Sql } from "../../db/open.ts";
import { insertPushCertificate } from "../../db/push/push_certificates.ts";
import { insertMetaBusinessUnit } from "../../db/tags/meta_business_units.ts";
import { createApp } from "../../routes/app.ts";
import { type DeviceMaker, makeDeviceMaker } from "../../simulators/apple/device_ca.ts";
import { type DeviceOptions, SimulatedDevice } from "../../simulators/device/device.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { selfSigned } from "../../simulators/device/self_signed.ts";
import type { Config } from "../../src/config.ts";
import { createOtaEnrollment, downloadDirectProfile } from "../../src/enrollment/ota_enrollments.ts";
import { toPem } from "../../src/pki/certificate.ts";
import { exportPkcs8, openPrivateKey } from "../../src/pki/keys.ts";
import { makeCaller, testBy } from "../routes/api/support.ts";
import { withDatabase } from "./database.ts";
import { deviceKeys, KEYS, MAKER_KEY } from "./keys.ts";
import { sign } from "./openssl.ts";
import { TestClock, type TestRuntime, testRuntime } from "./runtime.ts";

export const TOPIC = "com.apple.mgmt.External.00000000-0000-4000-8000-000000000001";

export { KEYS } from "./keys.ts";

const maker: DeviceMaker = await makeDeviceMaker(new TestClock().now(), MAKER_KEY);

const PUSH_DATES = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2040-01-01T00:00:00Z") };
const PUSH_CERTIFICATE = toPem(selfSigned({ subject: [["CN", "push"]], key: KEYS[0], ...PUSH_DATES }), "CERTIFICATE");

/** A running house. */
export type Fleet = {
  runtime: TestRuntime;
  enrollmentId: number;
  maker: DeviceMaker;
  fetch(request: Request): Promise<Response>;
  /** A device that is not enrolled yet. */
  device(options?: Partial<DeviceOptions>): SimulatedDevice;
  /** A device that was enrolled with a direct profile. */
  enrolled(options?: Partial<DeviceOptions>): Promise<SimulatedDevice>;
  /** A call of the API as a superuser: the status and the JSON. */
  // deno-lint-ignore no-explicit-any
  api(method: string, path: string, body?: unknown): Promise<{ status: number; json: any }>;
};

/** Runs `body` with a fresh house. */
export async function withFleet(
  body: (fleet: Fleet) => Promise<void>,
  settings: Partial<Record<keyof Config, unknown>> = {},
  push?: { certificatePem: string; keyPem: string },
): Promise<void> {
  await withDatabase(async (sql, url) => await body(await fleetOn(sql, url, settings, push)));
}

/** Founds a house in an empty database. */
export async function fleetOn(
  sql: Sql,
  url: string,
  settings: Partial<Record<keyof Config, unknown>> = {},
  push?: { certificatePem: string; keyPem: string },
): Promise<Fleet> {
  const runtime = await testRuntime(sql, url, { DEVICE_TEST_ROOTS: maker.pem, ...settings });
  const { clock } = runtime;
  const unit = await insertMetaBusinessUnit(sql, { name: "Test" }, clock.now());
  const id = await nextId(sql, "push_certificates");
  await insertPushCertificate(sql, {
    id,
    name: "push",
    topic: TOPIC,
    ...PUSH_DATES,
    certificate: push?.certificatePem ?? PUSH_CERTIFICATE,
    privateKeySealed: await runtime.keys.seal(
      exportPkcs8(push === undefined ? KEYS[0] : openPrivateKey(push.keyPem)),
      {
        table: "push_certificates",
        column: "private_key_sealed",
        id,
      },
    ),
  }, clock.now());
  const enrollment = await createOtaEnrollment(runtime, testBy, {
    name: "Everyone",
    displayName: "Everyone",
    pushCertificateId: id,
    secret: { metaBusinessUnitId: unit.id, serialNumbers: [], udids: [], quota: null, expiredAt: null, tags: [] },
  });
  const app = createApp(runtime);
  const fetch = async (request: Request) => {
    const response = await app.fetch(request, { remoteAddress: "192.0.2.1" });
    await runtime.routine.flush();
    return response;
  };
  let token: string | undefined;
  let made = 0;
  const newKey = deviceKeys();
  const fleet: Fleet = {
    runtime,
    enrollmentId: enrollment.id,
    maker,
    fetch,
    device(options = {}) {
      const [model] = MODELS;
      assert.ok(model);
      made++;
      return new SimulatedDevice({
        model,
        serialNumber: `C02SIM${String(made).padStart(6, "0")}`,
        send: fetch,
        now: () => clock.now(),
        key: KEYS[made % 2] ?? KEYS[0],
        newKey,
        sign,
        ...options,
      });
    },
    async enrolled(options = {}) {
      const device = this.device(options);
      await device.enroll(
        await downloadDirectProfile(runtime, testBy, enrollment.id, { signed: options.scep !== "old" }),
      );
      return device;
    },
    async api(method, path, content) {
      token ??= (await makeCaller(runtime, "superuser")).token;
      const response = await fetch(
        new Request(`https://mdm.example.com${path}`, {
          method,
          headers: { Authorization: `Token ${token}`, "Content-Type": "application/json" },
          ...(content === undefined ? {} : { body: JSON.stringify(content) }),
        }),
      );
      const text = await response.text();
      return { status: response.status, json: text === "" ? undefined : JSON.parse(text) };
    },
  };
  return fleet;
}
