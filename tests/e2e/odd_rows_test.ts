import assert from "node:assert/strict";
import { findTarget } from "../../db/devices/devices.ts";
import type { DeviceId } from "../../db/ids.ts";
import { applyEffect } from "../../src/conversation/apply_effects.ts";
import type { Owner } from "../../src/conversation/conversation.ts";
import { keepList } from "../../src/devices/keep_list.ts";
import type { PlistDict } from "../../src/protocol/plist.ts";
import { personWith } from "../routes/admin/support.ts";
import { testBy } from "../routes/api/support.ts";
import { idOf, made, rest } from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { watched } from "../support/statements.ts";
import { talk } from "../support/talk.ts";

/** A certificate that is valid until the year 0, which PostgreSQL does not have. */
const YEAR_ZERO = Uint8Array.fromBase64(
  "MIIDIjCCAgqgAwIBAgIBATANBgkqhkiG9w0BAQsFADApMRMwEQYDVQQDDApCw7xybyDwn5GpMRIwEAYDVQQKDAnDnG7Dr2NvZGUw" +
    "IBcNMjYxMTI2MjIwNTQxWhgPMDAwMDAxMDEwMDAwMDBaMCkxEzARBgNVBAMMCkLDvHJvIPCfkakxEjAQBgNVBAoMCcOcbsOvY29k" +
    "ZTCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAIySMM8eEBCOvwtlFMMApOA1LHzproUiZNAsx3bD3WmFY9IbTvtpksdi" +
    "0nCo0Bj91wxi9GAvvA+wIHMwOh56wh0NQQiUSvG19L7SleTG/9nAOvDWH98N9rf2fjGuJ8gILYMZvPLs4iJpzOpFh1tW47AM9ZFb" +
    "9+0N+qkdCAlJO64W1XPLSQLNWl3hGUrQ5jn7cvXqAXELfOWdSIOXYKgv0hIaivJ4GtpaHGWAiCiofQhluyKpBvHuOqNXCmAOwTlw" +
    "am1m1fFGZD4YJu9V2X0PdNDljv2LfPDy4thyHVX5yRqBqwo4EBGZObMC/GcyAF0INpHBTcdQNiORXqfBMFTJz3MCAwEAAaNTMFEw" +
    "HQYDVR0OBBYEFJYFyZUG8dlNoe9G/ny/BGmRwrCiMB8GA1UdIwQYMBaAFJYFyZUG8dlNoe9G/ny/BGmRwrCiMA8GA1UdEwEB/wQF" +
    "MAMBAf8wDQYJKoZIhvcNAQELBQADggEBACequSOxwPOTgzg7JotYw4zEBBhUaIvL8qAsTJ8/oJO6dz+fjJsUugbUCVOCsL3Xk5hd" +
    "/sKYN9ymmyYBao5GkhdEBEZdb/lnjMxbtazQYxaX0QfAjzk9uY9apJen4zonbQNBWND8JI7wdNyZPyu+cYQGoXS89+NtPPKY7i9d" +
    "2uQjfg70cyU56m7/PDXXN8n+3jLbJ85HTX1a0TmgP+WQKsLjA/XRcn1hXQ1IGIJwrBPxAZ2vc781IxHdEvv86L5ATifkPn6EPA/n" +
    "QQ6OQlltfXqHGWvloKGN9QGrw3rKkzlwT953PqRiWJNdzZ1WhFwViwdcWZ4l128KVP1NyWsmaF8=",
);

const noise = (length: number) => crypto.getRandomValues(new Uint8Array(length)).toHex().slice(0, length);

/** A device whose lists are asked for next. */
async function asked(fleet: Fleet) {
  const blueprint = await made(fleet, "POST", "/api/mdm/blueprints/", {
    name: "Macs",
    collect_apps: 2,
    collect_certificates: 2,
    collect_profiles: 2,
  });
  const device = await fleet.enrolled();
  await rest(device);
  const id = await idOf(fleet, device.serialNumber);
  await fleet.runtime.sql`update enrollments set blueprint_id = ${blueprint.id}`;
  await fleet.runtime.sql`update channels set next_action_at = ${fleet.runtime.clock.now()}`;
  return { device, id };
}

/** Whose list it is. */
async function ownerOf(fleet: Fleet, deviceId: DeviceId): Promise<Owner> {
  const [row] = await fleet.runtime.sql<Omit<Owner, "deviceId" | "userKey">[]>`
    select d.enrollment_id, d.udid, d.serial_number, e.session_id, c.id as channel_id from devices d
    join enrollments e on e.id = d.enrollment_id
    join channels c on c.enrollment_id = d.enrollment_id where d.id = ${deviceId}`;
  assert.ok(row);
  return { ...row, deviceId, userKey: "" };
}

Deno.test("odd rows of a device's lists are kept apart with their reason, and all others as they should be", () =>
  withFleet(async (fleet) => {
    const { device, id } = await asked(fleet);
    assert.ok(device.identity);
    const apps: PlistDict[] = [
      { Identifier: "org.example.good", Name: "Good", Version: "1" },
      { Identifier: noise(3000), Name: noise(3000), Version: noise(3000), ShortVersion: noise(3000) },
      { Identifier: "org.example.size", Name: "Large", BundleSize: Number.MAX_SAFE_INTEGER },
    ];
    const certificates: PlistDict[] = [
      { CommonName: "year 0", IsIdentity: true, Data: YEAR_ZERO },
      { CommonName: "own", IsIdentity: true, Data: Uint8Array.from(device.identity.certificate.der) },
      { CommonName: "none", IsIdentity: true, Data: new Uint8Array([1, 2, 3]) },
    ];
    const profiles: PlistDict[] = [
      { PayloadIdentifier: noise(8000), PayloadUUID: noise(8000), PayloadVersion: 1, PayloadContent: [] },
      { PayloadIdentifier: "com.example.wifi", PayloadUUID: "A", PayloadVersion: 1, PayloadContent: [] },
    ];
    const seen = await talk(fleet, device, {
      InstalledApplicationList: { InstalledApplicationList: apps },
      CertificateList: { CertificateList: certificates },
      ProfileList: { ProfileList: profiles },
    });
    for (const name of ["InstalledApplicationList", "CertificateList", "ProfileList"]) assert.ok(seen.includes(name));
    const count = async (what: string) => (await fleet.api("GET", `/api/mdm/devices/${id}/${what}/`)).json.length;
    assert.deepEqual([await count("apps"), await count("certificates"), await count("profiles")], [3, 1, 2]);
    const odd = await fleet.runtime.sql<{ list: string; reason: string; raw: { commonName: string } }[]>`
      select list, reason, raw from odd_inventory_rows order by list, position`;
    assert.deepEqual(odd.map(({ list, raw }) => [list, raw.commonName]), [
      ["certificates", "year 0"],
      ["certificates", "none"],
    ]);
    assert.match(odd[0]?.reason ?? "", /year 0/);
    const ada = await personWith(fleet.runtime, "superuser");
    assert.match((await ada.get(`/devices/${id}/`)).text, /2 items that could not be read[\s\S]*year 0/);
    // The next list without them.
    fleet.runtime.clock.advance(86_400 * 2);
    await talk(fleet, device, { CertificateList: { CertificateList: certificates.slice(1, 2) } });
    assert.equal(await count("certificates"), 1);
    const left = await fleet.runtime.sql`select 1 from odd_inventory_rows`;
    assert.equal(left.length, 0);
  }));

/** Certificates that differ in the last bytes of their signature alone. */
function variants(der: Uint8Array, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, n) => {
    const variant = Uint8Array.from(der);
    new DataView(variant.buffer).setUint32(variant.length - 4, n);
    return variant;
  });
}

Deno.test("a list of certificates costs the same few statements whatever its length and its malformed rows", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { id, device } = await asked(fleet);
    assert.ok(device.identity);
    const { der } = device.identity.certificate;
    const owner = await ownerOf(fleet, id);
    const given = (good: number, bad: number) =>
      [...variants(YEAR_ZERO, bad), ...variants(der, good)].map((der, n) => ({ der, commonName: `${n}` }));
    const target = await findTarget(runtime.sql, owner.enrollmentId, "Device");
    const counts: number[] = [];
    for (const [good, bad] of [[1, 0], [4000, 100], [4000, 100], [2, 1]] as const) {
      let statements = 0;
      await runtime.sql.begin((tx) =>
        applyEffect({ kind: "certificates", certificates: given(good, bad), managedOnly: false }, {
          tx: watched(tx, () => statements++),
          runtime,
          by: testBy,
          owner,
          target,
          now: runtime.clock.now(),
        })
      );
      counts.push(statements);
      const [kept] = await runtime.sql<{ count: number; odd: number }[]>`
        select (select count(*)::int from installed_certificates where enrollment_id = ${owner.enrollmentId}) as count,
          (select count(*)::int from odd_inventory_rows) as odd`;
      assert.deepEqual(kept, { count: good, odd: Math.min(bad, 20) });
    }
    assert.equal(new Set(counts).size, 1, counts.join());
    assert.ok((counts[0] ?? 99) < 10, counts.join());
    const [stored] = await runtime.sql<{ certificate: Uint8Array; notAfter: Date }[]>`
      select c.certificate, c.not_after from certificates c join installed_certificates i using (fingerprint)
      order by c.certificate limit 1`;
    assert.deepEqual(Uint8Array.from(stored?.certificate ?? []), variants(der, 1)[0]);
    assert.deepEqual(stored?.notAfter, device.identity.certificate.notAfter);
  }));

/** Keeps 4,000 rows of which `odd` are refused; what was kept in the end, and the number of trials. */
async function kept(
  fleet: Fleet,
  odd: (n: number) => boolean,
): Promise<{ rows: number[]; trials: number; odd: number }> {
  const { id } = await asked(fleet);
  const { enrollmentId } = await ownerOf(fleet, id);
  let trials = 0;
  let last: readonly number[] = [];
  await fleet.runtime.sql.begin((tx) =>
    keepList(tx, enrollmentId, "apps", Array.from({ length: 4000 }, (_, n) => n), [], async (inner, some) => {
      trials++;
      last = some;
      if (some.some(odd)) await inner`select 'x'::integer`;
    })
  );
  const [{ count } = { count: 0 }] = await fleet.runtime.sql<{ count: number }[]>`
    select count(*)::int as count from odd_inventory_rows`;
  return { rows: [...last].sort((one, other) => one - other), trials, odd: count };
}

Deno.test("malformed rows are found one by one, each in twice the logarithm of the length", () =>
  withFleet(async (fleet) => {
    const odd = [0, 1999, 2500, 3999];
    const { rows, trials, odd: apart } = await kept(fleet, (n) => odd.includes(n));
    assert.deepEqual([rows.length, apart], [3996, 4]);
    assert.ok(odd.every((n) => !rows.includes(n)));
    assert.ok(trials <= 2 + odd.length * 2 * Math.ceil(Math.log2(4000)), `${trials}`);
  }));

Deno.test("many odd rows cost a bounded number of trials, and the list is kept without them and their neighbours", () =>
  withFleet(async (fleet) => {
    // Every hundredth row: the lost rows are pieces of the list, not its second half.
    const some = await kept(fleet, (n) => n % 100 === 7);
    assert.ok(some.trials <= 201, `${some.trials}`);
    assert.ok(some.rows.length > 2000 && some.rows.every((n) => n % 100 !== 7), `${some.rows.length}`);
    assert.ok(some.rows.some((n) => n < 1000) && some.rows.some((n) => n > 3000));
    assert.equal(some.odd, 20);
  }));

Deno.test("a list in which every second row is malformed is abandoned after that many trials", () =>
  withFleet(async (fleet) => {
    const all = await kept(fleet, (n) => n % 2 === 1);
    assert.ok(all.trials <= 201, `${all.trials}`);
    assert.deepEqual([all.rows, all.odd], [[], 20]);
  }));

Deno.test("of a list of certificates, the first 5,000 are read, and the number of the others is recorded", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { id, device } = await asked(fleet);
    assert.ok(device.identity);
    const read: number[] = [];
    const certificates = variants(device.identity.certificate.der, 5003).map((der, n) => ({
      get der() {
        read.push(n);
        return der;
      },
      commonName: null,
    }));
    const owner = await ownerOf(fleet, id);
    const target = await findTarget(runtime.sql, owner.enrollmentId, "Device");
    await runtime.sql.begin((tx) =>
      applyEffect({ kind: "certificates", certificates, managedOnly: false }, {
        tx,
        runtime,
        by: testBy,
        owner,
        target,
        now: runtime.clock.now(),
      })
    );
    assert.equal(read.length, 5000);
    const odd = await runtime.sql`select reason, raw from odd_inventory_rows`;
    assert.deepEqual(odd.map(({ reason, raw }) => [reason, raw]), [
      ["The list has 3 certificates more than the 5000 that are kept", { more: 3 }],
    ]);
  }));
