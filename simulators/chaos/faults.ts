/**
 * The faults: the effect of each, how it is undone, and the expected behavior of the affected server.
 *
 * @module
 */

import { databaseProcesses, holdDevice, terminateSessions } from "../../db/tools/chaos.ts";
import type { Embedded } from "../../db/embedded.ts";
import type { Sql } from "../../db/open.ts";
import type { FakeApns } from "../apple/apns.ts";
import type { Target } from "./operator.ts";
import type { Plannable, Planned } from "./schedule.ts";
import type { Supervised } from "./supervisor.ts";
import type { TcpProxy, Weather } from "./tcp_proxy.ts";

/** The targets of faults. */
export type World = {
  servers: readonly Supervised[];
  database: Embedded;
  /** Past the proxy. */
  sql: Sql;
  apns: FakeApns;
  proxies: { devices: readonly TcpProxy[]; database: TcpProxy; apns: TcpProxy };
  targets: readonly Target[];
  shutdownSeconds: number;
  /** Reports a server to the ledger that did not behave as expected. */
  misbehaved(server: number, how: string): void;
};

/** A fault. */
export type Fault = Plannable & {
  does: string;
  undone: string;
  /** The expected behavior of the affected server; the others always stay up. */
  expected: "stays" | "dies" | "ends well";
  /** Starts it; returns a function that ends it. Times are in seconds. */
  strike(world: World, planned: Planned): Promise<() => Promise<void> | void>;
};

const nothing = () => {};

function victimOf({ servers }: World, { victim }: Planned): Supervised {
  const server = servers[victim];
  if (server === undefined) throw new RangeError(`There is no server ${victim}`);
  return server;
}

/** Returns a proxy's weather for a while. */
const weather = (which: (world: World) => readonly TcpProxy[], during: Weather, resets = false): Fault["strike"] =>
// deno-lint-ignore require-await
async (world) => {
  const proxies = which(world);
  for (const proxy of proxies) proxy.set(during);
  return () => {
    for (const proxy of proxies) {
      proxy.set("fair");
      if (resets) proxy.reset();
    }
  };
};

const devices = ({ proxies }: World) => proxies.devices;
const database = ({ proxies }: World) => [proxies.database];
const apns = ({ proxies }: World) => [proxies.apns];

/** APNs refuses so many requests. */
const refuses = (status: number, reason: string, retryAfterSeconds?: number): Fault["strike"] =>
// deno-lint-ignore require-await
async (world) => {
  world.apns.failNext(status, reason, { times: 15, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) });
  return nothing;
};

const kill = async (server: Supervised) => {
  await server.end("SIGKILL", 10);
};

/** The table of faults. */
export const FAULTS = {
  "kill a server": {
    weight: 2,
    lasts: [0, 0],
    does: "SIGKILL to one server",
    undone: "its supervisor starts it again",
    expected: "dies",
    async strike(world, planned) {
      await kill(victimOf(world, planned));
      return nothing;
    },
  },
  "kill all servers": {
    weight: 1,
    lasts: [0, 0],
    does: "SIGKILL to every server at once",
    undone: "their supervisors start them again",
    expected: "dies",
    async strike({ servers }) {
      await Promise.all(servers.map(kill));
      return nothing;
    },
  },
  "stop a server": {
    weight: 2,
    lasts: [0, 0],
    does: "SIGTERM to one server",
    undone: "its supervisor starts it again",
    expected: "ends well",
    async strike(world, planned) {
      const server = victimOf(world, planned);
      const status = await server.end("SIGTERM", world.shutdownSeconds);
      if (status === null) world.misbehaved(server.index, `did not stop within ${world.shutdownSeconds} s of SIGTERM`);
      else if (status.code !== 0) world.misbehaved(server.index, `ended with ${status.code} after SIGTERM`);
      return nothing;
    },
  },
  "freeze a server": {
    weight: 2,
    lasts: [2, 5],
    does: "SIGSTOP to one server",
    undone: "SIGCONT",
    expected: "stays",
    // deno-lint-ignore require-await
    async strike(world, planned) {
      const server = victimOf(world, planned);
      server.signal("SIGSTOP");
      return () => server.signal("SIGCONT");
    },
  },
  "crash PostgreSQL": {
    weight: 2,
    lasts: [0, 0],
    does: "an immediate restart of PostgreSQL, which recovers from its log",
    undone: "it accepts connections",
    expected: "stays",
    async strike({ database }) {
      await database.restart("immediate");
      return nothing;
    },
  },
  "restart PostgreSQL": {
    weight: 1,
    lasts: [0, 0],
    does: "a fast restart of PostgreSQL",
    undone: "it accepts connections",
    expected: "stays",
    async strike({ database }) {
      await database.restart("fast");
      return nothing;
    },
  },
  "freeze PostgreSQL": {
    weight: 2,
    lasts: [2, 5],
    does: "SIGSTOP to every process of PostgreSQL",
    undone: "SIGCONT",
    expected: "stays",
    async strike({ database, sql }) {
      const first = await database.pid();
      const pids = [first, ...await databaseProcesses(sql)];
      const signal = (name: Deno.Signal) => {
        for (const pid of pids) {
          try {
            Deno.kill(pid, name);
          } catch (error) {
            // A session that ended meanwhile.
            if (!(error instanceof Deno.errors.NotFound)) throw error;
          }
        }
      };
      signal("SIGSTOP");
      return () => signal("SIGCONT");
    },
  },
  "end a session": {
    weight: 1,
    lasts: [0, 0],
    does: "pg_terminate_backend of the session that worked last",
    undone: "at once",
    expected: "stays",
    async strike({ sql }) {
      await terminateSessions(sql, "one");
      return nothing;
    },
  },
  "end all sessions": {
    weight: 2,
    lasts: [0, 0],
    does: "pg_terminate_backend of every session of the servers",
    undone: "at once",
    expected: "stays",
    async strike({ sql }) {
      await terminateSessions(sql, "all");
      return nothing;
    },
  },
  "lock a device": {
    weight: 1,
    lasts: [2, 5],
    does: "another session holds `select … for update` on the rows of a device",
    undone: "its transaction ends",
    expected: "stays",
    async strike({ sql, targets }, { at }) {
      const target = targets[Math.floor(at) % targets.length];
      if (target === undefined) return nothing;
      const [locked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const held = holdDevice(sql, target.id, locked.resolve, released.promise);
      await Promise.race([locked.promise, held]);
      return async () => {
        released.resolve();
        await held;
      };
    },
  },
  "reset devices": {
    weight: 1,
    lasts: [0, 0],
    does: "a TCP reset of every connection of devices and operators",
    undone: "at once",
    expected: "stays",
    // deno-lint-ignore require-await
    async strike({ proxies }) {
      for (const proxy of proxies.devices) proxy.reset();
      return nothing;
    },
  },
  "cut answers to devices": {
    weight: 1,
    lasts: [2, 4],
    does: "answers to devices and operators arrive by half, then the connection is reset",
    undone: "connections are passed on again",
    expected: "stays",
    strike: weather(devices, "cut answers"),
  },
  "reset the database": {
    weight: 2,
    lasts: [0, 0],
    does: "a TCP reset of every connection to PostgreSQL",
    undone: "at once",
    expected: "stays",
    // deno-lint-ignore require-await
    async strike({ proxies }) {
      proxies.database.reset();
      return nothing;
    },
  },
  "cut the database's answers": {
    weight: 1,
    lasts: [2, 4],
    does:
      "answers of PostgreSQL arrive by half, then the connection is reset: nobody knows whether a commit got through",
    undone: "connections are passed on again",
    expected: "stays",
    strike: weather(database, "cut answers"),
  },
  "hole to the database": {
    weight: 2,
    lasts: [3, 6],
    does: "nothing gets through between servers and PostgreSQL",
    undone: "what waited is passed on",
    expected: "stays",
    strike: weather(database, "hole"),
  },
  "hole to the database, then resets": {
    weight: 1,
    lasts: [3, 6],
    does: "nothing gets through between servers and PostgreSQL",
    undone: "the connections are reset",
    expected: "stays",
    strike: weather(database, "hole", true),
  },
  "slow database": {
    weight: 1,
    lasts: [3, 6],
    does: "each message between servers and PostgreSQL takes 50 ms more",
    undone: "messages are passed on at once",
    expected: "stays",
    strike: weather(database, { delayMs: 50 }),
  },
  "hole to APNs": {
    weight: 1,
    lasts: [3, 6],
    does: "nothing gets through between servers and APNs",
    undone: "what waited is passed on",
    expected: "stays",
    strike: weather(apns, "hole"),
  },
  "APNs cuts requests": {
    weight: 1,
    lasts: [3, 6],
    does: "requests to APNs arrive by half, then the connection is reset",
    undone: "connections are passed on again",
    expected: "stays",
    strike: weather(apns, "cut"),
  },
  "APNs is away": {
    weight: 1,
    lasts: [3, 6],
    does: "the port of APNs is closed",
    undone: "it is open again",
    expected: "stays",
    async strike({ proxies }) {
      await proxies.apns.listen(false);
      return () => proxies.apns.listen(true);
    },
  },
  "APNs answers 500": {
    weight: 1,
    lasts: [2, 4],
    does: "APNs answers 15 requests with 500 InternalServerError",
    undone: "by itself",
    expected: "stays",
    strike: refuses(500, "InternalServerError"),
  },
  "APNs answers 503": {
    weight: 1,
    lasts: [2, 4],
    does: "APNs answers 15 requests with 503 ServiceUnavailable",
    undone: "by itself",
    expected: "stays",
    strike: refuses(503, "ServiceUnavailable"),
  },
  "APNs answers 429": {
    weight: 1,
    lasts: [2, 4],
    does: "APNs answers 15 requests with 429 TooManyRequests and Retry-After 2",
    undone: "by itself",
    expected: "stays",
    strike: refuses(429, "TooManyRequests", 2),
  },
} as const satisfies Record<string, Fault>;

/** The name of a fault. */
export type FaultName = keyof typeof FAULTS;
