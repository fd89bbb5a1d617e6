import assert from "node:assert/strict";
import { PERMISSIONS } from "../../../../src/access/permissions.ts";
import { signAttached } from "../../../../src/pki/cms/signed.ts";
import { buildPlist } from "../../../../src/protocol/plist.ts";
import { rsaKey, selfIdentity } from "../../../src/pki/helpers.ts";
import { assign, link, makeBlueprint, makeProfile } from "../../../support/artifacts.ts";
import { withFleet } from "../../../support/fleet.ts";
import { type TestRuntime, withRuntime } from "../../../support/runtime.ts";
import { profilePlist } from "../../api/artifacts_support.ts";
import { personWith } from "../support.ts";
import { alertOf, errorOf, fileOf, hiddenField, noFile, upload } from "./uploads.ts";

const PROFILE = "/artifacts/new/profile/";
const ALL = ["iOS", "iPadOS", "macOS", "tvOS"];

type Row = { name: string; type: string; channel: string; platforms: string[]; versions: number };
const artifacts = async ({ sql }: TestRuntime): Promise<Row[]> => [
  ...await sql<Row[]>`
      select a.name, a.type, a.channel, a.platforms, count(v.id)::int as versions
      from artifacts a left join artifact_versions v on v.artifact_id = a.id group by a.id order by a.name`,
];

Deno.test("every page and form of artifacts and blueprints needs its permissions, and all others together are not enough", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeProfile(fleet);
    const { artifact: other } = await makeProfile(fleet);
    const linked = await link(fleet, blueprint.id, artifact.id);
    const [one, house] = [`/artifacts/${artifact.id}/`, `/blueprints/${blueprint.id}/`];
    const needed: [string, string[]][] = [
      ["/artifacts/", ["mdm.view_artifact"]],
      [one, ["mdm.view_artifact"]],
      ...["profile", "declaration", "data-asset", "certificate-asset", "provisioning-profile"].map((
        slug,
      ): [string, string[]] => [`/artifacts/new/${slug}/`, ["mdm.add_artifact", "mdm.add_artifactversion"]]),
      [`${one}edit/`, ["mdm.change_artifact"]],
      [`/artifacts/${other.id}/delete/`, ["mdm.delete_artifact"]],
      [`${one}diff/?from=1&to=1`, ["mdm.view_artifactversion"]],
      [`${one}versions/new/`, ["mdm.add_artifactversion", "mdm.view_artifactversion"]],
      [`${one}versions/${version.id}/`, ["mdm.view_artifactversion"]],
      [`${one}versions/${version.id}/source/`, ["mdm.view_artifactversion"]],
      [`${one}versions/${version.id}/filter/`, ["mdm.change_artifactversion"]],
      [`${one}versions/${version.id}/halt/`, ["mdm.change_artifactversion"]],
      [`${one}versions/${version.id}/withdraw/`, ["mdm.change_artifactversion"]],
      [`${one}versions/${version.id}/delete/`, ["mdm.delete_artifactversion"]],
      ["/blueprints/", ["mdm.view_blueprint"]],
      [house, ["mdm.view_blueprint"]],
      [`${house}edit/`, ["mdm.change_blueprint"]],
      [`${house}artifacts/add/?artifact=${artifact.id}`, ["mdm.add_blueprintartifact"]],
      [`${house}artifacts/${linked.id}/`, ["mdm.change_blueprintartifact"]],
      [`${house}artifacts/${linked.id}/remove/`, ["mdm.delete_blueprintartifact"]],
    ];
    const all = PERMISSIONS.map(({ permission }) => permission);
    for (const [path, permissions] of needed) {
      const allowed = await personWith(runtime, permissions);
      assert.equal((await allowed.get(path)).status, 200, `${path} with ${permissions}`);
      for (const missing of permissions) {
        const others = await personWith(runtime, all.filter((permission) => permission !== missing));
        assert.equal((await others.get(path)).status, 403, `${path} without ${missing}`);
        if (
          /(new|edit|delete|filter|halt|withdraw|add|remove|artifacts\/\d+)\//.test(path) && permissions[0] === missing
        ) {
          assert.equal((await others.post(path.replace(/\?.*/, ""))).status, 403, `${path} sent without ${missing}`);
        }
      }
    }
    const adder = await personWith(runtime, all.filter((permission) => permission !== "mdm.add_artifactversion"));
    const sent = await upload(runtime, adder, PROFILE, { source: fileOf(profilePlist()) });
    assert.equal(sent.status, 403, "an artifact is not made without the permission to make its version");
    // Actions without permission are not offered.
    const viewer = await personWith(runtime, ["mdm.view_artifact", "mdm.view_blueprint", "mdm.view_blueprintartifact"]);
    for (const path of ["/artifacts/", one, house]) {
      const { text } = await viewer.get(path);
      assert.doesNotMatch(text, /\/(new|edit|delete|add|remove|halt|withdraw|rollback|versions)\//, path);
    }
  }));

Deno.test("an uploaded profile sets the artifact's channel, name and platforms", () =>
  withRuntime(async (runtime) => {
    const ada = await personWith(runtime, "superuser");
    const send = (profile: Uint8Array<ArrayBuffer>, fields = {}) =>
      upload(runtime, ada, PROFILE, { source: fileOf(profile), channel: "Device", ...fields });
    const { status, location } = await send(profilePlist());
    assert.equal(status, 303);
    assert.match(location, /^\/artifacts\/[0-9a-f-]{36}\/\?done=created$/);
    await send(signAttached(profilePlist({ PayloadScope: "User" }), selfIdentity(rsaKey())));
    await send(profilePlist({ PayloadScope: undefined, PayloadDisplayName: undefined }));
    await send(profilePlist({ PayloadScope: undefined }), { channel: "User" });
    assert.deepEqual(await artifacts(runtime), [
      { name: "Wi-Fi", type: "Profile", channel: "Device", platforms: ALL, versions: 1 },
      { name: "Wi-Fi (2)", type: "Profile", channel: "User", platforms: ALL, versions: 1 },
      { name: "Wi-Fi (3)", type: "Profile", channel: "User", platforms: ALL, versions: 1 },
      { name: "com.example.wifi", type: "Profile", channel: "Device", platforms: ALL, versions: 1 },
    ]);
    const { text } = await ada.get(location);
    assert.match(text, /Version 1/);
    const [, version = ""] = /\/versions\/([0-9a-f-]{36})\//.exec(text) ?? [];
    const path = `${location.split("?")[0]}versions/${version}/`;
    const page = (await ada.get(path)).text;
    assert.match(page, /SSID_STR: &quot;Example&quot;/);
    assert.doesNotMatch(page, /correct horse/, "passwords are not on the page");
    const file = await ada.get(`${path}source/`);
    assert.equal(file.text, new TextDecoder().decode(profilePlist()));
    assert.deepEqual(
      [file.headers.get("Content-Type"), file.headers.get("Content-Disposition")?.split(";")[0]],
      ["application/x-apple-aspen-config", "attachment"],
    );
  }));

Deno.test("an error in a file appears at its field, nothing is created, and the file need not be chosen again", () =>
  withRuntime(async (runtime) => {
    const ada = await personWith(runtime, "superuser");
    const refused = async (source: File) => {
      const answer = await upload(runtime, ada, PROFILE, { source, channel: "User" });
      assert.equal(answer.status, 400);
      return answer;
    };
    assert.equal(errorOf((await refused(noFile)).text, "source"), "Choose a file.");
    assert.equal(errorOf((await refused(fileOf(""))).text, "source"), "Not a plist: it is empty");
    const { text } = await refused(fileOf(profilePlist({ PayloadScope: "Elsewhere" }), "a'b<c>.mobileconfig"));
    assert.equal(errorOf(text, "source"), "Unknown PayloadScope: Elsewhere");
    assert.match(text, /<option value="User" selected/);
    assert.doesNotMatch(text, /<input name="source" type="file" required/);
    const kept = {
      "source.kept": hiddenField(text, "source.kept") ?? "",
      "source.name": hiddenField(text, "source.name") ?? "",
    };
    assert.equal(kept["source.kept"], profilePlist({ PayloadScope: "Elsewhere" }).toBase64());
    assert.equal(kept["source.name"], "a'b<c>.mobileconfig");
    // A file that is chosen wins over the one that was kept; without one the kept one is used.
    const again = await upload(runtime, ada, PROFILE, { ...kept, source: noFile });
    assert.equal(errorOf(again.text, "source"), "Unknown PayloadScope: Elsewhere");
    assert.deepEqual(await artifacts(runtime), []);
    const right = await upload(runtime, ada, PROFILE, { ...kept, source: fileOf(profilePlist()) });
    assert.equal(right.status, 303);
    const odd = await upload(runtime, ada, PROFILE, { "source.kept": "not base64!", source: noFile });
    assert.equal(odd.status, 400);
    assert.equal((await artifacts(runtime)).length, 1);
  }));

Deno.test("a declaration is typed or a file; its ServerToken is generated; a refusal by Apple's schema creates no artifact", () =>
  withRuntime(async (runtime) => {
    const ada = await personWith(runtime, "superuser");
    const path = "/artifacts/new/declaration/";
    const declaration = (payload: unknown) =>
      JSON.stringify({
        Type: "com.apple.configuration.passcode.settings",
        Identifier: "com.example.passcode",
        Payload: payload,
      });
    const fields = { name: "Passcode", type: "Configuration", channel: "Device", platforms: ["iOS", "macOS"] };
    const wrong = declaration({ MinimumLength: "four </textarea><b>" });
    const refused = await upload(runtime, ada, path, { ...fields, source: wrong, file: noFile });
    assert.equal(refused.status, 400);
    assert.match(errorOf(refused.text, "source"), /"MinimumLength" is a string, it should be/);
    assert.match(refused.text, /four &lt;\/textarea&gt;/, "what was typed is there");
    assert.deepEqual(await artifacts(runtime), [], "neither artifact nor version");
    const escaped = `${"[".repeat(10_000)}"\\u0041"${"]".repeat(10_000)}`;
    for (
      const [payload, sentence] of [
        ['{"a": 9007199254740993}', "the number 9007199254740993 is too large to be kept exactly"],
        ['{"__proto__": 1}', 'the key "__proto__" is not accepted'],
        [escaped, "it is nested deeper than 64 levels"],
      ] as const
    ) {
      const source = declaration("payload").replace('"payload"', payload);
      const { status, text } = await upload(runtime, ada, path, { ...fields, source, file: noFile });
      assert.deepEqual([status, errorOf(text, "source")], [400, `Invalid JSON data: ${sentence}`]);
    }
    const file = fileOf(declaration({ MinimumLength: 999 }), "a.json");
    const fromFile = await upload(runtime, ada, path, { ...fields, source: "", file });
    assert.match(errorOf(fromFile.text, "source"), /MinimumLength/);
    assert.match(fromFile.text, /999/, "the text of the file can be mended");
    const unnamed = await upload(runtime, ada, path, { source: wrong, name: "", type: "Asset", file: noFile });
    assert.deepEqual(
      [errorOf(unnamed.text, "name"), errorOf(unnamed.text, "platforms")],
      ["This field may not be blank.", "This list may not be empty."],
    );
    const made = await upload(runtime, ada, path, { ...fields, source: declaration({ MinimumLength: 6 }) });
    assert.equal(made.status, 303);
    assert.deepEqual(await artifacts(runtime), [{
      name: "Passcode",
      type: "Configuration",
      channel: "Device",
      platforms: ["iOS", "macOS"],
      versions: 1,
    }]);
    const [row] = await runtime.sql<{ serverToken: string }[]>`select server_token from declaration_versions`;
    assert.match(row?.serverToken ?? "", /^[0-9a-f-]{36}$/);
    const twice = await upload(runtime, ada, path, { ...fields, source: declaration({ MinimumLength: 7 }) });
    assert.equal(errorOf(twice.text, "name"), "Artifact with this name already exists.");
    const namesake = { ...fields, name: "Other", source: declaration({ MinimumLength: 7 }) };
    assert.match(
      errorOf((await upload(runtime, ada, path, namesake)).text, "source"),
      /Identifier "com.example.passcode" is that of the artifact "Passcode" already/,
    );
    assert.equal((await artifacts(runtime)).length, 1);
  }));

Deno.test("data assets, certificate assets and provisioning profiles are created with their forms", () =>
  withRuntime(async (runtime) => {
    const ada = await personWith(runtime, "superuser");
    const plist = buildPlist({ Key: "value" });
    const data = { name: "Data", data_type: "ZIP", platforms: ALL, source: fileOf(plist, "data.plist") };
    const zip = await upload(runtime, ada, "/artifacts/new/data-asset/", data);
    assert.equal(errorOf(zip.text, "source"), "Invalid ZIP file");
    const asset = await upload(runtime, ada, "/artifacts/new/data-asset/", { ...data, data_type: "PLIST" });
    assert.equal(asset.status, 303, asset.text);
    const [, id = ""] = /\/versions\/([0-9a-f-]{36})\//.exec((await ada.get(asset.location)).text) ?? [];
    const version = `${asset.location.split("?")[0]}versions/${id}/`;
    assert.match((await ada.get(version)).text, /File: &quot;data\.plist&quot;[\s\S]*Key: &quot;value&quot;/);
    assert.equal((await ada.get(`${version}source/`)).text, new TextDecoder().decode(plist));

    const certificate = (fields: Record<string, string>) =>
      ada.post("/artifacts/new/certificate-asset/", {
        name: "Certificate",
        channel: "User",
        platforms: ["iOS"],
        scep_issuer: "00000000-0000-4000-8000-000000000001",
        subject: "",
        accessible: "AfterFirstUnlock",
        ...fields,
      });
    assert.equal(alertOf((await certificate({})).text), "A Subject or SubjectAltName is required.");
    const lines = await certificate({ subject: "CN=x\nno name" });
    assert.match(errorOf(lines.text, "subject"), /^Line 2 should be like CN=name: "no name"/);
    assert.match(lines.text, /CN=x\nno name/);
    assert.equal(errorOf((await certificate({ subject: "XX=y" })).text, "subject"), "Line 1: Invalid RDN type.");
    assert.equal(errorOf((await certificate({ subject: "[1" })).text, "subject"), "This is not JSON.");
    assert.match(errorOf((await certificate({ subject: "[1]" })).text, "subject"), /^Item 1 should have a type/);
    assert.equal(
      errorOf((await certificate({ scep_issuer: "x" })).text, "scep_issuer"),
      "Choose an option from the list.",
    );
    assert.match(errorOf((await certificate({ subject: "CN=$ENROLLED_DEVICE.NOPE" })).text, "subject"), /NOPE/);
    const made = await certificate({ subject: "CN = a=b \nO=Example", dNSName: "host.example.com" });
    assert.equal(made.status, 303, made.text);
    const [row] = await runtime.sql`select subject, subject_alt_name, accessible from cert_asset_versions`;
    assert.deepEqual({ ...row }, {
      subject: [{ type: "CN", value: "a=b" }, { type: "O", value: "Example" }],
      subjectAltName: { dNSName: "host.example.com" },
      accessible: "AfterFirstUnlock",
    });
    const upgrade = (await ada.get(made.location.replace(/\?.*/, "versions/new/"))).text;
    assert.match(upgrade, /CN=a=b\nO=Example/);
    assert.match(upgrade, /value="host\.example\.com"/);

    const signed = signAttached(buildPlist({ Name: "Distribution", UUID: "1-2" }), selfIdentity(rsaKey()));
    for (const _ of [1, 2]) {
      const { status } = await upload(runtime, ada, "/artifacts/new/provisioning-profile/", {
        source: fileOf(signed, "a.mobileprovision"),
      });
      assert.equal(status, 303);
    }
    assert.deepEqual((await artifacts(runtime)).map(({ name, type }) => `${type}: ${name}`), [
      "Certificate Asset: Certificate",
      "Data Asset: Data",
      "Provisioning Profile: Distribution",
      "Provisioning Profile: Distribution (2)",
    ]);
  }));

Deno.test("the list searches by name or identifier, filters, and marks halted versions", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const ada = await personWith(runtime, "superuser");
    const blueprint = await makeBlueprint(fleet);
    const { artifact } = await makeProfile(fleet, { name: "Wi-Fi <b>" });
    const { version } = await makeProfile(fleet, {
      name: "VPN",
      artifact: { channel: "User" },
      version: {
        source: profilePlist({ PayloadScope: "User", PayloadIdentifier: "org.example.vpn" }).toBase64(),
      },
    });
    await makeProfile(fleet, {
      name: "Mac only",
      artifact: { platforms: ["macOS"] },
      version: {
        ios: false,
        ipados: false,
        tvos: false,
      },
    });
    await link(fleet, blueprint.id, artifact.id);
    await fleet.api("POST", `/api/mdm/artifact_versions/${version.id}/halt/`, {});
    const found = async (query: string) =>
      [...(await ada.get(`/artifacts/${query}`)).text.matchAll(/<a href="\/artifacts\/[0-9a-f-]{36}\/">([^<]*)</g)]
        .map(([, name]) => name);
    assert.deepEqual(await found(""), ["Mac only", "VPN", "Wi-Fi &lt;b&gt;"]);
    assert.deepEqual(await found("?q=wi-fi"), ["Wi-Fi &lt;b&gt;"]);
    assert.deepEqual(await found("?q=ORG.example"), ["VPN"]);
    assert.deepEqual(await found("?channel=User"), ["VPN"]);
    assert.deepEqual(await found("?platform=iOS"), ["VPN", "Wi-Fi &lt;b&gt;"]);
    assert.deepEqual(await found(`?blueprint=${blueprint.id}`), ["Wi-Fi &lt;b&gt;"]);
    assert.deepEqual(await found("?type=Data+Asset"), []);
    assert.deepEqual(await found("?type=nonsense&offset=1"), ["VPN", "Wi-Fi &lt;b&gt;"].slice(0, 2));
    assert.match((await ada.get("/artifacts/?q=VPN")).text, /<span class="chip bad">Version 1 halted<\/span>/);
    assert.match((await ada.get("/artifacts/?q=nothing")).text, /No artifact matches/);
    await assign(fleet, (await fleet.enrolled()).serialNumber, blueprint.id);
    assert.equal((await ada.get("/artifacts/11111111-1111-4111-8111-111111111111/")).status, 404);
    assert.equal((await ada.get("/artifacts/1/")).status, 404);
  }));
