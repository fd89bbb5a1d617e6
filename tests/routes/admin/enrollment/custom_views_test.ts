import assert from "node:assert/strict";
import { withFleet } from "../../../support/fleet.ts";
import { personWith } from "../support.ts";

const HTML = `<h1>{% if "fr" in payload_language %}Bonjour{% else %}Hello{% endif %}</h1><p>{{ serial_number }}</p>`;

Deno.test("a view is written, shown in its preview, changed and deleted", () =>
  withFleet(async ({ runtime }) => {
    const { get, post } = await personWith(runtime, "superuser");
    const { status, location } = await post("/custom-views/new/", {
      name: "Welcome",
      description: "First",
      html: HTML,
    });
    assert.equal(status, 303);
    const path = location.replace(/\?.*$/, "");
    const page = await get(path);
    assert.match(
      page.text,
      /<iframe class="preview" title="Preview" sandbox="" src="\/custom-views\/[0-9a-f-]+\/preview\/"/,
    );
    assert.match(page.headers.get("Content-Security-Policy") ?? "", /frame-src 'self'/);
    assert.match((await get(`${path}preview/?language=fr-FR`)).text, /Bonjour/);
    assert.match((await get(`${path}edit/`)).text, /&lt;h1&gt;\{% if &quot;fr&quot;/);
    assert.equal((await post(`${path}edit/`, { name: "Welcome", html: "<p>Other</p>" })).status, 303);
    assert.match((await get(`${path}preview/`)).text, /<p>Other<\/p>/);
    assert.equal((await post(`${path}delete/`)).location, "/custom-views/?done=deleted");
  }));

Deno.test("a preview is an origin of its own in which nothing runs and nothing is loaded", () =>
  withFleet(async ({ runtime }) => {
    const { post } = await personWith(runtime, "superuser");
    const hostile = "<script>fetch('/')</script><form action=/signout/ method=post><button>x</button></form>";
    const { status, text, headers } = await post("/custom-views/preview/", { html: hostile, language: "en" });
    assert.deepEqual([status, text], [200, hostile]);
    const policy = headers.get("Content-Security-Policy") ?? "";
    assert.match(policy, /^sandbox; default-src 'none'; /);
    assert.match(policy, /form-action 'none'/);
    assert.doesNotMatch(policy, /allow-|script-src|connect-src/);
    assert.match(policy, /frame-ancestors 'self'/);
    assert.equal(headers.get("Cache-Control"), "no-store");
    const broken = await post("/custom-views/preview/", { html: "a\n{{ x }}" });
    assert.equal(broken.status, 400);
    assert.match(broken.headers.get("Content-Type") ?? "", /^text\/plain/);
    assert.match(broken.text, /^Line 2: "x" is not a variable of this page/);
    // Only a form of ours, of somebody who may look at views.
    assert.equal((await post("/custom-views/preview/", { html: "x", csrf_token: "no" })).status, 403);
    const other = await personWith(runtime, ["mdm.view_otaenrollment"]);
    assert.equal((await other.post("/custom-views/preview/", { html: "x" })).status, 403);
  }));

Deno.test("a template with a fault comes back in its form with the line", () =>
  withFleet(async ({ runtime }) => {
    const { post } = await personWith(runtime, "superuser");
    const { status, text } = await post("/custom-views/new/", { name: "A", html: "ok\n{% include 'x' %}" });
    assert.equal(status, 400);
    assert.match(text, /Line 2: the tag &quot;include&quot; is not available/);
    assert.match(text, /\{% include &#39;x&#39; %\}/);
  }));
