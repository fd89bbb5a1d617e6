import assert from "node:assert/strict";
import fc from "fast-check";
import { growth, LARGEST } from "../../../fuzz/growth.ts";
import {
  addDays,
  type Blackout,
  deadlineOf,
  leavesTime,
  localText,
  nextAllowed,
} from "../../../src/updates/deadline.ts";

const deadline = (postedOn: string, delayDays: number, blackouts: Blackout[] = [], localTime = "09:30:00") =>
  localText(deadlineOf(postedOn, { delayDays, localTime, blackouts }).at);

Deno.test("days are added over the ends of months and years, and over a leap day", () => {
  assert.equal(deadline("2026-01-25", 7), "2026-02-01T09:30:00");
  assert.equal(deadline("2026-12-28", 7), "2027-01-04T09:30:00");
  assert.equal(deadline("2028-02-22", 7), "2028-02-29T09:30:00");
  assert.equal(deadline("2028-02-23", 7), "2028-03-01T09:30:00");
  assert.equal(deadline("2027-02-22", 7), "2027-03-01T09:30:00");
  assert.equal(deadline("2026-03-24", 0), "2026-03-24T09:30:00");
  assert.equal(deadline("2026-03-24", 120), "2026-07-22T09:30:00");
});

Deno.test("a summer-time change does not move a day or an hour: the time is the device's own", () => {
  assert.equal(deadline("2026-03-22", 7, [], "02:30"), "2026-03-29T02:30:00");
  assert.equal(deadline("2026-10-18", 7, [], "02:30"), "2026-10-25T02:30:00");
});

Deno.test("a deadline in days off is at its time on the day after them", () => {
  const holidays: Blackout = { kind: "days", from: "2026-12-24", until: "2027-01-03" };
  assert.equal(deadline("2026-12-21", 7, [holidays]), "2027-01-04T09:30:00");
  assert.equal(deadline("2026-12-16", 7, [holidays]), "2026-12-23T09:30:00");
  assert.equal(deadline("2026-12-27", 8, [holidays]), "2027-01-04T09:30:00");
});

Deno.test("a deadline in weekly hours is at their end, over midnight too", () => {
  // 2026-06-05 is a Friday.
  const weekend: Blackout = { kind: "weekly", days: [6, 7], from: "00:00", until: "00:00" };
  assert.equal(deadline("2026-05-30", 7, [weekend]), "2026-06-08T00:00:00");
  const school: Blackout = { kind: "weekly", days: [1, 2, 3, 4, 5], from: "08:00", until: "15:00" };
  assert.equal(deadline("2026-05-29", 7, [school]), "2026-06-05T15:00:00");
  assert.equal(deadline("2026-05-29", 7, [school], "15:00:00"), "2026-06-05T15:00:00");
  assert.equal(deadline("2026-05-29", 7, [school], "07:59:59"), "2026-06-05T07:59:59");
  const nights: Blackout = { kind: "weekly", days: [5], from: "22:00", until: "06:00" };
  assert.equal(deadline("2026-05-29", 7, [nights], "23:00"), "2026-06-06T06:00:00");
  assert.equal(deadline("2026-05-30", 7, [nights], "05:00"), "2026-06-06T06:00:00");
  assert.equal(deadline("2026-05-29", 7, [nights], "05:00"), "2026-06-05T05:00:00");
});

Deno.test("windows follow each other, and windows without a gap leave the deadline as computed", () => {
  const both: Blackout[] = [
    { kind: "days", from: "2026-06-05", until: "2026-06-07" },
    { kind: "weekly", days: [1], from: "09:00", until: "12:00" },
  ];
  assert.equal(deadline("2026-05-29", 7, both), "2026-06-08T12:00:00");
  const always: Blackout[] = [{ kind: "weekly", days: [1, 2, 3, 4, 5, 6, 7], from: "00:00", until: "00:00" }];
  assert.equal(nextAllowed({ day: "2026-06-05", time: "09:30:00" }, always), undefined);
  assert.equal(leavesTime(always), false);
  assert.equal(leavesTime(both), true);
  assert.equal(deadline("2026-05-29", 7, always), "2026-06-05T09:30:00");
});

Deno.test("a moved deadline is never earlier, and in no window", () => {
  const time = fc.tuple(fc.nat(23), fc.nat(59)).map(([h, m]) =>
    `${String(h).padStart(2, "0")}:${String(m).padStart(2, "0")}`
  );
  const window: fc.Arbitrary<Blackout> = fc.oneof(
    fc.record({
      kind: fc.constant("weekly" as const),
      days: fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1, maxLength: 4 }),
      from: time,
      until: time,
    }),
    fc.tuple(fc.nat(400), fc.nat(20)).map(([start, length]): Blackout => ({
      kind: "days",
      from: addDays("2026-01-01", start),
      until: addDays("2026-01-01", start + length),
    })),
  );
  fc.assert(fc.property(fc.nat(400), time, fc.array(window, { maxLength: 4 }), (offset, at, windows) => {
    const start = { day: addDays("2026-01-01", offset), time: `${at}:00` };
    const found = nextAllowed(start, windows);
    if (found === undefined) return;
    assert.ok(localText(found) >= localText(start));
    assert.deepEqual(nextAllowed(found, windows), found);
  }));
});

Deno.test("a chain of windows over a weekend ends where the last one does, and the work of many grows with their number alone", async () => {
  const day = (n: number): Blackout => ({ kind: "weekly", days: [n], from: "00:00", until: "00:00" });
  // 2026-06-06 is a Saturday.
  assert.equal(deadline("2026-06-06", 0, [day(1), day(7), day(6)]), "2026-06-09T00:00:00");
  const clock = (n: number) =>
    `${String(Math.floor(n * 14.4 / 60) % 24).padStart(2, "0")}:${
      String(Math.floor(n * 14.4) % 60).padStart(2, "0")
    }:00`;
  const hundred = Array.from({ length: 100 }, (_, n): Blackout => ({
    kind: "weekly",
    days: [1, 2, 3, 4, 5, 6, 7],
    from: clock(99 - n),
    until: clock(100 - n),
  }));
  assert.equal(leavesTime(hundred), false);
  // It is worked out as often as devices are planned.
  const read = ({ length }: { length: number }) => deadline("2026-06-06", 0, hundred.slice(0, length / LARGEST * 100));
  assert.equal(await growth(read, (size) => new Uint8Array(size)), undefined);
});
