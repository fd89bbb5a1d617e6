/**
 * A house that is connected with the simulated device assignment service.
 *
 * @module
 */

import assert from "node:assert/strict";
import { SimulatedDeviceAssignment } from "../../simulators/apple/device_assignment.ts";
import type { PortalServer } from "../../simulators/apple/device_assignment_portal.ts";
import type { Sealer } from "../../simulators/apple/device_assignment_token.ts";
import { assignmentClient } from "../../src/ade/client.ts";
import { finishConnecting, publicKeyFile, startConnecting } from "../../src/ade/connect.ts";
import type { Config } from "../../src/config.ts";
import { createEnrollmentSecret } from "../../src/enrollment/secrets.ts";
import { BUILT_IN_ISSUER } from "../../src/issuing/scep_issuers.ts";
import { systemNetwork } from "../../src/runtime.ts";
import { testBy } from "../routes/api/support.ts";
import { settle } from "./artifacts.ts";
import { type Fleet, withFleet } from "./fleet.ts";
import { TestClock } from "./runtime.ts";

/** The context of a test. */
export type Orchard = {
  fleet: Fleet;
  apple: SimulatedDeviceAssignment;
  /** Connects a server of Apple's portal. Returns the id of its virtual server. */
  connect(server: PortalServer, sealer?: Sealer): Promise<number>;
  /** Creates an enrollment that Apple knows. */
  enrollment(virtualServerId: number, name?: string): Promise<{ id: number; uuid: string }>;
  /** Asks for a sync and runs what is due. Returns the task result. */
  // deno-lint-ignore no-explicit-any
  sync(virtualServerId: number, query?: string): Promise<any>;
  /** The rows of devices by serial number: some columns as one text. */
  devices(virtualServerId: number): Promise<Record<string, string>>;
};

/** Moves both the clock of the house and that of Apple. */
const shared = (clock: TestClock) => () => clock.now();

/** Runs `body` with such a house. The service listens on loopback. */
export async function withOrchard(
  body: (orchard: Orchard) => Promise<void>,
  settings: Partial<Record<keyof Config, unknown>> = {},
): Promise<void> {
  let now = () => new Date();
  const apple = new SimulatedDeviceAssignment(() => now());
  const address = apple.start();
  try {
    await withFleet(async (fleet) => {
      const { runtime } = fleet;
      now = shared(runtime.clock);
      runtime.network = systemNetwork;
      const orchard: Orchard = {
        fleet,
        apple,
        connect: (server, sealer) => connected(fleet, apple, server, sealer),
        enrollment: (virtualServerId, name = "Out of the box") => defined(fleet, virtualServerId, name),
        async sync(virtualServerId, query = "") {
          const path = `/api/mdm/dep/virtual_servers/${virtualServerId}/sync_devices/${query}`;
          const { status, json } = await fleet.api("POST", path);
          assert.equal(status, 201);
          await settle(fleet);
          return (await fleet.api("GET", json.task_result_url)).json;
        },
        async devices(virtualServerId) {
          const rows = await runtime.sql<{ serialNumber: string; said: string }[]>`
            select serial_number, concat_ws(' ', last_op_type, profile_status, 'e' || enrollment_id, nullif(assign_status, ''),
              case when disowned_at is not null then 'disowned' end) as said
            from dep_devices where virtual_server_id = ${virtualServerId} order by serial_number`;
          return Object.fromEntries(rows.map(({ serialNumber, said }) => [serialNumber, said]));
        },
      };
      await body(orchard);
    }, { DEVICE_ASSIGNMENT_URL: address, ...settings });
  } finally {
    await apple.stop();
  }
}

/** Connects a server of the portal with a house. Returns the id of its virtual server. */
export async function connected(
  { runtime }: Fleet,
  { portal }: SimulatedDeviceAssignment,
  server: PortalServer,
  sealer?: Sealer,
): Promise<number> {
  const tokenId = await startConnecting(runtime, testBy);
  portal.uploadPublicKey(server, (await publicKeyFile(runtime, tokenId)).pem);
  return (await finishConnecting(runtime, testBy, tokenId, await portal.downloadToken(server, sealer))).id;
}

/** Creates an enrollment, as the pages of enrollments do: its profile is Apple's first. */
export async function defined(
  { runtime }: Fleet,
  virtualServerId: number,
  name: string,
): Promise<{ id: number; uuid: string }> {
  const client = await assignmentClient(runtime, virtualServerId);
  const { profileUuid } = await client.defineProfile({ profile_name: name, url: "https://mdm.example.com/enroll" });
  return await runtime.sql.begin(async (tx) => {
    const [unit] = await tx<{ id: number }[]>`select id from meta_business_units limit 1`;
    const [push] = await tx<{ id: number }[]>`select id from push_certificates limit 1`;
    const secret = await createEnrollmentSecret(tx, runtime, {
      metaBusinessUnitId: unit?.id ?? 0,
      serialNumbers: [],
      udids: [],
      quota: null,
      expiredAt: null,
      tags: [],
    });
    const now = runtime.clock.now();
    const [row] = await tx<{ id: number; uuid: string }[]>`
      insert into dep_enrollments (uuid, name, display_name, virtual_server_id, scep_issuer_id, push_certificate_id,
        enrollment_secret_id, defined_hash, defined_at, created_at, updated_at)
      values (${profileUuid}, ${name}, ${name}, ${virtualServerId}, ${BUILT_IN_ISSUER}, ${push?.id ?? 0}, ${secret.id},
        '\\x00', ${now}, ${now}, ${now})
      returning id, uuid`;
    assert.ok(row);
    return row;
  });
}
