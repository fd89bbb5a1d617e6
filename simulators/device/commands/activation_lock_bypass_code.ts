/**
 * ActivationLockBypassCode: a supervised device states its code.
 *
 * @module
 */

import { acknowledged, failed, type SimulatedCommand } from "./answer.ts";

export const activationLockBypassCode: SimulatedCommand = {
  name: "ActivationLockBypassCode",
  answer({ state }) {
    if (!state.model.supervised) return failed(12_026, "MCMDMErrorDomain", "The device is not supervised.");
    return acknowledged({ ActivationLockBypassCode: state.bypassCode });
  },
};
