import assert from "node:assert/strict";
import { makeCaller } from "../routes/api/support.ts";
import { idOf, link, made, makeBlueprint, rest, settle } from "../support/artifacts.ts";
import { assign } from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { pkgOf } from "../support/packages.ts";

// deno-lint-ignore no-explicit-any
type Answer = any;

/** Uploads a package. */
async function upload(fleet: Fleet, file: Uint8Array<ArrayBuffer>, filename = "Editor.pkg"): Promise<Answer> {
  const { token } = await makeCaller(fleet.runtime, "superuser");
  const response = await fleet.fetch(
    new Request(`https://mdm.example.com/api/mdm/package_files/?filename=${filename}`, {
      method: "POST",
      headers: { Authorization: `Token ${token}`, "Content-Type": "application/octet-stream" },
      body: file,
    }),
  );
  const json = await response.json();
  assert.equal(response.status, 201, JSON.stringify(json));
  return json;
}

Deno.test("a package is uploaded, installed on a Mac that checks every chunk, and confirmed by its list of apps", () =>
  withFleet(async (fleet) => {
    const { package_uri, package_sha256, warnings } = await upload(fleet, pkgOf({ size: 9_000_000 }));
    assert.deepEqual(warnings, []);
    const artifact = await made(fleet, "POST", "/api/mdm/artifacts/", {
      name: "Editor",
      type: "Enterprise App",
      channel: "Device",
      platforms: ["macOS"],
    });
    const version = await made(fleet, "POST", "/api/mdm/enterprise_apps/", {
      artifact: artifact.id,
      version: 1,
      macos: true,
      package_uri,
      package_sha256,
      installed_as_managed: true,
    });
    assert.deepEqual([version.product_id, version.product_version, version.filename], [
      "com.example.editor.pkg",
      "1.0",
      "Editor.pkg",
    ]);
    const blueprint = await makeBlueprint(fleet);
    await link(fleet, blueprint.id, artifact.id, { macos: true });
    const device = await fleet.enrolled();
    await assign(fleet, device.serialNumber, blueprint.id);
    await settle(fleet);
    await rest(device);
    const id = await idOf(fleet, device.serialNumber);
    const state = async () => (await fleet.api("GET", `/api/mdm/devices/${id}/artifacts/`)).json;
    assert.deepEqual((await state()).map((row: Answer) => row.status), ["AwaitingConfirmation"]);
    assert.equal(device.state.apps?.length, 1);
    fleet.runtime.clock.advance(16);
    await rest(device);
    const [row] = await state();
    assert.equal(row.status, "Installed", JSON.stringify(row));
    assert.notEqual(row.verified_at, null);
  }));
