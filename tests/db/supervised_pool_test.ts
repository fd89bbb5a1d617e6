import assert from "node:assert/strict";
import net from "node:net";
import { type Db, isUnavailable, openDatabase, type Sql } from "../../db/open.ts";
import { withDatabaseCopy } from "../support/database.ts";
import postgres from "postgres";
import { DatabaseUnavailable, databaseUse, supervisedPool, TOGETHER } from "../../db/supervised_pool.ts";

/** Two pools on a database: one that is watched, and one that looks on. */
function withPools(
  body: (sql: Sql, admin: Sql, url: string) => Promise<void>,
  options: Parameters<typeof openDatabase>[1] = {},
): Promise<void> {
  return withDatabaseCopy(async (admin, url) => {
    const sql = openDatabase(url, { max: 4, name: "watched", ...options });
    try {
      await admin`create table x (id bigserial primary key, v text not null)`;
      await body(sql, admin, url);
    } finally {
      await sql.end({ timeout: 1 });
    }
  });
}

const values = async (admin: Sql) => (await admin<{ v: string }[]>`select v from x order by id`).map(({ v }) => v);
const outcome = (work: Promise<unknown>): Promise<string> =>
  work.then(() => "done", (error) => isUnavailable(error) ? "unavailable" : String(error));
const kill = (admin: Sql) =>
  admin`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'watched'
    and datname = current_database()`;

Deno.test("statements, lists, fragments and savepoints work as the driver's own", () =>
  withPools(async (sql, admin) => {
    const [row] = await sql<{ someNumbers: number[]; t: Date; j: object }[]>`
      select ${[1, 2]}::int[] as some_numbers, now() as t, '{"a":1}'::jsonb as j where ${sql`1 = ${1}`}`;
    assert.deepEqual([row?.someNumbers, row?.t instanceof Date, row?.j], [[1, 2], true, { a: 1 }]);
    assert.deepEqual(await sql`select ${["a", "b"]}::text[] as t`.then(([one]) => one?.t), ["a", "b"]);
    await sql.begin(async (tx) => {
      await tx`insert into ${tx("x")} ${tx({ v: "kept" })}`;
      await assert.rejects(tx.savepoint(async (inner) => {
        await inner`insert into x (v) values ('dropped')`;
        await inner`select 1 / 0`;
      }));
      await Promise.all([tx`insert into x (v) values ('one')`, tx`insert into x (v) values ('two')`]);
    });
    assert.deepEqual(await values(admin), ["kept", "one", "two"]);
    await assert.rejects(
      sql.begin(async (tx) => {
        await tx`insert into x (v) values ('never')`;
        await tx`select 1 / 0`.catch(() => {});
      }),
      /division by zero/,
      "an error that was caught spoils the transaction all the same",
    );
    assert.equal((await values(admin)).length, 3);
  }));

Deno.test("a transaction of a read and a write takes two round trips: with its begin, and with its commit", () =>
  withPools(async (sql, admin) => {
    const work = (v: string) =>
      sql.begin(TOGETHER, async (tx) => {
        const [row] = await tx<{ n: number }[]>`select count(*)::int as n from x where v <> ${v}`;
        return [tx`insert into x (v) values (${`${v} ${row?.n}`})`];
      });
    await work("first");
    const before = databaseUse(sql).roundTrips;
    await work("second");
    assert.equal(databaseUse(sql).roundTrips - before, 2);
    await sql.begin((tx) => Promise.all([1, 2, 3].map((n) => tx`select ${n}::int as n`)));
    assert.deepEqual(await values(admin), ["first 0", "second 1"]);
  }, { max: 1 }));

Deno.test("statements that are sent together and fail: nothing is committed, and every answer is its own statement's", () =>
  withPools(async (sql, admin) => {
    const select = (tx: Db, value: string | Date) => tx`select ${value}::timestamptz::text as t`;
    const insert = (tx: Db, v: string | Date) => tx`insert into x (v) values (${v as string})`;
    const at = "2026-05-01T00:00:00Z";
    // Prepared, so that they are sent together.
    await sql.begin(async (tx) => [await select(tx, at), insert(tx, "kept")]);
    const never = new Date(Number.NaN);
    for (let time = 0; time < 2; time++) {
      await assert.rejects(
        sql.begin(async (tx) => {
          await insert(tx, "never");
          return [tx`insert into x (v) values (${null})`];
        }),
        /null value/,
      );
    }
    await assert.rejects(
      sql.begin(async (tx) => {
        await insert(tx, "never");
        return [select(tx, never)];
      }),
      /Invalid time value/,
    );
    const answers = await sql.begin((tx) =>
      Promise.all([
        select(tx, at).then(([row]) => row?.t),
        outcome(select(tx, at)),
        tx`select 2 as n`.then(([row]) => row?.n),
      ])
    );
    assert.deepEqual([String(answers[0]).slice(0, 4), ...answers.slice(1)], ["2026", "done", 2]);
    const mixed = await Promise.all([
      sql.begin((tx) =>
        Promise.allSettled([
          tx`select ${1}::int as n`,
          select(tx, never),
          tx`select ${3}::int as n`,
        ]).then((all) => all.map((one) => one.status === "fulfilled" ? one.value[0]?.n : String(one.reason)))
      ).catch((error) => String(error)),
    ]);
    assert.match(String(mixed[0]), /Invalid time value/);
    assert.deepEqual(await values(admin), ["kept"]);
    assert.equal((await sql`select 5 as n`)[0]?.n, 5);
  }, { max: 1 }));

Deno.test("a text that is no time, a statement that was left running, and one behind a savepoint that failed spoil nothing", () =>
  withPools(async (sql, admin) => {
    const times = (value: string) =>
      sql.begin((tx) =>
        Promise.allSettled([
          tx`select ${1}::int as n`,
          tx`select ${value}::timestamptz as at`,
        ]).then((all) => all.map(({ status }) => status))
      );
    assert.deepEqual(await times("2026-01-01T00:00:00Z"), ["fulfilled", "fulfilled"]);
    await assert.rejects(times("garbage"), /invalid input syntax/);
    assert.equal((await sql`select 7 as n`)[0]?.n, 7);
    await assert.rejects(sql.begin(async (tx) => {
      await tx`insert into x (v) values ('never')`;
      tx`select ${new Date(Number.NaN)}::timestamptz`.execute();
    }));
    const late = Promise.withResolvers<void>();
    await sql.begin(async (tx) => {
      let sibling: Promise<string> | undefined;
      await tx.savepoint(async (inner) => {
        sibling = late.promise.then(() => outcome(inner`insert into x (v) values ('late')`));
        await inner`select 1 / 0`;
      }).catch(() => {});
      late.resolve();
      assert.equal(await sibling, "unavailable");
    });
    assert.deepEqual(await values(admin), []);
  }, { max: 1 }));

Deno.test("a statement of a dead transaction runs in no other one, and rolled-back changes stay rolled back", () =>
  withPools(async (sql, admin) => {
    const dead = Promise.withResolvers<void>();
    const late = Promise.withResolvers<string>();
    const one = sql.begin(async (tx) => {
      await tx`insert into x (v) values ('one')`;
      await dead.promise;
      late.resolve(await outcome(tx`insert into x (v) values ('one, late')`));
      await tx`select 1`;
    });
    assert.equal(await outcome(one), "unavailable");
    const two = sql.begin(async (tx) => {
      await tx`insert into x (v) values ('two')`;
      dead.resolve();
      assert.equal(await late.promise, "unavailable");
      await tx`insert into x (v) values ('two, later')`;
      throw new Error("rolled back");
    });
    assert.match(await outcome(two), /rolled back/);
    assert.deepEqual(await values(admin), []);
    assert.equal(await outcome(sql`select 1`), "done");
  }, { max: 1, idleInTransactionTimeout: 0.1 }));

Deno.test("a transaction's handle is invalid once the transaction has ended", () =>
  withPools(async (sql, admin) => {
    let kept: Parameters<Parameters<typeof sql.begin>[1]>[0] | undefined;
    await sql.begin((tx) => Promise.resolve(kept = tx).then(() => {}));
    assert.ok(kept !== undefined);
    await assert.rejects(kept`insert into x (v) values ('late')`, DatabaseUnavailable);
    assert.deepEqual(await values(admin), []);
  }));

Deno.test("backends that end under load end no process: committed data is there, and everything settles", () =>
  withPools(async (sql, admin) => {
    let [committed, refused, stop] = [0, 0, false];
    const worker = async () => {
      while (!stop) {
        const work = sql.begin(async (tx) => {
          await tx`insert into x (v) values ('a')`;
          await tx`insert into x (v) values ('b')`;
        });
        const result = await outcome(work);
        if (result === "done") committed++;
        else {
          assert.equal(result, "unavailable");
          refused++;
        }
        assert.match(await outcome(sql`select 1`), /done|unavailable/);
      }
    };
    const workers = Array.from({ length: 12 }, worker);
    let killed = 0;
    while (killed < 200) killed += (await kill(admin)).length;
    stop = true;
    await Promise.all(workers);
    assert.ok(committed > 0 && refused > 0, `${committed} committed, ${refused} refused`);
    const [{ n, pairs } = { n: 0, pairs: false }] = await admin<{ n: number; pairs: boolean }[]>`
      select count(*)::int as n, count(*) filter (where v = 'a') = count(*) filter (where v = 'b') as pairs from x`;
    assert.equal(pairs, true, "a transaction is whole or not there");
    // A commit whose answer was lost may be there; one whose answer came is.
    assert.ok(n / 2 >= committed && n / 2 <= committed + refused);
    assert.equal(await outcome(sql`select 1`), "done");
  }));

Deno.test("connections that are reset in the middle of a transaction leave a pool that works", () =>
  withPools(async (_sql, admin, url) => {
    const target = new URL(url);
    const through = new Set<net.Socket>();
    const proxy = net.createServer((near) => {
      const far = net.connect(Number(target.port), target.hostname);
      near.pipe(far);
      far.pipe(near);
      through.add(near);
      for (const socket of [near, far]) socket.on("error", () => {});
      near.on("close", () => {
        through.delete(near);
        far.destroy();
      });
      far.on("close", () => near.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const address = proxy.address();
    assert.ok(address !== null && typeof address === "object");
    const proxied = new URL(url);
    proxied.port = String(address.port);
    proxied.hostname = "127.0.0.1";
    const sql = openDatabase(proxied.href, { max: 1 });
    const reset = () => {
      for (const socket of through) socket.resetAndDestroy();
    };
    try {
      for (let time = 0; time < 5; time++) {
        const begun = Promise.withResolvers<void>();
        const work = sql.begin(async (tx) => {
          await tx`insert into x (v) values ('lost')`;
          begun.resolve();
          await tx`select pg_sleep(5)`;
        });
        await begun.promise;
        reset();
        assert.equal(await outcome(work), "unavailable");
        assert.equal(await outcome(sql`select 1`), "done");
      }
      assert.deepEqual(await values(admin), []);
    } finally {
      await sql.end({ timeout: 1 });
      for (const socket of through) socket.destroy();
      await new Promise<void>((resolve) => proxy.close(() => resolve()));
    }
  }));

Deno.test("an ended idle connection is never handed out", () =>
  withPools(async (sql, admin) => {
    await Promise.all([1, 2, 3].map((n) => sql`select ${n}::int, pg_sleep(0.05)`));
    await kill(admin);
    // The pool learns of it by the closed sockets; until then a statement may be refused, and none hangs.
    let done = 0;
    for (let tries = 0; done < 3 && tries < 50; tries++) {
      const result = await outcome(sql`select 1`);
      assert.match(result, /done|unavailable/);
      if (result === "done") done++;
    }
    assert.equal(done, 3);
  }));

Deno.test("the wait for a connection is bounded, and the rest of the work continues", () =>
  withPools(async (sql) => {
    const release = Promise.withResolvers<void>();
    const holding = [1, 2].map(() =>
      sql.begin(async (tx) => {
        await tx`select 1`;
        await release.promise;
      })
    );
    assert.equal(await outcome(sql`select 1`), "unavailable");
    release.resolve();
    await Promise.all(holding);
    assert.equal(await outcome(sql`select 1`), "done");
  }, { max: 2, wait: 0.05 }));

Deno.test("a database that is not there is unavailable, not a hang", () =>
  withPools(async (_sql, _admin, url) => {
    const nowhere = new URL(url);
    nowhere.port = "1";
    const sql = openDatabase(nowhere.href, { max: 2 });
    assert.equal(await outcome(sql`select 1`), "unavailable");
    assert.equal(await outcome(sql.begin((tx) => tx`select 1`.then(() => {}))), "unavailable");
    await sql.end({ timeout: 1 });
  }));

Deno.test("a server that closes connections before they are ready is unavailable, and not connected to without end", () =>
  withPools(async (_sql, _admin, url) => {
    let connections = 0;
    const server = net.createServer((socket) => {
      connections++;
      socket.on("error", () => {});
      socket.resume();
      socket.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    const closing = new URL(url);
    closing.hostname = "127.0.0.1";
    closing.port = String(address.port);
    const sql = openDatabase(closing.href, { max: 1 });
    assert.equal(await outcome(sql`select 1`), "unavailable");
    assert.equal(await outcome(sql.begin((tx) => tx`select 1`.then(() => {}))), "unavailable");
    await sql.end({ timeout: 1 });
    assert.equal(connections, 2);
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }));

Deno.test("statements that run or wait too long are unavailable", () =>
  withPools(async (sql, admin) => {
    assert.equal(await outcome(sql`select pg_sleep(5)`), "unavailable");
    await admin`insert into x (v) values ('row')`;
    await admin.begin(async (tx) => {
      await tx`select 1 from x for update`;
      assert.equal(await outcome(sql`update x set v = 'other'`), "unavailable");
    });
    assert.equal(await outcome(sql`select 1`), "done");
  }, { statementTimeout: 0.2, lockTimeout: 0.05 }));

Deno.test("of two transactions in a deadlock, one succeeds and the other is retried", () =>
  withPools(async (sql) => {
    await sql`insert into x (v) values ('a'), ('b')`;
    const both = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    const cross = (first: string, second: string, mine: 0 | 1) =>
      outcome(sql.begin(async (tx) => {
        await tx`select 1 from x where v = ${first} for update`;
        both[mine].resolve();
        await Promise.all(both.map(({ promise }) => promise));
        await tx`select 1 from x where v = ${second} for update`;
      }));
    assert.deepEqual((await Promise.all([cross("a", "b", 0), cross("b", "a", 1)])).sort(), ["done", "unavailable"]);
  }));

Deno.test("ending the pool waits for running work and accepts no more", () =>
  withDatabaseCopy(async (_admin, url) => {
    const sql = openDatabase(url, { max: 2 });
    const work = sql.begin(async (tx) => {
      await tx`select pg_sleep(0.1)`;
      return "finished";
    });
    await sql`select 1`;
    const ended = sql.end({ timeout: 5 });
    await assert.rejects(sql`select 1`, DatabaseUnavailable);
    assert.equal(await work, "finished");
    await ended;
  }));

Deno.test("a transaction whose begin fails commits nothing of what follows", () =>
  withPools(async (_sql, admin, url) => {
    const maker = postgres(url, { max: 1 });
    const connect = () => postgres(url, { max: 1 });
    // Instead of the begin something that the database refuses, as when it is cancelled.
    const failing = new Proxy(maker, {
      get: (of, key) =>
        key !== "unsafe" ? Reflect.get(of, key) : (text: string) => of.unsafe(text === "begin" ? "select 1 / 0" : text),
    });
    const pool = supervisedPool(failing, connect, { max: 1, waitMs: 1000 });
    try {
      for (const together of [TOGETHER, ""]) {
        await assert.rejects(pool.begin(together, async (tx) => {
          await tx`select 1`;
          await tx`insert into x (v) values ('alone')`;
        }));
      }
      assert.deepEqual(await values(admin), []);
    } finally {
      await pool.end({ timeout: 1 });
      await maker.end({ timeout: 1 });
    }
  }));
