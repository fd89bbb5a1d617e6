import assert from "node:assert/strict";
import { Hono } from "hono";
import { mountAdmin } from "../../../../routes/admin/mount.ts";
import type { AppEnv } from "../../../../routes/context.ts";
import { PERMISSIONS } from "../../../../src/access/permissions.ts";
import { withFleet } from "../../../support/fleet.ts";
import { type TestRuntime, withRuntime } from "../../../support/runtime.ts";
import { personWith, visitor } from "../support.ts";

/** Pages for people who are not signed in, or for everyone who is; an enrollment's address is its own secret. */
const OPEN = new Set(["/signin/", "/setup/", "/signout/", "/", "/enroll/:address/", "/enroll/:address/profile/"]);

/** The page that every signed-in person may use: their own account. */
const OWN = (path: string) =>
  path === "/account/" || path === "/account/password/" || path.startsWith("/account/sessions/");

const example = (path: string) =>
  path.replace(":uuid", "00000000-0000-4000-8000-000000000000").replace(/:[a-z]+/g, "1");

/** Every page and every form of the pages, as they are mounted: a new one is tested without a line here. */
function mounted(): { pages: string[]; forms: string[] } {
  const app = new Hono<AppEnv>();
  mountAdmin(app);
  const of = (method: string) =>
    app.routes.filter((route) => route.method === method && !OPEN.has(route.path) && !route.path.startsWith("/static/"))
      .map(({ path }) => example(path));
  return { pages: of("GET"), forms: of("POST") };
}

const changes = async (runtime: TestRuntime) =>
  (await runtime.sql<{ count: number }[]>`select count(*)::int as count from events`)[0]?.count;

Deno.test("without a session every page leads to the sign-in and back, and no form does anything", () =>
  withRuntime(async (runtime) => {
    await personWith(runtime, "superuser");
    const { pages, forms } = mounted();
    assert.ok(pages.length >= 15 && forms.length >= 25, `${pages.length} pages and ${forms.length} forms`);
    const { get, post } = visitor(runtime);
    const before = await changes(runtime);
    for (const path of pages) {
      const { status, location } = await get(`${path}?a=b`);
      assert.deepEqual([status, location], [303, `/signin/?next=${encodeURIComponent(`${path}?a=b`)}`], path);
    }
    for (const path of forms) {
      const { status, location } = await post(path);
      assert.deepEqual([status, location], [303, "/signin/"], path);
    }
    assert.equal(await changes(runtime), before);
  }));

Deno.test("a person without permissions is refused every page and every form", () =>
  withFleet(async ({ runtime }) => {
    const { get, post } = await personWith(runtime, []);
    const { pages, forms } = mounted();
    const before = await changes(runtime);
    for (const path of pages) assert.equal((await get(path)).status, OWN(path) ? 200 : 403, path);
    for (const path of forms.filter((path) => !OWN(path))) {
      const { status, text } = await post(path, { name: "x" });
      assert.equal(status, 403, path);
      assert.match(text, /You do not have permission/, path);
    }
    assert.equal(await changes(runtime), before);
    assert.equal((await get("/")).status, 200);
    assert.doesNotMatch((await get("/")).text, /href="\/devices\//);
  }));

Deno.test("every page and form needs one permission, and all others together are not enough", () =>
  withFleet(async ({ runtime }) => {
    const all = PERMISSIONS.map(({ permission }) => permission);
    const needed: Record<string, string> = {
      "/devices/": "mdm.view_enrolleddevice",
      "/push-certificates/": "mdm.view_pushcertificate",
      "/push-certificates/1/csr/": "mdm.change_pushcertificate",
      "/scep-issuers/": "mdm.view_scepissuer",
      "/scep-issuers/new/?backend=IDENT": "mdm.add_scepissuer",
      "/virtual-servers/": "mdm.view_depvirtualserver",
      "/assigned-devices/": "mdm.view_depdevice",
      "/custom-views/": "mdm.view_enrollmentcustomview",
      "/software-updates/": "mdm.view_softwareupdate",
      "/software-update-enforcements/": "mdm.view_softwareupdateenforcement",
      "/filevault-configs/": "mdm.view_filevaultconfig",
      "/recovery-password-configs/": "mdm.view_recoverypasswordconfig",
      "/enrollments/1/profile/": "mdm.change_otaenrollment",
      "/users/": "accounts.view_user",
      "/tokens/": "accounts.view_apitoken",
      "/tags/": "inventory.view_tag",
      "/blueprints/": "mdm.view_blueprint",
      "/claims/": "mdm.view_enrollmentclaim",
      "/events/": "events.view_event",
    };
    for (const [path, permission] of Object.entries(needed)) {
      const allowed = await personWith(runtime, [permission]);
      assert.notEqual((await allowed.get(path)).status, 403, `${path} with ${permission}`);
      const others = await personWith(runtime, all.filter((one) => one !== permission));
      assert.equal((await others.get(path)).status, 403, `${path} without ${permission}`);
    }
    // A page of two kinds of objects opens with either permission.
    const kinds = ["mdm.view_otaenrollment", "mdm.view_depenrollment"];
    for (const kind of kinds) {
      assert.equal((await (await personWith(runtime, [kind])).get("/enrollments/")).status, 200);
    }
    const neither = await personWith(runtime, all.filter((one) => !kinds.includes(one)));
    assert.equal((await neither.get("/enrollments/")).status, 403);
    const secret = await personWith(runtime, all.filter((one) => one !== "mdm.view_device_lock_pin"));
    assert.equal((await secret.post("/devices/1/lock-pin/")).status, 403);
  }));

Deno.test("a form that is not ours is refused, whatever its sender may do", () =>
  withFleet(async ({ runtime }) => {
    const person = await personWith(runtime, "superuser");
    const other = await personWith(runtime, "superuser");
    const before = await changes(runtime);
    const attempts: [string, Record<string, string>, Record<string, string>][] = [
      ["no token", { csrf_token: "" }, {}],
      ["another session's token", { csrf_token: other.csrf }, {}],
      ["another site", {}, { "Sec-Fetch-Site": "cross-site" }],
      ["another host of the domain", {}, { "Sec-Fetch-Site": "same-site" }],
      ["typed by hand", {}, { "Sec-Fetch-Site": "none" }],
    ];
    for (const path of [...mounted().forms, "/signout/"]) {
      for (const [name, fields, headers] of attempts) {
        const { status, text } = await person.post(path, { name: "x", ...fields }, headers);
        assert.equal(status, 403, `${path} with ${name}`);
        assert.match(text, /was not sent from a page of this server/, `${path} with ${name}`);
      }
    }
    assert.equal(await changes(runtime), before);
    assert.equal((await person.get("/")).status, 200, "still signed in");
  }));

Deno.test("nonsense in a form is the sender's mistake, never the server's", () =>
  withFleet(async ({ runtime }) => {
    const person = await personWith(runtime, "superuser");
    const names = [
      "name",
      "username",
      "user",
      "taxonomy",
      "push_certificate",
      "meta_business_unit",
      "blueprint",
      "tags",
    ];
    const more = ["quota", "roles", "expires_at", "inventory_hours", "certificate", "private_key", "command", "pin"];
    for (const value of ["", "\0", "-1", "999999999999999999999", "2027-99-99", "' or 1=1 --", "𝕏".repeat(5000)]) {
      const fields = Object.fromEntries([...names, ...more].map((name) => [name, value]));
      for (const path of mounted().forms) {
        const { status, text } = await person.post(path, fields);
        assert.ok(status < 500, `${path} with ${value.slice(0, 20)}: ${status} ${text.slice(-400)}`);
      }
    }
    const { status } = await person.post("/tags/", {}, { "Content-Type": "application/json" });
    assert.equal(status, 400);
  }));

Deno.test("nonsense in an address is unknown or ignored, never an error of the server", () =>
  withFleet(async ({ runtime }) => {
    const { get } = await personWith(runtime, "superuser");
    for (const value of ["", "%00", "-1", "99999999999999999999", "%25", "%5C", "a'b", "%F0%9F%92%A9", "%E0%A4%A"]) {
      for (const name of ["q", "platform", "state", "seen", "tag", "sort", "dir", "offset"]) {
        assert.equal((await get(`/devices/?${name}=${value}`)).status, 200, `${name}=${value}`);
      }
      for (const name of ["type", "serial_number", "before"]) {
        assert.equal((await get(`/events/?${name}=${value}`)).status, 200, `${name}=${value}`);
      }
      for (const place of ["devices", "users", "enrollments", "push-certificates", "blueprints"]) {
        if (value === "") continue;
        assert.equal((await get(`/${place}/${value}/`)).status, 404, `${place} ${value}`);
      }
    }
    assert.equal((await get("/devices/999999999/")).status, 404);
  }));

Deno.test("operators cannot grant permissions that they do not have", () =>
  withRuntime(async (runtime) => {
    const root = await personWith(runtime, "superuser");
    const clerk = await personWith(runtime, ["accounts.view_user", "accounts.add_user", "accounts.change_user"]);
    const self = { username: "clerk", is_active: "on", is_superuser: "on" };
    assert.equal((await clerk.post(`/users/${clerk.userId}/`, self)).status, 403);
    assert.equal((await clerk.post("/users/", { ...self, username: "mighty" })).status, 403);
    const password = { username: "root", is_active: "on", password: "a new password of root" };
    assert.equal((await clerk.post(`/users/${root.userId}/`, password)).status, 403);
    const maker = await personWith(runtime, ["accounts.view_apitoken", "accounts.add_apitoken"]);
    assert.equal((await maker.post("/tokens/", { name: "x", user: String(root.userId) })).status, 403);
  }));
