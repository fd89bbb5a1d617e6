/**
 * A simulated Apps & Books service (vpp.itunes.apple.com, version 2): the configuration of locations, pages of assets and
 * assignments with versions, asynchronous events, notifications, the catalogue with icons.
 *
 * How it differs from the real thing: events are done when `settle` says so, and notifications leave when `deliver` does, so
 * that tests can repeat, reorder and lose them; unlimited licences, subscriptions, invitations and Apple's catalogue of items
 * that the organization does not own are absent; `sinceVersionId` is ignored.
 *
 * @module
 */

import { SimulatedStore, type StoreLocation } from "./apps_and_books_store.ts";

/** A failure in place of an answer. */
export type ContentFailure = { status: number; number?: number; retryAfter?: string; body?: string };

/** How a notification is sent; returns the status of the answer. */
export type SendNotification = (url: string, token: string, body: unknown) => Promise<number>;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];

const ERRORS: Readonly<Record<number, string>> = {
  9601: "Login required.",
  9602: "Invalid argument.",
  9621: "The token has expired.",
  9622: "Invalid authentication token.",
  9625: "The server has revoked the sToken.",
  9646: "There are too many recent requests. Try again momentarily.",
  9650: "The provided page index must be greater than 0, and less than the total number of pages.",
  9700: "Max assets limit on request has been passed, please stay within given limit.",
  9701: "Max clientUserIds limit on request has been passed, please stay within given limit.",
  9702: "Max serialNumbers limit on request has been passed, please stay within given limit.",
  9703: "Duplicate assets found in request, please send unique assets.",
  9705: "Duplicate serialNumbers found in request, please send unique serials.",
  9706: "Asset in request is not revocable, please send revocable assets.",
  9707: "Asset in request is not device assignable, please send device assignable assets.",
  9708: "EventId could not be found.",
  9710: "Both the notification URL and the authentication token are necessary.",
  9712: "The provided notification URL must be a valid URL and use HTTPS as the protocol.",
  9714: "The number of users exceeds the maximum.",
  9723: "You must provide an MDM name, ID, and metadata when setting the MDM information.",
  9728: "The provided notification URL is unreachable.",
};

const error = (number: number, status = 400, headers: Record<string, string> = {}) =>
  Response.json({ errorNumber: number, errorMessage: ERRORS[number] ?? "An error." }, { status, headers });

/** One transparent pixel. */
const PIXEL = Uint8Array.fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
);

/** The service. */
export class SimulatedAppsAndBooks {
  readonly store: SimulatedStore;
  /** Method, path, query and status of every request, and its body. */
  readonly seen: { method: string; path: string; query: string; status: number; body: string }[] = [];
  /** Apple changes them without notice. */
  readonly limits: Record<string, number> = {
    maxAssets: 25,
    maxUsers: 100,
    maxNotificationLength: 512,
    maxClientUserIds: 1000,
    maxSerialNumbers: 1000,
    maxMdmNameLength: 100,
    maxMdmMetadataLength: 255,
    maxMdmIdLength: 100,
  };
  /** Rows of a page. */
  perPage = 200;
  /** Called before each page is answered: a test changes something then. */
  beforePage: ((path: string, page: number) => void) | undefined;
  /** The bytes of icons; undefined: one pixel. */
  icon: { bytes: Uint8Array<ArrayBuffer>; type: string } | undefined;
  /** Does events at once, and delivers notifications. */
  immediate = false;
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;
  readonly #failures: (ContentFailure & { path?: string; times: number })[] = [];
  readonly #stalls = new Set<string>();
  readonly #stopping = Promise.withResolvers<void>();
  #address = "";

  constructor(
    private readonly now: () => Date = () => new Date(),
    /** Undefined: no address of notifications can be reached. */
    public send: SendNotification | undefined = undefined,
  ) {
    this.store = new SimulatedStore(now);
  }

  /** Listens on loopback; returns its address. */
  start(port = 0): string {
    this.#server = Deno.serve({ port, hostname: "127.0.0.1", onListen() {} }, (request) => this.answer(request));
    this.#address = `http://127.0.0.1:${this.#server.addr.port}`;
    return this.#address;
  }

  async stop(): Promise<void> {
    this.#stopping.resolve();
    await this.#server?.shutdown();
  }

  /** Answers the next `times` requests (of a path) with a failure. */
  failNext(failure: ContentFailure, { path, times = 1 }: { path?: string; times?: number } = {}): void {
    this.#failures.push({ ...failure, times, ...(path === undefined ? {} : { path }) });
  }

  /** Never answers requests of a path. */
  stall(path: string): void {
    this.#stalls.add(path);
  }

  /** Requests of a path so far. */
  count(path: string): number {
    return this.seen.filter((one) => one.path === path).length;
  }

  /** Sends what is in the outbox, in the order that `arrange` gives. Returns the statuses. */
  async deliver(arrange: <Item>(items: Item[]) => Item[] = (items) => items): Promise<number[]> {
    const statuses: number[] = [];
    const waiting = this.store.outbox.splice(0);
    for (const { location, notification } of arrange(waiting)) {
      const { notifications } = location;
      if (notifications === undefined || this.send === undefined) continue;
      statuses.push(await this.send(notifications.url, notifications.token, notification));
    }
    return statuses;
  }

  /** Returns the answer to a request. */
  async answer(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const body = await request.text();
    if (this.#stalls.has(pathname)) {
      await this.#stopping.promise;
      return new Response(null, { status: 504 });
    }
    const response = this.#failure(pathname) ?? await this.#route(request, pathname, body);
    this.seen.push({ method: request.method, path: pathname, query: search, status: response.status, body });
    if (this.immediate && request.method === "POST") {
      this.store.settle();
      // After the answer, as Apple's come.
      setTimeout(() => this.deliver().catch(() => {}), 0);
    }
    return response;
  }

  #failure(path: string): Response | undefined {
    const failure = this.#failures.find((one) => one.times > 0 && (one.path === undefined || one.path === path));
    if (failure === undefined) return undefined;
    failure.times--;
    const headers: Record<string, string> = failure.retryAfter === undefined
      ? {}
      : { "Retry-After": failure.retryAfter };
    return failure.number === undefined
      ? new Response(failure.body ?? "", { status: failure.status, headers })
      : error(failure.number, failure.status, headers);
  }

  async #route(request: Request, path: string, body: string): Promise<Response> {
    const { searchParams } = new URL(request.url);
    if (path === "/mdm/v2/service/config") return this.#serviceConfig();
    if (path === "/lookup") return this.#lookup(searchParams);
    if (path.startsWith("/icons/")) {
      const { bytes, type } = this.icon ?? { bytes: PIXEL, type: "image/png" };
      return new Response(bytes, { headers: { "Content-Type": type } });
    }
    const bearer = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
    const location = bearer === undefined ? undefined : this.store.locationOf(bearer);
    if (location === undefined) return error(9622, 401);
    if (location.trouble === "revoked") return error(9625, 401);
    if (location.trouble === "invalid") return error(9622, 401);
    if (location.expiry <= this.now()) return error(9621, 401);
    let input: unknown;
    try {
      input = body === "" ? {} : JSON.parse(body);
    } catch {
      return error(9602);
    }
    if (!isRecord(input)) return error(9602);
    switch (`${request.method} ${path}`) {
      case "GET /mdm/v2/client/config":
        return Response.json(this.#clientConfig(location));
      case "POST /mdm/v2/client/config":
        return await this.#configure(location, input);
      case "GET /mdm/v2/assets":
        return this.#assets(location, searchParams);
      case "GET /mdm/v2/assignments":
        return this.#assignments(location, searchParams);
      case "POST /mdm/v2/assets/associate":
        return this.#manage(location, "ASSOCIATE", input);
      case "POST /mdm/v2/assets/disassociate":
        return this.#manage(location, "DISASSOCIATE", input);
      case "POST /mdm/v2/users/create":
        return this.#createUsers(location, input);
      case "GET /mdm/v2/status":
        return this.#status(location, searchParams);
      default:
        return error(9726, 405);
    }
  }

  #serviceConfig(): Response {
    return Response.json({
      errorCodes: Object.entries(ERRORS).map(([errorNumber, errorMessage]) => ({
        errorNumber: Number(errorNumber),
        errorMessage,
      })),
      limits: this.limits,
      notificationTypes: ["ASSET_MANAGEMENT", "USER_MANAGEMENT", "USER_ASSOCIATED", "ASSET_COUNT"],
      urls: {
        clientConfig: `${this.#address}/mdm/v2/client/config`,
        contentMetadataLookup: `${this.#address}/lookup`,
        getAssets: `${this.#address}/mdm/v2/assets`,
      },
    });
  }

  #common(location: StoreLocation) {
    return {
      tokenExpirationDate: location.expiry.toISOString().replace(/\.\d+Z$/, "+0000"),
      uId: location.uid,
      ...(location.manager === undefined ? {} : { mdmInfo: location.manager }),
    };
  }

  #clientConfig(location: StoreLocation) {
    return {
      ...this.#common(location),
      countryISO2ACode: "DE",
      defaultPlatform: "enterprisestore",
      locationName: location.name,
      websiteURL: "https://business.apple.com",
      ...(location.notifications === undefined ? {} : { notificationUrl: location.notifications.url }),
    };
  }

  async #configure(location: StoreLocation, input: Record<string, unknown>): Promise<Response> {
    const { mdmInfo, notificationUrl: url, notificationAuthToken: token } = input;
    if (url !== undefined || token !== undefined) {
      if (typeof url !== "string" || typeof token !== "string") return error(9710);
      if (!url.startsWith("https://")) return error(9712);
      // Apple sends a test before it takes the address.
      const status = await this.send?.(url, token, {
        notificationId: crypto.randomUUID(),
        notificationType: "TEST_NOTIFICATION",
        notification: {},
        uId: location.uid,
      });
      if (status !== 200) return error(9728);
      location.notifications = { url, token };
    }
    if (mdmInfo !== undefined) {
      if (!isRecord(mdmInfo)) return error(9723);
      const { id, name, metadata } = mdmInfo;
      if (typeof id !== "string" || typeof name !== "string" || typeof metadata !== "string") return error(9723);
      location.manager = { id, name, metadata };
    }
    return Response.json(this.#clientConfig(location));
  }

  #page<Row>(
    location: StoreLocation,
    path: string,
    rows: readonly Row[],
    name: string,
    query: URLSearchParams,
  ): Response {
    const page = Number(query.get("pageIndex") ?? 0);
    const pages = Math.max(1, Math.ceil(rows.length / this.perPage));
    if (!Number.isInteger(page) || page < 0 || page >= pages) return error(9650);
    return Response.json({
      ...this.#common(location),
      [name]: rows.slice(page * this.perPage, (page + 1) * this.perPage),
      currentPageIndex: page,
      ...(page + 1 < pages ? { nextPageIndex: page + 1 } : {}),
      size: Math.min(this.perPage, rows.length - page * this.perPage),
      totalPages: pages,
      versionId: `${path} ${location.version}`,
    });
  }

  #assets(location: StoreLocation, query: URLSearchParams): Response {
    this.beforePage?.("assets", Number(query.get("pageIndex") ?? 0));
    const wanted = (name: string, value: string) => (query.get(name) ?? value) === value;
    const rows = [...location.items.values()]
      .filter(({ adamId, pricingParam }) => wanted("adamId", adamId) && wanted("pricingParam", pricingParam))
      .map(({ holders, total, retired, ...item }) => ({
        ...item,
        assignedCount: holders.size,
        availableCount: total - retired - holders.size,
        retiredCount: retired,
        totalCount: total,
      }));
    return this.#page(location, "assets", rows, "assets", query);
  }

  #assignments(location: StoreLocation, query: URLSearchParams): Response {
    this.beforePage?.("assignments", Number(query.get("pageIndex") ?? 0));
    const rows = [...location.items.values()]
      .filter(({ adamId }) => (query.get("adamId") ?? adamId) === adamId)
      .flatMap(({ adamId, pricingParam, holders }) =>
        [...holders].map((holder) => ({
          adamId,
          pricingParam,
          ...(holder.startsWith("user ") ? { clientUserId: holder.slice(5) } : { serialNumber: holder.slice(7) }),
        }))
      );
    return this.#page(location, "assignments", rows, "assignments", query);
  }

  #manage(location: StoreLocation, type: "ASSOCIATE" | "DISASSOCIATE", input: Record<string, unknown>): Response {
    const items = (Array.isArray(input.assets) ? input.assets : []).flatMap((one: unknown) => {
      if (!isRecord(one) || typeof one.adamId !== "string") return [];
      return [{ adamId: one.adamId, pricingParam: typeof one.pricingParam === "string" ? one.pricingParam : "STDQ" }];
    });
    const [serials, users] = [texts(input.serialNumbers), texts(input.clientUserIds)];
    const over = (count: number, name: string) => count > (this.limits[name] ?? Infinity);
    if (items.length === 0 || serials.length + users.length === 0) return error(9602);
    if (over(items.length, "maxAssets")) return error(9700);
    if (over(users.length, "maxClientUserIds")) return error(9701);
    if (over(serials.length, "maxSerialNumbers")) return error(9702);
    if (new Set(serials).size < serials.length) return error(9705);
    for (const key of items) {
      const item = location.items.get(`${key.adamId} ${key.pricingParam}`);
      if (item !== undefined && serials.length > 0 && !item.deviceAssignable) return error(9707);
      if (item !== undefined && type === "DISASSOCIATE" && !item.revocable) return error(9706);
    }
    const holders = [...serials.map((one) => `device ${one}`), ...users.map((one) => `user ${one}`)];
    const event = this.store.begin(location, { type, items, holders });
    return Response.json({ ...this.#common(location), eventId: event.id });
  }

  #createUsers(location: StoreLocation, input: Record<string, unknown>): Response {
    const users = (Array.isArray(input.users) ? input.users : []).flatMap((one: unknown) =>
      isRecord(one) && typeof one.clientUserId === "string"
        ? [{ clientUserId: one.clientUserId, managedAppleId: String(one.managedAppleId ?? "") }]
        : []
    );
    if (users.length > (this.limits.maxUsers ?? Infinity)) return error(9714);
    const event = this.store.begin(location, { type: "CREATE", items: [], holders: [] });
    for (const user of users) location.users.set(user.clientUserId, user);
    return Response.json({ ...this.#common(location), eventId: event.id });
  }

  #status(location: StoreLocation, query: URLSearchParams): Response {
    const event = location.events.get(query.get("eventId") ?? "");
    if (event === undefined) return error(9708);
    return Response.json({
      ...this.#common(location),
      eventStatus: event.status,
      eventType: event.type,
      numCompleted: event.completed,
      numRequested: event.holders.length * event.items.length,
      ...(event.failures.length === 0 ? {} : { failures: event.failures }),
    });
  }

  #lookup(query: URLSearchParams): Response {
    const found = (query.get("id") ?? "").split(",").flatMap((id) => {
      const entry = this.store.catalogue.get(id);
      if (entry === undefined) return [];
      return [[id, {
        id,
        name: entry.name,
        kind: entry.kind ?? "iosSoftware",
        ...(entry.bundleId === undefined ? {} : { bundleId: entry.bundleId }),
        url: `https://apps.apple.com/de/app/id${id}`,
        artwork: { width: 1024, height: 1024, url: `${this.#address}/icons/${id}/{w}x{h}bb.{f}` },
        offers: entry.version === undefined ? [] : [{
          type: "get",
          version: {
            display: entry.version,
            ...(entry.externalVersion === undefined ? {} : { externalId: entry.externalVersion }),
          },
        }],
      }]];
    });
    return Response.json({ isAuthenticated: true, version: 2, results: Object.fromEntries(found) });
  }
}
