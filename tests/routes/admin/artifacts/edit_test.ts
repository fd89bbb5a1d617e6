import assert from "node:assert/strict";
import { made, makeBlueprint, makeDeclaration, makeProfile } from "../../../support/artifacts.ts";
import { withFleet } from "../../../support/fleet.ts";
import { personWith } from "../support.ts";
import { FILTER, house } from "./support.ts";
import { alertOf, errorOf } from "./uploads.ts";

Deno.test("an artifact's form has the fields of its type; other properties stay", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const ada = await personWith(runtime, "superuser");
    const { artifact } = await makeProfile(fleet, { name: "Wi-Fi", artifact: { halt_percent: 7 } });
    const { artifact: second } = await makeProfile(fleet, { name: "VPN", artifact: { requires: [artifact.id] } });
    const { artifact: declared } = await makeDeclaration(fleet, { name: "Test", artifact: { reinstall_interval: 9 } });
    const asset = await made(fleet, "POST", "/api/mdm/artifacts/", {
      name: "Data",
      type: "Data Asset",
      channel: "Device",
    });
    const fields = async (id: string) =>
      [
        ...new Set(
          [...(await ada.get(`/artifacts/${id}/edit/`)).text.matchAll(/<(?:input|select)[^>]* ?name="([a-z_]+)"/g)]
            .map(([, name = ""]) => name),
        ),
      ].filter((name) => name !== "csrf_token");
    const common = ["name", "platforms"];
    assert.deepEqual(await fields(artifact.id), [
      ...common,
      "requires",
      "install_during_setup_assistant",
      "auto_update",
      "hold_without_values",
      "reinstall_interval",
      "reinstall_on_os_update",
      "halt_percent",
    ]);
    assert.deepEqual(await fields(declared.id), [...common, "requires", "hold_without_values", "halt_percent"]);
    assert.deepEqual(await fields(asset.id), [...common, "halt_percent"]);
    const platforms = ["iOS", "iPadOS", "macOS", "tvOS"];
    const saved = await ada.post(`/artifacts/${declared.id}/edit/`, { name: "Test", platforms, halt_percent: "0" });
    assert.equal(saved.status, 303, saved.text);
    const after = await made(fleet, "GET", `/api/mdm/artifacts/${declared.id}/`);
    assert.deepEqual([after.auto_update, after.reinstall_interval, after.halt_percent], [true, 9, 0]);
    const given = {
      name: "Wi-Fi",
      platforms,
      auto_update: "on",
      reinstall_interval: "1",
      reinstall_on_os_update: "Minor",
      hold_without_values: "on",
    };
    const circle = await ada.post(`/artifacts/${artifact.id}/edit/`, {
      ...given,
      requires: [second.id],
      halt_percent: "",
    });
    assert.match(errorOf(circle.text, "requires"), /Wi-Fi/);
    const wrong = await ada.post(`/artifacts/${artifact.id}/edit/`, {
      ...given,
      platforms: [],
      reinstall_interval: "367",
      halt_percent: "101",
    });
    for (const name of ["platforms", "reinstall_interval", "halt_percent"]) {
      assert.notEqual(errorOf(wrong.text, name), "", name);
    }
    const active = await ada.post(`/artifacts/${artifact.id}/edit/`, {
      ...given,
      platforms: ["iOS"],
      halt_percent: "",
    });
    assert.match(errorOf(active.text, "platforms"), /Cannot remove macOS: it is active in version 1/);
    assert.equal((await ada.post(`/artifacts/${artifact.id}/edit/`, { ...given, halt_percent: "" })).status, 303);
    const { halt_percent, hold_without_values, reinstall_interval, reinstall_on_os_update } = await made(
      fleet,
      "GET",
      `/api/mdm/artifacts/${artifact.id}/`,
    );
    assert.deepEqual([halt_percent, hold_without_values, reinstall_interval, reinstall_on_os_update], [
      null,
      true,
      1,
      "Minor",
    ]);
  }));

Deno.test("objects in use are not offered for deletion, and are not deleted; others are", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { artifact, version, blueprint } = await house(fleet);
    const ada = await personWith(runtime, "superuser");
    const [one, its] = [`/artifacts/${artifact.id}/`, `/blueprints/${blueprint.id}/`];
    for (
      const [path, shown, sentence] of [
        [`${one}delete/`, one, "This artifact cannot be deleted. Used by: blueprint Office; 1 device."],
        [
          `${one}versions/${version.id}/delete/`,
          `${one}versions/${version.id}/`,
          "This artifact version cannot be deleted. Used by: 1 device.",
        ],
        [`${its}delete/`, its, "This blueprint cannot be deleted. Used by: artifact Wi-Fi."],
      ] as const
    ) {
      assert.ok(!(await ada.get(shown)).text.includes(`href="${path}"`), path);
      const asked = await ada.get(path);
      assert.deepEqual([asked.status, alertOf(asked.text)], [400, sentence]);
      const sent = await ada.post(path);
      assert.deepEqual([sent.status, alertOf(sent.text)], [400, sentence]);
    }
    const { artifact: other, version: first } = await makeProfile(fleet);
    const elsewhere = `${one}versions/${first.id}/`;
    for (const action of ["", "source/", "filter/", "halt/", "delete/"]) {
      assert.equal((await ada.get(elsewhere + action)).status, 404, `a version of another artifact: ${action}`);
      if (action !== "" && action !== "source/") assert.equal((await ada.post(elsewhere + action, FILTER)).status, 404);
    }
    assert.equal((await ada.get(`/artifacts/${other.id}/rollback/`)).status, 400);
    assert.equal((await ada.get(`/artifacts/${other.id}/diff/?from=1&to=2`)).status, 404);
    assert.equal((await ada.post(`/artifacts/${other.id}/versions/${first.id}/delete/`)).status, 303);
    assert.match((await ada.get(`/artifacts/${other.id}/`)).text, /No versions yet/);
    assert.equal((await ada.post(`/artifacts/${other.id}/delete/`)).location, "/artifacts/?done=deleted");
    assert.equal((await ada.get(`/artifacts/${other.id}/`)).status, 404);
    const empty = await makeBlueprint(fleet);
    assert.equal((await ada.post(`/blueprints/${empty.id}/delete/`)).location, "/blueprints/?done=deleted");
  }));
