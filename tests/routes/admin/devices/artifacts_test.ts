import assert from "node:assert/strict";
import { failureTexts } from "../../../../routes/admin/parts/failure_texts.ts";
import { assign, idOf, link, made, makeBlueprint, makeDeclaration } from "../../../support/artifacts.ts";
import { withFleet } from "../../../support/fleet.ts";
import { personWith } from "../support.ts";

Deno.test("a device's report of a failure is shown as sentences, whatever it contains", () => {
  assert.deepEqual(
    failureTexts({
      error_chain: [{ ErrorDomain: "MCMDMErrorDomain", ErrorCode: 12_021, USEnglishDescription: "It did not work." }],
      reasons: [{ code: "Error.X", description: "No." }, "odd", { code: "Only" }],
      reason: "nothing",
    }),
    ["nothing", "No. (Error.X)", "odd", "(Only)", "It did not work. (MCMDMErrorDomain 12021)"],
  );
  for (const odd of [null, "text", 3, [], {}, { reasons: 3 }]) assert.deepEqual(failureTexts(odd), []);
});

Deno.test("the device's page shows its artifacts, its plan and its reports, and its forms change tags, values and artifacts", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeDeclaration(fleet, { name: "Passcode <b>" });
    await link(fleet, blueprint.id, artifact.id);
    const tag = await made(fleet, "POST", "/api/inventory/tags/", { name: "Lab" });
    const device = await fleet.enrolled();
    await assign(fleet, device.serialNumber, blueprint.id);
    for (let n = 0; n < 5; n++) await device.connect();
    const id = await idOf(fleet, device.serialNumber);
    const ada = await personWith(runtime, "superuser");
    const { text } = await ada.get(`/devices/${id}/`);
    assert.match(text, /Passcode &lt;b&gt;/);
    assert.match(text, /<span class="chip good">Installed<\/span>/);
    assert.match(text, /active and valid on the device/);
    assert.match(text, /device\.operating-system\.version/);
    assert.match((await ada.get(`/devices/${id}/status/device.operating-system.version/`)).text, /26\.1/);
    assert.equal((await ada.get(`/devices/${id}/status/no.such.item/`)).status, 404);

    const before = device.state.declarations.get(`com.example.mdm.declaration.${artifact.id}`)?.token;
    const again = await ada.post(`/devices/${id}/artifacts/${artifact.id}/reinstall/`);
    assert.equal(again.location, `/devices/${id}/?done=reinstalling`);
    for (let n = 0; n < 4; n++) await device.connect();
    const after = device.state.declarations.get(`com.example.mdm.declaration.${artifact.id}`)?.token;
    assert.deepEqual([before, after], [version.id, `${version.id}.rc-1`]);
    assert.equal((await ada.post(`/devices/${id}/artifacts/nothing/reinstall/`)).status, 404);

    const without = await ada.post(`/devices/${id}/blueprint/`, { blueprint: "", preview: "1" });
    assert.match(without.text, /1 device loses Passcode &lt;b&gt;/);
    assert.match(without.text, /<option value="" selected/, "what was chosen stays chosen");
    assert.match(
      (await ada.get(`/devices/?blueprint=${blueprint.id}`)).text,
      new RegExp(device.serialNumber),
      "not saved",
    );
    const tried = await ada.post(`/devices/${id}/tags/`, { tag: String(tag.id), preview: "1" });
    assert.match(tried.text, /No device changes/);
    assert.match(tried.text, new RegExp(`value="${tag.id}" checked`));
    assert.doesNotMatch((await ada.get(`/devices/${id}/`)).text, /<span class="chip">Lab<\/span>/);
    for (const form of ["blueprint", "tags"]) assert.equal((await ada.get(`/devices/${id}/${form}/`)).status, 200);

    assert.equal((await ada.post(`/devices/${id}/tags/`, { tag: String(tag.id) })).status, 303);
    assert.match((await ada.get(`/devices/${id}/`)).text, /<span class="chip">Lab<\/span>/);
    assert.equal((await ada.post(`/devices/${id}/values/`, { "name.0": "ROOM", "value.0": "101" })).status, 303);
    assert.match((await ada.get(`/devices/${id}/`)).text, />\n101<\/textarea>/);

    for (
      const query of [
        `blueprint=${blueprint.id}`,
        `artifact=${artifact.id}`,
        `artifact=${artifact.id}&status=Installed`,
      ]
    ) {
      assert.match((await ada.get(`/devices/?${query}`)).text, new RegExp(device.serialNumber), query);
    }
    for (const query of ["blueprint=99", `artifact=${artifact.id}&status=Failed`]) {
      assert.doesNotMatch((await ada.get(`/devices/?${query}`)).text, new RegExp(device.serialNumber), query);
    }

    const viewer = await personWith(runtime, ["mdm.view_enrolleddevice"]);
    const seen = await viewer.get(`/devices/${id}/`);
    assert.equal(seen.status, 200);
    assert.doesNotMatch(seen.text, /Install again|Save tags|Save values/);
    for (const path of [`artifacts/${artifact.id}/reinstall`, "blueprint", "tags", "values"]) {
      assert.equal((await viewer.post(`/devices/${id}/${path}/`, { "name.0": "A" })).status, 403, path);
    }
  }));

Deno.test("a halted rollout is listed first on the overview", () =>
  withFleet(async (fleet) => {
    const { artifact, version } = await makeDeclaration(fleet, { name: "Wi-Fi" });
    await made(fleet, "POST", `/api/mdm/artifact_versions/${version.id}/halt/`, { reason: "it disconnects" });
    const { text } = await (await personWith(fleet.runtime, "superuser")).get("/");
    assert.match(text, /The rollout of version 1 of &quot;Wi-Fi&quot; is halted: it disconnects\./);
    assert.match(text, new RegExp(`/artifacts/${artifact.id}/`));
  }));
