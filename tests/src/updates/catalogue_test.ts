import assert from "node:assert/strict";
import { type FakeSoftwareLookup, startSoftwareLookup } from "../../../simulators/apple/software_lookup.ts";
import { allSoftwareUpdates, findFeed } from "../../../db/updates/software_updates.ts";
import { drain } from "../../../jobs/queue.ts";
import { JOBS } from "../../../jobs/registry.ts";
import { createApp } from "../../../routes/app.ts";
import { byJob } from "../../../src/events/by.ts";
import { syncCatalogue } from "../../../src/updates/catalogue.ts";
import { personWith } from "../../routes/admin/support.ts";
import { makeCaller } from "../../routes/api/support.ts";
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
  settings: Record<string, string> = {},
): Promise<void> {
  const lookup = await startSoftwareLookup(new TestClock().now(), FIRST);
  try {
    await withRuntime((runtime) => body({ runtime, lookup }), {
      SOFTWARE_LOOKUP_URL: lookup.url,
      ...settings,
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

Deno.test("a list that is refused, or older than two days, is reported to monitoring and on the overview", () =>
  withLookup(
    async ({ runtime, lookup }) => {
      const app = createApp(runtime);
      const get = async (path: string) => {
        const headers = { Authorization: "Bearer the-right-token-of-it" };
        const answer = await app.fetch(new Request(`https://mdm.example.com${path}`, { headers }), {
          remoteAddress: "192.0.2.1",
        });
        return await answer.text();
      };
      const reported = async () => {
        const { reasons } = JSON.parse(await get("/readyz"));
        const found = reasons.find(({ check }: { check: string }) => check === "software-updates");
        // Sessions end sooner than two days.
        const { text } = await (await personWith(runtime, "superuser")).get("/");
        assert.equal(text.includes("Show software updates"), found !== undefined);
        return found?.reason;
      };
      assert.equal(await reported(), undefined, "a new server has not asked yet");
      await syncCatalogue(runtime, BY);
      assert.equal(await reported(), undefined);
      const metrics = async () => (await get("/metrics")).match(/^espalier_software_updates\S* .*$/gm);
      assert.deepEqual(await metrics(), [
        "espalier_software_updates 2",
        `espalier_software_updates_fetched_seconds ${runtime.clock.now().getTime() / 1000}`,
        "espalier_software_updates_refused 0",
      ]);
      lookup.fault = { text: "<html>" };
      await syncCatalogue(runtime, BY);
      assert.match(
        await reported(),
        /was not taken: the answer is not JSON\. The last one that was taken is from 2026-06-01\./,
      );
      assert.equal((await metrics())?.at(-1), "espalier_software_updates_refused 1");
      lookup.fault = undefined;
      await syncCatalogue(runtime, BY);
      runtime.clock.advance(2 * 86_400 + 1);
      assert.match(await reported(), /was not fetched for two days\. /);
    },
    true,
    { METRICS_TOKEN: "the-right-token-of-it" },
  ));

Deno.test("a sync is asked for with all three permissions, and its task has the counts", () =>
  withLookup(async ({ runtime }) => {
    const app = createApp(runtime);
    const permissions = ["mdm.add_softwareupdate", "mdm.change_softwareupdate", "mdm.delete_softwareupdate"] as const;
    const call = (token: string, method: string, path: string) =>
      app.fetch(
        new Request(`https://mdm.example.com${path}`, { method, headers: { Authorization: `Token ${token}` } }),
        { remoteAddress: "192.0.2.1" },
      );
    const path = "/api/mdm/software_updates/sync/";
    for (const missing of permissions) {
      const { token } = await makeCaller(runtime, permissions.filter((one) => one !== missing));
      assert.equal((await call(token, "POST", path)).status, 403, missing);
    }
    const { token } = await makeCaller(runtime, permissions);
    const asked = await call(token, "POST", path);
    assert.equal(asked.status, 201);
    const task = await asked.json();
    assert.deepEqual(Object.keys(task), ["task_id", "task_result_url"]);
    assert.equal(task.task_result_url, `/api/task_result/${task.task_id}/`);
    await drain(runtime, JOBS, new AbortController().signal);
    const { status, result } = await (await call(token, "GET", task.task_result_url)).json();
    assert.deepEqual([status, result], ["SUCCESS", { status: "SUCCESS", created: 2, deleted: 0, present: 2 }]);
  }));
