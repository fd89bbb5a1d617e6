/** Sensitive actions and commands to many devices, in a browser. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { MODELS } from "../../simulators/device/models.ts";
import { deviceIdOf } from "../../db/ids.ts";
import { escrow } from "../../src/escrow/escrow.ts";
import { personWith } from "../routes/admin/support.ts";
import { testBy } from "../routes/api/support.ts";
import { idOf, made, rest, settle } from "../support/artifacts.ts";
import type { Fleet } from "../support/fleet.ts";
import { withPages } from "./browser.ts";

const quiet = { sanitizeOps: false, sanitizeResources: false };
const KEY = "ABCD-EFGH-IJKL-MNOP-QRST-UVWX";

/** The page of somebody else, in a browser of their own. */
async function pageOf(fleet: Fleet, browser: Browser, url: string): Promise<Page> {
  const { cookie } = await personWith(fleet.runtime, "superuser");
  const [name = "", value = ""] = cookie.split("=");
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  await context.addCookies([{ name, value, url }]);
  return await context.newPage();
}

/** The console names answers that are refusals; those are what is tested. */
const others = (problems: readonly string[]) => problems.filter((text) => !text.includes("status of 403"));

Deno.test(
  "a recovery key is shown once, after somebody else has approved it",
  quiet,
  () =>
    withPages({ admin: true }, async ({ fleet, page, browser, url, problems, signIn }) => {
      const { runtime } = fleet;
      const device = await fleet.enrolled();
      await rest(device);
      const id = await idOf(fleet, device.serialNumber);
      const owner = { deviceId: deviceIdOf(id), serialNumber: device.serialNumber };
      await runtime.sql.begin((tx) => escrow(tx, runtime, testBy, owner, "filevault_prk", KEY, { reason: "reported" }));
      await signIn();
      await page.goto(`${url}/approvals/settings/`);
      await page.locator('input[name="reveals.approval_required"]').check();
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Saved").first().waitFor();

      const show = async () => {
        await page.goto(`${url}/devices/${id}/`);
        await page.getByRole("row", { name: /FileVault recovery key/ }).getByRole("button", { name: "Show" }).click();
      };
      await show();
      await page.getByText("A second person must approve this").waitFor();
      assert.ok(!(await page.content()).includes(KEY));
      await page.locator('main a[href^="/approvals/"]').first().click();
      await page.getByText("Somebody else with the same permission decides.").waitFor();
      assert.equal(await page.getByRole("button", { name: "Approve" }).count(), 0);

      const second = await pageOf(fleet, browser, url);
      await second.goto(url);
      await second.getByRole("link", { name: /^Approvals/ }).click();
      await second.getByRole("link", { name: /FileVault recovery key/ }).click();
      let question = "";
      second.on("dialog", async (dialog) => {
        question = dialog.message();
        await dialog.accept();
      });
      await second.getByRole("button", { name: "Approve" }).click();
      await second.getByText("Approved").first().waitFor();
      assert.match(question, /^Approve\? .*FileVault recovery key/);
      assert.ok(!(await second.content()).includes(KEY));

      await page.reload();
      await page.getByText(/That is possible once, until/).waitFor();
      await show();
      assert.equal(await page.locator("#filevault-prk").innerText(), KEY);
      await page.getByText("was recorded as an event").waitFor();
      // Once: the next look is another request.
      await show();
      await page.getByText("A second person must approve this").waitFor();
      assert.ok(!(await page.content()).includes(KEY));
      const viewed = await runtime.sql`select 1 from events where type = 'filevault_prk_viewed'`;
      assert.equal(viewed.length, 1);
      assert.deepEqual(others(problems), []);
    }),
);

Deno.test(
  "a command is sent to the devices of a filter, and its page follows the answers",
  quiet,
  () =>
    withPages({ admin: true }, async ({ fleet, page, url, problems, signIn }) => {
      const phone = MODELS.find(({ platform, supervised }) => platform === "iOS" && !supervised);
      const devices = [await fleet.enrolled(), await fleet.enrolled()];
      const other = await fleet.enrolled(phone === undefined ? {} : { model: { ...phone, supervised: false } });
      for (const device of [...devices, other]) await rest(device);
      await signIn();
      await page.goto(`${url}/devices/`);
      await page.getByRole("link", { name: "Send command to these 3 devices…" }).click();
      await page.getByRole("heading", { name: "Send a command to many devices" }).waitFor();
      await page.locator('select[name="command"]').selectOption("RestartDevice");
      await page.getByRole("button", { name: "Preview" }).click();
      // The one that cannot restart is named with the reason.
      await page.getByText(/supervised/).first().waitFor();
      await page.getByRole("button", { name: "Send to 2 devices" }).click();
      await page.getByRole("heading", { name: "RestartDevice for 3 devices" }).waitFor();
      await settle(fleet);
      await page.getByText(/2 queued/).waitFor();
      for (const device of devices) await rest(device);
      // Nobody reloads: the page follows.
      await page.getByText(/2 acknowledged/).waitFor();
      assert.equal(await page.getByRole("row", { name: /Not possible/ }).count(), 1);
      const [command] = (await made(fleet, "GET", "/api/mdm/bulk_commands/")).results;
      assert.deepEqual(command.states, { acknowledged: 2, impossible: 1 });
      assert.deepEqual(problems, []);
    }),
);
