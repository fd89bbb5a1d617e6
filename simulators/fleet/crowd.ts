/**
 * Many simulated devices at once: enrolls them a few at a time, then keeps each online, by push or timer.
 *
 * How it differs from the real thing: a device that is locked with a PIN is unlocked after a time; real devices connect
 * only when they are pushed, these also by themselves.
 *
 * @module
 */

import type { FakeApns } from "../apple/apns.ts";
import type { Exchange, SimulatedDevice } from "../device/device.ts";
import { WebViewLeft } from "../device/setup_assistant.ts";

/** Something that happened to a device. Times are in milliseconds. */
export type CrowdEvent =
  | { kind: "enrolled"; device: SimulatedDevice; took: number }
  | { kind: "connected"; device: SimulatedDevice; exchanges: readonly Exchange[]; took: number; cause: "push" | "time" }
  | { kind: "stopped"; device: SimulatedDevice; page: number }
  | { kind: "updated"; device: SimulatedDevice; version: string; early: boolean }
  | { kind: "update failed"; device: SimulatedDevice; version: string; reason: string }
  | { kind: "left"; device: SimulatedDevice; because: "erased" | "released" }
  | { kind: "failed"; device: SimulatedDevice; doing: "enrolling" | "connecting"; error: Error };

/** The options of a crowd. */
export type CrowdOptions = {
  devices: readonly SimulatedDevice[];
  enroll(device: SimulatedDevice): Promise<void>;
  /** Seconds until a device is switched on for the first time; 0 by default. */
  arrives?(device: SimulatedDevice): number;
  /** Whether the user of a device installs an enforced update before its time; no by default. */
  updatesEarly?(device: SimulatedDevice): boolean;
  /** How many enroll at once. */
  parallel?: number;
  /** Seconds between two connects of a device without a push; spread by a fifth. */
  every: number;
  /** Seconds until a locked Mac is unlocked, as if a user typed the PIN. */
  unlockAfter?: number;
  apns?: Pick<FakeApns, "register" | "onPush">;
  on(event: CrowdEvent): void;
};

/** A running crowd. */
export type Crowd = {
  /** Resolves when every device has tried to enroll once. */
  readonly enrolled: Promise<void>;
  /** Resolves when the last conversation has ended. */
  stop(): Promise<void>;
};

/** Sets a crowd to work. */
export function startCrowd(options: CrowdOptions): Crowd {
  const stopping = new AbortController();
  const slots = makeSlots(options.parallel ?? 4);
  const members = options.devices.map((device) => live(device, options, slots, stopping.signal));
  return {
    enrolled: Promise.all(members.map(({ tried }) => tried)).then(() => {}),
    async stop() {
      stopping.abort();
      await Promise.all(members.map(({ ended }) => ended));
    },
  };
}

/** A nap that a push ends. */
type Bell = { ring(): void; nap(seconds: number, signal: AbortSignal): Promise<"push" | "time"> };

function makeBell(): Bell {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    async nap(seconds, signal) {
      if (!rung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(done, seconds * 1000);
          function done() {
            clearTimeout(timer);
            signal.removeEventListener("abort", done);
            wake = undefined;
            resolve();
          }
          wake = done;
          signal.addEventListener("abort", done);
        });
      }
      const cause = rung ? "push" : "time";
      rung = false;
      return cause;
    },
  };
}

type Slots = <T>(work: () => Promise<T>) => Promise<T>;

function makeSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}

function live(
  device: SimulatedDevice,
  options: CrowdOptions,
  slots: Slots,
  signal: AbortSignal,
): { tried: Promise<void>; ended: Promise<void> } {
  const { every, unlockAfter = 120, apns, on } = options;
  const bell = makeBell();
  let offline: (() => void) | undefined;
  let began = false;
  const since = (start: number) => performance.now() - start;
  const failed = (doing: "enrolling" | "connecting", error: unknown) =>
    on({ kind: "failed", device, doing, error: error instanceof Error ? error : new Error(String(error)) });

  const enroll = () =>
    slots(async () => {
      if (signal.aborted) return;
      const start = performance.now();
      try {
        await options.enroll(device);
      } catch (error) {
        // Its person is gone, and nobody tries again.
        began = error instanceof WebViewLeft;
        if (error instanceof WebViewLeft) return on({ kind: "stopped", device, page: error.page });
        return failed("enrolling", error);
      }
      began = true;
      on({ kind: "enrolled", device, took: since(start) });
      apns?.register(device.pushToken, device.topic);
      offline = apns?.onPush(device.pushToken, () => bell.ring());
    });

  const connect = async (cause: "push" | "time") => {
    const start = performance.now();
    try {
      const exchanges = await device.connect();
      on({ kind: "connected", device, exchanges, took: since(start), cause });
    } catch (error) {
      return failed("connecting", error);
    }
    if (device.enrolled) return await update();
    on({ kind: "left", device, because: device.state.erased ? "erased" : "released" });
  };

  const update = async () => {
    const wanted = device.enforcedUpdate;
    if (wanted === undefined || device.state.awaitingConfiguration) return;
    const early = options.updatesEarly?.(device) ?? false;
    const { count } = device.state.updateFailures;
    try {
      const version = await device.passTime({ early });
      if (version !== undefined) return on({ kind: "updated", device, version, early });
      const { updateFailures } = device.state;
      if (updateFailures.count === count) return;
      on({ kind: "update failed", device, version: wanted.version, reason: updateFailures.reason });
    } catch (error) {
      failed("connecting", error);
    }
  };

  const stay = async () => {
    while (!signal.aborted) {
      const cause = await bell.nap(every * (0.8 + 0.4 * Math.random()), signal);
      if (signal.aborted) break;
      if (!device.enrolled) {
        // A device that was let go does not come back by itself; one that could not enroll tries again.
        if (began) break;
        await enroll();
        continue;
      }
      if (device.state.model.platform === "macOS" && device.state.lockedWith !== undefined) {
        // A Mac at its lock screen does not connect.
        for (const until = performance.now() + unlockAfter * 1000; performance.now() < until && !signal.aborted;) {
          await bell.nap((until - performance.now()) / 1000, signal);
        }
        device.state.lockedWith = undefined;
        if (signal.aborted) break;
      }
      await connect(cause);
    }
    offline?.();
  };

  const arrive = async () => {
    const seconds = options.arrives?.(device) ?? 0;
    if (seconds > 0) await bell.nap(seconds, signal);
    await enroll();
  };
  const tried = arrive();
  return { tried, ended: tried.then(stay) };
}
