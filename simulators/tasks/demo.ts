/**
 * `deno task demo`: a server with a fleet of simulated devices, to look at and to try things on.
 *
 * @module
 */

import { findUserByName } from "../../db/access/users.ts";
import { createApiToken } from "../../src/access/api_tokens.ts";
import { COMMAND_LINE } from "../../src/access/operator.ts";
import { createUser, updateUser } from "../../src/access/users.ts";
import { type Options, runCommand, UsageError } from "../../src/cli/command.ts";
import { problem } from "../../src/errors.ts";
import { uploadPushCertificate } from "../../src/push/certificates.ts";
import { randomText, type Runtime, systemClock, systemRandom } from "../../src/runtime.ts";
import { apiClient } from "../api_client.ts";
import { SimulatedAppsAndBooks } from "../apple/apps_and_books.ts";
import { startApns } from "../apple/apns.ts";
import { SimulatedDeviceAssignment } from "../apple/device_assignment.ts";
import { makeDeviceMaker } from "../apple/device_ca.ts";
import { startSoftwareLookup } from "../apple/software_lookup.ts";
import type { DeviceOptions, SimulatedDevice } from "../device/device.ts";
import { type Crowd, type CrowdEvent, startCrowd } from "../fleet/crowd.ts";
import { enrollmentApi } from "../fleet/enrollment_api.ts";
import { makeKeyPool } from "../fleet/key_pool.ts";
import { makeRoster } from "../fleet/roster.ts";
import { makeDemoApps } from "./demo_apps.ts";
import { makeDemoArtifacts, makeDemoFilevault } from "./demo_artifacts.ts";
import { assignDemoDevices, unbox } from "./demo_assignment.ts";
import { makeCast } from "./demo_cast.ts";
import { demoCatalogue, makeDemoEnforcements } from "./demo_catalogue.ts";
import { startDemoServer } from "./demo_server.ts";

const HELP = `deno task demo [--port PORT] [--devices N] [--data FOLDER] [--pace N]

Starts a server with a database of its own, fakes of Apple's services (push, device assignment, Apps & Books, software catalogue),
and simulated devices that enroll and stay online. Half of them are assigned at Apple, come out of the box one by one over
the first minute, and wait in Setup Assistant. Their blueprint holds two profiles, two declarations, an app of the App
Store with licences for some of them and an app of the organization, encrypts the disks of Macs, and leads them to a newer
version of their system.
Prints the address, a sign-in and an API token, each on a line of its own, then a line for each thing that happens.
Ctrl-C ends it, and with it everything that was made.

  --port PORT      The server's port on this machine (8000).
  --devices N      How many devices in all (24).
  --data FOLDER    Keep the data there instead of in a throw-away folder. Devices of an earlier run stay silent.
  --pace N         How many times as fast everything happens (1).
  --help           Shows this text.`;

const KNOWN = { texts: ["port", "devices", "data", "pace"], flags: [] };
const USERNAME = "demo@example.com";
/** Seconds between two contacts of a device that is not pushed. */
const EVERY = 60;
/** Seconds over which assigned devices come out of the box. */
const ARRIVAL = 60;
/** Seconds that an app takes to be installed. */
const INSTALLATION = 20;
/** Seconds until pilot devices have to update. */
const PILOTS = 150;

/** The content of the demo. */
export type Demo = { port: number; devices: number; data: string | undefined; pace: number };

/** Returns the options as values. Throws UsageError. */
export function demoOf({ texts }: Options): Demo {
  const whole = (name: string, fallback: number, low: number, high: number): number => {
    const text = texts.get(name) ?? String(fallback);
    if (/^[0-9]{1,6}$/.test(text) && Number(text) >= low && Number(text) <= high) return Number(text);
    throw new UsageError(`Cannot use --${name} "${text}": it should be a whole number from ${low} to ${high}`);
  };
  return {
    port: whole("port", 8000, 1, 65535),
    devices: whole("devices", 24, 0, 5000),
    data: texts.get("data"),
    pace: whole("pace", 1, 1, 60),
  };
}

/** Returns how many declarations a device has, and how many of them it cannot follow. */
function declarationsOf({ state: { declarations } }: SimulatedDevice): string {
  const invalid = [...declarations.values()].filter(({ valid }) => valid === "invalid").length;
  const count = `${declarations.size} declaration${declarations.size === 1 ? "" : "s"}`;
  return invalid === 0 ? count : `${count}, ${invalid} of them invalid`;
}

/** Returns a device in words. */
const named = ({ state: { name, model }, serialNumber }: SimulatedDevice): string =>
  `${name} (${serialNumber}, ${model.platform} ${model.osVersion})`;

/** Returns one line for an event; nothing for a connect without a command. */
export function sentenceOf(event: CrowdEvent): string | undefined {
  const who = named(event.device);
  switch (event.kind) {
    case "enrolled":
      return `${who} enrolled${event.device.state.awaitingConfiguration ? " and waits in Setup Assistant" : ""}`;
    case "connected": {
      const [first] = event.exchanges;
      if (first === undefined) return undefined;
      const answers = event.exchanges.map(({ requestType, status }) =>
        status === "Acknowledged" ? requestType : `${requestType}: ${status}`
      );
      const follows = event.exchanges.some(({ requestType }) => requestType === "DeclarativeManagement")
        ? ` and follows ${declarationsOf(event.device)}`
        : "";
      const released =
        event.exchanges.some(({ requestType, status }) =>
            requestType === "DeviceConfigured" && status === "Acknowledged"
          )
          ? " and left Setup Assistant"
          : "";
      return `${who} answered ${answers.join(", ")}${
        event.cause === "push" ? " after a push" : ""
      }${follows}${released}`;
    }
    case "stopped":
      return `${who} was left at page ${event.page} of the web view`;
    case "updated":
      return `${who} updated${event.early ? " before its deadline" : " as enforced"}`;
    case "update failed":
      return `${who} failed to update to ${event.version}: ${event.reason}`;
    case "left":
      return `${who} ${event.because === "erased" ? "erased itself" : "was released"}`;
    case "failed":
      return `${who} failed at ${event.doing}: ${event.error.message}`;
  }
}

async function makeSuperuser(runtime: Runtime): Promise<{ password: string; token: string }> {
  const password = randomText(runtime.random, 16);
  const input = {
    username: USERNAME,
    email: USERNAME,
    fullName: "Demonstration",
    isActive: true,
    isSuperuser: true,
    isServiceAccount: false,
    roles: [],
    password,
  };
  const known = await findUserByName(runtime.sql, USERNAME);
  const user = known === undefined
    ? await createUser(runtime, COMMAND_LINE, input)
    : await updateUser(runtime, COMMAND_LINE, known.id, input);
  const name = `demonstration ${runtime.clock.now().toISOString()}`;
  const { token } = await createApiToken(runtime, COMMAND_LINE, { userId: user.id, name, expiresAt: null });
  return { password, token };
}

function portMustBeFree(port: number): void {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw problem("refused", `Cannot use the port ${port}: something listens there already; use --port`, {}, error);
  }
}

/** Runs the demonstration until `end`; `print` gets its lines. */
async function runDemo(demo: Demo, print: (line: string) => void, end: Promise<void>): Promise<void> {
  portMustBeFree(demo.port);
  await using stack = new AsyncDisposableStack();
  const folder = demo.data ?? await Deno.makeTempDir({ prefix: "espalier-demo-" });
  if (demo.data === undefined) {
    // The embedded database may run as another user, which needs access.
    await Deno.chmod(folder, 0o755);
    stack.defer(() => Deno.remove(folder, { recursive: true }));
  }
  const apns = await startApns();
  stack.defer(() => apns.close());
  const apple = new SimulatedDeviceAssignment();
  const assignmentUrl = apple.start();
  stack.defer(() => apple.stop());
  const content = new SimulatedAppsAndBooks();
  content.immediate = true;
  const contentUrl = content.start();
  stack.defer(() => content.stop());
  const lookup = await startSoftwareLookup(systemClock.now(), demoCatalogue(systemClock.now()));
  stack.defer(() => lookup.close());
  const maker = await makeDeviceMaker(systemClock.now());
  const server = await startDemoServer({
    port: demo.port,
    folder,
    apns,
    lookup,
    assignmentUrl,
    contentUrl,
    makerPem: maker.pem,
  });
  stack.defer(() => server.close());
  const { runtime, address } = server;

  const { password, token } = await makeSuperuser(runtime);
  // In a folder that is kept, the names of the runs before are taken.
  const run = demo.data === undefined ? "" : `, ${runtime.clock.now().toISOString()}`;
  const name = `Demonstration${run}`;
  const topic = `com.apple.mgmt.External.${runtime.random.uuid()}`;
  const { certificatePem, keyPem } = await apns.makePushCertificate(topic);
  const { id } = await uploadPushCertificate(runtime, COMMAND_LINE, {
    name,
    certificate: certificatePem,
    privateKey: keyPem,
  });
  const api = enrollmentApi(address, token);
  const enrollment = await api.makeEnrollment(name, id);
  const [client, blueprint] = [apiClient(address, token), await api.blueprint()];
  await makeDemoArtifacts(client, blueprint);
  await makeDemoFilevault(client, blueprint, run);
  await makeDemoApps(client, content, { address, token, blueprint });
  const pilotsAt = new Date(runtime.clock.now().getTime() + PILOTS * 1000 / demo.pace);
  const pilots = await makeDemoEnforcements(client, { blueprint, run, pilotsAt });
  print(`Address:   ${address}`);
  print(`Sign-in:   ${USERNAME} ${password}`);
  print(`API token: ${token}`);

  const keys = makeKeyPool({ ahead: 2 });
  const factoryKey = await keys.take();
  const overTheAir = await api.overTheAirProfile(enrollment);
  const apps: Partial<DeviceOptions> = {
    appStore: (adamId, serialNumber) => content.store.serve(adamId, serialNumber),
    installSeconds: INSTALLATION / demo.pace,
  };
  const cast = makeCast(demo.devices >> 1, keys, apps);
  const assignment = { runtime, client, apple, run, unit: await api.unit(), pushCertificate: id, blueprint, pilots };
  if (cast.length > 0) {
    await assignDemoDevices(assignment, cast);
    print(`Assigned:  ${cast.length} of ${demo.devices} devices come out of the box, one by one`);
  }
  const devices = makeRoster(demo.devices - cast.length, {
    ...apps,
    keys,
    random: systemRandom,
    // A phone in a pocket is locked from time to time.
    mischief: (type) => type === "InstallProfile" && Math.random() < 0.1 ? "NotNow" : undefined,
  });
  let stopping = false;
  const say = (sentence: string) => {
    if (!stopping) print(`${runtime.clock.now().toISOString().slice(11, 19)}  ${sentence}`);
  };
  const partOf = new Map(cast.map((one) => [one.device, one]));
  const enroll = async (device: SimulatedDevice) => {
    const assigned = partOf.get(device);
    if (assigned !== undefined) {
      const factory = maker.certify(device.udid, factoryKey);
      return await unbox(assigned, apple, factory, (one, what) => say(`${named(one)} ${what}`));
    }
    // A third of them over the air, the others with a profile of their own.
    if (devices.indexOf(device) % 3 === 2) {
      await device.enrollOverTheAir(overTheAir, maker.certify(device.udid, factoryKey));
    } else {
      await device.enroll(await api.profile(enrollment, device));
    }
  };
  const crowd: Crowd = startCrowd({
    devices: [...devices, ...partOf.keys()],
    enroll,
    arrives: (device) =>
      Math.max(0, cast.findIndex((one) => one.device === device)) * ARRIVAL / cast.length / demo.pace,
    updatesEarly: (device) => partOf.get(device)?.part.early ?? false,
    every: EVERY / demo.pace,
    apns,
    on: (event) => {
      const sentence = sentenceOf(event);
      if (sentence !== undefined) say(sentence);
    },
  });
  stack.defer(() => crowd.stop());
  await end;
  // Devices in the middle of something end it, silently.
  stopping = true;
  print("Stopping.");
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => resolve());
  });
}

if (import.meta.main) {
  // From the beginning: a signal while the database starts must not leave its folder behind.
  const end = signalled();
  Deno.exit(await runCommand(Deno.args, HELP, KNOWN, (options) => runDemo(demoOf(options), console.log, end)));
}
