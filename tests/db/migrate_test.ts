import assert from "node:assert/strict";
import { dropPartitionsBefore, ensurePartitions } from "../../db/events/events.ts";
import { migrate, MigrationError, statementsAlone, type Waiting } from "../../db/migrate.ts";
import { openDatabase, type Sql } from "../../db/open.ts";
import { isLocked, type Patience } from "../../db/short_locks.ts";
import { withDatabaseCopy } from "../support/database.ts";

Deno.test("a migrated database has nothing left to apply", async () => {
  await withDatabaseCopy(async (sql) => assert.deepEqual(await migrate(sql), []));
});

Deno.test("processes that start at once on an empty database apply every migration exactly once", async () => {
  await withDatabaseCopy(async (sql, url) => {
    await sql`drop schema public cascade`;
    await sql`create schema public`;
    const others = [1, 2, 3, 4].map(() => openDatabase(url, { max: 2 }));
    const applied = await Promise.all(others.map((other) => migrate(other)));
    await Promise.all(others.map((other) => other.end()));
    const names = applied.flat();
    assert.ok(names.length > 0);
    assert.equal(new Set(names).size, names.length);
    assert.equal((await sql`select count(*)::int as n from migrations`)[0]?.n, names.length);
  });
});

Deno.test("a database of a newer version is refused by name", async () => {
  await withDatabaseCopy(async (sql) => {
    await sql`insert into migrations (name, hash) values ('9999_future.sql', 'x')`;
    await assert.rejects(migrate(sql), (error) => error instanceof MigrationError && /9999_future/.test(error.message));
  });
});

Deno.test("a migration that was changed after it was applied is refused", async () => {
  await withDatabaseCopy(async (sql) => {
    await sql`update migrations set hash = 'other' where name = '0001_ground.sql'`;
    await assert.rejects(migrate(sql), /0001_ground/);
  });
});

/** Runs `body` with a folder that has one migration more than the server. */
async function withNewer(text: string, body: (folder: URL, name: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir();
  const name = "9000_newer.sql";
  try {
    const own = new URL("../../db/migrations/", import.meta.url);
    for await (const entry of Deno.readDir(own)) {
      await Deno.copyFile(new URL(entry.name, own), `${path}/${entry.name}`);
    }
    await Deno.writeTextFile(`${path}/${name}`, text);
    await body(new URL(`file://${path}/`), name);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

/** A transaction that has used a table and does not end; returns how it does. */
async function hold(sql: Sql, statement: string): Promise<() => Promise<void>> {
  const [held, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const work = sql.begin(async (tx) => {
    await tx.unsafe(statement);
    held.resolve();
    await end.promise;
  });
  await Promise.race([held.promise, work]);
  return async () => {
    end.resolve();
    await work;
  };
}

const insertDevice = (sql: Sql, serial: string) =>
  sql`insert into devices (udid, serial_number, created_at, updated_at) values (${serial}, ${serial}, now(), now())`;

for (const how of ["update devices set deleted_by = 'x'", "lock table devices in access share mode"]) {
  Deno.test(`a migration that waits for a table delays no other transaction: ${how}`, () =>
    withDatabaseCopy((sql, url) =>
      withNewer("alter table devices add column newer text; create table newer ();", async (folder, name) => {
        await insertDevice(sql, "A");
        const release = await hold(sql, how);
        const others = openDatabase(url, { max: 4, lockTimeout: 3 });
        const waits: Waiting[] = [];
        const tries = Promise.withResolvers<void>();
        let pauses = 0;
        const migrating = migrate(sql, {
          folder,
          lockMs: 150,
          onWait: (waiting) => waits.push(waiting),
          // Others come between two tries.
          pause: async () => {
            if (++pauses === 4) tries.resolve();
            await others`select 1`;
          },
        });
        let done = false;
        let served = 0;
        const serve = async (n: number) => {
          for (let turn = 0; !done; turn++) {
            await others`select count(*) from devices`;
            await insertDevice(others, `B ${n} ${turn}`);
            served++;
          }
        };
        const serving = Promise.all([1, 2, 3].map(serve));
        await tries.promise;
        const servedBefore = served;
        await release();
        assert.deepEqual(await migrating, [name]);
        done = true;
        await serving;
        await others.end();
        assert.ok(servedBefore > 0 && served > servedBefore);
        assert.deepEqual(waits, [{ migration: name, reason: "its tables are in use" }]);
        assert.deepEqual(await sql`select newer from devices limit 1`.then((rows) => [...rows]), [{ newer: null }]);
        assert.deepEqual(await migrate(sql, { folder }), []);
      })
    ));
}

Deno.test("a migration of several tables gives way to a message that needs them in another order", () =>
  withDatabaseCopy((sql, url) =>
    withNewer(
      "alter table devices add column newer text; alter table channels add column newer text;",
      async (folder, name) => {
        await insertDevice(sql, "A");
        const others = openDatabase(url, { max: 1 });
        const stuck = Promise.withResolvers<void>();
        let migrating: Promise<string[]> | undefined;
        await others.begin(async (tx) => {
          await tx`update channels set push_forced = true`;
          migrating = migrate(sql, { folder, lockMs: 200, onWait: () => stuck.resolve() });
          // The first table is the migration's, the second one is waited for.
          const waits = () => sql`select 1 from pg_locks where not granted and relation = 'channels'::regclass`;
          while ((await waits()).length === 0);
          await tx`update devices set deleted_by = 'x'`;
          await stuck.promise;
        });
        assert.deepEqual(await migrating, [name]);
        assert.equal((await sql`select deleted_by from devices`)[0]?.["deletedBy"], "x");
        await others.end();
      },
    )
  ));

Deno.test("while one process waits for a table, another waits for it, logs that, and has nothing left to apply", () =>
  withDatabaseCopy((sql, url) =>
    withNewer("alter table devices add column newer text;", async (folder, name) => {
      const release = await hold(sql, "lock table devices in access share mode");
      const other = openDatabase(url, { max: 2 });
      const stuck = Promise.withResolvers<void>();
      const first = migrate(sql, { folder, lockMs: 50, onWait: () => stuck.resolve() });
      await stuck.promise;
      const said = Promise.withResolvers<Waiting>();
      const second = migrate(other, { folder, onWait: said.resolve });
      assert.deepEqual(await said.promise, { migration: name, reason: "another process is applying it" });
      await release();
      assert.deepEqual([await first, await second], [[name], []]);
      await other.end();
    })
  ));

Deno.test("a migration that fails in its middle leaves nothing behind", () =>
  withDatabaseCopy((sql) =>
    withNewer("create table newer (); alter table devices add column newer text; select 1 / 0;", async (folder) => {
      await assert.rejects(migrate(sql, { folder }), /division by zero/);
      const [row] = await sql`select to_regclass('newer') as newer, exists (select 1 from information_schema.columns
        where table_name = 'devices' and column_name = 'newer') as altered,
        exists (select 1 from migrations where name like '9%') as noted`;
      assert.deepEqual(row, { newer: null, altered: false, noted: false });
    })
  ));

Deno.test("an index is built while others write, and again when its first building failed", () =>
  withDatabaseCopy((sql) => {
    const text = "-- Without a transaction.\ndrop index concurrently if exists devices_newer;\n" +
      "create unique index concurrently devices_newer on devices (deleted_by);\n";
    return withNewer(text, async (folder, name) => {
      await insertDevice(sql, "A");
      await insertDevice(sql, "B");
      await sql`update devices set deleted_by = 'same'`;
      const valid = async () =>
        (await sql`select indisvalid from pg_index where indexrelid = to_regclass('devices_newer')`)[0]?.["indisvalid"];
      await assert.rejects(migrate(sql, { folder }), /devices_newer/);
      assert.equal(await valid(), false);
      await sql`update devices set deleted_by = serial_number`;
      const release = await hold(sql, "update devices set deleted_by = deleted_by");
      const migrating = migrate(sql, { folder });
      // It waits for that transaction and blocks no other writer.
      const waits = () =>
        sql`select 1 from pg_stat_activity where query like '% index concurrently %' and wait_event = 'virtualxid'`;
      while ((await waits()).length === 0);
      await insertDevice(sql, "C");
      await release();
      assert.deepEqual(await migrating, [name]);
      assert.equal(await valid(), true);
    });
  }));

Deno.test("only a file that builds an index concurrently is run without a transaction", () => {
  assert.equal(statementsAlone("-- create index concurrently\ncreate index a on b (c);"), undefined);
  assert.deepEqual(
    statementsAlone("drop index concurrently if exists a; -- why\ncreate index concurrently a on b (c);"),
    [
      "drop index concurrently if exists a",
      "create index concurrently a on b (c)",
    ],
  );
});

Deno.test("creating and dropping months of events does not wait for a long report", () =>
  withDatabaseCopy(async (sql, url) => {
    await ensurePartitions(sql, new Date("2026-06-01"));
    const others = openDatabase(url, { max: 1, lockTimeout: 10 });
    const release = await hold(sql, "lock table events in access share mode");
    const insert = () =>
      others`insert into events (id, type, created_at) values (gen_random_uuid(), 'x', '2026-06-02')`;
    const patience: Patience = {
      lockMs: 100,
      pause: (_, tries, error) => tries === 2 ? Promise.reject(error) : Promise.resolve(),
    };
    for (
      const change of [
        () => ensurePartitions(sql, new Date("2027-06-01"), patience),
        () => dropPartitionsBefore(sql, "events", new Date("2026-09-01"), patience),
      ]
    ) {
      let ended = false;
      const changing = change().then(() => "done", (error) => isLocked(error)).finally(() => ended = true);
      while (!ended) await insert();
      assert.equal(await changing, true);
    }
    await release();
    assert.equal((await dropPartitionsBefore(sql, "events", new Date("2026-09-01"))).length, 3);
    assert.equal((await ensurePartitions(sql, new Date("2027-06-01"))).length, 9);
    await others.end();
  }));
