import assert from "node:assert/strict";
import { prometheusText } from "../../routes/metrics.ts";
import { withFleet } from "../support/fleet.ts";

const get = (token?: string) =>
  new Request(
    "https://mdm.example.com/metrics",
    token === undefined ? {} : {
      headers: { Authorization: `Bearer ${token}` },
    },
  );

Deno.test("the metrics need the token, and are refused if there is none", async () => {
  await withFleet(async (fleet) => {
    await (await fleet.enrolled()).connect();
    assert.equal((await fleet.fetch(get())).status, 403);
    assert.equal((await fleet.fetch(get("another-token-of-16"))).status, 403);
    const text = await (await fleet.fetch(get("the-right-token-of-it"))).text();
    assert.match(text, /^espalier_devices\{platform="macOS"\} 1$/m);
    assert.match(text, /^espalier_push_certificate_not_after_seconds\{name="push"\} 2208988800$/m);
    for (const line of text.trimEnd().split("\n")) {
      assert.match(line, /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[^}]*\})? -?[0-9.]+)$/);
    }
  }, { METRICS_TOKEN: "the-right-token-of-it" });
  await withFleet(async (fleet) => {
    assert.equal((await fleet.fetch(get(""))).status, 403);
  });
});

Deno.test("a name cannot break out of its label", () => {
  const text = prometheusText([{ name: "x", help: "h", values: [{ labels: { name: 'a"b\\c\nd' }, value: 1 }] }]);
  assert.equal(text, '# HELP x h\n# TYPE x gauge\nx{name="a\\"b\\\\c\\nd"} 1\n');
});
