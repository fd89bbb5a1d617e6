/**
 * Creates devices of all models in turn, with serial numbers of their own.
 *
 * @module
 */

import { type Random, randomText, systemRandom } from "../../src/runtime.ts";
import { type DeviceOptions, SimulatedDevice } from "../device/device.ts";
import type { KeyPool } from "./key_pool.ts";
import { MODELS } from "../device/models.ts";

const PEOPLE = ["Ada", "Ben", "Chiara", "Deniz", "Emil", "Femi", "Grace", "Hana", "Igor", "Jun", "Kofi", "Lena"];

/** Returns `count` devices that are not enrolled yet; `vary` gives the nth options of its own, such as its model. */
export function makeRoster(
  count: number,
  options:
    & { keys: Pick<KeyPool, "take">; random?: Random; vary?: (n: number) => Partial<DeviceOptions> }
    & Partial<DeviceOptions>,
): SimulatedDevice[] {
  const { keys, random = systemRandom, vary, ...rest } = options;
  return Array.from({ length: count }, (_, n) => {
    const own: Partial<DeviceOptions> = vary?.(n) ?? {};
    const model = own.model ?? MODELS[n % MODELS.length];
    if (model === undefined) throw new Error("There are no models");
    return new SimulatedDevice({
      model,
      serialNumber: `SIM${randomText(random, 9).toUpperCase()}`,
      udid: random.uuid().toUpperCase(),
      name: `${PEOPLE[n % PEOPLE.length]}’s ${model.modelName}`,
      signature: n % 4 === 3 ? "der" : "apple-ber",
      newKey: () => keys.take(),
      ...rest,
      ...own,
    });
  });
}
