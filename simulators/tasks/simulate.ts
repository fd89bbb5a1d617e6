/**
 * `deno task simulate`: a crowd of simulated devices against a running server.
 *
 * @module
 */

import { type Options, runCommand, UsageError } from "../../src/cli/command.ts";
import { loadDeviceMaker } from "../apple/device_ca.ts";
import type { SimulatedDevice } from "../device/device.ts";
import { openProfile } from "../device/installed_profile.ts";
import { type Crowd, startCrowd } from "../fleet/crowd.ts";
import { enrollmentApi } from "../fleet/enrollment_api.ts";
import { makeKeyPool } from "../fleet/key_pool.ts";
import { makeRoster } from "../fleet/roster.ts";
import { makeTally } from "../fleet/tally.ts";

const HELP = `deno task simulate --server URL --token TOKEN [--devices N] [--seconds S] [--every E]
deno task simulate --profile FILE [--maker FILE] [--devices N] [--seconds S] [--every E]

Enrolls simulated devices of all platforms and keeps them connecting. Prints one line of numbers each second, and ends with
1 when anything failed.

  --server URL     The server, such as http://localhost:8000; an enrollment is made through its API …
  --token TOKEN    … with this API token (deno task token:create --name simulation --superuser).
  --profile FILE   An enrollment profile instead: of the server's over-the-air kind for any number of devices, or of one
                   device.
  --maker FILE     The certificate of the simulated maker of the devices, which the server must trust for the over-the-air
                   kind (DEVICE_TEST_ROOTS). Made, with FILE.key, when it is not there.
  --devices N      How many devices (10).
  --seconds S      How long, after which they stay enrolled and silent (until interrupted).
  --every E        Seconds between two contacts of a device (5).
  --shared-keys N  Make only N keys and give them to all devices: quicker to begin with.
  --help           Shows this text.`;

const KNOWN = {
  texts: ["server", "token", "profile", "maker", "devices", "seconds", "every", "shared-keys"],
  flags: [],
};

/** How devices come to their profiles. */
export type Source =
  | { kind: "api"; server: string; token: string }
  | { kind: "profile"; file: string; maker: string | undefined };

/** The options of a simulation. Times are in seconds. */
export type Simulation = {
  source: Source;
  devices: number;
  seconds: number | undefined;
  every: number;
  sharedKeys: number | undefined;
};

/** Returns the options as values. Throws UsageError. */
export function simulationOf({ texts }: Options): Simulation {
  const number = (name: string, low: number, high: number): number | undefined => {
    const text = texts.get(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^[0-9]+(\.[0-9]+)?$/.test(text) && value >= low && value <= high) return value;
    throw new UsageError(`Cannot use --${name} "${text}": it should be a number from ${low} to ${high}`);
  };
  const whole = (name: string, low: number, high: number): number | undefined => {
    const value = number(name, low, high);
    if (value === undefined || Number.isInteger(value)) return value;
    throw new UsageError(`Cannot use --${name} "${value}": it should be a whole number`);
  };
  return {
    source: sourceOf(texts),
    devices: whole("devices", 1, 100_000) ?? 10,
    seconds: number("seconds", 1, 1_000_000),
    every: number("every", 0.1, 100_000) ?? 5,
    sharedKeys: whole("shared-keys", 1, 1000),
  };
}

function sourceOf(texts: ReadonlyMap<string, string>): Source {
  const [server, token, profile] = [texts.get("server"), texts.get("token"), texts.get("profile")];
  if (profile !== undefined) {
    if (server !== undefined || token !== undefined) {
      throw new UsageError("Cannot use --profile with --server or --token: the profile names the server");
    }
    return { kind: "profile", file: profile, maker: texts.get("maker") };
  }
  if (server === undefined || token === undefined) {
    throw new UsageError("Cannot simulate without --server and --token, or --profile");
  }
  if (!/^https?:$/.test(URL.parse(server)?.protocol ?? "")) {
    throw new UsageError(`Cannot use --server "${server}": it should be an address like http://localhost:8000`);
  }
  return { kind: "api", server, token };
}

/** How one device enrolls. */
async function enrollerOf(source: Source): Promise<(device: SimulatedDevice) => Promise<void>> {
  if (source.kind === "api") {
    const api = enrollmentApi(source.server, source.token);
    const id = await api.makeEnrollment(`Simulated devices ${new Date().toISOString()}`);
    return async (device) => await device.enroll(await api.profile(id, device));
  }
  const profile = await Deno.readFile(source.file);
  if (openProfile(profile).service === undefined) return async (device) => await device.enroll(profile);
  if (source.maker === undefined) throw new UsageError("Cannot enroll over the air without --maker");
  const maker = await loadDeviceMaker(source.maker, new Date());
  const keys = makeKeyPool({ shared: 1 });
  return async (device) => await device.enrollOverTheAir(profile, maker.certify(device.udid, await keys.take()));
}

/** Resolves at the end of the time or at a signal. */
function untilTheEnd(seconds: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = seconds === undefined ? undefined : setTimeout(end, seconds * 1000);
    function end() {
      clearTimeout(timer);
      for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.removeSignalListener(signal, end);
      resolve();
    }
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, end);
  });
}

/** Runs a simulation to its end. Returns the number of failures. */
async function simulate(
  simulation: Simulation,
  print: (line: string) => void,
  end: (seconds: number | undefined) => Promise<void> = untilTheEnd,
): Promise<number> {
  const { source, devices: count, seconds, every, sharedKeys } = simulation;
  const keys = makeKeyPool(sharedKeys === undefined ? { ahead: 4 } : { shared: sharedKeys });
  const tally = makeTally(count);
  const crowd: Crowd = startCrowd({
    devices: makeRoster(count, { keys }),
    enroll: await enrollerOf(source),
    every,
    on: tally.count,
  });
  let last = performance.now();
  const tell = () => {
    const now = performance.now();
    print(tally.line((now - last) / 1000));
    last = now;
  };
  const ticker = setInterval(tell, 1000);
  await end(seconds);
  clearInterval(ticker);
  await crowd.stop();
  tell();
  return tally.failures;
}

if (import.meta.main) {
  Deno.exit(
    await runCommand(Deno.args, HELP, KNOWN, async (options) => {
      const failures = await simulate(simulationOf(options), console.log);
      if (failures > 0) Deno.exit(1);
    }),
  );
}
