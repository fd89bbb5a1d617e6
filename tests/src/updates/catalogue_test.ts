import assert from "node:assert/strict";
import { type FakeSoftwareLookup, startSoftwareLookup } from "../../../simulators/apple/software_lookup.ts";
import { allSoftwareUpdates, findFeed } from "../../../db/updates/software_updates.ts";
import { byJob } from "../../../src/events/by.ts";
import { syncCatalogue } from "../../../src/updates/catalogue.ts";
import { TestClock, type TestRuntime, withRuntime } from "../../support/runtime.ts";

const BY = byJob("software-updates-sync");
const entry = (ProductVersion: string, Build: string, PostingDate: string, more: Record<string, unknown> = {}) => ({
  ProductVersion,
  Build,
  PostingDate,
  ExpirationDate: "2026-12-31",
  SupportedDevices: ["Mac14,2"],
  ...more,
});
const FIRST = { AssetSets: { macOS: [entry("15.7", "24G1", "2026-05-01"), entry("26.4", "25E1", "2026-05-20")] } };

async function withLookup(
  body: (house: { runtime: TestRuntime; lookup: FakeSoftwareLookup }) => Promise<void>,
  trusted = true,
): Promise<void> {
  const lookup = await startSoftwareLookup(new TestClock().now(), FIRST);
  try {
    await withRuntime((runtime) => body({ runtime, lookup }), {
      SOFTWARE_LOOKUP_URL: lookup.url,
      ...(trusted ? { SOFTWARE_LOOKUP_ANCHORS: lookup.caPem } : {}),
    });
  } finally {
    await lookup.close();
  }
}

const facts = async ({ sql }: TestRuntime) =>
  (await allSoftwareUpdates(sql)).map(({ version, build, postedOn, feedPostedOn, expiresOn, withdrawnAt }) =>
    [version, build, postedOn, feedPostedOn, expiresOn, withdrawnAt === null ? "listed" : "withdrawn"].join(" ")
  ).sort();

Deno.test("a feed is taken, an equal one changes nothing, and a posting date that moves does not count", () =>
  withLookup(async ({ runtime, lookup }) => {
    assert.deepEqual(await syncCatalogue(runtime, BY), { status: "SUCCESS", created: 2, deleted: 0, present: 2 });
    const first = await findFeed(runtime.sql);
    assert.equal(first.revision, 1);
    await syncCatalogue(runtime, BY);
    assert.equal((await findFeed(runtime.sql)).revision, 1);

    // As in 2026, when every date of April had become a later one by August.
    lookup.sections = {
      AssetSets: { macOS: [entry("15.7", "24G1", "2026-05-25"), entry("26.4", "25E1", "2026-05-20")] },
    };
    await syncCatalogue(runtime, BY);
    assert.deepEqual(await facts(runtime), [
      "15.7 24G1 2026-05-01 2026-05-25 2026-12-31 listed",
      "26.4 25E1 2026-05-20 2026-05-20 2026-12-31 listed",
    ]);
    assert.equal((await findFeed(runtime.sql)).revision, 1, "no device is offered anything else");
  }));

Deno.test("what leaves the feed is withdrawn, and keeps its first date when it comes back", () =>
  withLookup(async ({ runtime, lookup }) => {
    await syncCatalogue(runtime, BY);
    lookup.sections = {
      AssetSets: { macOS: [entry("26.4", "25E1", "2026-05-20"), entry("26.5", "25F1", "2026-06-01")] },
    };
    assert.deepEqual(await syncCatalogue(runtime, BY), { status: "SUCCESS", created: 1, deleted: 1, present: 2 });
    assert.match((await facts(runtime))[0] ?? "", /withdrawn$/);
    lookup.sections = {
      AssetSets: {
        macOS: [
          entry("15.7", "24G1", "2026-06-01"),
          entry("26.4", "25E1", "2026-05-20"),
          entry("26.5", "25F1", "2026-06-01"),
        ],
      },
    };
    await syncCatalogue(runtime, BY);
    assert.equal((await facts(runtime))[0], "15.7 24G1 2026-05-01 2026-06-01 2026-12-31 listed");
    assert.equal((await findFeed(runtime.sql)).revision, 3);
    const events = await runtime
      .sql`select payload ->> 'action' as action from events where type = 'software_update_change' order by created_at, id`;
    assert.deepEqual(events.map(({ action }) => String(action)).sort(), [
      "changed",
      "created",
      "created",
      "created",
      "withdrawn",
    ]);
  }));

Deno.test("an empty, partial, malformed or failing feed changes nothing, and is news once", () =>
  withLookup(async ({ runtime, lookup }) => {
    await syncCatalogue(runtime, BY);
    const before = await facts(runtime);
    const faults: [string, () => void, RegExp][] = [
      ["empty", () => lookup.sections = {}, /holds no release/],
      ["partial", () => lookup.sections = { AssetSets: { iOS: [entry("18.1", "22A1", "2026-05-01")] } }, /no macOS/],
      ["malformed", () => lookup.fault = { text: "<html>" }, /not JSON/],
      ["no object", () => lookup.fault = { text: "[]" }, /not a JSON object/],
      ["failing", () => lookup.fault = { status: 503 }, /answered 503/],
      ["cut", () => lookup.fault = "cut", /Cannot fetch/],
    ];
    for (const [name, spoil, reason] of faults) {
      lookup.fault = undefined;
      spoil();
      for (let time = 0; time < 2; time++) {
        await syncCatalogue(runtime, BY).catch(() => {});
        assert.match((await findFeed(runtime.sql)).refusal ?? "", reason, name);
      }
      assert.deepEqual(await facts(runtime), before, name);
    }
    const events = await runtime.sql`select 1 from events where type = 'software_updates_refused'`;
    assert.equal(events.length, faults.length);

    lookup.fault = undefined;
    lookup.sections = { AssetSets: { iOS: [entry("18.1", "22A1", "2026-05-01")] } };
    assert.deepEqual(await syncCatalogue(runtime, BY, { force: true }), {
      status: "SUCCESS",
      created: 1,
      deleted: 2,
      present: 1,
    });
    assert.equal((await findFeed(runtime.sql)).refusal, null);
  }));

Deno.test("a certificate of another authority is refused, whatever the system trusts", () =>
  withLookup(async ({ runtime, lookup }) => {
    await assert.rejects(syncCatalogue(runtime, BY), /Cannot fetch/);
    assert.equal(lookup.requests, 0);
    assert.deepEqual(await facts(runtime), []);
  }, false));
