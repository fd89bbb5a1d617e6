import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../../simulators/device/device.ts";
import { MODELS } from "../../../simulators/device/models.ts";
import { BUILT_IN_ISSUER } from "../../../src/issuing/scep_issuers.ts";
import { buildPlist } from "../../../src/protocol/plist.ts";
import {
  ALL_PLATFORMS,
  assign,
  idOf,
  link,
  made,
  makeBlueprint,
  makeDeclaration,
  makeProfile,
  profileSource,
  settle,
} from "../../support/artifacts.ts";
import { type Fleet, KEYS, withFleet } from "../../support/fleet.ts";

const newKey = () => Promise.resolve(KEYS[1]);

/** Connects until there is nothing to say. */
async function rest(fleet: Fleet, device: SimulatedDevice, userId?: string): Promise<string[]> {
  const types: string[] = [];
  for (let n = 0; n < 12; n++) {
    await settle(fleet);
    const exchanges = await device.connect(userId);
    if (exchanges.length === 0) return types;
    types.push(...exchanges.map(({ requestType }) => requestType));
  }
  throw new Error(`${device.serialNumber} does not come to rest: ${types.join(", ")}`);
}

/** The server's states of a device's artifacts, by their names. */
async function artifactsOf(fleet: Fleet, device: SimulatedDevice): Promise<Record<string, string>> {
  const rows = await made(fleet, "GET", `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/artifacts/`);
  const artifacts = await made(fleet, "GET", "/api/mdm/artifacts/");
  const nameOf = (id: string) => artifacts.find((one: { id: string }) => one.id === id).name;
  return Object.fromEntries(
    rows.map((row: { artifact: string; status: string; via: string }) => [
      nameOf(row.artifact),
      `${row.status} by ${row.via}`,
    ]),
  );
}

const states = (device: SimulatedDevice, type: string) =>
  [...device.state.declarations.values()].filter((one) => one.type === type);
const declared = (device: SimulatedDevice) => device.state.profiles.filter(({ by }) => by === "declaration");

for (const platform of ["macOS", "iOS", "tvOS"] as const) {
  Deno.test(`${platform} installs, updates and removes a profile and a configuration by declaration`, () =>
    withFleet(async (fleet) => {
      const model = MODELS.find((one) => one.platform === platform);
      assert.ok(model);
      const device = await fleet.enrolled({ model, newKey });
      const blueprint = await makeBlueprint(fleet);
      const profile = await makeProfile(fleet, { name: "profile" });
      const { artifact } = await makeDeclaration(fleet, { name: "echo" });
      const links = [
        await link(fleet, blueprint.id, profile.artifact.id),
        await link(fleet, blueprint.id, artifact.id),
      ];
      await assign(fleet, device.serialNumber, blueprint.id);
      await rest(fleet, device);
      assert.deepEqual(await artifactsOf(fleet, device), {
        profile: "Installed by declaration",
        echo: "Installed by declaration",
      });
      assert.ok(
        [...device.state.declarations.values()].every(({ active, valid }) => active && valid === "valid"),
        JSON.stringify([...device.state.declarations.values()]),
      );
      assert.deepEqual(declared(device).map(({ uuid }) => uuid), [profile.version.id.toUpperCase()]);

      const second = await made(fleet, "POST", "/api/mdm/profiles/", {
        artifact: profile.artifact.id,
        version: 2,
        source: profileSource("com.example.second"),
        ...ALL_PLATFORMS,
      });
      await rest(fleet, device);
      assert.deepEqual(declared(device).map(({ uuid }) => uuid), [second.id.toUpperCase()]);

      for (const { id } of links) await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${id}/`);
      await rest(fleet, device);
      assert.deepEqual(declared(device), []);
      assert.deepEqual(states(device, "com.apple.configuration.management.test"), []);
      assert.deepEqual(await artifactsOf(fleet, device), {});
    }));
}

Deno.test("the device reports its capabilities and state to the server, and its subscriptions follow from them", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({ newKey });
    const blueprint = await makeBlueprint(fleet);
    await assign(fleet, device.serialNumber, blueprint.id);
    const types = await rest(fleet, device);
    // Once to begin with, and once more when the server knows what the device can report.
    assert.equal(types.filter((type) => type === "DeclarativeManagement").length, 2);
    const paths = async () =>
      new Map(
        (await fleet.runtime.sql<{ path: string; value: unknown }[]>`select path, value from status_items`)
          .map(({ path, value }) => [path, value]),
      );
    assert.equal((await paths()).get("diskmanagement.filevault.enabled"), true);
    device.updateSystem("26.2", "25C56");
    await device.connect();
    assert.equal((await paths()).get("device.operating-system.version"), "26.2");
    const id = await idOf(fleet, device.serialNumber);
    const { os_version } = await made(fleet, "GET", `/api/mdm/devices/${id}/`);
    assert.equal(os_version, "26.2");
    await device.reportEverything();
    assert.equal((await paths()).get("softwareupdate.install-state"), "none");
  }));

Deno.test("a declaration that fails is tried twice more with another token, and then not again", () =>
  withFleet(async (fleet) => {
    const tokens = new Set<string>();
    const device = await fleet.enrolled({
      newKey,
      declarationMischief({ Type, ServerToken }) {
        if (Type !== "com.apple.configuration.management.test") return undefined;
        tokens.add(ServerToken);
        return "invalid";
      },
    });
    const blueprint = await makeBlueprint(fleet);
    const { artifact } = await makeDeclaration(fleet, { name: "echo" });
    await link(fleet, blueprint.id, artifact.id);
    await assign(fleet, device.serialNumber, blueprint.id);
    for (let hour = 0; hour < 8; hour++) {
      await rest(fleet, device);
      fleet.runtime.clock.advance(3600);
    }
    assert.equal(tokens.size, 3);
    assert.deepEqual(await artifactsOf(fleet, device), { echo: "Failed by declaration" });
  }));

Deno.test("a declaration that fails once is in force in the end", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({
      newKey,
      declarationMischief: ({ Type }, n) =>
        Type === "com.apple.configuration.management.test" && n === 1 ? "invalid" : undefined,
    });
    const blueprint = await makeBlueprint(fleet);
    const { artifact } = await makeDeclaration(fleet, { name: "echo" });
    await link(fleet, blueprint.id, artifact.id);
    await assign(fleet, device.serialNumber, blueprint.id);
    for (let hour = 0; hour < 3; hour++) {
      await rest(fleet, device);
      fleet.runtime.clock.advance(3600);
    }
    assert.deepEqual(await artifactsOf(fleet, device), { echo: "Installed by declaration" });
  }));

Deno.test("assets are downloaded and checked, and a certificate asset becomes a certificate of the server", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({ newKey });
    const blueprint = await makeBlueprint(fleet);
    const artifact = (name: string, type: string) =>
      made(fleet, "POST", "/api/mdm/artifacts/", { name, type, channel: "Device" });
    const [data, certificate] = [await artifact("data", "Data Asset"), await artifact("cert", "Certificate Asset")];
    await made(fleet, "POST", "/api/mdm/data_assets/", {
      artifact: data.id,
      version: 1,
      type: "PLIST",
      source: buildPlist({ Key: "value" }).toBase64(),
      ...ALL_PLATFORMS,
    });
    await made(fleet, "POST", "/api/mdm/cert_assets/", {
      artifact: certificate.id,
      version: 1,
      acme_issuer: null,
      scep_issuer: BUILT_IN_ISSUER,
      subject: [{ type: "CN", value: "$ENROLLED_DEVICE.SERIAL_NUMBER" }],
      subject_alt_name: { dNSName: "mac.example.com" },
      ...ALL_PLATFORMS,
    });
    const echo = await makeDeclaration(fleet, {
      name: "echo",
      payload: { Echo: "x", EchoDataAssetReference: `ztl:${data.id}` },
    });
    const identity = await makeDeclaration(fleet, {
      name: "identity",
      type: "com.apple.configuration.security.identity",
      payload: { CredentialAssetReference: `ztl:${certificate.id}` },
    });
    for (const one of [echo, identity]) await link(fleet, blueprint.id, one.artifact.id);
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(fleet, device);
    assert.deepEqual(await artifactsOf(fleet, device), {
      data: "Installed by declaration",
      cert: "Installed by declaration",
      echo: "Installed by declaration",
      identity: "Installed by declaration",
    });
    const [kept] = [...device.state.identities.values()];
    assert.equal(kept?.certificate.subject.commonName, device.serialNumber);
    assert.deepEqual(kept?.certificate.subjectAltNames, [{ kind: "dns", value: "mac.example.com" }]);
  }));

Deno.test("an operator's activation turns a configuration on where its predicate holds", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const manual = await makeDeclaration(fleet, { name: "echo", artifactType: "Configuration (manual)" });
    const activation = await makeDeclaration(fleet, {
      name: "on Macs",
      artifactType: "Activation",
      type: "com.apple.activation.simple",
      payload: {
        StandardConfigurations: [`ztl:${manual.artifact.id}`],
        Predicate: "@status(device.model.family) == 'Mac'",
      },
    });
    await link(fleet, blueprint.id, activation.artifact.id);
    for (const platform of ["macOS", "iPadOS"] as const) {
      const model = MODELS.find((one) => one.platform === platform);
      assert.ok(model);
      const device = await fleet.enrolled({ model, newKey });
      await assign(fleet, device.serialNumber, blueprint.id);
      await rest(fleet, device);
      const [echo] = states(device, "com.apple.configuration.management.test");
      assert.equal(echo?.active, platform === "macOS");
      const [code] = [...device.state.declarations.values()].flatMap(({ reasons }) => reasons.map((one) => one.code));
      assert.equal(code, platform === "macOS" ? undefined : "Error.ActivationFailed");
    }
  }));

Deno.test("a profile from a command is taken over when the OS supports declarations", () =>
  withFleet(async (fleet) => {
    const [model] = MODELS;
    assert.ok(model);
    const device = await fleet.enrolled({ model: { ...model, osVersion: "12.7.6", build: "21H1320" }, newKey });
    const blueprint = await makeBlueprint(fleet);
    const { artifact } = await makeProfile(fleet, { name: "profile" });
    await link(fleet, blueprint.id, artifact.id);
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(fleet, device);
    assert.deepEqual(device.state.profiles.map(({ by }) => by), ["enrollment", "command"]);
    device.updateSystem("26.1", "25B78");
    fleet.runtime.clock.advance(86_401);
    await rest(fleet, device);
    assert.deepEqual(device.state.profiles.map(({ by }) => by), ["enrollment", "declaration"]);
    assert.deepEqual(await artifactsOf(fleet, device), { profile: "Installed by declaration" });
  }));

Deno.test("a user of a Mac gets the user's profiles by declaration, and the device none of them", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({ newKey });
    const blueprint = await makeBlueprint(fleet);
    const { artifact } = await makeProfile(fleet, {
      name: "profile",
      artifact: { channel: "User" },
      version: { source: profileSource("com.example.user", "one", "User"), ios: false, ipados: false, tvos: false },
    });
    await link(fleet, blueprint.id, artifact.id, { macos: true });
    await assign(fleet, device.serialNumber, blueprint.id);
    await device.addUser({ userId: "11111111-2222-4333-8444-555555555555", shortName: "ada", longName: "Ada" });
    await rest(fleet, device);
    const [userId = ""] = device.users.keys();
    await rest(fleet, device, userId);
    assert.deepEqual(device.channel(userId).profiles.map(({ by }) => by), ["declaration"]);
    assert.deepEqual(declared(device), []);
  }));

Deno.test("a device that loses its blueprint loses everything that was declared", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({ newKey });
    const blueprint = await makeBlueprint(fleet);
    const { artifact } = await makeProfile(fleet, { name: "profile" });
    await link(fleet, blueprint.id, artifact.id);
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(fleet, device);
    assert.equal(declared(device).length, 1);
    await assign(fleet, device.serialNumber, null);
    await rest(fleet, device);
    assert.deepEqual([declared(device).length, device.state.declarations.size], [0, 0]);
  }));

Deno.test("reports that are lost hold nothing up", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({
      newKey,
      declarationMischief: ({ Type }, n) =>
        n === 1 && Type === "com.apple.configuration.legacy" ? "no report" : undefined,
    });
    const blueprint = await makeBlueprint(fleet);
    const { artifact } = await makeProfile(fleet, { name: "profile" });
    await link(fleet, blueprint.id, artifact.id);
    await assign(fleet, device.serialNumber, blueprint.id);
    await settle(fleet);
    await device.connect();
    assert.deepEqual([declared(device).length, await artifactsOf(fleet, device)], [1, {}]);
    await rest(fleet, device);
    assert.deepEqual(await artifactsOf(fleet, device), { profile: "Installed by declaration" });
  }));
