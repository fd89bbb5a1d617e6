/**
 * FileVault of a simulated Mac: when it is enabled, and its recovery key, which the Mac encrypts to the certificate of the
 * escrow payload that it has.
 *
 * How it differs from the real thing: nothing is encrypted; a login and a logout are calls; the Mac makes its envelopes at
 * once; a recovery key that the Mac had before it got an escrow payload is never escrowed.
 *
 * @module
 */

import { sealEnveloped, type SealOptions } from "../../src/pki/cms/enveloped.ts";
import { bool, data, int, type PlistDict, str } from "../../src/protocol/plist.ts";
import { berOf } from "./ber_envelope.ts";
import type { ProfileHere } from "./channel_state.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** Returns a new recovery key: six groups of four. */
function newRecoveryKey(): string {
  const random = crypto.getRandomValues(new Uint8Array(24));
  const letters = [...random].map((byte) => ALPHABET[byte % ALPHABET.length] ?? "A").join("");
  return letters.match(/.{4}/g)?.join("-") ?? "";
}

/** What a Mac has of profiles. */
type Profiles = { readonly profiles: readonly ProfileHere[] };

const payloadOf = ({ profiles }: Profiles, type: string): { payload: PlistDict; profile: ProfileHere } | undefined => {
  for (const profile of profiles) {
    const payload = profile.payloads.find((one) => str(one, "PayloadType") === type);
    if (payload !== undefined) return { payload, profile };
  }
  return undefined;
};

/** Returns the certificate (DER) of the escrow payload, if there is one. */
function escrowCertificate(mac: Profiles): Uint8Array | undefined {
  const found = payloadOf(mac, "com.apple.security.FDERecoveryKeyEscrow");
  if (found === undefined) return undefined;
  const named = str(found.payload, "EncryptCertPayloadUUID");
  const certificate = found.profile.payloads.find((one) =>
    str(one, "PayloadType") === "com.apple.security.pkcs1" && str(one, "PayloadUUID") === named
  );
  return certificate === undefined ? undefined : data(certificate, "PayloadContent");
}

/** FileVault of a Mac. */
export class FileVault {
  enabled: boolean;
  /** The recovery key; only the Mac, its user and whom it is escrowed to know it. */
  recoveryKey: string | undefined;
  /** Logins at which the user has postponed it. */
  bypassed = 0;
  /** How the Mac encodes and encrypts its envelopes. */
  envelope: SealOptions & { form: "der" | "ber" } = { cipher: "des-ede3-cbc", form: "der" };
  #escrowed: Uint8Array | undefined;

  constructor(enabled: boolean) {
    this.enabled = enabled;
    this.recoveryKey = enabled ? newRecoveryKey() : undefined;
  }

  #seal(key: string, certificate: Uint8Array): Uint8Array {
    const sealed = sealEnveloped(new TextEncoder().encode(key), certificate, this.envelope);
    return this.envelope.form === "ber" ? berOf(sealed) : sealed;
  }

  /** Makes a new recovery key, and escrows it where the Mac has a certificate for that. */
  #renew(mac: Profiles): string {
    const key = newRecoveryKey();
    const certificate = escrowCertificate(mac);
    this.recoveryKey = key;
    this.#escrowed = certificate === undefined ? undefined : this.#seal(key, certificate);
    return key;
  }

  /** What SecurityInfo says. */
  report(mac: Profiles): PlistDict {
    const cms = this.enabled && escrowCertificate(mac) !== undefined ? this.#escrowed : undefined;
    return {
      FDE_Enabled: this.enabled,
      FDE_HasPersonalRecoveryKey: this.enabled,
      FDE_HasInstitutionalRecoveryKey: false,
      ...(cms === undefined ? {} : { FDE_PersonalRecoveryKeyCMS: cms }),
    };
  }

  /** Whether Setup Assistant is to enable it. */
  forced(mac: Profiles): boolean {
    const found = payloadOf(mac, "com.apple.MCX.FileVault2");
    return found !== undefined && bool(found.payload, "ForceEnableInSetupAssistant") === true;
  }

  /** Enables it. */
  enable(mac: Profiles): void {
    if (this.enabled) return;
    this.enabled = true;
    this.#renew(mac);
  }

  /**
   * A user logs in. Where the profile defers FileVault to that, the user is asked, and may postpone it as often as the
   * profile says. Returns whether it was enabled now.
   */
  login(mac: Profiles, { postpones }: { postpones: boolean }): boolean {
    const found = payloadOf(mac, "com.apple.MCX.FileVault2");
    const most = found === undefined ? undefined : int(found.payload, "DeferForceAtUserLoginMaxBypassAttempts");
    if (this.enabled || found === undefined || most === undefined || most < 0) return false;
    if (postpones && this.bypassed < most) {
      this.bypassed++;
      return false;
    }
    this.enable(mac);
    return true;
  }

  /** A user logs out. Returns whether it was enabled now. */
  logout(mac: Profiles): boolean {
    const found = payloadOf(mac, "com.apple.MCX.FileVault2");
    const silent = found === undefined || bool(found.payload, "DeferDontAskAtUserLogout") === true;
    if (this.enabled || silent) return false;
    this.enable(mac);
    return true;
  }

  /** The user makes a new recovery key, with `fdesetup changerecovery -personal`. */
  changeRecovery(mac: Profiles): void {
    if (this.enabled) this.#renew(mac);
  }

  /**
   * Rotates the recovery key. Returns the new one in an envelope for `certificate`, undefined without one; or why not, as a
   * sentence.
   */
  rotate(
    mac: Profiles,
    unlocks: string | undefined,
    certificate: Uint8Array | undefined,
  ): Uint8Array | undefined | string {
    if (!this.enabled) return "FileVault is not enabled.";
    if (unlocks !== this.recoveryKey) return "The recovery key could not be verified.";
    const key = this.#renew(mac);
    return certificate === undefined ? undefined : this.#seal(key, certificate);
  }
}
