/**
 * DeviceInformation: only the requested facts that the device knows.
 *
 * @module
 */

import { array, type Plist } from "../../../src/protocol/plist.ts";
import type { DeviceState } from "../device_state.ts";
import { acknowledged, type SimulatedCommand } from "./answer.ts";

const adminAccounts = ({ adminAccount }: DeviceState): Plist[] =>
  adminAccount === undefined ? [] : [{ GUID: adminAccount.guid, shortName: adminAccount.shortName }];

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
    SoftwareUpdateDeviceID: model.softwareUpdateDeviceId ?? model.product,
    SupplementalOSVersionExtra: model.osVersionExtra ?? "",
    SupplementalBuildVersion: model.buildExtra ?? model.build,
    IsSupervised: model.supervised,
    DeviceCapacity: mac ? 494.38 : 128,
    AvailableDeviceCapacity: 101.5,
    WiFiMAC: "00:00:5e:00:53:01",
    AwaitingConfiguration: state.awaitingConfiguration,
    ...(mac ? {} : { IsMDMLostModeEnabled: state.lostMode !== undefined }),
    ...(model.platform === "iPadOS" ? { IsMultiUser: model.sharedIpad === true } : {}),
    ...(mac && state.automated ? { AutoSetupAdminAccounts: adminAccounts(state) } : {}),
    ...(mac ? { HostName: state.hostName ?? "mac.local", LocalHostName: "mac", IsActivationLockSupported: true } : {}),
    ...(model.appleSilicon === undefined ? {} : { IsAppleSilicon: model.appleSilicon }),
    ...(mac || model.platform === "tvOS" ? {} : { BatteryLevel: 0.83, IsActivationLockEnabled: false }),
  };
}

export const deviceInformation: SimulatedCommand = {
  name: "DeviceInformation",
  answer({ state, command }) {
    const all = queryResponses(state);
    const asked = array(command, "Queries")?.filter((query) => typeof query === "string") ?? Object.keys(all);
    return acknowledged({
      QueryResponses: Object.fromEntries(asked.flatMap((query) => {
        const value = all[query];
        return value === undefined ? [] : [[query, value]];
      })),
    });
  },
};
