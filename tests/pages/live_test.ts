import assert from "node:assert/strict";
import { MODELS } from "../../simulators/device/models.ts";
import { idOf, rest } from "../support/artifacts.ts";
import { haltedRollout } from "../support/halted.ts";
import { withPages } from "./browser.ts";

const quiet = { sanitizeOps: false, sanitizeResources: false };
const SIZES = [["a desk", 1280], ["a phone", 390]] as const;

for (const [size, width] of SIZES) {
  Deno.test(
    `on ${size} a lock becomes acknowledged without a reload`,
    quiet,
    () =>
      withPages({ admin: true, width }, async ({ fleet, page, url, signIn, problems }) => {
        const device = await fleet.enrolled({ name: "Ada's Mac" });
        await rest(device);
        await signIn();
        await page.goto(`${url}/devices/${await idOf(fleet, device.serialNumber)}/`);
        await page.getByText("Lock…", { exact: true }).click();
        await page.locator("form[action$='/lock/']").getByLabel("Serial number").fill(device.serialNumber);
        await page.locator("form[action$='/lock/']").getByLabel("PIN").fill("271828");
        await page.getByRole("button", { name: "Lock device" }).click();
        await page.waitForURL(/done=queued/);
        let loads = 0;
        page.on("load", () => loads++);
        const step = page.locator(".line li").first();
        assert.match(await step.innerText(), /DeviceLock Queued/);
        assert.equal(await page.getByText("Reload to see the current state").isVisible(), false);
        await rest(device);
        await page.getByText(/DeviceLock Acknowledged/).waitFor();
        assert.equal(loads, 0);
        assert.deepEqual(problems, []);
      }),
  );

  Deno.test(
    `on ${size} a halted rollout leads from the overview to a device and its reason`,
    quiet,
    () =>
      withPages({ admin: true, width }, async ({ fleet, page, signIn, problems }) => {
        await haltedRollout(fleet);
        await signIn();
        await page.getByRole("link", { name: "Show the 3 devices where it failed" }).click();
        await page.getByRole("heading", { name: "Failures of version 2 of Wi-Fi" }).waitFor();
        assert.equal(await page.locator("tbody tr").count(), 3);
        await page.getByLabel("Reason").selectOption("MCProfileErrorDomain 1001");
        await page.getByRole("button", { name: "Filter" }).click();
        await page.getByText("1 device", { exact: true }).waitFor();
        const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        assert.ok(Number(overflow) <= 0, `the page is ${overflow} pixels too wide`);
        await page.getByRole("link", { name: "Mac 1" }).click();
        await page.getByRole("heading", { name: "Mac 1" }).waitFor();
        assert.match(await page.locator("#live-artifacts").innerText(), /The disk is full\./);
        assert.deepEqual(problems, []);
      }),
  );
}

Deno.test(
  "parts are asked for soon, ever less often, not in a hidden tab, and not after the session",
  quiet,
  () =>
    withPages({ admin: true }, async ({ fleet, page, url, signIn }) => {
      const device = await fleet.enrolled({ model: MODELS[0]! });
      await rest(device);
      await signIn();
      await page.clock.install();
      await page.goto(`${url}/devices/${await idOf(fleet, device.serialNumber)}/`);
      let asked = 0;
      page.on("request", (request) => asked += request.url().includes("/live/") ? 1 : 0);
      // The script continues after its answer: once a later request was answered, too, its next timer is set.
      const settled = () => page.evaluate("fetch('/healthz').then((one) => one.text())");
      const answer = async (milliseconds: number) => {
        const waiting = page.waitForResponse((response) => response.url().includes("/live/"));
        await page.clock.runFor(milliseconds);
        const response = await waiting;
        await settled();
        return response.status();
      };
      const hide = (hidden: boolean) =>
        page.evaluate(
          `Object.defineProperty(document, "hidden", { value: ${hidden}, configurable: true }); document.dispatchEvent(new Event("visibilitychange"))`,
        );
      assert.equal(await answer(2000), 200);
      assert.equal(await answer(2000), 304);
      await page.clock.runFor(2000);
      assert.equal(asked, 2, "without a change it waits longer");
      assert.equal(await answer(1500), 304);
      await hide(true);
      await page.clock.runFor(600_000);
      assert.equal(asked, 3, "a hidden tab does not ask");
      const waiting = page.waitForResponse((response) => response.url().includes("/live/"));
      await hide(false);
      await waiting;
      await settled();
      await page.context().clearCookies();
      await page.clock.runFor(60_000);
      await page.getByText("Reload to see the current state").waitFor();
      const before = asked;
      await page.clock.runFor(600_000);
      assert.equal(asked, before, "a session that is over is not asked for again");
    }),
);

Deno.test(
  "a filter is chosen with the pointer; arrow keys do not leave the page",
  quiet,
  () =>
    withPages({ admin: true }, async ({ page, url, signIn }) => {
      await signIn();
      await page.goto(`${url}/devices/`);
      const platform = page.getByLabel("Platform");
      await platform.focus();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      assert.equal(await platform.inputValue(), "iPadOS");
      assert.equal(new URL(page.url()).search, "");
      await page.getByRole("button", { name: "Search" }).click();
      await page.waitForURL(/platform=iPadOS/);
      await page.getByLabel("State").dispatchEvent("pointerdown");
      await page.getByLabel("State").selectOption("silent");
      await page.waitForURL(/state=silent/);
    }),
);

Deno.test(
  "without JavaScript a link loads the page again",
  quiet,
  () =>
    withPages({ admin: true }, async ({ fleet, browser, page, url, signIn }) => {
      const device = await fleet.enrolled();
      await rest(device);
      await signIn();
      const context = await browser.newContext({ javaScriptEnabled: false });
      await context.addCookies(await page.context().cookies());
      const plain = await context.newPage();
      await plain.goto(`${url}/devices/${await idOf(fleet, device.serialNumber)}/`);
      await fleet.api("POST", `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/lock/`, { pin: "123456" });
      assert.equal(await plain.getByText(/DeviceLock Queued/).count(), 0);
      await plain.getByRole("link", { name: "Reload to see the current state" }).click();
      await plain.getByText(/DeviceLock Queued/).waitFor();
      await context.close();
    }),
);
