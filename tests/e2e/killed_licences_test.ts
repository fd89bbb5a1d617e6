import assert from "node:assert/strict";
import type { SimulatedAppsAndBooks } from "../../simulators/apple/apps_and_books.ts";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { type ServerProcess, startServer } from "../../simulators/server_process.ts";
import { type Shop, withShop } from "../support/apps.ts";
import { assign, idOf, link, made, makeBlueprint, rest, settle } from "../support/artifacts.ts";
import { until } from "../support/until.ts";

// deno-lint-ignore no-explicit-any
type Answer = any;

const SECRET_KEYS = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const ADAM = "361309726";
const [CONFIG, ASSOCIATE] = ["/mdm/v2/service/config", "/mdm/v2/assets/associate"];

/** Makes Apple stop in the middle of a request: before it is done, or before it is answered. */
function stopsAt(apple: SimulatedAppsAndBooks) {
  const answer = apple.answer.bind(apple);
  const place: { path?: string; when?: "before" | "after" } = {};
  let stopped = false;
  const silence = () => {
    stopped = true;
    return new Response(new ReadableStream());
  };
  apple.answer = async (request) => {
    const isHere = new URL(request.url).pathname === place.path;
    if (isHere && place.when === "before") return silence();
    const response = await answer(request);
    if (!isHere) return response;
    await response.body?.cancel();
    return silence();
  };
  return {
    at(when: "before" | "after", path: string) {
      stopped = false;
      Object.assign(place, { path, when });
    },
    goOn: () => Object.assign(place, { path: undefined }),
    hasStopped: () => stopped,
  };
}

/** One server after the other, on the database of a shop. */
class Servers {
  #server: ServerProcess | undefined;
  constructor(private readonly shop: Shop, private readonly folder: string) {}

  get url(): string {
    return this.#server?.url ?? assert.fail("no server runs");
  }

  /** Starts the next server. The leases of the one before are over, and all that waits is due. */
  async start(): Promise<void> {
    const { runtime } = this.shop.fleet;
    this.#server = await startServer({
      DATABASE_URL: runtime.databaseUrl,
      SECRET_KEYS,
      BASE_URL: runtime.config.BASE_URL,
      CONTENT_URL: runtime.config.CONTENT_URL,
      // Nobody listens there.
      APNS_URL: "https://127.0.0.1:9",
      DATA_DIR: this.folder,
    });
    await runtime.sql`update jobs set lease_until = now() - interval '1 second' where state = 'running'`;
  }

  async kill(): Promise<void> {
    await this.#server?.kill();
    this.#server = undefined;
  }

  /** Waits for what the server does, with all its pauses left out. */
  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const { sql } = this.shop.fleet.runtime;
    await until(what, async () => {
      await sql`update jobs set run_at = now() where state = 'queued' and run_at > now()
        and (kind like 'apps-%' or kind = 'replan')`;
      await sql`update content_requests set poll_at = now() where ended_at is null and poll_at > now()`;
      await sql`update licences set due_at = now() where due_at > now()`;
      return await holds();
    });
  }
}

/** Holds writes to a table until something waits for it. */
async function whileWritesWait(
  { sql }: Shop["fleet"]["runtime"],
  table: string,
  body: () => Promise<void>,
): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`lock table ${tx(table)} in share mode`;
    await body();
  });
}

Deno.test("a server that is killed at each step of a licence leaves one licence in use, one command and nothing behind", () =>
  withShop(async (shop) => {
    const { apple, fleet } = shop;
    const { runtime } = fleet;
    const { sql } = runtime;
    runtime.clock.set(new Date());
    const location = apple.store.addLocation("Berlin");
    const item = apple.store.buy(location, ADAM, 5, {
      entry: { name: "Pages", bundleId: "com.apple.iWork.Pages", version: "14.0", externalVersion: 1400 },
    });
    const locationId = await shop.add(location);
    const [asset] = await made(fleet, "GET", "/api/mdm/location_assets/") as Answer[];
    const { artifact } = await made(fleet, "POST", `/api/mdm/location_assets/${asset.id}/store_apps/`, {}) as Answer;
    const blueprint = await makeBlueprint(fleet);
    const linked = await link(fleet, blueprint.id, artifact, { macos: true });

    const folder = await Deno.makeTempDir();
    const servers = new Servers(shop, folder);
    const forward = async (request: Request) => {
      const content = request.body === null ? undefined : await request.arrayBuffer();
      return await fetch(request.url.replace(runtime.config.BASE_URL, servers.url), {
        method: request.method,
        headers: request.headers,
        ...(content === undefined ? {} : { body: content }),
      });
    };
    let send = fleet.fetch;
    const device: SimulatedDevice = await fleet.enrolled({
      now: () => new Date(),
      appStore: (adamId, serial) => apple.store.serve(adamId, serial),
      send: (request) => send(request),
    });
    await rest(device);
    await assign(fleet, device.serialNumber, blueprint.id);
    await settle(fleet);
    send = forward;
    const statuses: number[] = [];
    apple.send = async (url, token, notification) => {
      const response = await fetch(url.replace(runtime.config.BASE_URL, servers.url), {
        method: "POST",
        headers: { "Authorization": `Bearer ${token}`, "Content-Type": "application/json" },
        body: JSON.stringify(notification),
      });
      await response.body?.cancel();
      statuses.push(response.status);
      return response.status;
    };
    const stops = stopsAt(apple);
    const waits = async () => (await sql`select 1 from pg_locks where not granted`).length > 0;
    const licences = async () =>
      (await sql<{ state: string }[]>`
        select concat_ws(' ', holder, assigned, wanted, request_id is not null) as state from licences`)
        .map(({ state }) => state);
    const serial = device.serialNumber;
    try {
      // While the licence is reserved.
      await servers.start();
      await whileWritesWait(runtime, "licences", async () => {
        const connected = device.connect().then(() => "answered", () => "broken");
        await until("the reservation", waits);
        await servers.kill();
        assert.equal(await connected, "broken");
      });
      assert.deepEqual(await licences(), []);

      // When it is reserved, and Apple is about to be asked.
      await servers.start();
      stops.at("before", CONFIG);
      await rest(device);
      await servers.until("the job", stops.hasStopped);
      await servers.kill();
      assert.deepEqual([await licences(), apple.count(ASSOCIATE)], [[`${serial} f associate f`], 0]);

      // When Apple was asked, and its answer is on the way.
      await servers.start();
      stops.at("after", ASSOCIATE);
      await servers.until("the request", stops.hasStopped);
      await servers.kill();
      assert.deepEqual([await licences(), apple.count(ASSOCIATE)], [[`${serial} f associate t`], 1]);

      // When Apple has given it and told so, and the ledger is about to be written.
      stops.goOn();
      await servers.start();
      await servers.until("the second request", async () => {
        const pending = await sql`select 1 from content_requests where state = 'pending'`;
        return pending.length > 0;
      });
      apple.store.settle();
      await whileWritesWait(runtime, "licences", async () => {
        await apple.deliver();
        await until("the notification", waits);
        await servers.kill();
      });
      assert.equal(statuses.includes(200), true);
      assert.deepEqual([...item.holders], [`device ${serial}`]);

      // While the installation is queued.
      await servers.start();
      await servers.until("the licence", async () => {
        const due = await sql`select 1 from channels where next_action_at <= now()`;
        return due.length > 0 && (await licences()).join() === `${serial} t f`;
      });
      await whileWritesWait(runtime, "commands", async () => {
        const connected = device.connect().then(() => "answered", () => "broken");
        await until("the command", waits);
        await servers.kill();
        assert.equal(await connected, "broken");
      });
      assert.equal((await sql`select 1 from commands where name = 'InstallApplication'`).length, 0);

      // When the device has it, and its answer is on the way.
      await servers.start();
      const uuids = new Set<string>();
      send = async (request) => {
        if ((device.state.apps?.length ?? 0) === 0) return await forward(request);
        await servers.kill();
        throw new Error("The server is gone");
      };
      await assert.rejects(device.connect(), /The server is gone/);
      assert.equal(device.state.apps?.length, 1);

      await servers.start();
      send = forward;
      await sql`update commands set sent_at = sent_at - interval '1 day' where name = 'InstallApplication'`;
      await sql`update channels set next_action_at = now()`;
      await until("the confirmation", async () => {
        for (const { commandUuid, requestType } of await device.connect()) {
          if (requestType === "InstallApplication") uuids.add(commandUuid);
        }
        await sql`update target_artifacts set check_at = now() where check_at > now()`;
        await sql`update channels set next_action_at = now()`;
        return (await sql`select 1 from target_artifacts where status = 'Installed'`).length > 0;
      });
      const commands = await sql<{ uuid: string }[]>`
        select uuid from commands where name = 'InstallApplication'
        union select uuid from command_history where name = 'InstallApplication'`;
      assert.deepEqual([commands.map(({ uuid }) => uuid), device.state.apps?.length], [
        [...uuids].map((one) => one.toLowerCase()),
        1,
      ]);
      assert.equal(uuids.size, 1);
      const deviceId = await idOf(fleet, serial);
      const [licence] = await made(fleet, "GET", `/api/mdm/devices/${deviceId}/licences/`) as Answer[];
      assert.equal(licence.state, "committed");
      await servers.until("the rest", async () => {
        const open = await sql`select 1 from content_requests where ended_at is null`;
        const jobs = await sql`select 1 from jobs where state in ('queued', 'running') and kind like 'apps-%'`;
        return open.length + jobs.length === 0;
      });
      assert.deepEqual([[...item.holders], await licences()], [[`device ${serial}`], [`${serial} t f`]]);
      assert.deepEqual([...await sql`select kind from jobs where state = 'quarantined'`], []);
      assert.deepEqual(await shop.counts(locationId), shop.truth(location));

      // Nothing keeps the licence when the app leaves.
      await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${linked.id}/`);
      await until("the removal", async () => {
        await device.connect();
        return device.state.apps?.length === 0;
      });
      apple.immediate = true;
      await servers.until("the return", () => {
        apple.store.settle();
        return item.holders.size === 0;
      });
    } finally {
      await servers.kill();
      await Deno.remove(folder, { recursive: true });
    }
  }));
