/**
 * What a simulated device answers to commands: one function a request type.
 *
 * @module
 */

import type { Certificate } from "../src/pki/certificate.ts";
import { array, type Plist, type PlistDict, str } from "../src/protocol/plist.ts";
import { APPS, type Model } from "./models.ts";

/** What a device is and has; commands change it. */
export type DeviceState = {
  readonly model: Model;
  readonly udid: string;
  readonly serialNumber: string;
  name: string;
  readonly identity: Certificate | undefined;
  profiles: { identifier: string; uuid: string; displayName: string }[];
  /** The PIN that opens it; "" when a phone is locked with its own passcode. */
  lockedWith: string | undefined;
  erased: boolean;
  restarts: number;
};

/** The answer's keys beside the status. */
export type CommandAnswer = { status: "Acknowledged" | "Error" | "CommandFormatError"; body: PlistDict };

const acknowledged = (body: PlistDict = {}): CommandAnswer => ({ status: "Acknowledged", body });
const failed = (code: number, domain: string, text: string): CommandAnswer => ({
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

function certificates({ identity }: DeviceState): CommandAnswer {
  return acknowledged({
    CertificateList: identity === undefined ? [] : [{
      CommonName: identity.subject.commonName ?? "",
      Data: Uint8Array.from(identity.der),
      IsIdentity: true,
    }],
  });
}

function profileList({ profiles }: DeviceState): CommandAnswer {
  return acknowledged({
    ProfileList: profiles.map(({ identifier, uuid, displayName }) => ({
      PayloadIdentifier: identifier,
      PayloadUUID: uuid,
      PayloadDisplayName: displayName,
      PayloadRemovalDisallowed: false,
      HasRemovalPasscode: false,
      IsEncrypted: false,
      PayloadContent: [],
    })),
  });
}

function removeProfile(state: DeviceState, command: PlistDict): CommandAnswer {
  const identifier = str(command, "Identifier");
  const before = state.profiles.length;
  state.profiles = state.profiles.filter((profile) => profile.identifier !== identifier);
  return state.profiles.length < before
    ? acknowledged()
    : failed(89, "MDMErrorDomain", `Profile with identifier "${identifier}" not found.`);
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

/** What the device knows. `InstallProfile` is the device's own, since it may change its identity. */
const ANSWERS: Readonly<Record<string, (state: DeviceState, command: PlistDict) => CommandAnswer>> = {
  DeviceInformation: deviceInformation,
  SecurityInfo: securityInfo,
  InstalledApplicationList: applications,
  ManagedApplicationList: () => acknowledged({ ManagedApplicationList: {} }),
  CertificateList: certificates,
  ProfileList: profileList,
  ProvisioningProfileList: () => acknowledged({ ProvisioningProfileList: [] }),
  RemoveProfile: removeProfile,
  DeviceLock: lock,
  EraseDevice: erase,
  RestartDevice: restart,
  ShutDownDevice: () => acknowledged(),
};

/** The answer to a command. A request type that the platform does not know is an error, as on real devices. */
export function answerCommand(state: DeviceState, command: PlistDict): CommandAnswer {
  const requestType = str(command, "RequestType") ?? "";
  const answer = ANSWERS[requestType];
  return answer === undefined
    ? failed(12_021, "MCMDMErrorDomain", `"${requestType}" is not a valid request type.`)
    : answer(state, command);
}
