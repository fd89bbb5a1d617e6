/**
 * `deno task bench`: the cost of a server, in its own CPU time and in SQL statements. Figures are for comparing
 * versions on one machine; the load comes from the same machine.
 *
 * @module
 */

import type { ChannelId } from "../db/ids.ts";
import { nextId } from "../db/next_id.ts";
import { fillCommandHistory } from "../db/tools/command_history.ts";
import { insertCommand } from "../db/work/commands.ts";
import type { SimulatedDevice } from "../simulators/device/device.ts";
import { signDetached } from "../simulators/device/sign_detached.ts";
import { runCommand, UsageError } from "../src/cli/command.ts";
import { asDict, buildPlist, parsePlist, type PlistDict, str } from "../src/protocol/plist.ts";
import { measureDeviceSync } from "./device_sync.ts";
import { measureFanOut } from "./fan_out.ts";
import { buildHouse, type House } from "./house.ts";
import { load, type Measured } from "./load.ts";

const HELP = `deno task bench [--devices N] [--seconds N] [--lanes N] [--only requests|changes|sync]

Starts a server process on a database of its own, enrolls simulated devices, and measures. Linux only.

  --devices N  Enrolled devices, default 200.
  --seconds N  Length of each measurement, default 8.
  --lanes N    Requests in flight, default 16.
  --only PART  requests (what devices ask), changes (previews, saves, fan-outs), or sync: that many devices, 100000 by
               default, are fetched from a simulated device assignment service. It is measured only when asked for.
  --help       Shows this text.`;

type Bytes = Uint8Array<ArrayBuffer>;
type Message = { url: string; body: Bytes; headers: Record<string, string> };

/** A message that is signed beforehand: signing is the device's work, not the server's. */
function signed(house: House, device: SimulatedDevice, path: string, plist: PlistDict): Message {
  const body = buildPlist(plist);
  const { identity } = device;
  if (identity === undefined) throw new Error("The device has no identity");
  const signer = { certificate: identity.certificate.der, key: identity.key };
  return {
    url: `${house.url}/public/mdm/${path}/`,
    body,
    headers: { "Mdm-Signature": signDetached(body, signer, { form: "apple-ber" }).toBase64() },
  };
}

/** The same through a trusted proxy. */
const proxied = (house: House, device: SimulatedDevice, path: string, plist: PlistDict): Message => ({
  url: `${house.url}/public/mdm/${path}/`,
  body: buildPlist(plist),
  headers: house.proxyHeaders(device),
});

async function send({ url, body, headers }: Message): Promise<Bytes> {
  const response = await fetch(url, { method: "PUT", body, headers });
  const answer = await response.bytes();
  if (response.status !== 200) throw new Error(`${url} was answered with ${response.status}`);
  return answer;
}

type Scenario = { name: string; prepare(house: House): Promise<(lane: number, round: number) => Promise<number>> };

/** Repeats prepared messages, one device after another. */
const repeated = (name: string, make: (house: House, device: SimulatedDevice) => Message): Scenario => ({
  name,
  prepare(house) {
    const messages = house.devices.map((device) => make(house, device));
    let next = 0;
    return Promise.resolve(async () => {
      const message = messages[next++ % messages.length];
      if (message === undefined) return 0;
      await send(message);
      return 1;
    });
  },
});

const idle = (device: SimulatedDevice): PlistDict => ({ UDID: device.udid, Status: "Idle" });
const tokenUpdate = (device: SimulatedDevice): PlistDict => ({
  MessageType: "TokenUpdate",
  UDID: device.udid,
  Topic: device.topic,
  Token: device.pushToken,
  PushMagic: device.pushMagic,
});

/** Commands that wait for each device before the round trips are measured. */
const QUEUED = 40;

const declarative = (device: SimulatedDevice, endpoint: string): PlistDict => ({
  MessageType: "DeclarativeManagement",
  UDID: device.udid,
  Endpoint: endpoint,
});

/** The measurements with devices that follow a blueprint. */
const DECLARATIVE_SCENARIOS: readonly Scenario[] = ["tokens", "declaration-items"].map((endpoint) =>
  repeated(
    `declarative management: ${endpoint}`,
    (house, device) => proxied(house, device, "checkin", declarative(device, endpoint)),
  )
);

const SCENARIOS: readonly Scenario[] = [
  repeated("idle connect, signed message", (house, device) => signed(house, device, "connect", idle(device))),
  repeated(
    "idle connect, certificate from a proxy",
    (house, device) => proxied(house, device, "connect", idle(device)),
  ),
  {
    name: "idle connect, signed message, 300 answered commands of history",
    async prepare(house) {
      await fillCommandHistory(house.runtime.sql, 300, new Date());
      return await repeated("", (of, device) => signed(of, device, "connect", idle(device))).prepare(house);
    },
  },
  repeated("TokenUpdate, signed message", (house, device) => signed(house, device, "checkin", tokenUpdate(device))),
  {
    name: "command round trip (Idle → command, Acknowledged → next)",
    async prepare(house) {
      const { sql, random } = house.runtime;
      const channels = await sql<{ id: ChannelId }[]>`select id from channels where user_key = '' order by id`;
      for (const { id: channelId } of channels) {
        await sql.begin(async (tx) => {
          for (let n = 0; n < QUEUED; n++) {
            await insertCommand(tx, {
              id: await nextId(tx, "commands"),
              uuid: random.uuid(),
              channelId,
              name: "RestartDevice",
              arguments: {},
              secretsSealed: null,
              singleton: null,
              notBefore: null,
              expiresAt: null,
            }, new Date());
          }
        });
      }
      // Each lane works through devices of its own: a device holds one conversation at a time.
      const waiting = [...house.devices];
      return async () => {
        const device = waiting.shift();
        if (device === undefined) return 0;
        let made = 0;
        let report: PlistDict = idle(device);
        for (;;) {
          const answer = await send(proxied(house, device, "connect", report));
          made++;
          if (answer.length === 0) return made;
          const uuid = str(asDict(parsePlist(answer)), "CommandUUID") ?? "";
          report = { UDID: device.udid, Status: "Acknowledged", CommandUUID: uuid };
        }
      };
    },
  },
];

const row = (name: string, { requests, wall, serverCpu, databaseCpu, statements, p50, p99 }: Measured) =>
  `| ${name} | ${Math.round(requests / serverCpu)} | ${Math.round(requests / wall)} | ${
    Math.round(requests / databaseCpu)
  } | ${(statements / requests).toFixed(2)} | ${p50.toFixed(1)} | ${p99.toFixed(1)} |`;

function numberOf(texts: ReadonlyMap<string, string>, name: string, fallback: number): number {
  const text = texts.get(name);
  if (text === undefined) return fallback;
  if (!/^[1-9][0-9]{0,5}$/.test(text)) throw new UsageError(`Cannot use --${name} "${text}": it should be a number`);
  return Number(text);
}

if (import.meta.main) {
  Deno.exit(
    await runCommand(
      Deno.args,
      HELP,
      { texts: ["devices", "seconds", "lanes", "only"], flags: [] },
      async ({ texts }) => {
        const devices = numberOf(texts, "devices", 200);
        const seconds = numberOf(texts, "seconds", 8);
        const lanes = numberOf(texts, "lanes", 16);
        const only = texts.get("only");
        if (only !== undefined && !["requests", "changes", "sync"].includes(only)) {
          throw new UsageError(`Cannot measure only "${only}": it should be requests, changes or sync`);
        }
        if (only === "sync") {
          const assigned = numberOf(texts, "devices", 100_000);
          for (const line of await measureDeviceSync(assigned, (text) => console.error(text))) console.log(line);
          return;
        }
        const cpu = /model name\s*: (.*)/.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ?? "unknown";
        const house = await buildHouse(devices, (text) => console.error(text));
        try {
          console.log(
            `${navigator.hardwareConcurrency} × ${cpu}, Deno ${Deno.version.deno}, ${devices} devices, ${lanes} in flight`,
          );
          console.log("");
          const measureAll = async (scenarios: readonly Scenario[]) => {
            console.log(
              "| | requests per second of server CPU | requests/s | requests per second of database CPU | SQL statements per request | p50 ms | p99 ms |",
            );
            console.log("|---|---:|---:|---:|---:|---:|---:|");
            for (const { name, prepare } of scenarios) {
              const step = await prepare(house);
              // Warm: connections, compiled code, prepared statements.
              if (!name.startsWith("command")) {
                await load(step, { lanes, seconds: 2, serverPid: house.pid, statements: house.statements });
              }
              const measured = await load(step, { lanes, seconds, serverPid: house.pid, statements: house.statements });
              console.log(row(name, measured));
            }
            console.log("");
          };
          if (only !== "changes") await measureAll(SCENARIOS);
          if (only === "requests") return;
          for (const line of await measureFanOut(house, (text) => console.error(text))) console.log(line);
          console.log("");
          await measureAll(DECLARATIVE_SCENARIOS);
        } finally {
          await house.close();
        }
      },
    ),
  );
}
