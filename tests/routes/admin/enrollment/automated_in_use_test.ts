import assert from "node:assert/strict";
import { findFirstSteps } from "../../../../db/installation/first_steps_views.ts";
import {
  usesOfMetaBusinessUnit,
  usesOfPushCertificate,
  usesOfScepIssuer,
  usesOfTag,
} from "../../../../db/installation/use_views.ts";
import { BUILT_IN_ISSUER } from "../../../../src/issuing/scep_issuers.ts";
import { made } from "../../../support/artifacts.ts";
import { automatedWorld } from "../../../support/automated_world.ts";
import { withFleet } from "../../../support/fleet.ts";
import { personWith } from "../support.ts";

Deno.test("what an automated enrollment names says so: tag, business unit, push certificate, issuer, blueprint, first steps", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const [unit] = await made(fleet, "GET", "/api/inventory/meta_business_units/");
    const [push] = await made(fleet, "GET", "/api/mdm/push_certificates/");
    const world = await automatedWorld(fleet, { unit: unit.id, push: push.id });
    const tag = await made(fleet, "POST", "/api/inventory/tags/", { name: "Kiosk" });
    const blueprint = await made(fleet, "POST", "/api/mdm/blueprints/", { name: "Orchard" });
    const path = `/api/mdm/dep_enrollments/${world.used}/`;
    const before = await made(fleet, "GET", path);
    await made(fleet, "PUT", path, {
      ...before,
      blueprint: blueprint.id,
      enrollment_secret: { ...before.enrollment_secret, tags: [tag.id] },
    });
    const names = (rows: readonly { kind: string; name: string }[]) =>
      rows.filter(({ kind }) => kind === "enrollment").map(({ name }) => name);
    assert.deepEqual(names(await usesOfTag(sql, tag.id)), ["Out of the box"]);
    const all = ["Everyone", "Kiosks", "Out of the box"];
    assert.deepEqual(names(await usesOfMetaBusinessUnit(sql, unit.id)), all);
    assert.deepEqual(names(await usesOfPushCertificate(sql, push.id)), all);
    assert.deepEqual(names(await usesOfScepIssuer(sql, BUILT_IN_ISSUER)), all);
    const ada = await personWith(fleet.runtime, "superuser");
    const { text } = await ada.get(`/blueprints/${blueprint.id}/`);
    assert.match(text, new RegExp(`<a href="/enrollments/automated/${world.used}/">Out of the box</a>`));
    await sql`delete from ota_enrollments`;
    assert.equal((await findFirstSteps(sql)).enrollment, true);
  }));
