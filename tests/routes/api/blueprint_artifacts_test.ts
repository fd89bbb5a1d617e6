/** Artifacts of blueprints through the API, and the rules of filters that versions share. */

import assert from "node:assert/strict";
import { artifact, audits, blueprint, bodyOf, OPEN_FILTER, rowsOf, tag } from "./artifacts_support.ts";
import { withApi } from "./support.ts";

const ALL = "/api/mdm/blueprint_artifacts/";
const UNKNOWN = "9b2fd9a4-1f0f-4f7e-8f4e-0d5d4a1b2c3d";

Deno.test("an artifact is added to a blueprint, read, changed with its own representation, and removed", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const [staff, guests] = [await blueprint(call, "Staff"), await blueprint(call, "Guests")];
    const [wifi, proxy] = [await artifact(call, { name: "Wi-Fi" }), await artifact(call, { name: "Proxy" })];
    const [beta, vip] = [await tag(runtime, "Beta"), await tag(runtime, "VIP")];
    const made = bodyOf(await call("POST", ALL, { blueprint: staff, artifact: wifi, macos: true }), 201);
    const { id } = made;
    assert.ok(typeof id === "number");
    assert.deepEqual(made, {
      id,
      blueprint: staff,
      artifact: wifi,
      ...OPEN_FILTER,
      created_at: "2026-06-01T12:00:00",
      updated_at: "2026-06-01T12:00:00",
    });
    const wanted = {
      ...made,
      ios: true,
      ios_min_version: "17.4.1",
      ios_max_version: "19",
      macos_min_version: "13.3.1 (a)",
      shard_modulo: 10,
      default_shard: 0,
      excluded_tags: [vip],
      tag_shards: [{ tag: beta, shard: 5 }],
    };
    runtime.clock.advance(60);
    const changed = bodyOf(await call("PUT", `${ALL}${id}/`, wanted), 200);
    assert.deepEqual(changed, { ...wanted, updated_at: "2026-06-01T12:01:00" });
    assert.deepEqual(bodyOf(await call("GET", `${ALL}${id}/`), 200), changed);
    assert.deepEqual(bodyOf(await call("PUT", `${ALL}${id}/`, changed), 200), changed);
    const moved = bodyOf(await call("PUT", `${ALL}${id}/`, { ...changed, blueprint: guests, artifact: proxy }), 200);
    assert.deepEqual([moved.blueprint, moved.artifact], [guests, proxy]);
    const plain = bodyOf(await call("PUT", `${ALL}${id}/`, { blueprint: staff, artifact: wifi, tvos: true }), 200);
    assert.deepEqual(plain, { ...made, macos: false, tvos: true, updated_at: "2026-06-01T12:01:00" });

    const other = bodyOf(await call("POST", ALL, { blueprint: guests, artifact: wifi, macos: true }), 201);
    const ids = async (query: string) => {
      return rowsOf(await call("GET", `${ALL}${query}`)).map((one) => one.id);
    };
    assert.deepEqual(await ids(""), [id, other.id]);
    assert.deepEqual(await ids(`?blueprint=${guests}`), [other.id]);
    assert.deepEqual(await ids(`?artifact=${wifi}`), [id, other.id]);
    assert.deepEqual(await ids(`?artifact=${proxy}`), []);
    const choice = (value: unknown) => [`Select a valid choice. ${value} is not one of the available choices.`];
    assert.deepEqual((await call("GET", `${ALL}?blueprint=2000000000`)).body, { blueprint: choice(2000000000) });
    assert.deepEqual((await call("GET", `${ALL}?artifact=${UNKNOWN}`)).body, { artifact: choice(UNKNOWN) });
    assert.deepEqual((await call("GET", `${ALL}?artifact=x`)).body, { artifact: ["Enter a valid UUID."] });

    assert.equal((await call("DELETE", `${ALL}${id}/`)).status, 204);
    assert.equal((await call("GET", `${ALL}${id}/`)).status, 404);
    const entries = (await audits(call)).filter((entry) => entry.includes("mdm.blueprintartifact"));
    assert.equal(entries.length, 7);
    assert.ok(entries.some((entry) => entry.includes('"ios_min_version":"17.4.1"') && entry.includes('"tag_shards"')));
  });
});

Deno.test("errors in an artifact of a blueprint are reported by field", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const staff = await blueprint(call, "Staff");
    const wifi = await artifact(call, { name: "Wi-Fi", platforms: ["macOS", "iOS"] });
    const data = await artifact(call, { name: "Data", type: "Data Asset" });
    const beta = await tag(runtime, "Beta");
    const send = async (change: Record<string, unknown>) =>
      (await call("POST", ALL, { blueprint: staff, artifact: wifi, macos: true, ...change })).body;
    const unknownTag = ['Invalid pk "2000000000" - object does not exist.'];
    const cases: [Record<string, unknown>, unknown][] = [
      [{ blueprint: 2000000000 }, { blueprint: ['Invalid pk "2000000000" - object does not exist.'] }],
      [{ artifact: UNKNOWN }, { artifact: [`Invalid pk "${UNKNOWN}" - object does not exist.`] }],
      [{ artifact: 3 }, { artifact: ["Not a valid string."] }],
      [{ artifact: data }, {
        artifact: [
          "Cannot add an artifact of type Data Asset to a blueprint: devices get it with the artifact that refers to it",
        ],
      }],
      [{ macos: false }, { non_field_errors: ["You need to activate at least one platform"] }],
      [{ tvos: true, ipados: true }, {
        tvos: ["Platform not available for this artifact"],
        ipados: ["Platform not available for this artifact"],
      }],
      [{ macos_min_version: "fourteen", ios_max_version: "1.2.x" }, {
        macos_min_version: ["Not a valid OS version"],
        ios_max_version: ["Not a valid OS version"],
      }],
      [{ default_shard: 11, shard_modulo: 10 }, {
        default_shard: ["Must be less than or equal to the shard modulo"],
      }],
      [{ shard_modulo: 0 }, { shard_modulo: ["Ensure this value is greater than or equal to 1."] }],
      [{ shard_modulo: 101 }, { shard_modulo: ["Ensure this value is less than or equal to 100."] }],
      [{ default_shard: -1 }, { default_shard: ["Ensure this value is greater than or equal to 0."] }],
      [{ excluded_tags: [beta], tag_shards: [{ tag: beta, shard: 5 }] }, {
        excluded_tags: ["Tag Beta also present in the tag shards"],
      }],
      [{ shard_modulo: 10, default_shard: 5, tag_shards: [{ tag: beta, shard: 11 }] }, {
        tag_shards: ["Shard for tag Beta > shard modulo"],
      }],
      [{ tag_shards: [{ tag: beta, shard: 5 }, { tag: beta, shard: 6 }] }, {
        tag_shards: ["Tag Beta appears more than once"],
      }],
      [{ excluded_tags: [2000000000], tag_shards: [{ tag: 2000000000, shard: 1 }] }, {
        excluded_tags: unknownTag,
        tag_shards: unknownTag,
      }],
      [{ tag_shards: [{ tag: beta, shard: 0 }] }, {
        tag_shards: { 0: { shard: ["Ensure this value is greater than or equal to 1."] } },
      }],
    ];
    for (const [change, expected] of cases) assert.deepEqual(await send(change), expected, JSON.stringify(change));

    bodyOf(await call("POST", ALL, { blueprint: staff, artifact: wifi, macos: true }), 201);
    const pair = { non_field_errors: ["The fields blueprint, artifact must make a unique set."] };
    assert.deepEqual(await send({}), pair);
    const proxy = await artifact(call, { name: "Proxy" });
    const second = bodyOf(await call("POST", ALL, { blueprint: staff, artifact: proxy, macos: true }), 201);
    const moved = await call("PUT", `${ALL}${second.id}/`, { blueprint: staff, artifact: wifi, macos: true });
    assert.deepEqual([moved.status, moved.body], [400, pair]);
  });
});

Deno.test("a tag that a filter names is not deleted", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const [beta, vip] = [await tag(runtime, "Beta"), await tag(runtime, "VIP")];
    const link = bodyOf(
      await call("POST", ALL, {
        blueprint: await blueprint(call, "Staff"),
        artifact: await artifact(call, { name: "Wi-Fi" }),
        macos: true,
        excluded_tags: [beta],
        tag_shards: [{ tag: vip, shard: 3 }],
      }),
      201,
    );
    for (const id of [beta, vip]) {
      const refused = await call("DELETE", `/api/inventory/tags/${id}/`);
      assert.deepEqual([refused.status, refused.body], [400, ["This tag cannot be deleted"]]);
    }
    assert.equal((await call("DELETE", `${ALL}${link.id}/`)).status, 204);
    for (const id of [beta, vip]) assert.equal((await call("DELETE", `/api/inventory/tags/${id}/`)).status, 204);
  });
});
