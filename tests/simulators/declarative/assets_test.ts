import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { dicts } from "../../../src/protocol/plist.ts";
import { FakeServer } from "../fake_server.ts";

const DATA = "com.apple.asset.data";
const SCEP = "com.apple.asset.credential.scep";
const TEST = "com.apple.configuration.management.test";
const IDENTITY = "com.apple.configuration.security.identity";
const APPLIED = "Error.ConfigurationCannotBeApplied";
const BYTES = new TextEncoder().encode("hello");
const SHA256 = createHash("sha256").update(BYTES).digest("hex");

/** A data asset with a configuration that echoes it. */
function declareData(
  server: FakeServer,
  reference: Record<string, unknown>,
  extra: Record<string, unknown> = {},
): void {
  server.put("asset", "data", DATA, { Reference: { DataURL: server.url("/data"), ...reference }, ...extra });
  server.test("echo", { Echo: "x", EchoDataAssetReference: "data" });
}

function declareScep(server: FakeServer, credential: unknown): void {
  server.files.set("/scep.json", { body: JSON.stringify(credential), type: "application/json" });
  server.put("asset", "scep", SCEP, {
    Reference: { DataURL: server.url("/scep.json"), ContentType: "application/json" },
  });
  server.put("configuration", "identity", IDENTITY, { CredentialAssetReference: "scep" });
  server.activate("on", ["identity"]);
}

const why = (server: FakeServer, identifier: string) =>
  String(server.told(identifier)?.reasons?.[0]?.details?.["Error"]);

Deno.test("the data of an asset is downloaded once, and checked", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.files.set("/data", { body: BYTES, type: "text/plain; charset=utf-8" });
  declareData(server, { Size: 5, "Hash-SHA-256": SHA256.toUpperCase(), ContentType: "text/plain" });
  await server.sync(device);
  assert.deepEqual([server.short("data"), server.short("echo")], ["active valid", "active valid"]);
  server.test("other");
  await server.sync(device);
  assert.equal(server.downloads.length, 1);
  declareData(server, { Size: 5 });
  await server.sync(device);
  assert.equal(server.downloads.length, 2);
});

Deno.test("incorrect data makes its asset and the declarations that need it invalid", async () => {
  for (
    const [file, reference, code, words] of [
      [undefined, {}, "Error.AssetCannotBeDownloaded", /answered with 404/],
      [{ body: BYTES, status: 500 }, {}, "Error.AssetCannotBeDownloaded", /answered with 500/],
      [{ body: BYTES }, { Size: 6 }, "Error.AssetCannotBeVerified", /has 5 bytes, it should have 6/],
      [{ body: BYTES }, { Size: 0 }, "Error.AssetCannotBeVerified", /has 5 bytes, it should have 0/],
      [{ body: BYTES }, { "Hash-SHA-256": SHA256.replace(/^./, "0") }, "Error.AssetCannotBeVerified", /SHA-256/],
      [
        { body: BYTES, type: "text/plain" },
        { ContentType: "text/xml" },
        "Error.AssetCannotBeVerified",
        /“text\/plain”/,
      ],
    ] as const
  ) {
    const server = new FakeServer();
    const device = await server.enrolled();
    if (file !== undefined) server.files.set("/data", file);
    declareData(server, reference);
    await server.sync(device);
    assert.equal(server.short("data"), `active invalid ${code}`);
    assert.match(why(server, "data"), words);
    assert.equal(server.short("echo"), `active invalid ${APPLIED}`);
    assert.match(why(server, "echo"), /The asset “data” is invalid/);
    // Made good, it is tried again at the next sync.
    server.files.set("/data", { body: BYTES, type: "text/xml" });
    declareData(server, {});
    await server.sync(device);
    assert.deepEqual([server.short("data"), server.short("echo")], ["active valid", "active valid"]);
  }
});

Deno.test("an empty answer that is expected is accepted, whatever its digest should be", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.files.set("/data", { body: "" });
  declareData(server, { Size: 0, "Hash-SHA-256": SHA256 });
  await server.sync(device);
  assert.equal(server.short("data"), "active valid");
});

Deno.test("public data is fetched anonymously", async () => {
  for (const [Type, signed] of [["None", false], ["MDM", true]] as const) {
    const server = new FakeServer();
    const device = await server.enrolled();
    server.files.set("/data", { body: BYTES });
    declareData(server, {}, { Authentication: { Type } });
    await server.sync(device);
    assert.equal(server.downloads[0]?.headers.has("mdm-signature"), signed);
  }
});

Deno.test("an asset that nothing in force names is not fetched", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.put("asset", "data", DATA, { Reference: { DataURL: server.url("/data") } });
  await server.sync(device);
  assert.deepEqual([server.short("data"), server.downloads.length], [
    "inactive unknown Info.NotReferencedByConfiguration",
    0,
  ]);
  server.put("configuration", "echo", TEST, { Echo: "x", EchoDataAssetReference: "data" });
  server.activate("on-echo", ["echo"], "FALSEPREDICATE");
  await server.sync(device);
  assert.equal(server.downloads.length, 0);
});

Deno.test("a configuration without its asset, or with one of another type, is invalid", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.test("echo", { Echo: "x", EchoDataAssetReference: "data" });
  await server.sync(device);
  assert.equal(server.short("echo"), "inactive invalid Error.MissingAssets");
  assert.deepEqual(server.told("echo")?.reasons?.[0]?.details?.["AssetIdentifiers"], ["data"]);
  server.put("asset", "data", "com.apple.asset.useridentity", {});
  await server.sync(device);
  assert.equal(server.short("echo"), "inactive invalid Error.ConfigurationIsInvalid");
  assert.match(why(server, "echo"), /names an asset of the type com\.apple\.asset\.useridentity/);
  assert.equal(server.short("data"), "inactive unknown Error.ConfigurationFailed");
  // An asset that is wrong by itself.
  server.put("asset", "data", DATA, { Reference: {} });
  await server.sync(device);
  assert.equal(server.short("data"), "inactive invalid Error.InvalidPayload");
  assert.equal(server.short("echo"), `active invalid ${APPLIED}`);
});

Deno.test("a SCEP credential becomes a certificate, with the names that it asks for", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  declareScep(server, {
    URL: server.url("/scep"),
    Name: "Fake",
    Challenge: "secret",
    Keysize: 2048,
    Subject: [[["O", "Example"]], [["CN", "C02SIM000001"]]],
    SubjectAltName: { dNSName: "mac.example.com", rfc822Name: "ada@example.com" },
  });
  await server.sync(device);
  assert.deepEqual([server.short("scep"), server.short("identity")], ["active valid", "active valid"]);
  const certificate = device.state.identities.get("scep")?.certificate;
  assert.equal(certificate?.subject.commonName, "C02SIM000001");
  assert.deepEqual(certificate?.subjectAltNames, [
    { kind: "email", value: "ada@example.com" },
    { kind: "dns", value: "mac.example.com" },
  ]);
  server.commands.push({ RequestType: "CertificateList" });
  await device.connect();
  assert.deepEqual(dicts(server.answers.at(-1) ?? {}, "CertificateList").map(({ CommonName }) => CommonName), [
    "device",
    "C02SIM000001",
  ]);
  // Kept while it is the same, and let go with its configuration.
  server.test("other");
  await server.sync(device);
  assert.equal(device.state.identities.get("scep")?.certificate, certificate);
  server.remove("identity", "on");
  await server.sync(device);
  assert.equal(device.state.identities.size, 0);
});

Deno.test("an incorrect credential, or one that the authority refuses, makes its asset invalid", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  for (
    const [credential, refuses, code, words] of [
      ["text", false, "Error.AssetCannotBeDeserialized", /not a JSON object/],
      [{ Name: "x" }, false, "Error.AssetCannotBeDeserialized", /"URL" is missing/],
      [{ URL: server.url("/scep"), Keysize: "big" }, false, "Error.AssetCannotBeDeserialized", /"Keysize"/],
      [{ URL: server.url("/scep") }, true, "Error.AssetCannotBeVerified", /SCEP server said badRequest/],
      [{ URL: server.url("/nothing") }, false, "Error.AssetCannotBeVerified", /SCEP server answered 404/],
    ] as const
  ) {
    server.refusesScep = refuses;
    declareScep(server, credential);
    await server.sync(device);
    assert.equal(server.short("scep"), `active invalid ${code}`, JSON.stringify(credential));
    assert.match(why(server, "scep"), words);
    assert.equal(server.short("identity"), `active invalid ${APPLIED}`);
    assert.equal(device.state.identities.size, 0);
  }
});

Deno.test("passwords and certificates are read, ACME is not spoken", async () => {
  const server = new FakeServer();
  const device = await server.enrolled("iOS");
  const PASSWORD = "com.apple.asset.credential.userpassword";
  const CERTIFICATE = "com.apple.asset.credential.certificate";
  const reference = (path: string) => ({ Reference: { DataURL: server.url(path) } });
  server.files.set("/password", { body: JSON.stringify({ UserName: "ada", Password: "x" }) });
  server.files.set("/root", { body: Uint8Array.from(device.identity?.certificate.der ?? []) });
  server.put("asset", "password", PASSWORD, reference("/password"));
  server.put("asset", "root", CERTIFICATE, reference("/root"));
  server.put("asset", "bad", CERTIFICATE, reference("/password"));
  server.put("asset", "acme", "com.apple.asset.credential.acme", reference("/acme"));
  server.put("configuration", "calendar", "com.apple.configuration.account.caldav", {
    HostName: "calendar.example.com",
    AuthenticationCredentialsAssetReference: "password",
  });
  server.put("configuration", "root-on", "com.apple.configuration.security.certificate", {
    CredentialAssetReference: "root",
  });
  server.put("configuration", "bad-on", "com.apple.configuration.security.certificate", {
    CredentialAssetReference: "bad",
  });
  server.activate("on", ["calendar", "root-on", "bad-on"]);
  await server.sync(device);
  assert.deepEqual(["password", "calendar", "root", "root-on", "acme", "bad"].map((one) => server.short(one)), [
    "active valid",
    "active valid",
    "active valid",
    "active valid",
    "inactive invalid Error.UnknownDeclarationType",
    "active invalid Error.AssetCannotBeDeserialized",
  ]);
});
