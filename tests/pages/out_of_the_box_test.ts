import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { SimulatedDeviceAssignment } from "../../simulators/apple/device_assignment.ts";
import { ownedDevices } from "../../simulators/apple/device_assignment_portal.ts";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { selfSigned } from "../../simulators/device/self_signed.ts";
import { unbox } from "../../simulators/tasks/demo_assignment.ts";
import { ensureSetupToken } from "../../src/access/setup.ts";
import { toPem } from "../../src/pki/certificate.ts";
import { exportPkcs8 } from "../../src/pki/keys.ts";
import { systemNetwork } from "../../src/runtime.ts";
import { profileSource, settle } from "../support/artifacts.ts";
import { type Fleet, KEYS, TOPIC } from "../support/fleet.ts";
import { PASSWORD, type Stage, withPages } from "./browser.ts";

const quiet = { sanitizeOps: false, sanitizeResources: false };
const PORTAL = "Example Orchard";
const ALL = 2500;

/** Keeps a picture of the page where `SCREENSHOTS` names a folder. */
async function picture({ page }: Stage, name: string): Promise<void> {
  const folder = Deno.env.get("SCREENSHOTS");
  if (folder !== undefined) await page.screenshot({ path: `${folder}/box-${name}.png`, fullPage: true });
}

/** Leaves nothing of what other tests start with. */
async function emptied({ runtime: { sql } }: Fleet): Promise<void> {
  for (const table of ["ota_enrollments", "enrollment_secrets", "push_certificates", "meta_business_units"]) {
    await sql`delete from ${sql(table)}`;
  }
}

const file = (name: string, content: Uint8Array | string) => ({
  name,
  mimeType: "application/octet-stream",
  buffer: Buffer.from(content),
});

const menu = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true }).click();
const done = (page: Page) => page.getByRole("status").waitFor();

/** The first administrator and a push certificate. */
async function prepare({ fleet, page, url }: Stage): Promise<void> {
  await page.goto(`${url}/setup/?token=${await ensureSetupToken(fleet.runtime)}`);
  await page.getByLabel("User name").fill("ada");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create administrator" }).click();
  await page.getByRole("heading", { name: "Overview" }).waitFor();

  // The way is on the page itself.
  await menu(page, "Enrollments");
  await page.getByRole("link", { name: "Create an automated enrollment" }).click();
  const steps = page.locator("ol.steps");
  assert.equal(await steps.getByText("Done", { exact: true }).count(), 0);
  await steps.getByRole("link", { name: "Push certificates" }).click();
  const dates = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2040-01-01T00:00:00Z") };
  const certificate = selfSigned({ subject: [["UID", TOPIC], ["CN", "APSP:1"]], key: KEYS[0], ...dates });
  const form = page.locator("form", { has: page.locator("input[name=certificate]") });
  await form.getByLabel("Name").fill("Apple push");
  await form.locator("input[name=certificate]").setInputFiles(file("push.pem", toPem(certificate, "CERTIFICATE")));
  await form.locator("input[name=private_key]").setInputFiles(
    file("push.key", toPem(exportPkcs8(KEYS[0]), "PRIVATE KEY")),
  );
  await form.getByRole("button", { name: "Upload certificate" }).click();
  await done(page);
}

/** A blueprint with a profile that devices get in Setup Assistant. */
async function declare(stage: Stage): Promise<void> {
  const { page } = stage;
  await menu(page, "Blueprints");
  await page.getByLabel("Name").fill("Office");
  await page.getByRole("button", { name: "Create blueprint" }).click();
  await page.getByRole("heading", { name: "Office" }).waitFor();
  await menu(page, "Artifacts");
  await page.getByRole("link", { name: "Upload a profile" }).click();
  await page.getByLabel("Profile", { exact: true }).setInputFiles(
    file("wifi.mobileconfig", Buffer.from(profileSource("com.example.wifi"), "base64")),
  );
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByRole("heading", { name: "com.example.wifi" }).waitFor();
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await page.getByLabel("Install during Setup Assistant").check();
  await page.getByRole("button", { name: "Save" }).click();
  await done(page);
  await menu(page, "Blueprints");
  await page.getByRole("link", { name: "Office" }).click();
  await page.getByLabel("Add an artifact").selectOption("com.example.wifi (Profile)");
  await page.getByRole("button", { name: "Add…" }).click();
  await page.getByRole("button", { name: "Add artifact" }).click();
  await done(page);
}

/** Connects the virtual server: the public key goes to Apple's portal, its token comes back. */
async function connect(stage: Stage, apple: SimulatedDeviceAssignment): Promise<void> {
  const { fleet, page } = stage;
  const server = apple.portal.addServer(PORTAL);
  apple.portal.assign(server, ownedDevices(ALL));
  await menu(page, "Virtual servers");
  await page.getByRole("button", { name: "Connect a virtual server" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download the public key" }).click();
  const key = await download;
  assert.match(key.suggestedFilename(), /_public_key_\d+_\d+\.pem$/);
  apple.portal.uploadPublicKey(server, await Deno.readTextFile(await key.path()));
  const token = await apple.portal.downloadToken(server, { openssl: "-aes256" });
  await page.getByLabel("Server token").setInputFiles(file("token.p7m", token));
  await picture(stage, "connect");
  await page.getByRole("button", { name: "Connect" }).click();
  await page.getByRole("heading", { name: PORTAL }).waitFor();
  await settle(fleet);
  await page.reload();
  await page.getByText(`of ${ALL} devices`).waitFor();
  await picture(stage, "connected");
}

/** An enrollment with a custom view, which becomes the default. */
async function offer(stage: Stage): Promise<void> {
  const { fleet, page } = stage;
  await menu(page, "Custom views");
  await page.getByRole("link", { name: "Create a custom view" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Terms of use");
  await page.getByRole("button", { name: "Create view" }).click();
  await page.getByRole("heading", { name: "Terms of use", level: 1 }).waitFor();
  await menu(page, "Virtual servers");
  await page.getByRole("link", { name: PORTAL }).click();
  await page.getByRole("link", { name: "Create an automated enrollment" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Out of the box");
  await page.getByLabel("Blueprint").selectOption({ label: "Office" });
  await page.getByLabel("Wait until the device is configured").check();
  await page.getByRole("button", { name: "Create enrollment" }).click();
  await page.getByRole("heading", { name: "Out of the box", level: 1 }).waitFor();
  await page.getByLabel("Custom view").selectOption({ label: "Terms of use" });
  await page.getByRole("button", { name: "Add view" }).click();
  await done(page);
  await picture(stage, "enrollment");
  await page.getByRole("button", { name: "Set as default" }).click();
  await page.getByRole("heading", { name: PORTAL }).waitFor();
  await settle(fleet);
}

/** Opens the list of assigned devices with a filter by Setup; returns its caption. */
async function listed({ page, url }: Stage, setup: string): Promise<string> {
  await page.goto(`${url}/assigned-devices/`);
  await page.getByRole("combobox", { name: "Setup" }).selectOption({ label: setup });
  await page.getByRole("button", { name: "Search" }).click();
  return await page.locator("table caption").innerText();
}

Deno.test(
  "from an empty server, through pages alone: 2,500 devices are connected, and ten come out of the box",
  quiet,
  async () => {
    const apple = new SimulatedDeviceAssignment();
    apple.mostPerPage = 200;
    const settings = { DEVICE_ASSIGNMENT_URL: apple.start() };
    try {
      await withPages({ admin: false, settings }, async (stage) => {
        const { fleet, page, problems } = stage;
        fleet.runtime.network = systemNetwork;
        await emptied(fleet);
        await prepare(stage);
        await declare(stage);
        await connect(stage, apple);
        assert.ok(apple.seen.filter(({ path }) => path === "/server/devices").length > ALL / 200 - 1);
        await offer(stage);
        assert.equal(await listed(stage, "Not set up yet"), `${ALL} devices`);
        await page.getByRole("combobox", { name: "Enrollment", exact: true }).selectOption({ label: "Out of the box" });
        await page.getByRole("button", { name: "Search" }).click();
        assert.equal(await page.locator("table caption").innerText(), `${ALL} devices`, "each has the default");

        const owned = ownedDevices(ALL).filter(({ deviceFamily }) => ["Mac", "iPad"].includes(deviceFamily));
        const devices: SimulatedDevice[] = owned.slice(0, 10).map(({ serialNumber, deviceFamily }) => {
          const platform = deviceFamily === "Mac" ? "macOS" : "iPadOS";
          const model = MODELS.find((one) => one.platform === platform);
          assert.ok(model);
          return fleet.device({ model, serialNumber });
        });
        const pages: string[] = [];
        for (const device of devices) {
          const factory = fleet.maker.certify(device.udid, KEYS[0]);
          const part = { product: device.state.model.product };
          await unbox({ device, part }, apple, factory, (_device, what) => pages.push(what));
        }
        assert.equal(pages.filter((what) => what === "shows page 1 of the web view").length, 10);
        assert.equal(await listed(stage, "In Setup Assistant"), "10 devices");
        await picture(stage, "waiting");
        assert.equal(await page.locator("thead th").count(), await page.locator("tbody tr:first-child td").count());
        const wider = await page.evaluate(
          "(({scrollWidth, clientWidth}) => scrollWidth - clientWidth)(document.querySelector('.scroll'))",
        );
        assert.equal(wider, 0, "the table fits beside the menu");
        const serial = devices[0]?.serialNumber ?? "";
        await page.getByRole("link", { name: serial }).click();
        const where = page.getByRole("list", { name: "Where it stands" });
        assert.match(await where.innerText(), /It waits for Inventory \(.*\); Artifacts \(.*wifi.*\)\./);
        await picture(stage, "waiting-device");

        for (const device of devices) {
          const types = (await device.connect()).map(({ requestType }) => requestType);
          const [installed, released] = [types.indexOf("InstallProfile"), types.indexOf("DeviceConfigured")];
          assert.ok(installed >= 0 && installed < released, types.join());
        }
        assert.equal(await listed(stage, "Released"), "10 devices");
        await picture(stage, "released");
        await page.getByRole("link", { name: serial }).click();
        assert.match(await where.innerText(), /left Setup Assistant on .*: released with everything it needed\./);
        await page.getByRole("link", { name: "The device as it is enrolled here" }).click();
        const management = page.getByRole("region", { name: "Management" });
        assert.match(await management.innerText(), /Blueprint\s+Office/);
        assert.match(await management.innerText(), /released with everything it needed/);
        await picture(stage, "device");
        assert.deepEqual(problems.filter((text) => !/sandbox/i.test(text)), []);
      });
    } finally {
      await apple.stop();
    }
  },
);
