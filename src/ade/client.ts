/**
 * Apple's device assignment service for one virtual server: its token opened, and its health kept.
 *
 * @module
 */

import { z } from "zod";
import { findToken, type TokenHealth, type TokenRow, updateHealth } from "../../db/ade/tokens.ts";
import { findAccountLimits, findVirtualServer } from "../../db/ade/virtual_servers.ts";
import {
  createDeviceAssignmentClient,
  type DeviceAssignmentClient,
  DeviceAssignmentError,
} from "../apple/device_assignment.ts";
import type { OAuthCredentials } from "../apple/oauth1.ts";
import { type Problem, problem } from "../errors.ts";
import { byJob } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { healthOf, namedHealthOf, tokenVerdict } from "./health.ts";
import { sealContextOf } from "./token_seal.ts";

const LIMITS = z.object({
  limits: z.record(z.string(), z.object({ default: z.int().optional(), maximum: z.int().optional() })),
});

/** Returns the parts of a token that was uploaded; undefined of one that was not. */
async function credentialsOf({ keys }: Runtime, token: TokenRow): Promise<OAuthCredentials | undefined> {
  const { id, consumerKey, consumerSecretSealed, accessToken, accessSecretSealed } = token;
  if (consumerKey === null || consumerSecretSealed === null || accessToken === null || accessSecretSealed === null) {
    return undefined;
  }
  const open = async (sealed: string, column: string) =>
    new TextDecoder().decode(await keys.open(sealed, sealContextOf(id, column)));
  return {
    consumerKey,
    accessToken,
    consumerSecret: await open(consumerSecretSealed, "consumer_secret_sealed"),
    accessSecret: await open(accessSecretSealed, "access_secret_sealed"),
  };
}

/**
 * Returns the client of a virtual server. What Apple answers keeps the health of the token; its errors are passed on
 * (DeviceAssignmentError). Throws `not-found`, and `device-assignment-refused` with the cure when there is no token or it
 * has expired. A token that Apple refused is tried: the cause may be gone.
 */
export async function assignmentClient(runtime: Runtime, virtualServerId: number): Promise<DeviceAssignmentClient> {
  const { sql, clock } = runtime;
  const server = await findVirtualServer(sql, virtualServerId);
  if (server === undefined) throw problem("not-found");
  const token = server.tokenId === null ? undefined : await findToken(sql, server.tokenId);
  const credentials = token === undefined ? undefined : await credentialsOf(runtime, token);
  const verdict = tokenVerdict(credentials === undefined ? { ...server, tokenExpiry: null } : server, clock.now());
  if (token === undefined || credentials === undefined || verdict.state === "expired") {
    throw problem("device-assignment-refused", `${server.name}: ${verdict.sentence} ${verdict.cure}`);
  }
  const { data } = LIMITS.safeParse(await findAccountLimits(sql, virtualServerId));
  const limits = Object.fromEntries(
    Object.entries(data?.limits ?? {}).map(([path, { maximum }]) => [path, maximum === undefined ? {} : { maximum }]),
  );
  const client = createDeviceAssignmentClient(runtime, credentials, limits);
  return watched(client, (said) => noteHealth(runtime, { tokenId: token.id, id: server.id, name: server.name }, said));
}

type Noted = { health: TokenHealth; detail: string };

/** Returns the same client, each of whose answers is noted. */
function watched(client: DeviceAssignmentClient, note: (said: Noted) => Promise<void>): DeviceAssignmentClient {
  let known: string | undefined;
  const noted = async (said: Noted) => {
    if (known === said.health) return;
    await note(said);
    known = said.health;
  };
  const watch = async <Value>(answer: Promise<Value>, judge = healthOf): Promise<Value> => {
    try {
      const value = await answer;
      await noted({ health: "ok", detail: "" });
      return value;
    } catch (error) {
      const health = error instanceof DeviceAssignmentError ? judge(error) : undefined;
      if (error instanceof DeviceAssignmentError && health !== undefined) {
        await noted({ health, detail: `${error.status}${error.code === "" ? "" : ` ${error.code}`}` });
      }
      throw error;
    }
  };
  return {
    account: () => watch(client.account()),
    fetchDevices: (cursor, limit) => watch(client.fetchDevices(cursor, limit)),
    syncDevices: (cursor, limit) => watch(client.syncDevices(cursor, limit)),
    devices: (serials) => watch(client.devices(serials)),
    defineProfile: (profile) => watch(client.defineProfile(profile)),
    profile: (uuid) => watch(client.profile(uuid)),
    assignProfile: (uuid, serials) => watch(client.assignProfile(uuid, serials)),
    disown: (serials) => watch(client.disown(serials)),
    lockActivation: (serial, escrowKey, message) => watch(client.lockActivation(serial, escrowKey, message)),
    betaTokens: () => watch(client.betaTokens(), namedHealthOf),
  };
}

/** Stores the health of a token, with an event when it changed. */
async function noteHealth(
  runtime: Runtime,
  { tokenId, id, name }: { tokenId: number; id: number; name: string },
  { health, detail }: Noted,
): Promise<void> {
  await runtime.sql.begin(async (tx) => {
    if (!await updateHealth(tx, tokenId, { health, detail }, runtime.clock.now())) return;
    const token = await findToken(tx, tokenId);
    const { state, sentence, cure } = tokenVerdict(
      { tokenExpiry: token?.accessTokenExpiry ?? null, health, healthDetail: detail },
      runtime.clock.now(),
    );
    await recordEvents(tx, runtime, byJob("ade-sync"), [{
      type: "dep_token_health",
      tags: ["mdm", "dep"],
      objects: { mdm_depvirtualserver: [id] },
      payload: { virtual_server: { pk: id, name }, health: state, sentence, ...(cure === "" ? {} : { cure }) },
    }]);
  });
}

/**
 * Returns an error of Apple's as a refusal that people can act on: with the cure when it is about the token, `unavailable`
 * when it may pass, and otherwise with Apple's own word.
 */
export function refusalOf(error: DeviceAssignmentError, now: Date): Problem {
  const health = healthOf(error);
  if (health !== undefined) {
    const { sentence, cure } = tokenVerdict(
      { tokenExpiry: new Date(now.getTime() + 1e12), health, healthDetail: error.code },
      now,
    );
    return problem("device-assignment-refused", `${sentence} ${cure}`, {}, error);
  }
  if (error.passing) {
    const wait = error.retryAfterSeconds;
    const sentence = error.status === 429
      ? `Apple's device assignment service answers too many requests now. Try again ${
        wait === undefined ? "later" : `in ${wait} seconds`
      }.`
      : `${error.message}. Try again later.`;
    return problem("unavailable", sentence, {
      reason: error.message,
      ...(wait === undefined ? {} : { headers: { "Retry-After": String(wait) } }),
    }, error);
  }
  return problem("device-assignment-refused", `${error.message}.`, {}, error);
}
