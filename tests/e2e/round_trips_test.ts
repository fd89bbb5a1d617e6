import assert from "node:assert/strict";
import { databaseUse } from "../../db/supervised_pool.ts";
import { createApp } from "../../routes/app.ts";
import { buildPlist } from "../../src/protocol/plist.ts";
import { idOf, made } from "../support/artifacts.ts";
import { about, say } from "../support/declarative_reports.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";

/** The cost of one request; a transaction has two statements of its own. */
type Cost = { what: string; roundTrips: number; statements: number };

/** A fleet whose devices' requests are counted from when `begin` is called. */
async function withCounts(
  body: (fleet: Fleet, costs: { begin(): void; of(what: string): Cost[] }, send: Fleet["fetch"]) => Promise<void>,
): Promise<void> {
  await withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const app = createApp(fleet.runtime);
    let counted: Cost[] = [];
    const send = async (request: Request) => {
      const before = databaseUse(sql);
      const text = await request.clone().text();
      const response = await app.fetch(request, { remoteAddress: "192.0.2.1" });
      const what = /<string>(TokenUpdate|declaration-items|tokens|status|Idle|Acknowledged|Error|NotNow)<\/string>/
        .exec(text);
      const { roundTrips, statements } = databaseUse(sql);
      counted.push({
        what: what?.[1] ?? "other",
        roundTrips: roundTrips - before.roundTrips,
        statements: statements - before.statements,
      });
      await fleet.runtime.routine.flush();
      return response;
    };
    await body(fleet, { begin: () => counted = [], of: (what) => counted.filter((one) => one.what === what) }, send);
  });
}

const QUERY = buildPlist({
  RequestType: "DeviceInformation",
  Queries: ["DeviceName"],
});

Deno.test("messages of devices cost few round trips and statements", () =>
  withCounts(async (fleet, costs, send) => {
    const device = await fleet.enrolled({ send });
    const path = `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/send_custom_command/`;
    await device.connect();
    const queue = async (count: number) => {
      const command = new TextDecoder().decode(QUERY).replace(/^.*?<plist[^>]*>|<\/plist>\s*$/gs, "");
      for (let n = 0; n < count; n++) await made(fleet, "POST", path, { command });
    };
    let value = 0;
    const converse = async () => {
      await queue(4);
      device.pushMagic = crypto.randomUUID();
      for (let n = 0; n < 2; n++) await (await device.tokenUpdate()).body?.cancel();
      await device.connect();
      await device.connect();
      await say(device, "tokens");
      await say(device, "declaration-items");
      // Items of the device, all of them changed, and its report on a configuration that it has.
      value++;
      const items = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`item-${n}`, value]));
      const { StatusItems, Errors } = about();
      await say(device, "status", { StatusItems: { ...StatusItems, test: items }, Errors });
    };
    // Once for the statements to be prepared.
    await converse();
    costs.begin();
    await converse();
    const of = (what: string) => costs.of(what).map(({ roundTrips, statements }) => [roundTrips, statements]);
    // The second one says what is known.
    assert.deepEqual(of("TokenUpdate"), [[2, 2], [1, 1]]);
    assert.deepEqual(of("Idle"), [[3, 8], [1, 1]]);
    assert.deepEqual(of("tokens"), [[1, 1]]);
    assert.deepEqual(of("declaration-items"), [[1, 1]]);
    assert.deepEqual(of("status"), [[4, 13]]);
    // The last answer leaves an empty queue: other due work is planned.
    assert.deepEqual(of("Acknowledged"), [[2, 5], [2, 5], [2, 5], [3, 9]]);
  }));
