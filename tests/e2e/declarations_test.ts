import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { MODELS } from "../../simulators/device/models.ts";
import {
  assign,
  follower,
  idOf,
  link,
  made,
  makeBlueprint,
  makeDeclaration,
  makeProfile,
  rest,
} from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";

const identifier = (artifact: { id: string }) => `com.example.mdm.declaration.${artifact.id}`;

async function rowsOf(fleet: Fleet, device: SimulatedDevice) {
  return await made(fleet, "GET", `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/artifacts/`);
}

Deno.test("a device's reports are stored with their history, and found across all devices", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const device = await fleet.enrolled();
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    const id = await idOf(fleet, device.serialNumber);
    const items = await made(fleet, "GET", `/api/mdm/devices/${id}/status_items/`);
    const version = items.find((one: { path: string }) => one.path === "device.operating-system.version");
    assert.equal(version.value, device.state.model.osVersion);
    fleet.runtime.clock.advance(3600);
    device.updateSystem("26.2", "25C56");
    await device.report();
    const { json } = await fleet.api("GET", `/api/mdm/devices/${id}/`);
    assert.deepEqual([json.os_version, json.build_version], ["26.2", "25C56"]);
    const history = await made(fleet, "GET", `/api/mdm/devices/${id}/status_items/device.operating-system.version/`);
    assert.deepEqual(history.results.map((one: { value: string }) => one.value), ["26.2", MODELS[0]!.osVersion]);
    const found = await made(fleet, "GET", "/api/mdm/status_items/?path=device.operating-system.version&value=26.2");
    assert.deepEqual(found.results.map((one: { serial_number: string }) => one.serial_number), [device.serialNumber]);
    assert.equal(
      (await made(fleet, "GET", "/api/mdm/status_items/?path=device.operating-system.version&value=1")).count,
      0,
    );
  }));

Deno.test("a failed declaration is sent again twice, and its reason is shown", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeDeclaration(fleet);
    await link(fleet, blueprint.id, artifact.id);
    const tokens: string[] = [];
    const device = await fleet.enrolled({
      declarationMischief: ({ Identifier, ServerToken }) => {
        if (Identifier !== identifier(artifact)) return undefined;
        tokens.push(ServerToken);
        return "invalid";
      },
    });
    await assign(fleet, device.serialNumber, blueprint.id);
    for (let n = 0; n < 8; n++) await device.connect();
    assert.deepEqual([...new Set(tokens)], [version.id, `${version.id}.rc-1`, `${version.id}.rc-2`]);
    const [row] = await rowsOf(fleet, device);
    assert.deepEqual([row.status, row.retry_count, row.via], ["Failed", 2, "declaration"]);
    assert.equal(row.extra_info.valid, "invalid");
    assert.ok(row.extra_info.reasons.length > 0);
  }));

Deno.test("an OS update makes the device fetch the declarations that depend on it", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeDeclaration(fleet, { artifact: { reinstall_on_os_update: "Minor" } });
    const device = await follower(fleet, blueprint.id, artifact.id);
    await rest(device);
    const token = () => device.state.declarations.get(identifier(artifact))?.token;
    assert.equal(token(), `${version.id}.ov-26.1`);
    device.updateSystem("26.2.1", "25C60");
    await device.report();
    await rest(device);
    assert.equal(token(), `${version.id}.ov-26.2`);
  }));

Deno.test("an artifact is delivered after the ones that it requires, across commands and declarations", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet, { legacy_profiles_via_ddm: false });
    const profile = await makeProfile(fleet);
    const { artifact } = await makeDeclaration(fleet, { artifact: { requires: [profile.artifact.id] } });
    await link(fleet, blueprint.id, artifact.id);
    let busy = true;
    const device = await fleet.enrolled({
      mischief: (type) => type === "InstallProfile" && busy ? "NotNow" : undefined,
    });
    await assign(fleet, device.serialNumber, blueprint.id);
    await device.connect();
    await device.connect();
    assert.equal(device.state.declarations.has(identifier(artifact)), false, "its requirement is not there yet");
    busy = false;
    fleet.runtime.clock.advance(3600);
    await rest(device);
    assert.equal(device.state.declarations.get(identifier(artifact))?.active, true);
  }));

Deno.test("activations activate the configurations that they name, if their predicate is true", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const manual = await makeDeclaration(fleet, { artifactType: "Configuration (manual)" });
    const activation = (name: string, system: string) =>
      makeDeclaration(fleet, {
        name,
        artifactType: "Activation",
        type: "com.apple.activation.simple",
        payload: {
          StandardConfigurations: [`ztl:${manual.artifact.id}`],
          Predicate: `@status(device.operating-system.family) == '${system}'`,
        },
      });
    const [one] = [await activation("On Macs", "macOS")];
    await link(fleet, blueprint.id, one.artifact.id);
    const [mac, phone] = [await fleet.enrolled(), await fleet.enrolled({ model: MODELS[1]! })];
    for (const device of [mac, phone]) {
      await assign(fleet, device.serialNumber, blueprint.id);
      await rest(device);
    }
    assert.equal(mac.state.declarations.get(identifier(manual.artifact))?.active, true);
    assert.equal(phone.state.declarations.get(identifier(manual.artifact))?.active, false);
    const rows = await rowsOf(fleet, phone);
    const row = rows.find((found: { artifact: string }) => found.artifact === manual.artifact.id);
    assert.equal(row.status, "Uninstalled");
  }));

Deno.test("a certificate asset gives the device a certificate of our own authority, with the names that the server chose", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const asset = await made(fleet, "POST", "/api/mdm/artifacts/", {
      name: "Identity",
      type: "Certificate Asset",
      channel: "Device",
    });
    await made(fleet, "POST", "/api/mdm/cert_assets/", {
      artifact: asset.id,
      version: 1,
      acme_issuer: null,
      scep_issuer: "00000000-0000-4000-8000-000000000001",
      subject: [{ type: "CN", value: "$ENROLLED_DEVICE.SERIAL_NUMBER" }],
      subject_alt_name: {},
      ...{ ios: true, ipados: true, macos: true, tvos: true },
    });
    const { artifact } = await makeDeclaration(fleet, {
      type: "com.apple.configuration.security.identity",
      payload: { CredentialAssetReference: `ztl:${asset.id}` },
    });
    const device = await follower(fleet, blueprint.id, artifact.id);
    await rest(device);
    const found = device.state.declarations.get(`com.example.mdm.cert-asset.${asset.id}`);
    assert.deepEqual([found?.valid, found?.active], ["valid", true], JSON.stringify(found?.reasons));
    const count = async () => (await fleet.runtime.sql`select count(*)::int as n from asset_certificates`)[0]?.n;
    assert.equal(await count(), 1);
    const token = () => device.state.declarations.get(`com.example.mdm.cert-asset.${asset.id}`)?.token;
    const before = token();
    // Long before it expires, it is announced again, once, and the device gets a successor.
    fleet.runtime.clock.advance(280 * 86_400);
    await rest(device);
    assert.equal(token(), `${before}.cr-1`);
    assert.equal(await count(), 2);
    fleet.runtime.clock.advance(86_400);
    await rest(device);
    assert.deepEqual([token(), await count()], [`${before}.cr-1`, 2]);
  }));

Deno.test("a file that a configuration names is downloaded and checked", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const asset = await made(fleet, "POST", "/api/mdm/artifacts/", {
      name: "File",
      type: "Data Asset",
      channel: "Device",
    });
    await made(fleet, "POST", "/api/mdm/data_assets/", {
      artifact: asset.id,
      version: 1,
      type: "PLIST",
      source: new TextEncoder().encode('<?xml version="1.0"?><plist version="1.0"><dict/></plist>').toBase64(),
      macos: true,
    });
    const { artifact } = await makeDeclaration(fleet, {
      artifact: { platforms: ["macOS"] },
      payload: { Echo: "x", EchoDataAssetReference: `ztl:${asset.id}` },
      version: { ios: false, ipados: false, tvos: false },
    });
    await link(fleet, blueprint.id, artifact.id, { macos: true });
    const device = await fleet.enrolled();
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    assert.equal(device.state.declarations.get(`com.example.mdm.data-asset.${asset.id}`)?.active, true);
    assert.equal(device.state.declarations.get(identifier(artifact))?.active, true);
  }));

Deno.test("a user of a Mac has declarations of their own", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const declared = await makeDeclaration(fleet, {
      artifact: { channel: "User", platforms: ["macOS"] },
      version: { ios: false, ipados: false, tvos: false },
    });
    await link(fleet, blueprint.id, declared.artifact.id, { macos: true });
    const device = await fleet.enrolled();
    await assign(fleet, device.serialNumber, blueprint.id);
    const userId = "11111111-2222-3333-4444-555555555555";
    await device.addUser({ userId, shortName: "ada", longName: "Ada" });
    await rest(device);
    await rest(device, userId);
    assert.equal(device.state.declarations.has(identifier(declared.artifact)), false);
    assert.equal(device.channel(userId).declarations.get(identifier(declared.artifact))?.active, true);
    const { json } = await fleet.api("GET", `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/`);
    assert.equal(json.users[0].declarative_management, true);
  }));

Deno.test("a changed custom value delivers again everything that contains it", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const { artifact } = await makeDeclaration(fleet, {
      payload: { Echo: "room $CUSTOM.ROOM, floor ${CUSTOM.FLOOR:-none}" },
    });
    const device = await follower(fleet, blueprint.id, artifact.id);
    await rest(device);
    const payload = () => device.state.declarations.get(identifier(artifact));
    const before = payload()?.token;
    const id = await idOf(fleet, device.serialNumber);
    const evidence = async () => {
      const { decisions } = await made(fleet, "GET", `/api/mdm/devices/${id}/plan/`);
      return decisions.find((one: { artifact: string }) => one.artifact === artifact.id).evidence;
    };
    assert.match(await evidence(), /without a value here: \$CUSTOM\.ROOM$/);
    await made(fleet, "PUT", `/api/inventory/devices/${device.serialNumber}/values/`, { values: { ROOM: "101" } });
    await rest(device);
    assert.notEqual(payload()?.token, before);
    assert.equal(payload()?.active, true);
    assert.doesNotMatch(await evidence(), /without a value/);
  }));

Deno.test("a blocked device gets no declaration, and a stranger's status report counts for nothing", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeDeclaration(fleet);
    await link(fleet, blueprint.id, artifact.id);
    const [device, other] = [await fleet.enrolled(), await fleet.enrolled()];
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    // The other one has no blueprint: the version that it reports was never announced to it.
    const report = {
      StatusItems: {
        management: {
          declarations: {
            configurations: [
              { identifier: identifier(artifact), "server-token": version.id, active: false, valid: "invalid" },
            ],
          },
        },
      },
      Errors: [],
    };
    const say = (who: SimulatedDevice, endpoint: string, data?: unknown) =>
      who.checkIn({
        MessageType: "DeclarativeManagement",
        Endpoint: endpoint,
        ...(data === undefined ? {} : { Data: new TextEncoder().encode(JSON.stringify(data)) }),
      });
    assert.equal((await say(other, "status", report)).status, 200);
    assert.deepEqual(await rowsOf(fleet, other), []);
    assert.equal((await say(other, `declaration/configuration/${identifier(artifact)}`)).status, 404);
    assert.equal((await say(device, `declaration/configuration/${identifier(artifact)}`)).status, 200);
    assert.equal((await say(device, `declaration/asset/${identifier(artifact)}`)).status, 404);
    for (const odd of ["declaration/nothing/x", "elsewhere", "declaration/configuration/", "declaration//"]) {
      assert.ok([400, 404].includes((await say(device, odd)).status), odd);
    }
    for (
      const odd of [undefined, "text", 3, [], { StatusItems: [] }, { StatusItems: { a: "\u0000\ud800" }, Errors: {} }]
    ) {
      const { status } = await say(device, "status", odd);
      assert.ok(status === 200 || status === 400, `${JSON.stringify(odd)}: ${status}`);
    }
    await made(fleet, "POST", `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/block/`);
    for (
      const endpoint of ["tokens", "declaration-items", `declaration/configuration/${identifier(artifact)}`, "status"]
    ) {
      assert.equal((await say(device, endpoint, { StatusItems: {}, Errors: [] })).status, 400, endpoint);
    }
  }));

Deno.test("a number that no computer holds hides nothing else of a report, and events keep the beginning of odd requests", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const say = (Endpoint: string, json: string) =>
      device.checkIn({ MessageType: "DeclarativeManagement", Endpoint, Data: new TextEncoder().encode(json) });
    const report = '{"StatusItems":{"odd":1e999,"list":[-1e999],"device":{"operating-system":{"version":"26.4"}}}}';
    assert.equal((await say("status", report)).status, 200);
    const items = await made(fleet, "GET", `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/status_items/`);
    assert.deepEqual(
      items.map(({ path, value }: { path: string; value: unknown }) => [path, value]),
      [["device.operating-system.version", "26.4"], ["list", [null]], ["odd", null]],
    );
    for (const endpoint of ["x".repeat(100_000), `declaration/configuration/${"x".repeat(100_000)}`]) {
      assert.ok([400, 404].includes((await say(endpoint, "{}")).status));
    }
    const { json } = await fleet.api("GET", "/api/events/?type=mdm_request&limit=2");
    assert.ok(JSON.stringify(json).length < 10_000);
  }));
