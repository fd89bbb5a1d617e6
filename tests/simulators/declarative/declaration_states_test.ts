import assert from "node:assert/strict";
import { MODELS } from "../../../simulators/device/models.ts";
import { FakeServer } from "../fake_server.ts";

const ECHO = { Echo: "x" };
const TEST = "com.apple.configuration.management.test";

async function told(server: FakeServer, device = server.enrolled()) {
  await server.sync(await device);
  return server;
}

Deno.test("a declaration of an unknown type is invalid, and names the type", async () => {
  const server = new FakeServer();
  server.put("configuration", "one", "com.example.configuration.future");
  server.activate("on", ["one"]);
  await told(server);
  assert.deepEqual(server.told("one"), {
    identifier: "one",
    "server-token": "one.1",
    active: false,
    valid: "invalid",
    reasons: [{
      code: "Error.UnknownDeclarationType",
      description: "Unknown declaration type",
      details: { UnknownDeclarationType: "com.example.configuration.future" },
    }],
  });
  assert.equal(server.short("on"), "active valid");
});

Deno.test("a payload that Apple's schema does not know is invalid, with the reason", async () => {
  for (
    const [type, payload, code, details] of [
      [TEST, { Echo: "x", Volume: 11 }, "Error.UnknownPayloadKeys", { UnknownPayloadKeys: ["Volume"] }],
      [TEST, {}, "Error.ConfigurationIsInvalid", {
        Error: '"Echo" is missing, it should be a string',
      }],
      ["com.apple.configuration.passcode.settings", { MinimumLength: 20 }, "Error.ConfigurationIsInvalid", {
        Error: '"MinimumLength" is 20, it should be at most 16',
      }],
    ] as const
  ) {
    const server = new FakeServer();
    server.put("configuration", "one", type, payload);
    server.activate("on", ["one"]);
    await told(server);
    assert.equal(server.short("one"), `inactive invalid ${code}`);
    assert.deepEqual(server.told("one")?.reasons?.[0]?.details, details);
  }
});

Deno.test("a declaration for another system, channel or supervision is not supported", async () => {
  const [unsupervised] = MODELS.filter(({ platform, supervised }) => platform === "iOS" && !supervised);
  assert.ok(unsupervised);
  for (
    const [platform, options, type, payload, words] of [
      ["iOS", {}, "com.apple.configuration.diskmanagement.settings", {}, /not available on iOS/],
      ["macOS", {}, "com.apple.configuration.watch.enrollment", {}, /not available on macOS/],
      ["tvOS", {}, "com.apple.configuration.passcode.settings", {}, /not available on tvOS/],
      ["iOS", { model: unsupervised }, "com.apple.configuration.app.settings", {}, /supervised|needs iOS/],
    ] as const
  ) {
    const server = new FakeServer();
    const device = await server.enrolled(platform, options);
    server.put("configuration", "one", type, payload);
    server.activate("on", ["one"]);
    await server.sync(device);
    assert.equal(server.short("one"), "inactive invalid Error.ConfigurationNotSupported", type);
    assert.match(String(server.told("one")?.reasons?.[0]?.details?.["Error"]), words);
  }
});

Deno.test("a declaration becomes valid when an update brings the system that knows it", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  device.updateSystem("14.0", "23A344");
  server.put("configuration", "disk", "com.apple.configuration.diskmanagement.settings");
  server.activate("on", ["disk"]);
  await server.sync(device);
  assert.equal(server.short("disk"), "inactive invalid Error.ConfigurationNotSupported");
  assert.match(String(server.told("disk")?.reasons?.[0]?.details?.["Error"]), /needs macOS 15/);
  server.log.length = 0;
  device.updateSystem("26.1", "25B78");
  await device.connect();
  assert.deepEqual(server.log, ["status"]);
  assert.equal(server.short("disk"), "active valid");
});

Deno.test("a configuration is in force only while an activation that is in force names it", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.put("configuration", "one", TEST, ECHO);
  await server.sync(device);
  assert.deepEqual(server.told("one"), {
    identifier: "one",
    "server-token": "one.1",
    active: false,
    valid: "unknown",
    reasons: [{
      code: "Info.NotReferencedByActivation",
      description: "Configuration “one:one.1” is not referenced by an activation.",
      details: { Identifier: "one", ServerToken: "one.1" },
    }],
  });
  server.activate("off", ["one"], "FALSEPREDICATE");
  await server.sync(device);
  assert.equal(server.short("one"), "inactive unknown Error.ActivationFailed");
  assert.deepEqual(server.told("off")?.reasons?.[0]?.details, {
    Identifier: "off",
    ServerToken: "off.1",
    Predicate: "FALSEPREDICATE",
  });
  assert.equal(server.short("off"), "inactive valid Info.Predicate");
  server.activate("on", ["one"]);
  await server.sync(device);
  assert.equal(server.short("one"), "active valid");
  server.remove("on");
  await server.sync(device);
  assert.equal(server.short("one"), "inactive unknown Error.ActivationFailed");
});

Deno.test("an activation that names a missing configuration is invalid, and activates nothing", async () => {
  const server = new FakeServer();
  server.put("configuration", "one", TEST, ECHO);
  server.activate("on", ["one", "two", "on"]);
  await told(server);
  assert.equal(server.short("on"), "inactive invalid Error.MissingConfigurations");
  assert.deepEqual(server.told("on")?.reasons?.[0]?.details?.["ConfigurationIdentifiers"], ["two", "on"]);
  assert.equal(server.short("one"), "inactive unknown Error.ActivationFailed");
});

Deno.test("a configuration that is invalid keeps no other from its activation", async () => {
  const server = new FakeServer();
  server.put("configuration", "good", TEST, ECHO);
  server.put("configuration", "bad", TEST, {});
  server.activate("on", ["good", "bad"]);
  await told(server);
  assert.deepEqual(["on", "good", "bad"].map((one) => server.short(one)), [
    "active valid",
    "active valid",
    "inactive invalid Error.ConfigurationIsInvalid",
  ]);
});

Deno.test("a predicate is evaluated again when its items have changed", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.put("management", "properties", "com.apple.management.properties", { ring: 1 });
  server.put("configuration", "one", TEST, ECHO);
  server.activate("on", ["one"], "@property(ring) == 2 AND @status(device.operating-system.version) == '26.2'");
  await server.sync(device);
  assert.equal(server.short("one"), "inactive unknown Error.ActivationFailed");
  assert.equal(server.short("properties"), "active valid");
  server.put("management", "properties", "com.apple.management.properties", { ring: 2 });
  await server.sync(device);
  assert.equal(server.short("on"), "inactive valid Info.Predicate");
  device.updateSystem("26.2", "25C56");
  await device.connect();
  assert.deepEqual([server.short("on"), server.short("one")], ["active valid", "active valid"]);
});

Deno.test("a predicate that cannot be read or evaluated makes its activation invalid", async () => {
  for (
    const [predicate, code] of [
      ["ANY x == 1", "Error.UnableToParsePredicate"],
      ["", "Error.UnableToParsePredicate"],
      ["@property(ring) < 'x'", "Error.UnableToEvaluatePredicate"],
    ] as const
  ) {
    const server = new FakeServer();
    server.put("management", "properties", "com.apple.management.properties", { ring: 1 });
    server.put("configuration", "one", TEST, ECHO);
    server.activate("on", ["one"], predicate);
    await told(server);
    assert.equal(server.short("on"), `inactive invalid ${code}`);
    assert.equal(server.told("on")?.reasons?.[0]?.details?.["Predicate"], predicate);
    assert.equal(server.short("one"), "inactive unknown Error.ActivationFailed");
  }
});

Deno.test("unused keys are reported, and the rest is in force", async () => {
  const server = new FakeServer();
  server.put("configuration", "passcode", "com.apple.configuration.passcode.settings", {
    FailedAttemptsResetInMinutes: 5,
    MinimumLength: 6,
  });
  server.activate("on", ["passcode"]);
  await told(server, server.enrolled("iOS"));
  assert.equal(server.short("passcode"), "active valid Info.UnsupportedSettings");
  assert.deepEqual(server.told("passcode")?.reasons?.[0]?.details, { Settings: ["FailedAttemptsResetInMinutes"] });
});

Deno.test("the test configuration fails on request", async () => {
  const server = new FakeServer();
  server.test("one", { Echo: "x", ReturnStatus: "Failed" });
  await told(server);
  assert.deepEqual(server.told("one"), {
    identifier: "one",
    "server-token": "one.1",
    active: true,
    valid: "invalid",
    reasons: [{
      code: "Error.ConfigurationCannotBeApplied",
      description: "Configuration cannot be applied",
      details: { Error: "An internal error has occurred." },
    }],
  });
});

Deno.test("a requested failure is invalid, unknown, missing, or not reported", async () => {
  for (const kind of ["activation", "asset", "configuration", "management"] as const) {
    const types = {
      activation: "com.apple.activation.simple",
      asset: "com.apple.asset.useridentity",
      configuration: TEST,
      management: "com.apple.management.properties",
    };
    const payloads = { activation: { StandardConfigurations: [] }, asset: {}, configuration: ECHO, management: {} };
    const server = new FakeServer();
    const device = await server.enrolled("macOS", {
      declarationMischief: ({ Identifier }) => Identifier === "one" ? "invalid" : undefined,
    });
    server.put(kind, "one", types[kind], payloads[kind]);
    if (kind === "configuration") server.activate("on", ["one"]);
    await server.sync(device);
    assert.equal(server.told("one")?.valid, "invalid", kind);
  }
});

Deno.test("a declaration fails as often as requested, whatever its token is", async () => {
  const seen: unknown[] = [];
  const server = new FakeServer();
  const device = await server.enrolled("macOS", {
    declarationMischief(declaration, n) {
      seen.push([declaration, n]);
      return declaration.Identifier === "one" && n <= 2 ? "invalid" : undefined;
    },
  });
  const states = [];
  for (let n = 1; n <= 3; n++) {
    server.test("one");
    await server.sync(device);
    states.push(server.short("one"));
  }
  const failed = "active invalid Error.ConfigurationCannotBeApplied";
  assert.deepEqual(states, [failed, failed, "active valid"]);
  assert.deepEqual(seen[0], [{ Type: TEST, Identifier: "one", ServerToken: "one.1" }, 1]);
});

Deno.test("an unknown declaration is checked again at the next sync, an invalid one only with a new token", async () => {
  const server = new FakeServer();
  const device = await server.enrolled("macOS", {
    declarationMischief: ({ Identifier }, n) =>
      n > 1 ? undefined : Identifier === "slow" ? "unknown" : Identifier === "bad" ? "invalid" : undefined,
  });
  server.test("slow");
  server.test("bad");
  await server.sync(device);
  assert.equal(server.short("slow"), "active unknown");
  await device.connect();
  assert.equal(server.short("slow"), "active unknown");
  server.test("other");
  await server.sync(device);
  assert.deepEqual(["slow", "bad"].map((one) => server.short(one)), [
    "active valid",
    "active invalid Error.ConfigurationCannotBeApplied",
  ]);
});

Deno.test("a dropped fetch is retried, and the next report makes up for a lost one", async () => {
  const server = new FakeServer();
  const device = await server.enrolled("macOS", {
    declarationMischief: ({ Identifier }, n) =>
      n > 1 ? undefined : Identifier === "lost" ? "drop fetch" : Identifier === "quiet" ? "no report" : undefined,
  });
  server.test("lost");
  await server.sync(device);
  assert.equal(device.declarative().unfetched.get("lost"), "its fetch was dropped");
  await server.sync(device);
  assert.equal(server.short("lost"), "active valid");
  const before = server.reports.length;
  server.test("quiet");
  await server.sync(device);
  assert.deepEqual([server.reports.length, device.state.declarations.get("quiet")?.active], [before, true]);
  assert.equal(server.told("quiet"), undefined);
  await device.connect();
  assert.deepEqual([server.reports.length, server.short("quiet")], [before + 1, "active valid"]);
});
