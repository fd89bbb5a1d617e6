/**
 * RotateFileVaultKey: a Mac that is unlocked with its recovery key gets another one.
 *
 * @module
 */

import { data, dict, str } from "../../../src/protocol/plist.ts";
import { acknowledged, failed, type SimulatedCommand } from "./answer.ts";

export const rotateFileVaultKey: SimulatedCommand = {
  name: "RotateFileVaultKey",
  answer({ state, command }) {
    if (state.model.platform !== "macOS") {
      return failed(12_021, "MCMDMErrorDomain", '"RotateFileVaultKey" is not a valid request type.');
    }
    if (str(command, "KeyType") !== "personal") return { status: "CommandFormatError", body: {} };
    const unlocks = str(dict(command, "FileVaultUnlock") ?? {}, "Password");
    const rotated = state.fileVault.rotate(state, unlocks, data(command, "ReplyEncryptionCertificate"));
    if (typeof rotated === "string") return failed(12_093, "MDMErrorDomain", rotated);
    return acknowledged(rotated === undefined ? {} : { RotateResult: { EncryptedNewRecoveryKey: rotated } });
  },
};
