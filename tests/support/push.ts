/**
 * A house whose push certificate the fake Apple made, with the notifier at hand.
 *
 * @module
 */

import { type FakeApns, startApns } from "../../simulators/apple/apns.ts";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import type { DeviceOptions } from "../../simulators/device/device_options.ts";
import { createApns } from "../../src/apple/apns.ts";
import type { Config } from "../../src/config.ts";
import { byJob } from "../../src/events/by.ts";
import { notifyBatch } from "../../src/push/notify.ts";
import { systemNetwork } from "../../src/runtime.ts";
import { type Fleet, TOPIC, withFleet } from "./fleet.ts";
import { TestClock } from "./runtime.ts";

/** The context of a test. `seen` are the tokens that were pushed, in order. */
export type Stage = { fleet: Fleet; apple: FakeApns; notify(): Promise<number>; seen(): string[] };

/** Runs `body` with such a house. */
export async function withPush(
  body: (stage: Stage) => Promise<void>,
  settings: Partial<Record<keyof Config, unknown>> = {},
): Promise<void> {
  const clock = new TestClock();
  const apple = await startApns({ clock });
  try {
    const push = await apple.makePushCertificate(TOPIC);
    await withFleet(
      async (fleet) => {
        fleet.runtime.network = systemNetwork;
        const apns = createApns({ ...fleet.runtime, clock: fleet.runtime.clock }, () => Promise.resolve());
        const stop = new AbortController().signal;
        await body({
          fleet,
          apple,
          notify: () => notifyBatch(fleet.runtime, byJob("push"), apns, () => Promise.resolve(), stop),
          seen: () => apple.deliveries.map(({ token }) => token),
        });
        apns.close();
      },
      { APNS_URL: apple.url, APNS_ANCHORS: apple.caPem, ...settings },
      push,
    );
  } finally {
    await apple.close();
  }
}

/** An enrolled device that Apple knows. */
export async function known(
  { fleet, apple }: Stage,
  options: Partial<DeviceOptions> = {},
): Promise<{ device: SimulatedDevice; token: string; id: number }> {
  const device = await fleet.enrolled(options);
  apple.register(device.pushToken, TOPIC);
  apple.onPush(device.pushToken, () => {});
  const { json: [{ id }] } = await fleet.api("GET", `/api/mdm/devices/?udid=${device.udid}`);
  return { device, token: device.pushToken.toHex(), id };
}
