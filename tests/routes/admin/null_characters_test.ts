import { withFleet } from "../../support/fleet.ts";
import { personWith } from "./support.ts";
import assert from "node:assert/strict";

const PAGES = [
  "/assigned-devices/",
  "/artifacts/",
  "/blueprints/",
  "/commands/",
  "/custom-views/",
  "/devices/",
  "/enrollments/",
  "/events/",
  "/jobs/",
  "/software-updates/",
  "/tags/",
  "/virtual-servers/",
];
const NAMES = ["q", "type", "state", "status", "profile", "family", "platform", "reason", "about", "name", "serial"];

Deno.test("no page fails because of null characters in its address", () =>
  withFleet(async (fleet) => {
    const ada = await personWith(fleet.runtime, "superuser");
    for (const path of PAGES) {
      const { status, text } = await ada.get(`${path}?${NAMES.map((name) => `${name}=%00a`).join("&")}`);
      assert.equal(status, 200, `${path}: ${text}`);
      for (const name of NAMES) {
        assert.equal((await ada.get(`${path}?${name}=%00`)).status, 200, `${path}?${name}`);
      }
    }
  }));
