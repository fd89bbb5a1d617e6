import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { insertTag } from "../../db/tags/tags.ts";
import {
  ALL_PLATFORMS,
  assign,
  idOf,
  link,
  made,
  makeBlueprint,
  makeDeclaration,
  makeProfile,
  profileSource,
  settle,
} from "../support/artifacts.ts";
import { inViews, PASSWORD, type Stage, type View, withPages } from "./browser.ts";

const quiet = { sanitizeOps: false, sanitizeResources: false };

/** Keeps a picture of the page where `SCREENSHOTS` names a folder. */
async function picture({ page }: Stage, name: string): Promise<void> {
  const folder = Deno.env.get("SCREENSHOTS");
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

const file = (base64: string, name = "wifi.mobileconfig") => ({
  name,
  mimeType: "application/x-apple-aspen-config",
  buffer: Buffer.from(base64, "base64"),
});

/** Runs a device until nothing is left to do. */
async function quieten({ fleet }: Stage, device: { connect(): Promise<unknown[]> }): Promise<void> {
  await settle(fleet);
  while ((await device.connect()).length > 0);
}

Deno.test(
  "a blueprint is created, a profile uploaded and added with a preview, and a Mac becomes green",
  quiet,
  () =>
    withPages({ admin: true }, async (stage) => {
      const { fleet, page, signIn, problems } = stage;
      const device = await fleet.enrolled({ name: "Ada's Mac" });
      await device.connect();
      await signIn();

      await page.getByRole("link", { name: "Blueprints", exact: true }).click();
      await page.getByLabel("Name").fill("Office");
      await picture(stage, "blueprints");
      await page.getByRole("button", { name: "Create blueprint" }).click();
      await page.getByRole("heading", { name: "Office" }).waitFor();
      const blueprint = Number(/blueprints\/(\d+)/.exec(page.url())?.[1]);
      await assign(fleet, device.serialNumber, blueprint);
      await quieten(stage, device);

      await page.getByRole("link", { name: "Artifacts", exact: true }).click();
      await page.getByRole("link", { name: "Upload a profile" }).click();
      await page.getByLabel("Profile", { exact: true }).setInputFiles(file(profileSource("com.example.wifi")));
      await picture(stage, "upload");
      await page.getByRole("button", { name: "Upload" }).click();
      await page.getByRole("heading", { name: "com.example.wifi" }).waitFor();
      const artifact = page.url().replace(/\?.*/, "");
      assert.match(await page.locator("table tbody").innerText(), /on no device/);

      await page.getByRole("link", { name: "Blueprints", exact: true }).click();
      await page.getByRole("link", { name: "Office" }).click();
      await page.getByLabel("Add an artifact").selectOption("com.example.wifi (Profile)");
      await page.getByRole("button", { name: "Add…" }).click();
      await page.getByLabel("iOS", { exact: true }).uncheck();
      await page.getByLabel("macOS from").fill("14");
      await page.getByRole("button", { name: "Preview" }).click();
      assert.match(await page.locator(".preview").innerText(), /1 device gains com\.example\.wifi/);
      assert.match(await page.getByRole("region", { name: "The devices that change" }).innerText(), /Ada's Mac/);
      await picture(stage, "add-preview");
      await quieten(stage, device);
      assert.equal(await page.getByLabel("macOS from").inputValue(), "14");
      assert.equal(await page.getByLabel("iOS", { exact: true }).isChecked(), false);
      await page.getByRole("button", { name: "Add artifact" }).click();
      await page.getByRole("heading", { name: "Office" }).waitFor();
      assert.match(await page.getByRole("status").innerText(), /Added/);
      assert.match(await page.getByRole("region", { name: "1 artifact" }).innerText(), /iPadOS\s+macOS ≥ 14\s+tvOS/);
      assert.equal(await page.locator(".chip.warn").innerText(), "0 of 1");
      await picture(stage, "blueprint-waiting");

      await quieten(stage, device);
      await page.goto(artifact);
      assert.equal(await page.locator(".chip.good").innerText(), "1 installed");
      await picture(stage, "artifact-installed");
      await page.locator(".chip.good").click();
      await page.getByRole("link", { name: "Ada's Mac" }).waitFor();
      await page.goto(artifact);
      await page.getByRole("link", { name: "Office" }).click();
      assert.equal(await page.locator(".chip.good").innerText(), "Complete");
      await picture(stage, "blueprint-done");
      assert.deepEqual(problems, []);
    }),
);

Deno.test(
  "a new version is previewed, saved without choosing the file again, compared, and withdrawn",
  quiet,
  () =>
    withPages({ admin: true }, async (stage) => {
      const { fleet, page, url, signIn, problems } = stage;
      const device = await fleet.enrolled({ name: "Ada's Mac" });
      await device.connect();
      const blueprint = await makeBlueprint(fleet, { name: "Office" });
      const { artifact } = await makeProfile(fleet, { name: "Wi-Fi" });
      await link(fleet, blueprint.id, artifact.id);
      await assign(fleet, device.serialNumber, blueprint.id);
      await quieten(stage, device);
      await signIn();
      await page.goto(`${url}/artifacts/${artifact.id}/`);
      await page.getByRole("link", { name: "New version" }).click();
      assert.equal(await page.getByLabel("Version", { exact: true }).inputValue(), "2");
      await page.getByLabel("Profile", { exact: true }).setInputFiles(
        file(profileSource("com.example.new", "another"), "new.mobileconfig"),
      );
      await page.getByRole("button", { name: "Preview" }).click();
      assert.match(await page.locator(".preview").innerText(), /1 device gets version 2 of Wi-Fi instead of 1/);
      assert.match(await page.locator("small.kept").innerText(), /^new\.mobileconfig \(\d+ bytes\) is kept/);
      await picture(stage, "version-preview");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("heading", { name: "Wi-Fi" }).waitFor();
      await quieten(stage, device);
      await page.reload();
      assert.match(await page.locator("table tbody tr").first().innerText(), /Version 2[\s\S]*1 installed/);
      await picture(stage, "artifact-two");
      await page.getByRole("link", { name: "Changes since 1" }).click();
      assert.match(await page.locator("tr.removed").allInnerTexts().then((all) => all.join("\n")), /Setting: "Wi-Fi"/);
      assert.match(await page.locator("tr.added").allInnerTexts().then((all) => all.join("\n")), /Setting: "another"/);
      await picture(stage, "diff");
      await page.getByRole("link", { name: "Wi-Fi" }).click();
      await page.getByRole("link", { name: "Return to the previous version" }).click();
      assert.match(await page.locator(".preview").innerText(), /1 device gets version 1 of Wi-Fi instead of 2/);
      await page.getByLabel("Reason").fill("It broke the printers");
      await picture(stage, "rollback");
      await page.getByRole("button", { name: "Return to version 1" }).click();
      await page.getByRole("heading", { name: "Wi-Fi" }).waitFor();
      await quieten(stage, device);
      await page.reload();
      const [second, first] = await page.locator("table tbody tr").allInnerTexts();
      assert.match(second ?? "", /Version 2[\s\S]*Withdrawn[\s\S]*It broke the printers/);
      assert.match(first ?? "", /Version 1[\s\S]*1 installed/);
      await picture(stage, "artifact-back");
      assert.deepEqual(problems, []);
    }),
);

Deno.test(
  "without JavaScript, and with the keyboard alone, a change is previewed and saved",
  quiet,
  () =>
    withPages({ admin: true }, async ({ fleet, browser, url }) => {
      const device = await fleet.enrolled({ name: "Ada's Mac" });
      await device.connect();
      const blueprint = await makeBlueprint(fleet, { name: "Office" });
      const { artifact } = await makeProfile(fleet, { name: "Wi-Fi" });
      await assign(fleet, device.serialNumber, blueprint.id);
      const context = await browser.newContext({ javaScriptEnabled: false });
      const page = await context.newPage();
      await page.goto(`${url}/blueprints/${blueprint.id}/artifacts/add/?artifact=${artifact.id}`);
      await page.getByLabel("User name").fill("ada");
      await page.getByLabel("Password").fill(PASSWORD);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Add Wi-Fi to Office" }).waitFor();
      await page.getByLabel("macOS from").focus();
      await page.keyboard.type("14");
      // The Enter key never saves at once.
      await page.keyboard.press("Enter");
      await page.getByText("1 device gains Wi-Fi").waitFor();
      assert.equal((await made(fleet, "GET", "/api/mdm/blueprint_artifacts/")).length, 0);
      await page.getByRole("button", { name: "Add artifact" }).focus();
      await page.keyboard.press("Space");
      await page.getByRole("status").waitFor();
      assert.equal((await made(fleet, "GET", "/api/mdm/blueprint_artifacts/"))[0].macos_min_version, "14");
      await context.close();
    }),
);

/** Artifacts of several types, with filters; returns the addresses of pages of them. */
async function fill({ fleet }: Stage): Promise<string[]> {
  const tags: number[] = [];
  for (const name of ["Kiosk", "Pilot", "A tag with a very long name for narrow windows"]) {
    const values = { name, slug: name.toLowerCase(), color: "0079bf", taxonomyId: null, metaBusinessUnitId: null };
    tags.push((await insertTag(fleet.runtime.sql, values, fleet.runtime.clock.now())).id);
  }
  const [kiosk, pilot] = tags;
  const device = await fleet.enrolled({ name: "Ada's Mac" });
  await device.connect();
  const blueprint = await makeBlueprint(fleet, { name: "Office", collect_apps: 2 });
  const filter = {
    ...ALL_PLATFORMS,
    macos_min_version: "14",
    macos_max_version: "30",
    excluded_tags: [kiosk],
    tag_shards: [{ tag: pilot, shard: 50 }],
    default_shard: 30,
  };
  const { artifact, version } = await makeProfile(fleet, { name: "Wi-Fi", version: filter });
  const second = await made(fleet, "POST", "/api/mdm/profiles/", {
    artifact: artifact.id,
    version: 2,
    source: profileSource("com.example.second.with.a.long.identifier.that.nobody.breaks", "two"),
    ...ALL_PLATFORMS,
  });
  await made(fleet, "POST", `/api/mdm/artifact_versions/${second.id}/halt/`, { reason: "too many failures" });
  const declaration = await makeDeclaration(fleet, { name: "Test" });
  const linked = await link(fleet, blueprint.id, artifact.id, filter);
  await link(fleet, blueprint.id, declaration.artifact.id);
  await assign(fleet, device.serialNumber, blueprint.id);
  await settle(fleet);
  await device.connect();
  const one = `/artifacts/${artifact.id}/`;
  const halted = `${one}versions/${second.id}/`;
  return [
    "/artifacts/",
    ...["profile", "declaration", "data-asset", "certificate-asset", "provisioning-profile"].map((slug) =>
      `/artifacts/new/${slug}/`
    ),
    one,
    `${one}edit/`,
    `${one}versions/new/`,
    `${one}diff/?from=1&to=2`,
    `${one}versions/${version.id}/`,
    `${one}versions/${version.id}/filter/`,
    `${halted}resume/`,
    `${one}versions/${version.id}/withdraw/`,
    `/artifacts/${declaration.artifact.id}/`,
    `/artifacts/${declaration.artifact.id}/versions/new/`,
    "/blueprints/",
    `/blueprints/${blueprint.id}/`,
    `/blueprints/${blueprint.id}/edit/`,
    `/blueprints/${blueprint.id}/artifacts/${linked.id}/`,
    `/blueprints/${blueprint.id}/artifacts/${linked.id}/remove/`,
    `/devices/${await idOf(fleet, device.serialNumber)}/`,
  ];
}

const VIEWS: readonly View[] = [
  { width: 390, dark: false },
  { width: 360, dark: true },
  { width: 1280, dark: true },
  { width: 1280, dark: false },
];

Deno.test(
  "every page of artifacts and blueprints fits 360, 390 and 1280 pixels and is usable there, light and dark",
  quiet,
  () =>
    withPages({ admin: true }, async (stage) => {
      const { page, url, signIn, problems } = stage;
      const paths = await fill(stage);
      await signIn();
      for (const path of paths) {
        const response = await page.goto(url + path);
        assert.equal(response?.status(), 200, path);
        await inViews(page, VIEWS, async (view) => {
          const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
          assert.ok(Number(overflow) <= 0, `${path}, ${view}: ${overflow} pixels too wide`);
          const found = await page.evaluate(`({
            headings: document.querySelectorAll("h1").length,
            uncaptioned: document.querySelectorAll("table:not(:has(caption))").length,
            unlabelled: [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
              .filter((one) => !one.labels.length && !one.getAttribute("aria-label")).length,
            nameless: [...document.querySelectorAll("main a, main button")]
              .filter((one) => !(one.getAttribute("aria-label") ?? one.textContent).trim()).length,
          })`);
          const expected = { headings: 1, uncaptioned: 0, unlabelled: 0, nameless: 0 };
          assert.deepEqual(found, expected, `${path}, ${view}: ${JSON.stringify(found)}`);
          const name = path.replace(/[0-9a-f-]{36}/g, "id").replaceAll(/[/?=&]+/g, "_");
          await picture(stage, `${view}${name}`);
        });
      }
      assert.deepEqual(problems, []);
    }),
);
