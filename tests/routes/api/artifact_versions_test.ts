/** The common behavior of versions of every kind: their progress, and previews of their changes. */

import assert from "node:assert/strict";
import { findArtifactUse, searchArtifacts, viewArtifactVersions } from "../../../db/artifacts/artifact_views.ts";
import { ARTIFACT_TYPES } from "../../../src/blueprints/artifact_types.ts";
import { filterOfFields } from "../../../src/blueprints/filter_fields.ts";
import { kindOf } from "../../../src/blueprints/versions/registry.ts";
import { Problem } from "../../../src/errors.ts";
import {
  artifact,
  audits,
  blueprint,
  bodyOf,
  channel,
  contentRevision,
  install,
  OPEN_FILTER,
  profilePlist,
  revision,
  textOf,
} from "./artifacts_support.ts";
import { type Caller, testBy, withApi } from "./support.ts";

const version = async (call: Caller, artifactId: string, number: number) =>
  textOf(
    bodyOf(
      await call("POST", "/api/mdm/profiles/", {
        artifact: artifactId,
        version: number,
        macos: true,
        source: profilePlist({
          PayloadDescription: `Version ${number} for $ENROLLED_DEVICE.NAME`,
          PayloadIdentifier: "com.example.searched",
        }).toBase64(),
      }),
      201,
    ),
    "id",
  );

Deno.test("the versions of an artifact are listed with their state and how many have them", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const wifi = await artifact(call, { name: "Wi-Fi" });
    const path = `/api/mdm/artifacts/${wifi}/versions/`;
    assert.deepEqual(bodyOf(await call("GET", path), 200).results, []);
    const [first, second] = [await version(call, wifi, 1), await version(call, wifi, 2)];
    const device = await channel(runtime);
    await install(runtime, device, first);
    await install(runtime, device, second, "Failed");
    bodyOf(await call("POST", `/api/mdm/artifact_versions/${second}/halt/`, { reason: "It fails" }), 200);
    const common = { variables: ["ENROLLED_DEVICE.NAME"] };
    assert.deepEqual(bodyOf(await call("GET", path), 200), {
      count: 2,
      next: null,
      previous: null,
      results: [
        {
          id: second,
          version: 2,
          state: "halted",
          state_reason: "It fails",
          state_at: "2026-06-01T12:00:00",
          ...common,
          counts: { Failed: 1 },
        },
        {
          id: first,
          version: 1,
          state: "active",
          state_reason: "",
          state_at: null,
          ...common,
          counts: { Installed: 1 },
        },
      ],
    });
    const paged = bodyOf(await call("GET", `${path}?limit=1&offset=1`), 200);
    assert.ok(Array.isArray(paged.results) && paged.results[0].id === first);
    const stranger = await as(["mdm.view_artifact"]);
    assert.equal((await stranger("GET", path)).status, 403);
    assert.equal((await call("GET", "/api/mdm/artifacts/9b2fd9a4-1f0f-4f7e-8f4e-0d5d4a1b2c3d/versions/")).status, 404);
  });
});

Deno.test("a dry run of any write leaves nothing behind, and returns the errors of the write", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const staff = await blueprint(call, "Staff");
    const wifi = await artifact(call, { name: "Wi-Fi" });
    const id = await version(call, wifi, 1);
    const link = bodyOf(
      await call("POST", "/api/mdm/blueprint_artifacts/", { blueprint: staff, artifact: wifi, ...OPEN_FILTER }),
      201,
    );
    const profile = bodyOf(await call("GET", `/api/mdm/profiles/${id}/`), 200);
    const state = async () =>
      JSON.stringify([
        await runtime.sql`select * from blueprints`,
        await runtime.sql`select * from artifacts`,
        await runtime.sql`select * from artifact_versions`,
        await runtime.sql`select * from blueprint_artifacts`,
        await runtime.sql`select * from filters`,
        await revision(runtime),
        (await audits(call)).length,
      ]);
    const before = await state();
    const source = profilePlist({ PayloadDescription: "Another" }).toBase64();
    const writes: [method: string, path: string, body?: unknown][] = [
      ["POST", "/api/mdm/blueprints/", { name: "Guests" }],
      ["PUT", `/api/mdm/blueprints/${staff}/`, { name: "Staff", collect_apps: 2 }],
      ["POST", "/api/mdm/artifacts/", { name: "New", type: "Profile", channel: "Device" }],
      ["PUT", `/api/mdm/artifacts/${wifi}/`, { name: "Wi-Fi 2", type: "Profile", channel: "Device" }],
      ["PUT", `/api/mdm/blueprint_artifacts/${link.id}/`, { ...link, ios: true }],
      ["DELETE", `/api/mdm/blueprint_artifacts/${link.id}/`],
      ["POST", "/api/mdm/profiles/", { ...profile, version: 2, source }],
      ["PUT", `/api/mdm/profiles/${id}/`, { ...profile, source }],
      ["DELETE", `/api/mdm/profiles/${id}/`],
    ];
    for (const [method, path, body] of writes) {
      const answer = await call(method, `${path}?dry_run=true`, body);
      assert.ok("devices" in bodyOf(answer, 200), `${method} ${path}`);
      assert.equal(await state(), before, `${method} ${path}`);
    }
    const wrong = await call("POST", "/api/mdm/profiles/?dry_run=true", { ...profile, source });
    assert.deepEqual([wrong.status, wrong.body], [400, {
      version: ["A version of this artifact with the same version number already exists"],
    }]);
    const refused = await call("DELETE", `/api/mdm/blueprints/${staff}/?dry_run=true`);
    assert.deepEqual([refused.status, refused.body], [400, ["This blueprint cannot be deleted"]]);
    assert.equal(await state(), before);
  });
});

Deno.test("artifacts are found by name, identifier, type, channel, platform and blueprint, with the fields of the list", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const staff = await blueprint(call, "Staff");
    const wifi = await artifact(call, { name: "Wi-Fi 100%", platforms: ["macOS"] });
    await version(call, wifi, 1);
    await version(call, wifi, 7);
    bodyOf(await call("POST", "/api/mdm/blueprint_artifacts/", { blueprint: staff, artifact: wifi, macos: true }), 201);
    const code = await artifact(call, { name: "Passcode", type: "Configuration", channel: "User", requires: [] });
    bodyOf(
      await call("POST", "/api/mdm/declarations/", {
        artifact: code,
        version: 1,
        macos: true,
        source: {
          Type: "com.apple.configuration.passcode.settings",
          Identifier: "com.example.Passcode",
          ServerToken: "1",
          Payload: {},
        },
      }),
      201,
    );
    const find = async (query: Omit<Parameters<typeof searchArtifacts>[1], "limit" | "offset">) =>
      (await searchArtifacts(runtime.sql, { ...query, limit: 50, offset: 0 })).rows.map(({ name }) => name);
    assert.deepEqual(await find({}), ["Passcode", "Wi-Fi 100%"]);
    assert.deepEqual(await find({ search: "100%" }), ["Wi-Fi 100%"]);
    assert.deepEqual(await find({ search: "%" }), ["Wi-Fi 100%"]);
    assert.deepEqual(await find({ search: "COM.EXAMPLE.SEARCHED" }), ["Wi-Fi 100%"]);
    assert.deepEqual(await find({ search: "example.passcode" }), ["Passcode"]);
    assert.deepEqual(await find({ type: "Configuration" }), ["Passcode"]);
    assert.deepEqual(await find({ channel: "Device" }), ["Wi-Fi 100%"]);
    assert.deepEqual(await find({ platform: "tvOS" }), ["Passcode"]);
    assert.deepEqual(await find({ blueprintId: staff }), ["Wi-Fi 100%"]);
    const { rows: [row], count } = await searchArtifacts(runtime.sql, { search: "wi-fi", limit: 50, offset: 0 });
    assert.equal(count, 1);
    assert.deepEqual({ ...row, updatedAt: null }, {
      id: wifi,
      name: "Wi-Fi 100%",
      type: "Profile",
      channel: "Device",
      platforms: ["macOS"],
      updatedAt: null,
      latestVersion: 7,
      versionInForce: 7,
      blueprints: 1,
      halted: false,
    });
  });
});

Deno.test("an artifact is shown with its uses and its dependencies", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const staff = await blueprint(call, "Staff");
    const root = await artifact(call, { name: "Root" });
    const wifi = await artifact(call, { name: "Wi-Fi", requires: [root] });
    await version(call, wifi, 1);
    const on = await artifact(call, { name: "On", type: "Activation" });
    bodyOf(
      await call("POST", "/api/mdm/declarations/", {
        artifact: on,
        version: 1,
        macos: true,
        source: {
          Type: "com.apple.activation.simple",
          Identifier: "com.example.on",
          ServerToken: "1",
          Payload: { StandardConfigurations: [`ztl:${wifi}`, `ztl:${wifi}`] },
        },
      }),
      201,
    );
    const link = bodyOf(
      await call("POST", "/api/mdm/blueprint_artifacts/", { blueprint: staff, artifact: wifi, ...OPEN_FILTER }),
      201,
    );
    const use = await findArtifactUse(runtime.sql, wifi);
    assert.deepEqual(use, {
      blueprints: [{ id: link.id, blueprintId: staff, name: "Staff", filter: filterOfFields(OPEN_FILTER) }],
      usedBy: [{ id: on, name: "On", type: "Activation", kind: "refers to" }],
      uses: [{ id: root, name: "Root", type: "Profile", kind: "requires" }],
    });
    const { rows: [seen] } = await viewArtifactVersions(runtime.sql, wifi, { limit: 1, offset: 0 });
    assert.deepEqual(seen?.filter, filterOfFields(OPEN_FILTER));
  });
});

Deno.test("a version's number and filter change without its content, whatever kind it is", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const wifi = await artifact(call, { name: "Wi-Fi", platforms: ["macOS", "iOS"] });
    const id = await version(call, wifi, 1);
    const kind = kindOf("Profile");
    const { row, shown } = await kind.show(runtime, id);
    assert.equal(row.version, 1);
    assert.ok("payload_identifier" in shown);
    const filter = filterOfFields({ ...OPEN_FILTER, ios: true });
    const changed = await kind.refilter(runtime, testBy, id, { version: 3, filter });
    assert.deepEqual([changed.version, changed.filter, changed.variables], [3, filter, ["ENROLLED_DEVICE.NAME"]]);
    assert.equal(await contentRevision(runtime, id), 0);
    assert.equal((await audits(call)).filter((entry) => entry.includes('"version":3')).length, 1);
    const wide = filterOfFields({ ...OPEN_FILTER, tvos: true });
    await assert.rejects(
      kind.refilter(runtime, testBy, id, { version: 3, filter: wide }),
      (error) => error instanceof Problem && error.details.fields?.tvos !== undefined,
    );
    await assert.rejects(
      kindOf("Data Asset").show(runtime, id),
      (error) => error instanceof Problem && error.code === "not-found",
    );
    await kind.remove(runtime, testBy, id);
    await assert.rejects(kind.show(runtime, id), (error) => error instanceof Problem && error.code === "not-found");
    for (const type of ARTIFACT_TYPES) assert.ok(kindOf(type).types.includes(type));
  });
});
