/**
 * Apple's Apps & Books service for one location: its token opened, and its health kept.
 *
 * @module
 */

import {
  findLocation,
  findServerToken,
  type LocationHealth,
  type LocationRow,
  updateLocationHealth,
} from "../../db/apps/locations.ts";
import { type ContentClient, createContentClient } from "../apple/content.ts";
import { ContentConflict, ContentError, ownerWords } from "../apple/content_errors.ts";
import { type Problem, problem } from "../errors.ts";
import { byJob } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { locationObjects, locationPayload } from "./event_payloads.ts";
import { locationVerdict, needsToken } from "./health.ts";
import { sealContextOf } from "./token_seal.ts";

/** A location with the client that speaks for it. `token` is the content token, for the catalogue. */
export type Spoken = { location: LocationRow; client: ContentClient; token: string };

async function opened(runtime: Runtime, id: number): Promise<{ token: string; hash: string }> {
  const found = await findServerToken(runtime.sql, id);
  if (found === undefined) throw problem("not-found");
  const token = await runtime.keys.openText(found.sealed, sealContextOf(id, "server_token_sealed"));
  return { token, hash: found.hash };
}

/**
 * Returns the client of a location. What Apple answers keeps the health of the token; its errors are passed on (ContentError,
 * ContentConflict). Throws `not-found`, and `content-refused` with the cure when the token has expired or was revoked, or
 * another server manages the location: the first not with `tryToken`, where a person wants to know; the second not with
 * `anyway`, where the question is who does. A token that Apple refused without saying why is tried: the cause may be gone.
 */
export async function contentClient(
  runtime: Runtime,
  locationId: number,
  { anyway = false, tryToken = false }: { anyway?: boolean; tryToken?: boolean } = {},
): Promise<Spoken> {
  const location = await findLocation(runtime.sql, locationId);
  if (location === undefined) throw problem("not-found");
  const verdict = locationVerdict(location, runtime.clock.now());
  if ((verdict.state === "taken over" && !anyway) || (needsToken(verdict) && !tryToken)) {
    throw problem("content-refused", `${location.name}: ${verdict.sentence} ${verdict.cure}`);
  }
  const first = await opened(runtime, locationId);
  const make = (token: string) => createContentClient(runtime, token, { owner: location.mdmInfoId });
  let used = { ...first, client: make(first.token) };

  /** Runs a call; with a token that was renewed in the meantime, once more. */
  async function call<Value>(run: (client: ContentClient) => Promise<Value>): Promise<Value> {
    try {
      return await run(used.client);
    } catch (error) {
      if (!(error instanceof ContentError) || error.token === undefined) throw error;
      const fresh = await opened(runtime, locationId);
      if (fresh.hash === used.hash) throw error;
      used = { ...fresh, client: make(fresh.token) };
      return await run(used.client);
    }
  }

  const watch = async <Value>(run: (client: ContentClient) => Promise<Value>): Promise<Value> => {
    try {
      const value = await call(run);
      await noteHealth(runtime, location, "ok", "");
      return value;
    } catch (error) {
      if (error instanceof ContentConflict) {
        await noteHealth(runtime, location, "taken over", ownerWords(error.owner));
      } else if (error instanceof ContentError && error.token !== undefined) {
        await noteHealth(runtime, location, error.token, error.message, used.hash);
      }
      throw error;
    }
  };

  const client: ContentClient = {
    clientConfig: () => watch((one) => one.clientConfig()),
    setClientConfig: (update) => watch((one) => one.setClientConfig(update)),
    serviceConfig: () => call((one) => one.serviceConfig()),
    assets: (page, one) => watch((client) => client.assets(page, one)),
    assignments: (page, adamId) => watch((one) => one.assignments(page, adamId)),
    mostHolders: (kind) => call((one) => one.mostHolders(kind)),
    mostUsers: () => call((one) => one.mostUsers()),
    forgetLimits: () => used.client.forgetLimits(),
    associate: (asset, holders) => watch((one) => one.associate(asset, holders)),
    disassociate: (asset, holders) => watch((one) => one.disassociate(asset, holders)),
    createUsers: (users) => watch((one) => one.createUsers(users)),
    eventStatus: (eventId) => watch((one) => one.eventStatus(eventId)),
  };
  return { location, client, token: first.token };
}

/**
 * Whether a location waits for a new content token: jobs leave their work until then. A renewal asks for all of it. Throws
 * `not-found`.
 */
export async function waitsForToken(runtime: Runtime, locationId: number): Promise<boolean> {
  const location = await findLocation(runtime.sql, locationId);
  if (location === undefined) throw problem("not-found");
  return needsToken(locationVerdict(location, runtime.clock.now()));
}

/**
 * Stores the health of a location, with an event when it changed. That a token works does not say who manages the location:
 * only `noteOurs` ends "taken over". Trouble is that of the token with `hash`: one that has replaced it has none.
 */
async function noteHealth(
  runtime: Runtime,
  { id }: LocationRow,
  health: LocationHealth,
  detail: string,
  hash?: string,
): Promise<void> {
  const known = await findLocation(runtime.sql, id);
  if (known === undefined || (known.health === health && known.healthDetail === detail)) return;
  if (health === "ok" && known.health === "taken over") return;
  await storeHealth(runtime, id, health, detail, hash);
}

/** Notes that this server manages a location. */
export async function noteOurs(runtime: Runtime, { id, health }: LocationRow): Promise<void> {
  if (health === "taken over") await storeHealth(runtime, id, "ok", "");
}

/** Notes that another server manages a location. */
export async function noteTakenOver(
  runtime: Runtime,
  { id }: LocationRow,
  owner: { name: string; metadata: string },
): Promise<void> {
  await storeHealth(runtime, id, "taken over", ownerWords(owner));
}

async function storeHealth(
  runtime: Runtime,
  id: number,
  health: LocationHealth,
  detail: string,
  hash?: string,
): Promise<void> {
  const now = runtime.clock.now();
  await runtime.sql.begin(async (tx) => {
    if (!await updateLocationHealth(tx, id, { health, detail, ...(hash === undefined ? {} : { hash }) }, now)) return;
    const location = await findLocation(tx, id);
    if (location === undefined) return;
    const { state, sentence, cure } = locationVerdict(location, now);
    await recordEvents(tx, runtime, byJob("apps-sync"), [{
      type: "mdm_location_health",
      tags: ["mdm"],
      objects: locationObjects(location),
      payload: { ...locationPayload(location), health: state, sentence, ...(cure === "" ? {} : { cure }) },
    }]);
  });
}

/**
 * Returns an error of Apple's as a refusal that people can act on: with the cure when it is about the token or the manager,
 * `unavailable` when it may pass, and otherwise with what Apple said.
 */
export function contentRefusal(error: ContentError | ContentConflict, now: Date): Problem {
  const far = new Date(now.getTime() + 1e12);
  if (error instanceof ContentConflict) {
    const { sentence, cure } = locationVerdict(
      { serverTokenExpirationDate: far, health: "taken over", healthDetail: ownerWords(error.owner) },
      now,
    );
    return problem("content-refused", `${sentence} ${cure}`, {}, error);
  }
  if (error.token !== undefined) {
    const { sentence, cure } = locationVerdict(
      { serverTokenExpirationDate: far, health: error.token, healthDetail: "" },
      now,
    );
    return problem("content-refused", `${sentence} ${cure}`, {}, error);
  }
  if (error.passing) {
    const wait = error.retryAfterSeconds;
    return problem(
      "unavailable",
      `${error.message}. Try again ${wait === undefined ? "later" : `in ${wait} seconds`}.`,
      {
        reason: error.message,
        ...(wait === undefined ? {} : { headers: { "Retry-After": String(wait) } }),
      },
      error,
    );
  }
  return problem("content-refused", `${error.message}.`, {}, error);
}
