/** Versions of profiles through the API, and what holds for versions of every kind. */

import assert from "node:assert/strict";
import { buildBinaryPlist } from "../../../simulators/device/binary_plist.ts";
import { FILE_BODY_LIMIT } from "../../../src/blueprints/versions/file_limit.ts";
import { buildPlist, type PlistDict } from "../../../src/protocol/plist.ts";
import {
  artifact,
  audits,
  bodyOf,
  channel,
  contentRevision,
  install,
  OPEN_FILTER,
  profilePlist,
  revision,
  send,
  tag,
  textOf,
} from "./artifacts_support.ts";
import { withApi } from "./support.ts";

const ALL = "/api/mdm/profiles/";
const UNKNOWN = "9b2fd9a4-1f0f-4f7e-8f4e-0d5d4a1b2c3d";

Deno.test("a profile is created, read, changed with its own representation, listed and deleted", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const wifi = await artifact(call, { name: "Wi-Fi" });
    const beta = await tag(runtime, "Beta");
    const source = profilePlist();
    const start = await revision(runtime);
    const made = bodyOf(
      await call("POST", ALL, {
        artifact: wifi,
        version: 1,
        macos: true,
        source: source.toBase64(),
        filename: "wifi.mobileconfig",
      }),
      201,
    );
    const id = textOf(made, "id");
    assert.deepEqual(made, {
      warnings: [],
      id,
      artifact: wifi,
      version: 1,
      ...OPEN_FILTER,
      source: source.toBase64(),
      filename: "wifi.mobileconfig",
      payload_identifier: "com.example.wifi",
      payload_uuid: "7B2A1F0E-0000-4000-8000-000000000001",
      payload_display_name: "Wi-Fi",
      payload_description: "The network of the house",
      created_at: "2026-06-01T12:00:00",
      updated_at: "2026-06-01T12:00:00",
    });
    const path = `${ALL}${id}/`;
    assert.deepEqual(bodyOf(await call("GET", path), 200), made);
    runtime.clock.advance(60);
    const wanted = {
      ...made,
      version: 2,
      ios: true,
      ios_min_version: "17",
      default_shard: 0,
      tag_shards: [{ tag: beta, shard: 5 }],
    };
    const changed = bodyOf(await call("PUT", path, wanted), 200);
    assert.deepEqual(changed, { ...wanted, updated_at: "2026-06-01T12:01:00" });
    assert.equal(await contentRevision(runtime, id), 0, "who has the profile need not get it again");
    const { filename: _, ...asClientsSend } = changed;
    const other = profilePlist({ PayloadDisplayName: "Wi-Fi of the house" });
    const replaced = bodyOf(await call("PUT", path, { ...asClientsSend, source: other.toBase64() }), 200);
    assert.deepEqual(replaced, {
      ...changed,
      source: other.toBase64(),
      payload_display_name: "Wi-Fi of the house",
    });
    assert.equal(await contentRevision(runtime, id), 1, "who has the profile gets it again");

    const second = bodyOf(
      await call("POST", ALL, { ...asClientsSend, version: 3, source: source.toBase64() }),
      201,
    );
    const proxy = await artifact(call, { name: "Proxy" });
    const ids = async (query: string) => {
      const { results } = bodyOf(await call("GET", `${ALL}${query}`), 200);
      assert.ok(Array.isArray(results));
      return results.map((one) => one.id);
    };
    assert.deepEqual(await ids(""), [second.id, id]);
    assert.deepEqual(await ids("?ordering=created_at"), [id, second.id]);
    assert.deepEqual(await ids(`?artifact=${wifi}&ordering=-created_at&limit=1`), [second.id]);
    assert.deepEqual(await ids(`?artifact=${proxy}`), []);
    assert.deepEqual((await call("GET", `${ALL}?artifact=${UNKNOWN}`)).body, {
      artifact: [`Select a valid choice. ${UNKNOWN} is not one of the available choices.`],
    });
    assert.equal((await call("DELETE", path)).status, 204);
    assert.equal((await call("GET", path)).status, 404);
    assert.equal(await revision(runtime), start + 6);
  });
});

Deno.test("errors in a profile are reported by field", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const wifi = await artifact(call, { name: "Wi-Fi", platforms: ["macOS"] });
    const data = await artifact(call, { name: "Data", type: "Data Asset" });
    const user = await artifact(call, { name: "Of users", channel: "User" });
    const body = { artifact: wifi, version: 1, macos: true, source: profilePlist().toBase64() };
    const errors = async (change: Record<string, unknown>) => (await call("POST", ALL, { ...body, ...change })).body;
    const sources: [Uint8Array, string | RegExp][] = [
      [new TextEncoder().encode("no property list"), "Not a plist: there is text where an element should be (line 1)"],
      [
        new TextEncoder().encode("0 what begins like a signature"),
        /^\{"source":\["Not a plist: it is not a signed profile either: Cannot read /,
      ],
      [buildPlist(["a list"]), "Not a plist: it is an array, it should be a dictionary"],
      [new Uint8Array(), "Not a plist: it is empty"],
      [
        new TextEncoder().encode(new TextDecoder().decode(profilePlist()).replace(">Wi-Fi<", ">Research & Wi-Fi<")),
        'Not a plist: "& Wi-Fi" is not a character reference that XML has (line 23)',
      ],
      [
        new TextEncoder().encode("-----BEGIN PKCS7-----\nMIIB"),
        "Not a plist: it is a PKCS7 in PEM, but a signed profile must be in DER",
      ],
      [
        buildBinaryPlist({ PayloadIdentifier: "a", PayloadUUID: "b", PayloadScope: "System", Bell: "\u0007" }),
        "Cannot write the property list: a string holds a control character or half a character, which XML cannot carry",
      ],
      [profilePlist({ PayloadIdentifier: undefined }), "Missing PayloadIdentifier"],
      [profilePlist({ PayloadIdentifier: "" }), "Missing PayloadIdentifier"],
      [profilePlist({ PayloadUUID: undefined }), "Missing PayloadUUID"],
      [profilePlist({ PayloadUUID: 3 }), "PayloadUUID is a number, it should be a string"],
      [profilePlist({ PayloadIdentifier: ["a"] }), "PayloadIdentifier is an array, it should be a string"],
      [profilePlist({ PayloadIdentifier: "x".repeat(513) }), "PayloadIdentifier has 513 characters, 512 are accepted"],
      [profilePlist({ PayloadScope: "Everywhere" }), "Unknown PayloadScope: Everywhere"],
      [profilePlist({ PayloadScope: 3 }), "Unknown PayloadScope: 3"],
      [
        profilePlist({ PayloadScope: "User" }),
        "Its PayloadScope is User: for an artifact on the Device channel it should be System, or absent",
      ],
    ];
    for (const [source, sentence] of sources) {
      const said = await errors({ source: source.toBase64() });
      if (sentence instanceof RegExp) assert.match(JSON.stringify(said), sentence);
      else assert.deepEqual(said, { source: [sentence] });
    }
    const cases: [Record<string, unknown>, unknown][] = [
      [{ source: "not base64!" }, { source: ["Invalid base64-encoded value"] }],
      [{ source: undefined, version: undefined, artifact: undefined }, {
        source: ["This field is required."],
        version: ["This field is required."],
        artifact: ["This field is required."],
      }],
      [{ version: 0 }, { version: ["Ensure this value is greater than or equal to 1."] }],
      [{ artifact: UNKNOWN }, { artifact: [`Invalid pk "${UNKNOWN}" - object does not exist.`] }],
      [{ artifact: data }, {
        artifact: ['Cannot use the artifact "Data": its type is Data Asset, it should be Profile'],
      }],
      [{ ios: true }, { ios: ["Platform not available for this artifact"] }],
      [{ macos: false }, { non_field_errors: ["You need to activate at least one platform"] }],
      [{ artifact: user }, {
        source: [
          "Its PayloadScope is System: for an artifact on the User channel it should be User, or absent",
        ],
      }],
    ];
    for (const [change, expected] of cases) assert.deepEqual(await errors(change), expected, JSON.stringify(change));

    for (const scope of [undefined, "User"]) {
      const source = profilePlist({ PayloadScope: scope }).toBase64();
      const { id } = bodyOf(await call("POST", ALL, { ...body, artifact: user, source }), 201);
      assert.equal((await call("DELETE", `${ALL}${id}/`)).status, 204);
    }
    const unsaid = profilePlist({ PayloadScope: undefined }).toBase64();
    const { id: silent } = bodyOf(await call("POST", ALL, { ...body, source: unsaid }), 201);
    assert.equal((await call("DELETE", `${ALL}${silent}/`)).status, 204);
    const made = bodyOf(await call("POST", ALL, body), 201);
    assert.deepEqual(await errors({}), {
      version: ["A version of this artifact with the same version number already exists"],
    });
    assert.deepEqual(await errors({ version: 2 }), { source: ["This file is not different from the latest one"] });
    const moved = await call("PUT", `${ALL}${made.id}/`, { ...body, artifact: user });
    assert.deepEqual(moved.body, { artifact: ["Cannot be changed after creation."] });
    assert.equal((await call("PUT", `${ALL}${UNKNOWN}/`, body)).status, 404);
    const large = await call("POST", ALL, { ...body, source: "A".repeat(FILE_BODY_LIMIT) });
    assert.equal(large.status, 413);
  });
});

Deno.test("variables are collected, and unknown ones refused", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const wifi = await artifact(call, { name: "Wi-Fi" });
    const body = (description: string) => ({
      artifact: wifi,
      version: 1,
      macos: true,
      source: profilePlist({ PayloadDescription: description }).toBase64(),
    });
    assert.deepEqual((await call("POST", ALL, body("For $REALM_USER.SHOE_SIZE"))).body, {
      source: [
        'Cannot use the variable "REALM_USER.SHOE_SIZE": REALM_USER has USERNAME, DEVICE_USERNAME, EMAIL_PREFIX, EMAIL, FIRST_NAME, LAST_NAME, FULL_NAME, CUSTOM_ATTR_1, CUSTOM_ATTR_2',
      ],
    });
    const made = bodyOf(await call("POST", ALL, body("For $REALM_USER.EMAIL on ${ENROLLED_DEVICE.NAME:-it}")), 201);
    const variables = async () => {
      const [row] = await runtime.sql<{ variables: string[] }[]>`select variables from artifact_versions`;
      return row?.variables;
    };
    assert.deepEqual(await variables(), ["ENROLLED_DEVICE.NAME", "REALM_USER.EMAIL"]);
    bodyOf(await call("PUT", `${ALL}${made.id}/`, body("For everybody")), 200);
    assert.deepEqual(await variables(), []);
  });
});

Deno.test("a profile is stored encrypted, and no event, log or column reveals its content", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const wifi = await artifact(call, { name: "Wi-Fi" });
    const secret = "correct horse battery staple";
    const source = profilePlist();
    const body = { artifact: wifi, version: 1, macos: true, source: source.toBase64(), filename: "a.mobileconfig" };
    const { id } = bodyOf(await call("POST", ALL, body), 201);
    bodyOf(await call("PUT", `${ALL}${id}/`, { ...body, ios: true }), 200);
    assert.equal((await call("DELETE", `${ALL}${id}/`)).status, 204);
    bodyOf(await call("POST", ALL, body), 201);
    const entries = (await audits(call)).filter((entry) => entry.includes("mdm.artifactversion"));
    assert.equal(entries.length, 4);
    for (const entry of entries) {
      assert.ok(
        entry.includes('"payload_identifier":"com.example.wifi"') && entry.includes('"filename":"a.mobileconfig"'),
      );
      assert.match(entry, /"sha256":"[0-9a-f]{64}"/);
    }
    const rows = JSON.stringify([
      await runtime.sql`select * from events`,
      await runtime.sql`select * from profile_versions`,
      await runtime.sql`select * from jobs`,
      runtime.lines,
    ]);
    assert.ok(!rows.includes(secret) && !rows.includes(source.toBase64()));
  });
});

Deno.test("a version that a device has, or that is on its way, is not deleted, and neither is its artifact", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const wifi = await artifact(call, { name: "Wi-Fi" });
    const id = textOf(
      bodyOf(
        await call("POST", ALL, { artifact: wifi, version: 1, macos: true, source: profilePlist().toBase64() }),
        201,
      ),
      "id",
    );
    const device = await channel(runtime);
    const remove = async (path: string) => {
      const { status, body } = await call("DELETE", path);
      return [status, body];
    };
    const version = [400, ["This artifact version cannot be deleted"]];
    const whole = [400, ["This artifact cannot be deleted"]];
    await send(runtime, device, id);
    assert.deepEqual(await remove(`${ALL}${id}/`), version);
    assert.deepEqual(await remove(`/api/mdm/artifacts/${wifi}/`), whole);
    await runtime.sql`delete from commands`;
    await install(runtime, device, id, "Failed");
    assert.deepEqual(await remove(`${ALL}${id}/`), version);
    assert.deepEqual(await remove(`/api/mdm/artifacts/${wifi}/`), whole);
    await runtime.sql`delete from target_artifacts`;
    assert.deepEqual(await remove(`${ALL}${id}/`), [204, undefined]);
    assert.deepEqual(await remove(`/api/mdm/artifacts/${wifi}/`), [204, undefined]);
  });
});

Deno.test("deviations of a profile from Apple's schema are warnings, in every answer and in a dry run", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const wifi = await artifact(call, { name: "Wi-Fi" });
    const source = profilePlist({
      PayloadContent: [{
        PayloadType: "com.apple.dock",
        PayloadIdentifier: "com.example.dock.1",
        PayloadUUID: "7b2a1f0e-0000-4000-8000-000000000002",
        tilesize: 4000,
        // The form of a text with a variable is known when a device gets it.
        orientation: "$ENROLLED_DEVICE.SERIAL_NUMBER",
      }],
    });
    const body = { artifact: wifi, version: 1, macos: true, ios: true, source: source.toBase64() };
    const warnings = [
      {
        path: "PayloadContent.0.PayloadVersion",
        message: '"PayloadContent.0.PayloadVersion" is missing, it should be an integer',
      },
      {
        path: "PayloadContent.0.tilesize",
        message: '"PayloadContent.0.tilesize" is 4000, it should be at most 128',
      },
      { path: "PayloadContent.0", message: '"PayloadContent.0" (com.apple.dock) is not available on iOS' },
    ];
    assert.deepEqual(bodyOf(await call("POST", `${ALL}?dry_run=true`, body), 200).warnings, warnings);
    const made = bodyOf(await call("POST", ALL, body), 201);
    assert.deepEqual(made.warnings, warnings);
    const path = `${ALL}${textOf(made, "id")}/`;
    assert.deepEqual(bodyOf(await call("GET", path), 200).warnings, warnings);
    const { results } = bodyOf(await call("GET", ALL), 200);
    assert.ok(Array.isArray(results));
    assert.deepEqual(results.map((one) => one.warnings), [warnings]);
    const fewer = { ...body, ios: false };
    assert.deepEqual(bodyOf(await call("PUT", `${path}?dry_run=1`, fewer), 200).warnings, warnings.slice(0, 2));
    assert.deepEqual(bodyOf(await call("PUT", path, fewer), 200).warnings, warnings.slice(0, 2));
    assert.deepEqual(bodyOf(await call("DELETE", `${path}?dry_run=true`), 200).warnings, []);
  });
});

Deno.test("a profile that every device is certain to refuse is refused", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const wifi = await artifact(call, { name: "Wi-Fi" });
    const errors = async (...PayloadContent: PlistDict[]) =>
      (await call("POST", ALL, {
        artifact: wifi,
        version: 1,
        macos: true,
        source: profilePlist({ PayloadContent }).toBase64(),
      })).body;
    assert.deepEqual(await errors({ PayloadVersion: 1 }), {
      source: ['"PayloadContent.0.PayloadType" is missing, it should be a string'],
    });
  });
});
