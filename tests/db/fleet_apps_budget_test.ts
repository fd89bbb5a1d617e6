import assert from "node:assert/strict";
import { findFleetApp, listDevicesWithApp, listFleetApps } from "../../db/devices/fleet_app_views.ts";
import { searchDevices } from "../../db/devices/device_list_views.ts";
import { openDatabase, type Sql } from "../../db/open.ts";
import { countFleetApps } from "../../src/devices/fleet_apps.ts";
import { withDatabaseCopy } from "../support/database.ts";
import { testRuntime } from "../support/runtime.ts";

/** Devices, and apps on each. `FLEET_APPS=20000` is the fleet that docs/performance.md has the figures of. */
const FLEET = Number(Deno.env.get("FLEET_APPS") ?? 2000);
const APPS = 80;
const NOW = new Date("2026-06-01T12:00:00Z");
const search = { only: undefined, live: false, column: "name", descending: false, limit: 50, offset: 0 } as const;

async function fill(sql: Sql): Promise<void> {
  await sql.unsafe(`
    insert into meta_business_units (id, name, created_at, updated_at) values (1, 'x', now(), now());
    insert into push_certificates (id, name, topic, not_before, not_after, certificate, private_key_sealed, created_at, updated_at)
      values (1, 'p', 't', '2026-01-01', '2027-01-01', 'x', 'x', now(), now());
    insert into devices (id, udid, serial_number, created_at, updated_at)
      select n, 'UDID-' || n, 'SERIAL' || n, now(), now() from generate_series(1, ${FLEET}) n;
    insert into enrollment_sessions (id, kind, status, secret_hash, challenge_hash, meta_business_unit_id, serial_number,
        udid, expires_at, created_at, updated_at)
      select n, 'OTA', 'COMPLETED', decode(md5('s' || n), 'hex'), decode(md5('c' || n), 'hex'), 1, 'SERIAL' || n,
        'UDID-' || n, now(), now(), now() from generate_series(1, ${FLEET}) n;
    insert into enrollments (id, device_id, session_id, push_certificate_id, name, platform, apps_at, hardware_proven,
        created_at, updated_at)
      select n, n, n, 1, 'Mac ' || n, case when n % 5 = 0 then 'iOS' else 'macOS' end, now(), true, now(), now()
      from generate_series(1, ${FLEET}) n;
    update devices set enrollment_id = id;
    insert into channels (id, enrollment_id, push_token, push_magic_sealed, last_seen_at, created_at, updated_at)
      select n, n, '\\x01', 'x', now(), now(), now() from generate_series(1, ${FLEET}) n;
    insert into tags (id, name, slug, color, created_at, updated_at) values (1, 'T', 't', '000000', now(), now());
    insert into device_tags (serial_number, tag_id, created_at)
      select serial_number, 1, now() from devices where id % 10 = 0;
    -- 60 apps that every device has, in eight versions; 2000 that a few have.
    insert into apps (id, identifier, name, version, short_version)
      select a * 8 + v, 'com.example.common' || a, 'Common ' || a, '1.' || v, '1.' || v
      from generate_series(1, 60) a, generate_series(0, 7) v;
    insert into apps (id, identifier, name, version, short_version)
      select 1000 + n, 'com.example.rare' || n, 'Rare ' || n, '2.0', '2.0' from generate_series(1, 2000) n;
    insert into installed_apps (enrollment_id, app_id, flags)
      select e, a * 8 + e * 7 % 8, '{}' from generate_series(1, ${FLEET}) e, generate_series(1, 60) a;
    insert into installed_apps (enrollment_id, app_id, flags)
      select e, 1001 + (e * 37 + a * 101) % 2000, '{}' from generate_series(1, ${FLEET}) e, generate_series(1, ${
    APPS - 60
  }) a;
    insert into store_assets (adam_id, pricing_param, product_type, device_assignable, revocable, supported_platforms, name,
        bundle_id, latest_version, created_at, updated_at)
      select n, 'STDQ', 'App', true, true, '{iOS,macOS}', 'Common', 'com.example.common' || n, '1.6', now(), now()
      from generate_series(1, 60) n;
    analyze;
  `);
}

/** How often each table was looked into: from end to end, and by an index. */
async function looks(sql: Sql): Promise<Map<string, { whole: number; any: number }>> {
  await sql`select pg_stat_force_next_flush()`;
  const rows = await sql<{ name: string; whole: number; any: number }[]>`
    select relname as name, seq_scan::int as whole, (seq_scan + coalesce(idx_scan, 0))::int as any
    from pg_stat_user_tables where relname in ('installed_apps', 'devices', 'enrollments')`;
  return new Map(rows.map(({ name, ...counts }) => [name, counts]));
}

Deno.test("a list of the fleet's apps looks at no device; one app and its devices are found by their index", () =>
  withDatabaseCopy(async (wide, url) => {
    await fill(wide);
    const sql = openDatabase(url, { max: 1 });
    try {
      const runtime = await testRuntime(sql, url);
      const figures: [string, number][] = [];
      const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
        const before = performance.now();
        const result = await work();
        figures.push([what, Math.round(performance.now() - before)]);
        return result;
      };
      const run = async <T>(what: string, work: () => Promise<T>) => {
        await timed(`${what}, first`, work);
        const before = await looks(sql);
        const result = await timed(what, work);
        const after = await looks(sql);
        const seen = (table: string, kind: "whole" | "any") =>
          (after.get(table)?.[kind] ?? 0) - (before.get(table)?.[kind] ?? 0);
        return { result, seen };
      };
      assert.deepEqual(await timed("counting", () => countFleetApps(runtime)), {
        renewed: true,
        sums: 4960,
        marks: 720,
      });
      assert.equal((await timed("counting, unchanged", () => countFleetApps(runtime))).renewed, false);
      await sql`update enrollments set apps_at = now() where id = 1`;
      assert.equal((await timed("counting again", () => countFleetApps(runtime))).renewed, true);

      const list = await run("list", () => listFleetApps(sql, search));
      assert.deepEqual([list.result.count, list.result.rows.length], [2060, 50]);
      assert.equal(list.result.rows[0]?.devices, FLEET);
      const narrow = { ...search, search: "common", platform: "macOS", newer: true, severalVersions: true };
      const filtered = await run("filtered list", () => listFleetApps(sql, { ...narrow, column: "devices" }));
      assert.equal(filtered.result.count, 60);
      for (const { seen } of [list, filtered]) {
        for (const table of ["installed_apps", "devices", "enrollments"]) assert.equal(seen(table, "any"), 0, table);
      }
      const rare = await run("an app of a few", () => findFleetApp(sql, 1005, undefined));
      assert.equal(rare.seen("installed_apps", "whole"), 0);
      await run("an app of all", () => findFleetApp(sql, 10, undefined));
      const page = { only: undefined, limit: 50, offset: 0, descending: false, column: "name" } as const;
      const devices = await run(
        "devices of a version",
        () => listDevicesWithApp(sql, { ...page, wanted: { version: 10 } }),
      );
      assert.equal(devices.result.count, FLEET / 8);
      const found = await run("device list of a version", () =>
        searchDevices(sql, {
          app: { version: 1005 },
          silentBefore: NOW,
          sort: "name",
          descending: false,
          limit: 50,
          offset: 0,
        }));
      assert.equal(found.seen("installed_apps", "whole"), 0);
      const limited = await run(
        "list of a role with a tenth of the devices",
        () => listFleetApps(sql, { ...search, only: { limitedToTags: [1], limitedToBusinessUnits: [] } }),
      );
      assert.equal(limited.result.rows[0]?.devices, FLEET / 10);
      const unit = await run(
        "list of a role with all devices",
        () => listFleetApps(sql, { ...search, only: { limitedToTags: [], limitedToBusinessUnits: [1] } }),
      );
      assert.equal(unit.result.rows[0]?.devices, FLEET);
      if (Deno.env.has("FLEET_APPS")) console.table(Object.fromEntries(figures));
    } finally {
      await sql.end();
    }
  }));
