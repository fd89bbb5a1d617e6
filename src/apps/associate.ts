/**
 * The work of the ledger: Apple is asked for what is wanted, in the largest groups that it takes, and how far it is.
 *
 * Promise: a licence is in one request at a time. A request is stored before Apple is asked, so that none is forgotten; after a
 * process ended in between, Apple is asked again: it gives nobody two licences of one item.
 *
 * @module
 */

import { type DueGroup, dueGroups, hasDueWork, holdersOfRequest } from "../../db/apps/licence_views.ts";
import { failLicences, postponeDue, takeDue } from "../../db/apps/licences.ts";
import { type LocationRow, lockLocation } from "../../db/apps/locations.ts";
import {
  beginEvent,
  duePolls,
  endRequest,
  insertRequest,
  nextDue,
  postponePoll,
  type RequestRow,
  unansweredRequests,
} from "../../db/apps/requests.ts";
import { endUserRequest, forgetUsers, knownUsers, takeNewUsers } from "../../db/apps/users.ts";
import { lockLocationAssetById } from "../../db/apps/assets.ts";
import type { ContentClient } from "../apple/content.ts";
import type { EventFailure, Holder } from "../apple/content_answers.ts";
import {
  ALREADY_ASSIGNED,
  ContentConflict,
  ContentError,
  errorSentence,
  NO_SUCH_EVENT,
  NO_SUCH_USER,
  NOT_ASSIGNED,
  NOT_ENOUGH,
  USER_EXISTS,
} from "../apple/content_errors.ts";
import type { By } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { contentClient, waitsForToken } from "./client.ts";
import { assetObjects, assetPayload } from "./event_payloads.ts";
import { licencesMoved, licencesRefused, retrySeconds } from "./outcomes.ts";
import { enqueueAssetCheck, enqueueLicenceWork } from "./work.ts";

/** Seconds until Apple is asked how far an event is: notifications are usually faster. */
const POLLS = [15, 30, 60, 120, 300, 600] as const;
/** Apple is asked so often; then the event counts as lost, and its licences are compared. */
const MOST_POLLS = 40;
/** Seconds until what waits for licences is asked for again, if no notification comes. */
const SHORTAGE_SECONDS = 3600;
/** Seconds until what Apple refused as too much at once, after its limits were read again, is asked for. */
const LIMIT_SECONDS = 600;
/** Seconds until users are created again. */
const USERS_SECONDS = 600;
/** Seconds until a user is created again whom Apple refused: the account may exist by then. */
const REFUSED_SECONDS = 3600;
/** Requests of one run: the rest follows in the next one. */
const MOST_REQUESTS = 200;

/** What a run did. */
export type WorkResult = { requests: number; polled: number; waiting: number };

type Working = {
  runtime: Runtime;
  by: By;
  location: LocationRow;
  client: ContentClient;
  signal: AbortSignal;
  result: WorkResult;
};

/**
 * Does what is due in the ledger of a location, and asks for the next run; nothing while the location waits for a new content
 * token. Throws `not-found`, `content-refused`, ContentError and ContentConflict: what was wanted stays wanted.
 */
export async function workOnLicences(
  runtime: Runtime,
  by: By,
  { locationId, signal }: { locationId: number; signal: AbortSignal },
): Promise<WorkResult> {
  const result = { requests: 0, polled: 0, waiting: 0 };
  if (await waitsForToken(runtime, locationId)) return result;
  const isDue = await hasDueWork(runtime.sql, locationId, runtime.clock.now());
  const lost = await unansweredRequests(runtime.sql, locationId);
  if (isDue || lost.length > 0) {
    const { location, client } = await contentClient(runtime, locationId);
    const working: Working = { runtime, by, location, client, signal, result };
    for (const request of lost) await askAgain(working, request);
    await poll(working);
    await createUsers(working);
    await askForAll(working);
  }
  await runtime.sql.begin(async (tx) => {
    const next = await nextDue(tx, locationId);
    const soon = new Date(runtime.clock.now().getTime() + 1000);
    if (next !== undefined) await enqueueLicenceWork(tx, runtime, locationId, next > soon ? next : soon);
  });
  return result;
}

/** A process ended before Apple's answer was stored: its licences are due again. */
async function askAgain({ runtime }: Working, request: RequestRow): Promise<void> {
  const now = runtime.clock.now();
  await runtime.sql.begin(async (tx) => {
    await endRequest(tx, request.id, { state: "failed", error: "The server stopped before Apple had answered" }, now);
    await failLicences(tx, request.id, { error: "", errorNumber: null, retryAt: now }, undefined, now);
    if (request.kind === "create users") {
      await endUserRequest(tx, request.id, { failed: "all", retryAt: now }, "", now);
    }
  });
}

async function askForAll(working: Working): Promise<void> {
  const { runtime, location, signal, result } = working;
  const now = runtime.clock.now();
  for (const group of await dueGroups(runtime.sql, location.id, now)) {
    let available = group.wanted === "associate" ? group.available : Infinity;
    let limited = false;
    while (result.requests < MOST_REQUESTS) {
      signal.throwIfAborted();
      if (available <= 0 || group.gone) break;
      const most = Math.max(1, Math.min(await working.client.mostHolders(group.kind), available));
      const asked = await ask(working, group, most);
      if (asked === 0) break;
      // Apple's limits changed: once more with the new ones.
      if (asked === "over a limit") {
        if (limited) {
          result.waiting += await postponeDue(runtime.sql, group, {
            error: "Apple refused the request as too large",
            errorNumber: null,
            until: new Date(now.getTime() + LIMIT_SECONDS * 1000),
          }, now);
          break;
        }
        limited = true;
        working.client.forgetLimits();
        continue;
      }
      available -= asked;
    }
    // What stays due is done again at once, for ever.
    if (available <= 0 || group.gone) {
      const until = new Date(now.getTime() + SHORTAGE_SECONDS * 1000);
      result.waiting += await postponeDue(runtime.sql, group, {
        error: group.gone ? "The location does not have this item any more" : errorSentence(NOT_ENOUGH),
        errorNumber: group.wanted === "associate" ? NOT_ENOUGH : null,
        until,
      }, now);
    }
  }
}

/** Makes one request for a group. Returns how many holders are in it; none when nothing is due. */
async function ask(
  { runtime, by, location, client, result }: Working,
  group: DueGroup,
  most: number,
): Promise<number | "over a limit"> {
  const { sql, random, clock } = runtime;
  const id = random.uuid();
  const users = group.kind === "user";
  const holders = await sql.begin(async (tx) => {
    const now = clock.now();
    const taken = await takeDue(tx, group, { requestId: id, limit: most }, now);
    // A user whom Apple does not know yet is created first; one whom Apple refused is tried again later.
    const unknown = users ? (await knownUsers(tx, location.id, taken)).filter(({ state }) => state !== "created") : [];
    for (const [error, same] of Map.groupBy(unknown, ({ error }) => error)) {
      const retryAt = new Date(now.getTime() + (error === "" ? 30 : USERS_SECONDS) * 1000);
      const names = same.map(({ clientUserId }) => clientUserId);
      await failLicences(tx, id, { error, errorNumber: null, retryAt }, names, now);
    }
    const waiting = new Set(unknown.map(({ clientUserId }) => clientUserId));
    const ready = taken.filter((holder) => !waiting.has(holder));
    if (ready.length > 0) {
      await insertRequest(tx, {
        id,
        locationId: location.id,
        locationAssetId: group.locationAssetId,
        kind: group.wanted,
        holders: ready.length,
      }, now);
    }
    return ready;
  });
  if (holders.length === 0) return 0;
  result.requests++;
  const key = { adamId: group.adamId, pricingParam: group.pricingParam };
  const list = holders.map((holder): Holder => ({ kind: group.kind, holder }));
  let eventId: string;
  try {
    eventId = group.wanted === "associate" ? await client.associate(key, list) : await client.disassociate(key, list);
  } catch (error) {
    if (!(error instanceof ContentError) && !(error instanceof ContentConflict)) throw error;
    return await refused(runtime, by, location, group, id, holders.length, error);
  }
  await sql.begin(async (tx) => {
    await beginEvent(tx, id, eventId, new Date(clock.now().getTime() + POLLS[0] * 1000));
    await recordEvents(tx, runtime, by, [{
      type: group.wanted === "associate" ? "mdm_asset_association_requested" : "mdm_asset_disassociation_requested",
      tags: ["mdm"],
      objects: assetObjects(location, group.locationAssetId),
      payload: { ...assetPayload(location, group), event_id: eventId, holders: holders.length },
    }]);
  });
  return holders.length;
}

/** Apple refused a request as a whole: nothing was done. */
async function refused(
  runtime: Runtime,
  by: By,
  location: LocationRow,
  group: DueGroup,
  id: string,
  holders: number,
  error: ContentError | ContentConflict,
): Promise<number | "over a limit"> {
  const { sql, clock } = runtime;
  const number = error instanceof ContentError ? error.number : undefined;
  const overLimit = error instanceof ContentError && error.overLimit;
  // Those are about the location and not about the licences: they are due again when it is well.
  const general = error instanceof ContentConflict || error.token !== undefined || number === undefined;
  await sql.begin(async (tx) => {
    const now = clock.now();
    await lockLocation(tx, location.id);
    await endRequest(tx, id, { state: "failed", error: error.message, errorNumber: number ?? null }, now);
    const request = { id, kind: group.wanted, locationAssetId: group.locationAssetId };
    if (overLimit && number !== 9602) {
      await failLicences(tx, id, { error: "", errorNumber: null, retryAt: now }, undefined, now);
    } else if (general) {
      const wait = error instanceof ContentError ? error.retryAfterSeconds ?? 0 : 0;
      const retryAt = new Date(now.getTime() + wait * 1000);
      await failLicences(tx, id, { error: "", errorNumber: null, retryAt }, undefined, now);
    } else {
      await licencesRefused(tx, runtime, { by }, location, {
        request,
        refused: { number, message: error.message },
        ...(error.retryAfterSeconds === undefined ? {} : { afterSeconds: error.retryAfterSeconds }),
      });
    }
  });
  if (general) throw error;
  if (overLimit && number !== 9602) return "over a limit";
  return holders;
}

/** Asks for the state of events that no notification has ended. */
async function poll(working: Working): Promise<void> {
  const { runtime, location, client, signal, result } = working;
  for (const request of await duePolls(runtime.sql, location.id, runtime.clock.now())) {
    signal.throwIfAborted();
    if (request.eventId === null) continue;
    result.polled++;
    let status;
    try {
      status = await client.eventStatus(request.eventId);
    } catch (error) {
      if (!(error instanceof ContentError) || error.number !== NO_SUCH_EVENT) throw error;
      await lost(working, request);
      continue;
    }
    if (status.state === "pending") {
      if (request.polls + 1 >= MOST_POLLS) {
        await lost(working, request);
        continue;
      }
      const seconds = POLLS[Math.min(request.polls + 1, POLLS.length - 1)] ?? 600;
      await postponePoll(runtime.sql, request.id, new Date(runtime.clock.now().getTime() + seconds * 1000));
      continue;
    }
    if (request.kind === "create users") await endUsers(working, request, status.failures);
    else await end(working, request, status.failures);
  }
}

/** Apple does not know the event, or does not end it: who has licences is compared, and the rest asked for again. */
async function lost({ runtime, location }: Working, request: RequestRow): Promise<void> {
  const now = runtime.clock.now();
  await runtime.sql.begin(async (tx) => {
    await lockLocation(tx, location.id);
    const asset = request.locationAssetId === null
      ? undefined
      : await lockLocationAssetById(tx, request.locationAssetId);
    if (!await endRequest(tx, request.id, { state: "failed", error: "Apple lost the event" }, now)) return;
    const retryAt = new Date(now.getTime() + 120_000);
    await failLicences(tx, request.id, { error: "Apple lost the request", errorNumber: null, retryAt }, undefined, now);
    if (request.kind === "create users") {
      await endUserRequest(tx, request.id, { failed: "all", retryAt }, "Apple lost the request", now);
    }
    if (asset !== undefined) await enqueueAssetCheck(tx, runtime, asset);
    await enqueueLicenceWork(tx, runtime, location.id, retryAt);
  });
}

/** Ends an event: those that failed by their reasons, the others are as asked. */
async function end(working: Working, request: RequestRow, failures: readonly EventFailure[]): Promise<void> {
  const { runtime, by, location } = working;
  const now = runtime.clock.now();
  await runtime.sql.begin(async (tx) => {
    await lockLocation(tx, location.id);
    const asset = request.locationAssetId === null
      ? undefined
      : await lockLocationAssetById(tx, request.locationAssetId);
    const [first] = failures;
    const ended = await endRequest(tx, request.id, {
      state: first === undefined ? "complete" : "failed",
      error: first === undefined ? "" : errorSentence(first.number, first.message),
      errorNumber: first?.number ?? null,
    }, now);
    if (!ended || asset === undefined) return;
    const given = request.kind === "associate";
    const fine = given ? ALREADY_ASSIGNED : NOT_ASSIGNED;
    let unnamed: EventFailure | undefined;
    for (const failure of failures) {
      if (failure.number === fine) continue;
      if (failure.holders.length === 0) {
        unnamed = failure;
        continue;
      }
      const holders = failure.holders.map(({ holder }) => holder);
      await licencesRefused(tx, runtime, { by }, location, { request, refused: failure, holders });
      if (failure.number === NO_SUCH_USER) await forgetUsers(tx, location.id, holders, now);
    }
    const left = await holdersOfRequest(tx, request.id);
    if (unnamed === undefined) {
      if (left.length > 0) {
        await licencesMoved(tx, runtime, { by }, location, { given, key: asset, holders: left });
      }
      return;
    }
    // Apple does not say whom it failed for: who has a licence is compared, and the rest asked for again.
    await licencesRefused(tx, runtime, { by }, location, {
      request,
      refused: unnamed,
      afterSeconds: Math.max(120, retrySeconds(unnamed.number).seconds),
    });
    await enqueueAssetCheck(tx, runtime, asset);
  });
}

/** Creates users at Apple who are to have licences. */
async function createUsers({ runtime, location, client, result }: Working): Promise<void> {
  const { sql, random, clock } = runtime;
  for (;;) {
    const id = random.uuid();
    const limit = await client.mostUsers();
    const users = await sql.begin(async (tx) => {
      const taken = await takeNewUsers(tx, location.id, { requestId: id, limit }, clock.now());
      if (taken.length > 0) {
        await insertRequest(tx, {
          id,
          locationId: location.id,
          locationAssetId: null,
          kind: "create users",
          holders: taken.length,
        }, clock.now());
      }
      return taken;
    });
    if (users.length === 0) return;
    result.requests++;
    try {
      const eventId = await client.createUsers(users);
      await beginEvent(sql, id, eventId, new Date(clock.now().getTime() + POLLS[0] * 1000));
    } catch (error) {
      if (!(error instanceof ContentError) && !(error instanceof ContentConflict)) throw error;
      const now = clock.now();
      await sql.begin(async (tx) => {
        await endRequest(tx, id, { state: "failed", error: error.message }, now);
        // About the location, and not about them: they are due when it is well.
        const general = error instanceof ContentConflict || error.token !== undefined;
        const retryAt = general ? now : new Date(now.getTime() + USERS_SECONDS * 1000);
        await endUserRequest(tx, id, { failed: "all", retryAt }, general ? "" : error.message, now);
      });
      throw error;
    }
  }
}

async function endUsers({ runtime, location }: Working, request: RequestRow, failures: readonly EventFailure[]) {
  const now = runtime.clock.now();
  const bad = failures.filter(({ number }) => number !== USER_EXISTS);
  const [first] = bad;
  await runtime.sql.begin(async (tx) => {
    const state = first === undefined ? "complete" : "failed";
    if (!await endRequest(tx, request.id, { state }, now)) return;
    const names = bad.flatMap((failure) =>
      failure.holders.map(({ holder }) => [holder, errorSentence(failure.number, failure.message)] as const)
    );
    const unnamed = first !== undefined && names.length === 0;
    await endUserRequest(
      tx,
      request.id,
      { failed: unnamed ? "all" : new Map(names), retryAt: new Date(now.getTime() + REFUSED_SECONDS * 1000) },
      first === undefined ? "" : errorSentence(first.number, first.message),
      now,
    );
    await enqueueLicenceWork(tx, runtime, location.id);
  });
}
