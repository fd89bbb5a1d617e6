import assert from "node:assert/strict";
import { attachmentHeaders } from "../../routes/attachment.ts";
import { withFleet } from "../support/fleet.ts";

Deno.test("a file's name cannot leave its header, whatever it holds", () => {
  for (const name of ['a"b', "a\r\nSet-Cookie: x", "Übersicht.plist", "a\\b", "half \ud800", "it's (1)*"]) {
    const value = new Headers(attachmentHeaders("text/plain", name)).get("Content-Disposition") ?? "";
    assert.match(value, /^attachment; filename="[A-Za-z0-9._ -]*"; filename\*=UTF-8''[A-Za-z0-9._~!%-]+$/, name);
  }
  const { "Content-Disposition": plain } = attachmentHeaders("text/plain", "plain name.txt");
  assert.equal(plain, 'attachment; filename="plain name.txt"');
});

Deno.test("a response that is not a page runs nothing in a browser: API, files, devices' answers, errors", () =>
  withFleet(async (fleet) => {
    const base = "https://mdm.example.com";
    for (
      const path of ["/healthz", "/api/mdm/devices/", "/public/mdm/scep/?operation=GetCACert", "/no/such/address/"]
    ) {
      const response = await fleet.fetch(new Request(base + path));
      await response.body?.cancel();
      assert.equal(response.headers.get("Content-Security-Policy"), "default-src 'none'; sandbox", path);
      assert.equal(response.headers.get("X-Content-Type-Options"), "nosniff", path);
    }
  }));
