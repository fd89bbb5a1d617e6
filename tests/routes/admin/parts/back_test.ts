import assert from "node:assert/strict";
import { backOf } from "../../../../routes/admin/parts/back.ts";

const START = { href: "/", label: "Back to the overview" };
const UUID = "2f1b8f0e-1111-4222-8333-444455556666";

Deno.test("a refused action leads back to the page that holds its form", () => {
  assert.deepEqual(backOf("/devices/7/restart/", 400), { href: "/devices/7/", label: "Back to the device" });
  assert.deepEqual(backOf(`/devices/7/commands/${UUID}/cancel/`, 503), {
    href: "/devices/7/",
    label: "Back to the device",
  });
  assert.deepEqual(backOf(`/artifacts/${UUID}/rollback/`, 400), {
    href: `/artifacts/${UUID}/`,
    label: "Back to the artifact",
  });
});

Deno.test("a page that is not there, or that the person may not see, is not led back to", () => {
  for (
    const [path, status] of [
      ["/devices/7/restart/", 404],
      ["/devices/7/restart/", 403],
      ["/devices/7/", 400],
      ["/claims/7/confirm/", 400],
      ["/constructor/7/x/", 400],
      ["//evil.example/7/x/", 400],
      ["/devices/..%2f/x/", 400],
      ["/", 400],
    ] as const
  ) assert.deepEqual(backOf(path, status), START, `${path} ${status}`);
});
