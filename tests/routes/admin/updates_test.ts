import assert from "node:assert/strict";
import { SETTINGS_EXAMPLE } from "../../../routes/admin/updates/settings_help.tsx";
import { validateDeclaration } from "../../../src/apple_schema/declarations.ts";
import { made } from "../../support/artifacts.ts";
import { withFleet } from "../../support/fleet.ts";
import { personWith } from "./support.ts";

Deno.test("the page of enforcements shows a declaration of update settings, which the server takes as an artifact", () =>
  withFleet(async (fleet) => {
    assert.deepEqual(validateDeclaration(SETTINGS_EXAMPLE.Type, SETTINGS_EXAMPLE.Payload), []);
    const { text } = await (await personWith(fleet.runtime, "superuser")).get("/software-update-enforcements/");
    const [, shown = ""] = /<pre[^>]*>([\s\S]*?)<\/pre>/.exec(text) ?? [];
    assert.deepEqual(JSON.parse(shown.replaceAll("&quot;", '"')), SETTINGS_EXAMPLE);
    const artifact = await made(fleet, "POST", "/api/mdm/artifacts/", {
      name: "Update settings",
      type: "Configuration",
      channel: "Device",
      platforms: ["macOS", "iOS"],
    });
    const { id } = await made(fleet, "POST", "/api/mdm/declarations/", {
      artifact: artifact.id,
      version: 1,
      source: SETTINGS_EXAMPLE,
      macos: true,
      ios: true,
    });
    assert.ok(id);
  }));
