/**
 * A server on a loopback port and a real browser on its pages.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type Browser, chromium, type Page } from "playwright-core";
import { createApp } from "../../routes/app.ts";
import { completeSetup, ensureSetupToken } from "../../src/access/setup.ts";
import { testBy } from "../routes/api/support.ts";
import type { Config } from "../../src/config.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";

const PATHS = [
  Deno.env.get("CHROMIUM_PATH"),
  // Half of the work of the others.
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

function executable(): string {
  for (const path of PATHS) {
    try {
      if (path !== undefined && Deno.statSync(path).isFile) return path;
    } catch {
      // The next one.
    }
  }
  throw new Error("Cannot test the pages: no Chromium was found; install one or set CHROMIUM_PATH");
}

export const PASSWORD = "correct horse battery staple";

/** The context of a test of the pages. `problems` are console errors and refused resources. */
export type Stage = {
  fleet: Fleet;
  browser: Browser;
  page: Page;
  url: string;
  problems: string[];
  /** Signs in as the administrator `ada`, made before. */
  signIn(): Promise<void>;
};

/** One browser for all tests of a file: to start one is as much work as a test. Each test has a profile of its own in it. */
let started: Promise<Browser> | undefined;
const theBrowser = () =>
  started ??= chromium.launch({
    executablePath: executable(),
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
Deno.test.afterAll(async () => await (await started)?.close());

/**
 * Runs `body` with a house, its server and a browser. `admin`: whether the first person was made already. `settings` are
 * the server's.
 */
export async function withPages(
  options: { admin: boolean; width?: number; settings?: Partial<Record<keyof Config, unknown>> },
  body: (stage: Stage) => Promise<void>,
): Promise<void> {
  let handle: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => handle(request));
  const url = `http://localhost:${server.addr.port}`;
  const browser = await theBrowser();
  try {
    await withFleet(async (fleet) => {
      // The browser throws away cookies that have ended by its own clock.
      fleet.runtime.clock.set(new Date());
      const app = createApp(fleet.runtime);
      handle = (request) => app.fetch(request, { remoteAddress: "127.0.0.1" });
      if (options.admin) {
        const token = await ensureSetupToken(fleet.runtime);
        assert.ok(token !== null);
        await completeSetup(fleet.runtime, testBy, token, { username: "ada", password: PASSWORD });
      }
      const context = await browser.newContext({
        viewport: { width: options.width ?? 1280, height: 900 },
        colorScheme: "light",
      });
      const page = await context.newPage();
      // On a busy machine a page takes its time. What never comes takes a minute to fail.
      page.setDefaultTimeout(60_000);
      const problems: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error") problems.push(message.text());
      });
      page.on("pageerror", (error) => problems.push(String(error)));
      await body({
        fleet,
        browser,
        page,
        url,
        problems,
        async signIn() {
          await page.goto(`${url}/signin/`);
          await page.getByLabel("User name").fill("ada");
          await page.getByLabel("Password").fill(PASSWORD);
          await page.getByRole("button", { name: "Sign in" }).click();
          await page.getByRole("heading", { name: "Overview" }).waitFor();
        },
      });
    }, { BASE_URL: url, ...options.settings });
  } finally {
    // Pages that listen for changes would keep the server.
    for (const context of browser.contexts()) await context.close();
    await server.shutdown();
  }
}

/** How somebody looks at a page. */
export type View = { width: number; dark: boolean };

/**
 * Runs `body` with the loaded page in each view in turn, and the view's name. Style sheets alone decide what a view
 * changes, so the page is not loaded again.
 */
export async function inViews(
  page: Page,
  views: readonly View[],
  body: (name: string, view: View) => Promise<void>,
): Promise<void> {
  for (const view of views) {
    const colorScheme = view.dark ? "dark" : "light";
    await page.setViewportSize({ width: view.width, height: 900 });
    await page.emulateMedia({ colorScheme });
    const seen = await page.evaluate("[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]");
    assert.deepEqual(seen, [view.width, view.dark]);
    await body(`${view.width}-${colorScheme}`, view);
  }
}
