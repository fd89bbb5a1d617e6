import assert from "node:assert/strict";
import type { ChannelId } from "../../../db/ids.ts";
import { buildProfile } from "../../../src/downloads/profile.ts";
import { Problem } from "../../../src/errors.ts";
import { builtInAuthority } from "../../../src/issuing/authority.ts";
import { createScepIssuer } from "../../../src/issuing/scep_issuers.ts";
import { toPem } from "../../../src/pki/certificate.ts";
import { openSigned } from "../../../src/pki/cms/signed.ts";
import { asDict, dict, dicts, parsePlist, type PlistDict, Real, str } from "../../../src/protocol/plist.ts";
import { setDeviceValues } from "../../../src/variables/device_values.ts";
import { testBy } from "../../routes/api/support.ts";
import { withFleet } from "../../support/fleet.ts";
import { addDataAsset, addProfile, channelOf, setProfile } from "../../support/hosted.ts";
import { inFolder, openssl } from "../pki/helpers.ts";

const open = (signed: Uint8Array): PlistDict => asDict(parsePlist(openSigned(signed).content));
const profile = (payload: PlistDict, display = "A profile"): PlistDict => ({
  PayloadType: "Configuration",
  PayloadVersion: 1,
  PayloadIdentifier: "their.own",
  PayloadUUID: "THEIR-OWN",
  PayloadDisplayName: display,
  PayloadContent: [{ PayloadVersion: 1, PayloadIdentifier: "their.payload", PayloadUUID: "THEIR-PAYLOAD", ...payload }],
});

Deno.test("a profile is the channel's: expanded once, in our name, its payloads theirs; openssl verifies it", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const device = await fleet.enrolled({ name: "Mac of $ENROLLED_DEVICE.UDID & <co>" });
    await device.addUser({ userId: "U-1", shortName: "ada", longName: "Ada Lovelace" });
    await setDeviceValues(runtime.sql, runtime, testBy, device.serialNumber, { values: { ROOM: "12b" } });
    const data = new TextEncoder().encode("$ENROLLED_DEVICE.UDID");
    const hosted = await addProfile(
      runtime,
      profile({
        PayloadType: "com.example",
        "$ENROLLED_DEVICE.UDID": "${ENROLLED_DEVICE.NAME}",
        Room: ["$CUSTOM.ROOM", { Deep: "$$ENROLLED_DEVICE.UDID" }],
        User: "$ENROLLED_USER.LONG_NAME",
        Realm: "$REALM_USER.EMAIL",
        Data: data,
        Count: 3,
      }, "For $ENROLLED_DEVICE.SERIAL_NUMBER"),
    );
    const signed = await buildProfile(runtime.sql, runtime, await channelOf(runtime, device), hosted.versionId);
    const built = open(signed);
    assert.equal(str(built, "PayloadIdentifier"), `com.example.mdm.artifact.${hosted.artifactId}`);
    assert.equal(str(built, "PayloadUUID"), hosted.versionId.toUpperCase());
    assert.equal(str(built, "PayloadDisplayName"), `For ${device.serialNumber}`);
    assert.deepEqual(dicts(built, "PayloadContent"), [{
      PayloadVersion: 1,
      PayloadIdentifier: "their.payload",
      PayloadUUID: "THEIR-PAYLOAD",
      PayloadType: "com.example",
      "$ENROLLED_DEVICE.UDID": "Mac of $ENROLLED_DEVICE.UDID & <co>",
      Room: ["12b", { Deep: "$ENROLLED_DEVICE.UDID" }],
      User: "$ENROLLED_USER.LONG_NAME",
      Realm: "$REALM_USER.EMAIL",
      Data: data,
      Count: 3,
    }]);
    const user = await buildProfile(runtime.sql, runtime, await channelOf(runtime, device, "U-1"), hosted.versionId);
    assert.equal(dicts(open(user), "PayloadContent")[0]?.["User"], "Ada Lovelace");
    await inFolder(async (folder) => {
      await Deno.writeFile(`${folder}/signed`, signed);
      const { certificate } = await builtInAuthority(runtime);
      await Deno.writeTextFile(`${folder}/ca.pem`, toPem(certificate.der, "CERTIFICATE"));
      const epoch = String(runtime.clock.now().getTime() / 1000);
      for (const tool of ["cms", "smime"]) {
        const content = await openssl(
          folder,
          tool,
          "-verify",
          "-binary",
          "-inform",
          "DER",
          "-in",
          "signed",
          "-CAfile",
          "ca.pem",
          "-purpose",
          "any",
          "-attime",
          epoch,
        );
        assert.deepEqual(asDict(parsePlist(Uint8Array.from(content))), built);
      }
    });
  }));

Deno.test("a profile that is the same for every device is signed once per source, and again when the signature is old", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const [one, other] = [
      await channelOf(runtime, await fleet.enrolled()),
      await channelOf(runtime, await fleet.enrolled({ udid: "OTHER" })),
    ];
    const hosted = await addProfile(runtime, profile({ PayloadType: "com.example", Value: "1" }));
    const build = (channel: ChannelId) => buildProfile(runtime.sql, runtime, channel, hosted.versionId);
    const first = await build(one);
    assert.equal(await build(other), first);
    await setProfile(runtime, hosted, profile({ PayloadType: "com.example", Value: "2" }));
    const second = await build(one);
    assert.equal(dicts(open(second), "PayloadContent")[0]?.["Value"], "2");
    runtime.clock.advance(3601);
    assert.notEqual(await build(one), second);
    await setProfile(runtime, hosted, profile({ PayloadType: "com.example", Value: "$$ENROLLED_DEVICE.UDID" }));
    const quoted = await build(one);
    assert.equal(dicts(open(quoted), "PayloadContent")[0]?.["Value"], "$ENROLLED_DEVICE.UDID");
    assert.equal(await build(other), quoted);
    await setProfile(runtime, hosted, profile({ PayloadType: "com.example", Value: "$ENROLLED_DEVICE.UDID" }));
    assert.notDeepEqual(open(await build(one)), open(await build(other)));
  }));

Deno.test("a SCEP payload that names an issuer is filled by it; others, and the built-in authority's, stay as they are", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const channel = await channelOf(runtime, await fleet.enrolled());
    const issuer = {
      name: "Wi-Fi CA",
      description: "",
      url: "https://ca.example.com/scep",
      keySize: 4096,
      keyUsage: 5,
      backend: "STATIC_CHALLENGE",
      settings: { challenge: "s3cret" },
    } as const;
    const { id } = await createScepIssuer(runtime, testBy, issuer);
    const scep = (content: PlistDict): PlistDict => ({
      PayloadType: "com.apple.security.scep",
      PayloadIdentifier: "their.scep",
      PayloadUUID: "SCEP",
      PayloadVersion: 1,
      PayloadContent: content,
    });
    const source = (...payloads: PlistDict[]): PlistDict => ({ ...profile({}), PayloadContent: payloads });
    const hosted = await addProfile(
      runtime,
      source(
        scep({
          Name: "Wi-Fi CA",
          Subject: [[["CN", "$ENROLLED_DEVICE.SERIAL_NUMBER"]]],
          Challenge: "x",
          "Key Type": "EC",
        }),
        scep({ Name: "Wi-Fi CA", Keysize: 2048 }),
        scep({ Name: "Built-in CA", URL: "https://elsewhere.example.com" }),
        scep({ Name: "Unknown" }),
        { ...scep({}), PayloadContent: "odd" },
        { PayloadType: "com.example", PayloadContent: { Name: "Wi-Fi CA" } },
      ),
    );
    const build = async () =>
      dicts(open(await buildProfile(runtime.sql, runtime, channel, hosted.versionId)), "PayloadContent");
    const [full, sized, builtIn, unknown, odd, other] = await build();
    const facts = { Name: "Wi-Fi CA", URL: issuer.url, "Key Type": "RSA", "Key Usage": 5, Challenge: "s3cret" };
    assert.deepEqual(dict(full ?? {}, "PayloadContent"), {
      ...facts,
      Keysize: 4096,
      Subject: [[["CN", "C02SIM000001"]]],
    });
    assert.deepEqual(dict(sized ?? {}, "PayloadContent"), { ...facts, Keysize: 2048 });
    assert.deepEqual(builtIn?.["PayloadContent"], { Name: "Built-in CA", URL: "https://elsewhere.example.com" });
    assert.deepEqual(unknown?.["PayloadContent"], { Name: "Unknown" });
    assert.equal(odd?.["PayloadContent"], "odd");
    assert.deepEqual(other?.["PayloadContent"], { Name: "Wi-Fi CA" });
    // A profile that names an issuer is not cached: its challenge may change.
    await setProfile(runtime, hosted, source(scep({ Name: "Wi-Fi CA" })));
    await build();
    await runtime.sql`update scep_issuers set url = 'https://new.example.com/' where id = ${id}`;
    assert.equal(dict((await build())[0] ?? {}, "PayloadContent")?.["URL"], "https://new.example.com/");
  }));

Deno.test("a version that is not a profile, and a missing one, are not found", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const channel = await channelOf(runtime, await fleet.enrolled());
    const asset = await addDataAsset(runtime, "PLIST", new TextEncoder().encode("x"));
    for (const version of [asset.versionId, runtime.random.uuid()]) {
      await assert.rejects(
        buildProfile(runtime.sql, runtime, channel, version),
        (error) => error instanceof Problem && error.code === "not-found",
      );
    }
  }));

Deno.test("numbers and dates of a profile are delivered in the types that they have", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const device = await fleet.enrolled({ name: "Mac" });
    const hosted = await addProfile(
      runtime,
      profile({
        PayloadType: "com.apple.universalaccess",
        contrast: new Real(0),
        mouseDriverCursorSize: new Real(2),
        delay: 2,
        half: 0.5,
        large: 2n ** 63n,
        until: new Date("2027-01-31T12:00:00Z"),
        name: "$ENROLLED_DEVICE.NAME",
      }),
    );
    const signed = await buildProfile(runtime.sql, runtime, await channelOf(runtime, device), hosted.versionId);
    const [payload] = dicts(asDict(parsePlist(openSigned(signed).content, { keepReals: true })), "PayloadContent");
    assert.ok(payload);
    assert.deepEqual(payload.contrast, new Real(0));
    assert.deepEqual(payload.mouseDriverCursorSize, new Real(2));
    assert.deepEqual([payload.delay, payload.half, payload.large, payload.name], [2, 0.5, 2n ** 63n, "Mac"]);
    assert.deepEqual(payload.until, new Date("2027-01-31T12:00:00Z"));
  }));
