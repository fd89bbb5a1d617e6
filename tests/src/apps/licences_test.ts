import assert from "node:assert/strict";
import { SimulatedStore, type StoreLocation } from "../../../simulators/apple/apps_and_books_store.ts";
import {
  commitLicences,
  contentUserOf,
  isLicenceError,
  licenceFacts,
  type LicenceKey,
  licenceNotSeen,
  releaseLicences,
  reserveLicences,
} from "../../../src/apps/licences.ts";
import { findServerToken, updateLocationHealth } from "../../../db/apps/locations.ts";
import { textAt } from "../../../routes/admin/activity/event_facts.ts";
import { renewLocationToken } from "../../../src/apps/locations.ts";
import { enqueueAssetCheck } from "../../../src/apps/work.ts";
import { enqueueJob } from "../../../src/enqueue_job.ts";
import { testBy } from "../../routes/api/support.ts";
import { jobs } from "../../support/ade_jobs.ts";
import { settle } from "../../support/artifacts.ts";
import { type Shop, taskResult, withShop } from "../../support/apps.ts";
import { findEvents } from "../../support/events.ts";

const ADAM = "361309726";
const ASSOCIATE = "/mdm/v2/assets/associate";
const DISASSOCIATE = "/mdm/v2/assets/disassociate";

/** A location with licences of one app, and the keys of devices. */
async function pages(shop: Shop, total: number, more = {}): Promise<{
  location: StoreLocation;
  id: number;
  key(serial: string): LicenceKey;
  reserve(...serials: string[]): Promise<string[]>;
  states(...serials: string[]): Promise<string[]>;
}> {
  const location = shop.apple.store.addLocation("Berlin");
  shop.apple.store.buy(location, ADAM, total, { entry: { name: "Pages" }, ...more });
  const id = await shop.add(location);
  const { sql } = shop.fleet.runtime;
  const [asset] = await sql<{ id: number }[]>`select id from location_assets`;
  const key = (holder: string): LicenceKey => ({ locationAssetId: asset?.id ?? 0, kind: "device", holder });
  return {
    location,
    id,
    key,
    async reserve(...serials) {
      const facts = await sql.begin((tx) => reserveLicences(tx, shop.fleet.runtime, "device", serials.map(key)));
      return facts.map(({ state }) => state);
    },
    async states(...serials) {
      const found = await Promise.all(serials.map((holder) => licenceFacts(sql, { kind: "device", holder })));
      return found.map(([fact]) => fact?.state ?? "none");
    },
  };
}

Deno.test("a licence is reserved, asked for once, assigned by a notification, committed and given back", () =>
  withShop(async (shop) => {
    const { apple, fleet, counts, truth, holders } = shop;
    const { runtime } = fleet;
    const { location, id, key, reserve, states } = await pages(shop, 5);
    assert.deepEqual(await reserve("C01", "C02"), ["reserved", "reserved"]);
    await settle(fleet);
    assert.deepEqual(await states("C01", "C02"), ["requested", "requested"]);
    assert.equal(apple.count(ASSOCIATE), 1);
    // With each connect of the devices again.
    for (let n = 0; n < 5; n++) assert.deepEqual(await reserve("C01", "C02"), ["requested", "requested"]);
    await settle(fleet);
    assert.equal(apple.count(ASSOCIATE), 1);
    apple.store.settle();
    assert.deepEqual(await apple.deliver(), [200]);
    await settle(fleet);
    assert.deepEqual(await states("C01", "C02"), ["assigned", "assigned"]);
    assert.deepEqual(await counts(id), truth(location));
    const wakes = await runtime.sql<{ payload: unknown }[]>`select payload from jobs where kind = 'replan'`;
    assert.deepEqual(wakes.map(({ payload }) => payload), [{ serial_numbers: ["C01", "C02"] }]);
    await runtime.sql.begin((tx) => commitLicences(tx, runtime, [key("C01")]));
    assert.deepEqual(await states("C01"), ["committed"]);
    assert.deepEqual(await reserve("C01"), ["committed"]);
    await runtime.sql.begin((tx) => releaseLicences(tx, runtime, [key("C01")]));
    assert.deepEqual(await states("C01"), ["releasing"]);
    await settle(fleet);
    assert.equal(apple.count(DISASSOCIATE), 1);
    apple.store.settle();
    await apple.deliver();
    await shop.pass(120);
    assert.deepEqual(await holders(id), { [ADAM]: ["device C02"] });
    assert.deepEqual(await counts(id), truth(location));
    assert.deepEqual(await states("C01"), ["none"]);
    assert.equal(apple.count(ASSOCIATE), 1);
  }));

Deno.test("an event whose notification is lost is asked for until it ends", () =>
  withShop(async (shop) => {
    const { apple, fleet, counts, truth } = shop;
    const { location, id, reserve, states } = await pages(shop, 5);
    await reserve("C01");
    await settle(fleet);
    await shop.pass(15);
    assert.equal(apple.count("/mdm/v2/status"), 1);
    assert.deepEqual(await states("C01"), ["requested"]);
    apple.store.settle();
    apple.store.outbox.length = 0;
    await shop.pass(30);
    assert.equal(apple.count("/mdm/v2/status"), 2);
    assert.deepEqual(await states("C01"), ["assigned"]);
    assert.deepEqual(await counts(id), truth(location));
    await shop.pass(600);
    assert.equal(apple.count("/mdm/v2/status"), 2);
    assert.equal(apple.count(ASSOCIATE), 1);
  }));

Deno.test("eight devices and five licences: three wait with the reason, and get theirs when licences are added", () =>
  withShop(async (shop) => {
    const { apple, fleet, counts, truth, holders } = shop;
    const { location, id, reserve, states } = await pages(shop, 5);
    const serials = Array.from({ length: 8 }, (_, n) => `C0${n}`);
    await reserve(...serials);
    await settle(fleet);
    apple.store.settle();
    await apple.deliver();
    await shop.pass(70);
    const found = await states(...serials);
    assert.deepEqual([
      found.filter((one) => one === "assigned").length,
      found.filter((one) => one === "waiting").length,
    ], [
      5,
      3,
    ]);
    const [event] = await findEvents(fleet.runtime.sql, { type: "mdm_asset_availability", limit: 1 });
    assert.equal(textAt(event?.payload, "severity"), "major");
    const asked = apple.count(ASSOCIATE);
    // Nothing is asked in vain.
    for (let n = 0; n < 5; n++) await shop.pass(600);
    assert.equal(apple.count(ASSOCIATE), asked);
    apple.store.buy(location, ADAM, 3);
    await apple.deliver();
    await settle(fleet);
    apple.store.settle();
    await apple.deliver();
    await shop.pass(70);
    assert.deepEqual(await states(...serials), serials.map(() => "assigned"));
    assert.equal((await holders(id))[ADAM]?.length, 8);
    assert.deepEqual(await counts(id), truth(location));
  }));

Deno.test("licences that somebody else took meanwhile are refused, and asked for again when there are some", () =>
  withShop(async (shop) => {
    const { apple, fleet, counts, truth } = shop;
    const { location, id, reserve, states } = await pages(shop, 2);
    await reserve("C01", "C02");
    await settle(fleet);
    location.items.get(`${ADAM} STDQ`)?.holders.add("device X1");
    apple.store.settle();
    await apple.deliver();
    await shop.pass(70);
    // Apple refuses a request as a whole. One licence is left, and one of them gets it.
    assert.deepEqual((await states("C01", "C02")).sort(), ["requested", "waiting"]);
    apple.store.settle();
    await apple.deliver();
    await shop.pass(70);
    assert.deepEqual((await states("C01", "C02")).sort(), ["assigned", "waiting"]);
    assert.deepEqual(await counts(id), truth(location));
  }));

Deno.test("a request over Apple's new limit does nothing, and is made again within it", () =>
  withShop(async (shop) => {
    const { apple, fleet, holders } = shop;
    const { id, reserve } = await pages(shop, 100);
    const serials = Array.from({ length: 25 }, (_, n) => `C${n}`);
    await reserve(...serials);
    // Read before it was lowered.
    const { limits } = apple;
    apple.failNext({ status: 400, number: 9702 }, { path: ASSOCIATE });
    limits.maxSerialNumbers = 10;
    await settle(fleet);
    assert.deepEqual(
      apple.seen.filter(({ path }) => path === ASSOCIATE).map(({ status, body }) => [
        status,
        JSON.parse(body).serialNumbers.length,
      ]),
      [[400, 10], [200, 10], [200, 10], [200, 5]],
    );
    apple.store.settle();
    await apple.deliver();
    await settle(fleet);
    assert.equal((await holders(id))[ADAM]?.length, 25);
  }));

Deno.test("a licence is released before Apple has given it, and is not kept when it arrives", () =>
  withShop(async (shop) => {
    const { apple, fleet, holders } = shop;
    const { runtime } = fleet;
    const { id, key, reserve, states } = await pages(shop, 5);
    // Not asked for yet: nothing has to be given back.
    await reserve("C01");
    await runtime.sql.begin((tx) => releaseLicences(tx, runtime, [key("C01")]));
    await settle(fleet);
    assert.deepEqual([await states("C01"), apple.count(ASSOCIATE)], [["none"], 0]);
    await reserve("C02");
    await settle(fleet);
    await runtime.sql.begin((tx) => releaseLicences(tx, runtime, [key("C02")]));
    assert.deepEqual(await states("C02"), ["releasing"]);
    apple.store.settle();
    await apple.deliver();
    await settle(fleet);
    apple.store.settle();
    await apple.deliver();
    await shop.pass(70);
    assert.deepEqual([await states("C02"), await holders(id)], [["none"], {}]);
  }));

Deno.test("a licence that is wanted again while it is given back is asked for again afterwards", () =>
  withShop(async (shop) => {
    const { apple, fleet, holders } = shop;
    const { runtime } = fleet;
    const { id, key, reserve, states } = await pages(shop, 5);
    await reserve("C01");
    await settle(fleet);
    apple.store.settle();
    await apple.deliver();
    await settle(fleet);
    await runtime.sql.begin((tx) => releaseLicences(tx, runtime, [key("C01")]));
    await settle(fleet);
    assert.deepEqual(await reserve("C01"), ["releasing"]);
    apple.store.settle();
    await apple.deliver();
    await settle(fleet);
    assert.deepEqual(await states("C01"), ["requested"]);
    apple.store.settle();
    await apple.deliver();
    await settle(fleet);
    assert.deepEqual([await states("C01"), await holders(id)], [["assigned"], { [ADAM]: ["device C01"] }]);
  }));

Deno.test("a process that ends between Apple's answer and storing it asks again, and Apple gives nobody two licences", () =>
  withShop(async (shop) => {
    const { apple, fleet, counts, truth } = shop;
    const { runtime } = fleet;
    const { location, id, reserve, states } = await pages(shop, 5);
    await reserve("C01");
    await settle(fleet);
    // As the row is before the answer.
    await runtime.sql`update content_requests set event_id = null, state = 'asked', poll_at = null`;
    await enqueueJob(runtime.sql, runtime, { kind: "apps-licences", key: String(id), payload: { location: id } });
    await settle(fleet);
    assert.equal(apple.count(ASSOCIATE), 2);
    apple.store.settle();
    await apple.deliver();
    await shop.pass(70);
    assert.deepEqual(await states("C01"), ["assigned"]);
    assert.deepEqual(await counts(id), truth(location));
  }));

Deno.test("Apple that is overloaded is left alone for as long as it says", () =>
  withShop(async (shop) => {
    const { apple, fleet } = shop;
    const { reserve, states } = await pages(shop, 5);
    apple.failNext({ status: 503, retryAfter: "120" }, { path: ASSOCIATE });
    await reserve("C01");
    await settle(fleet);
    await shop.pass(60);
    assert.equal(apple.count(ASSOCIATE), 1);
    await shop.pass(200);
    assert.equal(apple.count(ASSOCIATE), 2);
    assert.deepEqual(await states("C01"), ["requested"]);
  }));

Deno.test("a device that does not see its licence yet is tried again, some times, and Apple is asked whether it has one", () =>
  withShop(async (shop) => {
    const { apple, fleet } = shop;
    const { runtime } = fleet;
    const { key } = await pages(shop, 5);
    const before = apple.count("/mdm/v2/assets");
    assert.deepEqual([9610, 506, 9621].map(isLicenceError), [true, true, false]);
    const waits = [];
    for (const attempt of [1, 2, 3, 4, 5, 6, 29, 30]) {
      waits.push(await runtime.sql.begin((tx) => licenceNotSeen(tx, runtime, key("C01"), attempt)));
      await settle(fleet);
    }
    assert.deepEqual(waits, [30, 60, 120, 300, 900, 3600, 3600, undefined]);
    assert.equal(apple.count("/mdm/v2/assets"), before + 8);
  }));

Deno.test("the user of a licence is created at Apple first, once, and then gets it; also of a book", () =>
  withShop(async (shop) => {
    const { apple, fleet, holders } = shop;
    const { runtime } = fleet;
    const { id, key } = await pages(shop, 5, { productType: "Book", deviceAssignable: false, revocable: false });
    const reserve = async (managedAppleId: string) =>
      await runtime.sql.begin(async (tx) => {
        const holder = await contentUserOf(tx, runtime, { locationId: id, managedAppleId });
        const [fact] = await reserveLicences(tx, runtime, "operator", [{ ...key(holder), kind: "user" }]);
        return { holder, state: fact?.state };
      });
    const { holder } = await reserve("jun@example.com");
    assert.equal((await reserve("Jun@example.com")).holder, holder);
    await settle(fleet);
    assert.equal(apple.count(ASSOCIATE), 0);
    apple.store.settle();
    await shop.pass(15);
    await shop.pass(60);
    assert.equal(apple.count("/mdm/v2/users/create"), 1);
    apple.store.settle();
    await apple.deliver();
    await settle(fleet);
    assert.deepEqual(await holders(id), { [ADAM]: [`user ${holder}`] });
    assert.equal((await reserve("jun@example.com")).state, "assigned");
  }));

Deno.test("licences of devices that leave are given back: reserved ones after an hour, assigned ones when it is deleted", () =>
  withShop(async (shop) => {
    const { apple, fleet, holders } = shop;
    const { runtime } = fleet;
    const [one, two] = [await fleet.enrolled(), await fleet.enrolled()];
    const { id, key, reserve } = await pages(shop, 5);
    await reserve(one.serialNumber, two.serialNumber);
    // A person gave the second one theirs, and one to a device that is not here yet.
    await runtime.sql.begin((tx) => reserveLicences(tx, runtime, "operator", [key(two.serialNumber), key("C0FUTURE")]));
    const deliver = async () => {
      await settle(fleet);
      apple.store.settle();
      await apple.deliver();
      await settle(fleet);
    };
    await deliver();
    assert.equal((await holders(id))[ADAM]?.length, 3);
    await runtime.sql`update enrollments set ended_at = ${runtime.clock.now()}`;
    const lookAfter = async () => {
      await enqueueJob(runtime.sql, runtime, { kind: "apps-due", key: "test" });
      await deliver();
    };
    await lookAfter();
    assert.equal((await holders(id))[ADAM]?.length, 3);
    await shop.pass(3700);
    await lookAfter();
    assert.deepEqual((await holders(id))[ADAM], ["device C0FUTURE", `device ${two.serialNumber}`].sort());
    await runtime.sql`update devices set deleted_at = ${runtime.clock.now()}`;
    await lookAfter();
    assert.deepEqual((await holders(id))[ADAM], ["device C0FUTURE"]);
  }));

Deno.test("the simulated store tells a hundred holders in each notification", () => {
  const store = new SimulatedStore(() => new Date(0));
  const location = store.addLocation("Berlin");
  store.buy(location, ADAM, 500);
  const holders = Array.from({ length: 250 }, (_, n) => `device C${n}`);
  store.begin(location, { type: "ASSOCIATE", items: [{ adamId: ADAM, pricingParam: "STDQ" }], holders });
  store.settle();
  assert.equal(store.outbox.length, 3);
});

Deno.test("a licence of an item that the location does not have any more is given back later, not asked for every second", () =>
  withShop(async (shop) => {
    const { apple, fleet } = shop;
    const { runtime } = fleet;
    const { location, key, reserve, states } = await pages(shop, 5);
    await reserve("C01");
    await settle(fleet);
    apple.store.settle();
    await apple.deliver();
    await settle(fleet);
    location.items.clear();
    location.version++;
    await runtime.sql`update location_assets set gone_at = ${runtime.clock.now()}`;
    await runtime.sql.begin((tx) => releaseLicences(tx, runtime, [key("C01")]));
    await settle(fleet);
    const before = apple.seen.length;
    for (let n = 0; n < 10; n++) await shop.pass(1);
    assert.deepEqual([apple.seen.length - before, await states("C01")], [0, ["releasing"]]);
    const [job] = await runtime.sql<{ runAt: Date }[]>`
      select run_at from jobs where kind = 'apps-licences' and run_at > ${runtime.clock.now()}`;
    assert.ok((job?.runAt.getTime() ?? 0) > runtime.clock.now().getTime() + 600_000);
  }));

Deno.test("a request that Apple calls too large within its own limits waits some minutes", () =>
  withShop(async (shop) => {
    const { apple, fleet } = shop;
    const { reserve } = await pages(shop, 5);
    apple.failNext({ status: 400, number: 9702 }, { path: ASSOCIATE, times: 4 });
    await reserve("C01");
    await settle(fleet);
    for (let n = 0; n < 10; n++) await shop.pass(1);
    assert.equal(apple.count(ASSOCIATE), 2);
    await shop.pass(600);
    assert.equal(apple.count(ASSOCIATE), 4);
  }));

Deno.test("a person whom Apple refuses is named as the reason, and registered again an hour later", () =>
  withShop(async (shop) => {
    const { apple, fleet, holders } = shop;
    const { runtime } = fleet;
    const { id, location, key } = await pages(shop, 5);
    const holder = await runtime.sql.begin(async (tx) => {
      const user = await contentUserOf(tx, runtime, { locationId: id, managedAppleId: "jun@example.com" });
      await reserveLicences(tx, runtime, "operator", [{ ...key(user), kind: "user" }]);
      return user;
    });
    await settle(fleet);
    const [event] = location.events.values();
    assert.ok(event);
    location.users.clear();
    event.status = "FAILED";
    const failure = {
      errorNumber: 9632,
      errorMessage: "There is no such account",
      errorInfo: { clientUserIds: [holder] },
    };
    event.failures.push(failure);
    await shop.pass(60);
    await shop.pass(60);
    const [fact] = await licenceFacts(runtime.sql, { kind: "user", holder });
    assert.deepEqual([fact?.state, /There is no such account/.test(fact?.sentence ?? "")], ["refused", true]);
    for (let n = 0; n < 20; n++) await shop.pass(60);
    assert.equal(apple.count("/mdm/v2/users/create"), 1);
    for (let n = 0; n < 50; n++) {
      await shop.pass(120);
      apple.store.settle();
      await apple.deliver();
    }
    assert.equal(apple.count("/mdm/v2/users/create"), 2);
    assert.deepEqual(await holders(id), { [ADAM]: [`user ${holder}`] });
  }));

Deno.test("two devices of a person that need a licence at the same moment share one user", () =>
  withShop(async (shop) => {
    const { runtime } = shop.fleet;
    const { id } = await pages(shop, 5);
    const started: PromiseWithResolvers<void> = Promise.withResolvers();
    const register = (managedAppleId: string, then: () => Promise<unknown>) =>
      runtime.sql.begin(async (tx) => {
        const user = await contentUserOf(tx, runtime, { locationId: id, managedAppleId });
        await then();
        return user;
      });
    const waits = async () => {
      for (;;) {
        const [row] = await runtime.sql<{ waits: boolean }[]>`
          select exists (select 1 from pg_locks where not granted) as waits`;
        if (row?.waits === true || others.done) return;
      }
    };
    const others = { done: false };
    const first = register("jun@example.com", async () => {
      started.resolve();
      await waits();
    });
    await started.promise;
    const second = register("Jun@example.com", () => Promise.resolve()).finally(() => {
      others.done = true;
    });
    assert.equal(await second, await first);
    assert.equal((await runtime.sql`select 1 from content_users`).length, 1);
  }));

Deno.test("Apple is not asked with a revoked content token, except by a person; its renewal starts all that waited", () =>
  withShop(async (shop) => {
    const { apple, fleet, holders } = shop;
    const { runtime } = fleet;
    const { location, id, key, reserve, states } = await pages(shop, 5);
    await reserve("C01");
    await settle(fleet);
    location.trouble = "revoked";
    // Apple says it once.
    await runtime.sql.begin(async (tx) => {
      const user = await contentUserOf(tx, runtime, { locationId: id, managedAppleId: "jun@example.com" });
      await reserveLicences(tx, runtime, "operator", [{ ...key(user), kind: "user" }]);
    });
    await settle(fleet);
    const asked = apple.seen.length;
    assert.deepEqual(await reserve("C02"), ["reserved"]);
    await runtime.sql.begin(async (tx) => {
      await releaseLicences(tx, runtime, [key("C01")]);
      await enqueueAssetCheck(tx, runtime, { locationId: id, adamId: ADAM, pricingParam: "STDQ" });
    });
    for (let n = 0; n < 36; n++) {
      await shop.pass(600);
      await jobs(fleet, "apps-due");
    }
    assert.equal(apple.seen.length, asked);
    const failed = await runtime.sql`select kind, error from jobs where state = 'failed' and kind <> 'apps-licences'`;
    assert.deepEqual([...failed], []);
    // The person who owns the token may have the role of a content manager again.
    assert.equal((await taskResult(fleet, `/api/mdm/locations/${id}/sync/`)).status, "FAILURE");
    assert.equal(apple.seen.length, asked + 1);

    await renewLocationToken(runtime, testBy, id, apple.store.download(location, { renew: true }), { takeOver: false });
    await settle(fleet);
    for (let n = 0; n < 4; n++) {
      apple.store.settle();
      await apple.deliver();
      await shop.pass(31);
    }
    assert.deepEqual(await states("C01", "C02"), ["none", "assigned"]);
    const [user = ""] = (await holders(id))[ADAM]?.filter((one) => one.startsWith("user ")) ?? [];
    assert.deepEqual(await holders(id), { [ADAM]: ["device C02", user] });
  }));

Deno.test("an old token's refusal does not stop a location whose token was renewed in the meantime", () =>
  withShop(async (shop) => {
    const { runtime } = shop.fleet;
    const { id } = await pages(shop, 5);
    const health = async () => (await runtime.sql<{ health: string }[]>`select health from locations`)[0]?.health;
    const said = { health: "revoked", detail: "" } as const;
    assert.equal(
      await updateLocationHealth(runtime.sql, id, { ...said, hash: "of before" }, runtime.clock.now()),
      false,
    );
    assert.equal(await health(), "ok");
    const hash = (await findServerToken(runtime.sql, id))?.hash ?? "";
    assert.equal(await updateLocationHealth(runtime.sql, id, { ...said, hash }, runtime.clock.now()), true);
    assert.equal(await health(), "revoked");
  }));

Deno.test("a content token that works again, as a person's sync shows, starts what waited", () =>
  withShop(async (shop) => {
    const { location, id, reserve, states } = await pages(shop, 5);
    location.trouble = "revoked";
    await reserve("C01");
    await settle(shop.fleet);
    assert.deepEqual(await states("C01"), ["reserved"]);
    location.trouble = undefined;
    assert.equal((await taskResult(shop.fleet, `/api/mdm/locations/${id}/sync/`)).status, "SUCCESS");
    assert.deepEqual(await states("C01"), ["requested"]);
  }));
