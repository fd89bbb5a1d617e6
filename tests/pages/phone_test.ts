import assert from "node:assert/strict";
import { countFleetApps } from "../../src/devices/fleet_apps.ts";
import { threeDevices } from "../support/installed_apps.ts";
import { makeProfile } from "../support/artifacts.ts";
import { withPages } from "./browser.ts";

const quiet = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "on a phone nothing of a device lies beyond the edge, touches its neighbour, or breaks inside a word",
  quiet,
  () =>
    withPages({ admin: true, width: 390 }, async ({ fleet, page, url, signIn }) => {
      await threeDevices(fleet);
      await countFleetApps(fleet.runtime);
      await fleet.runtime.sql`
      insert into escrowed_secrets (device_id, kind, secret_sealed, created_at, reason)
      select 1, k, 'x', now(), 'sent' from unnest(array['device_lock_pin', 'filevault_prk']) k`;
      for (const request_type of ["ProvisioningProfileList", "SetAutoAdminPassword"]) {
        const { status } = await fleet.api("POST", "/api/mdm/devices/1/commands/", { request_type, arguments: {} });
        assert.equal(status, 201);
      }
      await signIn();
      // Each is asked in the browser: whether the page is wider than the phone, and which tables scroll.
      const fits = async (path: string) => {
        await page.goto(url + path);
        return await page.evaluate(`({
        wide: document.documentElement.scrollWidth > innerWidth,
        stacked: [...document.querySelectorAll(".scroll:has(.stacked)")]
          .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.getAttribute("aria-label")),
      })`);
      };
      for (const path of ["/devices/1/", "/apps/", "/apps/1/", "/packages/", "/commands/", "/devices/1/send/"]) {
        assert.deepEqual(await fits(path), { wide: false, stacked: [] }, path);
      }
      await page.goto(`${url}/commands/`);
      const split = await page.evaluate(`[...document.querySelectorAll("td .joined")].map((one) => {
      const lines = new Map();
      for (const node of one.childNodes) {
        if (node.nodeType !== 3) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        lines.set(node.data, range.getClientRects().length);
      }
      return [...lines];
    })`) as [string, number][][];
      assert.deepEqual(split.map((words) => words.map(([word]) => word).join("")).sort(), [
        "ManualProvisioningProfileList",
        "SetAutoAdminPassword",
      ]);
      for (const [word, lines] of split.flat()) assert.equal(lines, 1, word);

      await page.goto(`${url}/devices/1/`);
      for (const button of await page.getByRole("button", { name: "Show" }).all()) {
        const box = await button.boundingBox();
        assert.ok(box !== null && box.x >= 0 && box.x + box.width <= 390);
      }
      const gaps = await page.evaluate(`(() => {
      const parts = [...document.querySelectorAll("main > *, main > [data-part] > *")]
        .filter((one) => !one.matches("[data-part]") && one.getClientRects().length > 0 && one.offsetHeight > 1);
      return parts.slice(1).map((part, n) => {
        const before = parts[n].getBoundingClientRect();
        return [parts[n].tagName + " " + part.tagName + " " + part.textContent.slice(0, 30), part.getBoundingClientRect().top - before.bottom];
      });
    })()`) as [string, number][];
      assert.ok(gaps.length > 10);
      for (const [between, gap] of gaps) assert.ok(gap >= 8, `${between}: ${gap}`);
    }),
);

Deno.test(
  "on a phone the lists of apps, licences and versions are cards, with no number out of sight",
  quiet,
  () =>
    withPages({ admin: true, width: 390 }, async ({ fleet, page, url, signIn }) => {
      const { artifact } = await makeProfile(fleet);
      await signIn();
      for (const path of ["/store-apps/", "/apps-and-books/", `/artifacts/${artifact.id}/`]) {
        await page.goto(url + path);
        const tables = await page.evaluate(`[...document.querySelectorAll(".scroll")]
        .map((one) => one.scrollWidth > one.clientWidth)`);
        assert.deepEqual(tables, [false], path);
      }
    }),
);
