/**
 * ScheduleOSUpdate: the update is loaded and installed as time passes. One that the device does not find is an error in the
 * results.
 *
 * @module
 */

import { dicts, type PlistDict, str } from "../../../src/protocol/plist.ts";
import type { DeviceState } from "../device_state.ts";
import { foundUpdate } from "../scheduled_update.ts";
import { acknowledged, type SimulatedCommand } from "./answer.ts";

function schedule(state: DeviceState, item: PlistDict): PlistDict {
  const found = foundUpdate(state.model);
  const [key, version] = [str(item, "ProductKey"), str(item, "ProductVersion")];
  if ((key ?? found.productKey) !== found.productKey || (version ?? found.version) !== found.version) {
    const text = "The device does not find this update.";
    return {
      ProductKey: key ?? "",
      InstallAction: "Error",
      Status: "Idle",
      ErrorChain: [{
        ErrorCode: 1,
        ErrorDomain: "SUErrorDomain",
        USEnglishDescription: text,
        LocalizedDescription: text,
      }],
    };
  }
  const asked = str(item, "InstallAction") ?? "Default";
  const downloaded = state.scheduledUpdate?.productKey === found.productKey && state.scheduledUpdate.downloaded;
  const action = asked === "Default" ? downloaded ? "InstallASAP" : "DownloadOnly" : asked;
  state.scheduledUpdate = { ...found, action, downloaded };
  return { ProductKey: found.productKey, InstallAction: action, Status: downloaded ? "Idle" : "Downloading" };
}

export const scheduleOsUpdate: SimulatedCommand = {
  name: "ScheduleOSUpdate",
  answer: ({ state, command }) =>
    acknowledged({ UpdateResults: dicts(command, "Updates").map((item) => schedule(state, item)) }),
};
