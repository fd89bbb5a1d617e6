import assert from "node:assert/strict";
import { textAt, valueAt } from "../../../routes/admin/activity/event_facts.ts";
import { createContentClient } from "../../../src/apple/content.ts";
import { ContentError } from "../../../src/apple/content_errors.ts";
import { addLocation, deleteLocation, renewLocationToken, takeOverLocation } from "../../../src/apps/locations.ts";
import { Problem } from "../../../src/errors.ts";
import { testBy } from "../../routes/api/support.ts";
import { settle } from "../../support/artifacts.ts";
import { jobs } from "../../support/ade_jobs.ts";
import { taskResult, withShop } from "../../support/apps.ts";
import { findEvents } from "../../support/events.ts";

const refusal = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof Problem, String(error));
    const { fields, list } = error.details;
    return [
      ...Object.entries(fields ?? {}).flatMap(([name, said]) => said.map((one) => `${name}: ${one}`)),
      ...list ?? [],
    ]
      .join(" ") || `${error.code}: ${error.message}`;
  }
  return "accepted";
};

const base64 = (value: unknown) => new TextEncoder().encode(new TextEncoder().encode(JSON.stringify(value)).toBase64());

Deno.test("a file that is no content token is refused with the reason", () =>
  withShop(async ({ fleet, apple }) => {
    const { runtime } = fleet;
    const add = (file: Uint8Array) => refusal(addLocation(runtime, testBy, file, { takeOver: false }));
    const bad = "server_token: Not a valid server token.";
    for (const file of [new Uint8Array(), new TextEncoder().encode("no token"), new Uint8Array(20_000).fill(65)]) {
      assert.equal(await add(file), bad);
    }
    for (const value of [[], {}, { token: 1 }, "text", { token: "a\r\nX: y", orgName: 1 }]) {
      assert.equal(await add(base64(value)), bad, JSON.stringify(value));
    }
    assert.equal(await add(base64({ token: "a" })), "server_token: Could not get organization name.");
    assert.match(
      await add(base64({ token: "a", orgName: "Orchard", expDate: "2020-01-01T00:00:00+0000" })),
      /expired on 2020-01-01/,
    );
    assert.match(await add(base64({ token: "a", orgName: "Orchard" })), /does not accept the content token \(9622\)/);
    const location = apple.store.addLocation("Berlin");
    location.trouble = "revoked";
    assert.match(await add(apple.store.download(location)), /was revoked \(9625\)\. Download the newest content token/);
    apple.failNext({ status: 503 });
    location.trouble = undefined;
    assert.match(await add(apple.store.download(location)), /^unavailable: /);
    assert.equal((await fleet.api("GET", "/api/mdm/locations/")).json.length, 0);
  }));

Deno.test("a location is added once; its token is renewed on its page, also after Apple revoked it", () =>
  withShop(async ({ fleet, apple, add, pass }) => {
    const { runtime } = fleet;
    const location = apple.store.addLocation("Berlin");
    apple.store.buy(location, "1", 5);
    const other = apple.store.addLocation("Hamburg");
    const id = await add(location);
    const again = (file: Uint8Array) => refusal(addLocation(runtime, testBy, file, { takeOver: false }));
    assert.match(await again(apple.store.download(location)), /A location with the same server token already exists/);
    const newer = apple.store.download(location, { renew: true });
    assert.match(await again(newer), /The location "Berlin" exists already\. Renew its token/);
    const renew = (file: Uint8Array) => refusal(renewLocationToken(runtime, testBy, id, file, { takeOver: false }));
    assert.match(await renew(apple.store.download(other)), /token of the location "Hamburg", and this is "Berlin"/);
    // The token of before was revoked by the download.
    const failed = await taskResult(fleet, `/api/mdm/locations/${id}/sync/`);
    assert.equal(failed.status, "FAILURE");
    const [health] = await findEvents(runtime.sql, { type: "mdm_location_health", limit: 1 });
    assert.equal(textAt(health?.payload, "health"), "revoked");
    assert.match(textAt(health?.payload, "cure"), /download the content token/);
    const token = location.notifications?.token;
    assert.equal(await renew(newer), "accepted");
    await settle(fleet);
    assert.notEqual(location.notifications?.token, token, "a fresh token of notifications with each upload");
    const { status } = await taskResult(fleet, `/api/mdm/locations/${id}/sync/`);
    assert.equal(status, "SUCCESS");
    // Also one that Apple itself revoked.
    location.trouble = "revoked";
    await pass(60);
    await taskResult(fleet, `/api/mdm/locations/${id}/sync/`);
    assert.equal(await renew(apple.store.download(location, { renew: true })), "accepted");
    await settle(fleet);
    const rows = await runtime.sql<{ health: string }[]>`select health from locations`;
    assert.deepEqual(rows.map((row) => row.health), ["ok"]);
  }));

Deno.test("the location of another server is refused with its name, and taken over on demand", () =>
  withShop(async ({ fleet, apple, pass }) => {
    const { runtime } = fleet;
    const location = apple.store.addLocation("Berlin");
    location.manager = { id: "old", name: "Elder MDM", metadata: "elder.example.com" };
    const file = apple.store.download(location);
    const add = (takeOver: boolean) => refusal(addLocation(runtime, testBy, file, { takeOver }));
    assert.match(
      await add(false),
      /^take_over: The location "Berlin" is managed by "Elder MDM" \(elder\.example\.com\)\./,
    );
    const { status, json } = await fleet.api("POST", "/api/mdm/locations/", {
      server_token: new TextDecoder().decode(file),
      take_over: true,
    });
    assert.equal(status, 201);
    await settle(fleet);
    assert.equal(location.manager.name, "Espalier");
    assert.equal(location.manager.id, json.mdm_info_id);
    const taken = await findEvents(runtime.sql, { type: "mdm_location_taken_over", limit: 5 });
    assert.deepEqual(taken.map(({ payload }) => valueAt(payload, "from")), [{
      name: "Elder MDM",
      metadata: "elder.example.com",
    }]);
    // The other one takes it back: nothing is synchronized or assigned until an operator decides.
    location.manager = { id: "old", name: "Elder MDM", metadata: "elder.example.com" };
    const failed = await taskResult(fleet, `/api/mdm/locations/${json.id}/sync/`);
    assert.equal(failed.status, "FAILURE");
    assert.match(JSON.stringify(failed), /Another server manages this location/);
    await jobs(fleet, "apps-due");
    assert.equal(location.manager.name, "Elder MDM", "it is not taken over by itself");
    await takeOverLocation(runtime, testBy, json.id);
    await settle(fleet);
    await pass(30);
    assert.equal(location.manager.name, "Espalier");
    const rows = await runtime.sql<{ health: string }[]>`select health from locations`;
    assert.deepEqual(rows.map((row) => row.health), ["ok"]);
  }));

Deno.test("the address of notifications is told until Apple takes it; the location is managed meanwhile", () =>
  withShop(async ({ fleet, apple, add, pass }) => {
    const location = apple.store.addLocation("Berlin");
    const { send } = apple;
    apple.send = undefined;
    const id = await add(location);
    assert.equal(location.manager?.name, "Espalier");
    assert.equal(location.notifications, undefined);
    apple.send = send;
    // A page of a proxy, in place of an answer.
    apple.failNext({ status: 200, body: "<html>" }, { path: "/mdm/v2/client/config" });
    await pass(120);
    await pass(600);
    assert.ok(location.notifications);
    const rows = await fleet.runtime.sql`
      select 1 from locations where id = ${id} and notification_token_sealed is null and notification_url <> ''`;
    assert.equal(rows.length, 1);
  }));

Deno.test("a server without an https address manages a location without notifications", () =>
  withShop(async ({ fleet, apple, add, counts, truth }) => {
    const location = apple.store.addLocation("Berlin");
    apple.store.buy(location, "1", 5);
    const id = await add(location);
    assert.equal(location.manager?.name, "Espalier");
    assert.equal(location.notifications, undefined);
    apple.store.buy(location, "1", 5);
    // Every hour instead of every day.
    fleet.runtime.clock.advance(3600);
    await jobs(fleet, "apps-due");
    assert.deepEqual(await counts(id), truth(location));
  }, { BASE_URL: "http://localhost:8000" }));

Deno.test("alerts are recorded before a token expires, and the location needs attention from 15 days before", () =>
  withShop(async ({ fleet, apple, add }) => {
    const { runtime } = fleet;
    const location = apple.store.addLocation("Berlin");
    location.expiry = new Date(runtime.clock.now().getTime() + 61 * 86_400_000);
    await add(location);
    for (let day = 0; day < 62; day++) {
      runtime.clock.advance(86_400);
      await jobs(fleet, "apps-due");
    }
    const events = await findEvents(runtime.sql, { type: "mdm_location_token_expiry", limit: 100 });
    assert.deepEqual(events.map(({ payload }) => valueAt(payload, "days")), [0, 1, 3, 7, 15, 30, 60]);
    assert.deepEqual(events.map(({ payload }) => valueAt(payload, "health")), [
      "expired",
      ...Array(4).fill("expiring"),
      "ok",
      "ok",
    ]);
  }));

Deno.test("a location without assets can be deleted, one with assets cannot", () =>
  withShop(async ({ fleet, apple, add }) => {
    const [empty, full] = [apple.store.addLocation("Empty"), apple.store.addLocation("Full")];
    apple.store.buy(full, "1", 1);
    const [one, two] = [await add(empty), await add(full)];
    assert.equal((await fleet.api("DELETE", `/api/mdm/locations/${one}/`)).status, 204);
    assert.equal(
      await refusal(deleteLocation(fleet.runtime, testBy, two)),
      "This location cannot be deleted",
    );
  }));

Deno.test("the content token and the token of notifications are sealed, and in no answer and no event", () =>
  withShop(async ({ fleet, apple, add }) => {
    const location = apple.store.addLocation("Berlin");
    apple.send = undefined;
    await add(location);
    const said = JSON.stringify([
      await fleet.runtime.sql`select * from locations`,
      await fleet.runtime.sql`select * from events`,
      await fleet.runtime.sql`select * from jobs`,
      (await fleet.api("GET", "/api/mdm/locations/")).json,
      fleet.runtime.lines,
    ]);
    assert.equal(said.includes(new TextDecoder().decode(apple.store.download(location))), false);
    assert.equal(said.includes(location.token), false);
    const sealed = await fleet.runtime.sql<{ token: string }[]>`
      select notification_token_sealed as token from locations`;
    assert.match(sealed[0]?.token ?? "", /^e1\./);
  }));

Deno.test("an answer of Apple's that is late, too long, no JSON or not as documented is an error that says so", () =>
  withShop(async ({ fleet, apple }) => {
    const location = apple.store.addLocation("Berlin");
    const token = new TextDecoder().decode(apple.store.download(location));
    const client = createContentClient(fleet.runtime, token, { timeoutMs: 200 });
    const path = "/mdm/v2/assets";
    const said = async (): Promise<string> => {
      try {
        await client.assets(0);
      } catch (error) {
        assert.ok(error instanceof ContentError);
        return `${error.message}${error.passing ? ", passing" : ""} ${error.retryAfterSeconds ?? ""}`.trim();
      }
      return "fine";
    };
    assert.equal(await said(), "fine");
    for (
      const [failure, expected] of [
        [{ status: 200, body: "<html>" }, /it is no JSON, passing$/],
        [{ status: 200, body: "[".repeat(100_000) }, /it is no JSON, passing$/],
        [{ status: 200, body: '{"assets": 1}' }, /"assets" is not as documented, passing$/],
        [{ status: 200, body: `"${"x".repeat(9_000_000)}"` }, /too long/],
        [{ status: 429, number: 9646, retryAfter: "7" }, /too many requests \(9646\), passing 7$/],
        [{ status: 503, retryAfter: "Mon, 01 Jun 2026 12:02:00 GMT" }, /503, passing 120$/],
        [{ status: 400, number: 9999 }, /^An error \(9999\)$/],
        [{ status: 200, number: 9603 }, /internal error \(9603\), passing$/],
      ] as const
    ) {
      apple.failNext(failure, { path });
      assert.match(await said(), expected);
    }
    apple.stall(path);
    assert.match(await said(), /did not answer within 1 seconds.*, passing$/);
  }));

Deno.test("a refusal in the API names the field that was sent", () =>
  withShop(async ({ fleet }) => {
    const { status, json } = await fleet.api("POST", "/api/mdm/locations/", { server_token: "?" });
    assert.deepEqual([status, json], [400, { server_token: ["Not a valid server token."] }]);
  }));
