/**
 * The check-in messages of a simulated device and of its users.
 *
 * @module
 */

import { newBypassCode } from "./bypass_code.ts";
import { asDict, data, parsePlist, type PlistDict } from "../../src/protocol/plist.ts";
import type { DeviceState } from "./device_state.ts";
import { emptyChannel } from "./channel_state.ts";
import { FileVault } from "./file_vault.ts";
import { DeviceLink } from "./device_link.ts";
import { type DeviceOptions, expectOk } from "./device_options.ts";
import type { DeviceIdentity } from "./identity.ts";
import type { Management } from "./installed_profile.ts";
import {
  authenticateMessage,
  describeModel,
  type DeviceUser,
  tokenUpdateMessage,
  userTokenUpdateMessage,
} from "./messages.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A device as far as it checks in. */
export class DeviceCheckins {
  readonly state: DeviceState;
  readonly pushToken: Bytes;
  pushMagic: string = crypto.randomUUID();
  unlockToken: Bytes;
  /** The users that the server manages as well, by their ids. */
  readonly users = new Map<string, DeviceUser>();
  /** Whether the server still manages it, as far as the device knows. */
  enrolled = false;
  protected readonly link: DeviceLink;

  constructor(protected readonly options: DeviceOptions) {
    const link = new DeviceLink(options);
    this.link = link;
    this.state = {
      ...emptyChannel(),
      model: options.model,
      serialNumber: options.serialNumber,
      udid: options.udid ?? crypto.randomUUID().toUpperCase(),
      name: options.name ?? `${options.model.modelName} ${options.serialNumber.slice(-4)}`,
      get identity() {
        return link.identity?.certificate;
      },
      lockedWith: undefined,
      erased: false,
      automated: false,
      awaitingConfiguration: false,
      adminAccount: undefined,
      fileVault: new FileVault(options.fileVault !== "off"),
      recoveryPassword: { current: "", pending: undefined },
      ignoresRecoveryLock: false,
      bypassCode: newBypassCode(),
      restarts: 0,
      updateFailures: { count: 0, reason: "", at: "" },
      scheduledUpdate: undefined,
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
    return this.link.managed().topic;
  }

  /** The certificate and key of its identity. */
  get identity(): DeviceIdentity | undefined {
    return this.link.identity;
  }

  set identity(identity: DeviceIdentity | undefined) {
    this.link.identity = identity;
  }

  /** The server that manages it. */
  get management(): Management {
    return this.link.managed();
  }

  /** Speaks to a server with the identity that it was given: a copy of a device. */
  manage(management: Management): void {
    this.link.management = management;
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

  /** Requests a token of a service, such as "com.apple.maid". */
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
    return await this.put(this.link.managed().checkInUrl, { UDID: this.udid, ...message });
  }

  /** A signed PUT of a property list, as the device sends all its messages. */
  async put(url: string, message: PlistDict): Promise<Response> {
    return await this.link.put(url, message);
  }

  /** A PUT of any bytes with any headers: for attacks. */
  async sendRaw(url: string, body: Bytes, headers: Record<string, string>): Promise<Response> {
    return await this.link.sendRaw(url, body, headers);
  }
}
