/**
 * Assets of a device: the result for each, kept until the asset changes.
 *
 * How it differs from the real thing: identities of PKCS#12 are not opened, passwords are not used, certificates are
 * not trusted for anything; ACME is not supported, and such assets are not among the device's capabilities.
 *
 * @module
 */

import { certificateFromPem, parseCertificate } from "../../src/pki/certificate.ts";
import { PkiError } from "../../src/pki/errors.ts";
import { validateCredential } from "./credential_check.ts";
import type { Reason } from "../device/channel_state.ts";
import type { DeclarativeDevice, HeldDeclaration } from "./declarative_device.ts";
import { referencedData } from "./fetched_data.ts";
import { ScepRefused } from "../device/identity.ts";
import { asRecord } from "../json.ts";
import { assetCannotBeDeserialized, assetCannotBeVerified } from "./reasons.ts";
import { isDictionary } from "../../src/apple_schema/keys.ts";

/** An asset from the view of the configuration that names it. */
export type Material = { data?: Uint8Array<ArrayBuffer> };
type Outcome = Material | { error: Reason };

/** Assets that a simulated device cannot use, though the systems can. */
export const UNUSABLE_ASSETS: ReadonlySet<string> = new Set(["com.apple.asset.credential.acme"]);

/** The documents behind credential assets. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  "com.apple.asset.credential.scep": "com.apple.credential.scep",
  "com.apple.asset.credential.userpassword": "com.apple.credential.usernameandpassword",
  "com.apple.asset.credential.identity": "com.apple.credential.identity",
};

/** Gets assets, each once for a token of it. */
export class Assets {
  readonly #kept = new Map<string, { token: string; outcome: Outcome }>();

  constructor(private readonly device: DeclarativeDevice) {}

  /** Drops failed assets, to retry them, and those that are no longer needed. */
  renew(held: ReadonlyMap<string, HeldDeclaration>): void {
    for (const [identifier, { token, outcome }] of this.#kept) {
      if (held.get(identifier)?.token !== token || "error" in outcome) this.#kept.delete(identifier);
    }
  }

  /** Lets go of the identities of assets that are not in use. */
  release(inUse: ReadonlySet<string>): void {
    for (const identifier of this.device.channel.identities.keys()) {
      if (inUse.has(identifier)) continue;
      this.device.channel.identities.delete(identifier);
      this.#kept.delete(identifier);
    }
  }

  /** Returns an asset, fetched now unless it is present. */
  async get(asset: HeldDeclaration): Promise<Outcome> {
    const kept = this.#kept.get(asset.identifier);
    if (kept?.token === asset.token) return kept.outcome;
    const outcome = await this.#fetch(asset);
    this.#kept.set(asset.identifier, { token: asset.token, outcome });
    return outcome;
  }

  async #fetch(asset: HeldDeclaration): Promise<Outcome> {
    // The only asset whose declaration is all of it.
    if (asset.type === "com.apple.asset.useridentity") return {};
    const got = await referencedData(this.device, asset.payload);
    if ("error" in got) return got;
    if (asset.type === "com.apple.asset.credential.certificate") return this.#certificate(got.data);
    const documentType = DOCUMENTS[asset.type];
    if (documentType === undefined) return got;
    const document = asRecord(new TextDecoder().decode(got.data));
    if (document === undefined) return { error: assetCannotBeDeserialized("The credential is not a JSON object.") };
    const [issue] = validateCredential(documentType, document);
    if (issue !== undefined) return { error: assetCannotBeDeserialized(issue.message) };
    return asset.type === "com.apple.asset.credential.scep" ? await this.#certify(asset, document) : got;
  }

  #certificate(data: Uint8Array<ArrayBuffer>): Outcome {
    try {
      if (data[0] === 0x30) parseCertificate(data);
      else certificateFromPem(new TextDecoder().decode(data));
      return { data };
    } catch (error) {
      return { error: assetCannotBeDeserialized(error instanceof Error ? error.message : String(error)) };
    }
  }

  async #certify(asset: HeldDeclaration, credential: Record<string, unknown>): Promise<Outcome> {
    try {
      const identity = await this.device.certify({ PayloadContent: scepContent(credential) });
      this.device.channel.identities.set(asset.identifier, identity);
      return {};
    } catch (error) {
      // A network that fails is a TypeError.
      if (error instanceof ScepRefused || error instanceof PkiError || error instanceof TypeError) {
        return { error: assetCannotBeVerified(error.message) };
      }
      throw error;
    }
  }
}

/** Returns the credential in the form of a SCEP payload's content: the same keys. */
function scepContent(credential: Record<string, unknown>) {
  const { URL, Name, Challenge, Subject, SubjectAltName } = credential;
  const texts = Object.entries({ URL, Name, Challenge }).flatMap(([key, value]) =>
    typeof value === "string" ? [[key, value] as const] : []
  );
  const rdns = Array.isArray(Subject) ? Subject : [];
  const names = isDictionary(SubjectAltName) ? Object.entries(SubjectAltName) : [];
  return {
    ...Object.fromEntries(texts),
    Subject: rdns.map((
      rdn,
    ) => (Array.isArray(rdn) ? rdn.map((pair) => (Array.isArray(pair) ? pair.map(String) : [])) : [])),
    SubjectAltName: Object.fromEntries(names.map(([key, value]) => [key, String(value)])),
  };
}
