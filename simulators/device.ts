/**
 * A simulated device: enrolls over the real protocol, connects, answers commands, renews its identity, checks out.
 *
 * How it differs from the real thing: it has no user and no screen; it trusts the server's TLS as its process does; it
 * does not check the signature of profiles; it keeps no state over a restart; what it reports is made up from its model;
 * after a NotNow it connects again when its owner calls `connect`, not when a person unlocks it.
 *
 * @module
 */

import type { KeyObject } from "node:crypto";
import { openSigned, signAttached, signDetached } from "../src/pki/cms/signed.ts";
import { generateRsaKey } from "../src/pki/keys.ts";
import {
  asDict,
  bool,
  buildBinaryPlist,
  buildPlist,
  data,
  dict,
  dicts,
  parsePlist,
  type PlistDict,
  str,
} from "../src/protocol/plist.ts";
import { answerCommand, type DeviceState } from "./answers.ts";
import { type DeviceIdentity, requestIdentity, type ScepHabit } from "./identity.ts";
import type { Model } from "./models.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a device does instead of answering as it should. `lost reply`: it answers, and the server's reply is lost. */
export type Mischief = "NotNow" | "Error" | "CommandFormatError" | "drop" | "lost reply";

/** How a device is made. */
export type DeviceOptions = {
  model: Model;
  serialNumber: string;
  udid?: string;
  name?: string;
  /** Carries its requests; the process's own network unless told. */
  send?: (request: Request) => Promise<Response>;
  now?: () => Date;
  /** How its messages are signed: as Apple's systems do, or in plain DER. */
  signature?: "apple-ber" | "der";
  scep?: ScepHabit;
  /** Binary property lists instead of XML. */
  binary?: boolean;
  /** An RSA key to use instead of making one. */
  key?: KeyObject;
  /** Decides over each command what goes wrong; nothing unless told. */
  mischief?: (requestType: string) => Mischief | undefined;
};

/** A command that the device saw, and what it said of it. */
export type Exchange = { commandUuid: string; requestType: string; status: string };

/** The server did not answer as a device needs it. */
export class ServerRefused extends Error {
  override readonly name = "ServerRefused";
  constructor(readonly status: number, what: string, text: string) {
    super(`${what} was answered with ${status}${text === "" ? "" : `: ${text}`}`);
  }
}

type Management = { checkInUrl: string; serverUrl: string; topic: string; signs: boolean };

/** Payloads of a profile, unsigned or signed. */
function payloadsOf(profile: Uint8Array): { profile: PlistDict; payloads: PlistDict[] } {
  const text = profile[0] === 0x30 ? openSigned(profile).content : profile;
  const parsed = asDict(parsePlist(text));
  return { profile: parsed, payloads: Array.isArray(parsed["PayloadContent"]) ? dicts(parsed, "PayloadContent") : [] };
}

const payloadOf = (payloads: PlistDict[], type: string) => payloads.find((one) => str(one, "PayloadType") === type);

export class SimulatedDevice {
  readonly state: DeviceState;
  readonly pushToken: Bytes;
  pushMagic: string = crypto.randomUUID();
  identity: DeviceIdentity | undefined;
  unlockToken: Bytes;
  /** Whether the server still manages it, as far as the device knows. */
  enrolled = false;
  #management: Management | undefined;
  readonly #options: DeviceOptions;

  constructor(options: DeviceOptions) {
    this.#options = options;
    // deno-lint-ignore no-this-alias
    const device = this;
    this.state = {
      model: options.model,
      serialNumber: options.serialNumber,
      udid: options.udid ?? crypto.randomUUID().toUpperCase(),
      name: options.name ?? `${options.model.modelName} ${options.serialNumber.slice(-4)}`,
      get identity() {
        return device.identity?.certificate;
      },
      profiles: [],
      lockedWith: undefined,
      erased: false,
      restarts: 0,
    };
    this.pushToken = crypto.getRandomValues(new Uint8Array(32));
    this.unlockToken = crypto.getRandomValues(new Uint8Array(64));
  }

  get udid(): string {
    return this.state.udid;
  }

  get serialNumber(): string {
    return this.state.serialNumber;
  }

  get topic(): string {
    return this.#managed().topic;
  }

  /** Enrolls with a profile that holds a SCEP and an MDM payload. */
  async enroll(profile: Uint8Array): Promise<void> {
    await this.#install(profile);
    await this.#introduce();
  }

  /** Enrolls over the air: `profile` is the Profile Service profile, `factory` the certificate its maker gave the device. */
  async enrollOverTheAir(profile: Uint8Array, factory: DeviceIdentity): Promise<void> {
    const content = dict(payloadsOf(profile).profile, "PayloadContent");
    const [url, challenge] = [content && str(content, "URL"), content && str(content, "Challenge")];
    if (url === undefined) throw new Error("Cannot enroll: the profile has no Profile Service payload");
    const phase2 = await this.#attributes(url, factory, challenge === undefined ? {} : { CHALLENGE: challenge });
    const scep = payloadOf(payloadsOf(phase2).payloads, "com.apple.security.scep");
    if (scep === undefined) throw new Error("Cannot enroll: phase 2 was not answered with a SCEP payload");
    const temporary = await this.#request(scep);
    await this.enroll(await this.#attributes(url, temporary, {}));
  }

  /** Sends Authenticate. Simple clients leave the model out. */
  async authenticate(extra: PlistDict = this.#describe()): Promise<Response> {
    return await this.checkIn({
      MessageType: "Authenticate",
      Topic: this.topic,
      SerialNumber: this.serialNumber,
      DeviceName: this.state.name,
      ...extra,
    });
  }

  /** Sends the device's TokenUpdate. */
  async tokenUpdate(): Promise<Response> {
    return await this.checkIn({
      MessageType: "TokenUpdate",
      Topic: this.topic,
      Token: this.pushToken,
      PushMagic: this.pushMagic,
      AwaitingConfiguration: false,
      ...(this.state.model.platform === "iOS" || this.state.model.platform === "iPadOS"
        ? { UnlockToken: this.unlockToken }
        : {}),
    });
  }

  /** A user of a Mac appears: UserAuthenticate, which the server may decline, then the user's TokenUpdate. */
  async addUser(user: { userId: string; shortName: string; longName: string }): Promise<void> {
    await this.checkIn({ MessageType: "UserAuthenticate", UserID: user.userId });
    const answer = await this.checkIn({
      MessageType: "TokenUpdate",
      Topic: this.topic,
      UserID: user.userId,
      UserShortName: user.shortName,
      UserLongName: user.longName,
      Token: this.pushToken,
      PushMagic: this.pushMagic,
    });
    await expectOk(answer, "the user's TokenUpdate");
  }

  async setBootstrapToken(token: Bytes): Promise<void> {
    await expectOk(
      await this.checkIn({ MessageType: "SetBootstrapToken", BootstrapToken: token }),
      "SetBootstrapToken",
    );
  }

  /** The escrowed token; undefined when the server has none. */
  async getBootstrapToken(): Promise<Uint8Array | undefined> {
    const answer = await expectOk(await this.checkIn({ MessageType: "GetBootstrapToken" }), "GetBootstrapToken");
    const token = data(asDict(parsePlist(answer)), "BootstrapToken");
    return token === undefined || token.length === 0 ? undefined : token;
  }

  async checkOut(): Promise<void> {
    await expectOk(await this.checkIn({ MessageType: "CheckOut", Topic: this.topic }), "CheckOut");
    this.enrolled = false;
  }

  /** Sends any check-in message; ids are added where the message has none. */
  async checkIn(message: PlistDict): Promise<Response> {
    return await this.put(this.#managed().checkInUrl, { UDID: this.udid, ...message });
  }

  /**
   * Connects and answers commands until the server has no more. A 401 makes the device forget the server. `userId` speaks
   * for a user.
   */
  async connect(userId?: string): Promise<Exchange[]> {
    const exchanges: Exchange[] = [];
    const ids: PlistDict = { UDID: this.udid, ...(userId === undefined ? {} : { UserID: userId }) };
    let report: PlistDict = { ...ids, Status: "Idle" };
    while (this.enrolled && !this.state.erased) {
      const response = await this.put(this.#managed().serverUrl, report);
      if (response.status === 401) {
        await response.body?.cancel();
        this.enrolled = false;
        break;
      }
      const body = await expectOk(response, "a connect");
      if (body.length === 0) break;
      const message = asDict(parsePlist(body));
      const commandUuid = str(message, "CommandUUID") ?? "";
      const command = dict(message, "Command") ?? {};
      const requestType = str(command, "RequestType") ?? "";
      const mischief = this.#options.mischief?.(requestType);
      if (mischief === "drop") break;
      const answer = await this.#answer(requestType, command, mischief);
      exchanges.push({ commandUuid, requestType, status: String(answer["Status"]) });
      report = { ...ids, CommandUUID: commandUuid, ...answer };
      if (mischief === "lost reply") {
        await (await this.put(this.#managed().serverUrl, report)).body?.cancel();
        break;
      }
      if (this.state.erased) {
        await (await this.put(this.#managed().serverUrl, report)).body?.cancel();
        this.enrolled = false;
      }
    }
    return exchanges;
  }

  /** A signed PUT of a property list, as the device sends all its messages. */
  async put(url: string, message: PlistDict): Promise<Response> {
    const body = this.#options.binary === true ? buildBinaryPlist(message) : buildPlist(message);
    const headers: Record<string, string> = {
      "Content-Type": url === this.#management?.checkInUrl
        ? "application/x-apple-aspen-mdm-checkin"
        : "application/x-apple-aspen-mdm",
      "User-Agent": "MDM/1.0",
    };
    if (this.#managed().signs && this.identity !== undefined) {
      const { certificate, key } = this.identity;
      const form = this.#options.signature ?? "apple-ber";
      headers["Mdm-Signature"] = signDetached(body, { certificate: certificate.der, key }, { form }).toBase64();
    }
    return await this.#send(new Request(url, { method: "PUT", body, headers }));
  }

  /** Renews the identity by SCEP with the old one (RenewalReq), and uses it from then on. */
  async renewByScep(payload: PlistDict): Promise<void> {
    if (this.identity === undefined) throw new Error("Cannot renew: the device has no identity");
    const key = await generateRsaKey(2048);
    this.identity = await requestIdentity((request) => this.#send(request), payload, key, {
      habit: "modern",
      now: this.#now(),
      renew: this.identity,
    });
  }

  #managed(): Management {
    if (this.#management === undefined) throw new Error("Cannot speak to a server: the device is not enrolled");
    return this.#management;
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }

  #send(request: Request): Promise<Response> {
    return (this.#options.send ?? fetch)(request);
  }

  #describe(): PlistDict {
    const { model } = this.state;
    return {
      Model: model.product,
      ModelName: model.modelName,
      ProductName: model.product,
      OSVersion: model.osVersion,
      BuildVersion: model.build,
    };
  }

  async #request(payload: PlistDict): Promise<DeviceIdentity> {
    const key = this.identity === undefined && this.#options.key !== undefined
      ? this.#options.key
      : await generateRsaKey(2048);
    return await requestIdentity((request) => this.#send(request), payload, key, {
      habit: this.#options.scep ?? "modern",
      now: this.#now(),
    });
  }

  async #attributes(url: string, signer: DeviceIdentity, extra: PlistDict): Promise<Bytes> {
    const { model } = this.state;
    const attributes = buildPlist({
      UDID: this.udid,
      SERIAL: this.serialNumber,
      PRODUCT: model.product,
      VERSION: model.build,
      ...extra,
    });
    const body = signAttached(attributes, { certificate: signer.certificate.der, key: signer.key });
    const response = await this.#send(
      new Request(url, { method: "POST", body, headers: { "Content-Type": "application/pkcs7-signature" } }),
    );
    return await expectOk(response, "the device's attributes");
  }

  async #install(profile: Uint8Array): Promise<void> {
    const { payloads } = payloadsOf(profile);
    const mdm = payloadOf(payloads, "com.apple.mdm");
    const scep = payloadOf(payloads, "com.apple.security.scep");
    const [checkInUrl, serverUrl, topic] = ["CheckInURL", "ServerURL", "Topic"].map((key) => mdm && str(mdm, key));
    if (mdm === undefined || scep === undefined || serverUrl === undefined || topic === undefined) {
      throw new Error("Cannot enroll: the profile lacks a SCEP or an MDM payload");
    }
    if (str(mdm, "IdentityCertificateUUID") !== str(scep, "PayloadUUID")) {
      throw new Error("Cannot enroll: IdentityCertificateUUID does not name the SCEP payload");
    }
    this.identity = await this.#request(scep);
    this.#management = {
      checkInUrl: checkInUrl ?? serverUrl,
      serverUrl,
      topic,
      signs: bool(mdm, "SignMessage") ?? false,
    };
    this.#remember(profile);
  }

  async #introduce(): Promise<void> {
    const authenticated = this.#options.scep === "old" ? await this.authenticate({}) : await this.authenticate();
    await expectOk(authenticated, "Authenticate");
    await expectOk(await this.tokenUpdate(), "TokenUpdate");
    this.enrolled = true;
  }

  #remember(profile: Uint8Array): void {
    const parsed = payloadsOf(profile).profile;
    const identifier = str(parsed, "PayloadIdentifier") ?? "";
    this.state.profiles = [
      ...this.state.profiles.filter((one) => one.identifier !== identifier),
      {
        identifier,
        uuid: str(parsed, "PayloadUUID") ?? "",
        displayName: str(parsed, "PayloadDisplayName") ?? identifier,
      },
    ];
  }

  async #answer(requestType: string, command: PlistDict, mischief: Mischief | undefined): Promise<PlistDict> {
    if (mischief === "NotNow" || mischief === "CommandFormatError") return { Status: mischief };
    if (mischief === "Error") {
      return {
        Status: "Error",
        ErrorChain: [{
          ErrorCode: 12_001,
          ErrorDomain: "MCMDMErrorDomain",
          USEnglishDescription: "It did not work.",
          LocalizedDescription: "It did not work.",
        }],
      };
    }
    if (requestType === "InstallProfile") return await this.#installProfile(command);
    const { status, body } = answerCommand(this.state, command);
    return { Status: status, ...body };
  }

  async #installProfile(command: PlistDict): Promise<PlistDict> {
    const profile = data(command, "Payload");
    if (profile === undefined) return { Status: "CommandFormatError" };
    if (payloadOf(payloadsOf(profile).payloads, "com.apple.mdm") === undefined) {
      this.#remember(profile);
      return { Status: "Acknowledged" };
    }
    await this.#install(profile);
    await this.#introduce();
    return { Status: "Acknowledged" };
  }
}

async function expectOk(response: Response, what: string): Promise<Bytes> {
  const body = new Uint8Array(await response.arrayBuffer());
  if (response.status !== 200) throw new ServerRefused(response.status, what, new TextDecoder().decode(body));
  return body;
}
