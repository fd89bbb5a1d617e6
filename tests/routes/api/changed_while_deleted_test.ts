import assert from "node:assert/strict";
import { createApp } from "../../../routes/app.ts";
import { ENDPOINTS } from "../../../routes/api/registry.ts";
import { made } from "../../support/artifacts.ts";
import { type Fleet, withFleet } from "../../support/fleet.ts";
import { losing } from "../../support/lost_statements.ts";
import { type World, world } from "../../support/refused_writes.ts";
import { NOUNS } from "../nouns.ts";
import { makeCaller } from "./support.ts";

const has = (method: string, path: string) => ENDPOINTS.some((one) => one.method === method && one.path === path);

/** What the API creates, changes and deletes, with a body that is right. */
const CHANGED = new Map(
  // Of several forms of one thing the first.
  NOUNS.toReversed().flatMap(({ api, body }) => {
    const path = api.startsWith("POST ") ? api.slice(5) : "";
    return has("PUT", `${path}{id}/`) && has("DELETE", `${path}{id}/`) ? [[path, body] as const] : [];
  }),
);

/** The same body with another name, where it has one. */
const named = (body: Record<string, unknown>, name: string) => ({
  ...body,
  ...("name" in body ? { name } : {}),
  ...("username" in body ? { username: name.replaceAll(" ", "-") } : {}),
});

/** Waits until a request is answered, or waits for a lock that another holds. */
async function answeredOrBlocked({ runtime: { sql } }: Fleet, request: Promise<unknown>): Promise<void> {
  let answered = false;
  const end = () => {
    answered = true;
  };
  request.then(end, end);
  while (!answered) {
    const blocked = await sql`
      select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    if (blocked.length > 0) return;
  }
}

/** Deletes an object before each statement of a change of it in turn. Returns the answers that are errors of the server. */
async function raced(fleet: Fleet, known: World, path: string, bodyOf: (known: World) => Record<string, unknown>) {
  const { runtime } = fleet;
  const { token } = await makeCaller(runtime, "superuser");
  const wrong: string[] = [];
  for (let at = 1, reached = true; reached; at++) {
    const body = named(bodyOf(known), `Raced ${at}`);
    const { id } = await made(fleet, "POST", path, body);
    let deletion: Promise<{ status: number }> | undefined;
    const paused = losing(runtime.sql, at, "paused", () => {
      deletion = fleet.api("DELETE", `${path}${id}/`);
      return answeredOrBlocked(fleet, deletion);
    });
    const app = createApp({ ...runtime, sql: paused.sql });
    const change = await app.fetch(
      new Request(`https://mdm.example.com${path}${id}/`, {
        method: "PUT",
        headers: { Authorization: `Token ${token}`, "Content-Type": "application/json" },
        body: JSON.stringify(named(body, `Changed ${at}`)),
      }),
      { remoteAddress: "192.0.2.1" },
    );
    const text = await change.text();
    const deleted = (await deletion)?.status;
    if (change.status >= 500) wrong.push(`PUT ${path}, statement ${at}: ${change.status} ${text}`);
    if ((deleted ?? 0) >= 500) wrong.push(`DELETE ${path}, statement ${at}: ${deleted}`);
    reached = paused.count() >= at;
    if (deleted !== 204) await fleet.api("DELETE", `${path}${id}/`);
  }
  return wrong;
}

Deno.test("a change of something that is deleted at any of its statements is no error of the server", (t) =>
  withFleet(async (fleet) => {
    const known = await world(fleet);
    assert.ok(CHANGED.size > 10, `${CHANGED.size}`);
    for (const [path, body] of CHANGED) {
      await t.step(path, async () => assert.deepEqual(await raced(fleet, known, path, body), []));
    }
  }));
