import assert from "node:assert/strict";
import { valueAt } from "../../../routes/admin/activity/event_facts.ts";
import type { StoreLocation } from "../../../simulators/apple/apps_and_books_store.ts";
import { settle } from "../../support/artifacts.ts";
import { type Shop, withShop } from "../../support/apps.ts";
import { findEvents } from "../../support/events.ts";

const ADAM = "361309726";

/** A location with an app of twenty licences, and its item. */
async function open(shop: Shop): Promise<{ location: StoreLocation; id: number; url: string; token: string }> {
  const location = shop.apple.store.addLocation("Berlin");
  shop.apple.store.buy(location, ADAM, 20);
  const id = await shop.add(location);
  assert.ok(location.notifications);
  return { location, id, ...location.notifications };
}

const post = async ({ fleet }: Shop, url: string, token: string | undefined, body: BodyInit): Promise<number> => {
  const response = await fleet.fetch(
    new Request(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(token === undefined ? {} : { Authorization: token }) },
      body,
    }),
  );
  await response.body?.cancel();
  return response.status;
};

/** Gives, takes, buys and refunds licences at Apple. */
function trade(shop: Shop, location: StoreLocation, random: () => number): void {
  const item = location.items.get(`${ADAM} STDQ`);
  assert.ok(item);
  for (let n = 0; n < 30; n++) {
    const holder = `device C${Math.floor(random() * 12)}`;
    const step = Math.floor(random() * 3);
    if (step === 0 && item.holders.size < item.total && !item.holders.has(holder)) {
      shop.apple.store.assign(location, item, holder);
    } else if (step === 1 && item.holders.has(holder)) shop.apple.store.assign(location, item, holder, false);
    else if (step === 2) shop.apple.store.buy(location, ADAM, item.total > 15 ? -2 : 3);
  }
}

/** Numbers that are the same in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

const ARRANGEMENTS: Record<string, <Item>(items: Item[], random: () => number) => Item[]> = {
  "in order": (items) => items,
  "in the opposite order": (items) => items.toReversed(),
  "in any order": (items, random) =>
    items.map((item) => ({ item, at: random() })).sort((a, b) => a.at - b.at).map((one) => one.item),
  "each three times": (items) => [...items, ...items, ...items],
  "without every third": (items) => items.filter((_, index) => index % 3 > 0),
  "not at all": () => [],
};

for (const [how, arrange] of Object.entries(ARRANGEMENTS)) {
  Deno.test(`notifications that come ${how} lead to Apple's counts and holders`, () =>
    withShop(async (shop) => {
      const { apple, fleet, counts, truth, holders } = shop;
      const { location, id } = await open(shop);
      for (let seed = 1; seed <= 3; seed++) {
        trade(shop, location, seeded(seed));
        const random = seeded(seed);
        assert.ok((await apple.deliver((items) => arrange(items, random))).every((status) => status === 200));
        await settle(fleet);
        if (how === "in order") assert.deepEqual(await counts(id), truth(location), "at once");
        await shop.pass(60);
        // What was lost altogether is found by the next comparison.
        if (how === "not at all") await fleet.api("POST", `/api/mdm/locations/${id}/sync/`);
        await settle(fleet);
        assert.deepEqual(await counts(id), truth(location));
        const [item] = location.items.values();
        assert.deepEqual((await holders(id))[ADAM] ?? [], [...item?.holders ?? []].sort());
      }
    }));
}

Deno.test("a count that does not make sense, and an asset that is not known, are compared with Apple at once", () =>
  withShop(async (shop) => {
    const { apple, fleet, counts, truth } = shop;
    const { location, id, url, token } = await open(shop);
    const send = (notificationId: string, notification: unknown, notificationType = "ASSET_COUNT") =>
      post(shop, url, `Bearer ${token}`, JSON.stringify({ notificationId, notificationType, notification }));
    assert.equal(await send("one", { adamId: ADAM, pricingParam: "STDQ", countDelta: -50 }), 200);
    await settle(fleet);
    assert.deepEqual(await counts(id), truth(location));
    apple.store.buy(location, "409203825", 7);
    assert.equal(await send("two", { adamId: "409203825", countDelta: 7 }), 200);
    await settle(fleet);
    assert.deepEqual(await counts(id), truth(location));
    assert.deepEqual((await counts(id))["409203825"], "0/7/0/7");
    // Of an app that is given to more than there are.
    const assignments = Array.from({ length: 30 }, (_, n) => ({ adamId: ADAM, serialNumber: `X${n}` }));
    await send("three", { type: "ASSOCIATE", result: "SUCCESS", assignments }, "ASSET_MANAGEMENT");
    await settle(fleet);
    assert.deepEqual(await counts(id), truth(location));
    assert.deepEqual(await shop.holders(id), {});
    const outcomes = await fleet.runtime.sql<{ outcome: string }[]>`
      select outcome from content_notifications order by id`;
    assert.deepEqual(outcomes.map(({ outcome }) => outcome), Array(3).fill("compared with Apple"));
  }));

Deno.test("a notification needs the token of its location; any other is refused and leaves no trace", () =>
  withShop(async (shop) => {
    const { fleet } = shop;
    const { url, token } = await open(shop);
    const second = shop.apple.store.addLocation("Hamburg");
    await shop.add(second);
    const body = JSON.stringify({
      notificationId: "x",
      notificationType: "ASSET_COUNT",
      notification: { adamId: ADAM, countDelta: 100 },
    });
    for (
      const authorization of [
        undefined,
        "",
        "Bearer",
        "Bearer ",
        `Basic ${token}`,
        `Bearer ${token}x`,
        `Bearer ${token.slice(0, -1)}`,
        `Bearer ${second.notifications?.token}`,
        `Bearer ${"a".repeat(10_000)}`,
      ]
    ) {
      assert.equal(await post(shop, url, authorization, body), 403, authorization?.slice(0, 30));
    }
    assert.equal(await post(shop, url.replace(/[0-9a-f]{8}-/, "00000000-"), `Bearer ${token}`, body), 403);
    assert.equal(await post(shop, url.replace(/[0-9a-f-]{36}/, "1"), `Bearer ${token}`, body), 404);
    const rows = await fleet.runtime.sql`select 1 from content_notifications`;
    assert.equal(rows.length, 0);
    const stored = JSON.stringify(await fleet.runtime.sql`select * from locations`);
    assert.equal(stored.includes(token), false);
  }));

Deno.test("a body that is no notification is refused, and one that is too long or nested is not read", () =>
  withShop(async (shop) => {
    const { url, token } = await open(shop);
    const send = (body: BodyInit) => post(shop, url, `Bearer ${token}`, body);
    const long = "x".repeat(2_000_000);
    for (
      const [body, status] of [
        ["", 400],
        ["{", 400],
        ["[]", 400],
        ["{}", 400],
        ['{"notificationId": 1, "notificationType": "ASSET_COUNT"}', 400],
        [new Uint8Array([0xff, 0xfe]), 400],
        [`{"a":${"[".repeat(100_000)}`, 400],
        [JSON.stringify({ notificationId: "\0", notificationType: "ASSET_COUNT" }), 400],
        [JSON.stringify({ notificationId: "a", notificationType: "ASSET_COUNT", notification: { long } }), 413],
      ] as const
    ) {
      assert.equal(await send(body), status, String(body).slice(0, 60));
    }
    for (const type of ["TEST_NOTIFICATION", "SOMETHING_NEW", "ASSET_COUNT", "ASSET_MANAGEMENT", "USER_MANAGEMENT"]) {
      const body = { notificationId: type, notificationType: type, notification: { type: "?", adamId: [] } };
      assert.equal(await send(JSON.stringify(body)), 200, type);
    }
    await settle(shop.fleet);
    const outcomes = await shop.fleet.runtime.sql<{ outcome: string }[]>`
      select outcome from content_notifications order by id`;
    assert.deepEqual(outcomes.map(({ outcome }) => outcome), [
      "unknown type",
      "not as documented",
      "not as documented",
      "not needed",
    ]);
  }));

Deno.test("a notification about another location is not applied to this one", () =>
  withShop(async (shop) => {
    const { location, id, url, token } = await open(shop);
    const body = {
      notificationId: "n",
      notificationType: "ASSET_COUNT",
      uId: "1",
      notification: { adamId: ADAM, countDelta: 5 },
    };
    assert.equal(await post(shop, url, `Bearer ${token}`, JSON.stringify(body)), 200);
    await settle(shop.fleet);
    assert.deepEqual(await shop.counts(id), shop.truth(location));
    assert.deepEqual((await shop.fleet.runtime.sql`select 1 from content_notifications`).length, 0);
  }));

Deno.test("what Apple told is an event with its holder; an error is one with Apple's reason", () =>
  withShop(async (shop) => {
    const { apple, fleet } = shop;
    const { location, url, token } = await open(shop);
    const [item] = location.items.values();
    assert.ok(item);
    apple.store.assign(location, item, "device C01");
    apple.store.assign(location, item, "device C01", false);
    await apple.deliver();
    await post(
      shop,
      url,
      `Bearer ${token}`,
      JSON.stringify({
        notificationId: "e",
        notificationType: "ASSET_MANAGEMENT",
        notification: {
          type: "REVOKE",
          result: "FAILURE",
          assignments: [{ adamId: ADAM, pricingParam: "STDQ", clientUserId: "client-1" }],
          error: { errorNumber: 9607, errorMessage: "License is irrevocable" },
        },
      }),
    );
    await settle(fleet);
    const types = ["mdm_asset_association", "mdm_asset_disassociation", "mdm_asset_revocation_error"];
    for (const type of types) {
      const events = await findEvents(fleet.runtime.sql, { type, limit: 10 });
      assert.equal(events.length, 1, type);
    }
    const [error] = await findEvents(fleet.runtime.sql, { type: "mdm_asset_revocation_error", limit: 1 });
    assert.deepEqual(valueAt(error?.payload, "error"), { message: "License is irrevocable", number: 9607 });
    assert.equal(valueAt(error?.payload, "client_user_id"), "client-1");
  }));

Deno.test("a notification with texts that no database keeps is taken, and harms no other", () =>
  withShop(async (shop) => {
    const { location, url, token } = await open(shop);
    const assignments = [{ adamId: ADAM, pricingParam: "STDQ", serialNumber: "C0\0A" }];
    const odd = [
      { notificationType: "NEW\0" },
      { notificationType: "NEW", notification: { "a\0": "b\0" } },
      { notificationType: "ASSET_COUNT", notification: { adamId: "\ud800", countDelta: 1 } },
      {
        notificationType: "ASSET_MANAGEMENT",
        notification: { type: "ASSOCIATE", result: "SUCCESS", eventId: "a\0", assignments },
      },
    ];
    for (const [n, one] of odd.entries()) {
      const body = JSON.stringify({ notificationId: `odd ${n}`, ...one });
      assert.equal(await post(shop, url, `Bearer ${token}`, body), 200, body);
    }
    await settle(shop.fleet);
    const rows = await shop.fleet.runtime.sql`select 1 from content_notifications where applied_at is null`;
    assert.equal(rows.length, 0);
    await shop.pass(120);
    assert.deepEqual(await shop.counts(1), shop.truth(location));
  }));
