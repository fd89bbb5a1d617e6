/** Artifacts through the API. */

import assert from "node:assert/strict";
import {
  artifact,
  audits,
  blueprint,
  bodyOf,
  OPEN_FILTER,
  profilePlist,
  revision,
  rowsOf,
} from "./artifacts_support.ts";
import { withApi } from "./support.ts";

const ALL = "/api/mdm/artifacts/";
const UNKNOWN = "9b2fd9a4-1f0f-4f7e-8f4e-0d5d4a1b2c3d";

Deno.test("an artifact is created, read, changed with its own representation, listed and deleted", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const start = await revision(runtime);
    const made = bodyOf(await call("POST", ALL, { name: "Wi-Fi", type: "Profile", channel: "Device" }), 201);
    assert.deepEqual({ ...made, id: "", created_at: "", updated_at: "" }, {
      id: "",
      name: "Wi-Fi",
      type: "Profile",
      channel: "Device",
      platforms: ["iOS", "iPadOS", "macOS", "tvOS"],
      requires: [],
      install_during_setup_assistant: false,
      auto_update: true,
      reinstall_interval: 0,
      reinstall_on_os_update: "No",
      halt_percent: null,
      hold_without_values: false,
      created_at: "",
      updated_at: "",
    });
    const path = `${ALL}${made.id}/`;
    assert.deepEqual(bodyOf(await call("GET", path), 200), made);
    runtime.clock.advance(60);
    const certificate = await artifact(call, { name: "Root certificate" });
    const wanted = {
      ...made,
      name: "Wi-Fi of the house",
      platforms: ["macOS", "iOS", "macOS"],
      requires: [certificate, certificate.toUpperCase()],
      install_during_setup_assistant: true,
      auto_update: false,
      reinstall_interval: 366,
      reinstall_on_os_update: "Patch",
      halt_percent: 10,
      hold_without_values: true,
    };
    const changed = bodyOf(await call("PUT", path, wanted), 200);
    assert.deepEqual(changed, {
      ...wanted,
      platforms: ["iOS", "macOS"],
      requires: [certificate],
      updated_at: "2026-06-01T12:01:00",
    });
    const { halt_percent: _, hold_without_values: _hold, ...asClientsSend } = changed;
    const kept = bodyOf(await call("PUT", path, asClientsSend), 200);
    assert.deepEqual([kept.halt_percent, kept.hold_without_values], [10, true], "absent, they stay");
    assert.equal(bodyOf(await call("PUT", path, { ...changed, halt_percent: null }), 200).halt_percent, null);
    assert.equal((await call("DELETE", path)).status, 204);
    assert.equal((await call("GET", path)).status, 404);
    assert.equal((await call("PUT", path, wanted)).status, 404);
    assert.equal((await call("DELETE", path)).status, 404);
    assert.equal(await revision(runtime), start + 6, "each write counts the revision up, a refused one does not");
    assert.equal((await audits(call)).filter((entry) => entry.includes(String(made.id))).length, 5);
  });
});

Deno.test("artifacts are listed by name, type and channel, in either order", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const names = async (query: string) => {
      const answer = await call("GET", `${ALL}${query}`);
      const rows = query.includes("limit") ? bodyOf(answer, 200).results : rowsOf(answer);
      assert.ok(Array.isArray(rows));
      return rows.map(({ name }) => name);
    };
    for (
      const [name, type, channel] of [["A", "Profile", "Device"], ["B", "Data Asset", "Device"], [
        "C",
        "Profile",
        "User",
      ]]
    ) {
      await artifact(call, { name, type, channel });
      runtime.clock.advance(1);
    }
    assert.deepEqual(await names(""), ["C", "B", "A"]);
    assert.deepEqual(await names("?ordering=created_at"), ["A", "B", "C"]);
    assert.deepEqual(await names("?ordering=-updated_at&limit=1&offset=1"), ["B"]);
    assert.deepEqual(await names("?name=B"), ["B"]);
    assert.deepEqual(await names("?type=Profile"), ["C", "A"]);
    assert.deepEqual(await names("?type=Profile&channel=User"), ["C"]);
    assert.deepEqual((await call("GET", `${ALL}?type=Poster`)).body, {
      type: ["Select a valid choice. Poster is not one of the available choices."],
    });
  });
});

Deno.test("errors in an artifact are reported by field", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const taken = await artifact(call, { name: "Taken" });
    const user = await artifact(call, { name: "Of users", channel: "User" });
    const send = async (change: Record<string, unknown>) =>
      (await call("POST", ALL, { name: "New", type: "Profile", channel: "Device", ...change })).body;
    const configuration = { type: "Configuration" };
    const cases: [Record<string, unknown>, unknown][] = [
      [{ name: "Taken" }, { name: ["Artifact with this name already exists."] }],
      [{ type: "Store" }, { type: ['"Store" is not a valid choice.'] }],
      [{ channel: "device" }, { channel: ['"device" is not a valid choice.'] }],
      [{ platforms: [] }, { platforms: ["This list may not be empty."] }],
      [{ platforms: ["watchOS"] }, { platforms: { 0: ['"watchOS" is not a valid choice.'] } }],
      [{ reinstall_interval: 367 }, { reinstall_interval: ["Ensure this value is less than or equal to 366."] }],
      [{ reinstall_on_os_update: "Always" }, { reinstall_on_os_update: ['"Always" is not a valid choice.'] }],
      [{ halt_percent: 101 }, { halt_percent: ["Ensure this value is less than or equal to 100."] }],
      [{ requires: ["x"] }, { requires: { 0: ["Must be a valid UUID."] } }],
      [{ requires: [UNKNOWN, taken] }, { requires: [`Invalid pk "${UNKNOWN}" - object does not exist.`] }],
      [{ requires: [user] }, {
        requires: ['Cannot require "Of users": it is on the User channel, this artifact on the Device channel'],
      }],
      [{ type: "Data Asset", requires: [taken] }, {
        requires: [
          "Artifacts of type Data Asset cannot require others: devices get them with the artifact that refers to them",
        ],
      }],
      [{ type: "Configuration (manual)", requires: [taken] }, {
        requires: [
          "Artifacts of type Configuration (manual) cannot require others: devices get them with the artifact that refers to them",
        ],
      }],
      [{ ...configuration, install_during_setup_assistant: true }, {
        install_during_setup_assistant: [
          "Cannot be set: artifacts of type Configuration are not installed by command, and only commands are sent during Setup Assistant",
        ],
      }],
      [{ ...configuration, auto_update: false }, { auto_update: ["Must be true for declarations"] }],
    ];
    for (const [change, expected] of cases) assert.deepEqual(await send(change), expected, JSON.stringify(change));
    const profile = { name: "Taken", type: "Profile", channel: "Device" };
    const put = async (change: Record<string, unknown>) =>
      (await call("PUT", `${ALL}${taken}/`, { ...profile, ...change })).body;
    const fixed = ["Cannot be changed after creation."];
    assert.deepEqual(await put({ type: "Data Asset", channel: "User" }), { type: fixed, channel: fixed });
  });
});

Deno.test("requirements in a circle are refused with the way around", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const a = await artifact(call, { name: "A" });
    const c = await artifact(call, { name: "C", requires: [a] });
    const b = await artifact(call, { name: "B", requires: [c] });
    const put = (id: string, name: string, requires: string[]) =>
      call("PUT", `${ALL}${id}/`, { name, type: "Profile", channel: "Device", requires });
    assert.deepEqual((await put(a, "A", [a])).body, {
      requires: ['Cannot require "A": an artifact cannot require itself'],
    });
    assert.deepEqual((await put(a, "A", [b, c])).body, {
      requires: [
        'Cannot require "B": "B" requires "C", which requires "A"',
        'Cannot require "C": "C" requires "A"',
      ],
    });
    // An artifact's current requirements do not block its change.
    assert.equal((await put(b, "B", [a, c])).status, 200);
    assert.equal((await put(c, "C", [])).status, 200);
    assert.equal((await put(b, "B", [])).status, 200);
    assert.equal((await put(a, "A", [b])).status, 200);
  });
});

Deno.test("two concurrent requirements do not form a circle", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const names = ["A", "B", "C", "D"];
    const ids = await Promise.all(names.map((name) => artifact(call, { name })));
    const answers = await Promise.all(
      ids.map((id, index) =>
        call("PUT", `${ALL}${id}/`, {
          name: names[index],
          type: "Profile",
          channel: "Device",
          requires: [ids[(index + 1) % ids.length]],
        })
      ),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 200, 400]);
  });
});

Deno.test("a platform stays while a version or a blueprint has it active", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const id = await artifact(call, { name: "A" });
    const values = { name: "A", type: "Profile", channel: "Device" };
    bodyOf(
      await call("POST", "/api/mdm/profiles/", {
        artifact: id,
        version: 3,
        ...OPEN_FILTER,
        ios: true,
        source: profilePlist().toBase64(),
      }),
      201,
    );
    bodyOf(
      await call("POST", "/api/mdm/blueprint_artifacts/", {
        artifact: id,
        blueprint: await blueprint(call, "Staff"),
        ...OPEN_FILTER,
      }),
      201,
    );
    const narrowed = await call("PUT", `${ALL}${id}/`, { ...values, platforms: ["tvOS"] });
    assert.deepEqual(narrowed.body, {
      platforms: [
        "Cannot remove iOS: it is active in version 3",
        "Cannot remove macOS: it is active in version 3",
        'Cannot remove macOS: it is active in the blueprint "Staff"',
      ],
    });
    assert.equal((await call("PUT", `${ALL}${id}/`, { ...values, platforms: ["iOS", "macOS"] })).status, 200);
    assert.equal((await call("PUT", `${ALL}${id}/`, values)).status, 200);
  });
});

Deno.test("an artifact is not deleted while a blueprint or an artifact names it; then it goes with its versions", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const id = await artifact(call, { name: "A" });
    const version = {
      artifact: id,
      version: 1,
      ...OPEN_FILTER,
      source: profilePlist().toBase64(),
    };
    const profile = bodyOf(await call("POST", "/api/mdm/profiles/", version), 201);
    const remove = async () => {
      const { status, body } = await call("DELETE", `${ALL}${id}/`);
      return status === 204 ? "deleted" : body;
    };
    const other = await artifact(call, { name: "B", requires: [id] });
    assert.deepEqual(await remove(), ["This artifact cannot be deleted"]);
    bodyOf(await call("PUT", `${ALL}${other}/`, { name: "B", type: "Profile", channel: "Device" }), 200);
    const link = bodyOf(
      await call("POST", "/api/mdm/blueprint_artifacts/", {
        artifact: id,
        blueprint: await blueprint(call, "Staff"),
        ...OPEN_FILTER,
      }),
      201,
    );
    assert.deepEqual(await remove(), ["This artifact cannot be deleted"]);
    assert.equal((await call("DELETE", `/api/mdm/blueprint_artifacts/${link.id}/`)).status, 204);
    assert.equal(await remove(), "deleted");
    assert.equal((await call("GET", `/api/mdm/profiles/${profile.id}/`)).status, 404);
    const [left] = await runtime.sql<{ count: number }[]>`select count(*)::int as count from profile_versions`;
    assert.equal(left?.count, 0);
  });
});
