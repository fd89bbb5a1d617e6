/**
 * The device assignment of the demo: a virtual server, the enrollments of its devices, and devices out of the box.
 *
 * @module
 */

import { z } from "zod";
import { COMMAND_LINE } from "../../src/access/operator.ts";
import { finishConnecting, publicKeyFile, startConnecting } from "../../src/ade/connect.ts";
import { changeDefaultEnrollment } from "../../src/ade/virtual_servers.ts";
import { problem } from "../../src/errors.ts";
import { BUILT_IN_ISSUER } from "../../src/issuing/scep_issuers.ts";
import type { Runtime } from "../../src/runtime.ts";
import type { ApiClient } from "../api_client.ts";
import type { SimulatedDeviceAssignment } from "../apple/device_assignment.ts";
import type { DeviceIdentity } from "../device/identity.ts";
import { type CastDevice, MINIMUM, ownedDevice } from "./demo_cast.ts";

const made = z.object({ id: z.union([z.int(), z.string()]) });
const numbered = z.object({ id: z.int() });
const profile = z.object({
  url: z.string(),
  configuration_web_url: z.string().optional(),
  await_device_configured: z.boolean().default(false),
  is_supervised: z.boolean().default(true),
});

const STYLE =
  "<style>body{font:17px system-ui;margin:3em auto;max-width:28em;padding:0 1em}button{font:inherit}</style>";
const VIEWS = [
  ["Welcome", "<h1>Welcome</h1><p>This device ({{ serial_number }}) belongs to Example Organization.</p>"],
  ["Terms of use", "<h1>Terms of use</h1><p>You may use this device for work.</p>"],
] as const;
const htmlOf = (content: string) => `${STYLE}${content}<form method="post"><button>Continue</button></form>`;

/** Pilot devices, however many devices there are. */
const MOST_PILOTS = 40;
/** How long Apple's devices and their profiles may take to arrive. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 100;

/** What the enrollments of the demo are made of. */
export type DemoAssignment = {
  runtime: Runtime;
  client: ApiClient;
  apple: SimulatedDeviceAssignment;
  name: string;
  unit: number;
  pushCertificate: number;
  blueprint: number;
  /** The tag of the pilot devices. */
  pilots: number;
};

/**
 * Connects a virtual server, assigns the devices to it, and gives each a profile: the default enrollment with its web view,
 * and another one to Apple TVs, which have none. Returns when Apple has them.
 */
export async function assignDemoDevices(demo: DemoAssignment, cast: readonly CastDevice[]): Promise<void> {
  const { runtime, client: { call, json }, apple: { portal }, name } = demo;
  const server = portal.addServer(name);
  portal.assign(server, cast.map(({ device }) => ownedDevice(device)));
  for (const { device } of cast.filter(({ part }) => part.pilot).slice(0, MOST_PILOTS)) {
    await call("POST", `/api/inventory/devices/${device.serialNumber}/tags/`, { tags: [demo.pilots] });
  }
  const token = await startConnecting(runtime, COMMAND_LINE);
  portal.uploadPublicKey(server, (await publicKeyFile(runtime, token)).pem);
  const { id } = await finishConnecting(runtime, COMMAND_LINE, token, await portal.downloadToken(server));

  const [standard, meetingRooms] = [
    await enrollment(demo, id, "Out of the box"),
    await enrollment(demo, id, "Apple TVs"),
  ];
  for (const [weight, [title, content]] of VIEWS.entries()) {
    const view = await json(made, "POST", "/api/mdm/enrollment_custom_views/", {
      name: `${title}, ${name}`,
      html: htmlOf(content),
    });
    await call("POST", "/api/mdm/dep_enrollment_custom_views/", {
      dep_enrollment: standard,
      custom_view: view.id,
      weight,
    });
  }
  await changeDefaultEnrollment(runtime, COMMAND_LINE, id, standard);
  const hasProfile = (serial: string) => server.devices.get(serial)?.profileUuid !== undefined;
  await soon(
    "Apple's devices have no profile yet",
    () => Promise.resolve(cast.every(({ device }) => hasProfile(device.serialNumber))),
  );
  const listed = await json(
    z.object({ results: z.array(numbered) }),
    "GET",
    `/api/mdm/dep/devices/?virtual_server=${id}&device_family=AppleTV&limit=500`,
  );
  for (const device of listed.results) {
    await call("PUT", `/api/mdm/dep/devices/${device.id}/`, { enrollment: meetingRooms });
  }
}

/** Creates an enrollment; returns its id. */
async function enrollment(demo: DemoAssignment, virtualServer: number, title: string): Promise<number> {
  return (await demo.client.json(numbered, "POST", "/api/mdm/dep_enrollments/", {
    name: `${title}, ${demo.name}`,
    display_name: "Example Organization",
    virtual_server: virtualServer,
    push_certificate: demo.pushCertificate,
    scep_issuer: BUILT_IN_ISSUER,
    blueprint: demo.blueprint,
    await_device_configured: true,
    macos_min_version: MINIMUM.macos,
    ios_min_version: MINIMUM.ios,
    skip_setup_items: ["Siri", "ScreenTime", "Diagnostics"],
    enrollment_secret: { meta_business_unit: demo.unit },
  })).id;
}

async function soon(otherwise: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const until = Date.now() + PATIENCE_MS; !await isSo();) {
    if (Date.now() > until) throw problem("refused", `${otherwise}, after ${PATIENCE_MS / 1000} seconds`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Lines of a device in Setup Assistant. */
export type OnTheWay = (device: CastDevice["device"], what: string) => void;

/** Takes a device out of its box: it asks Apple for its profile, and enrolls. */
export async function unbox(
  { device, part }: CastDevice,
  { portal }: SimulatedDeviceAssignment,
  factory: DeviceIdentity,
  tell: OnTheWay,
): Promise<void> {
  const given = portal.activate(device.serialNumber);
  if (given === undefined) throw new Error("Apple has no profile for it");
  const { url, configuration_web_url: web, await_device_configured: waits, is_supervised } = profile.parse(given);
  await device.enrollAutomatically({
    factory,
    url,
    ...(web === undefined ? {} : { configurationWebUrl: web }),
    awaitDeviceConfigured: waits,
    supervised: is_supervised,
    updates: (version) => tell(device, `must update to ${version} before it enrolls, and does`),
    leaves: ({ n }) => {
      tell(device, `shows page ${n} of the web view`);
      return n === part.leavesAt;
    },
  });
}
