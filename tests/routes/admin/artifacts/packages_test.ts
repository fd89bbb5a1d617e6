import assert from "node:assert/strict";
import { keepPackage, uploadedUri } from "../../../../src/packages/keep_package.ts";
import { made, makeDeclaration } from "../../../support/artifacts.ts";
import { withFleet } from "../../../support/fleet.ts";
import { pkgOf } from "../../../support/packages.ts";
import { personWith } from "../support.ts";

const RIGHTS = ["mdm.view_package", "mdm.add_package", "mdm.change_package", "mdm.delete_package"];

Deno.test("the pages of packages: created, used, renamed, downloaded, and deleted while nothing refers to it", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const person = await personWith(runtime, RIGHTS);
    assert.match((await person.get("/packages/")).text, /No packages yet/);
    const file = pkgOf({ id: "com.example.tool", signed: "unsigned" });
    const { sha256 } = await keepPackage(runtime, file);
    const fields = {
      name: "Tool",
      description: "For all",
      package_uri: uploadedUri("Tool.pkg"),
      package_sha256: sha256,
    };
    const created = await person.post("/packages/new/", fields);
    assert.match(created.location, /^\/packages\/[0-9a-f-]{36}\/\?done=created$/);
    const path = created.location.replace("?done=created", "");
    const page = await person.get(path);
    assert.match(page.text, /Not signed/);
    assert.match(page.text, /is not signed: a Mac does not install it by MDM/);
    assert.match(page.text, /ztl:/);
    const again = await person.post("/packages/new/", { ...fields, name: "Again" });
    assert.equal(again.status, 400);
    assert.match(again.text, /A package with the same SHA256 already exists\./);
    assert.match(again.text, /value="Again"/);
    const missing = await person.post("/packages/new/", { name: "New" });
    assert.match(missing.text, /id="package-error">Choose a file\./);

    const id = path.split("/")[2] ?? "";
    const { artifact } = await makeDeclaration(fleet, {
      type: "com.apple.configuration.package",
      payload: { ManifestURL: `ztl:${id}` },
      artifact: { name: "Install tool", platforms: ["macOS"] },
      version: { ios: false, ipados: false, tvos: false, macos: true },
    });
    const used = await person.get(path);
    assert.match(used.text, /1 version refers to it/);
    assert.doesNotMatch(used.text, /\/delete\//);
    // Who may not see artifacts gets no link to one.
    assert.doesNotMatch(used.text, new RegExp(`href="/artifacts/${artifact.id}/"`));
    const refused = await person.post(`${path}delete/`);
    assert.equal(refused.status, 400);
    assert.match(refused.text, /Used by: version 1 of Install tool/);
    assert.match((await person.get("/packages/?q=TOOL")).text, /Install tool/);
    assert.match((await person.get("/packages/?q=other")).text, /No package matches/);

    assert.equal((await person.post(path, { name: "Tools", description: "" })).location, `${path}?done=saved`);
    const { json } = await fleet.api("GET", `/api/mdm/packages/${id}/`);
    assert.deepEqual([json.name, json.signature, json.warnings.length], ["Tools", "unsigned", 1]);
    assert.match((await person.get(`/packages/new/?of=${id}`)).text, />Tools<\/a>/);
    const download = await person.get(`${path}download/`);
    assert.match(download.headers.get("Content-Disposition") ?? "", /^attachment; filename="Tool.pkg"/);

    const version = (await fleet.api("GET", "/api/mdm/declarations/")).json.results[0];
    await made(fleet, "DELETE", `/api/mdm/declarations/${version.id}/`);
    assert.equal((await person.post(`${path}delete/`)).location, "/packages/?done=deleted");
    const reader = await personWith(runtime, ["mdm.view_package"]);
    assert.doesNotMatch((await reader.get("/packages/")).text, /New package/);
    assert.deepEqual([(await reader.get("/packages/new/")).status, (await reader.post(path)).status], [403, 403]);
  }));

Deno.test("a small package comes with the form where no script runs, and a file that is none is refused there", () =>
  withFleet(async (fleet) => {
    const person = await personWith(fleet.runtime, RIGHTS);
    const kept = (bytes: Uint8Array) => ({ "package.kept": bytes.toBase64(), "package.name": "Tool.pkg" });
    const wrong = await person.post("/packages/new/", { name: "Tool", ...kept(new TextEncoder().encode("none")) });
    assert.match(wrong.text, /id="package-error">Not a package/);
    const right = await person.post("/packages/new/", { name: "Tool", ...kept(pkgOf()) });
    assert.equal(right.status, 303);
    const [pack] = (await fleet.api("GET", "/api/mdm/packages/")).json.results;
    assert.deepEqual([pack.name, pack.filename, pack.source_uri], ["Tool", "Tool.pkg", "upload://Tool.pkg"]);
  }));
