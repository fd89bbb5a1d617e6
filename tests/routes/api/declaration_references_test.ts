/** References of declarations through the API. */

import assert from "node:assert/strict";
import { artifact, bodyOf, contentRevision, profilePlist, textOf } from "./artifacts_support.ts";
import {
  activation,
  bodyWith,
  contacts,
  declared,
  files,
  identity,
  passcode,
  useridentity,
} from "./declaration_sources.ts";
import { withApi } from "./support.ts";

const ALL = "/api/mdm/declarations/";
const UNKNOWN = "9b2fd9a4-1f0f-4f7e-8f4e-0d5d4a1b2c3d";

Deno.test("references are found by id or Identifier, kept as they were written, and must fit", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const asset = await declared(call, { name: "Identity of the user", type: "Asset" }, useridentity("user"));
    const code = await declared(call, { name: "Passcode" }, passcode());
    const manual = await artifact(call, { name: "Manual", type: "Configuration (manual)" });
    const profile = await artifact(call, { name: "Profile" });
    const certificate = await artifact(call, { name: "Certificate", type: "Certificate Asset" });
    const data = await artifact(call, { name: "Data", type: "Data Asset" });
    const userCode = await declared(
      call,
      { name: "Of users", channel: "User" },
      passcode({}, { Identifier: "com.example.of-users", ServerToken: "of users" }),
    );
    const narrow = await declared(
      call,
      { name: "On Macs only", platforms: ["macOS", "iOS"] },
      passcode({}, { Identifier: "com.example.narrow", ServerToken: "narrow" }),
    );
    const on = await artifact(call, { name: "On", type: "Activation" });
    const send = async (source: unknown) => (await call("POST", ALL, bodyWith(on, source))).body;
    const cases: [string, string][] = [
      [`ztl:${UNKNOWN}`, "the artifact does not exist"],
      ["ztl:x", "the artifact does not exist"],
      ["com.example.unknown", "no declaration has this Identifier"],
      ["$ENROLLED_DEVICE.UDID", "no declaration has this Identifier"],
      [`ztl:${asset}`, "it is a com.apple.asset.useridentity, it should be a configuration"],
      ["com.example.user", "it is a com.apple.asset.useridentity, it should be a configuration"],
      [`ztl:${data}`, "it is a com.apple.asset.data, it should be a configuration"],
      [
        `ztl:${certificate}`,
        "it is a com.apple.asset.credential.acme or com.apple.asset.credential.scep, it should be a configuration",
      ],
      [`ztl:${manual}`, "it has no declaration yet, it should be a configuration"],
      [`ztl:${userCode}`, "it is on the User channel, this artifact on the Device channel"],
      ["com.example.narrow", "it is not available for iPadOS, tvOS"],
    ];
    const names: Record<string, string> = {
      [`ztl:${asset}`]: "Identity of the user",
      "com.example.user": "Identity of the user",
      [`ztl:${data}`]: "Data",
      [`ztl:${certificate}`]: "Certificate",
      [`ztl:${manual}`]: "Manual",
      [`ztl:${userCode}`]: "Of users",
      "com.example.narrow": "On Macs only",
    };
    for (const [reference, why] of cases) {
      assert.deepEqual(await send(activation([`ztl:${code}`, reference])), {
        source: [`"StandardConfigurations.1": Cannot refer to "${names[reference] ?? reference}": ${why}`],
      });
    }
    const good = activation([`ztl:${code.toUpperCase()}`, "com.example.passcode", `ztl:${profile}`]);
    const made = bodyOf(await call("POST", ALL, bodyWith(on, good)), 201);
    assert.deepEqual(made.source, good);
    const rows = await runtime.sql<{ keyPath: string[]; artifactId: string }[]>`
      select key_path, artifact_id from declaration_references order by key_path`;
    assert.deepEqual(rows.map(({ keyPath, artifactId }) => [keyPath.join("."), artifactId]), [
      ["StandardConfigurations.0", code],
      ["StandardConfigurations.1", code],
      ["StandardConfigurations.2", profile],
    ]);

    // Assets where the schema wants them.
    const one = await artifact(call, { name: "One", type: "Configuration" });
    const on1 = async (source: unknown) => {
      const answer = await call("POST", ALL, bodyWith(one, source));
      if (answer.status !== 201) return answer.body;
      assert.equal((await call("DELETE", `${ALL}${bodyOf(answer, 201).id}/`)).status, 204);
      return "taken";
    };
    assert.equal(await on1(identity(`ztl:${certificate}`)), "taken");
    assert.equal(await on1(files(`ztl:${data}`)), "taken");
    assert.deepEqual(await on1(files(`ztl:${certificate}`)), {
      source: [
        '"DataAssetReference": Cannot refer to "Certificate": it is a com.apple.asset.credential.acme or com.apple.asset.credential.scep, it should be "com.apple.asset.data"',
      ],
    });
    assert.deepEqual(await on1(identity(`ztl:${data}`)), {
      source: [
        '"CredentialAssetReference": Cannot refer to "Data": it is a com.apple.asset.data, it should be one of "com.apple.asset.credential.identity", "com.apple.asset.credential.scep", "com.apple.asset.credential.acme"',
      ],
    });
    assert.deepEqual(await on1(contacts("com.example.user")), {
      source: [
        '"AuthenticationCredentialsAssetReference": Cannot refer to "Identity of the user": it is a com.apple.asset.useridentity, it should be "com.apple.asset.credential.userpassword"',
      ],
    });

    // A referenced artifact stays, has the platforms, and keeps its type.
    for (const id of [code, profile]) {
      assert.deepEqual((await call("DELETE", `/api/mdm/artifacts/${id}/`)).body, ["This artifact cannot be deleted"]);
    }
    const narrowed = await call("PUT", `/api/mdm/artifacts/${profile}/`, {
      name: "Profile",
      type: "Profile",
      channel: "Device",
      platforms: ["macOS", "tvOS"],
    });
    assert.deepEqual(narrowed.body, {
      platforms: [
        'Cannot remove iOS: "On", which refers to this artifact, has it',
        'Cannot remove iPadOS: "On", which refers to this artifact, has it',
      ],
    });
    const { results } = bodyOf(await call("GET", `${ALL}?artifact=${code}`), 200);
    assert.ok(Array.isArray(results));
    const retyped = {
      Type: "com.apple.configuration.watch.enrollment",
      Identifier: "com.example.passcode",
      ServerToken: "passcode-1",
      Payload: { EnrollmentProfileURL: "https://x.example.com/" },
    };
    assert.deepEqual((await call("PUT", `${ALL}${results[0].id}/`, bodyWith(code, retyped))).body, {
      source: [
        'Type is "com.apple.configuration.watch.enrollment", it should be "com.apple.configuration.passcode.settings" while "On" refers to it',
      ],
    });
    const onMacs = { name: "On", type: "Activation", channel: "Device", platforms: ["macOS"] };
    assert.equal((await call("PUT", `/api/mdm/artifacts/${on}/`, onMacs)).status, 200);
    bodyOf(await call("PUT", `${ALL}${made.id}/`, bodyWith(on, activation([`ztl:${narrow}`]))), 200);
    assert.equal(await contentRevision(runtime, textOf(made, "id")), 1);
    const widened = await call("PUT", `/api/mdm/artifacts/${on}/`, { ...onMacs, platforms: ["macOS", "tvOS"] });
    assert.deepEqual(widened.body, {
      platforms: ['Cannot add tvOS: "On Macs only", which this artifact refers to, does not have it'],
    });
    assert.equal((await call("DELETE", `/api/mdm/artifacts/${code}/`)).status, 204);
  });
});

Deno.test("circles of references and requirements are refused with the way around", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const code = await declared(call, { name: "Passcode" }, passcode());
    const on = await artifact(call, { name: "On", type: "Activation" });
    const made = bodyOf(await call("POST", ALL, bodyWith(on, activation([`ztl:${code}`]))), 201);
    const put = async (id: string, name: string, requires: string[]) =>
      (await call("PUT", `/api/mdm/artifacts/${id}/`, { name, type: "Configuration", channel: "Device", requires }))
        .body;
    assert.deepEqual(await put(code, "Passcode", [on]), {
      requires: ['Cannot require "On": "On" refers to "Passcode"'],
    });
    const middle = await artifact(call, { name: "Middle", type: "Configuration", requires: [on] });
    assert.deepEqual(await put(code, "Passcode", [middle]), {
      requires: ['Cannot require "Middle": "Middle" requires "On", which refers to "Passcode"'],
    });
    bodyOf(
      await call("POST", ALL, bodyWith(middle, passcode({}, { Identifier: "com.example.middle", ServerToken: "m" }))),
      201,
    );
    assert.deepEqual((await call("PUT", `${ALL}${made.id}/`, bodyWith(on, activation(["com.example.middle"])))).body, {
      source: ['"StandardConfigurations.0": Cannot refer to "Middle": "Middle" requires "On"'],
    });
    // A profile is a configuration too.
    const profile = await artifact(call, { name: "Profile", requires: [on] });
    bodyOf(
      await call("POST", "/api/mdm/profiles/", {
        artifact: profile,
        version: 1,
        macos: true,
        source: profilePlist().toBase64(),
      }),
      201,
    );
    assert.deepEqual((await call("PUT", `${ALL}${made.id}/`, bodyWith(on, activation([`ztl:${profile}`])))).body, {
      source: ['"StandardConfigurations.0": Cannot refer to "Profile": "Profile" requires "On"'],
    });
  });
});
