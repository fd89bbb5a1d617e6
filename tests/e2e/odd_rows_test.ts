import assert from "node:assert/strict";
import { keepList } from "../../src/devices/keep_list.ts";
import type { PlistDict } from "../../src/protocol/plist.ts";
import { idOf, made, rest } from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { talk } from "../support/talk.ts";
import { personWith } from "../routes/admin/support.ts";

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
      ["certificates", "none"],
      ["certificates", "year 0"],
    ]);
    assert.match(odd[1]?.reason ?? "", /date|time zone|out of range/);
    const ada = await personWith(fleet.runtime, "superuser");
    assert.match((await ada.get(`/devices/${id}/`)).text, /2 items that could not be read[\s\S]*year 0/);
    // The next list without them.
    fleet.runtime.clock.advance(86_400 * 2);
    await talk(fleet, device, { CertificateList: { CertificateList: certificates.slice(1, 2) } });
    assert.equal(await count("certificates"), 1);
    const left = await fleet.runtime.sql`select 1 from odd_inventory_rows`;
    assert.equal(left.length, 0);
  }));

Deno.test("many odd rows cost a bounded number of statements, and the list is kept without them", () =>
  withFleet(async (fleet) => {
    const { id } = await asked(fleet);
    await fleet.runtime.sql.begin(async (tx) => {
      const [row] = await tx<{ enrollmentId: number }[]>`select enrollment_id from devices where id = ${id}`;
      assert.ok(row);
      let [statements, kept] = [0, 0];
      await keepList(
        tx,
        row.enrollmentId,
        "apps",
        Array.from({ length: 4000 }, (_, n) => n),
        [],
        async (inner, some) => {
          statements++;
          kept = some.length;
          if (some.some((n) => n % 2 === 1)) await inner`select 'x'::integer`;
        },
      );
      assert.ok(statements < 1000, `${statements}`);
      assert.ok(kept > 0);
      const [{ count } = { count: 0 }] = await tx<{ count: number }[]>`
        select count(*)::int as count from odd_inventory_rows`;
      assert.equal(count, 20);
    });
  }));
