import assert from "node:assert/strict";
import { parseCertificate } from "../../../src/pki/certificate.ts";
import { certificatesOf } from "../../../src/pki/cms/signed.ts";
import { buildPlist, dicts, type PlistDict } from "../../../src/protocol/plist.ts";
import { errorsOf, FakeServer } from "../fake_server.ts";

const LEGACY = "com.apple.configuration.legacy";
const FAILED = "active invalid Error.ConfigurationCannotBeApplied";

function declare(server: FakeServer, identifier = "wifi", path = "/wifi"): void {
  server.put("configuration", identifier, LEGACY, { ProfileURL: server.url(path) });
  server.activate(`on-${identifier}`, [identifier]);
}

const why = (server: FakeServer, identifier = "wifi") => server.told(identifier)?.reasons?.[0]?.details?.["Error"];
const install = (Payload: Uint8Array): PlistDict => ({ RequestType: "InstallProfile", Payload });

Deno.test("a declared profile is downloaded as the device that it is, installed, listed and removed", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.profile("/wifi", "com.example.wifi");
  declare(server);
  await server.sync(device);
  assert.equal(server.short("wifi"), "active valid");
  assert.deepEqual(device.state.profiles[1], {
    identifier: "com.example.wifi",
    uuid: "com.example.wifi-UUID",
    displayName: "Profile com.example.wifi",
    payloads: [{ PayloadType: "com.example", PayloadIdentifier: "com.example.wifi.1", PayloadUUID: "P" }],
    by: "declaration",
    declaration: "wifi",
  });
  const [request] = server.downloads;
  const signature = Uint8Array.fromBase64(request?.headers.get("mdm-signature") ?? "");
  assert.equal(certificatesOf(signature)[0]?.fingerprint, device.identity?.certificate.fingerprint);
  server.commands.push({ RequestType: "ProfileList" });
  await device.connect();
  const listed = dicts(server.answers.at(-1) ?? {}, "ProfileList");
  assert.deepEqual(listed.map(({ Source }) => Source), [undefined, "Declarative Device Management"]);
  assert.equal(server.downloads.length, 1);
  server.remove("wifi", "on-wifi");
  await server.sync(device);
  assert.deepEqual(device.state.profiles.map(({ by }) => by), ["enrollment"]);
});

Deno.test("a declared profile is removed when nothing activates it, and installed again when something does", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.profile("/wifi", "com.example.wifi");
  declare(server);
  await server.sync(device);
  server.activate("on-wifi", ["wifi"], "FALSEPREDICATE");
  await server.sync(device);
  assert.equal(device.state.profiles.length, 1);
  server.activate("on-wifi", ["wifi"]);
  await server.sync(device);
  assert.deepEqual([device.state.profiles.length, server.downloads.length], [2, 2]);
});

Deno.test("a new version of a declared profile replaces the old one, also under another name", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.profile("/wifi", "com.example.wifi");
  declare(server);
  await server.sync(device);
  server.profile("/wifi", "com.example.wifi", { PayloadUUID: "2" });
  declare(server);
  await server.sync(device);
  assert.deepEqual(device.state.profiles.slice(1).map(({ uuid }) => uuid), ["2"]);
  server.profile("/wifi", "com.example.network");
  declare(server);
  await server.sync(device);
  assert.deepEqual(device.state.profiles.slice(1).map(({ identifier }) => identifier), ["com.example.network"]);
});

Deno.test("a profile that is unavailable or incorrect makes its configuration invalid, and is retried", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  const good = server.profile("/good", "com.example.wifi");
  const bent = good.with(good.length - 1, (good.at(-1) ?? 0) ^ 1);
  for (
    const [file, words] of [
      [undefined, /answered with 404/],
      [{ body: good, status: 503 }, /answered with 503/],
      [{ body: bent }, /signature|Cannot open/],
      [{ body: "no profile" }, /property list|Cannot/],
      [{ body: buildPlist({ PayloadContent: [] }) }, /no PayloadIdentifier/],
      [{ body: server.enrollmentProfile() }, /cannot hold a payload of the type com\.apple\.mdm/],
      [
        {
          body: buildPlist({
            PayloadIdentifier: "x",
            PayloadUUID: "x",
            PayloadContent: [{ PayloadType: "com.apple.declarations" }],
          }),
        },
        /cannot hold a payload of the type com\.apple\.declarations/,
      ],
      [
        { body: buildPlist({ PayloadIdentifier: "com.example.enrollment", PayloadUUID: "x", PayloadContent: [] }) },
        /is the enrollment's/,
      ],
    ] as const
  ) {
    if (file === undefined) server.files.delete("/wifi");
    else server.files.set("/wifi", file);
    declare(server);
    await server.sync(device);
    assert.equal(server.short("wifi"), FAILED);
    assert.match(String(why(server)), words);
    assert.equal(device.state.profiles.length, 1);
  }
  // The token is the same, but something else makes the device sync.
  server.files.set("/wifi", { body: good });
  server.test("other");
  await server.sync(device);
  assert.equal(server.short("wifi"), "active valid");
});

Deno.test("a profile is fetched from a server alone, and never without encryption", async () => {
  for (
    const [url, words] of [
      ["http://fake.example.com/wifi", /does not start with https/],
      ["ftp://fake.example.com/wifi", /does not start with https/],
      ["/wifi", /does not start with https|not a URL/],
      ["https://fake.example.com/loop", /redirected more than 5 times/],
    ] as const
  ) {
    const server = new FakeServer();
    const device = await server.enrolled();
    server.profile("/wifi", "com.example.wifi");
    server.files.set("/loop", { body: "/loop", status: 302 });
    server.put("configuration", "wifi", LEGACY, { ProfileURL: url });
    server.activate("on", ["wifi"]);
    await server.sync(device);
    assert.match(JSON.stringify(server.told("wifi")?.reasons), words);
    assert.equal(server.told("wifi")?.valid, "invalid");
  }
});

Deno.test("a redirect is followed, and the signature goes to no other origin", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.profile("/stored", "com.example.wifi");
  server.files.set("/wifi", { body: "https://elsewhere.example.com/stored", status: 302 });
  declare(server);
  await server.sync(device);
  assert.equal(server.short("wifi"), "active valid");
  assert.deepEqual(server.downloads.map(({ headers }) => headers.has("mdm-signature")), [true, false]);
});

Deno.test("a failed update leaves the old profile", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.profile("/wifi", "com.example.wifi");
  declare(server);
  await server.sync(device);
  server.files.delete("/wifi");
  declare(server);
  await server.sync(device);
  assert.equal(server.short("wifi"), FAILED);
  assert.equal(device.state.profiles.length, 2);
});

Deno.test("a profile from a command is taken over only by a declaration of the same structure", async () => {
  const cases: [extra: PlistDict, taken: boolean][] = [
    [{ PayloadDisplayName: "Another name" }, true],
    [{ PayloadUUID: "another" }, false],
    [{ PayloadContent: [] }, false],
    [{ PayloadContent: [{ PayloadType: "com.other", PayloadIdentifier: "x", PayloadUUID: "P" }] }, false],
  ];
  for (const [extra, taken] of cases) {
    const server = new FakeServer();
    const device = await server.enrolled();
    server.commands.push(install(server.profile("/wifi", "com.example.wifi")));
    await device.connect();
    assert.equal(device.state.profiles[1]?.by, "command");
    server.profile("/wifi", "com.example.wifi", extra);
    declare(server);
    await server.sync(device);
    assert.equal(device.state.profiles[1]?.by, taken ? "declaration" : "command");
    assert.equal(server.short("wifi"), taken ? "active valid" : FAILED);
    if (!taken) assert.match(String(why(server)), /installed by a command/);
  }
});

Deno.test("commands neither replace nor remove a declared profile", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  const profile = server.profile("/wifi", "com.example.wifi");
  declare(server);
  await server.sync(device);
  for (const command of [install(profile), { RequestType: "RemoveProfile", Identifier: "com.example.wifi" }]) {
    server.commands.push(command);
    assert.deepEqual((await device.connect()).map(({ status }) => status), ["Error"]);
    assert.match(errorsOf(server.answers.at(-1)), /managed by the declaration “wifi”/);
  }
  assert.equal(device.state.profiles[1]?.by, "declaration");
});

Deno.test("two declarations do not bring the same profile", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.profile("/wifi", "com.example.wifi");
  declare(server, "one");
  declare(server, "two");
  await server.sync(device);
  assert.deepEqual([server.short("one"), server.short("two")], ["active valid", FAILED]);
  assert.match(String(why(server, "two")), /managed by the declaration “one”/);
});

Deno.test("a user's profiles are the user's", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  await device.addUser({ userId: "U1", shortName: "ada", longName: "Ada" });
  server.profile("/wifi", "com.example.wifi");
  declare(server);
  await server.sync(device, "U1");
  server.commands.push(install(server.profile("/other", "com.example.other")));
  await device.connect("U1");
  assert.deepEqual(device.channel("U1").profiles.map(({ by }) => by), ["declaration", "command"]);
  assert.deepEqual(device.state.profiles.map(({ by }) => by), ["enrollment"]);
  server.commands.push({ RequestType: "ProfileList" });
  await device.connect("U1");
  assert.equal(dicts(server.answers.at(-1) ?? {}, "ProfileList").length, 2);
});

Deno.test("an invalid profile is answered with an error, and so is one that would replace the enrollment", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  for (
    const [payload, words] of [
      [new TextEncoder().encode("rubbish"), /property list|Cannot/],
      [buildPlist({ PayloadContent: [] }), /no PayloadIdentifier/],
      [
        buildPlist({ PayloadIdentifier: "com.example.enrollment", PayloadUUID: "1", PayloadContent: [] }),
        /is the enrollment's/,
      ],
    ] as const
  ) {
    server.commands.push(install(payload));
    assert.deepEqual((await device.connect()).map(({ status }) => status), ["Error"]);
    assert.match(errorsOf(server.answers.at(-1)), words);
  }
  server.commands.push({ RequestType: "InstallProfile" });
  assert.deepEqual((await device.connect()).map(({ status }) => status), ["CommandFormatError"]);
});

Deno.test("a device that does not sign its messages downloads without a signature", async () => {
  const server = new FakeServer();
  const profile = new TextDecoder().decode(server.enrollmentProfile());
  const device = await server.enrolled();
  const unsigned = profile.replace(/(<key>SignMessage<\/key>\s*)<true\/>/, "$1<false/>");
  assert.notEqual(unsigned, profile);
  await device.enroll(new TextEncoder().encode(unsigned));
  server.profile("/wifi", "com.example.wifi");
  declare(server);
  await server.sync(device);
  assert.equal(server.short("wifi"), "active valid");
  assert.equal(server.downloads[0]?.headers.get("mdm-signature"), null);
  assert.ok(parseCertificate(device.identity?.certificate.der ?? new Uint8Array()));
});
