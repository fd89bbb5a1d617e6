import assert from "node:assert/strict";
import { deleteExpiredVisits } from "../../db/ade/web_visits.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { machineInfo, type SetupStep, signMachineInfo, WebViewLeft } from "../../simulators/device/setup_assistant.ts";
import { assign, type DepSettings, linkViews, makeDepEnrollment, withAdeEvents } from "../support/ade_devices.ts";
import { deviceOf } from "../support/claims.ts";
import { type Fleet, KEYS, withFleet } from "../support/fleet.ts";

const FORM = '<form method="post"><input type="hidden" name="agreed" value="yes"><button>Continue</button></form>';
const page = (name: string, text = "") => ({ name, html: `<!doctype html><p>${name} ${text}</p>${FORM}` });

/** A device whose enrollment has pages, and what it was given. */
async function viewing(fleet: Fleet, pages: readonly { name: string; html: string }[], settings: DepSettings = {}) {
  const dep = await makeDepEnrollment(fleet, settings);
  const views = await linkViews(fleet, dep.id, ...pages);
  const device = fleet.device();
  await assign(fleet, dep.virtualServerId, device);
  const factory = fleet.maker.certify(device.udid, KEYS[0]);
  return { device, dep, views, how: { factory, url: dep.url, configurationWebUrl: dep.webUrl } };
}

type Viewing = Awaited<ReturnType<typeof viewing>>;

const headerOf = (fleet: Fleet, { device, how }: Viewing, seconds = 0) => ({
  "x-apple-aspen-deviceinfo": signMachineInfo(
    machineInfo(device.state, "de_DE"),
    how.factory,
    new Date(fleet.runtime.clock.now().getTime() + seconds * 1000),
  ).toBase64(),
});

const get = (fleet: Fleet, url: string, headers: Record<string, string> = {}) =>
  fleet.fetch(new Request(url, { headers, redirect: "manual" }));

/** Begins a visit; returns its cookie and where it leads. */
async function enter(fleet: Fleet, view: Viewing, seconds = 0) {
  const response = await get(fleet, view.dep.webUrl, headerOf(fleet, view, seconds));
  assert.equal(response.status, 302, await response.text());
  const [cookie = ""] = response.headers.getSetCookie();
  return { cookie: cookie.split(";", 1)[0] ?? "", attributes: cookie, location: response.headers.get("location") };
}

const reason = ({ events }: { events: { status: string; reason?: string }[] }) => events.at(-1)?.reason;

Deno.test("a device walks through the pages in their order, and enrolls", () =>
  withFleet(async (fleet) => {
    const view = await viewing(fleet, [
      page("Welcome", "{{ serial_number }} {{ payload_language }} {{ request_language }}"),
      page("Terms"),
    ]);
    const { device, how } = view;
    const shown: string[] = [];
    const { events } = await withAdeEvents(fleet, () =>
      device.enrollAutomatically({
        ...how,
        language: "de_DE",
        leaves: ({ html }) => {
          shown.push(/<p>(.*?)<\/p>/.exec(html)?.[1]?.trim() ?? "");
          return false;
        },
      }));
    assert.deepEqual(shown, [`Welcome ${device.serialNumber} de-DE de-DE`, "Terms"]);
    assert.deepEqual(
      events.map(({ status, custom_view }) => [status, custom_view === undefined]).sort(),
      [["success", false], ["success", false], ["success", true]],
    );
    assert.equal((await deviceOf(fleet, device)).hardware_proven, true);
    assert.ok((await device.connect()).length > 0);
  }));

Deno.test("an enrollment with pages gives no profile without them", () =>
  withFleet(async (fleet) => {
    const { device, how } = await viewing(fleet, [page("Terms")]);
    const { configurationWebUrl: _, ...direct } = how;
    const { events } = await withAdeEvents(
      fleet,
      () => assert.rejects(device.enrollAutomatically(direct), /MachineInfo was answered with 400/),
    );
    assert.equal(reason({ events }), "this DEP enrollment requires its web view");
  }));

Deno.test("the web view of an enrollment without pages leads to the profile at once", () =>
  withFleet(async (fleet) => {
    const { device, how } = await viewing(fleet, []);
    await device.enrollAutomatically(how);
    assert.equal(device.enrolled, true);
  }));

Deno.test("without its header, or with one that is no message, the web view answers with a page", () =>
  withFleet(async (fleet) => {
    const view = await viewing(fleet, [page("Terms")]);
    for (
      const [headers, expected] of [
        [{}, /^Missing x-apple-aspen-deviceinfo header$/],
        [{ "x-apple-aspen-deviceinfo": "%%%" }, /not base64/],
        [{ "x-apple-aspen-deviceinfo": "aGVsbG8=" }, /^Cannot/],
      ] as [Record<string, string>, RegExp][]
    ) {
      const { result, events } = await withAdeEvents(fleet, () => get(fleet, view.dep.webUrl, headers));
      assert.equal(result.status, 400);
      assert.match(result.headers.get("content-type") ?? "", /^text\/html/);
      assert.match(await result.text(), /This device cannot enroll/);
      assert.match(reason({ events }) ?? "", expected);
    }
  }));

Deno.test("the cookie is for the web view alone, and no script reads it", () =>
  withFleet(async (fleet) => {
    const { attributes } = await enter(fleet, await viewing(fleet, [page("Terms")]));
    assert.match(attributes, /; Path=\/public\/mdm\/dep_web_enroll\//);
    assert.match(attributes, /; HttpOnly/);
    assert.match(attributes, /; Secure/);
    assert.match(attributes, /; SameSite=Lax/);
    assert.doesNotMatch(attributes, /Domain/i);
  }));

Deno.test("a page runs no scripts, loads no frames, and its forms lead nowhere but back to it", () =>
  withFleet(async (fleet) => {
    const view = await viewing(fleet, [{
      name: "Evil",
      html: '<script>fetch("/api/mdm/devices/")</script><form method="post" action="/users/1/delete/">' +
        '<button autofocus>Continue</button></form><iframe src="/"></iframe><base href="https://attacker.example/">',
    }]);
    const { cookie, location } = await enter(fleet, view);
    const response = await get(fleet, new URL(location ?? "", view.dep.webUrl).href, { Cookie: cookie });
    await response.body?.cancel();
    const policy = new Map(
      (response.headers.get("content-security-policy") ?? "").split("; ").map((one) => {
        const [name = "", ...values] = one.split(" ");
        return [name, values.join(" ")];
      }),
    );
    assert.equal(policy.get("default-src"), "'none'");
    assert.equal(policy.has("script-src"), false);
    assert.equal(policy.get("base-uri"), "'none'");
    assert.equal(policy.get("frame-ancestors"), "'none'");
    assert.equal(policy.get("form-action"), `${view.dep.webUrl}custom_views/${view.views[0]}/`);
    // Without scripts the origin is worth nothing to it; with it, the cookie of the visit comes with its form.
    assert.equal(policy.get("sandbox"), "allow-forms allow-same-origin allow-downloads");
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  }));

Deno.test("no page is passed over: neither the profile nor a later page comes before it", () =>
  withFleet(async (fleet) => {
    const view = await viewing(fleet, [page("One"), page("Two")]);
    const { webUrl } = view.dep;
    const [one = "", two = ""] = view.views;
    const { cookie, location } = await enter(fleet, view);
    const first = `/public/mdm/dep_web_enroll/${view.dep.secret}/custom_views/${one}/`;
    assert.equal(location, first);
    const ask = async (path: string, method = "GET") => {
      const response = await fleet.fetch(
        new Request(`${webUrl}${path}`, { method, headers: { Cookie: cookie }, redirect: "manual" }),
      );
      await response.body?.cancel();
      return [response.status, response.headers.get("location")];
    };
    const second = first.replace(one, two);
    assert.deepEqual(await ask("profile/"), [302, first]);
    assert.deepEqual(await ask(`custom_views/${two}/`), [302, first]);
    assert.deepEqual(await ask(`custom_views/${two}/`, "POST"), [303, first]);
    assert.deepEqual(await ask(`custom_views/${crypto.randomUUID()}/`), [302, first]);
    assert.deepEqual(await ask("custom_views/not-a-page/"), [302, first]);
    assert.deepEqual(await ask(`custom_views/${one}/`, "POST"), [303, second]);
    assert.deepEqual(await ask(`custom_views/${one}/`), [200, null], "back to a page that was seen");
    assert.deepEqual(await ask(`custom_views/${one}/`, "POST"), [303, second]);
    assert.deepEqual(await ask("profile/"), [302, second]);
    assert.deepEqual(await ask(`custom_views/${two}/`, "POST"), [303, first.replace(/custom_views.*/, "profile/")]);
    assert.deepEqual(await ask("profile/"), [200, null]);
    assert.deepEqual(await ask("profile/"), [200, null], "a lost reply");
    const rows = await fleet.runtime.sql`select id from enrollment_sessions where kind = 'DEP'`;
    assert.equal(rows.length, 1);
  }));

Deno.test("a page that is removed during a visit is left out, and one that requires a sign-in is never passed over", () =>
  withFleet(async (fleet) => {
    const view = await viewing(fleet, [page("One"), page("Two")]);
    const [one = "", two = ""] = view.views;
    const { cookie } = await enter(fleet, view);
    const ask = (path: string) => get(fleet, `${view.dep.webUrl}${path}`, { Cookie: cookie });
    await fleet.runtime.sql`delete from dep_enrollment_custom_views where custom_view_id = ${one}`;
    const gone = await ask(`custom_views/${one}/`);
    assert.equal(gone.status, 302);
    assert.match(gone.headers.get("location") ?? "", new RegExp(`custom_views/${two}/$`));
    await fleet.runtime.sql`update enrollment_custom_views set requires_authentication = true`;
    const { result, events } = await withAdeEvents(fleet, () => ask("profile/"));
    assert.equal(result.status, 400);
    assert.match(reason({ events }) ?? "", /requires authentication, which is not available/);
  }));

Deno.test("an abandoned visit is begun again, and the one before it is over", () =>
  withFleet(async (fleet) => {
    const view = await viewing(fleet, [page("One"), page("Two")]);
    const { device, how } = view;
    await assert.rejects(device.enrollAutomatically({ ...how, leaves: ({ n }) => n === 2 }), WebViewLeft);
    const { cookie } = await enter(fleet, view, 100);
    await device.enrollAutomatically(how);
    assert.equal(device.enrolled, true);
    const late = await withAdeEvents(fleet, () => get(fleet, `${view.dep.webUrl}profile/`, { Cookie: cookie }));
    assert.equal(late.result.status, 400);
    assert.equal(reason(late), "the web view has no visit, or it has expired");
  }));

Deno.test("a visit is no longer good once its device has enrolled, is blocked, or was taken away", () =>
  withFleet(async (fleet) => {
    const view = await viewing(fleet, []);
    const { sql } = fleet.runtime;
    const { device, how, dep } = view;
    const { cookie } = await enter(fleet, view);
    const ask = () => withAdeEvents(fleet, () => get(fleet, `${dep.webUrl}profile/`, { Cookie: cookie }));
    await sql`update dep_devices set last_op_type = 'deleted'`;
    assert.match(reason(await ask()) ?? "", /no longer assigned/);
    await sql`update dep_devices set last_op_type = 'added'`;
    assert.equal((await ask()).result.status, 200);
    // The device enrolls with a session of its own, at another visit.
    const { cookie: mine } = await enter(fleet, view, 60);
    await device.enroll(await (await get(fleet, `${dep.webUrl}profile/`, { Cookie: mine })).bytes());
    const used = await withAdeEvents(fleet, () => get(fleet, `${dep.webUrl}profile/`, { Cookie: mine }));
    assert.equal(reason(used), "replayed message: the device has enrolled since");
    const { id } = await deviceOf(fleet, device);
    await fleet.api("POST", `/api/mdm/devices/${id}/block/`);
    const blocked = await withAdeEvents(fleet, () => get(fleet, dep.webUrl, headerOf(fleet, view, 3600)));
    assert.equal(reason(blocked), "Device blocked");
    assert.equal(how.url, dep.url);
  }));

Deno.test("a cookie of one enrollment is worth nothing at another", () =>
  withFleet(async (fleet) => {
    const view = await viewing(fleet, [page("Terms")]);
    const other = await makeDepEnrollment(fleet, { virtualServerId: view.dep.virtualServerId });
    const { cookie } = await enter(fleet, view);
    const found = await withAdeEvents(fleet, () => get(fleet, `${other.webUrl}profile/`, { Cookie: cookie }));
    assert.equal(found.result.status, 400);
    assert.match(reason(found) ?? "", /another enrollment/);
  }));

Deno.test("a message is replayed in the web view neither at another enrollment nor after its device has enrolled", () =>
  withFleet(async (fleet) => {
    const view = await viewing(fleet, [page("Terms")]);
    const other = await makeDepEnrollment(fleet, { virtualServerId: view.dep.virtualServerId });
    const heard = headerOf(fleet, view);
    const first = await get(fleet, view.dep.webUrl, heard);
    assert.equal(first.status, 302);
    assert.match(
      reason(await withAdeEvents(fleet, () => get(fleet, other.webUrl, heard))) ?? "",
      /sent to another enrollment/,
    );
    await view.device.enrollAutomatically(view.how);
    assert.match(
      reason(await withAdeEvents(fleet, () => get(fleet, view.dep.webUrl, heard))) ?? "",
      /the device has enrolled since/,
    );
  }));

Deno.test("a visit ends after two hours, and what is left of it is deleted", () =>
  withFleet(async (fleet) => {
    const view = await viewing(fleet, []);
    const { cookie } = await enter(fleet, view);
    fleet.runtime.clock.advance(2 * 3600 + 1);
    const late = await withAdeEvents(fleet, () => get(fleet, `${view.dep.webUrl}profile/`, { Cookie: cookie }));
    assert.equal(reason(late), "the web view has no visit, or it has expired");
    const { sql, clock } = fleet.runtime;
    assert.deepEqual([await deleteExpiredVisits(sql, clock.now()), await deleteExpiredVisits(sql, clock.now())], [
      1,
      0,
    ]);
  }));

for (const lost of ["message", "page", "continue", "profile", "Authenticate", "TokenUpdate"] as SetupStep[]) {
  Deno.test(`a device in the web view that loses the reply to ${lost} finishes by trying again`, () =>
    withFleet(async (fleet) => {
      const { device, how } = await viewing(fleet, [page("One"), page("Two")], { awaitDeviceConfigured: true });
      await device.enrollAutomatically({
        ...how,
        awaitDeviceConfigured: true,
        loses: (step, n) => step === lost && n <= 2,
      });
      await device.connect();
      assert.equal(device.state.awaitingConfiguration, false);
    }));
}

Deno.test("a device below the minimum updates before it sees a page, and then tries again", () =>
  withFleet(async (fleet) => {
    const old = MODELS.find(({ product }) => product === "Mac15,3");
    assert.ok(old);
    const dep = await makeDepEnrollment(fleet, { macosMinVersion: "26.1" });
    await linkViews(fleet, dep.id, page("Terms"));
    for (const web of [true, false]) {
      if (!web) await fleet.runtime.sql`delete from dep_enrollment_custom_views`;
      const device = fleet.device({ model: old });
      await assign(fleet, dep.virtualServerId, device);
      const { events } = await withAdeEvents(fleet, () =>
        device.enrollAutomatically({
          factory: fleet.maker.certify(device.udid, KEYS[0]),
          url: dep.url,
          ...(web ? { configurationWebUrl: dep.webUrl } : {}),
        }));
      assert.equal(device.state.model.osVersion, "26.1");
      const warning = events.find(({ status }) => status === "warning");
      assert.equal(warning?.reason, "OS update to version 26.1 required");
    }
  }));

Deno.test("the answer that makes a device update is Apple's, with status 403 and as JSON", () =>
  withFleet(async (fleet) => {
    const dep = await makeDepEnrollment(fleet, { macosMinVersion: "99.1" });
    const device = fleet.device();
    await assign(fleet, dep.virtualServerId, device);
    const factory = fleet.maker.certify(device.udid, KEYS[0]);
    const body = signMachineInfo(machineInfo(device.state, "en"), factory, fleet.runtime.clock.now());
    const answer = await fleet.fetch(new Request(dep.url, { method: "POST", body }));
    assert.equal(answer.status, 403);
    assert.equal(answer.headers.get("content-type"), "application/json");
    assert.equal(
      await answer.text(),
      '{"code":"com.apple.softwareupdate.required","details":{"OSVersion":"99.1"}}',
    );
    const uses = await fleet.runtime.sql`select id from enrollment_secret_requests`;
    assert.equal(uses.length, 0, "the enrollment was not used yet");
  }));
