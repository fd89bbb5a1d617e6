import assert from "node:assert/strict";
import fc from "fast-check";
import type { QueuedCommand } from "../../../src/planner/facts.ts";
import { plan } from "../../../src/planner/plan.ts";
import { nextOfQueue } from "../../../src/planner/schedulers/queued_commands.ts";
import { contents, factsOf, freshMemory, NOW, worlds } from "./worlds.ts";

const times = fc.option(fc.integer({ min: -3, max: 3 }).map((minutes) => new Date(NOW.getTime() + minutes * 60_000)));

const commands: fc.Arbitrary<QueuedCommand[]> = fc.array(
  fc.record({
    name: fc.constantFrom("DeviceLock", "InstallProfile", "RemoveProfile", "DeviceInformation"),
    artifactVersion: fc.constantFrom(null, null, null, "00000001-0000-4000-8000-000000000001"),
    state: fc.constantFrom("queued" as const, "sent" as const, "notNow" as const),
    notBefore: times,
    expiresAt: times,
    sentAt: times,
    sentCount: fc.integer({ min: 0, max: 3 }),
    notNowAt: times,
    createdAt: fc.constant(new Date(NOW.getTime() - 3_600_000)),
    orderGroup: fc.constantFrom(null, null, "one", "two"),
  }),
  { maxLength: 4 },
).map((rows) =>
  rows.map((row, index) => ({
    ...row,
    id: index + 1,
    uuid: `00000000-0000-4000-8000-00000000000${index}`,
  }))
);

Deno.test("of an order group only the oldest command is sent, whatever its state, and nothing else waits for it", () => {
  const command = (id: number, more: Partial<QueuedCommand> = {}): QueuedCommand => ({
    id,
    uuid: `00000000-0000-4000-8000-00000000000${id}`,
    name: "RestartDevice",
    artifactVersion: null,
    state: "queued",
    notBefore: null,
    expiresAt: null,
    sentAt: null,
    sentCount: 0,
    notNowAt: null,
    createdAt: NOW,
    ...more,
  });
  const later = new Date(NOW.getTime() + 60_000);
  const talk = { status: "Idle" as const, conversationStartedAt: null };
  const next = (...queue: QueuedCommand[]) => nextOfQueue(queue, talk, NOW)?.id;
  const of = (orderGroup: string) => ({ orderGroup });
  assert.equal(next(command(1, of("a")), command(2, of("a"))), 1);
  for (const first of [{ notBefore: later }, { state: "sent" as const, sentAt: NOW }, { expiresAt: NOW }]) {
    assert.equal(next(command(1, { ...of("a"), ...first }), command(2, of("a"))), undefined, JSON.stringify(first));
    assert.equal(next(command(1, { ...of("a"), ...first }), command(2, of("b"))), 2);
    assert.equal(next(command(1, { ...of("a"), ...first }), command(2, of("a")), command(3)), 3);
  }
  assert.equal(next(command(2, of("a")), command(3, of("a"))), 2, "the first has ended");
});

Deno.test("the next command of a queue is the one that any plan sends next, and undefined if that needs a plan", () => {
  let found = 0;
  fc.assert(
    fc.property(
      commands,
      contents,
      worlds,
      fc.constantFrom("Idle" as const, "Acknowledged" as const, "NotNow" as const, "Error" as const),
      times,
      (queue, content, world, status, conversationStartedAt) => {
        const next = nextOfQueue(queue, { status, conversationStartedAt }, NOW);
        const facts = { ...factsOf(content, world, freshMemory()), queue, status, conversationStartedAt };
        const planned = plan(facts, NOW).next;
        if (next !== undefined) {
          found++;
          assert.deepEqual(planned, { kind: "queued", commandId: next.id });
        } else if (queue.every(({ artifactVersion }) => artifactVersion === null)) {
          // Then only what was sent before may come from the queue.
          const id = planned?.kind === "queued" ? planned.commandId : undefined;
          assert.ok(id === undefined || queue.find((one) => one.id === id)?.state === "sent");
        }
      },
    ),
    { numRuns: 500 },
  );
  assert.ok(found > 50, `only ${found} commands were found`);
});
