/**
 * Seeing and ending one's own sessions, which needs no permission.
 *
 * @module
 */

import { encodeHex } from "@std/encoding";
import { deleteOtherSessions, deleteSessionOf, listSessionsOf, type OwnSessionRow } from "../../db/access/sessions.ts";
import { problem } from "../errors.ts";
import { recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import type { Authorised } from "./operator.ts";
import { hashCookie } from "./sessions.ts";

/** Sessions that are listed. */
const MOST = 100;

/** A session of the actor; `current` is the one of the request. */
export type OwnSession = OwnSessionRow & { current: boolean };

/** Returns the live sessions of the actor, the last used first. `cookie` is that of the requesting session. */
export async function listOwnSessions(
  runtime: Runtime,
  { actor }: Authorised,
  cookie: string | undefined,
): Promise<OwnSession[]> {
  const hash = cookie === undefined ? undefined : await hashCookie(cookie);
  const current = hash === undefined ? "" : encodeHex(hash);
  const rows = await listSessionsOf(runtime.sql, actor.userId, runtime.clock.now(), MOST);
  return rows.map((row) => ({ ...row, current: row.id === current }));
}

/** Ends a session of the actor. Throws `not-found` for a session that is over, or another user's. */
export async function endOwnSession(runtime: Runtime, by: Authorised, id: string): Promise<void> {
  if (!/^[0-9a-f]{64}$/.test(id)) throw problem("not-found");
  await runtime.sql.begin(async (tx) => {
    if (!await deleteSessionOf(tx, by.actor.userId, Uint8Array.fromHex(id))) throw problem("not-found");
    await recordEvents(tx, runtime, by, [{ type: "zentral_logout", tags: ["zentral"] }]);
  });
}

/** Ends every session of the actor but the one of `cookie`. */
export async function endOtherSessions(
  runtime: Runtime,
  by: Authorised,
  cookie: string | undefined,
): Promise<void> {
  const hash = cookie === undefined ? undefined : await hashCookie(cookie);
  if (hash === undefined) throw problem("not-found");
  await runtime.sql.begin(async (tx) => {
    const ended = await deleteOtherSessions(tx, by.actor.userId, hash);
    await recordEvents(
      tx,
      runtime,
      by,
      Array.from({ length: ended }, () => ({ type: "zentral_logout", tags: ["zentral"] })),
    );
  });
}
