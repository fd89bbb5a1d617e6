import assert from "node:assert/strict";
import { insertTag } from "../../../db/tags/tags.ts";
import { MODELS } from "../../../simulators/device/models.ts";
import { byJob } from "../../../src/events/by.ts";
import { recordEvents } from "../../../src/events/record.ts";
import { withFleet } from "../../support/fleet.ts";
import { withRuntime } from "../../support/runtime.ts";
import { personWith } from "./support.ts";

const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(2)>'`;
const ATTACK = /<script>alert|<img src=x/;

Deno.test("texts from devices and people are shown as text on every page, never as markup", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { get, post } = await personWith(runtime, "superuser");
    const device = await fleet.enrolled({ name: HOSTILE });
    await device.connect();
    await insertTag(runtime.sql, {
      name: HOSTILE,
      slug: "hostile",
      color: "0079bf",
      taxonomyId: null,
      metaBusinessUnitId: null,
    }, runtime.clock.now());
    await recordEvents(runtime.sql, runtime, byJob("test"), [{
      type: HOSTILE,
      serialNumber: device.serialNumber,
      payload: { status: HOSTILE, deep: { [HOSTILE]: HOSTILE } },
    }]);
    await runtime.sql`update command_history set error_chain = ${
      runtime.sql.json([{ ErrorDomain: HOSTILE, ErrorCode: 1, USEnglishDescription: HOSTILE }])
    }, state = 'error'`;
    assert.equal((await post("/blueprints/", { name: HOSTILE, inventory_hours: "24" })).status, 303);
    assert.equal((await post("/users/", { username: HOSTILE, full_name: HOSTILE, is_active: "on" })).status, 303);
    assert.equal((await post("/push-certificates/", { name: HOSTILE })).status, 303);
    const [row] = await runtime.sql<{ id: number }[]>`select id from devices`;
    const query = `?q=${encodeURIComponent(HOSTILE)}&type=${encodeURIComponent(HOSTILE)}&done=${
      encodeURIComponent(HOSTILE)
    }`;
    let shown = 0;
    for (
      const path of [
        "/",
        "/devices/",
        `/devices/${row?.id}/`,
        "/tags/",
        "/blueprints/",
        "/users/",
        "/tokens/",
        "/events/",
      ]
        .concat("/push-certificates/", "/enrollments/", "/claims/", "/enrollments/1/")
    ) {
      for (const address of [path, path + query]) {
        const { status, text } = await get(address);
        assert.equal(status, 200, address);
        assert.doesNotMatch(text, ATTACK, address);
        if (text.includes("&lt;script&gt;alert(1)")) shown++;
      }
    }
    assert.ok(shown >= 16, `the text itself is on ${shown} pages`);
    const again = await post("/users/", {
      username: HOSTILE,
      email: HOSTILE,
      password: "short",
      full_name: "x".repeat(200),
    });
    assert.equal(again.status, 400);
    assert.doesNotMatch(again.text, ATTACK);
    assert.match(
      again.text,
      /Enter a valid email address[\s\S]*no more than 150 characters|no more than 150 characters[\s\S]*Enter a valid/,
    );
    assert.doesNotMatch((await get(`/nowhere/${encodeURIComponent(HOSTILE)}`, { Accept: "text/html" })).text, ATTACK);
  }));

Deno.test("every page may load nothing but its own style and script, and is not kept by caches", () =>
  withRuntime(async (runtime) => {
    const { get, post } = await personWith(runtime, "superuser");
    for (
      const answer of [
        await get("/"),
        await get("/devices/"),
        await get("/devices/7/"),
        await get("/nowhere/", { Accept: "text/html,*/*" }),
        await post("/users/", {}),
      ]
    ) {
      const of = (name: string) => answer.headers.get(name);
      assert.match(of("Content-Security-Policy") ?? "", /^default-src 'none'; style-src 'self'; script-src 'self'; /);
      assert.match(of("Content-Security-Policy") ?? "", /form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/);
      assert.deepEqual(
        [of("Cache-Control"), of("X-Content-Type-Options"), of("Referrer-Policy")],
        ["no-store", "nosniff", "same-origin"],
      );
      assert.doesNotMatch(answer.text, /<script>|<style|\sstyle=|\son[a-z]+=/);
    }
    const { text } = await get("/");
    for (const [, path = ""] of text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)) {
      const file = await get(path);
      assert.equal(file.status, 200);
      assert.match(file.headers.get("Cache-Control") ?? "", /immutable/);
    }
    assert.equal((await get("/static/0000000000000000/admin.css")).status, 404);
  }));

Deno.test("an unknown address is a page for people and a word for programs", () =>
  withRuntime(async (runtime) => {
    const { get } = await personWith(runtime, "superuser");
    const page = await get("/nowhere/", { Accept: "text/html" });
    assert.deepEqual([page.status, /<nav aria-label="Main">/.test(page.text)], [404, true]);
    assert.deepEqual(await get("/nowhere/").then(({ status, text }) => [status, text]), [404, "Not found."]);
  }));

Deno.test("the overview lists what needs attention, the worst first, with counts", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { clock, sql } = runtime;
    const { get } = await personWith(runtime, "superuser");
    assert.doesNotMatch((await get("/")).text, /Nothing needs attention/);
    const [mac, phone] = [MODELS.find((one) => one.platform === "macOS"), MODELS.find((one) => one.platform === "iOS")];
    assert.ok(mac && phone);
    for (const model of [mac, mac, phone]) await (await fleet.enrolled({ model })).connect();
    await sql`update devices set blocked_at = ${clock.now()} where id = (select max(id) from devices)`;
    const { text } = await get("/");
    assert.match(text, /1 device is blocked\./);
    assert.match(text, new RegExp(`<desc id="versions-text">[^<]*macOS ${mac.osVersion}[^<]*: 2`));
    assert.match(text, /<desc id="seen-text">Less than an hour ago: 3, /);
    clock.advance(10 * 86_400);
    const current = await personWith(runtime, "superuser");
    assert.match((await current.get("/")).text, /2 devices have not checked in for a week\./);
    await sql`update push_certificates set not_after = ${new Date(clock.now().getTime() + 5 * 86_400_000)}`;
    assert.match((await current.get("/")).text, /The push certificate &quot;push&quot; expires in 5 days\./);
    await sql`update push_certificates set not_after = ${clock.now()}`;
    assert.match((await current.get("/")).text, /<li class="urgent">The push certificate &quot;push&quot; has expired/);
    const blind = await personWith(runtime, []);
    assert.doesNotMatch((await blind.get("/")).text, /checked in|push certificate/i);
  }));

Deno.test("the device list finds by any of its words, filters, sorts and turns pages", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { get } = await personWith(runtime, "superuser");
    const names = ["Anna 100%", "Berta_x", "Cäsar"];
    for (const [index, name] of names.entries()) {
      const model = MODELS[index];
      assert.ok(model);
      await (await fleet.enrolled({ name, model })).connect();
      runtime.clock.advance(60);
    }
    await runtime.sql`update devices set blocked_at = now() where serial_number like '%2'`;
    const found = async (query: string) =>
      [...(await get(`/devices/${query}`)).text.matchAll(/<a href="\/devices\/\d+\/">([^<]*)</g)].map(([, name]) =>
        name
      );
    assert.deepEqual(await found(""), ["Cäsar", "Berta_x", "Anna 100%"], "the last seen first");
    assert.deepEqual(await found("?q=berta"), ["Berta_x"]);
    assert.deepEqual(await found("?q=%25"), ["Anna 100%"], "a percent sign is no wildcard");
    assert.deepEqual(await found("?q=_"), ["Berta_x"], "nor is an underscore");
    assert.deepEqual(await found("?q=c02sim000003"), ["Cäsar"]);
    assert.deepEqual(await found("?state=blocked"), ["Berta_x"]);
    assert.deepEqual(await found("?sort=name&dir=asc"), ["Anna 100%", "Berta_x", "Cäsar"]);
    assert.deepEqual(await found("?sort=name&dir=desc&offset=2"), ["Anna 100%"]);
    assert.deepEqual(await found("?seen=older"), []);
    runtime.clock.advance(8 * 86_400);
    const later = await personWith(runtime, "superuser");
    assert.match((await later.get("/devices/?seen=older")).text, /3 devices/);
    assert.match((await later.get("/devices/?seen=7")).text, /No device matches/);
  }));

Deno.test("a token is shown once, works, and its revocation ends it", () =>
  withFleet(async ({ runtime, fetch }) => {
    const { get, post, userId } = await personWith(runtime, "superuser");
    const made = await post("/tokens/", { name: "nightly", user: String(userId), expires_at: "2026-12-31" });
    const token = /<p class="secret" id="token">([^<]+)</.exec(made.text)?.[1] ?? "";
    assert.ok(token.length > 20);
    const status = async () =>
      (await fetch(
        new Request("https://mdm.example.com/api/mdm/devices/", { headers: { Authorization: `Token ${token}` } }),
      )).status;
    assert.equal(await status(), 200);
    const list = (await get("/tokens/")).text;
    assert.ok(!list.includes(token));
    const [, path = ""] = /nightly[\s\S]*?action="(\/tokens\/[^"]+\/delete\/)"/.exec(list) ?? [];
    assert.equal((await post(path)).location, "/tokens/?done=deleted");
    assert.equal(await status(), 401);
    assert.equal((await post(path)).status, 404);
  }));
