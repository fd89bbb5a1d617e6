import assert from "node:assert/strict";
import { currentOf, mayOpen, MENU, menuFor } from "../../../routes/admin/menu.ts";
import { withRuntime } from "../../support/runtime.ts";
import { personWith } from "./support.ts";

const menuOf = (text: string) => {
  const nav = /<nav aria-label="Main">.*?<\/nav>/s.exec(text)?.[0] ?? "";
  return {
    groups: [...nav.matchAll(/<p id="[^"]*">([^<]*)</g)].map(([, group]) => group),
    entries: [...nav.matchAll(/<a href="([^"]*)"/g)].map(([, href]) => href),
    current: [...nav.matchAll(/<a href="([^"]*)" aria-current="([^"]*)"/g)].map(([, href, is]) => `${href} ${is}`),
  };
};

Deno.test("every entry of the menu leads to a page of its name, which is marked there", () =>
  withRuntime(async (runtime) => {
    const { get } = await personWith(runtime, "superuser");
    for (const { href, label } of MENU) {
      const { status, text } = await get(href);
      assert.equal(status, 200, href);
      assert.equal(/<h1>([^<]*)</.exec(text)?.[1], label);
      assert.deepEqual(menuOf(text).entries, MENU.map((entry) => entry.href));
      assert.deepEqual(menuOf(text).current, [`${href} page`]);
    }
    assert.deepEqual(menuOf((await get("/scep-issuers/new/")).text).current, ["/scep-issuers/ true"]);
    assert.deepEqual(menuOf((await get("/account/")).text).current, []);
  }));

Deno.test("an entry needs the permission of its page, and a group without an entry is absent", () =>
  withRuntime(async (runtime) => {
    const { get } = await personWith(runtime, ["events.view_event", "mdm.view_artifact"]);
    // All of several, and any of several.
    assert.deepEqual(
      [mayOpen((one) => one === "a.b", { all: ["a.b", "c.d"] }), mayOpen(() => true, { all: ["a.b"] })],
      [
        false,
        true,
      ],
    );
    assert.deepEqual(menuOf((await get("/")).text), {
      groups: ["Fleet", "Configuration", "Administration"],
      entries: ["/", "/artifacts/", "/events/"],
      current: ["/ page"],
    });
    for (const { href, needs } of MENU) {
      const expected = needs === null || needs === "events.view_event" || needs === "mdm.view_artifact" ? 200 : 403;
      assert.equal((await get(href)).status, expected, href);
    }
  }));

Deno.test("a group keeps its entries together, and the section of a page is current", () => {
  assert.deepEqual(menuFor(() => true).flatMap(({ entries }) => entries), [...MENU]);
  assert.deepEqual(menuFor(() => false).map(({ group }) => group), ["Fleet"]);
  assert.equal(currentOf("/", "/devices/7/"), undefined);
  assert.equal(currentOf("/devices/", "/devices/7/"), "true");
  assert.equal(currentOf("/devices/", "/devices/"), "page");
  assert.equal(currentOf("/tags/", "/tokens/"), undefined);
});
