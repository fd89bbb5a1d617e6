/** Versions of provisioning profiles through the API. */

import assert from "node:assert/strict";
import { signAttached } from "../../../src/pki/cms/signed.ts";
import { buildPlist, type PlistDict } from "../../../src/protocol/plist.ts";
import { inFolder, openssl, rsaKey, selfIdentity } from "../../src/pki/helpers.ts";
import { artifact, audits, bodyOf, contentRevision, OPEN_FILTER, revision, textOf } from "./artifacts_support.ts";
import { withApi } from "./support.ts";
import { signDetached } from "../../../simulators/device/sign_detached.ts";

const ALL = "/api/mdm/provisioning_profiles/";
const CONTENT: PlistDict = {
  AppIDName: "Example",
  CreationDate: new Date("2026-01-01T00:00:00Z"),
  DeveloperCertificates: [new Uint8Array([1, 2, 3])],
  Entitlements: { "application-identifier": "ABCDE12345.com.example" },
  Name: "Example distribution",
  TeamIdentifier: ["ABCDE12345"],
  UUID: "3f2a1b0c-0000-4000-8000-000000000001",
  Version: 1,
};
const signed = (content: PlistDict | string[]) => signAttached(buildPlist(content), selfIdentity(rsaKey()));

Deno.test("a provisioning profile is created, read, changed with its own representation, and deleted", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const id = await artifact(call, { name: "App", type: "Provisioning Profile" });
    const start = await revision(runtime);
    const source = signed(CONTENT).toBase64();
    const made = bodyOf(await call("POST", ALL, { artifact: id, version: 1, macos: true, source }), 201);
    assert.deepEqual(made, {
      warnings: [],
      id: made.id,
      artifact: id,
      version: 1,
      ...OPEN_FILTER,
      source,
      name: "Example distribution",
      uuid: "3f2a1b0c-0000-4000-8000-000000000001",
      application_identifier: "ABCDE12345.com.example",
      expires_at: null,
      created_at: "2026-06-01T12:00:00",
      updated_at: "2026-06-01T12:00:00",
    });
    const versionId = textOf(made, "id");
    const path = `${ALL}${versionId}/`;
    assert.deepEqual({ ...bodyOf(await call("GET", path), 200), warnings: [] }, made);
    assert.deepEqual(bodyOf(await call("PUT", path, { ...made, ios: true }), 200), { ...made, ios: true });
    assert.equal(await contentRevision(runtime, versionId), 0);
    const [row] = await runtime.sql<{ content: Record<string, unknown> }[]>`
      select content from provisioning_profile_versions`;
    assert.deepEqual([row?.content.Name, row?.content.DeveloperCertificates], ["Example distribution", ["AQID"]]);
    const other = signed({ ...CONTENT, Name: "Another" }).toBase64();
    assert.equal(bodyOf(await call("PUT", path, { ...made, source: other }), 200).name, "Another");
    assert.equal(await contentRevision(runtime, versionId), 1);
    assert.deepEqual((await call("POST", ALL, { ...made, version: 2, source: other })).body, {
      source: ["This file is not different from the latest one"],
    });
    assert.equal((await call("DELETE", path)).status, 204);
    assert.equal(await revision(runtime), start + 4);
    const entries = (await audits(call)).filter((entry) => entry.includes("mdm.artifactversion"));
    assert.ok(entries.length === 4 && entries.every((entry) => /"sha256":"[0-9a-f]{64}"/.test(entry)));
    assert.ok(!entries.some((entry) => entry.includes(source)));
  });
});

Deno.test("a provisioning profile that another signed is read", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const id = await artifact(call, { name: "App", type: "Provisioning Profile" });
    await inFolder(async (folder) => {
      await Deno.writeFile(`${folder}/content`, buildPlist(CONTENT));
      await openssl(
        folder,
        ..."req -x509 -newkey rsa:2048 -nodes -keyout key -out certificate -days 1 -subj /CN=x".split(" "),
      );
      const source = (await openssl(
        folder,
        ..."smime -sign -signer certificate -inkey key -in content -outform DER -nodetach -binary".split(" "),
      )).toBase64();
      const made = bodyOf(await call("POST", ALL, { artifact: id, version: 1, ios: true, source }), 201);
      assert.deepEqual([made.source, made.name], [source, "Example distribution"]);
    });
  });
});

Deno.test("errors in a provisioning profile are reported", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const id = await artifact(call, { name: "App", type: "Provisioning Profile" });
    const { Name: _name, UUID: _uuid, ...rest } = CONTENT;
    const plain = buildPlist(CONTENT);
    const cases: [string, string | string[] | RegExp][] = [
      ["not base64!", "Invalid base64-encoded value"],
      [plain.toBase64(), /^\{"source":\["Not a signed provisioning profile: /],
      [
        signDetached(plain, selfIdentity(rsaKey()), { form: "der" }).toBase64(),
        /: Cannot open the CMS message: it has no content"/,
      ],
      [signAttached(new TextEncoder().encode("text"), selfIdentity(rsaKey())).toBase64(), /"Not a plist: /],
      [signed(["a list"]).toBase64(), "Not a plist: it is an array, it should be a dictionary"],
      [signed(rest).toBase64(), ["Missing Name", "Missing UUID"]],
    ];
    for (const [source, expected] of cases) {
      const { body } = await call("POST", ALL, { artifact: id, version: 1, ios: true, source });
      if (expected instanceof RegExp) assert.match(JSON.stringify(body), expected);
      else assert.deepEqual(body, { source: [expected].flat() });
    }
  });
});
