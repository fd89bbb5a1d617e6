import assert from "node:assert/strict";
import { bodyOf, rowsOf } from "./artifacts_support.ts";
import { withApi } from "./support.ts";

const ALL = "/api/mdm/software_update_enforcements/";
const ONCE = { name: "Once", platforms: ["macOS"], os_version: "15.2", local_datetime: "2024-12-17T09:30:00" };
const LATEST = {
  name: "Latest",
  platforms: ["iOS", "macOS"],
  max_os_version: "16",
  delay_days: 7,
  local_time: "09:30:00",
};

Deno.test("an enforcement is created, read, updated and deleted, once or for the latest", () =>
  withApi(async ({ as }) => {
    const call = await as("superuser");
    const once = await call("POST", ALL, { ...ONCE, build_version: "24C101", details_url: "https://www.example.com/" });
    assert.equal(once.status, 201);
    const { id, created_at, updated_at, ...rest } = once.body as Record<string, unknown>;
    assert.ok(id && created_at && updated_at);
    assert.deepEqual(rest, {
      name: "Once",
      details_url: "https://www.example.com/",
      platforms: ["macOS"],
      tags: [],
      os_version: "15.2",
      build_version: "24C101",
      local_datetime: "2024-12-17T09:30:00",
      max_os_version: "",
      delay_days: null,
      local_time: null,
      blackouts: [],
    });
    // As clients send the mode that is not used.
    const latest = await call("PUT", `${ALL}${id}/`, {
      ...LATEST,
      os_version: "",
      build_version: "",
      local_datetime: null,
    });
    assert.equal(latest.status, 200);
    const after = latest.body as Record<string, unknown>;
    assert.deepEqual([after.max_os_version, after.delay_days, after.local_time], ["16", 7, "09:30:00"]);
    assert.deepEqual([after.os_version, after.build_version, after.local_datetime], ["", "", null]);
    const defaults = await call("POST", ALL, { name: "Defaults", platforms: ["tvOS"], max_os_version: "27" });
    const { delay_days, local_time } = defaults.body as Record<string, unknown>;
    assert.deepEqual([delay_days, local_time], [14, "09:30:00"]);
    assert.equal(rowsOf(await call("GET", `${ALL}?name=Latest`)).length, 1);
    assert.equal((await call("DELETE", `${ALL}${id}/`)).status, 204);
    assert.equal((await call("GET", `${ALL}${id}/`)).status, 404);
  }));

Deno.test("each mistake is reported by its field", () =>
  withApi(async ({ as }) => {
    const call = await as("superuser");
    const refused = async (change: Record<string, unknown>, base: Record<string, unknown> = {}) => {
      const answer = await call("POST", ALL, { name: "x", platforms: ["macOS"], ...base, ...change });
      assert.equal(answer.status, 400, JSON.stringify(answer.body));
      return answer.body as Record<string, unknown>;
    };
    assert.deepEqual(await refused({}), { non_field_errors: ["os_version or max_os_version are required"] });
    assert.deepEqual(await refused({ os_version: "15.2", max_os_version: "16" }), {
      non_field_errors: ["os_version and max_os_version cannot be both set"],
    });
    assert.deepEqual(await refused({ os_version: "15.2" }), {
      local_datetime: ["This field is required if os_version is used"],
    });
    assert.deepEqual(await refused({ os_version: "15.2", local_datetime: null }), {
      local_datetime: ["This field cannot be null if os_version is used"],
    });
    assert.deepEqual(await refused({ delay_days: 14, local_time: "09:30" }, ONCE), {
      delay_days: ["This field cannot be set if os_version is used"],
      local_time: ["This field cannot be set if os_version is used"],
    });
    assert.deepEqual(await refused({ delay_days: null }, LATEST), {
      delay_days: ["This field cannot be null if max_os_version is used"],
    });
    assert.deepEqual(await refused({ local_datetime: "2024-12-17T09:30:00", build_version: "24C101" }, LATEST), {
      local_datetime: ["This field cannot be set if max_os_version is used"],
      build_version: ["This field cannot be set if max_os_version is used"],
    });
    assert.deepEqual(await refused({ max_os_version: "sixteen" }), { max_os_version: ["Not a valid OS version"] });
    assert.deepEqual(await refused({ platforms: [] }, LATEST), { platforms: ["This field is required."] });
    assert.deepEqual(await refused({ platforms: ["watchOS"] }, LATEST), {
      platforms: { "0": ['"watchOS" is not a valid choice.'] },
    });
    assert.deepEqual(await refused({ tags: [77] }, LATEST), { tags: ['Invalid pk "77" - object does not exist.'] });
    assert.deepEqual(await refused({ details_url: "intranet" }, LATEST), { details_url: ["Enter a valid URL."] });
    assert.deepEqual(await refused({ local_datetime: "2024-12-17T09:30:00Z" }, ONCE), {
      local_datetime: [
        "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss], without a zone.",
      ],
    });
    for (
      const local_datetime of ["2024-02-30T09:30:00", "2024-12-17", "2024-12-17T24:00:00", "2024-12-17T09:30:00+01:00"]
    ) {
      assert.ok("local_datetime" in await refused({ local_datetime }, ONCE), local_datetime);
    }
    for (const year of ["0000", "1999", "9999"]) {
      assert.deepEqual(await refused({ local_datetime: `${year}-12-17T09:30:00` }, ONCE), {
        local_datetime: ["The year has to be between 2000 and 2999."],
      });
    }
    const days = { kind: "days", from: "2026-12-24", until: "9999-12-31" };
    const { blackouts } = await refused({ blackouts: [days] }, LATEST);
    assert.match(JSON.stringify(blackouts), /The year has to be between 2000 and 2999/);
    const half = (from: string, until: string) => ({ kind: "weekly", days: [1, 2, 3, 4, 5, 6, 7], from, until });
    assert.deepEqual(await refused({ blackouts: [half("06:00", "18:00"), half("18:00", "06:00")] }, LATEST), {
      blackouts: ["These windows leave no time at all."],
    });
    await call("POST", ALL, LATEST);
    assert.deepEqual(await refused({}, LATEST), {
      name: ["software update enforcement with this name already exists."],
    });
  }));

Deno.test("an enforcement of a blueprint is not deleted, until the blueprint is without it", () =>
  withApi(async ({ as }) => {
    const call = await as("superuser");
    const { id } = bodyOf(await call("POST", ALL, LATEST), 201);
    const sent = { name: "Staff", software_update_enforcements: [id] };
    const blueprint = bodyOf(await call("POST", "/api/mdm/blueprints/", sent), 201);
    assert.deepEqual(blueprint.software_update_enforcements, [id]);
    const refused = await call("DELETE", `${ALL}${id}/`);
    assert.equal(refused.status, 400);
    assert.deepEqual(refused.body, ["This software update enforcement cannot be deleted"]);
    await call("PUT", `/api/mdm/blueprints/${blueprint.id}/`, { name: "Staff" });
    assert.equal((await call("DELETE", `${ALL}${id}/`)).status, 204);
  }));
