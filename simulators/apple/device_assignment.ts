/**
 * A simulated device assignment service (mdmenrollment.apple.com): sessions, pages with cursors, profiles and their
 * assignment, for the servers of a simulated portal.
 *
 * How it differs from the real thing: a session ends after three minutes without use, whatever its age; operations are
 * reported at once; a throttle is set by hand; profiles are checked for a few conflicts only; activation lock, account
 * driven enrollment profiles and rosters are absent.
 *
 * @module
 */

import { type Fault, verifyOAuth } from "./device_assignment_oauth.ts";
import { type Operation, type PortalServer, recordOf, SimulatedPortal } from "./device_assignment_portal.ts";

/** A failure in place of an answer. */
export type ServiceFailure = { status: number; body?: string; retryAfter?: string };

type Cursor = { kind: "fetch" | "sync"; at: number; place: number; operation: number; done?: true };

const SESSION_MS = 180_000;
const CURSOR_MS = 7 * 86_400_000;
const USUAL_LIMIT = 100;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The service. */
export class SimulatedDeviceAssignment {
  /** The hashes of the bypass codes of locked devices, by serial number. */
  readonly locks = new Map<string, string>();
  readonly portal: SimulatedPortal;
  /** Method, path and status of every request. */
  readonly seen: { method: string; path: string; status: number; server?: string }[] = [];
  /** The largest page. */
  mostPerPage = 1000;
  /** Each device of a page is repeated when true. */
  repeats = false;
  /** Answers of a sync or fetch always have this cursor and say that more follows. */
  circle = false;
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;
  readonly #sessions = new Map<string, { server: PortalServer; usedAt: number }>();
  readonly #nonces = new Set<string>();
  readonly #failures: (ServiceFailure & { path?: string; times: number })[] = [];
  readonly #stalls = new Set<string>();
  readonly #stopping = Promise.withResolvers<void>();

  constructor(private readonly now: () => Date = () => new Date()) {
    this.portal = new SimulatedPortal(now);
  }

  /** Listens on loopback; returns its address. */
  start(port = 0): string {
    this.#server = Deno.serve({ port, hostname: "127.0.0.1", onListen() {} }, (request) => this.answer(request));
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async stop(): Promise<void> {
    this.#stopping.resolve();
    await this.#server?.shutdown();
  }

  /** Answers the next `times` requests (of a path) with a failure. */
  failNext(failure: ServiceFailure, { path, times = 1 }: { path?: string; times?: number } = {}): void {
    this.#failures.push({ ...failure, times, ...(path === undefined ? {} : { path }) });
  }

  /** Never answers requests of a path. */
  stall(path: string): void {
    this.#stalls.add(path);
  }

  /** Ends all sessions. */
  endSessions(): void {
    this.#sessions.clear();
  }

  /** Returns the answer to a request. */
  async answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const body = await request.text();
    if (this.#stalls.has(pathname)) {
      await this.#stopping.promise;
      return new Response(null, { status: 504 });
    }
    const response = this.#failure(pathname) ?? await this.#served(request, body);
    this.seen.push({ method: request.method, path: pathname, status: response.status });
    return response;
  }

  #failure(path: string): Response | undefined {
    const failure = this.#failures.find((one) => one.times > 0 && (one.path === undefined || one.path === path));
    if (failure === undefined) return undefined;
    failure.times--;
    return new Response(failure.body ?? "", {
      status: failure.status,
      headers: failure.retryAfter === undefined ? {} : { "Retry-After": failure.retryAfter },
    });
  }

  async #served(request: Request, body: string): Promise<Response> {
    if ((request.headers.get("user-agent") ?? "") === "") return refusal(403, "FORBIDDEN");
    const version = Number(request.headers.get("x-server-protocol-version") ?? 1);
    const { pathname } = new URL(request.url);
    if (pathname === "/session" && request.method === "GET") return await this.#session(request);
    const token = request.headers.get("x-adm-auth-session") ?? "";
    const session = this.#sessions.get(token);
    if (session === undefined || this.now().getTime() - session.usedAt > SESSION_MS) {
      return refusal(401, "UNAUTHORIZED");
    }
    const trouble = troubleOf(session.server, this.now());
    if (trouble !== undefined) return refusal(trouble.status, trouble.word);
    let input: unknown;
    try {
      input = body === "" ? {} : JSON.parse(body);
    } catch {
      return refusal(400, "MALFORMED_REQUEST_BODY");
    }
    if (!isRecord(input)) return refusal(400, "MALFORMED_REQUEST_BODY");
    const response = this.#route(request, session.server, input, version);
    // The token that is used next; the one before lives on for requests that are on their way.
    const renewed = crypto.randomUUID();
    session.usedAt = this.now().getTime();
    this.#sessions.set(renewed, { server: session.server, usedAt: session.usedAt });
    for (const old of this.#sessions.keys()) {
      if (this.#sessions.size <= 1000) break;
      this.#sessions.delete(old);
    }
    response.headers.set("X-ADM-Auth-Session", renewed);
    return response;
  }

  async #session(request: Request): Promise<Response> {
    const find = (key: string) => [...this.portal.servers.values()].find(({ token }) => token.consumerKey === key);
    const owner = await verifyOAuth(request, find, this.#nonces, this.now());
    if ("word" in owner) return refusal(owner.status, owner.word);
    const trouble = troubleOf(owner, this.now());
    if (trouble !== undefined) return refusal(trouble.status, trouble.word);
    const token = crypto.randomUUID();
    this.#sessions.set(token, { server: owner, usedAt: this.now().getTime() });
    return Response.json({ auth_session_token: token });
  }

  #route(request: Request, server: PortalServer, input: Record<string, unknown>, version: number): Response {
    const { pathname, searchParams } = new URL(request.url);
    switch (`${request.method} ${pathname}`) {
      case "GET /account":
        return this.#account(server);
      case "POST /server/devices":
        return this.#fetch(server, input);
      case "POST /devices/sync":
        return this.#sync(server, input);
      case "POST /devices":
        return this.#details(server, input);
      case "POST /devices/disown":
        return this.#disown(server, input);
      case "POST /device/activationlock":
        return this.#lock(server, input);
      case "POST /profile":
        return this.#define(server, input);
      case "GET /profile": {
        const uuid = searchParams.get("profile_uuid") ?? "";
        const profile = server.profiles.get(uuid);
        return profile === undefined ? refusal(404, "NOT_FOUND") : Response.json({ ...profile, profile_uuid: uuid });
      }
      case "POST /profile/devices":
      case "PUT /profile/devices":
        return this.#assign(server, input, version);
      case "DELETE /profile/devices":
        return this.#clear(server, input);
      case "GET /os-beta-enrollment/tokens":
        return Response.json({
          betaEnrollmentTokens: [
            { token: "bTkYhEmqCs", title: "macOS Beta", os: "OSX" },
            { token: "cUlZiFnrDt", title: "iOS Beta", os: "iOS" },
            { title: "A program without a token", os: "tvOS" },
          ],
        });
      default:
        return refusal(404, "NOT_FOUND");
    }
  }

  #account(server: PortalServer): Response {
    const { organization } = this.portal;
    const limit = { default: USUAL_LIMIT, maximum: this.mostPerPage };
    return Response.json({
      server_name: server.name,
      server_uuid: server.uuid,
      admin_id: organization.admin,
      facilitator_id: organization.admin,
      org_id: organization.id,
      org_id_hash: "0".repeat(52),
      org_name: organization.name,
      org_email: organization.email,
      org_phone: organization.phone,
      org_address: organization.address,
      org_type: organization.type,
      org_version: organization.version,
      urls: [
        { uri: "/session", http_method: ["GET"] },
        { uri: "/account", http_method: ["GET"] },
        { uri: "/server/devices", http_method: ["POST"], limit },
        { uri: "/devices/sync", http_method: ["POST"], limit },
        { uri: "/devices", http_method: ["POST"] },
        { uri: "/profile", http_method: ["POST", "GET"] },
        { uri: "/profile/devices", http_method: ["DELETE", "POST", "PUT"] },
      ],
    });
  }

  #limit(input: Record<string, unknown>): number | undefined {
    const { limit = USUAL_LIMIT } = input;
    if (typeof limit !== "number" || !Number.isInteger(limit) || limit < 1) return undefined;
    return limit > this.mostPerPage ? undefined : limit;
  }

  #fetch(server: PortalServer, input: Record<string, unknown>): Response {
    const limit = this.#limit(input);
    if (limit === undefined) return refusal(400, "INVALID_LIMIT");
    const given = input.cursor === undefined ? undefined : readCursor(input.cursor);
    if (input.cursor !== undefined && given?.kind !== "fetch") return refusal(400, "INVALID_CURSOR");
    if (given?.done === true) return refusal(400, "EXHAUSTED_CURSOR");
    if (given !== undefined && this.now().getTime() - given.at > CURSOR_MS) return refusal(400, "EXPIRED_CURSOR");
    const start: Cursor = given ?? { kind: "fetch", at: 0, place: 0, operation: server.operations.length };
    const devices: Record<string, unknown>[] = [];
    let place = start.place;
    for (; place < server.order.length && devices.length < limit; place++) {
      const serial = server.order[place];
      const assigned = serial === undefined ? undefined : server.devices.get(serial);
      if (assigned === undefined) continue;
      const { place: _, ...facts } = assigned;
      devices.push(recordOf(facts, this.portal.organization.admin));
    }
    const more = place < server.order.length;
    return this.#page(devices, more, { ...start, place, ...(more ? {} : { done: true as const }) });
  }

  #sync(server: PortalServer, input: Record<string, unknown>): Response {
    const limit = this.#limit(input);
    if (limit === undefined) return refusal(400, "INVALID_LIMIT");
    if (input.cursor === undefined) return refusal(400, "CURSOR_REQUIRED");
    const given = readCursor(input.cursor);
    if (given === undefined || given.operation > server.operations.length) return refusal(400, "INVALID_CURSOR");
    if (this.now().getTime() - given.at > CURSOR_MS) return refusal(400, "EXPIRED_CURSOR");
    const operations: Operation[] = server.operations.slice(given.operation, given.operation + limit);
    const operation = given.operation + operations.length;
    return this.#page(
      operations.map(({ record }) => record),
      operation < server.operations.length,
      { kind: "sync", at: 0, place: 0, operation },
    );
  }

  #page(devices: Record<string, unknown>[], more: boolean, cursor: Cursor): Response {
    const at = this.now();
    return Response.json({
      devices: this.repeats ? [...devices, ...devices] : devices,
      fetched_until: at.toISOString(),
      more_to_follow: more || this.circle,
      cursor: this.circle
        ? writeCursor({ kind: "fetch", at: at.getTime(), place: 0, operation: 0 })
        : writeCursor({ ...cursor, at: at.getTime() }),
    });
  }

  #details(server: PortalServer, input: Record<string, unknown>): Response {
    const entries = serialsIn(input).map((serial) => {
      const assigned = server.devices.get(serial);
      if (assigned === undefined) return [serial, { serial_number: serial, response_status: "NOT_ACCESSIBLE" }];
      const { place: _, ...facts } = assigned;
      return [serial, { ...recordOf(facts, this.portal.organization.admin), response_status: "SUCCESS" }];
    });
    return Response.json({ devices: Object.fromEntries(entries) });
  }

  #disown(server: PortalServer, input: Record<string, unknown>): Response {
    const entries = serialsIn(input).map((serial) => {
      const known = server.devices.has(serial);
      if (known) this.portal.unassign(server, [serial]);
      return [serial, known ? "SUCCESS" : "NOT_ACCESSIBLE"];
    });
    return Response.json({ devices: Object.fromEntries(entries) });
  }

  #lock(server: PortalServer, input: Record<string, unknown>): Response {
    const { device, escrow_key: key } = input;
    if (typeof device !== "string" || typeof key !== "string" || !/^[0-9a-f]{64}$/.test(key)) {
      return refusal(400, "MALFORMED_REQUEST_BODY");
    }
    const found = server.devices.get(device);
    const status = found === undefined
      ? "NOT_ACCESSIBLE"
      : !["iPhone", "iPad"].includes(found.device.deviceFamily)
      ? "DEVICE_NOT_SUPPORTED"
      : this.locks.has(device)
      ? "DEVICE_ALREADY_LOCKED"
      : "SUCCESS";
    if (status === "SUCCESS") this.locks.set(device, key);
    return Response.json({ serial_number: device, response_status: status });
  }

  #define(server: PortalServer, input: Record<string, unknown>): Response {
    if (typeof input.profile_name !== "string" || input.profile_name === "") {
      return refusal(400, "CONFIG_NAME_REQUIRED");
    }
    if (input.profile_name.length > 125) return refusal(400, "CONFIG_NAME_INVALID");
    if (typeof input.url !== "string" || input.url === "") return refusal(400, "CONFIG_URL_REQUIRED");
    if (input.is_mdm_removable === false && input.is_supervised !== true) return refusal(400, "FLAGS_INVALID");
    const uuid = crypto.randomUUID().replaceAll("-", "").toUpperCase();
    const { devices: _, ...profile } = input;
    server.profiles.set(uuid, profile);
    return Response.json({
      profile_uuid: uuid,
      devices: Object.fromEntries(this.#give(server, uuid, serialsIn(input))),
    });
  }

  #give(server: PortalServer, uuid: string, serials: readonly string[]): [string, string][] {
    return serials.map((serial) => {
      if (!server.devices.has(serial)) return [serial, "NOT_ACCESSIBLE"];
      const throttle = this.portal.throttled.get(serial);
      if (throttle !== undefined && throttle.until > this.now()) return [serial, "THROTTLED"];
      this.portal.setProfile(server, serial, "assigned", uuid);
      return [serial, "SUCCESS"];
    });
  }

  #assign(server: PortalServer, input: Record<string, unknown>, version: number): Response {
    const uuid = typeof input.profile_uuid === "string" ? input.profile_uuid : "";
    if (!server.profiles.has(uuid)) return refusal(404, "PROFILE_NOT_FOUND");
    const serials = serialsIn(input);
    if (serials.length > 1000) return refusal(400, "TOO_MANY_DEVICES");
    const given = this.#give(server, uuid, serials);
    const waits = given.flatMap(([serial, status]) =>
      status === "THROTTLED" ? this.portal.throttled.get(serial)?.seconds ?? [] : []
    );
    return Response.json({
      profile_uuid: uuid,
      // Before version 9 a throttled device failed.
      devices: Object.fromEntries(
        given.map(([serial, status]) => [serial, status === "THROTTLED" && version < 9 ? "FAILED" : status]),
      ),
      ...(waits.length > 0 && version >= 10 ? { retry_after_seconds: Math.max(...waits) } : {}),
    });
  }

  #clear(server: PortalServer, input: Record<string, unknown>): Response {
    const entries = serialsIn(input).map((serial) => {
      if (!server.devices.has(serial)) return [serial, "NOT_ACCESSIBLE"];
      this.portal.setProfile(server, serial, "empty");
      return [serial, "SUCCESS"];
    });
    return Response.json({ devices: Object.fromEntries(entries) });
  }
}

function serialsIn({ devices }: Record<string, unknown>): string[] {
  return Array.isArray(devices) ? devices.filter((one) => typeof one === "string") : [];
}

function troubleOf(server: PortalServer, now: Date): { status: number; word: string } | Fault | undefined {
  switch (server.trouble) {
    case "terms not signed":
      return { status: 403, word: "T_C_NOT_SIGNED" };
    case "revoked":
      return { status: 401, word: "token_rejected" };
    case "account gone":
      return { status: 403, word: "ACCESS_DENIED" };
    case undefined:
      return server.tokenExpiry <= now ? { status: 401, word: "token_expired" } : undefined;
  }
}

/** Apple answers a word, some of them in quotes. */
const refusal = (status: number, word: string) =>
  new Response(word === "T_C_NOT_SIGNED" ? `"${word}"` : word, { status, headers: { "Content-Type": "text/plain" } });

const writeCursor = (cursor: Cursor): string => new TextEncoder().encode(JSON.stringify(cursor)).toBase64();

function readCursor(value: unknown): Cursor | undefined {
  if (typeof value !== "string") return undefined;
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(value)));
    if (!isRecord(parsed)) return undefined;
    const { kind, at, place, operation, done } = parsed;
    if ((kind !== "fetch" && kind !== "sync") || typeof at !== "number") return undefined;
    if (typeof place !== "number" || typeof operation !== "number") return undefined;
    return { kind, at, place, operation, ...(done === true ? { done } : {}) };
  } catch {
    return undefined;
  }
}
