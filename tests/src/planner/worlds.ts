/**
 * Random blueprints and devices, and a compliant device: for property tests of the planner.
 *
 * @module
 */

import fc from "fast-check";
import type { BlueprintContent, ContentArtifact, ContentVersion } from "../../../src/blueprints/content.ts";
import type { ArtifactType } from "../../../src/blueprints/artifact_types.ts";
import type { Filter } from "../../../src/blueprints/filter.ts";
import { isPresent, observe, type ObservedArtifact } from "../../../src/blueprints/observed_artifact.ts";
import type { CommandTarget } from "../../../src/commands/command.ts";
import type { PlanFacts } from "../../../src/planner/facts.ts";
import { plan, type Step } from "../../../src/planner/plan.ts";
import { PLATFORMS } from "../../../src/protocol/platform.ts";
import { mac } from "../commands/target.ts";

export const NOW = new Date("2026-06-01T12:00:00Z");

const uuid = (kind: string, n: number) => `0000000${kind}-0000-4000-8000-${String(n).padStart(12, "0")}`;
const VERSIONS = ["", "12", "13", "14.1", "15", "26"];
const TAGS = [1, 2, 3];

const range = fc.record({
  active: fc.integer({ min: 0, max: 9 }).map((n) => n > 1),
  min: fc.constantFrom("", "", "", ...VERSIONS),
  max: fc.constantFrom("", "", "", ...VERSIONS),
});

/** Any filter. */
export const filters: fc.Arbitrary<Filter> = fc.record({
  platforms: fc.record({ iOS: range, iPadOS: range, macOS: range, tvOS: range }),
  shardModulo: fc.constantFrom(2, 10, 100),
  defaultShard: fc.integer({ min: 0, max: 100 }),
  excludedTags: fc.subarray(TAGS, { maxLength: 1 }),
  tagShards: fc.array(
    fc.record({ tag: fc.constantFrom(...TAGS), shard: fc.integer({ min: 1, max: 100 }) }),
    { maxLength: 2 },
  ),
}).map((filter) => ({
  ...filter,
  // Half of them ask nothing of shards.
  defaultShard: filter.defaultShard > 50 ? filter.shardModulo : Math.min(filter.defaultShard, filter.shardModulo),
}));

const version = (artifact: number, n: number): fc.Arbitrary<ContentVersion> =>
  fc.record({
    filter: filters,
    state: fc.constantFrom("active" as const, "active" as const, "active" as const, "withdrawn" as const),
  }).map(({ filter, state }) => ({
    id: uuid("b", artifact * 10 + n),
    version: n,
    contentRevision: 0,
    state,
    filter,
    references: [],
    needed: [],
    declaration: null,
  }));

const TYPES: ArtifactType[] = ["Profile", "Provisioning Profile", "Configuration"];

const artifact = (n: number): fc.Arbitrary<ContentArtifact> =>
  fc.record({
    // The type of an artifact never changes, whatever blueprint it is in.
    type: fc.constant(TYPES[n % TYPES.length] ?? "Profile"),
    requires: fc.subarray(Array.from({ length: n }, (_, before) => uuid("a", before)), { maxLength: Math.min(n, 2) }),
    versions: fc.integer({ min: 0, max: 3 }).chain((count) =>
      fc.tuple(...Array.from({ length: count }, (_, index) => version(n, index + 1)))
    ),
    link: fc.option(filters, { nil: null, freq: 5 }),
    autoUpdate: fc.boolean(),
  }).map(({ type, requires, versions, link, autoUpdate }) => ({
    id: uuid("a", n),
    // The order of names is not the order of requirements.
    name: `${"zyxwvutsr"[n] ?? "q"}${n}`,
    type,
    channel: "Device" as const,
    installDuringSetupAssistant: false,
    autoUpdate: type === "Configuration" ? true : autoUpdate,
    reinstallInterval: 0,
    reinstallOnOsUpdate: "No" as const,
    holdWithoutValues: false,
    requires,
    versions: versions.map((one) => ({
      ...one,
      // Some versions cannot run everywhere: the second setting is for Macs and supervised devices of a newer system.
      declaration: type !== "Configuration"
        ? null
        : one.version === 2
        ? { type: "com.apple.configuration.softwareupdate.settings", payload: { Notifications: false } }
        : { type: "com.apple.configuration.passcode.settings", payload: { MinimumLength: 6 } },
    })).reverse(),
    link,
  }));

/** Any blueprint of up to eight artifacts. Nothing requires itself, however far. */
export const contents: fc.Arbitrary<BlueprintContent> = fc.record({
  legacyProfilesViaDdm: fc.boolean(),
  artifacts: fc.integer({ min: 0, max: 8 }).chain((count) =>
    fc.tuple(...Array.from({ length: count }, (_, n) => artifact(n)))
  ),
}).map(({ legacyProfilesViaDdm, artifacts }) => ({
  id: 1,
  inventoryIntervalSeconds: 86_400,
  collectApps: "no",
  collectCertificates: "no",
  collectProfiles: "no",
  legacyProfilesViaDdm,
  filevault: null,
  recoveryPassword: null,
  enforcements: [],
  releases: [],
  catalogue: 0,
  artifacts: new Map(artifacts.map((one) => [one.id, one])),
}));

/** A device: its target, tags and serial number. */
export type World = { target: CommandTarget; tags: ReadonlySet<number>; serialNumber: string };

/** Any device. */
export const worlds: fc.Arbitrary<World> = fc.record({
  platform: fc.constantFrom(...PLATFORMS),
  osVersion: fc.constantFrom("12.7", "13.0", "14.1", "15.7.1", "16.4", "26.1"),
  supervised: fc.boolean(),
  tags: fc.subarray(TAGS),
  serialNumber: fc.string({ minLength: 6, maxLength: 12 }),
}).map(({ platform, osVersion, supervised, tags, serialNumber }) => ({
  target: { ...mac, platform, osVersion, supervised },
  tags: new Set(tags),
  serialNumber,
}));

/** The state of a device between conversations. */
export type Memory = {
  observed: Map<string, ObservedArtifact>;
  enabled: boolean;
  token: string | null;
};

export const freshMemory = (): Memory => ({ observed: new Map(), enabled: false, token: null });

/** The facts of a device with an empty queue and complete inventory. */
export function factsOf(blueprint: BlueprintContent | null, world: World, memory: Memory): PlanFacts {
  return {
    target: world.target,
    status: "Idle",
    conversationStartedAt: NOW,
    queue: [],
    inventory: {
      deviceInformationAt: NOW,
      securityInfoAt: NOW,
      appsAt: null,
      certificatesAt: null,
      profilesAt: null,
      askedAt: new Map(),
    },
    blueprint,
    artifacts: {
      serialNumber: world.serialNumber,
      tags: world.tags,
      enrolledAt: NOW,
      observed: [...memory.observed.values()],
      certificateEnds: new Map(),
      values: new Set(),
      licenceHolder: { kind: "nobody", reason: "" },
      licences: new Map(),
      paces: new Map(),
      declarative: {
        enabled: memory.enabled,
        token: memory.token,
        refusedToken: null,
        refusedAt: null,
        clientCapabilities: null,
      },
      update: { build: "", softwareUpdateDeviceId: "" },
    },
    identity: { notAfter: new Date("2027-06-01T00:00:00Z"), renewalStartedAt: null },
    filevault: null,
    setup: null,
    bypassCodeAt: NOW,
    recovery: {
      hardwareProven: true,
      passwords: [],
      reported: { at: NOW, set: null, changePending: false },
    },
    settings: { resendAfterSeconds: 60, renewBeforeDays: 90, identifierPrefix: "com.example.mdm" },
  };
}

/** A step as it was taken, with what was present before it. */
export type Taken = { step: Step; before: ReadonlySet<string>; after: ReadonlySet<string> };

const presentIn = ({ observed }: Memory) =>
  new Set([...observed.values()].filter(({ status }) => isPresent(status)).map(({ artifactId }) => artifactId));

/** The state of the device: artifact to version. */
export const installed = ({ observed }: Memory): Map<string, string> =>
  new Map(
    [...observed.values()].filter(({ status }) => isPresent(status)).map((row) => [row.artifactId, row.versionId]),
  );

function see(
  memory: Memory,
  content: BlueprintContent | null,
  versionId: string,
  via: "command" | "declaration",
  known: ReadonlyMap<string, ContentArtifact>,
) {
  const artifact = [...content?.artifacts.values() ?? [], ...known.values()]
    .find(({ versions }) => versions.some(({ id }) => id === versionId));
  if (artifact === undefined) throw new Error(`no artifact has the version ${versionId}`);
  const before = memory.observed.get(versionId);
  // Apple's rule: a declaration takes over only the very profile that a command brought.
  const other = [...memory.observed.values()].find((row) =>
    row.artifactId === artifact.id && row.via === "command" && isPresent(row.status) && row.versionId !== versionId
  );
  if (via === "declaration" && other !== undefined) throw new Error(`${artifact.name} cannot be taken over`);
  const state = observe(
    before,
    {
      status: "Installed",
      via,
      contentRevision: 0,
      extraInfo: {},
      uniqueInstallIdentifier: via === "command" ? `c${memory.observed.size}` : versionId,
    },
    "14.1",
    NOW,
  );
  const number = artifact.versions.find(({ id }) => id === versionId)?.version ?? 0;
  for (const [id, row] of memory.observed) {
    if (row.artifactId === artifact.id && id !== versionId) memory.observed.delete(id);
  }
  if (state !== null) {
    memory.observed.set(versionId, {
      versionId,
      artifactId: artifact.id,
      type: artifact.type,
      name: artifact.name,
      version: number,
      versionState: "active",
      verifiedAt: null,
      checks: 0,
      checkAt: null,
      bundleIds: null,
      removable: true,
      instance: null,
      locationAssetId: null,
      storeVersion: "",
      storeVersionAsked: "",
      createdAt: NOW,
      updatedAt: NOW,
      ...state,
    });
  }
}

/**
 * Lets a device talk until there is nothing to do. Throws when it does not end. `known` is what other blueprints held.
 */
export function converge(
  content: BlueprintContent | null,
  world: World,
  memory: Memory,
  known: ReadonlyMap<string, ContentArtifact> = new Map(),
): Taken[] {
  const taken: Taken[] = [];
  for (let n = 0; n < 200; n++) {
    const { next, situation } = plan(factsOf(content, world, memory), NOW);
    if (next === null) return taken;
    const before = presentIn(memory);
    if (next.kind !== "command") throw new Error(`an empty queue led to ${next.kind}`);
    const args = next.arguments as { artifact_version?: string };
    if (next.name === "DeclarativeManagement") {
      memory.enabled = true;
      memory.token = situation.declarations.token;
      const declared = situation.declarations.items.flatMap((item) => "artifact" in item ? [item.artifact] : []);
      const told = new Set(declared.map(({ versionId }) => versionId));
      for (const [id, row] of memory.observed) {
        if (row.via === "declaration" && !told.has(id)) memory.observed.delete(id);
      }
      for (const { versionId } of declared) see(memory, content, versionId, "declaration", known);
    } else if (next.name.startsWith("Install")) {
      see(memory, content, args.artifact_version ?? "", "command", known);
    } else if (next.name.startsWith("Remove")) {
      memory.observed.delete(args.artifact_version ?? "");
    } else throw new Error(`unexpected ${next.name}`);
    taken.push({ step: next, before, after: presentIn(memory) });
  }
  throw new Error("it does not end");
}
