import assert from "node:assert/strict";
import { databaseUse } from "../../db/supervised_pool.ts";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { asDict, buildPlist, parsePlist, type PlistDict, str } from "../../src/protocol/plist.ts";
import { openResult } from "../../src/commands/result.ts";
import { type Db, isUnavailable, openDatabase, type Sql, type Tx } from "../../db/open.ts";
import { idOf, made } from "../support/artifacts.ts";
import { withDatabaseCopy } from "../support/database.ts";
import { type Fleet, fleetOn, withFleet } from "../support/fleet.ts";
import { handleConnect } from "../../src/conversation/connect.ts";
import { takeTogether } from "../../src/conversation/messages_together.ts";
import { Problem } from "../../src/errors.ts";
import type { Caller } from "../../src/events/by.ts";
import { parseReport } from "../../src/protocol/report.ts";
import { testRuntime } from "../support/runtime.ts";
import { idle, say } from "../support/talk.ts";

const CALLER: Caller = {
  who: { kind: "device" },
  request: { id: "test", ip: "192.0.2.1", userAgent: "MDM/1.0", method: "PUT", path: "/public/mdm/connect/" },
};

const COMMAND =
  "<dict><key>RequestType</key><string>DeviceInformation</string><key>Queries</key><array><string>DeviceName</string></array></dict>";

/** Devices whose first commands are answered, each with so many custom commands; with the UUIDs, oldest first. */
async function queued(fleet: Fleet, devices: number, commands: number) {
  const all: { device: SimulatedDevice; uuids: string[] }[] = [];
  for (let n = 0; n < devices; n++) {
    const device = await fleet.enrolled();
    await device.connect();
    const path = `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/send_custom_command/`;
    const uuids: string[] = [];
    for (let m = 0; m < commands; m++) uuids.push((await made(fleet, "POST", path, { command: COMMAND })).uuid);
    all.push({ device, uuids });
  }
  return all;
}

const answer = ({ udid }: SimulatedDevice, uuid: string | null, more: PlistDict = {}) =>
  buildPlist({
    UDID: udid,
    CommandUUID: uuid ?? "",
    Status: "Acknowledged",
    QueryResponses: { DeviceName: udid },
    ...more,
  });

/** The states of finished custom commands by UUID. */
async function finished({ runtime: { sql } }: Fleet): Promise<Map<string, string>> {
  const rows = await sql<{ uuid: string; state: string }[]>`
    select uuid, state from command_history where name = 'CustomCommand'`;
  return new Map(rows.map(({ uuid, state }) => [uuid, state]));
}

/** Begins the conversation of each and returns the first offers. */
const begun = (fleet: Fleet, all: readonly { device: SimulatedDevice }[]) =>
  Promise.all(all.map(({ device }) => say(fleet, device, idle(device))));

Deno.test("answers that arrive together each get their own next command, with fewer statements than one by one", () =>
  withFleet(async (fleet) => {
    const { sql, keys } = fleet.runtime;
    const all = await queued(fleet, 10, 4);
    const offers = await begun(fleet, all);
    const costs: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      assert.deepEqual(offers.map(({ uuid }) => uuid), all.map(({ uuids }) => uuids[turn]));
      const before = databaseUse(sql).statements;
      const step = async ({ device }: typeof all[number], n: number) => {
        offers[n] = await say(fleet, device, answer(device, offers[n]?.uuid ?? null));
      };
      // The second time one by one.
      if (turn === 1) { for (const [n, one] of all.entries()) await step(one, n); }
      else await Promise.all(all.map(step));
      costs.push(databaseUse(sql).statements - before);
    }
    const [together = 0, alone = 0, again = 0] = costs;
    assert.ok(together < alone && again < alone, costs.join());
    assert.deepEqual(offers.map(({ uuid }) => uuid), all.map(({ uuids }) => uuids[3]));
    const rows = await sql<{ id: number; uuid: string; state: string; result: null; resultSealed: string }[]>`
      select id, uuid, state, result, result_sealed from command_history where name = 'CustomCommand'`;
    assert.equal(rows.length, 30);
    for (const row of rows) {
      assert.equal(row.state, "acknowledged");
      const result = asDict(parsePlist(await openResult(keys, row) ?? new Uint8Array()));
      assert.ok(all.find(({ device }) => device.udid === str(result, "UDID"))?.uuids.includes(row.uuid));
    }
  }));

/**
 * Takes these reports of devices together. Returns the outcomes: a UUID, "nothing", an error's code, or "alone" for one that
 * is left.
 */
async function taken(fleet: Fleet, said: readonly { device: SimulatedDevice; body: Uint8Array<ArrayBuffer> }[]) {
  const settled = new Map<number, Promise<unknown>>();
  const answers = said.map(({ device, body }, n) => {
    const { identity } = device;
    assert.ok(identity);
    const report = parseReport(parsePlist(body), body);
    return {
      by: CALLER,
      sender: identity.certificate,
      report,
      answered: report.commandUuid ?? null,
      settle: (outcome: Promise<unknown>) => void settled.set(n, outcome),
    };
  });
  const left = await takeTogether(fleet.runtime, answers);
  return await Promise.all(answers.map(async (one, n) => {
    if (left.includes(one)) {
      assert.ok(!settled.has(n));
      return "alone";
    }
    try {
      const bytes = await settled.get(n);
      if (bytes === null) return "nothing";
      assert.ok(bytes instanceof Uint8Array);
      return str(asDict(parsePlist(bytes)), "CommandUUID")?.toLowerCase();
    } catch (error) {
      return error instanceof Problem ? error.code : error;
    }
  }));
}

Deno.test("only what gets the next command, or finds nothing left to do, is taken together", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const all = await queued(fleet, 10, 2);
    const offers = await begun(fleet, all);
    const device = (n: number) => all[n]?.device ?? assert.fail();
    const uuid = (n: number) => offers[n]?.uuid ?? null;
    const said = all.map(({ device }, n) => ({ device, body: answer(device, uuid(n)) }));
    // One that is not known; one whose answer says more than it asks; the last one of a queue; content that is made now; a
    // blocked device; a command that has expired; a device in Setup Assistant.
    said[1] = { device: device(1), body: answer(device(1), crypto.randomUUID()) };
    await sql`update commands set name = 'DeviceInformation', arguments = '{}' where uuid = ${uuid(2)}`;
    await sql`delete from commands where uuid = ${all[3]?.uuids[1] ?? null}`;
    await sql`update commands set name = 'DeviceLock', arguments = '{}' where uuid = ${all[4]?.uuids[1] ?? null}`;
    await sql`update devices set blocked_at = now() where serial_number = ${device(5).serialNumber}`;
    await sql`update commands set expires_at = ${new Date(0)} where uuid = ${all[6]?.uuids[1] ?? null}`;
    await sql`
      update enrollments set awaiting_configuration = true where device_id = ${await idOf(
      fleet,
      device(7).serialNumber,
    )}`;
    // The certificate of one in the name of another, and the same answer twice.
    said[8] = { device: device(8), body: answer(device(9), uuid(9)) };
    const outcomes = await taken(fleet, [...said, { device: device(0), body: answer(device(0), uuid(0)) }]);
    assert.deepEqual(outcomes.slice(1, 9), ["alone", "alone", "nothing", ...Array.from({ length: 5 }, () => "alone")]);
    assert.equal(outcomes[9], all[9]?.uuids[1]);
    assert.deepEqual([outcomes[0], outcomes[10]].toSorted(), [all[0]?.uuids[1], "alone"].toSorted());
    assert.deepEqual([...(await finished(fleet)).keys()].toSorted(), [uuid(0), uuid(3), uuid(9)].toSorted());
    const later = async (n: number) => await say(fleet, device(n), said[n]?.body ?? assert.fail());
    assert.equal((await later(1)).uuid, all[1]?.uuids[1]);
    assert.equal((await later(5)).status, 401);
    assert.deepEqual(await later(3), { status: 200, uuid: null, type: null });
  }));

Deno.test("conversations that begin together get their first commands, unless a beginning changes more", () =>
  withFleet(async (fleet) => {
    const { sql, clock } = fleet.runtime;
    const all = await queued(fleet, 5, 2);
    const ids = await Promise.all(all.map(({ device }) => idOf(fleet, device.serialNumber)));
    // A Mac that was locked and connects has been unlocked: its PIN ends.
    await sql`update enrollments set hardware_proven = true where device_id = ${ids[1] ?? 0}`;
    await sql`
      insert into escrowed_secrets (device_id, kind, secret_sealed, created_at)
      values (${ids[1] ?? 0}, 'device_lock_pin', 'e1.test.AAAA.AAAA', ${clock.now()})`;
    await sql`update devices set blocked_at = now() where id = ${ids[2] ?? 0}`;
    await sql`delete from commands where uuid = any(${all[3]?.uuids ?? []}::uuid[])`;
    const outcomes = await taken(fleet, all.map(({ device }) => ({ device, body: idle(device) })));
    assert.deepEqual(outcomes, [all[0]?.uuids[0], "alone", "alone", "alone", all[4]?.uuids[0]]);

    // What is postponed in this conversation is not offered again in it, however long it takes.
    const [device, [first = "", second = ""]] = [all[0]?.device ?? assert.fail(), all[0]?.uuids ?? []];
    const notNow = buildPlist({ UDID: device.udid, CommandUUID: first, Status: "NotNow" });
    assert.equal((await say(fleet, device, notNow)).uuid, second);
    clock.advance(600);
    assert.equal((await say(fleet, device, answer(device, second))).uuid, null);
    assert.equal((await say(fleet, device, idle(device))).uuid, first);
  }));

Deno.test("errors and long reports are taken together as others are", () =>
  withFleet(async (fleet) => {
    const all = await queued(fleet, 3, 2);
    const offers = await begun(fleet, all);
    const chain = [{ ErrorCode: 12021, ErrorDomain: "MCMDMErrorDomain", LocalizedDescription: "No “such” \\ 'thing'" }];
    const more = [{ Status: "Error", ErrorChain: chain }, { Status: "CommandFormatError" }, {
      Extra: "x".repeat(20_000),
    }];
    const said = all.map(({ device }, n) => ({ device, body: answer(device, offers[n]?.uuid ?? null, more[n]) }));
    assert.deepEqual(await taken(fleet, said), all.map(({ uuids }) => uuids[1]));
    const rows = await fleet.runtime.sql<{ uuid: string; state: string; errorChain: unknown }[]>`
      select uuid, state, error_chain from command_history where name = 'CustomCommand'`;
    const of = (n: number) => {
      const { state, errorChain } = rows.find(({ uuid }) => uuid === offers[n]?.uuid) ?? assert.fail();
      return [state, errorChain];
    };
    assert.deepEqual([of(0), of(1), of(2)], [["error", chain], ["formatError", null], ["acknowledged", null]]);
  }));

/** Locks the channel of a device until the transaction ends. */
const lockChannelOf = (tx: Db, device: SimulatedDevice | undefined) =>
  tx`
    select 1 from channels c join enrollments e on e.id = c.enrollment_id join devices d on d.id = e.device_id
    where d.serial_number = ${device?.serialNumber ?? ""} for update of c`;

Deno.test("an answer whose channel is locked holds up no other", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const all = await queued(fleet, 5, 2);
    const offers = await begun(fleet, all);
    let slow: Promise<unknown> | undefined;
    await sql.begin(async (tx) => {
      await lockChannelOf(tx, all[1]?.device);
      const said = all.map(({ device }, n) => say(fleet, device, answer(device, offers[n]?.uuid ?? null)));
      slow = said[1]?.then((offer) => assert.equal(offer.uuid, all[1]?.uuids[1]));
      const others = await Promise.all(said.filter((_, n) => n !== 1));
      assert.deepEqual(others.map(({ uuid }) => uuid), [0, 2, 3, 4].map((n) => all[n]?.uuids[1]));
    });
    await slow;
  }));

Deno.test("an answer that cannot be stored fails alone, and a command that ended meanwhile is not sent", () =>
  withDatabaseCopy(async (sql, url) => {
    const fleet = await fleetOn(sql, url);
    const all = await queued(fleet, 6, 2);
    const offers = await begun(fleet, all);
    const rejected = all[2]?.uuids[0] ?? "";
    const ended = all[4]?.uuids[1] ?? "";
    await sql.unsafe(`
      create function refuse() returns trigger language plpgsql as $$ begin raise 'no room for it'; end $$;
      create trigger refuse before insert on command_history for each row when (new.uuid = '${rejected}') execute function refuse();
      create function skip() returns trigger language plpgsql as $$ begin return null; end $$;
      create trigger skip before update on commands for each row when (new.uuid = '${ended}') execute function skip()`);
    const bodies = all.map(({ device }, n) => ({ device, body: answer(device, offers[n]?.uuid ?? null) }));
    assert.deepEqual(await taken(fleet, bodies.slice(4, 6)), ["unavailable", all[5]?.uuids[1]]);
    assert.deepEqual([...(await finished(fleet)).keys()].toSorted(), [4, 5].map((n) => all[n]?.uuids[0]).toSorted());
    await assert.rejects(taken(fleet, bodies), /no room for it/);
    assert.equal((await finished(fleet)).size, 2, "nothing of any was done");
    // Through the queue each has what is its own.
    const said = await Promise.all(bodies.slice(0, 4).map(({ device, body }) => say(fleet, device, body)));
    assert.deepEqual(said.map(({ status }) => status), [200, 200, 500, 200]);
    assert.deepEqual([0, 1, 3].map((n) => said[n]?.uuid), [0, 1, 3].map((n) => all[n]?.uuids[1]));
    const states = await finished(fleet);
    assert.ok(!states.has(rejected));
    assert.equal(states.get(all[4]?.uuids[0] ?? ""), "acknowledged");
    await sql.unsafe("drop trigger refuse on command_history; drop trigger skip on commands");
    const [third, fifth] = [all[2]?.device, all[4]?.device];
    assert.ok(third && fifth);
    assert.equal((await say(fleet, third, answer(third, rejected))).uuid, all[2]?.uuids[1], "sent again, it is stored");
    assert.equal((await say(fleet, fifth, idle(fifth))).uuid, ended);
  }));

/** The answers of devices to their first commands. */
const answersTo = (all: readonly { device: SimulatedDevice }[], offers: readonly { uuid: string | null }[]) =>
  all.map(({ device }, n) => ({ device, body: answer(device, offers[n]?.uuid ?? null) }));

/** Does `work`, with `reached` done before the first transaction begins, or before its commit. */
async function pausing<Result>(
  { runtime }: Fleet,
  before: "begin" | "commit",
  reached: () => Promise<void>,
  work: () => Promise<Result>,
): Promise<Result> {
  const { sql } = runtime;
  const begin = async (option: string, body: (tx: Tx) => Promise<unknown>) => {
    runtime.sql = sql;
    if (before === "begin") await reached();
    return await sql.begin(option, async (tx) => {
      const last = await body(tx);
      if (before === "commit") await reached();
      return last;
    });
  };
  runtime.sql = new Proxy(sql, { get: (of, key) => key === "begin" ? begin : Reflect.get(of, key) });
  try {
    return await work();
  } finally {
    runtime.sql = sql;
  }
}

/** Ends the session of a transaction that is open. */
const endSession = (sql: Sql) =>
  sql`
    select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and application_name = 'the server' and state = 'idle in transaction'`;

Deno.test("what ends or expires before the transaction begins is not served in it", () =>
  withFleet(async (fleet) => {
    const { sql, clock } = fleet.runtime;
    const all = await queued(fleet, 6, 2);
    const offers = await begun(fleet, all);
    const ids = await Promise.all(all.map(({ device }) => idOf(fleet, device.serialNumber)));
    const soon = new Date(clock.now().getTime() + 10_000);
    await sql`update commands set expires_at = ${soon} where uuid = ${all[4]?.uuids[1] ?? ""}`;
    const meanwhile = async () => {
      await sql`
        update enrollment_identities set retired_at = now()
        where enrollment_id = (select enrollment_id from devices where id = ${ids[0] ?? 0})`;
      assert.equal((await fleet.api("DELETE", `/api/mdm/devices/${ids[1]}/`)).status, 204);
      await made(fleet, "POST", `/api/mdm/devices/${ids[2]}/block/`);
      await all[3]?.device.checkOut();
      clock.advance(20);
    };
    const outcomes = await pausing(fleet, "begin", meanwhile, () => taken(fleet, answersTo(all, offers)));
    assert.deepEqual(outcomes, ["alone", "alone", "alone", "alone", "alone", all[5]?.uuids[1]]);
  }));

/** Waits until so many sessions wait for a lock. */
async function waiting(sql: Sql, sessions: number): Promise<void> {
  for (let n = 0; n < 2000; n++) {
    const rows = await sql`
      select distinct l.pid from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where not l.granted and a.datname = current_database()`;
    if (rows.length === sessions) return;
  }
  assert.fail(`there are not ${sessions} sessions that wait`);
}

Deno.test("what an operator does during the transaction comes after it, and a command that goes meanwhile is not sent", () =>
  withDatabaseCopy(async (sql, url) => {
    const fleet = await fleetOn(sql, url);
    const all = await queued(fleet, 6, 3);
    const offers = await begun(fleet, all);
    const ids = await Promise.all(all.map(({ device }) => idOf(fleet, device.serialNumber)));
    const uuid = (n: number, m: number) => all[n]?.uuids[m] ?? assert.fail();
    const path = (n: number) => `/api/mdm/devices/${ids[n]}`;
    let after: Promise<unknown[]> | undefined;
    const meanwhile = async () => {
      // Ended by what locks the command alone: the next one, and the one that is answered.
      await sql`delete from commands where uuid = any(${[uuid(0, 1), uuid(1, 0)]}::uuid[])`;
      after = Promise.all([
        fleet.api("DELETE", `/api/mdm/devices/commands/${uuid(2, 1)}/`).then(({ status }) => status),
        fleet.api("POST", `${path(3)}/block/`).then(({ status }) => status),
        fleet.api("DELETE", `${path(4)}/`).then(({ status }) => status),
      ]);
      await waiting(sql, 3);
    };
    const outcomes = await pausing(fleet, "commit", meanwhile, () => taken(fleet, answersTo(all, offers)));
    assert.deepEqual(outcomes, ["unavailable", ...[1, 2, 3, 4, 5].map((n) => uuid(n, 1))]);
    // Cancelled too late, blocked and deleted.
    assert.deepEqual(await after, [400, 200, 204]);
    assert.deepEqual([...(await finished(fleet)).keys()].toSorted(), [0, 2, 3, 4, 5].map((n) => uuid(n, 0)).toSorted());
    const again = await Promise.all(all.map(({ device }, n) => say(fleet, device, answer(device, uuid(n, 1)))));
    assert.deepEqual(
      again.map((offer) => [offer.status, offer.uuid]),
      [[200, uuid(0, 2)], [200, uuid(1, 2)], [200, uuid(2, 2)], [401, null], [400, null], [200, uuid(5, 2)]],
    );
  }));

Deno.test("the fault of one answer is not that of the others, and what is committed is not handled again", () =>
  withFleet(async (fleet) => {
    const { sql, routine } = fleet.runtime;
    const all = await queued(fleet, 3, 3);
    const offers = await begun(fleet, all);
    // The next command was sealed with a key that is gone.
    await sql`update commands set secrets_sealed = 'e1.gone.AAAA.AAAA' where uuid = ${all[0]?.uuids[1] ?? ""}`;
    const record = routine.record.bind(routine);
    routine.record = (by, event) => {
      if (event.payload?.udid === all[1]?.device.udid) throw new Error("no room for it");
      record(by, event);
    };
    const outcomes = await taken(fleet, answersTo(all, offers));
    routine.record = record;
    const [left, failed, next] = outcomes;
    assert.deepEqual([left, next], ["alone", all[2]?.uuids[1]]);
    assert.match(String(failed), /no room for it/);
    assert.deepEqual([...(await finished(fleet)).keys()].toSorted(), [offers[1]?.uuid, offers[2]?.uuid].toSorted());

    // At the end of their queues: one whose plan cannot be read.
    const [first, ...others] = all.map(({ uuids }) => uuids[2] ?? "");
    await sql`delete from commands where not uuid = any(${[first ?? "", ...others]}::uuid[])`;
    await sql`
      delete from channel_plans where channel_id = (select channel_id from commands where uuid = ${first ?? ""})`;
    const ends = await taken(fleet, all.map(({ device, uuids }) => ({ device, body: answer(device, uuids[2] ?? "") })));
    assert.deepEqual(ends, ["alone", "nothing", "nothing"]);
  }));

Deno.test("when its session ends before the commit nothing was done, and an answer that is sent again ends nothing twice", () =>
  withDatabaseCopy(async (outside, url) => {
    const sql = openDatabase(url, { max: 4, name: "the server" });
    const fleet = await fleetOn(sql, url);
    const all = await queued(fleet, 3, 2);
    const said = answersTo(all, await begun(fleet, all));
    const meanwhile = async () => {
      assert.equal((await endSession(outside)).count, 1);
    };
    await assert.rejects(pausing(fleet, "commit", meanwhile, () => taken(fleet, said)), isUnavailable);
    assert.equal((await finished(fleet)).size, 0);
    const again = () => Promise.all(said.map(({ device, body }) => say(fleet, device, body)));
    assert.deepEqual((await again()).map(({ uuid }) => uuid), all.map(({ uuids }) => uuids[1]));
    assert.equal((await finished(fleet)).size, 3);
    assert.deepEqual((await again()).map(({ status, uuid }) => [status, uuid]), all.map(() => [200, null]));
    assert.equal((await finished(fleet)).size, 3);
    await sql.end();
  }));

Deno.test("the queue goes on when a transaction fails and even its line cannot be written", () =>
  withDatabaseCopy(async (sql, url) => {
    const fleet = await fleetOn(sql, url);
    const all = await queued(fleet, 2, 2);
    const said = answersTo(all, await begun(fleet, all));
    await sql.unsafe(`
      create function refuse() returns trigger language plpgsql as $$ begin raise 'no room for it'; end $$;
      create trigger refuse before insert on command_history for each row execute function refuse()`);
    const log = { ...fleet.runtime.log, warn: () => assert.fail("no room for the line") };
    const runtime = { ...fleet.runtime, log };
    const take = ({ device, body }: typeof said[number]) => {
      assert.ok(device.identity);
      return handleConnect(runtime, CALLER, device.identity.certificate, parseReport(parsePlist(body), body));
    };
    for (const failed of await Promise.allSettled(said.map(take))) {
      assert.ok(failed.status === "rejected");
      assert.match(String(failed.reason), /no room for/);
    }
    await sql.unsafe("drop trigger refuse on command_history");
    const next = (await Promise.all(said.map(take))).map((bytes) =>
      str(asDict(parsePlist(bytes ?? new Uint8Array())), "CommandUUID")?.toLowerCase()
    );
    assert.deepEqual(next, all.map(({ uuids }) => uuids[1]));
  }));

/** An empty status report. */
const statusOf = ({ udid }: SimulatedDevice) =>
  buildPlist({
    MessageType: "DeclarativeManagement",
    UDID: udid,
    Endpoint: "status",
    Data: new TextEncoder().encode('{"StatusItems":{},"Errors":[]}'),
  });

Deno.test("a device that sends many messages at once keeps no connection from others", () =>
  withDatabaseCopy(async (outside, url) => {
    const sql = openDatabase(url, { max: 3, wait: 1 });
    const fleet = await fleetOn(sql, url);
    const all = await queued(fleet, 3, 2);
    const offers = await begun(fleet, all);
    const [flooder, ...others] = answersTo(all, offers);
    assert.ok(flooder);
    let flood: Promise<{ status: number }>[] = [];
    await outside.begin(async (tx) => {
      await lockChannelOf(tx, flooder.device);
      flood = Array.from(
        { length: 8 },
        (_, n) =>
          n % 2 === 0
            ? say(fleet, flooder.device, flooder.body)
            : say(fleet, flooder.device, statusOf(flooder.device), "checkin"),
      );
      const said = await Promise.all(others.map(({ device, body }) => say(fleet, device, body)));
      assert.deepEqual(said.map(({ uuid }) => uuid), [all[1]?.uuids[1], all[2]?.uuids[1]]);
    });
    assert.deepEqual((await Promise.all(flood)).map(({ status }) => status), flood.map(() => 200));
    await sql.end();
  }));

Deno.test("answers that get no connection in time fail, and wait for none again", () =>
  withDatabaseCopy(async (outside, url) => {
    const all = await queued(await fleetOn(outside, url), 4, 2);
    const sql = openDatabase(url, { max: 1, wait: 0.05 });
    let begins = 0;
    const begin = (...given: Parameters<typeof sql.begin>) => {
      begins++;
      return sql.begin(...given);
    };
    const counting = new Proxy(sql, { get: (of, key) => key === "begin" ? begin : Reflect.get(of, key) });
    const runtime = { ...await testRuntime(outside, url), sql: counting };
    await sql.begin(async () => {
      const outcomes = await Promise.allSettled(all.map(({ device, uuids }) => {
        const body = answer(device, uuids[0] ?? null);
        const { identity } = device;
        assert.ok(identity);
        return handleConnect(runtime, CALLER, identity.certificate, parseReport(parsePlist(body), body));
      }));
      assert.ok(outcomes.every((one) => one.status === "rejected" && isUnavailable(one.reason)));
    });
    assert.equal(begins, 1);
    await sql.end();
  }));
