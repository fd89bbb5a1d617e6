/** Versions of declarations through the API. */

import assert from "node:assert/strict";
import { artifact, audits, bodyOf, contentRevision, OPEN_FILTER, revision, textOf } from "./artifacts_support.ts";
import { bodyWith, declared, passcode, useridentity } from "./declaration_sources.ts";
import { withApi } from "./support.ts";

const ALL = "/api/mdm/declarations/";
const UNKNOWN = "9b2fd9a4-1f0f-4f7e-8f4e-0d5d4a1b2c3d";

Deno.test("a declaration is created, read, changed with its own representation, and deleted", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const id = await artifact(call, { name: "Passcode", type: "Configuration" });
    const start = await revision(runtime);
    const made = bodyOf(await call("POST", ALL, bodyWith(id, passcode())), 201);
    assert.deepEqual(made, {
      warnings: [],
      id: made.id,
      artifact: id,
      version: 1,
      ...OPEN_FILTER,
      source: passcode(),
      created_at: "2026-06-01T12:00:00",
      updated_at: "2026-06-01T12:00:00",
    });
    const path = `${ALL}${made.id}/`;
    assert.deepEqual({ ...bodyOf(await call("GET", path), 200), warnings: [] }, made);
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

Deno.test("a declaration's file may begin with a byte order mark", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const id = await artifact(call, { name: "Passcode", type: "Configuration" });
    const source = `\ufeff${JSON.stringify(passcode({ MinimumLength: 8 }))}`;
    assert.equal((await call("POST", ALL, bodyWith(id, source))).status, 201);
  });
});

Deno.test("the error for a source that is not a declaration names what is missing", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const id = await artifact(call, { name: "Passcode", type: "Configuration" });
    const errors = async (source: unknown) => (await call("POST", ALL, bodyWith(id, source))).body;
    const deep = JSON.parse(`${"[".repeat(100)}${"]".repeat(100)}`);
    const cases: [unknown, string | string[]][] = [
      [3, "Declaration is not a dictionary"],
      [[], "Declaration is not a dictionary"],
      ["[]", "Declaration is not a dictionary"],
      ["{", "Invalid JSON data (line 1, column 2)"],
      ['{"Type": 1,\n"Type" 2}', "Invalid JSON data (line 2, column 8)"],
      ['{"Payload": {"__proto__": {"a": 1}}}', 'Invalid JSON data: the key "__proto__" is not accepted'],
      ['{"Payload": {"\\u005f_proto__": 1}}', 'Invalid JSON data: the key "__proto__" is not accepted'],
      [
        '{"Payload": {"a": 9007199254740993}}',
        "Invalid JSON data: the number 9007199254740993 is too large to be kept exactly",
      ],
      [
        `{"Payload": {"a": ${"[".repeat(10_000)}"\\u0041"${"]".repeat(10_000)}}}`,
        "Invalid JSON data: it is nested deeper than 64 levels",
      ],
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
        '"Comment" is not a key of a declaration. Use one of Type, Identifier, ServerToken, Payload',
      ],
      [passcode(deep), "Cannot keep the value: it is nested more than 64 levels deep"],
      [passcode({ "a\0": 1 }), "Cannot keep the value: it has characters that XML text cannot hold"],
      [passcode({ a: "\ud800" }), "Cannot keep the value: it has characters that XML text cannot hold"],
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
        `"ManifestURL": Cannot refer to the package "${UNKNOWN}": the package does not exist`,
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
    // An earlier payload may return: it differs from the latest one.
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
