import assert from "node:assert/strict";
import { isPermission, PERMISSIONS } from "../../../src/access/permissions.ts";

Deno.test("permissions are of one form and named once", () => {
  const names = PERMISSIONS.map(({ permission }) => permission);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z]+\.[a-z]+_[a-z_]+$/);
  assert.ok(isPermission("mdm.view_filevault_prk") && !isPermission("mdm.view_nothing"));
});
