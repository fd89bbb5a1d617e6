/**
 * A house that gives out the content of a simulated location of Apps & Books.
 *
 * @module
 */

import assert from "node:assert/strict";
import { SimulatedAppsAndBooks } from "../../simulators/apple/apps_and_books.ts";
import type { StoreLocation } from "../../simulators/apple/apps_and_books_store.ts";
import { addLocation } from "../../src/apps/locations.ts";
import type { Config } from "../../src/config.ts";
import { systemNetwork } from "../../src/runtime.ts";
import { testBy } from "../routes/api/support.ts";
import { settle } from "./artifacts.ts";
import { type Fleet, withFleet } from "./fleet.ts";

/** The context of a test. */
export type Shop = {
  fleet: Fleet;
  apple: SimulatedAppsAndBooks;
  /** Adds a location of Apple's here, with a sync. Returns its id. */
  add(location: StoreLocation): Promise<number>;
  /** Lets time pass, and runs what is due then. */
  pass(seconds: number): Promise<void>;
  /** Counts of the assets of a location as one text each, by Apple's id: assigned/available/retired/total. */
  counts(locationId: number): Promise<Record<string, string>>;
  /** Apple's own counts in the same form. */
  truth(location: StoreLocation): Record<string, string>;
  /** Who has licences here, by Apple's id. */
  holders(locationId: number): Promise<Record<string, string[]>>;
};

/** Runs `body` with such a house. The service listens on loopback, and its notifications reach the house. */
export async function withShop(
  body: (shop: Shop) => Promise<void>,
  settings: Partial<Record<keyof Config, unknown>> = {},
): Promise<void> {
  let now = () => new Date();
  const apple = new SimulatedAppsAndBooks(() => now());
  const address = apple.start();
  try {
    await withFleet(async (fleet) => {
      const { runtime } = fleet;
      now = () => runtime.clock.now();
      runtime.network = systemNetwork;
      apple.send = async (url, token, notification) => {
        const response = await fleet.fetch(
          new Request(url, {
            method: "POST",
            headers: { "Authorization": `Bearer ${token}`, "Content-Type": "application/json" },
            body: JSON.stringify(notification),
          }),
        );
        await response.body?.cancel();
        return response.status;
      };
      await body({
        fleet,
        apple,
        async add(location) {
          const id = await addLocation(runtime, testBy, apple.store.download(location), { takeOver: false });
          await settle(fleet);
          return id;
        },
        async pass(seconds) {
          runtime.clock.advance(seconds);
          await settle(fleet);
        },
        async counts(locationId) {
          const rows = await runtime.sql<{ adamId: string; said: string }[]>`
            select a.adam_id, concat_ws('/', x.assigned_count, x.available_count, x.retired_count, x.total_count) as said
            from location_assets x join store_assets a on a.id = x.asset_id where x.location_id = ${locationId}
            order by a.adam_id`;
          return Object.fromEntries(rows.map(({ adamId, said }) => [adamId, said]));
        },
        truth: (location) =>
          Object.fromEntries(
            [...location.items.values()].sort((one, other) => one.adamId < other.adamId ? -1 : 1)
              .map(({ adamId, holders, total, retired }) => [
                adamId,
                [holders.size, total - retired - holders.size, retired, total].join("/"),
              ]),
          ),
        async holders(locationId) {
          const rows = await runtime.sql<{ adamId: string; holders: string[] }[]>`
            select a.adam_id, array_agg(p.holder_kind || ' ' || p.holder order by p.holder_kind, p.holder) as holders
            from licences p join location_assets x on x.id = p.location_asset_id join store_assets a on a.id = x.asset_id
            where x.location_id = ${locationId} and p.assigned group by a.adam_id order by a.adam_id`;
          return Object.fromEntries(rows.map(({ adamId, holders }) => [adamId, holders]));
        },
      });
    }, { CONTENT_URL: address, ...settings });
  } finally {
    await apple.stop();
  }
}

/** Returns the task result of a job. */
// deno-lint-ignore no-explicit-any
export async function taskResult(fleet: Fleet, path: string): Promise<any> {
  const { status, json } = await fleet.api("POST", path);
  assert.equal(status, 201);
  await settle(fleet);
  return (await fleet.api("GET", json.task_result_url)).json;
}
