import assert from "node:assert/strict";
import { listDepDevices, searchDepDevices } from "../../db/ade/device_views.ts";
import { type Db, one } from "../../db/open.ts";
import { makeVirtualServer } from "../support/ade_devices.ts";
import { withFleet } from "../support/fleet.ts";

/** How often this transaction has looked into the messages of devices. */
const looks = async (db: Db) =>
  one(
    await db<{ scans: number }[]>`
      select coalesce(seq_scan, 0)::int + coalesce(idx_scan, 0)::int as scans from pg_stat_xact_user_tables
      where relname = 'dep_messages'`,
  ).scans;

Deno.test("a page of assigned devices costs the same, however far it is from the beginning", () =>
  withFleet(async (fleet) => {
    const { sql, clock } = fleet.runtime;
    const server = await makeVirtualServer(fleet);
    const now = clock.now();
    await sql`
      insert into dep_devices (virtual_server_id, serial_number, last_op_type, created_at, updated_at)
      select ${server}, 'DMPA' || g, 'added', ${now}::timestamptz - make_interval(secs => g), ${now}
      from generate_series(1, 2000) g`;
    const ordering = { column: "created_at", descending: true } as const;
    await sql.begin(async (tx) => {
      for (const offset of [0, 1900]) {
        for (const list of [listDepDevices, searchDepDevices]) {
          const before = await looks(tx);
          const { rows, count } = await list(tx, { ordering, limit: 10, offset });
          assert.deepEqual([rows.length, count, rows[0]?.setupStep], [10, 2000, "never"]);
          assert.ok(await looks(tx) - before <= 10, `${list.name} from ${offset}: ${await looks(tx) - before}`);
        }
      }
      // Steps that few devices are in are looked for among those few.
      for (const setupStep of ["profile", "web_view", "must_update", "refused", "waiting"] as const) {
        const before = await looks(tx);
        const { rows, count } = await listDepDevices(tx, { ordering, limit: 10, offset: 0, setupStep });
        assert.deepEqual([rows.length, count], [0, 0]);
        assert.ok(await looks(tx) - before <= 4, `${setupStep}: ${await looks(tx) - before}`);
      }
      // The step decides: the devices before it are looked at, those of the page come in their order.
      const { rows } = await listDepDevices(tx, { ordering, limit: 2, offset: 3, setupStep: "never" });
      assert.deepEqual(rows.map(({ serialNumber }) => serialNumber), ["DMPA4", "DMPA5"]);
    });
  }));
