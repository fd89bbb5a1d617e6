import assert from "node:assert/strict";
import { MODELS } from "../../../simulators/device/models.ts";
import type { Json } from "../../../src/protocol/plist_json.ts";
import { PLATFORMS } from "../../../src/protocol/platform.ts";
import { flattenStatus, STATUS_ITEMS, statusItemFacts } from "../../../src/apple_schema/status.ts";
import { validatePayload } from "../../../src/apple_schema/validate.ts";
import { FakeServer, type ReportBody } from "../fake_server.ts";
import { statusItemsFor } from "../../../simulators/published.ts";

const SECURITY = "security.certificate.list";
const itemsOf = (report: ReportBody | undefined) =>
  new Map(flattenStatus(report?.StatusItems ?? {}).map(({ path, value }) => [path, value]));
const namesOf = (report: ReportBody | undefined) => [...itemsOf(report).keys()].sort();

Deno.test("capabilities and declarations are reported without a subscription, nothing else is", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.test("one");
  await server.sync(device);
  assert.equal(server.reports.length, 1);
  const [report] = server.reports;
  assert.deepEqual(namesOf(report), ["management.client-capabilities", "management.declarations"]);
  assert.deepEqual([report?.Errors, report?.FullReport], [[], undefined]);
  const capabilities = report?.StatusItems.management["client-capabilities"];
  assert.deepEqual(capabilities["supported-versions"], ["1.0.0"]);
  const { declarations, "status-items": names } = capabilities["supported-payloads"];
  assert.deepEqual(declarations.activations, ["com.apple.activation.simple"]);
  assert.ok(declarations.configurations.includes("com.apple.configuration.diskmanagement.settings"));
  assert.ok(!declarations.configurations.includes("com.apple.configuration.watch.enrollment"));
  assert.ok(declarations.assets.includes("com.apple.asset.credential.scep"));
  assert.ok(!declarations.assets.includes("com.apple.asset.credential.acme"));
  assert.ok(declarations.management.includes("com.apple.management.properties"));
  assert.ok(names.includes("diskmanagement.filevault.enabled") && !names.includes("passcode.is-compliant"));
});

for (const platform of PLATFORMS) {
  Deno.test(`every model of ${platform} reports all that it can, as Apple's schema wants it`, async () => {
    for (const model of MODELS.filter((one) => one.platform === platform)) {
      const server = new FakeServer();
      const device = await server.enrolled(platform, { model });
      const names = statusItemsFor({
        channel: "Device",
        platform,
        osVersion: model.osVersion,
        supervised: model.supervised,
        userEnrollment: false,
      });
      server.subscribe(names);
      await server.sync(device);
      const subscribed = server.short("subscriptions");
      if (!subscribed?.startsWith("active")) {
        // Unsupervised Macs accept none.
        assert.equal(subscribed, "inactive invalid Error.ConfigurationNotSupported", model.modelName);
        continue;
      }
      const report = server.reports.at(-1);
      assert.deepEqual(report?.Errors.map(({ StatusItem }) => StatusItem), ["test.error-value"]);
      const items = itemsOf(report);
      assert.deepEqual([...items.keys(), "test.error-value"].sort(), [...names].sort());
      for (const [name, value] of items) {
        const facts = statusItemFacts(name);
        assert.ok(facts !== null, name);
        assert.deepEqual(validatePayload(facts, { [name]: value }), [], name);
      }
    }
  });
}

Deno.test("changes are reported, the rest is not", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.subscribe(["device.operating-system.version", "device.operating-system.build-version", "device.model.family"]);
  await server.sync(device);
  assert.equal(namesOf(server.reports[0]).length, 5);
  await device.connect();
  await device.report();
  assert.equal(server.reports.length, 1);
  device.updateSystem("26.2", "25C56");
  await device.connect();
  assert.deepEqual([...itemsOf(server.reports[1])], [
    ["device.operating-system.build-version", "25C56"],
    ["device.operating-system.version", "26.2"],
  ]);
  server.test("other");
  await server.sync(device);
  assert.deepEqual(namesOf(server.reports[2]), ["management.declarations"]);
  assert.equal(server.reports.length, 3);
});

Deno.test("a full report contains everything again, and is marked as full", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  await device.reportEverything();
  assert.equal(server.reports.length, 0);
  server.subscribe(["device.model.family", "no.such.item"]);
  await server.sync(device);
  await device.reportEverything();
  const [first, full] = server.reports;
  assert.deepEqual({ ...first, FullReport: true }, full);
  assert.equal(first?.FullReport, undefined);
  await device.report();
  assert.equal(server.reports.length, 2);
});

Deno.test("items that the device cannot report are listed among the errors, once", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.subscribe(["passcode.is-compliant", "no.such.item", "test.error-value", "device.model.family"]);
  await server.sync(device);
  const [report] = server.reports;
  assert.deepEqual(report?.Errors.map(({ StatusItem, Reasons }) => [StatusItem, Reasons[0]?.Code]), [
    ["no.such.item", "Error.StatusItemNotAvailable"],
    ["passcode.is-compliant", "Error.StatusItemNotAvailable"],
    ["test.error-value", "Error.StatusItemNotAvailable"],
  ]);
  device.updateSystem("26.2", "25C56");
  await device.connect();
  assert.deepEqual(server.reports[1]?.Errors ?? [], []);
});

Deno.test("the next report includes the content of a lost one", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.subscribe(["device.model.family"]);
  await server.sync(device);
  device.updateSystem("26.2", "25C56");
  server.instead.set("status", { status: 500 });
  server.test("other");
  await assert.rejects(server.sync(device), /a status report was answered with 500/);
  server.instead.clear();
  await device.connect();
  assert.equal(server.short("other"), "active valid");
});

Deno.test("of a list, only changes are reported, and removals", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  const value = (n: number) => itemsOf(server.reports[n]).get(SECURITY);
  const ids = (list: Json | undefined) =>
    Array.isArray(list)
      ? list.map((item) => [Reflect.get(Object(item), "identifier"), Reflect.get(Object(item), "_removed") === true])
      : list;
  server.subscribe([SECURITY]);
  await server.sync(device);
  assert.deepEqual(ids(value(0)), [["mdm", false]]);
  server.files.set("/scep.json", {
    body: JSON.stringify({ URL: server.url("/scep"), Subject: [[["CN", "x"]]] }),
    type: "application/json",
  });
  server.put("asset", "scep", "com.apple.asset.credential.scep", {
    Reference: { DataURL: server.url("/scep.json") },
  });
  server.put("configuration", "identity", "com.apple.configuration.security.identity", {
    CredentialAssetReference: "scep",
  });
  server.activate("on", ["identity"]);
  await server.sync(device);
  assert.deepEqual(ids(value(1)), [["scep", false]]);
  server.remove("identity", "on", "scep");
  await server.sync(device);
  assert.deepEqual(ids(value(2)), [["scep", true]]);
});

Deno.test("an update that a declaration enforces is pending until the system is new", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.subscribe(["softwareupdate.install-state", "softwareupdate.pending-version", "softwareupdate.install-reason"]);
  server.put("configuration", "update", "com.apple.configuration.softwareupdate.enforcement.specific", {
    TargetOSVersion: "26.2",
    TargetBuildVersion: "25C56",
    TargetLocalDateTime: "2026-07-01T12:00:00",
  });
  server.activate("on", ["update"]);
  await server.sync(device);
  const softwareUpdate = () => server.reports.at(-1)?.StatusItems.softwareupdate;
  assert.deepEqual(softwareUpdate(), {
    "install-reason": { reason: ["declaration"], "declaration-id": "update" },
    "install-state": "prepared",
    "pending-version": { "os-version": "26.2", "build-version": "25C56" },
  });
  device.updateSystem("26.2", "25C56");
  await device.connect();
  assert.deepEqual(softwareUpdate(), {
    "install-reason": { reason: [] },
    "install-state": "none",
    "pending-version": { "os-version": "", "build-version": "" },
  });
});

Deno.test("an update shows in every answer, with the extra of a rapid response and without", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  const supplemental = ["extra-version", "build-version"].map((name) => `device.operating-system.supplemental.${name}`);
  server.subscribe(supplemental);
  await server.sync(device);
  device.updateSystem("26.1", "25B78", { version: "(a)", build: "25B7771280" });
  server.commands.push({
    RequestType: "DeviceInformation",
    Queries: ["SupplementalOSVersionExtra", "SupplementalBuildVersion"],
  });
  await device.connect();
  const answer = JSON.stringify(server.answers.at(-1));
  assert.match(answer, /"SupplementalOSVersionExtra":"\(a\)","SupplementalBuildVersion":"25B7771280"/);
  assert.deepEqual([...itemsOf(server.reports.at(-1)).values()].sort(), ["(a)", "25B7771280"]);
  device.updateSystem("26.2", "25C56");
  await device.connect();
  assert.deepEqual([...itemsOf(server.reports.at(-1)).values()].sort(), ["", "25C56"]);
});

Deno.test("items that are not published have no value, and all that are can be asked for", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  server.subscribe([...STATUS_ITEMS]);
  await server.sync(device);
  const [report] = server.reports;
  const told = new Set([...namesOf(report), ...(report?.Errors ?? []).map(({ StatusItem }) => StatusItem)]);
  assert.deepEqual(STATUS_ITEMS.filter((name) => !told.has(name)), []);
});

Deno.test("a user's channel reports the items for users", async () => {
  const server = new FakeServer();
  const device = await server.enrolled();
  await device.addUser({ userId: "U1", shortName: "ada", longName: "Ada" });
  server.subscribe(["test.string-value", "softwareupdate.install-state"]);
  await server.sync(device, "U1");
  const [report] = server.reports;
  assert.equal(report?.StatusItems.test["string-value"], "test");
  assert.deepEqual(report?.Errors.map(({ StatusItem }) => StatusItem), ["softwareupdate.install-state"]);
  const { declarations } = report?.StatusItems.management["client-capabilities"]["supported-payloads"];
  assert.ok(!declarations.configurations.includes("com.apple.configuration.diskmanagement.settings"));
});
