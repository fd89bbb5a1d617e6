import assert from "node:assert/strict";
import { withFleet } from "../../../support/fleet.ts";
import { personWith } from "../support.ts";

Deno.test("several words, either apostrophe and versions of the system find devices, and versions sort as versions", () =>
  withFleet(async (fleet) => {
    const { runtime: { sql } } = fleet;
    const ada = await personWith(fleet.runtime, "superuser");
    const given: [string, string, string, string][] = [
      ["Ada’s MacBook Air", "macOS", "9.10", ""],
      ["Jun's MacBook Pro", "macOS", "26.1", "(a)"],
      ["Kiosk", "macOS", "10.2", ""],
      ["Ada's iPad", "iPadOS", "9.9.1", ""],
      ["Hall", "macOS", "", ""],
    ];
    for (const [name, platform, version, extra] of given) {
      const device = await fleet.enrolled();
      await sql`update enrollments set name = ${name}, platform = ${platform}, os_version = ${version},
        os_version_extra = ${extra} where device_id = (select id from devices where serial_number = ${device.serialNumber})`;
    }
    const names = async (query: string) => {
      const { status, text } = await ada.get(`/devices/?${query}`);
      assert.equal(status, 200, query);
      return [...text.matchAll(/<a href="\/devices\/\d+\/">([^<]*)</g)].map(([, name = ""]) =>
        name.replaceAll("&#39;", "'")
      );
    };
    const found = async (q: string) => (await names(`sort=name&q=${encodeURIComponent(q)}`)).sort();
    const [air, pro, kiosk, ipad, hall] = given.map(([name]) => name);
    for (const quote of ["'", "’", "‘"]) assert.deepEqual(await found(`ada${quote}s`), [ipad, air], quote);
    assert.deepEqual(await found("Jun’s"), [pro]);
    assert.deepEqual(await found("air  ADA’S macbook"), [air]);
    assert.deepEqual(await found("macbook"), [air, pro]);
    assert.deepEqual(await found("macos 26.1"), [pro]);
    assert.deepEqual(await found("26.1 (a) C02SIM"), [pro]);
    assert.deepEqual(await found("ipad 26.1"), []);
    assert.deepEqual(await found("100%"), []);
    assert.deepEqual(await names("sort=os"), [ipad, air, kiosk, pro, hall]);
    assert.deepEqual(await names("sort=os&dir=desc"), [pro, kiosk, air, ipad, hall]);
  }));
