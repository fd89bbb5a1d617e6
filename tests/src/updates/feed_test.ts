import assert from "node:assert/strict";
import { feedRefusal } from "../../../src/updates/accept_feed.ts";
import { FeedError, readFeed, type Release } from "../../../src/updates/feed.ts";

const entry = (ProductVersion: string, more: Record<string, unknown> = {}) => ({
  ProductVersion,
  Build: "25E253",
  PostingDate: "2026-03-24",
  ExpirationDate: "2026-07-11",
  SupportedDevices: ["Mac15,3", "J493AP"],
  ...more,
});

Deno.test("a feed is read: sections, dates, models, improvements with the build that they need", () => {
  const { releases, odd } = readFeed({
    PublicAssetSets: { macOS: [entry("26.4.1")] },
    AssetSets: { macOS: [entry("26.4")], iOS: [entry("18.7", { Build: undefined, ExpirationDate: undefined })] },
    PublicBackgroundSecurityImprovements: {
      macOS: [entry("26.3.2", { ProductVersionExtra: "(a)", Build: "25D771400a", PrerequisiteBuild: "25D2140" })],
    },
    SomethingNew: { macOS: [] },
  });
  assert.deepEqual(odd, []);
  assert.deepEqual(releases.map(({ public: open, platform, numbers, extra }) => [open, platform, numbers, extra]), [
    [true, "macOS", [26, 4, 1], ""],
    [false, "macOS", [26, 4, 0], ""],
    [false, "iOS", [18, 7, 0], ""],
    [true, "macOS", [26, 3, 2], "(a)"],
  ]);
  assert.equal(releases[3]?.prerequisiteBuild, "25D2140");
  assert.deepEqual(releases[2] && [releases[2].build, releases[2].expiresOn], ["", null]);
  assert.deepEqual(releases[0]?.deviceIds, ["J493AP", "Mac15,3"]);
});

Deno.test("an entry that cannot be read is left out with its reason, and spoils none of the others", () => {
  for (
    const bad of [
      entry("26.x"),
      entry("26.4", { PostingDate: "2026-02-30" }),
      entry("26.4", { PostingDate: 5 }),
      entry("26.4", { SupportedDevices: "Mac15,3" }),
      entry("26.4", { Build: "B".repeat(41) }),
      // The database can store none of these.
      entry("26.4", { Build: "25E\0" }),
      entry("26.4", { ProductVersionExtra: "\ud800" }),
      entry("26.4", { SupportedDevices: ["Mac\0"] }),
      entry("26.4", { PostingDate: "0000-01-01" }),
      null,
      [],
      "26.4",
    ]
  ) {
    const { releases, odd } = readFeed({ AssetSets: { macOS: [entry("26.3"), bad, entry("26.5")], iOS: 7 } });
    assert.deepEqual(releases.map(({ version }) => version), ["26.3", "26.5"]);
    assert.equal(odd.length, 2);
    assert.match(odd[0] ?? "", /^AssetSets\.macOS\[1\]: /);
  }
});

Deno.test("a platform with a name that cannot be stored is left out, with a reason that can", () => {
  const { releases, odd } = readFeed({ AssetSets: { "mac\0OS": [entry("26.4")], macOS: [entry("26.3")] } });
  assert.deepEqual(releases.map(({ version }) => version), ["26.3"]);
  assert.deepEqual(odd, ["AssetSets.mac\ufffdOS: it should be a list"]);
});

Deno.test("what is no feed is refused with what it is", () => {
  for (const bad of [null, [], "x", 1]) assert.throws(() => readFeed(bad), FeedError);
  for (const empty of [{}, { AssetSets: {} }, { AssetSets: { macOS: [] } }, { AssetSets: { macOS: [null] } }]) {
    assert.throws(() => readFeed(empty), /holds no release/);
  }
  const many = { AssetSets: { macOS: Array.from({ length: 5001 }, () => entry("26.4")) } };
  assert.throws(() => readFeed(many), /more than 5000 entries/);
});

Deno.test("one release twice in a feed is one, with the models of both and the earlier date", () => {
  const { releases } = readFeed({
    AssetSets: {
      iOS: [
        entry("18.7", { SupportedDevices: ["B"] }),
        entry("18.7", { SupportedDevices: ["A", "B"], PostingDate: "2026-03-20" }),
      ],
    },
  });
  assert.deepEqual(releases.map(({ deviceIds, postedOn }) => [deviceIds, postedOn]), [[["A", "B"], "2026-03-20"]]);
});

const releasesOf = (feed: unknown): readonly Release[] => readFeed(feed).releases;
const feedOf = (mac: string[], ios: string[], improvements: string[] = []) => ({
  AssetSets: { macOS: mac.map((one) => entry(one)), iOS: ios.map((one) => entry(one)) },
  PublicBackgroundSecurityImprovements: {
    macOS: improvements.map((one) => entry(one, { ProductVersionExtra: "(a)" })),
  },
});

Deno.test("a feed without a platform that it had, or with less than half of its entries, is not taken", () => {
  const known = releasesOf(feedOf(["26.1", "26.2", "26.3"], ["18.1", "18.2"], ["26.3"]));
  const refusal = (feed: unknown, today = "2026-04-01") => feedRefusal(known, releasesOf(feed), today);
  assert.equal(refusal(feedOf(["26.1", "26.2", "26.3"], ["18.1", "18.2"], ["26.3"])), null);
  assert.equal(refusal(feedOf(["26.2", "26.3", "26.4"], ["18.2", "18.3"], ["26.3"])), null);
  assert.match(refusal(feedOf(["26.1", "26.2", "26.3"], [], ["26.3"])) ?? "", /no iOS releases for device management/);
  assert.match(refusal(feedOf(["26.1", "26.2", "26.3"], ["18.1", "18.2"])) ?? "", /improvement/);
  assert.equal(refusal(feedOf(["26.9"], ["18.2"], ["26.3"])), "it lacks 4 of the 6 releases that are known");
  // By then all of them have expired: a server that was off for months is not held up.
  assert.equal(refusal(feedOf(["27.0"], ["19.0"]), "2026-12-01"), null);
  assert.equal(feedRefusal([], releasesOf(feedOf(["27.0"], [])), "2026-12-01"), null);
});
