import assert from "node:assert/strict";
import { ownedDevices } from "../../../../simulators/apple/device_assignment_portal.ts";
import { withOrchard } from "../../../support/ade.ts";
import { settle } from "../../../support/artifacts.ts";
import { createApp } from "../../../../routes/app.ts";
import { CSRF_FIELD } from "../../../../src/access/csrf.ts";
import type { TestRuntime } from "../../../support/runtime.ts";
import { ORIGIN, type Person, personWith } from "../support.ts";

/** Sends a form with a file, as a browser does. */
async function upload(runtime: TestRuntime, person: Person, path: string, file: Uint8Array) {
  const form = new FormData();
  form.set(CSRF_FIELD, person.csrf);
  form.set("encrypted_token", new File([Uint8Array.from(file)], "server_token_smime.p7m"));
  const response = await createApp(runtime).fetch(
    new Request(ORIGIN + path, {
      method: "POST",
      body: form,
      headers: { Cookie: person.cookie, "Sec-Fetch-Site": "same-origin" },
    }),
    { remoteAddress: "192.0.2.1" },
  );
  return { status: response.status, text: await response.text(), location: response.headers.get("Location") ?? "" };
}

Deno.test("a virtual server is connected through the pages, from the key to its devices", () =>
  withOrchard(async ({ fleet, apple }) => {
    const { runtime } = fleet;
    const person = await personWith(runtime, "superuser");
    const { get, post } = person;
    assert.match((await get("/virtual-servers/")).text, /No virtual server is connected yet/);
    const { location: wizard } = await post("/virtual-servers/connect/");
    assert.match(wizard, /^\/virtual-servers\/connect\/\d+\/$/);
    const page = (await get(wizard)).text;
    assert.match(page, /Download the public key/);
    assert.match(page, /Under Your MDM Servers, select Add/);
    const key = await get(`${wizard}public-key/`);
    assert.equal(key.headers.get("Content-Type"), "application/x-pem-file");
    assert.match(
      key.headers.get("Content-Disposition") ?? "",
      /^attachment; filename="mdm\.example\.com_public_key_\d+_20260601120000\.pem"/,
    );
    assert.match((await get("/virtual-servers/")).text, /Not finished/);
    const server = apple.portal.addServer("Orchard <b>");
    apple.portal.assign(server, ownedDevices(120));
    apple.portal.uploadPublicKey(server, key.text);
    const wrong = await upload(runtime, person, `${wizard}token/`, new TextEncoder().encode("hello"));
    assert.equal(wrong.status, 400);
    assert.match(wrong.text, /Could not read or use encrypted token: the file is not one/);
    assert.match((await post(`${wizard}token/`, {})).text, /This field is required/);
    const done = await upload(
      runtime,
      person,
      `${wizard}token/`,
      await apple.portal.downloadToken(server, { openssl: "-aes256" }),
    );
    assert.match(done.location, /^\/virtual-servers\/\d+\/\?done=connected$/);
    assert.equal((await get(wizard)).status, 404, "the key is in use");
    await settle(fleet);
    const detail = (await get(done.location)).text;
    assert.match(detail, /Connected\. The server fetches its devices now\./);
    assert.match(detail, /Orchard &lt;b&gt;/);
    assert.match(detail, /5 of 120 devices/);
    assert.match(detail, /Example Organization, 6500001/);
    assert.match((await get("/assigned-devices/")).text, /120 devices/);
    assert.match((await get("/assigned-devices/?q=dmpa0000012")).text, /1 device</);
    assert.match((await get("/assigned-devices/?family=iPad&state=all")).text, /30 devices/);
  }));

Deno.test("each trouble of a token stands on its page, on the overview, in readiness and metrics, with its cure", () =>
  withOrchard(async ({ fleet, apple, connect, sync }) => {
    const { runtime } = fleet;
    const server = apple.portal.addServer("Orchard");
    const id = await connect(server);
    await settle(fleet);
    // Sessions end long before tokens.
    const at = async (path: string) => (await (await personWith(runtime, "superuser")).get(path)).text;
    const app = createApp(runtime);
    const monitored = async (path: string) =>
      await (await app.fetch(
        new Request(`https://mdm.example.com${path}`, { headers: { Authorization: "Bearer a-token-of-metrics" } }),
        { remoteAddress: "192.0.2.1" },
      )).text();
    assert.doesNotMatch(await at("/"), /Orchard/);
    assert.doesNotMatch(await monitored("/readyz"), /Orchard/);
    const cases = [
      ["terms not signed", /terms and conditions/, /accepts the new terms and conditions/, "Terms not accepted"],
      ["revoked", /does not accept the server token/, /choose Download Token/, "Revoked"],
      ["account gone", /no access to Apple/, /Sign in with an account/, "No access"],
    ] as const;
    for (const [trouble, sentence, cure, chip] of cases) {
      server.trouble = trouble;
      runtime.clock.advance(60);
      assert.equal((await sync(id)).status, "FAILURE");
      const page = await at(`/virtual-servers/${id}/`);
      assert.match(page, sentence);
      assert.match(page, cure);
      assert.match(await at("/virtual-servers/"), new RegExp(chip));
      assert.match(await at("/"), sentence);
      assert.match(await monitored("/readyz"), sentence);
      assert.ok((await monitored("/metrics")).includes(`state="${trouble}"} 1`));
    }
    server.trouble = undefined;
    assert.equal((await sync(id)).status, "SUCCESS");
    assert.doesNotMatch(await at("/"), /Orchard/);
    runtime.clock.advance(340 * 86_400);
    assert.match(await at("/"), /Orchard.*expires on 2027-06-01/s);
    runtime.clock.advance(30 * 86_400);
    assert.match(await at(`/virtual-servers/${id}/`), /expired on 2027-06-01/);
  }, { METRICS_TOKEN: "a-token-of-metrics" }));

Deno.test("a device's page says where it stands, and assigns, refreshes and gives up", () =>
  withOrchard(async ({ fleet, apple, connect, sync, enrollment }) => {
    const { runtime } = fleet;
    const { get, post } = await personWith(runtime, "superuser");
    const server = apple.portal.addServer("Orchard");
    apple.portal.assign(server, ownedDevices(3));
    const id = await connect(server);
    await settle(fleet);
    const { id: enrollmentId } = await enrollment(id, "Laptops");
    const [row] = (await fleet.api("GET", "/api/mdm/dep/devices/?serial_number=DMPA00000001")).json.results;
    const path = `/assigned-devices/${row.id}/`;
    assert.match((await get(path)).text, /has no default enrollment/);
    const given = await post(`/virtual-servers/${id}/default-enrollment/`, {
      default_enrollment: String(enrollmentId),
    });
    assert.equal(given.location, `/virtual-servers/${id}/?done=saved`);
    assert.match((await get(path)).text, /The next sync assigns the default enrollment Laptops/);
    apple.portal.throttle(["DMPA00000001"], 3600);
    const throttled = await post(`${path}assign/`, { enrollment: String(enrollmentId) });
    assert.equal(throttled.location, `${path}?done=assigning`);
    assert.match(
      (await get(path)).text,
      /throttles the assignment of Laptops\. The server tries again after 2026-06-01 13:00 UTC/,
    );
    assert.match((await get("/assigned-devices/")).text, /Throttled/);
    apple.portal.throttled.clear();
    runtime.clock.advance(3601);
    await settle(fleet);
    assert.match((await get(path)).text, /It has the enrollment Laptops since 2026-06-01 13:00 UTC/);
    apple.portal.activate("DMPA00000001");
    assert.equal((await post(`${path}refresh/`)).location, `${path}?done=refreshed`);
    assert.match((await get(path)).text, /Setup Assistant took the enrollment Laptops/);
    server.trouble = "terms not signed";
    const refused = await post(`${path}assign/`, { enrollment: String(enrollmentId) });
    assert.equal(refused.status, 400);
    assert.match(refused.text, /Could not assign enrollment to device\. Apple&#39;s new terms and conditions/);
    assert.match((await get(path)).text, /Changes do not reach Apple now/);
    server.trouble = undefined;
    assert.match(
      (await post(`${path}disown/`, { serial_number: "WRONG" })).text,
      /not the serial number of the device/,
    );
    assert.equal((await post(`${path}disown/`, { serial_number: "dmpa00000001" })).location, `${path}?done=disowned`);
    assert.match((await get(path)).text, /gave this device up/);
    runtime.clock.advance(60);
    apple.portal.unassign(server, ["DMPA00000002"]);
    await sync(id);
    const [gone] = (await fleet.api("GET", "/api/mdm/dep/devices/?serial_number=DMPA00000002")).json.results;
    assert.match((await get(`/assigned-devices/${gone.id}/`)).text, /does not assign this device to Orchard any more/);
  }));

Deno.test("selected devices are assigned together, and the selection survives a refusal", () =>
  withOrchard(async ({ fleet, apple, connect, enrollment }) => {
    const { get, post } = await personWith(fleet.runtime, "superuser");
    const server = apple.portal.addServer("Orchard");
    apple.portal.assign(server, ownedDevices(4));
    const id = await connect(server);
    await settle(fleet);
    const { id: enrollmentId } = await enrollment(id);
    const { results } = (await fleet.api("GET", "/api/mdm/dep/devices/")).json;
    const ids: string[] = results.slice(0, 3).map((one: { id: number }) => String(one.id));
    assert.match(
      (await post("/assigned-devices/assign/", { enrollment: String(enrollmentId) })).text,
      /Select at least one/,
    );
    const refused = await post("/assigned-devices/assign/", { enrollment: "999", devices: ids });
    assert.equal(refused.status, 400);
    assert.equal(refused.text.match(/name="devices"[^>]* checked/g)?.length, 3);
    const done = await post(`/assigned-devices/assign/?server=${id}`, {
      enrollment: String(enrollmentId),
      devices: ids,
    });
    assert.equal(done.location, `/assigned-devices/?server=${id}&done=assigning`);
    assert.match((await get("/assigned-devices/")).text, /Pending/);
    await settle(fleet);
    assert.equal([...server.devices.values()].filter(({ profileStatus }) => profileStatus === "assigned").length, 3);
  }));

Deno.test("the pages need their permissions, one by one", () =>
  withOrchard(async ({ fleet, apple, connect }) => {
    const id = await connect(apple.portal.addServer("Orchard"));
    const reader = await personWith(fleet.runtime, ["mdm.view_depvirtualserver"]);
    const page = await reader.get(`/virtual-servers/${id}/`);
    assert.equal(page.status, 200);
    assert.doesNotMatch(page.text, /Renew token|Default enrollment<\/h2>|All devices of this server/);
    assert.equal((await reader.post(`/virtual-servers/${id}/sync/`)).status, 303);
    for (const path of ["/virtual-servers/connect/", `/virtual-servers/${id}/token/`, "/assigned-devices/assign/"]) {
      assert.equal((await reader.post(path)).status, 403, path);
    }
    assert.equal((await reader.get("/assigned-devices/")).status, 403);
    assert.match((await reader.get(`/virtual-servers/${id}/beta-tokens/`)).text, /bTkYhEmqCs/);
  }));
