import assert from "node:assert/strict";
import { settle } from "../../../support/artifacts.ts";
import { jobs } from "../../../support/ade_jobs.ts";
import { withShop } from "../../../support/apps.ts";
import { personWith } from "../support.ts";

const ADAM = "361309726";

Deno.test("a location is added, taken over and renewed with its pages", () =>
  withShop(async ({ fleet, apple }) => {
    const { runtime } = fleet;
    const person = await personWith(runtime, [
      "mdm.view_location",
      "mdm.add_location",
      "mdm.change_location",
      "mdm.delete_location",
    ]);
    const location = apple.store.addLocation("Berlin <1>");
    location.manager = { id: "x", name: "Elder MDM", metadata: "elder.example.com" };
    const server_token = new TextDecoder().decode(apple.store.download(location));
    const refused = await person.post("/locations/add/", { server_token });
    assert.equal(refused.status, 400);
    assert.match(refused.text, /managed by &quot;Elder MDM&quot; \(elder\.example\.com\)/);
    assert.match(refused.text, /name="take_over"/);
    assert.match((await person.post("/locations/add/", { server_token: "?" })).text, /Not a valid server token\./);
    const added = await person.post("/locations/add/", { server_token, take_over: "on" });
    assert.equal(added.status, 303);
    await settle(fleet);
    const page = await person.get(added.location);
    assert.match(page.text, /Berlin &lt;1&gt;/);
    assert.match(page.text, /Apple notifies this server of changes\./);
    assert.match((await person.get("/locations/")).text, /Valid/);
    location.trouble = "revoked";
    const path = added.location.split("?")[0] ?? "";
    assert.equal((await person.post(`${path}sync/`)).status, 303);
    await settle(fleet);
    const revoked = await person.get(path);
    assert.match(revoked.text, /Apple does not accept the content token any more\..*download the content token/s);
    const overview = await (await personWith(runtime, "superuser")).get("/");
    assert.match(overview.text, /Location &quot;Berlin &lt;1&gt;&quot;: Apple does not accept the content token/);
    const renewed = new TextDecoder().decode(apple.store.download(location, { renew: true }));
    assert.equal((await person.post(`${path}token/`, { server_token: renewed })).status, 303);
    await settle(fleet);
    assert.doesNotMatch((await person.get(path)).text, /Needs attention/);
    const stranger = await personWith(runtime, ["mdm.view_location"]);
    assert.equal((await stranger.post(`${path}token/`, { server_token: renewed })).status, 403);
    assert.equal((await stranger.get("/locations/add/")).status, 403);
    assert.equal((await person.post(`${path}delete/`)).location, "/locations/?done=deleted");
  }));

Deno.test("apps and books are searched, show who has licences, and are assigned to devices and people", () =>
  withShop(async ({ fleet, apple, add }) => {
    const { runtime } = fleet;
    const device = await fleet.enrolled({ name: "Jun's Mac" });
    const location = apple.store.addLocation("Berlin");
    const item = apple.store.buy(location, ADAM, 10, {
      entry: { name: "Pages & more", bundleId: "com.apple.Pages", version: "15.3" },
    });
    item.holders.add(`device ${device.serialNumber}`);
    apple.store.buy(location, "492186116", 3, {
      productType: "Book",
      deviceAssignable: false,
      revocable: false,
      entry: { name: "A book" },
    });
    await add(location);
    const person = await personWith(runtime, [
      "mdm.view_locationasset",
      "mdm.change_locationasset",
      "mdm.view_enrolleddevice",
      "inventory.view_tag",
    ]);
    const list = await person.get("/apps-and-books/");
    assert.match(list.text, /Pages &amp; more/);
    assert.match(list.text, /<img class="app-icon" src="\/apps-and-books\/icons\/\d+\/"/);
    const [, icon = ""] = /src="(\/apps-and-books\/icons\/\d+\/)"/.exec(list.text) ?? [];
    const picture = await person.get(icon);
    assert.deepEqual([picture.status, picture.headers.get("content-type")], [200, "image/png"]);
    assert.doesNotMatch((await person.get("/apps-and-books/?q=book")).text, /Pages &amp; more/);
    assert.match((await person.get("/apps-and-books/?q=com.apple.pages&kind=App")).text, /Pages &amp; more/);
    assert.match((await person.get("/apps-and-books/?q=%25")).text, /No app or book matches/);
    const rows = await runtime.sql<{ id: number; adamId: string }[]>`
      select x.id, a.adam_id from location_assets x join store_assets a on a.id = x.asset_id`;
    const of = (adamId: string) => `/apps-and-books/${rows.find((row) => row.adamId === adamId)?.id}/`;
    const page = await person.get(of(ADAM));
    assert.match(page.text, /Jun&#39;s Mac/);
    assert.match(page.text, /1 assigned, 9 available, 10 in total/);
    assert.match((await person.get(`${of(ADAM)}?q=jun`)).text, /1 holder</);
    assert.match((await person.get(`${of(ADAM)}?q=nobody`)).text, /Nobody matches/);
    const begun = await person.post(`${of(ADAM)}devices/`, { action: "associate", serial_numbers: "c01, C02\nC01" });
    assert.equal(begun.status, 303);
    await settle(fleet);
    apple.store.settle();
    await apple.deliver();
    await settle(fleet);
    assert.deepEqual([...item.holders].sort(), ["device C01", "device C02", `device ${device.serialNumber}`].sort());
    assert.match((await person.get(of(ADAM))).text, /2 of 2/);
    const nobody = await person.post(`${of(ADAM)}devices/`, { action: "associate", serial_numbers: "" });
    assert.match(nobody.text, /No device matches\. Enter serial numbers/);
    // The book: of people only, for good.
    const book = await person.get(of("492186116"));
    assert.doesNotMatch(book.text, /Many devices|Take the licence back/);
    const wrong = await person.post(`${of("492186116")}users/`, { action: "associate", managed_apple_account: "jun" });
    assert.match(wrong.text, /Enter a Managed Apple Account/);
    const given = await person.post(`${of("492186116")}users/`, {
      action: "associate",
      managed_apple_account: "jun@example.com",
    });
    assert.equal(given.status, 303);
    assert.match((await person.get(of("492186116"))).text, /jun@example\.com/);
    const back = await person.post(`${of("492186116")}users/`, {
      action: "disassociate",
      managed_apple_account: "jun@example.com",
    });
    assert.match(back.text, /Apple does not take licences of this item back/);
    const events = await (await personWith(runtime, "superuser")).get("/events/");
    assert.match(events.text, /assigns licences of .*Pages &amp; more.* to 2 devices/);
    assert.match(events.text, /Apple assigned a licence of .*Pages &amp; more.* to C01/);
    assert.doesNotMatch(events.text, /class="sentence">[^<]*mdm_/);
  }));

Deno.test("licences that run out are on the overview with the number that is needed, and the page says when none is left", () =>
  withShop(async ({ fleet, apple, add }) => {
    const { runtime } = fleet;
    const location = apple.store.addLocation("Berlin");
    const item = apple.store.buy(location, ADAM, 100, { entry: { name: "Pages" } });
    const id = await add(location);
    const [asset] = await runtime.sql<{ id: number }[]>`select id from location_assets`;
    for (let day = 0; day < 10; day++) {
      for (let n = 0; n < 8; n++) item.holders.add(`device C${day}${n}`);
      await fleet.api("POST", `/api/mdm/locations/${id}/sync/`);
      await settle(fleet);
      await jobs(fleet, "apps-due");
      runtime.clock.advance(86_400);
    }
    const person = await personWith(runtime, "superuser");
    const page = await person.get(`/apps-and-books/${asset?.id}/`);
    // 80 of 100 in ten days, eight a day: two more days.
    assert.match(page.text, /none is left on 2026-06-13/);
    assert.match((await person.get("/")).text, /1 app or book has few licences left/);
    await fleet.api("POST", `/api/mdm/location_assets/${asset?.id}/associations/`, {
      serial_numbers: Array.from({ length: 30 }, (_, n) => `X${n}`),
    });
    await settle(fleet);
    apple.store.settle();
    await apple.deliver();
    await settle(fleet);
    assert.match(
      (await person.get("/")).text,
      /&quot;Pages&quot; of &quot;Berlin&quot; has 0 of 100 licences left\. 10 licences more are needed\./,
    );
    const metrics = await fleet.api("GET", `/api/mdm/location_assets/${asset?.id}/licences/?limit=1`);
    assert.equal(metrics.json.count, 110);
  }));
