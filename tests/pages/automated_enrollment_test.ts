import assert from "node:assert/strict";
import { AppleProfiles, connectedServer } from "../support/apple_profiles.ts";
import { withPages } from "./browser.ts";

const quiet = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "an administrator writes a view with a preview, creates an automated enrollment, and gives it the view",
  quiet,
  () =>
    withPages({ admin: true }, async ({ fleet, page, url, signIn, problems }) => {
      const apple = new AppleProfiles();
      fleet.runtime.network = apple;
      await connectedServer(fleet.runtime);
      await signIn();
      await page.goto(`${url}/custom-views/new/`);
      await page.getByLabel("Name", { exact: true }).fill("Welcome");
      await page.locator("textarea[name=html]").fill(
        "<style>h1 { color: rgb(1, 2, 3) }</style><h1>{{ serial_number }} {{ payload_language }}</h1><script>document.body.textContent = 'ran'</script>",
      );
      await page.getByLabel("Language of the preview").fill("fr-CA");
      await page.getByRole("button", { name: "Preview" }).click();
      const heading = page.frameLocator("iframe[name=preview]").locator("h1");
      await heading.waitFor();
      assert.equal(await heading.innerText(), "C02EXAMPLE01 fr-CA");
      // What is blocked is said to the browser's console, and is meant.
      assert.ok(problems.splice(0).every((text) => /sandbox|script/i.test(text)));
      await page.getByRole("button", { name: "Create view" }).click();
      await page.getByRole("heading", { name: "Welcome", level: 1 }).waitFor();
      assert.match(await page.frameLocator("iframe").locator("h1").innerText(), /C02EXAMPLE01 en-US/);
      problems.splice(0);

      await page.goto(`${url}/enrollments/`);
      await page.getByRole("link", { name: "Create an automated enrollment" }).click();
      await page.getByLabel("Name", { exact: true }).fill("Out of the box");
      const panes = page.locator("fieldset.panes .check");
      const all = await panes.count();
      await page.getByLabel("Search panes").fill("macos filevault");
      assert.deepEqual(await page.locator("fieldset.panes .check:visible code").allInnerTexts(), ["FileVault"]);
      await page.locator("input[value=FileVault]").check();
      // Enter in the search sends nothing.
      await page.getByLabel("Search panes").press("Enter");
      await page.getByLabel("Search panes").fill("");
      assert.equal(await page.locator("fieldset.panes .check:visible").count(), all);
      await page.getByRole("button", { name: "Create enrollment" }).click();
      await page.getByRole("heading", { name: "Out of the box", level: 1 }).waitFor();
      assert.deepEqual(apple.last?.skip_setup_items, ["FileVault"]);
      await page.getByLabel("Custom view").selectOption({ label: "Welcome" });
      await page.getByRole("button", { name: "Add view" }).click();
      await page.getByRole("status").waitFor();
      assert.match(String(apple.last?.configuration_web_url), /dep_web_enroll/);
      await page.getByRole("link", { name: "Test" }).click();
      await page.getByText("Apple has the profile as this server defines it.").waitFor();
      // A phone: nothing is wider than the screen.
      await page.setViewportSize({ width: 375, height: 800 });
      for (const path of ["/enrollments/automated/new/", "/custom-views/new/", "/enrollments/"]) {
        await page.goto(url + path);
        const wider = await page.evaluate(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        ) as number;
        assert.ok(wider <= 0, `${path} is ${wider} pixels too wide`);
      }
      assert.deepEqual(problems.filter((text) => !/sandbox/i.test(text)), []);
    }),
);
