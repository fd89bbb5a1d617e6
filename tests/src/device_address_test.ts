import assert from "node:assert/strict";
import { isDeviceAddress } from "../../src/device_address.ts";

const ADDRESSES: readonly [string, boolean][] = [
  ["https://mdm.example.com", true],
  ["https://mdm.example.com:8443", true],
  ["https://10.0.0.5", true],
  ["https://localhost.example.com", true],
  ["https://127.example.com", true],
  ["https://[2001:db8::1]", true],
  ["http://mdm.example.com", false],
  ["https://localhost:8000", false],
  ["https://LOCALHOST", false],
  ["https://localhost.", false],
  ["https://mdm.localhost", false],
  ["https://127.0.0.1", false],
  ["https://127.1", false],
  ["https://0.0.0.0", false],
  ["https://[::1]:8000", false],
  ["https://[::]", false],
];

for (const [address, usable] of ADDRESSES) {
  Deno.test(`devices ${usable ? "can" : "cannot"} use ${address}`, () => {
    assert.equal(isDeviceAddress(address), usable);
  });
}
