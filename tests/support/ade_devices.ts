/**
 * DEP enrollments as rows, for tests of the devices' side: without Apple's service.
 *
 * @module
 */

import type { DepEnrollmentRow } from "../../db/ade/dep_enrollments.ts";
import { one } from "../../db/open.ts";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { createEnrollmentSecret, revealEnrollmentSecret } from "../../src/enrollment/secrets.ts";
import { BUILT_IN_ISSUER } from "../../src/issuing/scep_issuers.ts";
import type { Fleet } from "./fleet.ts";

/** A DEP enrollment of a test. */
export type TestDepEnrollment = {
  id: number;
  secret: string;
  virtualServerId: number;
  /** Where devices post their MachineInfo. */
  url: string;
  /** Where their web view begins. */
  webUrl: string;
};

/** What a test sets of an enrollment. */
export type DepSettings = Partial<
  Omit<DepEnrollmentRow, "id" | "uuid" | "topic" | "definedHash" | "definedAt" | "createdAt" | "updatedAt">
>;

let made = 0;

/** Adds a virtual server; returns its id. */
export async function makeVirtualServer({ runtime: { sql, clock } }: Fleet): Promise<number> {
  const now = clock.now();
  made++;
  const organization = one(
    await sql<{ id: number }[]>`
      insert into dep_organizations (identifier, name, created_at, updated_at)
      values (${`org ${made}`}, 'Example', ${now}, ${now}) returning id`,
  );
  return one(
    await sql<{ id: number }[]>`
      insert into dep_virtual_servers (name, uuid, organization_id, created_at, updated_at)
      values (${`Server ${made}`}, ${crypto.randomUUID()}, ${organization.id}, ${now}, ${now}) returning id`,
  ).id;
}

/** Adds a DEP enrollment with the push certificate of the fleet. */
export async function makeDepEnrollment(
  fleet: Fleet,
  settings: DepSettings = {},
  secretLimits: { quota?: number; serialNumbers?: string[]; tags?: number[] } = {},
): Promise<TestDepEnrollment> {
  const { runtime } = fleet;
  const { sql, clock } = runtime;
  const now = clock.now();
  const virtualServerId = settings.virtualServerId ?? await makeVirtualServer(fleet);
  const { unit, certificate } = one(
    await sql<{ unit: number; certificate: number }[]>`
      select (select min(id) from meta_business_units) as unit, (select min(id) from push_certificates) as certificate`,
  );
  made++;
  return await sql.begin(async (tx) => {
    const row = await createEnrollmentSecret(tx, runtime, {
      metaBusinessUnitId: unit,
      serialNumbers: [],
      udids: [],
      quota: null,
      expiredAt: null,
      tags: [],
      ...secretLimits,
    });
    const values = {
      uuid: crypto.randomUUID(),
      name: `Out of the box ${made}`,
      displayName: "Example",
      pushCertificateId: certificate,
      scepIssuerId: BUILT_IN_ISSUER,
      enrollmentSecretId: row.id,
      virtualServerId,
      definedHash: new Uint8Array(32),
      definedAt: now,
      createdAt: now,
      updatedAt: now,
      ...settings,
    };
    const { id } = one(await tx<{ id: number }[]>`insert into dep_enrollments ${tx(values)} returning id`);
    const secret = await revealEnrollmentSecret(runtime, row);
    const at = (path: string) => `https://mdm.example.com/public/mdm/${path}/${secret}/`;
    return { id, secret, virtualServerId, url: at("dep_enroll"), webUrl: at("dep_web_enroll") };
  });
}

/** Assigns devices to a virtual server. */
export async function assign(
  { runtime: { sql, clock } }: Fleet,
  virtualServerId: number,
  ...devices: readonly Pick<SimulatedDevice, "serialNumber">[]
): Promise<void> {
  const now = clock.now();
  for (const { serialNumber } of devices) {
    await sql`
      insert into dep_devices (virtual_server_id, serial_number, last_op_type, profile_status, created_at, updated_at)
      values (${virtualServerId}, ${serialNumber}, 'added', 'assigned', ${now}, ${now})`;
  }
}

/** Links pages to an enrollment, in this order; returns their ids. */
export async function linkViews(
  { runtime: { sql, clock } }: Fleet,
  depEnrollmentId: number,
  ...pages: readonly { name: string; html: string; requiresAuthentication?: boolean }[]
): Promise<string[]> {
  const now = clock.now();
  const ids: string[] = [];
  for (const [weight, { name, html, requiresAuthentication = false }] of pages.entries()) {
    const id = crypto.randomUUID();
    await sql`
      insert into enrollment_custom_views (id, name, html, requires_authentication, created_at, updated_at)
      values (${id}, ${name}, ${html}, ${requiresAuthentication}, ${now}, ${now})`;
    await sql`
      insert into dep_enrollment_custom_views (id, dep_enrollment_id, custom_view_id, weight, created_at, updated_at)
      values (${crypto.randomUUID()}, ${depEnrollmentId}, ${id}, ${weight}, ${now}, ${now})`;
    ids.push(id);
  }
  return ids;
}

/** The events of requests for profiles, by id: status and reason. */
async function adeEvents(
  { runtime: { sql } }: Fleet,
): Promise<Map<string, { status: string; reason?: string } & Record<string, unknown>>> {
  const rows = await sql<{ id: string; payload: { status: string; reason?: string } }[]>`
    select id, payload from events where type = 'dep_enrollment_request'`;
  return new Map(rows.map(({ id, payload }) => [String(id), payload]));
}

/** Runs `work`; returns its result with the events of requests for profiles that it caused. */
export async function withAdeEvents<Result>(fleet: Fleet, work: () => Promise<Result>) {
  const before = await adeEvents(fleet);
  const result = await work();
  const events = [...await adeEvents(fleet)].filter(([id]) => !before.has(id)).map(([, payload]) => payload);
  return { result, events };
}
