import assert from "node:assert/strict";
import { made } from "../../../support/artifacts.ts";
import { findEvents } from "../../../support/events.ts";
import { type Fleet, KEYS, withFleet } from "../../../support/fleet.ts";
import { ORIGIN, personWith, visitor } from "../support.ts";

const IPHONE = { "User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) Safari/604.1" };
const MAC = { "User-Agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15" };

/** The public address of the fleet's enrollment, as its page shows it. */
async function addressOf(fleet: Fleet): Promise<string> {
  const ada = await personWith(fleet.runtime, "superuser");
  const { text } = await ada.get(`/enrollments/${fleet.enrollmentId}/`);
  const href = /id="address" href="([^"]+)"/.exec(text)?.[1] ?? "";
  assert.ok(href.startsWith(`${ORIGIN}/enroll/${fleet.enrollmentId}-`), href);
  return href.slice(ORIGIN.length);
}

Deno.test("the address of an enrollment needs no account: the profile behind it enrolls a device over the air", () =>
  withFleet(async (fleet) => {
    const path = await addressOf(fleet);
    const stranger = visitor(fleet.runtime);
    const page = await stranger.get(path, IPHONE);
    assert.equal(page.status, 200);
    assert.match(page.text, /<h1>Enroll with Espalier<\/h1>/);
    assert.match(page.text, /On an iPhone or iPad/);
    assert.doesNotMatch(page.text, /On a Mac|<nav/);
    assert.equal(page.headers.get("X-Robots-Tag"), "noindex");
    assert.equal(page.headers.get("Cache-Control"), "no-store");
    // Safari on an iPad says that it is a Mac's.
    assert.match((await stranger.get(path, MAC)).text, /On a Mac[\s\S]*On an iPhone or iPad/);
    const other = await stranger.get(path, { "User-Agent": "Mozilla/5.0 (X11; Linux)" });
    assert.match(other.text, /Open this page on the iPhone, iPad or Mac/);
    assert.doesNotMatch(other.text, /Install the profile/);
    const link = /class="button" href="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const response = await fleet.fetch(new Request(ORIGIN + link));
    assert.equal(response.headers.get("Content-Type"), "application/x-apple-aspen-config");
    assert.equal(response.headers.get("Cache-Control"), "no-store");
    const device = fleet.device();
    await device.enrollOverTheAir(new Uint8Array(await response.arrayBuffer()), fleet.maker.certify("iPhone", KEYS[0]));
    assert.equal((await device.connect()).length > 0, true);
  }));

Deno.test("a dead address looks like one that never existed, whatever ended it", () =>
  withFleet(async (fleet) => {
    const { sql, clock } = fleet.runtime;
    const path = await addressOf(fleet);
    const stranger = visitor(fleet.runtime);
    const said = async (address: string) => {
      const answers = [await stranger.get(address, IPHONE), await stranger.get(`${address}profile/`, IPHONE)];
      return answers.map(({ status, text, headers }) => [
        status,
        text,
        [...headers].filter(([name]) => name !== "date").sort(),
      ]);
    };
    const never = await said("/enroll/999-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/");
    assert.equal(never[0]?.[0], 404);
    const mac = path.slice(path.indexOf("-") + 1);
    const changed = path.replace(/.(?=\/$)/, (last) => last === "A" ? "B" : "A");
    for (const guess of [changed, `/enroll/${fleet.enrollmentId + 1}-${mac}`, "/enroll/1/", "/enroll/%00/"]) {
      assert.deepEqual(await said(guess), never, guess);
    }
    const ends = [
      sql`update enrollment_secrets set revoked_at = ${clock.now()}`,
      sql`update enrollment_secrets set revoked_at = null, expired_at = ${clock.now()}`,
      sql`update enrollment_secrets set expired_at = null, quota = 1, request_count = 1`,
    ];
    for (const end of ends) {
      await end;
      assert.deepEqual(await said(path), never);
    }
    await sql`update enrollment_secrets set quota = null`;
    assert.equal((await stranger.get(path, IPHONE)).status, 200);
    await made(fleet, "POST", `/api/mdm/ota_enrollments/${fleet.enrollmentId}/revoke/`, {});
    assert.deepEqual(await said(path), never);
    const events = await findEvents(sql, { type: "enrollment_page_request", limit: 50 });
    const reasons = new Set(events.map(({ payload }) => JSON.stringify(payload)));
    assert.ok(reasons.has('{"reason":"revoked","status":"failure"}'), [...reasons].join("\n"));
    assert.ok(
      !JSON.stringify(await findEvents(sql, { limit: 200 })).includes(mac.slice(0, 20)),
      "no event has the address",
    );
  }));

Deno.test("an address is shown only to operators who may distribute the profile", () =>
  withFleet(async (fleet) => {
    const viewer = await personWith(fleet.runtime, ["mdm.view_otaenrollment"]);
    const { text } = await viewer.get(`/enrollments/${fleet.enrollmentId}/`);
    assert.doesNotMatch(text, /\/enroll\/|class="qr"/);
  }));

Deno.test("requests for addresses are limited by their source", () =>
  withFleet(async (fleet) => {
    const { sql, clock } = fleet.runtime;
    const path = await addressOf(fleet);
    const stranger = visitor(fleet.runtime);
    assert.equal((await stranger.get(path, IPHONE)).status, 200);
    await sql`update rate_limits set count = 2000 where key = 'enroll:192.0.2.1'`;
    const limited = await stranger.get(path, IPHONE);
    assert.deepEqual([limited.status, limited.headers.has("Retry-After")], [429, true]);
    clock.advance(901);
    assert.equal((await stranger.get(path, IPHONE)).status, 200);
  }));

Deno.test("an address that devices cannot reach is warned of", () =>
  withFleet(async (fleet) => {
    const ada = await personWith(fleet.runtime, "superuser");
    const { text } = await ada.get(`/enrollments/${fleet.enrollmentId}/`);
    assert.match(text, /Devices cannot use http:\/\/localhost:8000\. Set BASE_URL/);
  }, { BASE_URL: "http://localhost:8000" }));
