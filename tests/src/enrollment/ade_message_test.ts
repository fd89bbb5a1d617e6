import assert from "node:assert/strict";
import { FileVault } from "../../../simulators/device/file_vault.ts";
import { machineInfo, signMachineInfo } from "../../../simulators/device/setup_assistant.ts";
import { MODELS } from "../../../simulators/device/models.ts";
import { loadConfig } from "../../../src/config.ts";
import { messageInHeader, readApplicant } from "../../../src/enrollment/ade_message.ts";
import { Problem } from "../../../src/errors.ts";
import { toPem } from "../../../src/pki/certificate.ts";
import { openSigned, signAttached } from "../../../src/pki/cms/signed.ts";
import { buildPlist } from "../../../src/protocol/plist.ts";
import { authority, ecKey, inFolder, issuedBy, NOW, openssl, rsaKey, utf8 } from "../pki/helpers.ts";

const maker = authority(rsaKey("maker"), "Simulated Device CA");
const factory = issuedBy(maker, rsaKey("factory"), "device");
const runtime = {
  clock: { now: () => NOW },
  config: loadConfig(
    { BASE_URL: "https://mdm.example.com", DEVICE_TEST_ROOTS: toPem(maker.certificate, "CERTIFICATE") },
    { env: {}, readFile: () => "" },
  ),
};

const [model] = MODELS;
assert.ok(model);
const state = {
  model: { ...model, osVersionExtra: "(a)", buildExtra: "25B79a" },
  udid: "00008112-000A1B2C3D4E5F60",
  serialNumber: "C02SIM000001",
  name: "Jun",
  identity: undefined,
  lockedWith: undefined,
  erased: false,
  automated: false,
  awaitingConfiguration: false,
  adminAccount: undefined,
  recoveryPassword: { current: "", pending: undefined },
  ignoresRecoveryLock: false,
  bypassCode: "",
  fileVault: new FileVault(false),
  restarts: 0,
  updateFailures: { count: 0, reason: "", at: "" },
  scheduledUpdate: undefined,
  profiles: [],
  provisioningProfiles: [],
  packages: [],
  declarations: new Map(),
  identities: new Map(),
};
const info = machineInfo(state, "de_DE");

/** MachineInfo as it is on the wire. */
const GOLDEN = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
<key>UDID</key>
<string>00008112-000A1B2C3D4E5F60</string>
<key>SERIAL</key>
<string>C02SIM000001</string>
<key>PRODUCT</key>
<string>Mac16,12</string>
<key>VERSION</key>
<string>25B78</string>
<key>LANGUAGE</key>
<string>de_DE</string>
<key>OS_VERSION</key>
<string>26.1</string>
<key>SUPPLEMENTAL_OS_VERSION_EXTRA</key>
<string>(a)</string>
<key>SUPPLEMENTAL_BUILD_VERSION</key>
<string>25B79a</string>
<key>MDM_CAN_REQUEST_SOFTWARE_UPDATE</key>
<true/>
<key>SOFTWARE_UPDATE_DEVICE_ID</key>
<string>J713AP</string>
</dict>
</plist>
`;

const FACTS = {
  udid: "00008112-000A1B2C3D4E5F60",
  serialNumber: "C02SIM000001",
  product: "Mac16,12",
  buildVersion: "25B78",
  buildVersionExtra: "25B79a",
  osVersion: "26.1",
  osVersionExtra: "(a)",
  language: "de_DE",
  softwareUpdateDeviceId: "J713AP",
  canRequestSoftwareUpdate: true,
  platform: "macOS",
};

const withoutSpace = (text: string) => text.replace(/>\s+</g, "><").trim();

/** The reason why a message is refused. */
function refusal(cms: Uint8Array): string {
  try {
    readApplicant(runtime, cms);
  } catch (error) {
    assert.ok(error instanceof Problem && error.code === "enrollment-refused");
    return error.details.reason ?? "";
  }
  throw new Error("it was accepted");
}

const signed = (content: Uint8Array, by = factory) => signAttached(content, by, { signingTime: NOW });

Deno.test("openssl verifies a device's message, and it holds the golden MachineInfo", () =>
  inFolder(async (folder) => {
    const message = signMachineInfo(info, { certificate: factory.parsed, key: factory.key }, NOW);
    await Deno.writeFile(`${folder}/message`, message);
    await Deno.writeTextFile(`${folder}/ca.pem`, toPem(maker.certificate, "CERTIFICATE"));
    const content = await openssl(
      folder,
      "cms",
      "-verify",
      "-binary",
      "-inform",
      "DER",
      "-in",
      "message",
      "-CAfile",
      "ca.pem",
      "-purpose",
      "any",
      "-attime",
      String(NOW.getTime() / 1000),
    );
    assert.equal(withoutSpace(new TextDecoder().decode(content)), withoutSpace(GOLDEN));
    const { info: facts, udid, serialNumber, factoryKey } = readApplicant(runtime, message);
    assert.deepEqual(facts, FACTS);
    assert.deepEqual([udid, serialNumber], [FACTS.udid, FACTS.serialNumber]);
    assert.equal(factoryKey, factory.parsed.spkiFingerprint);
  }));

Deno.test("openssl's messages are read: DER and BER, with and without attributes, SHA-1 and SHA-256, and in a header", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/body`, GOLDEN);
    await Deno.writeTextFile(`${folder}/c.pem`, toPem(factory.certificate, "CERTIFICATE"));
    await Deno.writeTextFile(`${folder}/k.pem`, factory.key.export({ type: "pkcs8", format: "pem" }).toString());
    const digests = new Set<string>();
    for (const options of [[], ["-stream"], ["-noattr", "-stream"], ["-md", "sha1"], ["-noattr", "-md", "sha1"]]) {
      const files = ["-in", "body", "-outform", "DER", "-signer", "c.pem", "-inkey", "k.pem"];
      const cms = await openssl(folder, "cms", "-sign", "-binary", "-nodetach", ...files, ...options);
      const read = readApplicant(runtime, cms);
      assert.deepEqual(read.info, FACTS, options.join(" "));
      assert.deepEqual(readApplicant(runtime, messageInHeader(cms.toBase64())), read);
      if (!options.includes("-noattr")) digests.add(read.digest.toHex());
    }
    assert.ok(digests.size >= 1);
  }));

Deno.test("messages of the same facts differ by their signing time alone, whatever it says", () => {
  const digest = (at: Date) =>
    readApplicant(runtime, signMachineInfo(info, { certificate: factory.parsed, key: factory.key }, at)).digest.toHex();
  const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
  assert.equal(digest(NOW), digest(NOW));
  assert.equal(new Set([NOW, later(1), later(-86_400 * 4000), later(86_400 * 4000)].map(digest)).size, 4);
});

Deno.test("a message with another's certificates and lengths in its envelope is the same message", () => {
  const message = signed(buildPlist(info));
  const { digest } = readApplicant(runtime, message);
  const more = signAttached(buildPlist(info), { ...factory, chain: [maker.certificate] }, { signingTime: NOW });
  assert.notDeepEqual(more, message);
  assert.deepEqual(readApplicant(runtime, more).digest, digest);
  // Indefinite lengths.
  const body = message.subarray(4);
  const ber = new Uint8Array([0x30, 0x80, ...body, 0, 0]);
  assert.equal(openSigned(ber).signers.length, 1);
  assert.deepEqual(readApplicant(runtime, ber).digest, digest);
});

Deno.test("the signer is checked before anything of the content is read", () => {
  const stranger = issuedBy(authority(rsaKey("other"), "Other CA"), rsaKey("stranger"));
  for (const content of [buildPlist(info), utf8("no property list"), utf8("<plist>")]) {
    assert.match(refusal(signed(content, stranger)), /^could not verify payload signer certificate/);
  }
  assert.match(refusal(signed(maker.certificate, maker)), /^could not verify payload signer certificate/);
});

Deno.test("exactly one signer is accepted", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/body`, GOLDEN);
    const second = issuedBy(maker, ecKey("second"), "second");
    for (const [name, { certificate, key }] of [["1", factory], ["2", second]] as const) {
      await Deno.writeTextFile(`${folder}/c${name}.pem`, toPem(certificate, "CERTIFICATE"));
      await Deno.writeTextFile(`${folder}/k${name}.pem`, key.export({ type: "pkcs8", format: "pem" }).toString());
    }
    const files = ["-in", "body", "-outform", "DER", "-signer", "c1.pem", "-inkey", "k1.pem"];
    const two = ["-signer", "c2.pem", "-inkey", "k2.pem"];
    const cms = await openssl(folder, "cms", "-sign", "-binary", "-nodetach", ...files, ...two);
    assert.equal(refusal(cms), "the message has 2 signers, not one");
  }));

Deno.test("a message without a serial number or a UDID, or that is not signed, is refused with the reason", () => {
  assert.match(refusal(signed(buildPlist({ UDID: "u" }))), /"SERIAL" is missing/);
  assert.match(refusal(signed(buildPlist({ SERIAL: "s" }))), /"UDID" is missing/);
  assert.match(refusal(signed(utf8("no property list"))), /^Cannot/);
  assert.match(refusal(buildPlist(info)), /^Cannot/);
  assert.match(refusal(new Uint8Array()), /^Cannot/);
});

Deno.test("a header that is not base64, or is too long, is refused before it is read", () => {
  const reason = (header: string) => {
    try {
      messageInHeader(header);
      return "";
    } catch (error) {
      return error instanceof Problem ? error.details.reason ?? "" : String(error);
    }
  };
  assert.match(reason("not base64!"), /not base64/);
  assert.match(reason("A".repeat(100_000)), /too long/);
  assert.equal(reason("aGVsbG8="), "");
});
