/**
 * Apple's side of enrollment profiles, as a network of one host: it takes profiles, gives them back, and refuses as told.
 *
 * Differences from the real service: no session, no signature, no devices.
 *
 * @module
 */

import { upsertOrganization } from "../../db/ade/organizations.ts";
import { fillToken, insertToken } from "../../db/ade/tokens.ts";
import { upsertVirtualServer } from "../../db/ade/virtual_servers.ts";
import { nextId } from "../../db/next_id.ts";
import { sealContextOf } from "../../src/ade/token_seal.ts";
import type { Network } from "../../src/runtime.ts";
import type { TestRuntime } from "./runtime.ts";

type Profile = Record<string, unknown>;

/** Apple's service. */
export class AppleProfiles implements Network {
  /** The profiles by their UUIDs, in the order in which they came. */
  readonly profiles = new Map<string, Profile>();
  /** The next answer to a definition. */
  refusal: { status: number; body: string } | "unreachable" | undefined;
  /** Runs while a definition is on its way. */
  meanwhile: (() => Promise<void>) | undefined;

  /** The profile that came last. */
  get last(): Profile | undefined {
    return [...this.profiles.values()].at(-1);
  }

  client() {
    return {
      close: () => {},
      fetch: async (url: string, init?: RequestInit): Promise<Response> => {
        const { pathname, searchParams } = new URL(url);
        if (pathname === "/session") return Response.json({ auth_session_token: "session" });
        if (pathname !== "/profile") throw new Error(`This Apple has no ${pathname}`);
        if (init?.method === "POST") return await this.define(JSON.parse(String(init.body)));
        const profile = this.profiles.get(searchParams.get("profile_uuid") ?? "");
        return profile === undefined ? new Response("NOT_FOUND", { status: 404 }) : Response.json(profile);
      },
    };
  }

  private async define(profile: Profile): Promise<Response> {
    const { refusal, meanwhile } = this;
    this.refusal = undefined;
    this.meanwhile = undefined;
    await meanwhile?.();
    if (refusal === "unreachable") throw new TypeError("connection reset");
    if (refusal !== undefined) return new Response(refusal.body, { status: refusal.status });
    const uuid = crypto.randomUUID().replaceAll("-", "").toUpperCase();
    this.profiles.set(uuid, { ...profile, profile_uuid: uuid });
    return Response.json({ profile_uuid: uuid, devices: {} });
  }
}

/** Connects a virtual server, as if its token had been uploaded. Returns its id. */
export async function connectedServer(runtime: TestRuntime, name = "Warehouse"): Promise<number> {
  const { sql, clock, keys } = runtime;
  const now = clock.now();
  const tokenId = await nextId(sql, "dep_tokens");
  await insertToken(sql, { id: tokenId, certificatePem: "", privateKeySealed: "" }, now);
  await fillToken(sql, tokenId, {
    consumerKey: "CK_1",
    consumerSecretSealed: await keys.seal("CS_1", sealContextOf(tokenId, "consumer_secret_sealed")),
    accessToken: "AT_1",
    accessSecretSealed: await keys.seal("AS_1", sealContextOf(tokenId, "access_secret_sealed")),
    accessTokenExpiry: new Date(now.getTime() + 300 * 86_400_000),
  }, now);
  const organizationId = await upsertOrganization(sql, {
    identifier: "1",
    adminId: "admin@example.com",
    name: "Example",
    email: "",
    phone: "",
    address: "",
    type: "org",
    version: "v2",
  }, now);
  return await upsertVirtualServer(
    sql,
    { name, uuid: runtime.random.uuid(), organizationId, tokenId, account: {} },
    now,
  );
}

/** Adds a device of a virtual server that has the profile of an enrollment. */
export async function assignedDevice(
  runtime: TestRuntime,
  device: { virtualServerId: number; serialNumber: string; enrollmentId: number; profileUuid: string },
): Promise<void> {
  const now = runtime.clock.now();
  await runtime.sql`
    insert into dep_devices (virtual_server_id, serial_number, profile_status, profile_uuid, enrollment_id, model,
      last_op_type, created_at, updated_at)
    values (${device.virtualServerId}, ${device.serialNumber}, 'pushed', ${device.profileUuid}, ${device.enrollmentId},
      'MacBook Air', 'added', ${now}, ${now})`;
}
