/**
 * Whether an address is one that devices can use. Pure.
 *
 * @module
 */

const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/;

/**
 * Returns whether devices can use an address: https, which Apple requires of the ServerURL and CheckInURL of an MDM
 * payload, and not this computer alone. Does not check whether a network lets them through.
 *
 * @example
 * isDeviceAddress("https://mdm.example.com"); // true
 * isDeviceAddress("https://localhost:8000"); // false
 */
export function isDeviceAddress(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  // A name may end with the dot of the root.
  return protocol === "https:" && !LOOPBACK.test(hostname.replace(/\.$/, ""));
}
