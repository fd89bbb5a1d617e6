import assert from "node:assert/strict";
import { startSoftwareLookup } from "../../simulators/apple/software_lookup.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { byJob } from "../../src/events/by.ts";
import { syncCatalogue } from "../../src/updates/catalogue.ts";
import { assign, idOf, makeBlueprint, rest, settle } from "../support/artifacts.ts";
import { withPages } from "./browser.ts";

const quiet = { sanitizeOps: false, sanitizeResources: false };
const [MAC] = MODELS;
assert.ok(MAC);

/** The day so many days from now. */
const dayAt = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

Deno.test(
  "an administrator creates an enforcement of each type, tries it, gives it to a blueprint and sees a device's target",
  quiet,
  async () => {
    const lookup = await startSoftwareLookup(new Date(), {
      AssetSets: {
        macOS: [{ ProductVersion: "26.2", Build: "25C56", PostingDate: dayAt(-1), SupportedDevices: ["J713AP"] }],
      },
    });
    try {
      await withPages({ admin: true }, async ({ fleet, page, url, signIn, problems }) => {
        Object.assign(fleet.runtime.config, {
          SOFTWARE_LOOKUP_URL: lookup.url,
          SOFTWARE_LOOKUP_ANCHORS: lookup.caPem,
        });
        await signIn();
        await page.goto(`${url}/software-updates/`);
        await page.getByText("It was not fetched yet.").waitFor();
        await page.getByRole("button", { name: "Synchronize" }).click();
        await page.getByRole("status").waitFor();
        await settle(fleet);
        await page.reload();
        await page.getByRole("cell", { name: "26.2", exact: true }).waitFor();
        assert.equal((await syncCatalogue(fleet.runtime, byJob("test")) as { status: string }).status, "SUCCESS");
        const blueprint = await makeBlueprint(fleet, { name: "Office" });
        const device = await fleet.enrolled({ model: MAC });
        await assign(fleet, device.serialNumber, blueprint.id);
        await rest(device);

        await page.getByRole("link", { name: "Enforcements", exact: true }).click();
        await page.getByRole("link", { name: "Create enforcement" }).click();
        await page.getByLabel("Name", { exact: true }).fill("Everyone");
        await page.getByLabel("Maximum version, not included").fill("27");
        await page.getByLabel("Delay in days").fill("30");
        // Windows that leave no time are refused, with what was typed kept.
        await page.getByLabel("Blackout windows").fill("Mon Tue Wed Thu Fri Sat Sun 00:00-00:00");
        await page.getByRole("button", { name: "Create enforcement" }).click();
        await page.getByText("These windows leave no time at all.").waitFor();
        assert.equal(await page.getByLabel("Delay in days").inputValue(), "30");
        await page.getByLabel("Blackout windows").fill(`${dayAt(29)} to ${dayAt(29)}`);
        await page.getByRole("button", { name: "Create enforcement" }).click();
        await page.getByRole("heading", { name: "Everyone", level: 1 }).waitFor();
        await page.getByText("No device has a target from this enforcement.").waitFor();

        await page.goto(`${url}/software-update-enforcements/new/`);
        await page.getByLabel("Name", { exact: true }).fill("Audit");
        await page.getByLabel("tvOS").check();
        await page.getByLabel("macOS").uncheck();
        await page.getByLabel("Once: one version at one time").check();
        await page.locator("input[name=os_version]").fill("26.3");
        await page.getByLabel("Local date and time").fill("2027-01-17 09:30");
        await page.getByRole("button", { name: "Create enforcement" }).click();
        await page.getByText("26.3 until 2027-01-17 09:30:00").waitFor();

        // Tried first: nothing is saved, and the page says who is told what.
        await page.goto(`${url}/blueprints/${blueprint.id}/edit/`);
        await page.getByLabel("Everyone").check();
        await page.getByLabel("Audit").check();
        await page.getByRole("button", { name: "Preview" }).click();
        const sentence = `1 device has to update to 26.2 (25C56) by ${dayAt(30)} 09:30, its own time`;
        await page.getByText(sentence).waitFor();
        await page.getByText(`moved from ${dayAt(29)}T09:30:00 by a blackout window`).waitFor();
        assert.ok(await page.getByLabel("Everyone").isChecked(), "the choice is kept");
        await page.getByRole("button", { name: "Save" }).click();
        await page.getByRole("status").waitFor();
        await settle(fleet);
        await rest(device);
        assert.equal(device.enforcedUpdate?.at, `${dayAt(30)}T09:30:00`);

        const id = await idOf(fleet, device.serialNumber);
        await page.goto(`${url}/devices/${id}/`);
        const section = page.getByRole("region", { name: "Software update" });
        await section.getByText("26.2 (25C56)", { exact: true }).waitFor();
        await section.getByText("What the device reported").click();
        await section.getByRole("cell", { name: "prepared" }).waitFor();
        await section.getByRole("link", { name: "Everyone" }).click();
        await page.getByRole("cell", { name: "26.2 (25C56)" }).waitFor();
        // A blueprint has it: there is no button to delete it.
        assert.equal(await page.getByRole("button", { name: "Delete enforcement" }).count(), 0);
        await page.goto(`${url}/software-updates/progress/`);
        await page.getByRole("cell", { name: `${dayAt(30)} 09:30:00` }).waitFor();
        await page.setViewportSize({ width: 375, height: 800 });
        for (
          const path of [
            "/software-updates/",
            "/software-updates/progress/",
            "/software-update-enforcements/",
            "/software-update-enforcements/1/",
            "/software-update-enforcements/1/edit/",
            `/devices/${id}/`,
          ]
        ) {
          await page.goto(url + path);
          const wider = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth",
          ) as number;
          assert.ok(wider <= 0, `${path} is ${wider} pixels too wide`);
        }
        // The refused form.
        assert.deepEqual(problems.filter((text) => !/status of 400/.test(text)), []);
      });
    } finally {
      await lookup.close();
    }
  },
);
