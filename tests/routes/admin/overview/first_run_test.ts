import assert from "node:assert/strict";
import { revokeOtaEnrollment } from "../../../../src/enrollment/ota_enrollments.ts";
import { withFleet } from "../../../support/fleet.ts";
import { withRuntime } from "../../../support/runtime.ts";
import { testBy } from "../../api/support.ts";
import { personWith } from "../support.ts";

/** The steps that the overview shows, with whether each is done and where its link leads. */
function stepsIn(text: string): [string, boolean, string | undefined][] {
  const list = /<ol class="attention">([\s\S]*?)<\/ol>/.exec(text)?.[1] ?? "";
  return [...list.matchAll(/<li[\s\S]*?<\/li>/g)].map(([item]) => [
    /<strong>([^<]*)</.exec(item)?.[1] ?? "",
    />Done</.test(item),
    /href="([^"]*)"/.exec(item)?.[1],
  ]);
}

Deno.test("the overview of a new server lists the first steps, and not that nothing needs attention", () =>
  withRuntime(async (runtime) => {
    const { get } = await personWith(runtime, "superuser");
    const { text } = await get("/");
    assert.doesNotMatch(text, /Nothing needs attention/);
    assert.match(text, /Devices cannot use http:\/\/localhost:8000\. Set BASE_URL/);
    assert.deepEqual(stepsIn(text), [
      ["Server address", false, undefined],
      ["Push certificate", false, "/push-certificates/"],
      ["Enrollment", false, "/enrollments/"],
      ["First device", false, "/enrollments/"],
    ]);
    for (const [, , href] of stepsIn(text)) if (href !== undefined) assert.equal((await get(href)).status, 200);
    const watcher = await personWith(runtime, ["mdm.view_enrolleddevice"]);
    assert.deepEqual(stepsIn((await watcher.get("/")).text).map(([, , href]) => href), Array(4).fill(undefined));
    const blind = await personWith(runtime, []);
    assert.deepEqual(stepsIn((await blind.get("/")).text), []);
  }, { BASE_URL: "http://localhost:8000" }));

Deno.test("steps are ticked off as they are done, and the list goes with the last one", () =>
  withFleet(async (fleet) => {
    const { runtime, enrollmentId } = fleet;
    const { sql, clock } = runtime;
    const { get } = await personWith(runtime, "superuser");
    const done = async () => stepsIn((await get("/")).text).map(([, done]) => done);
    assert.deepEqual(await done(), [true, true, true, false]);
    await sql`update push_certificates set not_after = null`;
    const empty = (await get("/")).text;
    assert.deepEqual(stepsIn(empty).map(([, done]) => done), [true, false, true, false]);
    assert.match(empty, /<ul class="attention" aria-label="Needs attention">/);
    await sql`update push_certificates set not_after = ${new Date("2040-01-01T00:00:00Z")}`;
    await fleet.enrolled();
    assert.deepEqual(await done(), []);
    assert.match((await get("/")).text, /Nothing needs attention/);
    await revokeOtaEnrollment(runtime, testBy, enrollmentId);
    await sql`update push_certificates set not_after = ${clock.now()}`;
    const later = (await get("/")).text;
    assert.deepEqual(stepsIn(later), []);
    assert.match(later, /<li class="urgent">The push certificate/);
  }));

Deno.test("a revoked enrollment that no device used is no step done", () =>
  withFleet(async (fleet) => {
    await revokeOtaEnrollment(fleet.runtime, testBy, fleet.enrollmentId);
    const { get } = await personWith(fleet.runtime, "superuser");
    assert.deepEqual(stepsIn((await get("/")).text).map(([, done]) => done), [true, true, false, false]);
  }));

Deno.test("a server with devices whose address is localhost keeps the warning", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    assert.equal(device.enrolled, true);
    const runtime = { ...fleet.runtime, config: { ...fleet.runtime.config, BASE_URL: "https://localhost" } };
    const { get } = await personWith(runtime, "superuser");
    assert.deepEqual(stepsIn((await get("/")).text).map(([, done]) => done), [false, true, true, true]);
  }));
