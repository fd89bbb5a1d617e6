/**
 * A simulated device: enrolls over the real protocol, connects, answers commands, renews its identity, checks out.
 *
 * How it differs from the real thing: it has no user and no screen; it trusts the server's TLS as its process does; it
 * does not check the signature of profiles; it keeps no state over a restart; what it reports is made up from its model;
 * after a NotNow it connects again when its owner calls `connect`, not when a person unlocks it.
 *
 * @module
 */

import { asDict, data, dict, parsePlist, type PlistDict, str } from "../src/protocol/plist.ts";
import { answerCommand, type DeviceState } from "./answers.ts";
import { type DeviceOptions, type Exchange, expectOk, type Mischief, ServerRefused } from "./device_options.ts";
import { DeviceLink } from "./device_link.ts";
import { type DeviceIdentity, ScepRefused } from "./identity.ts";
import { managementOf, type OpenedProfile, openProfile, payloadOf } from "./installed_profile.ts";
import {
  authenticateMessage,
  describeModel,
  type DeviceUser,
  tokenUpdateMessage,
  userTokenUpdateMessage,
} from "./messages.ts";

export { type DeviceOptions, type Exchange, type Mischief, ServerRefused } from "./device_options.ts";
export type { DeviceUser } from "./messages.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A simulated device. */
export class SimulatedDevice {
  readonly state: DeviceState;
  readonly pushToken: Bytes;
  pushMagic: string = crypto.randomUUID();
  unlockToken: Bytes;
  /** The users that the server manages as well, by their ids. */
  readonly users = new Map<string, DeviceUser>();
  /** Whether the server still manages it, as far as the device knows. */
  enrolled = false;
  readonly #link: DeviceLink;
  readonly #options: DeviceOptions;
  readonly #seen = new Map<string, number>();

  constructor(options: DeviceOptions) {
    this.#options = options;
    this.#link = new DeviceLink(options);
    const link = this.#link;
    this.state = {
      model: options.model,
      serialNumber: options.serialNumber,
      udid: options.udid ?? crypto.randomUUID().toUpperCase(),
      name: options.name ?? `${options.model.modelName} ${options.serialNumber.slice(-4)}`,
      get identity() {
        return link.identity?.certificate;
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
    return this.#link.managed().topic;
  }

  /** The certificate and key that it speaks with. */
  get identity(): DeviceIdentity | undefined {
    return this.#link.identity;
  }

  set identity(identity: DeviceIdentity | undefined) {
    this.#link.identity = identity;
  }

  /** Enrolls with a profile that holds a SCEP and an MDM payload. An erased device begins anew. */
  async enroll(profile: Uint8Array): Promise<void> {
    if (this.state.erased) this.#forget();
    await this.#install(openProfile(profile));
    await this.#introduce();
  }

  /** Enrolls over the air: `profile` is the Profile Service profile, `factory` the certificate its maker gave the device. */
  async enrollOverTheAir(profile: Uint8Array, factory: DeviceIdentity): Promise<void> {
    if (this.state.erased) this.#forget();
    const { service } = openProfile(profile);
    if (service === undefined) throw new Error("Cannot enroll: the profile has no Profile Service payload");
    const { url, challenge } = service;
    const phase2 = await this.#attributes(url, factory, challenge === undefined ? {} : { CHALLENGE: challenge });
    const scep = payloadOf(openProfile(phase2), "com.apple.security.scep");
    if (scep === undefined) throw new Error("Cannot enroll: phase 2 was not answered with a SCEP payload");
    const temporary = await this.#link.request(scep);
    await this.enroll(await this.#attributes(url, temporary, {}));
  }

  /** Sends Authenticate. Simple clients leave the model out. */
  async authenticate(extra: PlistDict = describeModel(this.state)): Promise<Response> {
    return await this.checkIn(authenticateMessage(this.state, this.topic, extra));
  }

  /** Sends the device's TokenUpdate. */
  async tokenUpdate(): Promise<Response> {
    return await this.checkIn(tokenUpdateMessage(this.state, this.topic, this));
  }

  /** A user of a Mac appears: UserAuthenticate, which the server may decline, then the user's TokenUpdate. */
  async addUser(user: Pick<DeviceUser, "userId" | "shortName" | "longName">): Promise<DeviceUser> {
    await (await this.userAuthenticate(user.userId)).body?.cancel();
    const added = {
      ...user,
      pushToken: crypto.getRandomValues(new Uint8Array(32)),
      pushMagic: crypto.randomUUID(),
    };
    await expectOk(await this.userTokenUpdate(added), "the user's TokenUpdate");
    this.users.set(user.userId, added);
    return added;
  }

  /** Sends UserAuthenticate; 410 means that the server manages local users only. */
  async userAuthenticate(userId: string): Promise<Response> {
    return await this.checkIn({ MessageType: "UserAuthenticate", UserID: userId });
  }

  /** Sends a user's TokenUpdate. */
  async userTokenUpdate(user: DeviceUser): Promise<Response> {
    return await this.checkIn(userTokenUpdateMessage(this.topic, user));
  }

  /** Gives the server a bootstrap token to keep. */
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

  /** Asks for a token of a service, such as "com.apple.maid". */
  async getToken(service: string): Promise<Response> {
    return await this.checkIn({ MessageType: "GetToken", TokenServiceType: service });
  }

  /** Its user removed the enrollment profile. */
  async checkOut(): Promise<void> {
    await expectOk(await this.checkIn({ MessageType: "CheckOut", Topic: this.topic }), "CheckOut");
    this.enrolled = false;
  }

  /** Sends any check-in message; ids are added where the message has none. */
  async checkIn(message: PlistDict): Promise<Response> {
    return await this.put(this.#link.managed().checkInUrl, { UDID: this.udid, ...message });
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
      const response = await this.put(this.#link.managed().serverUrl, report);
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
      const n = (this.#seen.get(requestType) ?? 0) + 1;
      this.#seen.set(requestType, n);
      const mischief = this.#options.mischief?.(requestType, n);
      if (mischief === "drop") break;
      const answer = await this.#answer(requestType, command, mischief);
      exchanges.push({ commandUuid, requestType, status: String(answer["Status"]) });
      report = { ...ids, CommandUUID: commandUuid, ...answer };
      if (mischief === "lost reply" || this.state.erased) {
        await (await this.put(this.#link.managed().serverUrl, report)).body?.cancel();
        this.enrolled &&= !this.state.erased;
        break;
      }
    }
    return exchanges;
  }

  /** A signed PUT of a property list, as the device sends all its messages. */
  async put(url: string, message: PlistDict): Promise<Response> {
    return await this.#link.put(url, message);
  }

  /** A PUT of any bytes with any headers: for attacks. */
  async sendRaw(url: string, body: Bytes, headers: Record<string, string>): Promise<Response> {
    return await this.#link.sendRaw(url, body, headers);
  }

  /** Renews the identity by SCEP with the old one (RenewalReq), and uses it from then on. */
  async renewByScep(payload: PlistDict): Promise<void> {
    if (this.identity === undefined) throw new Error("Cannot renew: the device has no identity");
    this.identity = await this.#link.request(payload, this.identity);
  }

  async #attributes(url: string, signer: DeviceIdentity, extra: PlistDict): Promise<Bytes> {
    const { product, build } = this.state.model;
    return await this.#link.postAttributes(url, signer, {
      UDID: this.udid,
      SERIAL: this.serialNumber,
      PRODUCT: product,
      VERSION: build,
      ...extra,
    });
  }

  async #install(profile: OpenedProfile): Promise<void> {
    const { management, scep } = managementOf(profile);
    this.identity = await this.#link.request(scep);
    this.#link.management = management;
    this.#remember(profile);
  }

  async #introduce(): Promise<void> {
    const authenticated = this.#options.scep === "old" ? await this.authenticate({}) : await this.authenticate();
    await expectOk(authenticated, "Authenticate");
    await expectOk(await this.tokenUpdate(), "TokenUpdate");
    this.enrolled = true;
  }

  #remember({ identifier, uuid, displayName }: OpenedProfile): void {
    const others = this.state.profiles.filter((one) => one.identifier !== identifier);
    this.state.profiles = [...others, { identifier, uuid, displayName }];
  }

  /** What an erased device no longer knows. */
  #forget(): void {
    Object.assign(this.state, { erased: false, lockedWith: undefined, profiles: [] });
    this.identity = undefined;
    this.users.clear();
    this.#seen.clear();
    crypto.getRandomValues(this.pushToken);
    crypto.getRandomValues(this.unlockToken);
    this.pushMagic = crypto.randomUUID();
  }

  async #answer(requestType: string, command: PlistDict, mischief: Mischief | undefined): Promise<PlistDict> {
    if (mischief === "NotNow" || mischief === "CommandFormatError") return { Status: mischief };
    if (mischief === "Error") {
      return errorAnswer(12_001, "MCMDMErrorDomain", "It did not work.");
    }
    if (requestType === "InstallProfile") return await this.#installProfile(command);
    const { status, body } = answerCommand(this.state, command);
    return { Status: status, ...body };
  }

  async #installProfile(command: PlistDict): Promise<PlistDict> {
    const payload = data(command, "Payload");
    if (payload === undefined) return { Status: "CommandFormatError" };
    const profile = openProfile(payload);
    // An enrollment profile from the server itself renews the identity.
    if (payloadOf(profile, "com.apple.mdm") === undefined) {
      this.#remember(profile);
    } else {
      return await this.#renew(profile);
    }
    return { Status: "Acknowledged" };
  }

  async #renew(profile: OpenedProfile): Promise<PlistDict> {
    const [identity, management] = [this.#link.identity, this.#link.management];
    try {
      await this.#install(profile);
      await this.#introduce();
      return { Status: "Acknowledged" };
    } catch (error) {
      if (!(error instanceof ServerRefused) && !(error instanceof ScepRefused)) throw error;
      this.#link.identity = identity;
      this.#link.management = management;
      return errorAnswer(22_001, "MCSCEPErrorDomain", error.message);
    }
  }
}

const errorAnswer = (code: number, domain: string, text: string): PlistDict => ({
  Status: "Error",
  ErrorChain: [{ ErrorCode: code, ErrorDomain: domain, USEnglishDescription: text, LocalizedDescription: text }],
});
