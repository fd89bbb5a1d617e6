import assert from "node:assert/strict";
import { ENDPOINTS } from "../../../routes/api/registry.ts";
import { withApi } from "./support.ts";

const PATHS = ["/api/mdm/devices/", "/api/mdm/location_assets/", "/api/mdm/locations/"];

Deno.test("lists whose published examples are POSTs without a body are read by POST, with the permission to view them", () =>
  withApi(async ({ as }) => {
    const found = ENDPOINTS.filter(({ readByPost }) => readByPost === true);
    assert.deepEqual(found.map(({ method, path }) => `${method} ${path}`).sort(), PATHS.map((path) => `GET ${path}`));
    for (const { path, permission } of found) {
      assert.ok(typeof permission === "string");
      const reader = await as([permission]);
      const read = await reader("GET", path);
      assert.equal(read.status, 200, path);
      const posted = await reader("POST", path);
      assert.deepEqual([posted.status, posted.body], [200, read.body], path);
      assert.ok([403, 405].includes((await reader("POST", path, {})).status), path);
      assert.ok([403, 405].includes((await reader("POST", path, "")).status), path);
      const nobody = await as([]);
      assert.equal((await nobody("POST", path)).status, 403, path);
    }
    // No other list is.
    assert.equal((await (await as("superuser"))("POST", "/api/mdm/devices/commands/")).status, 405);
  }));
