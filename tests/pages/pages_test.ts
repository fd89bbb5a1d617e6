import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { insertBlueprint } from "../../db/blueprints/blueprints.ts";
import { MENU } from "../../routes/admin/menu.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { ensureSetupToken } from "../../src/access/setup.ts";
import { findEvents } from "../support/events.ts";
import { KEYS } from "../support/fleet.ts";
import { inViews, PASSWORD, type Stage, type View, withPages } from "./browser.ts";

const quiet = { sanitizeOps: false, sanitizeResources: false };

/** Every page of the menu. */
const PLACES = MENU.map(({ href }) => href);

async function fill({ fleet }: Stage): Promise<void> {
  const now = fleet.runtime.clock.now();
  await insertBlueprint(fleet.runtime.sql, {
    name: "Everything",
    inventoryInterval: 86_400,
    collectApps: 2,
    collectCertificates: 2,
    collectProfiles: 2,
  }, now);
  for (const model of MODELS) {
    const device = await fleet.enrolled({ model });
    await fleet.runtime.sql`update enrollments set blueprint_id = (select id from blueprints)`;
    await device.connect();
  }
}

Deno.test(
  "the first person is created with the printed token, signs out and in again",
  quiet,
  () =>
    withPages({ admin: false }, async ({ fleet, page, url, problems }) => {
      await page.goto(`${url}/devices/`);
      assert.equal(new URL(page.url()).pathname, "/setup/");
      const token = await ensureSetupToken(fleet.runtime);
      await page.goto(`${url}/setup/?token=${token}`);
      await page.getByLabel("User name").fill("ada");
      await page.getByLabel("Password").fill("short");
      await page.getByRole("button", { name: "Create administrator" }).click();
      assert.match(await page.locator(".error").innerText(), /12 characters/);
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Create administrator" }).click();
      await page.getByRole("heading", { name: "Overview" }).waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.goto(`${url}/devices/?state=enrolled`);
      await page.getByLabel("User name").fill("ada");
      await page.getByLabel("Password").fill("wrong password here");
      await page.getByRole("button", { name: "Sign in" }).click();
      assert.ok(await page.getByRole("alert").isVisible());
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { name: "Devices" }).waitFor();
      assert.equal(new URL(page.url()).search, "?state=enrolled");
      assert.deepEqual(problems.filter((text) => !text.includes("400")), []);
    }),
);

Deno.test(
  "an administrator finds a Mac, locks it from its page, sees it acknowledged and reads its PIN",
  quiet,
  () =>
    withPages({ admin: true }, async (stage) => {
      const { fleet, page, url, signIn, problems } = stage;
      const device = await fleet.enrolled({ name: "Ada's <b>Mac</b>" });
      await device.connect();
      await signIn();
      await page.getByRole("link", { name: "Devices", exact: true }).click();
      await page.getByLabel("Search by name").fill(device.serialNumber.toLowerCase());
      await page.getByRole("button", { name: "Search" }).click();
      await page.getByRole("link", { name: "Ada's <b>Mac</b>" }).click();
      await page.getByText("Lock…", { exact: true }).click();
      await page.locator("form[action$='/lock/']").getByLabel("Serial number").fill(device.serialNumber);
      await page.locator("form[action$='/lock/']").getByLabel("PIN").fill("271828");
      await page.getByLabel("Message").fill("Please call us");
      await page.getByRole("button", { name: "Lock device" }).click();
      assert.match(await page.getByRole("status").innerText(), /The command is queued\./);
      assert.match(await page.locator(".line li").first().innerText(), /DeviceLock Queued/);
      await device.connect();
      assert.equal(device.state.lockedWith, "271828");
      await page.reload();
      assert.match(await page.locator(".line li").first().innerText(), /DeviceLock Acknowledged/);
      assert.ok(!(await page.content()).includes("271828"), "the PIN is not on the page");
      await page.getByRole("row", { name: /Lock PIN/ }).getByRole("button", { name: "Show" }).click();
      assert.equal(await page.locator("#pin").innerText(), "271828");
      const [event] = await findEvents(fleet.runtime.sql, { type: "device_lock_pin_viewed", limit: 1 });
      assert.match(JSON.stringify(event?.request), /"ada"/);
      await page.goto(`${url}/devices/?q=nothing-like-this`);
      assert.match(await page.locator("tbody").innerText(), /No device matches/);
      assert.deepEqual(problems, []);
    }),
);

for (const [size, width] of [["a desk", 1280], ["a phone", 390]] as const) {
  Deno.test(
    `on ${size} erasing an iPad asks for the serial number, keeps what was typed, and accepts its two choices`,
    quiet,
    () =>
      withPages({ admin: true, width }, async ({ fleet, page, url, signIn }) => {
        const model = MODELS.find(({ platform }) => platform === "iPadOS");
        assert.ok(model);
        const device = await fleet.enrolled({ model });
        await device.connect();
        await signIn();
        const { json: [{ id }] } = await fleet.api("GET", "/api/mdm/devices/");
        await page.goto(`${url}/devices/${id}/`);
        await page.getByText("Erase…").click();
        await page.locator("form[action$='/erase/']").getByLabel("Serial number").fill("OTHER");
        await page.getByLabel("Keep the cellular data plan").check();
        await page.getByRole("button", { name: "Erase device" }).click();
        assert.match(await page.locator(".error").innerText(), /is not the serial number/);
        assert.equal(await page.locator("form[action$='/erase/']").getByLabel("Serial number").inputValue(), "OTHER");
        await device.connect();
        assert.equal(device.state.erased, false);
        assert.ok(await page.getByLabel("Keep the cellular data plan").isChecked());
        await page.locator("form[action$='/erase/']").getByLabel("Serial number").fill(device.serialNumber);
        await page.getByRole("button", { name: "Erase device" }).click();
        await page.waitForURL(/done=queued/);
        await device.connect();
        assert.equal(device.state.erased, true);
      }),
  );
}

Deno.test(
  "an enrollment is created on its page, and the profile downloaded there enrolls a device",
  quiet,
  () =>
    withPages({ admin: true }, async ({ fleet, page, signIn }) => {
      await signIn();
      await page.getByRole("link", { name: "Enrollments" }).click();
      await page.getByLabel("Name", { exact: true }).fill("Loaners");
      await page.getByRole("button", { name: "Create enrollment" }).click();
      await page.getByRole("heading", { name: "Loaners" }).waitFor();
      assert.ok(await page.locator(".qr svg").isVisible());
      const waiting = page.waitForEvent("download");
      await page.getByRole("button", { name: "Download for one device" }).click();
      const path = await (await waiting).path();
      const device = fleet.device();
      await device.enroll(await Deno.readFile(path));
      assert.equal((await device.connect()).length, 3);
    }),
);

for (const [size, width] of [["a desk", 1280], ["a phone", 390]] as const) {
  Deno.test(
    `on ${size} a device enrolls with the profile behind the button of the public address`,
    quiet,
    () =>
      withPages({ admin: true, width }, async ({ fleet, browser, page, url, signIn }) => {
        await signIn();
        await page.goto(`${url}/enrollments/${fleet.enrollmentId}/`);
        assert.ok(await page.getByText("Not reachable").isVisible());
        const address = await page.locator("#address").getAttribute("href");
        const overflow = (one: typeof page) => one.evaluate("document.documentElement.scrollWidth - innerWidth");
        assert.ok(Number(await overflow(page)) <= 0);
        const context = await browser.newContext({
          viewport: { width, height: 800 },
          userAgent: width > 1000
            ? "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15"
            : "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) Safari/604.1",
        });
        const visitor = await context.newPage();
        await visitor.goto(address ?? "");
        await visitor.getByRole("heading", { name: "Enroll with Espalier" }).waitFor();
        assert.ok(Number(await overflow(visitor)) <= 0);
        const waiting = visitor.waitForEvent("download");
        await visitor.getByRole("link", { name: "Install the profile" }).click();
        const profile = await Deno.readFile(await (await waiting).path());
        const device = fleet.device();
        await device.enrollOverTheAir(profile, fleet.maker.certify(device.udid, KEYS[0]));
        assert.ok((await device.connect()).length > 0);
        page.on("dialog", (dialog) => dialog.accept());
        await page.getByRole("button", { name: "Revoke" }).click();
        await page.waitForURL(/done=revoked/);
        assert.equal((await visitor.reload())?.status(), 404);
        await context.close();
      }),
  );
}

Deno.test(
  "a push certificate is created, its request downloaded, and a wrong certificate refused with a sentence",
  quiet,
  () =>
    withPages({ admin: true }, async ({ page, signIn }) => {
      await signIn();
      await page.getByRole("link", { name: "Push certificates" }).click();
      await page.locator("form").filter({ hasText: "Create key" }).getByLabel("Name").fill("Apple 2027");
      await page.getByRole("button", { name: "Create key" }).click();
      await page.getByRole("heading", { name: "Apple 2027" }).waitFor();
      const waiting = page.waitForEvent("download");
      await page.getByRole("link", { name: "Download the request" }).click();
      const request = await Deno.readFile(await (await waiting).path());
      assert.equal(request[0], 0x30);
      await page.getByLabel("Certificate").setInputFiles({
        name: "x.pem",
        mimeType: "text/plain",
        buffer: Buffer.from("nonsense"),
      });
      await page.getByRole("button", { name: "Upload certificate" }).click();
      assert.match(await page.locator(".error").innerText(), /Could not load PEM certificate/);
    }),
);

const VIEWS: readonly View[] = [
  { width: 390, dark: false },
  { width: 360, dark: true },
  { width: 1280, dark: false },
];

Deno.test(
  "every page fits a phone and a desk, light and dark, labels its fields, and breaks no rule of its own",
  quiet,
  () =>
    withPages({ admin: true }, async (stage) => {
      const { page, url, signIn, problems } = stage;
      await fill(stage);
      await signIn();
      const { json: [{ id }] } = await stage.fleet.api("GET", "/api/mdm/devices/");
      await page.goto(`${url}/devices/`);
      assert.ok(await page.locator(".serial").count() > 0);
      const paths = new Set([
        ...PLACES,
        "/devices/1/",
        `/devices/${id}/`,
        `/devices/${id}/feed/`,
        "/enrollments/1/",
        "/enrollments/1/edit/",
        "/push-certificates/1/",
        "/blueprints/1/",
        "/blueprints/1/edit/",
        "/users/1/",
        "/account/",
        "/artifacts/new/profile/",
      ]);
      for (const path of paths) {
        const response = await page.goto(url + path);
        assert.equal(response?.status(), 200, path);
        assert.match(response?.headers()["content-security-policy"] ?? "", /default-src 'none'/);
        await inViews(page, VIEWS, async (view) => {
          const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
          assert.ok(Number(overflow) <= 0, `${path}, ${view}: ${overflow} pixels too wide`);
          // Sentences are read without moving a table sideways.
          const found = await page.evaluate(`({
            headings: document.querySelectorAll("h1").length,
            current: document.querySelectorAll("header [aria-current]").length,
            broken: [...document.querySelectorAll(".serial")]
              .filter((one) => one.getClientRects().length > 1).map((one) => one.textContent),
            wide: [...document.querySelectorAll(".scroll:has(.stacked)")]
              .filter((one) => one.scrollWidth > one.clientWidth).length,
            unlabelled: [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
              .filter((one) => !one.labels.length && !one.getAttribute("aria-label")).length,
          })`);
          const expected = { headings: 1, current: 1, broken: [], wide: 0, unlabelled: 0 };
          assert.deepEqual(found, expected, `${path}, ${view}: ${JSON.stringify(found)}`);
          const shots = Deno.env.get("SCREENSHOTS");
          if (shots !== undefined) {
            const name = `${shots}/page-${view}${path.replaceAll("/", "_")}.png`;
            await page.screenshot({ path: name, fullPage: true });
          }
        });
      }
      assert.deepEqual(problems, []);
    }),
);

Deno.test(
  "with the keyboard the menu can be skipped",
  quiet,
  () =>
    withPages({ admin: true }, async ({ page, signIn }) => {
      await signIn();
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate("document.activeElement.textContent"), "Skip to the content");
      await page.keyboard.press("Enter");
      assert.equal(await page.evaluate("document.activeElement.id"), "content");
    }),
);

Deno.test(
  "the menu is folded on a phone and opens without the script; on a wide screen it is open",
  quiet,
  () =>
    withPages({ admin: true, width: 390 }, async ({ browser, page, url, signIn }) => {
      await signIn();
      const context = await browser.newContext({
        javaScriptEnabled: false,
        viewport: { width: 390, height: 844 },
        storageState: await page.context().storageState(),
      });
      const phone = await context.newPage();
      await phone.goto(`${url}/devices/`);
      const menu = phone.getByRole("navigation", { name: "Main" });
      const entries = menu.getByRole("link");
      assert.equal(await entries.count(), 0);
      await menu.getByText("Menu", { exact: true }).click();
      assert.equal(await entries.count(), MENU.length);
      for (const entry of await entries.all()) {
        const box = await entry.boundingBox();
        assert.ok(box !== null && box.x >= 0 && box.x + box.width <= 390 && box.height >= 24, await entry.innerText());
      }
      assert.equal(await menu.locator("[aria-current=page]").innerText(), "Devices");
      const shots = Deno.env.get("SCREENSHOTS");
      if (shots !== undefined) await phone.screenshot({ path: `${shots}/phone-menu.png` });
      await menu.getByRole("list", { name: "Administration" }).getByRole("link", { name: "Jobs" }).click();
      await phone.getByRole("heading", { name: "Jobs" }).waitFor();
      await phone.setViewportSize({ width: 1280, height: 900 });
      assert.equal(await entries.count(), MENU.length);
      assert.equal(await menu.getByText("Menu", { exact: true }).isVisible(), false);
      assert.ok(await entries.last().isVisible());
      await context.close();
    }),
);

Deno.test(
  "a time shows its exact local time on hover and while it has the focus",
  quiet,
  () =>
    withPages({ admin: true }, async ({ fleet, page, url, signIn, problems }) => {
      const device = await fleet.enrolled();
      await device.connect();
      await signIn();
      await page.goto(`${url}/devices/`);
      const time = page.locator("td time").first();
      const title = await time.getAttribute("title") ?? "";
      assert.match(title, /^[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d{2}:\d{2}\s[AP]M \S+$/);
      const beside = "getComputedStyle(document.querySelector('td time'), '::after').content";
      assert.equal(await page.evaluate(beside), "none");
      await time.focus();
      assert.ok(
        String(await page.evaluate(beside)).includes(title) ||
          /attr\(title\)/.test(String(await page.evaluate(beside))),
      );
      assert.deepEqual(problems, []);
    }),
);
