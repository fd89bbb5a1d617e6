/**
 * A simulated device: enrolls over the real protocol, connects, answers commands, renews its identity, checks out.
 *
 * How it differs from the real thing: it has no user and no screen; it trusts the server's TLS as its process does; it
 * accepts any signature on a profile; it keeps no state across a restart; its reports are invented from its model;
 * after a NotNow it connects again when its owner calls `connect`, not when a person unlocks it.
 *
 * @module
 */

import { asDict, dict, parsePlist, type PlistDict, str } from "../../src/protocol/plist.ts";
import { answerCommand } from "./answers.ts";
import { acknowledged, type CommandAnswer, failed } from "./commands/answer.ts";
import type { ChannelState } from "./channel_state.ts";
import type { Declarative } from "../declarative/declarative.ts";
import { type EnforcedUpdate, enforcedUpdate } from "../declarative/enforced_update.ts";
import { newBypassCode } from "./bypass_code.ts";
import { restarted } from "./recovery_password.ts";
import { installs } from "./scheduled_update.ts";
import { DeviceChannels } from "./device_channels.ts";
import { DeviceCheckins } from "./device_checkins.ts";
import { type DeviceOptions, type Exchange, expectOk, type Mischief, ServerRefused } from "./device_options.ts";
import { type DeviceIdentity, ScepRefused } from "./identity.ts";
import { appHabitsOf } from "./app_habits.ts";
import { FileVault } from "./file_vault.ts";
import { managementOf, type OpenedProfile, openProfile, payloadOf } from "./installed_profile.ts";
import { putEnrollmentProfile, takeEnrollmentProfileAway } from "./channel_profiles.ts";
import {
  type AutomaticEnrollment,
  fetchProfile,
  machineInfo,
  ReplyLost,
  type SetupNetwork,
  type SetupStep,
  signMachineInfo,
  UpdateRequired,
  walkWebView,
} from "./setup_assistant.ts";

export { type DeviceOptions, type Exchange, ServerRefused } from "./device_options.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Attempts to enroll out of the box before its person gives up. */
const MAX_ATTEMPTS = 6;

/** A simulated device. */
export class SimulatedDevice extends DeviceCheckins {
  readonly #channels: DeviceChannels;
  readonly #seen = new Map<string, number>();
  #signedAt = 0;

  constructor(options: DeviceOptions) {
    super(options);
    const { state, link } = this;
    this.#channels = new DeviceChannels({ state, link, options, checkIn: (message) => this.checkIn(message) });
  }

  /** The state of a user's channel, or with "" the device's own, which is `state`. */
  channel(userId = ""): ChannelState {
    return this.#channels.of(userId).state;
  }

  /** Declarative management of the device, or of a user. */
  declarative(userId = ""): Declarative {
    return this.#channels.of(userId).declarative;
  }

  /**
   * Sets a newer OS version, which the device reports from now on; `extra` of a rapid security response, such as "(a)".
   */
  updateSystem(osVersion: string, build: string, extra?: { version: string; build: string }): void {
    const { osVersionExtra: _, buildExtra: __, ...model } = this.state.model;
    this.state.model = {
      ...model,
      osVersion,
      build,
      ...(extra === undefined ? {} : { osVersionExtra: extra.version, buildExtra: extra.build }),
    };
  }

  /**
   * Does what a system does by itself as time passes: an enforced update whose time has come is installed, and the device
   * restarts and reports. One that a command has scheduled is loaded, and the next time installed. Returns the version that it
   * has now, if it is another one. With `early`, its user does not wait for the time.
   */
  async passTime({ early = false } = {}): Promise<string | undefined> {
    const { state, options } = this;
    const update = this.enforcedUpdate;
    const now = options.now?.() ?? new Date();
    const local = new Date(now.getTime() + (options.zoneMinutes ?? 0) * 60_000).toISOString().slice(0, 19);
    if (!this.enrolled || state.erased) return undefined;
    if (update === undefined) return await this.#passScheduled();
    if (!early && local < update.at) return undefined;
    const reason = options.updateMischief?.(update.version, state.updateFailures.count + 1);
    if (reason !== undefined) {
      state.updateFailures = { count: state.updateFailures.count + 1, reason, at: now.toISOString() };
      await this.report();
      return undefined;
    }
    const extra = update.version === state.model.osVersion ? { version: "(a)", build: update.build } : undefined;
    this.updateSystem(
      update.version,
      extra === undefined ? update.build || state.model.build : state.model.build,
      extra,
    );
    state.updateFailures = { count: 0, reason: "", at: "" };
    state.restarts++;
    await this.report();
    return update.version;
  }

  async #passScheduled(): Promise<string | undefined> {
    const { state } = this;
    const update = state.scheduledUpdate;
    if (update === undefined) return undefined;
    state.scheduledUpdate = { ...update, downloaded: true };
    if (!update.downloaded || !installs(update)) return undefined;
    this.updateSystem(update.version, update.build);
    state.scheduledUpdate = undefined;
    state.restarts++;
    await this.report();
    return update.version;
  }

  /** The update that the server's declarations ask for and that the device does not have. */
  get enforcedUpdate(): EnforcedUpdate | undefined {
    return enforcedUpdate(this.state.model, this.declarative().active);
  }

  /** Synchronizes declarations by itself, as devices do from time to time, and reports changes. */
  async synchronize(userId = ""): Promise<void> {
    await this.#follow(async () => {
      await this.declarative(userId).synchronize();
      await this.declarative(userId).report();
    });
  }

  /** Reports the changes since the last report. */
  async report(userId = ""): Promise<void> {
    await this.#follow(() => this.declarative(userId).report());
  }

  /** Sends a full report, as devices do once a day. */
  async reportEverything(userId = ""): Promise<void> {
    await this.#follow(() => this.declarative(userId).report(true));
  }

  /**
   * Enrolls with a profile that holds a SCEP and an MDM payload. An erased device begins again from nothing. Throws
   * `ServerRefused` when the server refuses Authenticate or TokenUpdate: the installation has failed, nothing of the profile is
   * left, and the device is not enrolled.
   */
  async enroll(profile: Uint8Array): Promise<void> {
    if (this.state.erased) this.#forget();
    Object.assign(this.state, { automated: false, awaitingConfiguration: false, adminAccount: undefined });
    await this.#enrollWith(profile);
  }

  async #enrollWith(profile: Uint8Array, arrived?: (step: SetupStep) => void): Promise<void> {
    this.#channels.forget();
    const opened = openProfile(profile);
    try {
      await this.#install(opened);
      await this.#introduce(arrived);
    } catch (error) {
      if (!(error instanceof ServerRefused) && !(error instanceof ReplyLost)) throw error;
      this.link.identity = undefined;
      this.link.management = undefined;
      this.enrolled = false;
      takeEnrollmentProfileAway(this.state);
      throw error;
    }
  }

  /** Enrolls again by itself, after it was erased for Return to Service. */
  async returnToService(): Promise<void> {
    const { returnsWith, automated, awaitingConfiguration } = this.state;
    if (returnsWith === undefined) throw new Error("Cannot return to service: the device was not erased for it");
    this.#forget();
    // What Apple gives the device out of the box applies as before.
    Object.assign(this.state, { returnsWith: undefined, automated, awaitingConfiguration });
    await this.#enrollWith(returnsWith.mdm);
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
    const temporary = await this.link.request(scep);
    await this.enroll(await this.#attributes(url, temporary, {}));
  }

  /**
   * Enrolls out of the box, directly or through the web view; an update that the server requires comes first. A reply
   * that is lost makes it try again with a new message. Throws as `enroll`, and `WebViewLeft` when the person leaves.
   */
  async enrollAutomatically(how: AutomaticEnrollment): Promise<void> {
    if (this.state.erased) this.#forget();
    const counts = new Map<SetupStep, number>();
    const carry: SetupNetwork = async (step, request) => {
      const response = await this.link.send(request);
      const n = (counts.get(step) ?? 0) + 1;
      counts.set(step, n);
      if (how.loses?.(step, n) !== true) return response;
      await response.body?.cancel();
      throw new ReplyLost(`the reply to ${step} ${n} was lost`);
    };
    for (let attempt = 1;; attempt++) {
      try {
        await this.#enrollOnce(how, carry, counts);
        return;
      } catch (error) {
        if (attempt >= MAX_ATTEMPTS) throw error;
        if (error instanceof UpdateRequired) {
          how.updates?.(error.osVersion);
          const [version = "", extra] = error.osVersion.split(" ");
          const { model } = this.state;
          const build = error.build ?? model.build;
          // An improvement has a build of its own, beside that of the version.
          if (extra === undefined) this.updateSystem(version, build);
          else this.updateSystem(version, model.build, { version: extra, build });
        } else if (!(error instanceof ReplyLost)) throw error;
      }
    }
  }

  async #enrollOnce(how: AutomaticEnrollment, carry: SetupNetwork, counts: Map<SetupStep, number>): Promise<void> {
    const { language = "en_US" } = how;
    const message = signMachineInfo(machineInfo(this.state, language), how.factory, this.#nextSigningTime());
    how.overhears?.(message);
    const profile = how.configurationWebUrl === undefined
      ? await fetchProfile(carry, how.url, message)
      : await walkWebView(carry, how.configurationWebUrl, message, { leaves: how.leaves ?? (() => false), language });
    Object.assign(this.state, {
      automated: true,
      awaitingConfiguration: how.awaitDeviceConfigured ?? false,
      adminAccount: undefined,
      bypassCode: newBypassCode(),
      // Out of the box nothing is encrypted.
      fileVault: new FileVault(false),
      model: { ...this.state.model, supervised: how.supervised ?? true },
    });
    await this.#enrollWith(profile, (step) => {
      const n = (counts.get(step) ?? 0) + 1;
      counts.set(step, n);
      if (how.loses?.(step, n) === true) throw new ReplyLost(`the reply to ${step} ${n} was lost`);
    });
  }

  /** A device never signs twice in the same second. */
  #nextSigningTime(): Date {
    const { now, clockSkew = 0 } = this.options;
    const time = (now?.() ?? new Date()).getTime() + clockSkew * 1000;
    this.#signedAt = Math.max(time, this.#signedAt + 1000);
    return new Date(this.#signedAt);
  }

  /**
   * Connects and answers commands until the server has no more; then synchronizes declarations, if the server announced
   * a change, and reports changes. A 401 makes the device forget the server. `userId` connects for a user.
   */
  async connect(userId?: string): Promise<Exchange[]> {
    const exchanges = await this.#converse(userId);
    if (this.enrolled && !this.state.erased) await this.#follow(() => this.declarative(userId).settle());
    return exchanges;
  }

  /** A 401 makes the device forget the server, as on every check-in. */
  async #follow(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ServerRefused) || error.status !== 401) throw error;
      this.enrolled = false;
    }
  }

  async #converse(userId: string | undefined): Promise<Exchange[]> {
    const exchanges: Exchange[] = [];
    const ids: PlistDict = { UDID: this.udid, ...(userId === undefined ? {} : { UserID: userId }) };
    let report: PlistDict = { ...ids, Status: "Idle" };
    while (this.enrolled && !this.state.erased) {
      const response = await this.put(this.link.managed().serverUrl, report);
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
      const mischief = this.options.mischief?.(requestType, n);
      if (mischief === "drop") break;
      const answer = await this.#answer(command, mischief, userId ?? "");
      exchanges.push({ commandUuid, requestType, status: String(answer["Status"]) });
      if (mischief === "lost answer") break;
      report = { ...ids, CommandUUID: commandUuid, ...answer };
      if (mischief === "lost reply" || this.state.erased) {
        await (await this.put(this.link.managed().serverUrl, report)).body?.cancel();
        this.enrolled &&= !this.state.erased;
        break;
      }
    }
    return exchanges;
  }

  /** Renews the identity by SCEP with the old one (RenewalReq), and uses it from then on. */
  async renewByScep(payload: PlistDict): Promise<void> {
    if (this.identity === undefined) throw new Error("Cannot renew: the device has no identity");
    this.identity = await this.link.request(payload, this.identity);
  }

  async #attributes(url: string, signer: DeviceIdentity, extra: PlistDict): Promise<Bytes> {
    const { product, build } = this.state.model;
    return await this.link.postAttributes(url, signer, {
      UDID: this.udid,
      SERIAL: this.serialNumber,
      PRODUCT: product,
      VERSION: build,
      ...extra,
    });
  }

  async #install(profile: OpenedProfile): Promise<void> {
    const { management, scep } = managementOf(profile);
    this.identity = await this.link.request(scep);
    this.link.management = management;
    putEnrollmentProfile(this.state, profile);
  }

  async #introduce(arrived: (step: SetupStep) => void = () => {}): Promise<void> {
    const authenticated = this.options.scep === "old" ? await this.authenticate({}) : await this.authenticate();
    await expectOk(authenticated, "Authenticate");
    arrived("Authenticate");
    await expectOk(await this.tokenUpdate(), "TokenUpdate");
    arrived("TokenUpdate");
    this.enrolled = true;
  }

  /** Its user restarts it. */
  restart(): void {
    this.state.restarts++;
    restarted(this.state);
  }

  /** The state that an erased device loses. */
  #forget(): void {
    const setup = {
      automated: false,
      awaitingConfiguration: false,
      adminAccount: undefined,
      // The firmware keeps its password.
      ...(this.state.model.appleSilicon === true ? { recoveryPassword: { current: "", pending: undefined } } : {}),
      lostMode: undefined,
      apps: [],
      passcode: false,
      fileVault: new FileVault(false),
    };
    Object.assign(this.state, { erased: false, lockedWith: undefined, ...setup });
    this.identity = undefined;
    this.users.clear();
    this.#seen.clear();
    crypto.getRandomValues(this.pushToken);
    crypto.getRandomValues(this.unlockToken);
    this.pushMagic = crypto.randomUUID();
  }

  async #answer(
    command: PlistDict,
    mischief: Mischief | undefined,
    userId: string,
  ): Promise<PlistDict> {
    if (mischief === "NotNow" || mischief === "CommandFormatError") return { Status: mischief };
    const { status, body } = mischief === "Error"
      ? failed(12_001, "MCMDMErrorDomain", "It did not work.")
      : await answerCommand({
        state: this.state,
        command,
        channel: this.channel(userId),
        userId,
        device: {
          renew: (profile) => this.#renew(profile),
          told: (bytes) => this.declarative(userId).told(bytes),
          unlockToken: () => this.unlockToken,
          apps: appHabitsOf(this.options, this.link),
        },
      });
    return { Status: status, ...body };
  }

  async #renew(profile: OpenedProfile): Promise<CommandAnswer> {
    const [identity, management] = [this.link.identity, this.link.management];
    try {
      await this.#install(profile);
      await this.#introduce();
      return acknowledged();
    } catch (error) {
      if (!(error instanceof ServerRefused) && !(error instanceof ScepRefused)) throw error;
      this.link.identity = identity;
      this.link.management = management;
      return failed(22_001, "MCSCEPErrorDomain", error.message);
    }
  }
}
