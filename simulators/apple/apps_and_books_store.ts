/**
 * The locations of a simulated Apple Business Manager: what each owns, who has licences, and the content tokens.
 *
 * @module
 */

import type { StoreAnswer } from "../device/installed_apps.ts";

/** An item that a location owns licences of. */
export type StoreItem = {
  adamId: string;
  pricingParam: string;
  productType: "App" | "Book";
  deviceAssignable: boolean;
  revocable: boolean;
  supportedPlatforms: string[];
  total: number;
  retired: number;
  /** Holders as "device SERIAL" and "user CLIENTUSERID". */
  holders: Set<string>;
};

/** An event of Apple's, before and after it was done. */
export type StoreEvent = {
  id: string;
  type: "ASSOCIATE" | "DISASSOCIATE" | "CREATE";
  items: { adamId: string; pricingParam: string }[];
  holders: string[];
  status: "PENDING" | "COMPLETE" | "FAILED";
  failures: { errorNumber: number; errorMessage: string; errorInfo: Record<string, string[]> }[];
  completed: number;
};

/** A notification on its way. */
export type StoreNotification = {
  notificationId: string;
  notificationType: string;
  notification: Record<string, unknown>;
  uId: string;
};

/** A server that manages a location. */
export type Manager = { id: string; name: string; metadata: string };

/** A location. */
export type StoreLocation = {
  uid: string;
  name: string;
  organization: string;
  token: string;
  expiry: Date;
  trouble: "revoked" | "invalid" | undefined;
  manager: Manager | undefined;
  notifications: { url: string; token: string } | undefined;
  items: Map<string, StoreItem>;
  users: Map<string, { clientUserId: string; managedAppleId: string }>;
  events: Map<string, StoreEvent>;
  /** Changes with every change of a list. */
  version: number;
};

/** What the catalogue says of an item. */
export type CatalogueEntry = {
  name: string;
  bundleId?: string;
  version?: string;
  /** Apple's identifier of the version. */
  externalVersion?: number;
  kind?: string;
};

const keyOf = ({ adamId, pricingParam }: { adamId: string; pricingParam: string }) => `${adamId} ${pricingParam}`;

/** A file as Apple gives it: base64 of JSON. */
const fileOf = (location: StoreLocation) =>
  new TextEncoder().encode(
    new TextEncoder().encode(JSON.stringify({
      token: location.token,
      expDate: location.expiry.toISOString().replace(/\.\d+Z$/, "+0000"),
      orgName: location.organization,
    })).toBase64(),
  );

/** The store of one organization. */
export class SimulatedStore {
  readonly locations = new Map<string, StoreLocation>();
  readonly catalogue = new Map<string, CatalogueEntry>();
  /** Notifications that have not left, the oldest first. */
  readonly outbox: { location: StoreLocation; notification: StoreNotification }[] = [];
  #next = 1;

  constructor(private readonly now: () => Date) {}

  /** Adds a location. */
  addLocation(name: string, organization = "Orchard Ltd."): StoreLocation {
    const location: StoreLocation = {
      uid: String(2_049_025_000_431_439 + this.#next++),
      name,
      organization,
      token: crypto.randomUUID(),
      expiry: new Date(this.now().getTime() + 365 * 86_400_000),
      trouble: undefined,
      manager: undefined,
      notifications: undefined,
      items: new Map(),
      users: new Map(),
      events: new Map(),
      version: 1,
    };
    this.locations.set(location.uid, location);
    return location;
  }

  /** Returns the content token of a location as its file; a new one revokes the one before. */
  download(location: StoreLocation, { renew = false } = {}): Uint8Array<ArrayBuffer> {
    if (renew) {
      location.token = crypto.randomUUID();
      location.expiry = new Date(this.now().getTime() + 365 * 86_400_000);
      location.trouble = undefined;
    }
    return fileOf(location);
  }

  /** Returns the location of a bearer token, which is the text of the file. */
  locationOf(bearer: string): StoreLocation | undefined {
    return [...this.locations.values()].find((one) => new TextDecoder().decode(fileOf(one)) === bearer);
  }

  /** Buys licences; a location that has the item gets more, fewer with a negative number. */
  buy(
    location: StoreLocation,
    adamId: string,
    count: number,
    more: Partial<StoreItem> & { entry?: CatalogueEntry } = {},
  ): StoreItem {
    const { entry, ...facts } = more;
    const pricingParam = facts.pricingParam ?? "STDQ";
    const key = keyOf({ adamId, pricingParam });
    const known = location.items.get(key);
    const item: StoreItem = known ?? {
      adamId,
      productType: "App",
      deviceAssignable: true,
      revocable: true,
      supportedPlatforms: ["iOS", "macOS"],
      total: 0,
      retired: 0,
      holders: new Set(),
      ...facts,
      pricingParam,
    };
    item.total += count;
    location.items.set(key, item);
    location.version++;
    if (entry !== undefined) this.catalogue.set(adamId, entry);
    if (known !== undefined) {
      this.#tell(location, "ASSET_COUNT", { adamId, pricingParam, countDelta: count });
    }
    return item;
  }

  /** Gives or takes a licence at Apple itself, as a person does there. */
  assign(location: StoreLocation, item: StoreItem, holder: string, given = true): void {
    if (given) item.holders.add(holder);
    else item.holders.delete(holder);
    location.version++;
    this.#tell(location, "ASSET_MANAGEMENT", {
      type: given ? "ASSOCIATE" : "DISASSOCIATE",
      result: "SUCCESS",
      assignments: [assignmentOf(item, holder)],
    });
  }

  /** What the App Store says to a device that asks for an app: those with a licence, or whose person has one, get it. */
  serve(adamId: string, serialNumber: string, managedAppleId?: string): StoreAnswer {
    const entry = this.catalogue.get(adamId);
    if (entry?.bundleId === undefined) return { error: { code: 12_023, text: "The App ID could not be verified." } };
    const has = [...this.locations.values()].some(({ items, users }) =>
      [...items.values()].some((item) =>
        item.adamId === adamId && (item.holders.has(`device ${serialNumber}`) ||
          [...users.values()].some((user) =>
            user.managedAppleId === managedAppleId && item.holders.has(`user ${user.clientUserId}`)
          ))
      )
    );
    if (!has) return { error: { code: 9610, text: "License not found." } };
    const { bundleId, name, version = "1.0", externalVersion = 1 } = entry;
    return { app: { bundleId, name, version, externalVersion } };
  }

  /** Begins an event. */
  begin(
    location: StoreLocation,
    event: Pick<StoreEvent, "type" | "items" | "holders">,
  ): StoreEvent {
    const begun: StoreEvent = { ...event, id: crypto.randomUUID(), status: "PENDING", failures: [], completed: 0 };
    location.events.set(begun.id, begun);
    return begun;
  }

  /** Does all events that wait. */
  settle(): void {
    for (const location of this.locations.values()) {
      for (const event of location.events.values()) if (event.status === "PENDING") this.#do(location, event);
    }
  }

  #do(location: StoreLocation, event: StoreEvent): void {
    for (const key of event.items) {
      const item = location.items.get(keyOf(key));
      if (item === undefined) {
        fail(event, 9610, "License not found", event.holders);
        continue;
      }
      if (event.type === "ASSOCIATE") this.#associate(location, event, item);
      else this.#disassociate(location, event, item);
    }
    event.status = event.failures.length > 0 ? "FAILED" : "COMPLETE";
    location.version++;
  }

  #associate(location: StoreLocation, event: StoreEvent, item: StoreItem): void {
    const unknown = event.holders.filter((one) => one.startsWith("user ") && !location.users.has(one.slice(5)));
    if (unknown.length > 0) fail(event, 9609, "Registered user not found", unknown);
    const fresh = event.holders.filter((one) => !item.holders.has(one) && !unknown.includes(one));
    if (fresh.length > item.total - item.retired - item.holders.size) {
      const message = "There are not enough licenses for this app or book available to assign to the selected group.";
      fail(event, 9709, message, fresh);
      this.#tellAssignments(location, event, item, fresh, { errorNumber: 9709, errorMessage: message });
      return;
    }
    for (const holder of fresh) item.holders.add(holder);
    event.completed += fresh.length;
    this.#tellAssignments(location, event, item, event.holders.filter((one) => !unknown.includes(one)));
  }

  #disassociate(location: StoreLocation, event: StoreEvent, item: StoreItem): void {
    const held = event.holders.filter((one) => item.holders.delete(one));
    const others = event.holders.filter((one) => !held.includes(one));
    event.completed += held.length;
    if (others.length > 0) fail(event, 9619, "License not associated", others);
    if (held.length > 0) this.#tellAssignments(location, event, item, held);
  }

  /** A hundred holders in each notification, as Apple does. */
  #tellAssignments(
    location: StoreLocation,
    event: StoreEvent,
    item: StoreItem,
    holders: readonly string[],
    error?: { errorNumber: number; errorMessage: string },
  ): void {
    for (let at = 0; at < holders.length; at += 100) {
      this.#tell(location, "ASSET_MANAGEMENT", {
        type: event.type,
        result: error === undefined ? "SUCCESS" : "FAILURE",
        eventId: event.id,
        assignments: holders.slice(at, at + 100).map((holder) => assignmentOf(item, holder)),
        ...(error === undefined ? {} : { error }),
      });
    }
  }

  #tell(location: StoreLocation, notificationType: string, notification: Record<string, unknown>): void {
    const notificationId = crypto.randomUUID();
    this.outbox.push({
      location,
      notification: { notificationId, notificationType, notification, uId: location.uid },
    });
  }
}

const assignmentOf = ({ adamId, pricingParam }: StoreItem, holder: string) => ({
  adamId,
  pricingParam,
  ...(holder.startsWith("user ") ? { clientUserId: holder.slice(5) } : { serialNumber: holder.slice(7) }),
});

function fail(event: StoreEvent, errorNumber: number, errorMessage: string, holders: readonly string[]): void {
  const of = (kind: string) => holders.flatMap((one) => one.startsWith(kind) ? [one.slice(kind.length)] : []);
  const [serialNumbers, clientUserIds] = [of("device "), of("user ")];
  event.failures.push({
    errorNumber,
    errorMessage,
    errorInfo: {
      ...(serialNumbers.length === 0 ? {} : { serialNumbers }),
      ...(clientUserIds.length === 0 ? {} : { clientUserIds }),
    },
  });
}
