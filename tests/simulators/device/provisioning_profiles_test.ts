import assert from "node:assert/strict";
import { signAttached } from "../../../src/pki/cms/signed.ts";
import { buildPlist, dicts, type PlistDict } from "../../../src/protocol/plist.ts";
import { KEYS } from "../../support/fleet.ts";
import { errorsOf, FakeServer } from "../fake_server.ts";
import { selfSigned } from "../../../simulators/device/self_signed.ts";

const EXPIRES = new Date("2027-06-01T00:00:00Z");
const CERTIFICATE = selfSigned({
  subject: [["CN", "Signer"]],
  key: KEYS[0],
  notBefore: new Date("2026-01-01T00:00:00Z"),
  notAfter: EXPIRES,
});
const signed = (content: PlistDict) => signAttached(buildPlist(content), { certificate: CERTIFICATE, key: KEYS[0] });
const install = (ProvisioningProfile: Uint8Array): PlistDict => ({
  RequestType: "InstallProvisioningProfile",
  ProvisioningProfile,
});

Deno.test("provisioning profiles are installed, replaced, listed and removed", async () => {
  const server = new FakeServer();
  const device = await server.enrolled("iOS");
  server.commands.push(
    install(signed({ Name: "One", UUID: "1", ExpirationDate: EXPIRES })),
    install(signed({ UUID: "2" })),
    install(signed({ Name: "One again", UUID: "1", ExpirationDate: EXPIRES })),
    { RequestType: "ProvisioningProfileList" },
    { RequestType: "RemoveProvisioningProfile", UUID: "2" },
  );
  const exchanges = await device.connect();
  assert.ok(exchanges.length === 5 && exchanges.every(({ status }) => status === "Acknowledged"));
  assert.deepEqual(dicts(server.answers[3] ?? {}, "ProvisioningProfileList"), [
    { Name: "2", UUID: "2" },
    { Name: "One again", UUID: "1", ExpiryDate: EXPIRES },
  ]);
  assert.deepEqual(device.state.provisioningProfiles, [{ name: "One again", uuid: "1", expiresAt: EXPIRES }]);
});

Deno.test("an invalid or missing provisioning profile is answered with an error", async () => {
  const server = new FakeServer();
  const device = await server.enrolled("iOS");
  const good = signed({ UUID: "1" });
  for (
    const [command, status, words] of [
      [install(new TextEncoder().encode("rubbish")), "Error", /cannot be installed/],
      [install(buildPlist({ UUID: "1" })), "Error", /cannot be installed/],
      [install(signed({ Name: "Nameless" })), "Error", /has no UUID/],
      [install(good.with(good.length - 1, (good.at(-1) ?? 0) ^ 1)), "Error", /cannot be installed/],
      [{ RequestType: "InstallProvisioningProfile" }, "CommandFormatError", /"ProvisioningProfile" is missing/],
      [{ RequestType: "RemoveProvisioningProfile", UUID: "1" }, "Error", /“1” is not installed/],
      [{ RequestType: "RemoveProvisioningProfile" }, "CommandFormatError", /"UUID" is missing/],
    ] as const
  ) {
    server.commands.push(command);
    assert.deepEqual((await device.connect()).map((one) => one.status), [status]);
    assert.match(errorsOf(server.answers.at(-1)), words);
  }
  assert.deepEqual(device.state.provisioningProfiles, []);
});

Deno.test("a new enrollment has no provisioning profiles of the old one", async () => {
  const server = new FakeServer();
  const device = await server.enrolled("iOS");
  server.commands.push(install(signed({ UUID: "1" })));
  await device.connect();
  await device.enroll(server.enrollmentProfile());
  assert.deepEqual(device.state.provisioningProfiles, []);
});
