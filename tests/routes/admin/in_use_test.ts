import assert from "node:assert/strict";
import { findEnrollmentSecret } from "../../../db/enrollment/enrollment_secrets.ts";
import { findOtaEnrollment } from "../../../db/enrollment/ota_enrollments.ts";
import { usesSentence } from "../../../src/in_use.ts";
import { ALL_PLATFORMS, made } from "../../support/artifacts.ts";
import { withFleet } from "../../support/fleet.ts";
import { house } from "./artifacts/support.ts";
import { errorOf } from "./artifacts/uploads.ts";
import { personWith } from "./support.ts";

const alerts = (text: string) => [...text.matchAll(/<p role="alert">([^<]*)</g)].map(([, sentence]) => sentence);

Deno.test("objects in use are not deleted, and the page lists their uses; the API's answer is unchanged", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { artifact, version, blueprint } = await house(fleet);
    const ada = await personWith(runtime, "superuser");
    const enrollment = await findOtaEnrollment(runtime.sql, fleet.enrollmentId);
    const certificate = enrollment?.pushCertificateId;
    const tag = await made(fleet, "POST", "/api/inventory/tags/", { name: "Kiosk", color: "0079bf" });
    const { json: before } = await fleet.api("GET", `/api/mdm/artifacts/${artifact.id}/`);
    assert.ok(before);
    const profile = await made(fleet, "GET", `/api/mdm/profiles/${version.id}/`);
    await made(fleet, "PUT", `/api/mdm/profiles/${version.id}/`, {
      ...profile,
      ...ALL_PLATFORMS,
      excluded_tags: [tag.id],
    });
    const path = `/enrollments/${fleet.enrollmentId}/`;
    const edited = await ada.post(`${path}edit/`, {
      name: "Everyone",
      display_name: "Example",
      push_certificate: String(certificate),
      meta_business_unit: String(
        (await findEnrollmentSecret(runtime.sql, enrollment?.enrollmentSecretId ?? 0))?.metaBusinessUnitId,
      ),
      blueprint: String(blueprint.id),
      tags: [String(tag.id)],
      serial_numbers: "C02SIM000001\nC02SIM000002",
      udids: "A-B, C-D",
      quota: "50",
    });
    assert.equal(edited.location, `${path}?done=saved`, edited.text);
    await made(fleet, "POST", "/api/mdm/software_update_enforcements/", {
      name: "Kiosks first",
      platforms: ["macOS"],
      tags: [tag.id],
      max_os_version: "27",
    });
    const cases: [string, string, string, string | null][] = [
      [
        `/tags/${tag.id}/delete/`,
        "This tag cannot be deleted",
        "Used by: enrollment Everyone; software update enforcement Kiosks first; version 1 of Wi-Fi.",
        `/api/inventory/tags/${tag.id}/`,
      ],
      [
        `/push-certificates/${certificate}/delete/`,
        "This push certificate cannot be deleted",
        "Used by: 1 device; enrollment Everyone.",
        `/api/mdm/push_certificates/${certificate}/`,
      ],
      [
        `/blueprints/${blueprint.id}/delete/`,
        "This blueprint cannot be deleted",
        "Used by: artifact Wi-Fi.",
        `/api/mdm/blueprints/${blueprint.id}/`,
      ],
      [
        `/artifacts/${artifact.id}/delete/`,
        "This artifact cannot be deleted",
        "Used by: blueprint Office; 1 device.",
        `/api/mdm/artifacts/${artifact.id}/`,
      ],
      [
        `/artifacts/${artifact.id}/versions/${version.id}/delete/`,
        "This artifact version cannot be deleted",
        "Used by: 1 device.",
        `/api/mdm/profiles/${version.id}/`,
      ],
      [
        `${path}delete/`,
        "This OTA enrollment cannot be deleted",
        "Devices have begun to enroll with it. Revoke it instead.",
        `/api/mdm/ota_enrollments/${fleet.enrollmentId}/`,
      ],
    ];
    for (const [form, sentence, because, api] of cases) {
      const { status, text } = await ada.post(form);
      assert.deepEqual([status, alerts(text)], [400, [`${sentence}. ${because}`]], form);
      if (api !== null) assert.deepEqual(await fleet.api("DELETE", api), { status: 400, json: [sentence] });
    }
    assert.match(
      (await ada.get(`/push-certificates/${certificate}/`)).text,
      /Cannot be deleted\. Used by: 1 device; enrollment Everyone\./,
    );
    assert.match((await ada.get(`/blueprints/${blueprint.id}/`)).text, /Cannot be deleted while it has artifacts\./);
  }));

Deno.test("an enrollment's page shows all its fields, and its form changes them", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const ada = await personWith(runtime, "superuser");
    const path = `/enrollments/${fleet.enrollmentId}/`;
    const api = `/api/mdm/ota_enrollments/${fleet.enrollmentId}/`;
    const before = (await fleet.api("GET", api)).json;
    const tag = await made(fleet, "POST", "/api/inventory/tags/", { name: "Kiosk", color: "0079bf" });
    const fields = {
      name: "Labs",
      display_name: "",
      push_certificate: String(before.push_certificate),
      meta_business_unit: String(before.enrollment_secret.meta_business_unit),
      scep_issuer: before.scep_issuer,
      serial_numbers: "C02A C02B\nC02A",
      udids: "00008103-000A",
      quota: "25",
      tags: [String(tag.id)],
    };
    assert.equal((await ada.post(`${path}reenrollment/`, { without_confirmation: "on" })).status, 303);
    assert.equal((await ada.post(`${path}edit/`, fields)).status, 303);
    const after = (await fleet.api("GET", api)).json;
    assert.deepEqual(
      [after.name, after.display_name, after.reenrollment_without_confirmation, after.enrollment_secret],
      ["Labs", "Espalier", true, {
        ...before.enrollment_secret,
        serial_numbers: ["C02A", "C02B"],
        udids: ["00008103-000A"],
        quota: 25,
        tags: [tag.id],
      }],
    );
    const { text } = await ada.get(path);
    for (
      const [name, value] of [["Tags", "Kiosk"], ["UDIDs", "00008103-000A"], ["Business unit", "Test"], [
        "Blueprint",
        "none",
      ]]
    ) {
      assert.match(text, new RegExp(`<dt>${name}</dt><dd>${value}</dd>`), name);
    }
    const form = (await ada.get(`${path}edit/`)).text;
    assert.match(form, /name="quota"[^>]*value="25"/);
    assert.match(form, />\nC02A\nC02B<\/textarea>/);
    assert.match(form, new RegExp(`name="tags" value="${tag.id}" checked`));
    const wrong = await ada.post(`${path}edit/`, {
      ...fields,
      name: "",
      quota: "200001",
      display_name: "x".repeat(129),
      udids: "x".repeat(65),
    });
    assert.equal(wrong.status, 400);
    for (const name of ["name", "quota", "display_name", "udids"]) assert.notEqual(errorOf(wrong.text, name), "", name);
    const reader = await personWith(runtime, ["mdm.view_otaenrollment"]);
    assert.doesNotMatch((await reader.get(path)).text, /edit\//);
    assert.equal((await reader.get(`${path}edit/`)).status, 403);
  }));

Deno.test("of many uses some are named and the rest is counted", () => {
  assert.equal(usesSentence([]), undefined);
  const many = Array.from({ length: 7 }, (_, at) => ({ kind: "tag" as const, name: `T${at}` }));
  assert.equal(
    usesSentence([{ kind: "device", name: "12" }, ...many]),
    "Used by: 12 devices; tags T0, T1, T2, T3, T4 and 2 more.",
  );
});
