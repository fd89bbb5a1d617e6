import assert from "node:assert/strict";
import { filterWords } from "../../../../routes/admin/parts/filter_words.ts";
import { changesOf, sentencesOf } from "../../../../routes/admin/parts/preview_words.ts";
import { type Filter, openFilter } from "../../../../src/blueprints/filter.ts";
import type { Preview, PreviewDevice } from "../../../../src/planner/preview.ts";
import { PLATFORMS } from "../../../../src/protocol/platform.ts";
import { deviceIdOf } from "../../../support/ids.ts";

Deno.test("a filter reads as plain words", () => {
  const tags = new Map([[1, "Kiosk"], [2, "Pilot"]]);
  const open = openFilter(PLATFORMS);
  assert.equal(filterWords(open, tags), "all platforms");
  const range = (min: string, max: string) => ({ active: true, min, max });
  const narrow: Filter = {
    platforms: { ...openFilter([]).platforms, macOS: range("14", "26"), iOS: range("", "18"), tvOS: range("17.1", "") },
    shardModulo: 100,
    defaultShard: 30,
    excludedTags: [1],
    tagShards: [{ tag: 2, shard: 50 }, { tag: 3, shard: 7 }],
  };
  assert.equal(
    filterWords(narrow, tags),
    "iOS < 18; macOS ≥ 14, < 26; tvOS ≥ 17.1; shard 30 of 100; not Kiosk; Pilot: 50 of 100; tag 3: 7 of 100",
  );
  assert.equal(filterWords({ ...open, defaultShard: 0 }, tags), "all platforms; only devices with a tag");
  assert.equal(filterWords({ ...openFilter(["iOS"]), shardModulo: 7, defaultShard: 7 }, tags), "iOS");
});

const artifact = (name: string, change: Partial<Preview["artifacts"][number]>) => ({
  id: name,
  name,
  gained: 0,
  lost: 0,
  updated: 0,
  impossible: 0,
  reasons: [],
  ...change,
});
const device = (change: Partial<PreviewDevice>): PreviewDevice => ({
  device: { id: deviceIdOf(1), serial_number: "C02", name: "Mac" },
  user: "",
  gains: [],
  loses: [],
  updates: [],
  impossible: [],
  software_update: null,
  ...change,
});
const preview = (change: Partial<Preview>): Preview => ({
  devices: { examined: 0, woken: 0, gaining: 0, losing: 0, updating: 0, impossible: 0, told: 0 },
  software_updates: [],
  artifacts: [],
  changes: [],
  truncated: false,
  warnings: [],
  ...change,
});
const update = (from: number, version: number) => device({ updates: [{ id: "X", name: "X", version, from }] });

Deno.test("a preview reads as sentences: gains, losses, versions, and impossible changes with their reasons", () => {
  const sentences = sentencesOf(preview({
    artifacts: [
      artifact("VPN", { lost: 3 }),
      artifact("Wi-Fi", { gained: 12, lost: 1 }),
      artifact("X", { updated: 4 }),
      artifact("Y", { impossible: 3, reasons: [{ reason: "macOS 12 < 13", count: 2 }, { reason: "no", count: 1 }] }),
    ],
    changes: [update(3, 4), update(2, 4), update(3, 4), update(4, 4)],
  }));
  assert.deepEqual(sentences.map(({ text, tone }) => `${tone}: ${text}`), [
    "good: 12 devices gain Wi-Fi",
    "bad: 3 devices lose VPN",
    "bad: 1 device loses Wi-Fi",
    "good: 2 devices get version 4 of X instead of 3",
    "good: 1 device gets version 4 of X instead of 2",
    "good: 1 device gets version 4 of X again, with its new content",
    "warn: 2 devices cannot have Y: macOS 12 < 13",
    "warn: 1 device cannot have Y: no",
  ]);
  assert.deepEqual(sentencesOf(preview({})), []);
});

Deno.test("where more devices change than are named no version is guessed", () => {
  const many = preview({ artifacts: [artifact("X", { updated: 400 })], changes: [update(3, 4)], truncated: true });
  assert.deepEqual(sentencesOf(many).map(({ text }) => text), ["400 devices get another version of X"]);
});

Deno.test("a device's changes are named one by one, and settings where there is nothing else", () => {
  const all = device({
    gains: [{ id: "1", name: "A", version: 2 }],
    loses: [{ id: "2", name: "B", version: 1 }],
    updates: [{ id: "3", name: "C", version: 4, from: 3 }],
    impossible: [{ id: "4", name: "D", version: 1, reason: "no" }],
  });
  assert.deepEqual(changesOf(all), [
    "gains A (version 2)",
    "loses B",
    "gets version 4 of C instead of 3",
    "cannot have D: no",
  ]);
  assert.deepEqual(changesOf(device({})), ["gets other settings"]);
});

Deno.test("a preview says which updates devices are told of by when, and which devices are told of none any more", () => {
  const update = {
    os_version: "26.2",
    build_version: "25C56",
    local_datetime: "2026-06-08T09:30:00",
    enforcement: "Everyone",
  };
  const any = { ...update, build_version: "", local_datetime: "2026-06-09T09:30:00" };
  assert.deepEqual(
    sentencesOf(preview({
      software_updates: [
        { update, reason: null, count: 12 },
        { update: any, reason: null, count: 1 },
        { update: null, reason: "the blueprint has no software update enforcement", count: 2 },
      ],
    })),
    [
      { tone: "good", text: "12 devices have to update to 26.2 (25C56) by 2026-06-08 09:30, their own time" },
      { tone: "good", text: "1 device has to update to 26.2 by 2026-06-09 09:30, its own time" },
      {
        tone: "warn",
        text: "2 devices are no longer required to update: the blueprint has no software update enforcement",
      },
    ],
  );
  const change = { before: null, after: update, reason: '"Everyone" names 26.2' };
  assert.deepEqual(changesOf(device({ software_update: change })), [
    'has to update to 26.2 (25C56) by 2026-06-08 09:30; "Everyone" names 26.2',
  ]);
  assert.deepEqual(changesOf(device({ software_update: { ...change, after: null, reason: "it is over" } })), [
    "is no longer required to update: it is over",
  ]);
});
