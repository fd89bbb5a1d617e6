import assert from "node:assert/strict";
import type { SimulatedDeviceAssignment } from "../../../simulators/apple/device_assignment.ts";
import { ownedDevices } from "../../../simulators/apple/device_assignment_portal.ts";
import { changeDefaultEnrollment } from "../../../src/ade/virtual_servers.ts";
import { BUILT_IN_ISSUER } from "../../../src/issuing/scep_issuers.ts";
import { testBy } from "../../routes/api/support.ts";
import { type Orchard, withOrchard } from "../../support/ade.ts";
import { jobs } from "../../support/ade_jobs.ts";
import { made, settle } from "../../support/artifacts.ts";

/** Runs `meanwhile` once, after Apple has made its answer to a path and before the server has it. */
function during(apple: SimulatedDeviceAssignment, path: string, meanwhile: () => Promise<void>): void {
  const answer = apple.answer.bind(apple);
  let left = 1;
  apple.answer = async (request) => {
    const response = await answer(request);
    if (new URL(request.url).pathname === path && left-- > 0) await meanwhile();
    return response;
  };
}

/** A connected server with devices and two enrollments. */
async function connected({ fleet, apple, connect, enrollment }: Orchard, devices: number) {
  const server = apple.portal.addServer("Orchard");
  apple.portal.assign(server, ownedDevices(devices));
  const id = await connect(server);
  await settle(fleet);
  return { server, id, usual: await enrollment(id, "Usual"), chosen: await enrollment(id, "Chosen") };
}

async function put({ fleet }: Orchard, serial: string, enrollment: number) {
  const { json } = await fleet.api("GET", `/api/mdm/dep/devices/?serial_number=${serial}`);
  fleet.runtime.clock.advance(1);
  const answer = await fleet.api("PUT", `/api/mdm/dep/devices/${json.results[0].id}/`, { enrollment });
  assert.equal(answer.status, 200, JSON.stringify(answer.json));
  fleet.runtime.clock.advance(1);
  return answer.json;
}

/** An enrollment of a server, made as clients do, and what it was made from. */
async function automated({ fleet }: Orchard, id: number) {
  const [unit] = await made(fleet, "GET", "/api/inventory/meta_business_units/");
  const [push] = await made(fleet, "GET", "/api/mdm/push_certificates/");
  const body = {
    name: "Out of the box",
    virtual_server: id,
    push_certificate: push.id,
    scep_issuer: BUILT_IN_ISSUER,
    skip_setup_items: [],
    enrollment_secret: { meta_business_unit: unit.id },
  };
  return { body, first: await made(fleet, "POST", "/api/mdm/dep_enrollments/", body) };
}

/** What Apple gives to a device, as one of the two enrollments. */
const atApple = ({ apple }: Orchard, server: { uuid: string }, serial: string) =>
  [...apple.portal.servers.values()].find(({ uuid }) => uuid === server.uuid)?.devices.get(serial)?.profileUuid;
const appleUuid = ({ uuid }: { uuid: string }) => uuid.replaceAll("-", "").toUpperCase();

for (const query of ["?full_sync=true", ""]) {
  Deno.test(`an enrollment that is chosen while a page is on its way is not replaced by the default one (${query})`, () =>
    withOrchard(async (orchard) => {
      const { fleet, apple, sync, devices } = orchard;
      const { server, id, usual, chosen } = await connected(orchard, 3);
      apple.portal.modify(server, "DMPA00000001", { assetTag: "one" });
      during(apple, query === "" ? "/devices/sync" : "/server/devices", async () => {
        await put(orchard, "DMPA00000001", chosen.id);
        await changeDefaultEnrollment(fleet.runtime, testBy, id, usual.id);
      });
      await sync(id, query);
      assert.deepEqual(Object.values(await devices(id)).map((said) => said.split(" ").at(-2)), [
        `e${chosen.id}`,
        `e${usual.id}`,
        `e${usual.id}`,
      ]);
      assert.equal(atApple(orchard, server, "DMPA00000001"), appleUuid(chosen));
    }));
}

Deno.test("an enrollment that is chosen while a job assigns the default one is the device's in the end", async (test) => {
  for (const order of ["before Apple's answer", "after Apple's answer"]) {
    await test.step(order, () =>
      withOrchard(async (orchard) => {
        const { fleet, apple, sync, devices } = orchard;
        const { server, id, usual, chosen } = await connected(orchard, 2);
        const meanwhile = async () => {
          await put(orchard, "DMPA00000002", chosen.id);
        };
        if (order === "after Apple's answer") {
          during(apple, "/profile/devices", meanwhile);
        } else {
          const answer = apple.answer.bind(apple);
          let left = 1;
          apple.answer = async (request) => {
            if (new URL(request.url).pathname === "/profile/devices" && left-- > 0) await meanwhile();
            return await answer(request);
          };
        }
        await changeDefaultEnrollment(fleet.runtime, testBy, id, usual.id);
        await settle(fleet);
        await sync(id);
        assert.equal((await devices(id)).DMPA00000002, `modified assigned e${chosen.id} SUCCESS`);
        assert.equal((await devices(id)).DMPA00000001, `modified assigned e${usual.id} SUCCESS`);
        assert.equal(atApple(orchard, server, "DMPA00000002"), appleUuid(chosen));
      }));
  }
});

Deno.test("a default enrollment that Apple gives a device during a choice is replaced by what was chosen", () =>
  withOrchard(async (orchard) => {
    const { fleet, apple, devices } = orchard;
    const { server, id, usual, chosen } = await connected(orchard, 1);
    // As a job of another process does.
    during(apple, "/profile/devices", () => {
      apple.portal.setProfile(server, "DMPA00000001", "assigned", appleUuid(usual));
      return Promise.resolve();
    });
    const told = await put(orchard, "DMPA00000001", chosen.id);
    assert.deepEqual([told.enrollment, told.pending_enrollment], [usual.id, chosen.id]);
    await settle(fleet);
    assert.equal((await devices(id)).DMPA00000001, `added assigned e${chosen.id} SUCCESS`);
    assert.equal(atApple(orchard, server, "DMPA00000001"), appleUuid(chosen));
  }));

Deno.test("a device that waits for an enrollment still does when the one that it has is defined again", () =>
  withOrchard(async (orchard) => {
    const { fleet, apple } = orchard;
    const { server, id, chosen } = await connected(orchard, 1);
    const { body, first } = await automated(orchard, id);
    await put(orchard, "DMPA00000001", first.id);
    apple.portal.throttle(["DMPA00000001"], 600);
    await put(orchard, "DMPA00000001", chosen.id);
    await made(fleet, "PUT", `/api/mdm/dep_enrollments/${first.id}/`, { ...body, department: "IT" });
    fleet.runtime.clock.advance(700);
    await settle(fleet);
    assert.equal(atApple(orchard, server, "DMPA00000001"), appleUuid(chosen));
  }));

for (const by of ["a job", "an operator"]) {
  Deno.test(`a device that got a profile from ${by} while it was defined again gets the new one`, () =>
    withOrchard(async (orchard) => {
      const { fleet, apple } = orchard;
      const { server, id } = await connected(orchard, 1);
      const { body, first } = await automated(orchard, id);
      let second = first;
      during(apple, "/profile/devices", async () => {
        second = await made(fleet, "PUT", `/api/mdm/dep_enrollments/${first.id}/`, { ...body, department: "IT" });
      });
      if (by === "an operator") await put(orchard, "DMPA00000001", first.id);
      else await changeDefaultEnrollment(fleet.runtime, testBy, id, first.id);
      await settle(fleet);
      assert.notEqual(second.uuid, first.uuid);
      assert.equal(atApple(orchard, server, "DMPA00000001"), appleUuid(second));
      const { json } = await fleet.api("GET", "/api/mdm/dep/devices/");
      const { profile_uuid, enrollment, pending_enrollment } = json.results[0];
      assert.deepEqual([profile_uuid, enrollment, pending_enrollment], [second.uuid, first.id, null]);
    }));
}

Deno.test("a deletion that a sync has stored is not undone by an answer from before it", () =>
  withOrchard(async (orchard) => {
    const { fleet, apple, sync, devices } = orchard;
    const { server, id, usual } = await connected(orchard, 1);
    during(apple, "/devices", async () => {
      fleet.runtime.clock.advance(1);
      apple.portal.unassign(server, ["DMPA00000001"]);
      await sync(id);
      fleet.runtime.clock.advance(1);
    });
    await put(orchard, "DMPA00000001", usual.id);
    assert.match((await devices(id)).DMPA00000001 ?? "", /^deleted/);
  }));

Deno.test("a profile that Apple has lost keeps no device from another one, and the job says what to do", () =>
  withOrchard(async (orchard) => {
    const { fleet, devices } = orchard;
    const { server, id, usual, chosen } = await connected(orchard, 4);
    server.profiles.delete(appleUuid(usual));
    const want = async (enrollment: number, ...serials: string[]) =>
      await fleet.runtime.sql`
        update dep_devices set wanted_enrollment_id = ${enrollment} where serial_number = any(${serials})`;
    await want(usual.id, "DMPA00000001");
    await want(chosen.id, "DMPA00000002", "DMPA00000003", "DMPA00000004");
    await jobs(fleet, "ade-sync-due");
    assert.deepEqual(
      Object.values(await devices(id)).map((said) => said.includes(`e${chosen.id} `)),
      [false, true, true, true],
    );
    const [job] = await fleet.runtime.sql<{ state: string; error: string }[]>`
      select state, error from jobs where kind = 'ade-assign' order by id desc limit 1`;
    assert.equal(job?.state, "failed");
    assert.match(
      job.error,
      /the profile of the enrollment "Usual"\. Open it, click Test, then Define again at Apple\.$/,
    );
  }));

Deno.test("a throttle of no seconds is no reason to ask again at once", () =>
  withOrchard(async (orchard) => {
    const { fleet, apple, devices } = orchard;
    const { id, usual } = await connected(orchard, 1);
    apple.portal.throttle(["DMPA00000001"], 1);
    const asked = () => apple.seen.filter(({ path }) => path === "/profile/devices").length;
    apple.portal.throttled.set("DMPA00000001", { until: new Date("2100-01-01"), seconds: 0 });
    await changeDefaultEnrollment(fleet.runtime, testBy, id, usual.id);
    await settle(fleet);
    assert.equal(asked(), 1);
    apple.portal.throttled.clear();
    fleet.runtime.clock.advance(60);
    await settle(fleet);
    assert.equal(asked(), 2);
    assert.equal((await devices(id)).DMPA00000001, `added assigned e${usual.id} SUCCESS`);
  }));

Deno.test("cursors that are always new and never end are a circle", () =>
  withOrchard(async (orchard) => {
    const { fleet, apple } = orchard;
    const { id } = await connected(orchard, 1);
    const answer = apple.answer.bind(apple);
    let pages = 0;
    apple.answer = async (request) => {
      const response = await answer(request);
      if (new URL(request.url).pathname !== "/server/devices" || pages > 2000) return response;
      const headers = { "X-ADM-Auth-Session": response.headers.get("x-adm-auth-session") ?? "" };
      return Response.json({ devices: [], cursor: `endless ${++pages}`, more_to_follow: true }, { headers });
    };
    await fleet.api("POST", `/api/mdm/dep/virtual_servers/${id}/sync_devices/?full_sync=true`);
    await settle(fleet);
    assert.equal(pages, 200);
    const [job] = await fleet.runtime.sql<{ error: string }[]>`
      select error from jobs where kind = 'ade-sync' order by id desc limit 1`;
    assert.match(job?.error ?? "", /lead in a circle/);
  }));

Deno.test("beta programs that Apple does not offer say nothing of the token", () =>
  withOrchard(async (orchard) => {
    const { fleet, apple } = orchard;
    const { id } = await connected(orchard, 0);
    apple.failNext({ status: 403, body: "FORBIDDEN" }, { path: "/os-beta-enrollment/tokens", times: 2 });
    const { status, json } = await fleet.api("GET", `/api/mdm/dep/virtual_servers/${id}/beta_tokens/`);
    assert.equal(status, 200);
    assert.match(json.error, /beta programs/);
    const told = await fleet.runtime.sql`select 1 from events where type = 'dep_token_health'`;
    assert.equal(told.length, 0);
  }));
