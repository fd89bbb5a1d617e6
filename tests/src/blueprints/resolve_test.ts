import assert from "node:assert/strict";
import type { BlueprintContent, ContentArtifact } from "../../../src/blueprints/content.ts";
import { openFilter } from "../../../src/blueprints/filter.ts";
import type { ObservedArtifact } from "../../../src/blueprints/observed_artifact.ts";
import { resolve, type ResolveTarget } from "../../../src/blueprints/resolve.ts";

const everyone = openFilter(["macOS"]);
const target: ResolveTarget = {
  channel: "Device",
  platform: "macOS",
  osVersion: "14.1",
  tags: new Set(),
  serialNumber: "C02SIM000001",
  awaitingConfiguration: false,
};

const artifact = (id: string, given: Partial<ContentArtifact> = {}): ContentArtifact => ({
  id,
  name: id,
  type: "Profile",
  channel: "Device",
  installDuringSetupAssistant: false,
  autoUpdate: true,
  reinstallInterval: 0,
  reinstallOnOsUpdate: "No",
  holdWithoutValues: false,
  requires: [],
  versions: [version(`${id}1`, 1)],
  link: everyone,
  ...given,
});
const version = (id: string, number: number, given: Partial<ContentArtifact["versions"][number]> = {}) => ({
  id,
  version: number,
  contentRevision: 0,
  state: "active" as const,
  filter: everyone,
  references: [],
  needed: [],
  declaration: null,
  ...given,
});
const blueprint = (...artifacts: ContentArtifact[]): BlueprintContent => ({
  id: 1,
  inventoryIntervalSeconds: 86_400,
  collectApps: "no",
  collectCertificates: "no",
  collectProfiles: "no",
  legacyProfilesViaDdm: true,
  filevault: null,
  recoveryPassword: null,
  enforcements: [],
  releases: [],
  catalogue: 0,
  artifacts: new Map(artifacts.map((one) => [one.id, one])),
});
const outcome = (content: BlueprintContent, given: Partial<ResolveTarget> = {}, observed: ObservedArtifact[] = []) =>
  resolve(content, { ...target, ...given }, new Map(observed.map((row) => [row.versionId, row])))
    .map(({ artifact, version, reason }) => `${artifact.id}: ${version?.version ?? reason}`);
const row = (artifactId: string, versionId: string, number: number): ObservedArtifact => ({
  versionId,
  artifactId,
  type: "Profile",
  name: artifactId,
  version: number,
  versionState: "active",
  status: "Acknowledged",
  via: "command",
  contentRevision: 0,
  extraInfo: {},
  installedAt: null,
  osVersionAtInstallTime: "",
  uniqueInstallIdentifier: "",
  installCount: 1,
  retryCount: 0,
  maxRetryCount: 2,
  retryAt: null,
  verifiedAt: null,
  checks: 0,
  checkAt: null,
  bundleIds: null,
  removable: true,
  instance: null,
  locationAssetId: null,
  storeVersion: "",
  storeVersionAsked: "",
  createdAt: new Date(0),
  updatedAt: new Date(0),
});

Deno.test("requirements are delivered first, to every device that matches the blueprint's filter", () => {
  const closed = openFilter([]);
  assert.deepEqual(
    outcome(
      blueprint(artifact("a", { requires: ["b"] }), artifact("b", { link: closed }), artifact("c", { link: null })),
    ),
    ["b: 1", "a: 1"],
  );
});

Deno.test("without its requirement an artifact is out of scope", () => {
  const none = artifact("b", { versions: [] });
  assert.deepEqual(outcome(blueprint(artifact("a", { requires: ["b"] }), none)), ["b: no version", "a: requirement"]);
});

Deno.test("a circle ends, and none of its artifacts is in scope", () => {
  const found = outcome(
    blueprint(artifact("a", { requires: ["b"] }), artifact("b", { requires: ["a"] }), artifact("c")),
  );
  assert.deepEqual(found, ["b: cycle", "a: cycle", "c: 1"]);
});

Deno.test("the other channel's artifacts are out of scope, and block those that require them", () => {
  const user = artifact("b", { channel: "User" });
  assert.deepEqual(outcome(blueprint(artifact("a", { requires: ["b"] }), user)), [
    "b: other channel",
    "a: requirement",
  ]);
  assert.deepEqual(outcome(blueprint(user), { channel: "User" }), ["b: 1"]);
});

Deno.test("during Setup Assistant, only its artifacts are in scope, with their requirements", () => {
  const content = blueprint(
    artifact("a", { installDuringSetupAssistant: true, requires: ["c"] }),
    artifact("b"),
    artifact("c"),
  );
  assert.deepEqual(outcome(content, { awaitingConfiguration: true }), ["c: 1", "a: 1", "b: setup assistant"]);
});

Deno.test("the newest version that lets a device through counts", () => {
  const old = { ...everyone, platforms: { ...everyone.platforms, macOS: { active: true, min: "", max: "14" } } };
  const versions = [version("a3", 3, { filter: old }), version("a1", 1), version("a2", 2)];
  assert.deepEqual(outcome(blueprint(artifact("a", { versions }))), ["a: 2"]);
  assert.deepEqual(outcome(blueprint(artifact("a", { versions })), { osVersion: "13.6" }), ["a: 3"]);
});

Deno.test("an artifact that does not update automatically keeps the installed version", () => {
  const versions = [version("a2", 2), version("a1", 1)];
  const still = artifact("a", { versions, autoUpdate: false });
  assert.deepEqual(outcome(blueprint(still)), ["a: 2"]);
  assert.deepEqual(outcome(blueprint(still), {}, [row("a", "a1", 1)]), ["a: 1"]);
});

Deno.test("a halted version spreads no further, a withdrawn one goes", () => {
  const of = (state: "halted" | "withdrawn") =>
    artifact("a", { versions: [version("a2", 2, { state }), version("a1", 1)] });
  const has = [row("a", "a2", 2)];
  assert.deepEqual(outcome(blueprint(of("halted"))), ["a: 1"]);
  assert.deepEqual(outcome(blueprint(of("halted")), {}, has), ["a: 2"]);
  assert.deepEqual(outcome(blueprint(of("withdrawn")), {}, has), ["a: 1"]);
});
