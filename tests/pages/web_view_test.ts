import assert from "node:assert/strict";
import { machineInfo, signMachineInfo } from "../../simulators/device/setup_assistant.ts";
import { assign, linkViews, makeDepEnrollment } from "../support/ade_devices.ts";
import { KEYS } from "../support/keys.ts";
import { withPages } from "./browser.ts";

const quiet = { sanitizeOps: false, sanitizeResources: false };

/** What a page tries when it is opened. */
const ATTACK = `<!doctype html><title>Welcome</title>
  <script>document.title = "ran"; fetch("/roles/", { method: "POST" });</script>
  <img src="x" onerror="document.title = 'ran'">
  <iframe src="/account/"></iframe><object data="/account/"></object><embed src="/account/">
  <link rel="stylesheet" href="/style.css"><meta http-equiv="refresh" content="0;url=/account/">
  <base href="https://elsewhere.invalid/">
  <svg><script>document.title = "ran"</script></svg><a id="js" href="javascript:document.title='ran'">js</a>
  <form id="elsewhere" method="post" action="/tags/"><input name="name" value="stolen"><button>Elsewhere</button></form>
  <form method="post"><button formaction="/sign-out/">Out</button><button>Continue</button></form>`;

Deno.test(
  "in a browser with an administrator's session, a custom view does nothing but continue",
  quiet,
  () =>
    withPages({ admin: true }, async ({ fleet, page, url, signIn, problems }) => {
      await signIn();
      const dep = await makeDepEnrollment(fleet);
      await linkViews(fleet, dep.id, { name: "Attack", html: ATTACK }, {
        name: "Terms",
        html: "<!doctype html><title>Terms</title><form method=post><button>Agree</button></form>",
      });
      const device = fleet.device();
      await assign(fleet, dep.virtualServerId, device);
      const message = signMachineInfo(
        machineInfo(device.state, "en_US"),
        fleet.maker.certify(device.udid, KEYS[0]),
        fleet.runtime.clock.now(),
      );
      const start = `${url}/public/mdm/dep_web_enroll/${dep.secret}/`;
      await page.route(
        start,
        (route) =>
          route.continue({ headers: { ...route.request().headers(), "x-apple-aspen-deviceinfo": message.toBase64() } }),
      );
      // What was answered: the browser announces what it then does not send.
      const asked: string[] = [];
      page.on(
        "response",
        (response) => asked.push(`${response.request().method()} ${new URL(response.url()).pathname}`),
      );
      await page.goto(start);
      const first = page.url();
      assert.match(first, /custom_views/);
      assert.equal(await page.title(), "Welcome");
      const places = await Promise.all(
        ["#js", "#elsewhere button", "button[formaction]", "text=Continue"].map((one) =>
          page.locator(one).boundingBox()
        ),
      );
      // By hand: Playwright waits for where a click should lead. The browser says what it refused.
      const click = async (n: number) => {
        const box = places[n];
        assert.ok(box);
        await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
      };
      for (const [n, refused] of [[0, /script/i], [1, /form-action/], [2, /form-action/]] as const) {
        const said = page.waitForEvent("console", (message) => refused.test(message.text()));
        await click(n);
        await said;
      }
      assert.equal(page.url(), first);
      assert.deepEqual(asked.filter((path) => !path.includes("dep_web_enroll") && !path.endsWith("/favicon.ico")), []);
      assert.equal((await fleet.runtime.sql`select 1 from tags`).length, 0);
      await click(3);
      await page.getByRole("button", { name: "Agree" }).waitFor();
      const download = page.waitForEvent("download");
      await page.getByRole("button", { name: "Agree" }).click();
      assert.equal((await download).suggestedFilename(), "espalier_mdm.mobileconfig");
      problems.splice(0);
      // The session is as it was.
      await page.goto(`${url}/tags/`);
      await page.getByRole("heading", { name: "Tags", level: 1 }).waitFor();
      assert.deepEqual(problems, []);
    }),
);
