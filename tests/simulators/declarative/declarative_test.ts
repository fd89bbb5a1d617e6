import assert from "node:assert/strict";
import { AnswerUnreadable } from "../../../simulators/declarative/declarative.ts";
import { ServerRefused } from "../../../simulators/device/device.ts";
import { FakeServer } from "../fake_server.ts";

Deno.test("the command is acknowledged first; then the device lists, fetches and reports", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.test("one");
  server.tell();
  server.commands.push({ RequestType: "SecurityInfo" });
  assert.deepEqual((await device.connect()).map(({ requestType, status }) => `${requestType} ${status}`), [
    "DeclarativeManagement Acknowledged",
    "SecurityInfo Acknowledged",
  ]);
  assert.deepEqual(server.log, [
    "declaration-items",
    "declaration/configuration/one",
    "declaration/activation/on-one",
    "status",
  ]);
  assert.deepEqual(server.told("one"), {
    identifier: "one",
    "server-token": "one.1",
    active: true,
    valid: "valid",
  });
  assert.deepEqual(device.state.declarations.get("on-one"), {
    kind: "activation",
    type: "com.apple.activation.simple",
    token: "on-one.1",
    active: true,
    valid: "valid",
    reasons: [],
  });
  assert.equal(device.declarative().token, server.token);
});

Deno.test("nothing is asked before the command, nor again for the same token", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  await device.connect();
  await device.report();
  assert.deepEqual([server.log, device.declarative().enabled], [[], false]);
  server.test("one");
  await server.sync(device);
  server.log.length = 0;
  await server.sync(device);
  await device.connect();
  assert.deepEqual(server.log, []);
  await device.synchronize();
  assert.deepEqual(server.log, ["tokens"]);
});

Deno.test("a command without a readable token makes the device ask for it", async () => {
  for (const Data of [undefined, new TextEncoder().encode("{}"), new TextEncoder().encode("not JSON")]) {
    const server = new FakeServer();
    const device = await server.enrolled();
    server.commands.push({ RequestType: "DeclarativeManagement", ...(Data === undefined ? {} : { Data }) });
    await device.connect();
    assert.deepEqual(server.log, ["tokens", "declaration-items", "status"]);
  }
});

Deno.test("only changed declarations are fetched again, and removed ones are dropped", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.test("one");
  server.test("two");
  server.test("three");
  await server.sync(device);
  server.log.length = 0;
  server.put("configuration", "two", "com.apple.configuration.management.test", { Echo: "again" });
  server.remove("three", "on-three");
  await server.sync(device);
  assert.deepEqual(server.log, ["declaration-items", "declaration/configuration/two", "status"]);
  assert.equal(server.told("two")?.["server-token"], "two.2");
  assert.equal(server.told("three"), undefined);
  assert.equal(device.state.declarations.has("on-three"), false);
});

Deno.test("an unavailable declaration fails alone, and is retried at the next sync", async () => {
  for (
    const [instead, why] of [
      [{ status: 404 }, "it was answered with 404"],
      [{ status: 500 }, "it was answered with 500"],
      [{ status: 200, body: "{}" }, "it was answered with what is no declaration"],
      [{ status: 200, body: "no JSON" }, "it was answered with what is no declaration"],
      [
        { status: 200, body: '{"Type":"com.example.x","Identifier":"other","ServerToken":"1","Payload":{}}' },
        'it was answered with the declaration of "other"',
      ],
      [
        { status: 200, body: '{"Type":"com.apple.asset.data","Identifier":"one","ServerToken":"1","Payload":{}}' },
        'it was answered with the type "com.apple.asset.data"',
      ],
    ] as const
  ) {
    const server = new FakeServer();
    const device = await server.enrolled();
    server.test("one");
    server.test("two");
    server.instead.set("declaration/configuration/one", instead);
    await server.sync(device);
    assert.equal(device.declarative().unfetched.get("one"), why);
    assert.equal(server.told("one"), undefined);
    assert.equal(server.short("on-one"), "inactive invalid Error.MissingConfigurations");
    assert.equal(server.short("two"), "active valid");
    server.instead.clear();
    // The token is the same, but the device has not come to it.
    assert.equal(device.declarative().token, undefined);
    server.log.length = 0;
    await server.sync(device);
    assert.deepEqual(server.log, ["declaration-items", "declaration/configuration/one", "status"]);
    assert.deepEqual([server.short("one"), server.short("on-one")], ["active valid", "active valid"]);
    assert.equal(device.declarative().unfetched.size, 0);
  }
});

Deno.test("a new version that is not to be had leaves the old one in force", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.test("one");
  await server.sync(device);
  server.test("one", { Echo: "again" });
  server.instead.set("declaration/configuration/one", { status: 503 });
  await server.sync(device);
  assert.equal(device.state.declarations.get("one")?.token, "one.1");
  assert.equal(server.short("on-one"), "active valid");
});

Deno.test("a list that cannot be read or had is an error, and asked for again", async () => {
  for (
    const [endpoint, instead, expected] of [
      ["declaration-items", { status: 200, body: "" }, AnswerUnreadable],
      ["declaration-items", { status: 200, body: '{"Declarations":{},"DeclarationsToken":"1"}' }, AnswerUnreadable],
      ["declaration-items", { status: 500, body: "sorry" }, ServerRefused],
      ["status", { status: 400 }, ServerRefused],
    ] as const
  ) {
    const server = new FakeServer();
    const device = await server.enrolled();
    server.test("one");
    server.instead.set(endpoint, instead);
    await assert.rejects(server.sync(device), expected);
    server.instead.clear();
    // The next conversation, without another notification.
    await device.connect();
    assert.equal(server.short("one"), "active valid");
    assert.equal(server.reports.length, 1);
  }
});

Deno.test("a device that the server lets go while it syncs follows nothing more", async () => {
  for (const endpoint of ["declaration-items", "declaration/configuration/one", "status"]) {
    const server = new FakeServer();
    const device = await server.enrolled();
    server.test("one");
    server.instead.set(endpoint, { status: 401 });
    await server.sync(device);
    assert.equal(device.enrolled, false, endpoint);
    const asked = server.log.length;
    assert.deepEqual(await device.connect(), []);
    assert.equal(server.log.length, asked);
  }
});

Deno.test("a new enrollment knows nothing of the declarations of the old one", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.test("one");
  await server.sync(device);
  await device.enroll(server.enrollmentProfile());
  assert.deepEqual([device.declarative().enabled, device.state.declarations.size], [false, 0]);
  server.log.length = 0;
  await server.sync(device);
  assert.equal(server.log.filter((one) => one.startsWith("declaration/")).length, 2);
});

Deno.test("a user of a Mac follows declarations of its own on its own channel", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  await device.addUser({ userId: "U1", shortName: "ada", longName: "Ada" });
  server.test("one");
  await server.sync(device, "U1");
  assert.ok(server.log.length === 4 && server.log.every((line) => line.startsWith("U1 ")), server.log.join());
  assert.equal(device.channel("U1").declarations.get("one")?.active, true);
  assert.equal(device.state.declarations.size, 0);
  assert.equal(device.channel(), device.state);
  assert.equal(device.declarative().enabled, false);
});

Deno.test("a system that is older than declarative management does not take the command", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  device.updateSystem("12.6", "21G115");
  server.tell();
  assert.deepEqual((await device.connect()).map(({ status }) => status), ["Error"]);
  assert.deepEqual(server.log, []);
});

Deno.test("a command that is refused or postponed activates nothing", async () => {
  for (const mischief of ["Error", "NotNow", "CommandFormatError", "drop"] as const) {
    const server = new FakeServer();
    const device = await server.enrolled("macOS", { mischief: () => mischief });
    await server.sync(device);
    assert.deepEqual([server.log, device.declarative().enabled], [[], false], mischief);
  }
});
