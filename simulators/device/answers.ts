/**
 * What a simulated device answers to commands: one function a request type.
 *
 * @module
 */

import type { Certificate } from "../../src/pki/certificate.ts";
import { array, data, type Plist, type PlistDict, str } from "../../src/protocol/plist.ts";
import { commandUnsupported } from "../../src/apple_schema/commands.ts";
import type { ChannelState } from "./channel_state.ts";
import { APPS, type Model } from "./models.ts";
import { profileList as listedProfiles, ProfileRefused, removeByCommand } from "./channel_profiles.ts";
import { openProvisioningProfile } from "./provisioning_profile.ts";
import { targetOf } from "../declarative/status_items.ts";

/** What a device is and has; commands and declarations change it. */
export type DeviceState = ChannelState & {
  /** An update of its system makes another model of it. */
  model: Model;
  readonly udid: string;
  readonly serialNumber: string;
  name: string;
  readonly identity: Certificate | undefined;
  /** The PIN that opens it; "" when a phone is locked with its own passcode. */
  lockedWith: string | undefined;
  erased: boolean;
  restarts: number;
};

/** The answer's keys beside the status. */
export type CommandAnswer = { status: "Acknowledged" | "Error" | "CommandFormatError"; body: PlistDict };

const acknowledged = (body: PlistDict = {}): CommandAnswer => ({ status: "Acknowledged", body });
/** An answer that says why not, in Apple's form. */
export const failed = (code: number, domain: string, text: string): CommandAnswer => ({
  status: "Error",
  body: {
    ErrorChain: [{ ErrorCode: code, ErrorDomain: domain, USEnglishDescription: text, LocalizedDescription: text }],
  },
});

function queryResponses(state: DeviceState): Record<string, Plist> {
  const { model } = state;
  const mac = model.platform === "macOS";
  return {
    UDID: state.udid,
    SerialNumber: state.serialNumber,
    DeviceName: state.name,
    Model: mac ? model.product : "MX123LL",
    ModelName: model.modelName,
    ProductName: model.product,
    OSVersion: model.osVersion,
    BuildVersion: model.build,
    SupplementalOSVersionExtra: model.osVersionExtra ?? "",
    SupplementalBuildVersion: model.buildExtra ?? model.build,
    IsSupervised: model.supervised,
    DeviceCapacity: mac ? 494.38 : 128,
    AvailableDeviceCapacity: 101.5,
    WiFiMAC: "00:00:5e:00:53:01",
    IsMDMLostModeEnabled: false,
    AwaitingConfiguration: false,
    ...(mac ? { HostName: "mac.local", LocalHostName: "mac", IsActivationLockSupported: true } : {}),
    ...(model.appleSilicon === undefined ? {} : { IsAppleSilicon: model.appleSilicon }),
    ...(mac || model.platform === "tvOS" ? {} : { BatteryLevel: 0.83, IsActivationLockEnabled: false }),
  };
}

function deviceInformation(state: DeviceState, command: PlistDict): CommandAnswer {
  const all = queryResponses(state);
  const asked = array(command, "Queries")?.filter((query) => typeof query === "string") ?? Object.keys(all);
  return acknowledged({
    QueryResponses: Object.fromEntries(asked.flatMap((query) => {
      const value = all[query];
      return value === undefined ? [] : [[query, value]];
    })),
  });
}

function securityInfo({ model }: DeviceState): CommandAnswer {
  return acknowledged({
    SecurityInfo: model.platform === "macOS"
      ? {
        FDE_Enabled: true,
        FDE_HasPersonalRecoveryKey: true,
        FDE_HasInstitutionalRecoveryKey: false,
        SystemIntegrityProtectionEnabled: true,
        FirewallSettings: { FirewallEnabled: true, BlockAllIncoming: false, StealthMode: false },
        BootstrapTokenAllowedForAuthentication: "allowed",
        BootstrapTokenRequiredForSoftwareUpdate: true,
        BootstrapTokenRequiredForKernelExtensionApproval: true,
        ManagementStatus: {
          EnrolledViaDEP: false,
          UserApprovedEnrollment: true,
          IsUserEnrollment: false,
          IsActivationLockManageable: true,
        },
      }
      : {
        HardwareEncryptionCaps: 3,
        PasscodePresent: true,
        PasscodeCompliant: true,
        PasscodeCompliantWithProfiles: true,
        ManagementStatus: { EnrolledViaDEP: false, IsUserEnrollment: false },
      },
  });
}

function applications({ model }: DeviceState, command: PlistDict): CommandAnswer {
  const identifiers = array(command, "Identifiers");
  const managed = command["ManagedAppsOnly"] === true;
  const apps = APPS[model.platform].filter(({ Identifier }) =>
    (identifiers === undefined || identifiers.includes(Identifier)) &&
    (!managed || Identifier.startsWith("com.example."))
  );
  return acknowledged({ InstalledApplicationList: apps.map((app) => ({ ...app, Installing: false })) });
}

function certificates({ identity }: DeviceState, _command: PlistDict, { identities }: ChannelState): CommandAnswer {
  const all = [
    ...(identity === undefined ? [] : [identity]),
    ...[...identities.values()].map((one) => one.certificate),
  ];
  return acknowledged({
    CertificateList: all.map((certificate) => ({
      CommonName: certificate.subject.commonName ?? "",
      Data: Uint8Array.from(certificate.der),
      IsIdentity: true,
    })),
  });
}

function removeProfile(_state: DeviceState, command: PlistDict, channel: ChannelState): CommandAnswer {
  try {
    removeByCommand(channel, str(command, "Identifier") ?? "");
    return acknowledged();
  } catch (error) {
    if (error instanceof ProfileRefused) return failed(89, "MDMErrorDomain", error.message);
    throw error;
  }
}

function installProvisioningProfile(_state: DeviceState, command: PlistDict, channel: ChannelState): CommandAnswer {
  const bytes = data(command, "ProvisioningProfile");
  if (bytes === undefined) return { status: "CommandFormatError", body: {} };
  try {
    const profile = openProvisioningProfile(bytes);
    const others = channel.provisioningProfiles.filter(({ uuid }) => uuid !== profile.uuid);
    channel.provisioningProfiles = [...others, profile];
    return acknowledged();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failed(26_000, "MCProvisioningErrorDomain", `The provisioning profile cannot be installed: ${why}`);
  }
}

function removeProvisioningProfile(_state: DeviceState, command: PlistDict, channel: ChannelState): CommandAnswer {
  const uuid = str(command, "UUID") ?? "";
  const others = channel.provisioningProfiles.filter((one) => one.uuid !== uuid);
  if (others.length === channel.provisioningProfiles.length) {
    return failed(26_001, "MCProvisioningErrorDomain", `The provisioning profile “${uuid}” is not installed.`);
  }
  channel.provisioningProfiles = others;
  return acknowledged();
}

const provisioningProfiles = (_state: DeviceState, _command: PlistDict, channel: ChannelState): CommandAnswer =>
  acknowledged({
    ProvisioningProfileList: channel.provisioningProfiles.map(({ name, uuid, expiresAt }) => ({
      Name: name,
      UUID: uuid,
      ...(expiresAt === undefined ? {} : { ExpiryDate: expiresAt }),
    })),
  });

function declarativeManagement(state: DeviceState): CommandAnswer {
  const unsupported = commandUnsupported("DeclarativeManagement", {}, targetOf(state, ""));
  return unsupported === null ? acknowledged() : failed(12_021, "MCMDMErrorDomain", unsupported);
}

function lock(state: DeviceState, command: PlistDict): CommandAnswer {
  const pin = str(command, "PIN");
  if (state.model.platform === "macOS" && pin?.length !== 6) {
    return failed(12_021, "MCMDMErrorDomain", "The PIN must have six digits.");
  }
  state.lockedWith = pin ?? "";
  return acknowledged();
}

function erase(state: DeviceState): CommandAnswer {
  state.erased = true;
  return acknowledged();
}

function restart(state: DeviceState): CommandAnswer {
  state.restarts++;
  return acknowledged();
}

type Answer = (state: DeviceState, command: PlistDict, channel: ChannelState) => CommandAnswer;

/** What the device knows. `InstallProfile` is the device's own, since it may change its identity. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  DeviceInformation: deviceInformation,
  SecurityInfo: securityInfo,
  InstalledApplicationList: applications,
  ManagedApplicationList: () => acknowledged({ ManagedApplicationList: {} }),
  CertificateList: certificates,
  ProfileList: (_state, _command, channel) => acknowledged({ ProfileList: listedProfiles(channel) }),
  ProvisioningProfileList: provisioningProfiles,
  InstallProvisioningProfile: installProvisioningProfile,
  RemoveProvisioningProfile: removeProvisioningProfile,
  RemoveProfile: removeProfile,
  DeclarativeManagement: declarativeManagement,
  DeviceLock: lock,
  EraseDevice: erase,
  RestartDevice: restart,
  ShutDownDevice: () => acknowledged(),
};

/**
 * The answer to a command, for the device itself or the `channel` of a user. A request type that the platform does not know
 * is an error, as on real devices.
 */
export function answerCommand(
  state: DeviceState,
  command: PlistDict,
  channel: ChannelState = state,
): CommandAnswer {
  const requestType = str(command, "RequestType") ?? "";
  const answer = ANSWERS[requestType];
  return answer === undefined
    ? failed(12_021, "MCMDMErrorDomain", `"${requestType}" is not a valid request type.`)
    : answer(state, command, channel);
}
