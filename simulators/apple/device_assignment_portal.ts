/**
 * The portal's side of the simulated device assignment service: an organization's servers and devices, and what
 * administrators do with them. Every action is an operation that syncs report.
 *
 * @module
 */

import type { TokenParts } from "./device_assignment_oauth.ts";
import { type Sealer, sealToken, tokenContent } from "./device_assignment_token.ts";

/** A device that an organization owns. */
export type OwnedDevice = {
  serialNumber: string;
  model: string;
  description: string;
  /** "Mac", "iPhone", "iPad" or "AppleTV". */
  deviceFamily: string;
  /** "OSX", "iOS", "iPadOS" or "tvOS". */
  os: string;
  color: string;
  assetTag: string;
};

/** What a server says of one of its devices. */
export type Assigned = {
  device: OwnedDevice;
  assignedAt: Date;
  profileUuid?: string;
  profileStatus: "empty" | "assigned" | "pushed" | "removed";
  profileAssignTime?: Date;
  profilePushTime?: Date;
};

/** An operation in the order in which syncs report it. */
export type Operation = { type: "added" | "modified" | "deleted"; date: Date; record: Record<string, unknown> };

/** A server of the portal. */
export type PortalServer = {
  readonly uuid: string;
  readonly name: string;
  publicKeyPem: string | undefined;
  token: TokenParts;
  tokenExpiry: Date;
  /** The trouble that its requests meet. */
  trouble: "terms not signed" | "revoked" | "account gone" | undefined;
  /** In the order of their assignment; one that is gone leaves its place empty. */
  readonly order: (string | undefined)[];
  readonly devices: Map<string, Assigned & { place: number }>;
  readonly operations: Operation[];
  /** Profiles by their UUID, as they were sent. */
  readonly profiles: Map<string, Record<string, unknown>>;
};

const hex = (length: number) => crypto.getRandomValues(new Uint8Array(length)).toHex();
const iso = (date: Date) => date.toISOString().replace(/\.\d+Z$/, "Z");

/** Returns a device as the service describes it. */
export function recordOf({ device, ...assigned }: Assigned, admin: string): Record<string, unknown> {
  return {
    serial_number: device.serialNumber,
    model: device.model,
    description: device.description,
    color: device.color,
    asset_tag: device.assetTag,
    device_family: device.deviceFamily,
    os: device.os,
    device_assigned_by: admin,
    device_assigned_date: iso(assigned.assignedAt),
    profile_status: assigned.profileStatus,
    ...(assigned.profileUuid === undefined ? {} : { profile_uuid: assigned.profileUuid }),
    ...(assigned.profileAssignTime === undefined ? {} : { profile_assign_time: iso(assigned.profileAssignTime) }),
    ...(assigned.profilePushTime === undefined ? {} : { profile_push_time: iso(assigned.profilePushTime) }),
  };
}

const MODELS: readonly Omit<OwnedDevice, "serialNumber">[] = [
  {
    model: 'MacBook Pro 14"',
    description: "MBP 14 SPG/10C CPU/16C GPU",
    deviceFamily: "Mac",
    os: "OSX",
    color: "SPACE GRAY",
    assetTag: "",
  },
  {
    model: "iPad Air",
    description: "IPAD AIR WI-FI 128GB",
    deviceFamily: "iPad",
    os: "iPadOS",
    color: "BLUE",
    assetTag: "",
  },
  {
    model: "iPhone 16",
    description: "IPHONE 16 BLACK 128GB",
    deviceFamily: "iPhone",
    os: "iOS",
    color: "BLACK",
    assetTag: "",
  },
  {
    model: "Apple TV 4K",
    description: "APPLE TV 4K 64GB",
    deviceFamily: "AppleTV",
    os: "tvOS",
    color: "BLACK",
    assetTag: "",
  },
];

/** An organization with its servers and devices. */
export class SimulatedPortal {
  readonly servers = new Map<string, PortalServer>();
  readonly organization = {
    id: "6500001",
    name: "Example Organization",
    email: "it@example.com",
    phone: "+1 408 555 0100",
    address: "1 Orchard Road, Cupertino, CA 95014",
    type: "org",
    version: "v2",
    admin: "admin@example.com",
  };
  /** Serial numbers that Apple throttles, until when, and for how many seconds it says so. */
  readonly throttled = new Map<string, { until: Date; seconds: number }>();

  constructor(readonly now: () => Date) {}

  /** Adds a server. */
  addServer(name: string): PortalServer {
    const server: PortalServer = {
      uuid: hex(16).toUpperCase(),
      name,
      publicKeyPem: undefined,
      token: newToken(),
      tokenExpiry: this.#inAYear(),
      trouble: undefined,
      order: [],
      devices: new Map(),
      operations: [],
      profiles: new Map(),
    };
    this.servers.set(server.uuid, server);
    return server;
  }

  /** The administrator uploads the public key of an MDM server. */
  uploadPublicKey(server: PortalServer, pem: string): void {
    server.publicKeyPem = pem;
  }

  /** Returns a new server token for the uploaded public key; the one before is revoked. */
  async downloadToken(server: PortalServer, sealer?: Sealer): Promise<Uint8Array> {
    if (server.publicKeyPem === undefined) throw new Error("Upload a public key first");
    server.token = newToken();
    server.tokenExpiry = this.#inAYear();
    return await sealToken(tokenContent(server.token, server.tokenExpiry), server.publicKeyPem, sealer);
  }

  #inAYear(): Date {
    return new Date(this.now().getTime() + 365 * 86_400_000);
  }

  /** Assigns devices to a server, which may have had them before: Apple then says that their profile was removed. */
  assign(server: PortalServer, devices: readonly OwnedDevice[]): void {
    for (const device of devices) {
      const before = server.devices.get(device.serialNumber);
      if (before !== undefined) server.order[before.place] = undefined;
      const left = this.#left.get(`${server.uuid} ${device.serialNumber}`);
      const assigned = {
        device,
        assignedAt: this.now(),
        ...(left === undefined
          ? { profileStatus: "empty" as const }
          : { profileUuid: left, profileStatus: "removed" as const }),
        place: server.order.length,
      };
      server.order.push(device.serialNumber);
      server.devices.set(device.serialNumber, assigned);
      this.#log(server, "added", assigned);
    }
  }

  /** The profile that a device had when it left a server. */
  readonly #left = new Map<string, string>();

  /** Unassigns devices. */
  unassign(server: PortalServer, serials: readonly string[]): void {
    for (const serial of serials) {
      const assigned = server.devices.get(serial);
      if (assigned === undefined) continue;
      server.order[assigned.place] = undefined;
      server.devices.delete(serial);
      if (assigned.profileUuid !== undefined) this.#left.set(`${server.uuid} ${serial}`, assigned.profileUuid);
      this.#log(server, "deleted", assigned);
    }
  }

  /** Moves devices from one server to another. */
  move(from: PortalServer, to: PortalServer, serials: readonly string[]): void {
    const devices = serials.flatMap((serial) => from.devices.get(serial)?.device ?? []);
    this.unassign(from, serials);
    this.assign(to, devices);
  }

  /** Changes what Apple says of a device, such as its asset tag. */
  modify(server: PortalServer, serial: string, facts: Partial<OwnedDevice>): void {
    const assigned = server.devices.get(serial);
    if (assigned === undefined) throw new Error(`${serial} is not assigned to ${server.name}`);
    assigned.device = { ...assigned.device, ...facts };
    this.#log(server, "modified", assigned);
  }

  /** Gives a device a profile, or says that it got it, or took it away. */
  setProfile(server: PortalServer, serial: string, status: Assigned["profileStatus"], uuid?: string): void {
    const assigned = server.devices.get(serial);
    if (assigned === undefined) return;
    assigned.profileStatus = status;
    if (status === "empty") delete assigned.profileUuid;
    if (uuid !== undefined) assigned.profileUuid = uuid;
    if (status === "assigned") {
      assigned.profileAssignTime = this.now();
      delete assigned.profilePushTime;
    }
    if (status === "pushed") assigned.profilePushTime = this.now();
    this.#log(server, "modified", assigned);
  }

  /**
   * Returns the profile that a device gets when it is activated, from the server that it is assigned to; undefined when
   * there is none. Apple then says that it was pushed.
   */
  activate(serial: string): Record<string, unknown> | undefined {
    for (const server of this.servers.values()) {
      const assigned = server.devices.get(serial);
      if (assigned?.profileUuid === undefined || assigned.profileStatus === "removed") continue;
      const profile = server.profiles.get(assigned.profileUuid);
      if (profile === undefined) continue;
      this.setProfile(server, serial, "pushed");
      return profile;
    }
    return undefined;
  }

  /** Reports an operation late: it has the time of the past, and comes after all that were reported. */
  reportLate(server: PortalServer, operation: Operation): void {
    server.operations.push({
      ...operation,
      record: { ...operation.record, op_type: operation.type, op_date: iso(operation.date) },
    });
  }

  /** Throttles the assignment of profiles to devices. */
  throttle(serials: readonly string[], seconds: number): void {
    const until = new Date(this.now().getTime() + seconds * 1000);
    for (const serial of serials) this.throttled.set(serial, { until, seconds });
  }

  #log(server: PortalServer, type: Operation["type"], assigned: Assigned & { place?: number }): void {
    const { place: _, ...facts } = assigned;
    const date = this.now();
    server.operations.push({
      type,
      date,
      record: { ...recordOf(facts, this.organization.admin), op_type: type, op_date: iso(date) },
    });
  }
}

const newToken = (): TokenParts => ({
  consumerKey: `CK_${hex(32)}`,
  consumerSecret: `CS_${hex(20)}`,
  accessToken: `AT_${hex(32)}`,
  accessSecret: `AS_${hex(20)}`,
});

/** Returns `count` devices of several kinds with serial numbers that begin with `prefix`. */
export const ownedDevices = (count: number, prefix = "DMPA"): OwnedDevice[] =>
  Array.from({ length: count }, (_, index) => ({
    serialNumber: `${prefix}${String(index + 1).padStart(8, "0")}`,
    ...MODELS[index % MODELS.length] ?? MODELS[0] as Omit<OwnedDevice, "serialNumber">,
  }));
