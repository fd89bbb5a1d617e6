import assert from "node:assert/strict";
import { toPem } from "../../src/pki/certificate.ts";
import { buildPlist } from "../../src/protocol/plist.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { findEvents } from "../support/events.ts";

const SECRET = "a-secret-of-the-proxy";
/** Requests of the fleet come from this address. */
const PROXY = "192.0.2.1";

async function connect(fleet: Fleet, device: SimulatedDevice, headers: Record<string, string>): Promise<number> {
  const request = new Request("https://mdm.example.com/public/mdm/connect/", {
    method: "PUT",
    body: buildPlist({ UDID: device.udid, Status: "Idle" }),
    headers,
  });
  const response = await fleet.fetch(request);
  await response.body?.cancel();
  return response.status;
}

function forms(device: SimulatedDevice): Record<string, string> {
  assert.ok(device.identity);
  const der = Uint8Array.from(device.identity.certificate.der);
  const pem = toPem(der, "CERTIFICATE");
  return {
    "URL-escaped PEM": encodeURIComponent(pem),
    "PEM in one line": pem.trim().replaceAll("\n", " "),
    "PEM with tabs": pem.trim().replaceAll("\n", "\t"),
    "RFC 9440": `:${der.toBase64()}:`,
  };
}

Deno.test("a trusted proxy vouches for a device in every form that proxies write", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    for (const [name, certificate] of Object.entries(forms(device))) {
      const headers = { "X-SSL-Client-Cert": certificate, "X-Espalier-Proxy-Secret": SECRET };
      assert.equal(await connect(fleet, device, headers), 200, name);
    }
  }, { TRUSTED_PROXIES: PROXY, TRUSTED_PROXY_SECRET: SECRET, MTLS_PROXY: false }));

Deno.test("a certificate header is nothing without the secret, from another address, or when it is nonsense", async () => {
  const trusted = { TRUSTED_PROXIES: PROXY, TRUSTED_PROXY_SECRET: SECRET, MTLS_PROXY: false };
  await withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const certificate = forms(device)["RFC 9440"] ?? "";
    const refused = [
      { "X-SSL-Client-Cert": certificate },
      { "X-SSL-Client-Cert": certificate, "X-Espalier-Proxy-Secret": "another-secret-of-the" },
      { "X-SSL-Client-Cert": ":AAAA:", "X-Espalier-Proxy-Secret": SECRET },
      { "X-SSL-Client-Cert": "%", "X-Espalier-Proxy-Secret": SECRET },
      { "X-SSL-Client-S-DN": "CN=MDM$OTA$x,O=MBU$1", "X-Espalier-Proxy-Secret": SECRET },
    ];
    for (const headers of refused) assert.equal(await connect(fleet, device, headers), 400);
    const failures = (await findEvents(fleet.runtime.sql, { type: "mdm_request", limit: 20 }))
      .filter(({ payload }) => (payload as { status: string }).status === "failure");
    assert.equal(failures.length, refused.length);
  }, trusted);
  await withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const headers = { "X-SSL-Client-Cert": forms(device)["RFC 9440"] ?? "", "X-Espalier-Proxy-Secret": SECRET };
    assert.equal(await connect(fleet, device, headers), 400);
  }, { ...trusted, TRUSTED_PROXIES: "198.51.100.0/24" });
});

Deno.test("a device that a proxy vouches for is still itself alone", () =>
  withFleet(async (fleet) => {
    const [one, two] = [await fleet.enrolled(), await fleet.enrolled()];
    const headers = { "X-SSL-Client-Cert": forms(one)["RFC 9440"] ?? "", "X-Espalier-Proxy-Secret": SECRET };
    assert.equal(await connect(fleet, two, headers), 400);
  }, { TRUSTED_PROXIES: PROXY, TRUSTED_PROXY_SECRET: SECRET, MTLS_PROXY: false }));
