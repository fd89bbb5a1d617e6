/**
 * A simulated device's side of the wire: its identity, its signed messages, its requests for certificates.
 *
 * @module
 */

import { signAttached } from "../../src/pki/cms/signed.ts";
import { generateRsaKey } from "../../src/pki/keys.ts";
import { buildPlist, type PlistDict } from "../../src/protocol/plist.ts";
import { type DeviceOptions, expectOk } from "./device_options.ts";
import { type DeviceIdentity, requestIdentity } from "./identity.ts";
import type { Management } from "./installed_profile.ts";
import { signDetached } from "./sign_detached.ts";
import { buildBinaryPlist } from "./binary_plist.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const MAX_REDIRECTS = 5;

/** A device's connection to the server, and its identity. */
export class DeviceLink {
  identity: DeviceIdentity | undefined;
  management: Management | undefined;

  constructor(private readonly options: DeviceOptions) {}

  /** The server that manages the device. Throws if there is none. */
  managed(): Management {
    if (this.management === undefined) throw new Error("Cannot speak to a server: the device is not enrolled");
    return this.management;
  }

  /** A signed PUT of a property list. */
  async put(url: string, message: PlistDict): Promise<Response> {
    const { checkInUrl, signs } = this.managed();
    const body = this.options.binary === true ? buildBinaryPlist(message) : buildPlist(message);
    const type = url === checkInUrl ? "application/x-apple-aspen-mdm-checkin" : "application/x-apple-aspen-mdm";
    const headers = { "Content-Type": type, "User-Agent": "MDM/1.0", ...this.#signature(signs, body) };
    return await this.sendRaw(url, body, headers);
  }

  /**
   * Sends a GET with the device's identity ("MDM") or anonymously. Redirects are followed; the signature is sent to no
   * other origin, and covers the empty body.
   */
  async get(url: string, as: "MDM" | "None"): Promise<Response> {
    const signature = as === "MDM" ? this.#signature(this.managed().signs, new Uint8Array()) : {};
    const { origin } = new URL(url);
    let address = url;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const headers = { "User-Agent": "MDM/1.0", ...(new URL(address).origin === origin ? signature : {}) };
      const response = await this.send(new Request(address, { headers, redirect: "manual" }));
      const location = response.headers.get("location");
      if (response.status < 300 || response.status >= 400 || location === null) return response;
      await response.body?.cancel();
      address = new URL(location, address).href;
    }
    throw new TypeError(`${url} was redirected more than ${MAX_REDIRECTS} times`);
  }

  /** A PUT of any bytes with any headers. */
  async sendRaw(url: string, body: Bytes, headers: Record<string, string>): Promise<Response> {
    return await this.send(new Request(url, { method: "PUT", body, headers }));
  }

  /** A certificate for a SCEP payload: by its challenge, or as the successor of `renew`. */
  async request(payload: PlistDict, renew?: DeviceIdentity): Promise<DeviceIdentity> {
    const { key: first, newKey = () => generateRsaKey(2048), scep, now, clockSkew = 0, sign } = this.options;
    const key = this.identity === undefined && first !== undefined ? first : await newKey();
    const time = now?.() ?? new Date();
    return await requestIdentity((request) => this.send(request), payload, key, {
      habit: scep ?? "modern",
      now: new Date(time.getTime() + clockSkew * 1000),
      ...(renew === undefined ? {} : { renew }),
      ...(sign === undefined ? {} : { sign }),
    });
  }

  /** Posts the device's attributes, signed by `signer`, and returns the answer: phases 2 and 3 over the air. */
  async postAttributes(url: string, signer: DeviceIdentity, attributes: PlistDict): Promise<Bytes> {
    const identity = { certificate: signer.certificate.der, key: signer.key };
    const body = signAttached(buildPlist(attributes), identity);
    const headers = { "Content-Type": "application/pkcs7-signature" };
    return await expectOk(
      await this.send(new Request(url, { method: "POST", body, headers })),
      "the message with the attributes",
    );
  }

  #signature(signs: boolean, body: Uint8Array): Record<string, string> {
    if (!signs || this.identity === undefined) return {};
    const { certificate, key } = this.identity;
    const { signature: form = "apple-ber", sign } = this.options;
    const how = { form, ...(sign === undefined ? {} : { sign }) };
    return { "Mdm-Signature": signDetached(body, { certificate: certificate.der, key }, how).toBase64() };
  }

  /** Carries a request as the device carries all of its own. */
  send(request: Request): Promise<Response> {
    return (this.options.send ?? fetch)(request);
  }
}
