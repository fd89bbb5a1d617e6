/** Versions of declarations through the API. */

import assert from "node:assert/strict";
import {
  artifact,
  audits,
  bodyOf,
  contentRevision,
  OPEN_FILTER,
  profilePlist,
  revision,
  textOf,
} from "./artifacts_support.ts";
import { type Caller, withApi } from "./support.ts";

const ALL = "/api/mdm/declarations/";
const UNKNOWN = "9b2fd9a4-1f0f-4f7e-8f4e-0d5d4a1b2c3d";

const passcode = (payload: unknown = { MinimumLength: 8 }, change: Record<string, unknown> = {}) => ({
  Type: "com.apple.configuration.passcode.settings",
  Identifier: "com.example.passcode",
  ServerToken: "passcode-1",
  Payload: payload,
  ...change,
});

const bodyWith = (artifactId: string, source: unknown, version = 1) => ({
  artifact: artifactId,
  version,
  ...OPEN_FILTER,
  source,
});

/** Makes an artifact with a first version; answers the artifact's id. */
async function declared(call: Caller, values: Record<string, unknown>, source: unknown): Promise<string> {
  const id = await artifact(call, { type: "Configuration", ...values });
  bodyOf(await call("POST", ALL, bodyWith(id, source)), 201);
  return id;
}

/** A payload for each kind that something refers to. */
const useridentity = (name: string, payload: unknown = { FullName: "x" }) => ({
  Type: "com.apple.asset.useridentity",
  Identifier: `com.example.${name}`,
  ServerToken: `token ${name}`,
  Payload: payload,
});
const contacts = (reference: string, name = "contacts") => ({
  Type: "com.apple.configuration.account.carddav",
  Identifier: `com.example.${name}`,
  ServerToken: `token ${name}`,
  Payload: { HostName: "contacts.example.com", AuthenticationCredentialsAssetReference: reference },
});
const activation = (references: string[], name = "activation") => ({
  Type: "com.apple.activation.simple",
  Identifier: `com.example.${name}`,
  ServerToken: `token ${name}`,
  Payload: { StandardConfigurations: references, Predicate: "TRUEPREDICATE" },
});
const identity = (reference: string, name = "identity") => ({
  Type: "com.apple.configuration.security.identity",
  Identifier: `com.example.${name}`,
  ServerToken: `token ${name}`,
  Payload: { CredentialAssetReference: reference },
});
const files = (reference: string, name = "files") => ({
  Type: "com.apple.configuration.services.configuration-files",
  Identifier: `com.example.${name}`,
  ServerToken: `token ${name}`,
  Payload: { ServiceType: "com.apple.sudo", DataAssetReference: reference },
});

Deno.test("a declaration is made, read, changed with its own representation, and deleted", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const id = await artifact(call, { name: "Passcode", type: "Configuration" });
    const start = await revision(runtime);
    const made = bodyOf(await call("POST", ALL, bodyWith(id, passcode())), 201);
    assert.deepEqual(made, {
      id: made.id,
      artifact: id,
      version: 1,
      ...OPEN_FILTER,
      source: passcode(),
      created_at: "2026-06-01T12:00:00",
      updated_at: "2026-06-01T12:00:00",
    });
    const path = `${ALL}${made.id}/`;
    assert.deepEqual(bodyOf(await call("GET", path), 200), made);
    runtime.clock.advance(60);
    const filtered = bodyOf(await call("PUT", path, { ...made, ios: true }), 200);
    assert.deepEqual(filtered, { ...made, ios: true, updated_at: "2026-06-01T12:01:00" });
    const versionId = textOf(made, "id");
    assert.equal(await contentRevision(runtime, versionId), 0);
    const renamed = passcode({ MinimumLength: 9 }, { Identifier: "com.example.code", ServerToken: "passcode-1b" });
    const changed = bodyOf(await call("PUT", path, { ...filtered, source: JSON.stringify(renamed) }), 200);
    assert.deepEqual(changed.source, renamed, "the only version may have another Identifier; a text is JSON");
    assert.equal(await contentRevision(runtime, versionId), 1);
    const second = passcode({ MinimumLength: 10 }, { Identifier: "com.example.code", ServerToken: "passcode-2" });
    const next = bodyOf(await call("POST", ALL, bodyWith(id, second, 2)), 201);
    assert.equal((await call("DELETE", `${ALL}${next.id}/`)).status, 204);
    assert.equal((await call("DELETE", path)).status, 204);
    assert.equal((await call("GET", path)).status, 404);
    assert.equal(await revision(runtime), start + 6);
    const entries = (await audits(call)).filter((entry) => entry.includes("mdm.artifactversion"));
    assert.equal(entries.length, 6);
    assert.ok(entries.every((entry) => /"payload_sha256":"[0-9a-f]{64}"/.test(entry)));
    assert.ok(!entries.some((entry) => entry.includes("MinimumLength")));
  });
});

Deno.test("a source that is no declaration is told what it lacks", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const id = await artifact(call, { name: "Passcode", type: "Configuration" });
    const errors = async (source: unknown) => (await call("POST", ALL, bodyWith(id, source))).body;
    const deep = JSON.parse(`${"[".repeat(100)}${"]".repeat(100)}`);
    const cases: [unknown, string | string[]][] = [
      [3, "Declaration is not a dictionary"],
      [[], "Declaration is not a dictionary"],
      ["[]", "Declaration is not a dictionary"],
      ["{", "Invalid JSON data"],
      [{}, ["Missing Type", "Missing Identifier", "Missing ServerToken", "Missing Payload"]],
      [passcode({}, { ServerToken: undefined }), "Missing ServerToken"],
      [passcode({}, { ServerToken: "" }), "Invalid ServerToken"],
      [passcode({}, { Identifier: 3 }), "Invalid Identifier"],
      [passcode({}, { Identifier: "x".repeat(513) }), "Invalid Identifier"],
      [passcode({}, { Type: "com.apple.configuration.nothing" }), "Unknown Type"],
      [passcode({}, { Type: null }), "Unknown Type"],
      [passcode([]), "Payload is not a dictionary"],
      [
        passcode({}, { Comment: "x" }),
        '"Comment" is not a key of a declaration, it should be one of Type, Identifier, ServerToken, Payload',
      ],
      [passcode(deep), "Cannot keep the value: it is nested more than 64 levels deep"],
      [passcode({ "a\0": 1 }), "Cannot keep the value: it has characters that no text can hold"],
      [passcode({ a: "\ud800" }), "Cannot keep the value: it has characters that no text can hold"],
      [passcode({ MinimumLength: 20, Foo: 1 }), [
        '"MinimumLength" is 20, it should be at most 16',
        '"Foo" is not a known key',
      ]],
      [passcode({ MinimumLength: "$ENROLLED_DEVICE.NAME" }), '"MinimumLength" is a string, it should be an integer'],
      [
        {
          Type: "com.apple.configuration.app.managed",
          Identifier: "x",
          ServerToken: "x",
          Payload: { ManifestURL: `ztl:${UNKNOWN}` },
        },
        `"ManifestURL": Cannot refer to the package "${UNKNOWN}": there is no such package`,
      ],
      [
        useridentity("x"),
        "Type is com.apple.asset.useridentity, that of an artifact of type Configuration should begin with com.apple.configuration.",
      ],
    ];
    for (const [source, sentences] of cases) {
      assert.deepEqual(await errors(source), { source: [sentences].flat() }, JSON.stringify(source)?.slice(0, 200));
    }
    assert.deepEqual(await errors(undefined), { source: ["This field is required."] });
    const asset = await artifact(call, { name: "Asset", type: "Asset" });
    const variable = useridentity("x", { FullName: "$REALM_USER.SHOE_SIZE" });
    assert.match(
      JSON.stringify((await call("POST", ALL, bodyWith(asset, variable))).body),
      /^\{"source":\["Cannot use the variable \\"REALM_USER.SHOE_SIZE\\": REALM_USER has USERNAME/,
    );
    const profile = await artifact(call, { name: "Profile" });
    assert.deepEqual((await call("POST", ALL, bodyWith(profile, passcode()))).body, {
      artifact: [
        'Cannot use the artifact "Profile": its type is Profile, it should be Activation or Asset or Configuration or Configuration (manual)',
      ],
    });
  });
});

Deno.test("variables in texts are collected; their form is not known yet", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    await declared(
      call,
      { name: "Identity", type: "Asset" },
      useridentity("identity", { FullName: "$REALM_USER.FULL_NAME", EmailAddress: "${REALM_USER.EMAIL:-nobody}" }),
    );
    const mail = {
      Type: "com.apple.configuration.account.mail",
      Identifier: "com.example.mail",
      ServerToken: "mail",
      Payload: {
        IncomingServer: {
          ServerType: "$CUSTOM.MAIL_SERVER_TYPE",
          HostName: "mail.example.com",
          AuthenticationMethod: "Other",
        },
        OutgoingServer: { HostName: "mail.example.com", AuthenticationMethod: "None" },
      },
    };
    const id = await artifact(call, { name: "Mail", type: "Configuration" });
    assert.deepEqual((await call("POST", ALL, bodyWith(id, mail))).body, {
      source: [
        '"IncomingServer.AuthenticationMethod" is "Other", it should be one of "None", "Password", "CRAMMD5", "NTLM", "HTTPMD5"',
      ],
    });
    mail.Payload.IncomingServer.AuthenticationMethod = "None";
    bodyOf(await call("POST", ALL, bodyWith(id, mail)), 201);
    const rows = await runtime.sql<
      { variables: string[] }[]
    >`select variables from artifact_versions order by created_at, id`;
    assert.deepEqual(rows.map(({ variables }) => variables).sort(), [
      ["CUSTOM.MAIL_SERVER_TYPE"],
      ["REALM_USER.EMAIL", "REALM_USER.FULL_NAME"],
    ]);
  });
});

Deno.test("versions of an artifact are one declaration, artifacts are different ones", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const id = await declared(call, { name: "Passcode" }, passcode());
    const next = (change: Record<string, unknown>, payload: unknown = { MinimumLength: 9 }) =>
      call("POST", ALL, bodyWith(id, passcode(payload, { ServerToken: "passcode-2", ...change }), 2));
    assert.deepEqual((await next({ Identifier: "com.example.other" })).body, {
      source: [
        'Identifier is "com.example.other", it should be "com.example.passcode" as in the other versions of this artifact',
      ],
    });
    assert.deepEqual(
      (await next({ Type: "com.apple.configuration.watch.enrollment" }, { EnrollmentProfileURL: "https://x/" })).body,
      {
        source: [
          'Type is "com.apple.configuration.watch.enrollment", it should be "com.apple.configuration.passcode.settings" as in the other versions of this artifact',
        ],
      },
    );
    assert.deepEqual((await next({ ServerToken: "passcode-1" })).body, {
      source: ['ServerToken is that of version 1 of the artifact "Passcode" already'],
    });
    const same = { source: ["The latest declaration of this artifact has the same Payload"] };
    assert.deepEqual((await next({}, { MinimumLength: 8 })).body, same);
    const second = bodyOf(await next({}), 201);
    const put = (path: unknown, source: unknown, version: number) =>
      call("PUT", `${ALL}${path}/`, bodyWith(id, source, version));
    assert.deepEqual(
      (await put(second.id, passcode({ MinimumLength: 8 }, { ServerToken: "passcode-2" }), 2)).body,
      same,
    );
    assert.equal((await put(second.id, passcode({ MinimumLength: 9 }, { ServerToken: "passcode-2b" }), 2)).status, 200);
    // What was before may come back: it differs from the latest one.
    const third = bodyOf(
      await call("POST", ALL, bodyWith(id, passcode({ MinimumLength: 8 }, { ServerToken: "passcode-3" }), 3)),
      201,
    );
    const { results } = bodyOf(await call("GET", `${ALL}?artifact=${id}&ordering=created_at`), 200);
    assert.ok(Array.isArray(results));
    const [first] = results.filter(({ version }) => version === 1);
    assert.equal((await call("PUT", `${ALL}${first.id}/`, { ...first, ios: true })).status, 200, "unchanged is fine");
    assert.equal((await call("DELETE", `${ALL}${third.id}/`)).status, 204);

    const other = await artifact(call, { name: "Other", type: "Configuration" });
    assert.deepEqual(
      (await call("POST", ALL, bodyWith(other, passcode({ MinimumLength: 5 }, { ServerToken: "x" })))).body,
      {
        source: ['Identifier "com.example.passcode" is that of the artifact "Passcode" already'],
      },
    );
  });
});

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
      [`ztl:${UNKNOWN}`, "there is no such artifact"],
      ["ztl:x", "there is no such artifact"],
      ["com.example.unknown", "there is no declaration with this Identifier"],
      ["$ENROLLED_DEVICE.UDID", "there is no declaration with this Identifier"],
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

    // What is referred to stays, has the platforms, and keeps its type.
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
