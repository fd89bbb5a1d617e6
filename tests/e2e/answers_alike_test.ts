import assert from "node:assert/strict";
import fc from "fast-check";
import { channelOf, enrollmentOf, lockContact } from "../../db/enrollment/identities.ts";
import type { ChannelId } from "../../db/ids.ts";
import { expireCommands } from "../../db/work/commands.ts";
import { findTurn, findTurns } from "../../db/work/plan_facts.ts";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { nextWithoutPlan, takeAlone } from "../../src/conversation/answer.ts";
import { handleConnect } from "../../src/conversation/connect.ts";
import { takeTogether } from "../../src/conversation/messages_together.ts";
import type { Caller } from "../../src/events/by.ts";
import type { Certificate } from "../../src/pki/certificate.ts";
import { loadFacts } from "../../src/planner/load.ts";
import { plan } from "../../src/planner/plan.ts";
import { nextOfQueue } from "../../src/planner/schedulers/queued_commands.ts";
import { asDict, buildPlist, parsePlist, str } from "../../src/protocol/plist.ts";
import { parseReport, type Report, type ReportStatus } from "../../src/protocol/report.ts";
import { rest } from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { channelOf as channelOfDevice } from "../support/hosted.ts";

const CALLER: Caller = {
  who: { kind: "device" },
  request: { id: "test", ip: "192.0.2.1", userAgent: "MDM/1.0", method: "PUT", path: "/public/mdm/connect/" },
};

/** Arguments that are not read with the head of a queue. Text that is the same all over would be stored in few bytes. */
const LONG = crypto.getRandomValues(new Uint8Array(6000)).toHex();
const minutes = fc.option(fc.integer({ min: -3, max: 3 }), { freq: 2 });

const weighted = <Value>(...weights: [number, Value][]): fc.Arbitrary<Value> =>
  fc.oneof(...weights.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

/** A command of a queue. Times are in minutes from now. */
const command = fc.record({
  name: weighted([8, "RestartDevice"], [2, "DeviceInformation"], [1, "DeviceLock"], [1, "SetupFileVault"]),
  args: weighted([10, {}], [1, { pad: LONG }], [1, { artifact_version: "00000001-0000-4000-8000-000000000001" }]),
  state: weighted([4, "queued"], [1, "sent"], [2, "notNow"]),
  notBefore: minutes,
  expires: weighted([10, null], [10, 60], [1, -1]),
  sentAt: minutes,
  notNowAt: minutes,
  notNowCount: fc.integer({ min: 0, max: 3 }),
  orderGroup: weighted<string | null>([2, null], [1, "one"], [1, "two"]),
});

/** A queue, the place of the command that is answered (none, for one that is not in it), and what else counts. */
const situation = fc.record({
  queue: fc.array(command, { maxLength: 7 }),
  answered: fc.oneof(fc.nat(2), fc.nat(7)),
  status: weighted<ReportStatus>([4, "Acknowledged"], [1, "Error"], [1, "NotNow"], [2, "Idle"]),
  begun: minutes,
  waits: weighted([8, false], [1, true]),
  /** Whether it follows what was desired before, or has a list of declarations of before. */
  follows: weighted<"now" | "before" | "list of before">([6, "now"], [1, "before"], [1, "list of before"]),
  /** What any message of the device meets, beside its queue. */
  meets: weighted<"nothing" | "block" | "lock PIN" | "inventory">([9, "nothing"], [1, "block"], [1, "lock PIN"], [
    1,
    "inventory",
  ]),
});
type Situation = typeof situation extends fc.Arbitrary<infer Value> ? Value : never;

/** Also the last command of a queue. */
const anyEnd = fc.oneof(situation, situation.map((one) => ({ ...one, queue: one.queue.slice(0, 1), answered: 0 })));

/** A conversation ends an expired command before it plans, so that the next one of its order group is sent first. */
const EXPIRED: Situation = {
  queue: ([[-1, "one"], [null, "one"], [null, null]] as const).map(([expires, orderGroup]) => ({
    ...{
      name: "RestartDevice",
      args: {},
      state: "queued",
      notBefore: null,
      sentAt: null,
      notNowAt: null,
      notNowCount: 0,
    },
    ...{ expires, orderGroup },
  })),
  ...{ answered: 7, status: "Acknowledged", begun: null, waits: false, follows: "now", meets: "nothing" },
};

/** Puts a device into a situation. Returns the UUIDs of its commands. */
async function arrange(
  { runtime: { sql, clock } }: Fleet,
  { channelId, digest }: { channelId: ChannelId; digest: string },
  { queue, begun, waits, follows, meets }: Situation,
): Promise<string[]> {
  const now = clock.now();
  const at = (offset: number | null) => offset === null ? null : new Date(now.getTime() + offset * 60_000);
  const rows = queue.map((one) => ({
    uuid: crypto.randomUUID(),
    channel_id: channelId,
    name: one.name,
    arguments: one.args,
    state: one.state,
    not_before: at(one.notBefore),
    expires_at: at(one.expires),
    sent_at: at(one.sentAt),
    sent_count: one.state === "queued" ? 0 : 1,
    not_now_at: at(one.notNowAt),
    not_now_count: one.notNowCount,
    order_group: one.orderGroup,
    created_at: now,
    updated_at: now,
  }));
  await sql.begin(async (tx) => {
    await tx`delete from command_history`;
    await tx`delete from commands where channel_id = ${channelId}`;
    for (const row of rows) await tx`insert into commands ${tx(row)}`;
    await tx`update channels set session_started_at = ${at(begun)}, next_action_at = ${now} where id = ${channelId}`;
    await tx`
      update channel_plans set desired_digest = ${follows === "before" ? "x" : digest},
        prepared_token = ${follows === "list of before" ? "x" : null} where channel_id = ${channelId}`;
    const [of] = await tx<{ enrollmentId: number; deviceId: number }[]>`
      update enrollments set awaiting_configuration = ${waits}, hardware_proven = true,
        security_info_at = ${meets === "inventory" ? new Date(0) : now}, inventory_asked = '{}'
      where id = (select enrollment_id from channels where id = ${channelId}) returning id as enrollment_id, device_id`;
    assert.ok(of);
    await tx`update devices set blocked_at = ${meets === "block" ? now : null} where id = ${of.deviceId}`;
    await tx`delete from escrowed_secrets where device_id = ${of.deviceId} and kind = 'device_lock_pin'`;
    if (meets === "lock PIN") {
      await tx`
        insert into escrowed_secrets (device_id, kind, secret_sealed, created_at)
        values (${of.deviceId}, 'device_lock_pin', 'e1.test.AAAA.AAAA', ${now})`;
    }
  });
  return rows.map(({ uuid }) => uuid);
}

function reportOf({ udid }: SimulatedDevice, status: string, uuid: string | undefined, userId?: string) {
  const answered = status === "Idle" ? {} : { CommandUUID: uuid ?? crypto.randomUUID() };
  const user = userId === undefined ? {} : { UserID: userId };
  const body = buildPlist({ UDID: udid, ...user, Status: status, ...answered });
  return parseReport(parsePlist(body), body);
}

async function resting(fleet: Fleet) {
  const device = await fleet.enrolled();
  await rest(device);
  assert.ok(device.identity);
  const channelId = await channelOfDevice(fleet.runtime, device);
  return { device, sender: device.identity.certificate, channelId, digest: await digestOf(fleet, channelId) };
}

/** What a channel follows. */
async function digestOf({ runtime: { sql } }: Fleet, channelId: ChannelId): Promise<string> {
  const [row] = await sql<{ digest: string }[]>`
    select desired_digest as digest from channel_plans where channel_id = ${channelId}`;
  return row?.digest ?? assert.fail();
}

/** A user of such a device. */
async function restingUser(fleet: Fleet) {
  const of = await resting(fleet);
  const userId = crypto.randomUUID().toUpperCase();
  await of.device.addUser({ userId, shortName: "jun", longName: "Jun" });
  await rest(of.device, userId);
  const [channel] = await fleet.runtime.sql<{ id: ChannelId }[]>`select id from channels where user_key = ${userId}`;
  assert.ok(channel);
  return { ...of, userId, channelId: channel.id, digest: await digestOf(fleet, channel.id) };
}

Deno.test("the head of a queue gives the next command of the whole plan, or none where that needs a plan", () =>
  withFleet(async (fleet) => {
    const { sql, clock } = fleet.runtime;
    const { device, sender, channelId, digest } = await resting(fleet);
    let found = 0;
    await fc.assert(
      fc.asyncProperty(situation, async (given) => {
        const uuids = await arrange(fleet, { channelId, digest }, given);
        const uuid = uuids[given.answered] ?? crypto.randomUUID();
        const { fingerprint } = sender;
        const [turn, turns] = await Promise.all([
          findTurn(sql, {
            enrollmentId: enrollmentOf(sql, fingerprint),
            channelId: channelOf(sql, fingerprint, ""),
            channel: "Device",
          }, uuid),
          findTurns(sql, [{ fingerprint, deviceKey: device.udid, userKey: "", answered: uuid }]),
        ]);
        assert.ok(turn);
        const several = turns.get(0);
        assert.deepEqual(several?.firstExpiresAt, turn.firstExpiresAt);
        assert.deepEqual(
          several?.queue.map((one) => ({ ...one, place: undefined })),
          turn.queue.map((one) => ({ ...one, place: undefined })),
        );
        const now = clock.now();
        const contact = await lockContact(sql, fingerprint, device.udid, "");
        assert.ok(contact);
        const { sessionStartedAt } = contact;
        const head = nextWithoutPlan(
          { contact, turn },
          turn.queue.filter((one) => one.uuid !== uuid),
          reportOf(device, given.status, uuid),
          now,
        );
        // What a conversation does before it plans.
        await sql`delete from commands where uuid = ${uuid}`;
        await expireCommands(sql, channelId, now);
        const facts = await loadFacts(sql, fleet.runtime, channelId, { status: given.status });
        if (head !== undefined) {
          found++;
          assert.deepEqual(plan(facts, now).next, { kind: "queued", commandId: head.id });
          return;
        }
        if (given.waits || given.meets === "lock PIN" && given.status === "Idle") return;
        if (given.queue.some(({ expires }) => expires !== null && expires <= 0)) return;
        const whole = nextOfQueue(facts.queue, { status: given.status, conversationStartedAt: sessionStartedAt }, now);
        // What is not found is not at the head, or its arguments are long.
        assert.ok(whole === undefined || uuids.indexOf(whole.uuid) > 2 || whole.arguments === null);
      }),
      { numRuns: 150, examples: [[EXPIRED]] },
    );
    assert.ok(found > 20, `only ${found} commands were found`);
  }));

/**
 * How a device ends: its next command's place or the outcome, its commands, its lock PIN, and when its channel is to be
 * planned and pushed; at the end of a conversation also what it follows.
 */
async function endOf({ runtime: { sql } }: Fleet, channelId: ChannelId, uuids: string[], outcome: unknown) {
  const rows = await sql<{ uuid: string; state: string; sent: number; wait: Date | null }[]>`
    select uuid, state, sent_count as sent, not_before as wait from commands where uuid = any(${uuids}::uuid[])
    union all select uuid, state, sent_count, not_before from command_history where uuid = any(${uuids}::uuid[])`;
  const states = uuids.map((uuid) => {
    const { uuid: _, ...row } = rows.find((one) => one.uuid === uuid) ?? assert.fail();
    return row;
  });
  const channel = await sql`
    select next_action_at, session_started_at, push_due_at from channels where id = ${channelId}`;
  const plan = await sql`select desired_digest, prepared_token from channel_plans where channel_id = ${channelId}`;
  const pins = await sql`
    select s.ended_at from escrowed_secrets s join enrollments e on e.device_id = s.device_id
      join channels c on c.enrollment_id = e.id where c.id = ${channelId} and s.kind = 'device_lock_pin'`;
  const rest = { states, channel: [...channel], pins: [...pins] };
  if (!(outcome instanceof Uint8Array)) return { outcome, ...rest, plan: [...plan] };
  const next = str(asDict(parsePlist(outcome)), "CommandUUID")?.toLowerCase() ?? "";
  return { outcome: uuids.indexOf(next), ...rest };
}

Deno.test("messages taken together end as each does alone", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const twins: (Awaited<ReturnType<typeof resting>> & { userId?: string })[][] = [];
    for (const one of [resting, resting, resting, restingUser]) twins.push(await Promise.all([one(fleet), one(fleet)]));
    const byItself = (sender: Certificate, report: Report): Promise<unknown> =>
      report.status === "Idle"
        ? handleConnect(runtime, CALLER, sender, report).catch((error) => String(error))
        : takeAlone(runtime, CALLER, sender, report);
    const together = { begin: 0, next: 0, nothing: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(anyEnd, { minLength: 4, maxLength: 4 }), async (given) => {
        const messages: Parameters<typeof takeTogether>[1][number][] = [];
        const ends: Promise<unknown>[] = [];
        const byThemselves: (() => Promise<unknown>)[] = [];
        const arranged: { channelId: ChannelId; uuids: string[] }[][] = [];
        for (const [n, pair] of twins.entries()) {
          const one = given[n] ?? assert.fail();
          // A NotNow is never taken together.
          const status = one.status === "NotNow" ? "CommandFormatError" : one.status;
          const [both, of]: [typeof arranged[number], ReturnType<typeof reportOf>[]] = [[], []];
          for (const { device, channelId, digest, userId } of pair) {
            const uuids = await arrange(fleet, { channelId, digest }, one);
            both.push({ channelId, uuids });
            of.push(reportOf(device, status, uuids[one.answered], userId));
          }
          arranged.push(both);
          const [[first, second], [ours, alone]] = [pair, of];
          assert.ok(first && second && ours && alone);
          messages.push({
            by: CALLER,
            sender: first.sender,
            report: ours,
            answered: status === "Idle" ? null : ours.commandUuid ?? null,
            settle: (end) => void (ends[n] = end),
          });
          byThemselves.push(() => byItself(second.sender, alone));
        }
        // One after the other: nothing is there to be taken together with.
        for (const [n, take] of byThemselves.entries()) await (ends[n + 4] = take());
        const left = await takeTogether(runtime, messages);
        for (const [n, message] of messages.entries()) {
          const { sender, report, answered } = message;
          if (left.includes(message)) {
            assert.equal(ends[n], undefined);
            await (ends[n] = byItself(sender, report));
          } else if (answered === null) together.begin++;
          else if (await ends[n] === null) together.nothing++;
          else together.next++;
        }
        for (const [n, both] of arranged.entries()) {
          const [ours, alone] = await Promise.all(
            both.map(async ({ channelId, uuids }, m) => endOf(fleet, channelId, uuids, await ends[n + 4 * m])),
          );
          assert.deepEqual(ours, alone);
        }
      }),
      { numRuns: 40 },
    );
    assert.ok(Object.values(together).every((count) => count > 2), JSON.stringify(together));
  }));
