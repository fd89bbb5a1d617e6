import assert from "node:assert/strict";
import type { BlueprintContent } from "../../../src/blueprints/content.ts";
import { openFilter } from "../../../src/blueprints/filter.ts";
import type { HeldLicence, LicenceHolder, PlanFacts } from "../../../src/planner/facts.ts";
import { licenceNeeds } from "../../../src/planner/licence_needs.ts";
import { situate } from "../../../src/planner/situation.ts";
import { mac } from "../commands/target.ts";
import { factsOf, freshMemory, NOW } from "./worlds.ts";

const held = (given: Partial<HeldLicence> = {}): HeldLicence => ({
  state: "assigned",
  sentence: "A licence is assigned.",
  usable: true,
  origin: "device",
  holder: "C02",
  mine: true,
  elsewhere: false,
  storeVersion: "",
  displayVersion: "",
  ...given,
});

const content = (needed: string[] = []): BlueprintContent => ({
  id: 1,
  inventoryIntervalSeconds: 86_400,
  collectApps: "no",
  collectCertificates: "no",
  collectProfiles: "no",
  legacyProfilesViaDdm: false,
  filevault: null,
  recoveryPassword: null,
  enforcements: [],
  releases: [],
  catalogue: 0,
  artifacts: new Map([["a", {
    id: "a",
    name: "Pages",
    type: "Store App",
    channel: "Device",
    installDuringSetupAssistant: false,
    autoUpdate: true,
    reinstallInterval: 0,
    reinstallOnOsUpdate: "No",
    holdWithoutValues: true,
    requires: [],
    versions: [{
      id: "v",
      version: 1,
      contentRevision: 0,
      state: "active",
      filter: openFilter(["macOS"]),
      references: [],
      needed,
      declaration: null,
      licence: { asset: 7, declarative: false, configured: false, keepUpdated: false },
      runsOn: ["macOS"],
    }],
    link: openFilter(["macOS"]),
  }]]),
});

type Given = {
  blueprint?: BlueprintContent | null;
  licences?: Record<number, HeldLicence>;
  holder?: LicenceHolder;
  awaitingConfiguration?: boolean;
  hardwareProven?: boolean;
};

function needs({ blueprint = content(), licences = {}, holder, awaitingConfiguration, hardwareProven = true }: Given) {
  const world = { target: { ...mac, awaitingConfiguration: awaitingConfiguration ?? false }, tags: new Set<number>() };
  const facts = factsOf(blueprint, { ...world, serialNumber: "C02" }, freshMemory());
  const all: PlanFacts = {
    ...facts,
    artifacts: {
      ...facts.artifacts,
      licenceHolder: holder ?? { kind: "device", serialNumber: "C02" },
      licences: new Map(Object.entries(licences).map(([asset, one]) => [Number(asset), one])),
    },
    recovery: { ...facts.recovery, hardwareProven },
  };
  const { reserve, release } = licenceNeeds(all, situate(all, NOW));
  return { reserve, release };
}

Deno.test("a licence is reserved once for what is in scope, and again when it is given back meanwhile", () => {
  assert.deepEqual(needs({}), { reserve: [7], release: [] });
  assert.deepEqual(needs({ licences: { 7: held() } }), { reserve: [], release: [] });
  assert.deepEqual(needs({ licences: { 7: held({ state: "waiting", usable: false }) } }), { reserve: [], release: [] });
  assert.deepEqual(needs({ licences: { 7: held({ state: "releasing", usable: false }) } }), {
    reserve: [7],
    release: [],
  });
  // One that Apple or a person has assigned is noted as needed.
  assert.deepEqual(needs({ licences: { 7: held({ origin: "operator", mine: false }) } }), {
    reserve: [7],
    release: [],
  });
});

Deno.test("a licence is given back when nothing needs it, except a person's and those of other channels", () => {
  assert.deepEqual(needs({ blueprint: null, licences: { 7: held() } }), { reserve: [], release: [7] });
  assert.deepEqual(needs({ blueprint: content(["CUSTOM.ROOM"]), licences: { 7: held() } }), {
    reserve: [],
    release: [7],
  });
  assert.deepEqual(needs({ blueprint: null, licences: { 7: held({ mine: false }) } }), { reserve: [], release: [7] });
  const others = [
    held({ mine: false, origin: "operator" }),
    held({ mine: false, origin: null }),
    held({ mine: false, elsewhere: true }),
    held({ mine: false, state: "releasing" }),
  ];
  for (const one of others) {
    assert.deepEqual(needs({ blueprint: null, licences: { 7: one } }), { reserve: [], release: [] });
  }
});

Deno.test("nothing is given back in Setup Assistant or for an unknown holder, and by unconfirmed hardware only its own", () => {
  const licences = { 7: held(), 8: held() };
  assert.deepEqual(needs({ licences, awaitingConfiguration: true }), { reserve: [], release: [] });
  assert.deepEqual(needs({ licences, hardwareProven: false }), { reserve: [], release: [8] });
  const before = { 7: held(), 8: held({ mine: false }) };
  assert.deepEqual(needs({ licences: before, hardwareProven: false }), { reserve: [], release: [] });
  assert.deepEqual(needs({ licences }), { reserve: [], release: [8] });
  assert.deepEqual(needs({ licences: {}, holder: { kind: "nobody", reason: "?" } }), { reserve: [], release: [] });
});
