/**
 * A minimal server for tests of the device's side of the protocol: it enrolls by SCEP, serves commands, declarations
 * and files, and records reports.
 *
 * @module
 */

import assert from "node:assert/strict";
import { SimulatedDevice } from "../../simulators/device/device.ts";
import type { DeviceOptions } from "../../simulators/device/device_options.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { type Authority, createAuthority, issueCertificate, randomSerial } from "../../src/pki/ca.ts";
import { parseCertificate } from "../../src/pki/certificate.ts";
import { signAttached } from "../../src/pki/cms/signed.ts";
import { openPkiMessage } from "../../src/pki/scep/message.ts";
import { certRep } from "../../src/pki/scep/reply.ts";
import { asDict, buildPlist, data, dicts, parsePlist, type PlistDict, str } from "../../src/protocol/plist.ts";
import type { Platform } from "../../src/protocol/platform.ts";
import { KEYS } from "../support/fleet.ts";

const NOW = new Date("2026-06-01T12:00:00Z");
const BASE = "https://fake.example.com";
const AUTHORITY_DER = createAuthority({ subject: [["CN", "Fake"]], now: NOW, key: KEYS[0], years: 10 });
const AUTHORITY: Authority = { certificate: parseCertificate(AUTHORITY_DER), key: KEYS[0] };

type Kind = "activation" | "asset" | "configuration" | "management";
type Listed = { kind: Kind; type: string; token: string; payload: Record<string, unknown> };

/** A device's report on one declaration. */
export type Told = {
  identifier: string;
  "server-token": string;
  active: boolean;
  valid: string;
  reasons?: { code: string; description: string; details?: Record<string, unknown> }[];
};

/** A report as it came. */
export type ReportBody = {
  // deno-lint-ignore no-explicit-any
  StatusItems: any;
  Errors: { StatusItem: string; Reasons: { Code: string }[] }[];
  FullReport?: boolean;
};

/** The server. */
export class FakeServer {
  readonly declarations = new Map<string, Listed>();
  /** By path; what is not here is answered with 404. */
  readonly files = new Map<string, { body: Uint8Array<ArrayBuffer> | string; type?: string; status?: number }>();
  /** Answers to endpoints instead of the right ones. */
  readonly instead = new Map<string, { status: number; body?: string }>();
  readonly commands: PlistDict[] = [];
  /** Endpoints, and the paths of downloads, in their order. */
  readonly log: string[] = [];
  readonly answers: PlistDict[] = [];
  readonly reports: ReportBody[] = [];
  readonly downloads: Request[] = [];
  revision = 1;
  refusesScep = false;

  readonly send = async (request: Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/scep") return await this.#scep(searchParams.get("operation") ?? "", request);
    if (request.method === "GET") return this.#download(pathname, request);
    const message = asDict(parsePlist(new Uint8Array(await request.arrayBuffer())));
    if (pathname === "/connect") return this.#connect(message);
    return str(message, "MessageType") === "DeclarativeManagement" ? this.#declarative(message) : new Response();
  };

  /** The profile of an enrollment here. */
  enrollmentProfile(): Uint8Array<ArrayBuffer> {
    return buildPlist({
      PayloadIdentifier: "com.example.enrollment",
      PayloadUUID: "ENROLLMENT",
      PayloadContent: [
        { PayloadType: "com.apple.security.scep", PayloadUUID: "1", PayloadContent: { URL: `${BASE}/scep` } },
        {
          PayloadType: "com.apple.mdm",
          ServerURL: `${BASE}/connect`,
          CheckInURL: `${BASE}/checkin`,
          Topic: "com.apple.mgmt.test",
          IdentityCertificateUUID: "1",
          SignMessage: true,
        },
      ],
    });
  }

  /** An enrolled device of a platform, the first of the models. */
  async enrolled(platform: Platform = "macOS", options: Partial<DeviceOptions> = {}): Promise<SimulatedDevice> {
    const model = MODELS.find((one) => one.platform === platform);
    assert.ok(model);
    const device = new SimulatedDevice({
      model,
      serialNumber: "C02SIM000001",
      send: this.send,
      now: () => NOW,
      newKey: () => Promise.resolve(KEYS[1]),
      ...options,
    });
    await device.enroll(this.enrollmentProfile());
    return device;
  }

  /** Lists a declaration; its token is "identifier.1", and another number each time. */
  put(kind: Kind, identifier: string, type: string, payload: Record<string, unknown> = {}): void {
    const version = Number(this.declarations.get(identifier)?.token.split(".").at(-1) ?? 0) + 1;
    this.declarations.set(identifier, { kind, type, token: `${identifier}.${version}`, payload });
    this.revision++;
  }

  /** A configuration without effect, activated by its own activation. */
  test(identifier: string, payload: Record<string, unknown> = { Echo: identifier }): void {
    this.put("configuration", identifier, "com.apple.configuration.management.test", payload);
    this.activate(`on-${identifier}`, [identifier]);
  }

  activate(identifier: string, configurations: string[], predicate?: string): void {
    this.put("activation", identifier, "com.apple.activation.simple", {
      StandardConfigurations: configurations,
      ...(predicate === undefined ? {} : { Predicate: predicate }),
    });
  }

  /** A subscription to status items, turned on. */
  subscribe(names: string[]): void {
    this.put("configuration", "subscriptions", "com.apple.configuration.management.status-subscriptions", {
      StatusItems: names.map((Name) => ({ Name })),
    });
    this.activate("on-subscriptions", ["subscriptions"]);
  }

  remove(...identifiers: string[]): void {
    for (const identifier of identifiers) this.declarations.delete(identifier);
    this.revision++;
  }

  get token(): string {
    return `revision-${this.revision}`;
  }

  /** The command that tells of the declarations. */
  tell(): void {
    this.commands.push({
      RequestType: "DeclarativeManagement",
      Data: new TextEncoder().encode(JSON.stringify(this.#tokens())),
    });
  }

  /** Tells of the declarations and lets the device follow them. */
  async sync(device: SimulatedDevice, userId?: string): Promise<void> {
    this.tell();
    await device.connect(userId);
  }

  /** Returns the state of one declaration in the last report about declarations. */
  told(identifier: string): Told | undefined {
    const report = this.reports.findLast(({ StatusItems }) => StatusItems.management?.declarations !== undefined);
    const sections: Told[][] = Object.values(report?.StatusItems.management.declarations ?? {});
    return sections.flat().find((one) => one.identifier === identifier);
  }

  /** The same in three words: whether it is active, whether it is valid, and the code of its first reason. */
  short(identifier: string): string | undefined {
    const told = this.told(identifier);
    return told &&
      [told.active ? "active" : "inactive", told.valid, ...(told.reasons ?? []).slice(0, 1).map(({ code }) => code)]
        .join(" ");
  }

  /** A signed profile with one payload, ready to be downloaded at the path. */
  profile(path: string, identifier: string, extra: PlistDict = {}): Uint8Array<ArrayBuffer> {
    const profile = buildPlist({
      PayloadIdentifier: identifier,
      PayloadUUID: `${identifier}-UUID`,
      PayloadDisplayName: `Profile ${identifier}`,
      PayloadContent: [{ PayloadType: "com.example", PayloadIdentifier: `${identifier}.1`, PayloadUUID: "P" }],
      ...extra,
    });
    const body = signAttached(profile, { certificate: AUTHORITY_DER, key: KEYS[0] });
    this.files.set(path, { body, type: "application/x-apple-aspen-config" });
    return body;
  }

  url(path: string): string {
    return `${BASE}${path}`;
  }

  #tokens() {
    return { SyncTokens: { Timestamp: "2026-06-01T12:00:00Z", DeclarationsToken: this.token } };
  }

  #connect(message: PlistDict): Response {
    if (str(message, "Status") !== "Idle") this.answers.push(message);
    const command = str(message, "Status") === "NotNow" ? undefined : this.commands.shift();
    if (command === undefined) return new Response();
    return new Response(buildPlist({ CommandUUID: `U${this.answers.length}`, Command: command }));
  }

  #declarative(message: PlistDict): Response {
    const endpoint = str(message, "Endpoint") ?? "";
    const user = str(message, "UserID");
    this.log.push(user === undefined ? endpoint : `${user} ${endpoint}`);
    const instead = this.instead.get(endpoint);
    if (instead !== undefined) return new Response(instead.body ?? null, { status: instead.status });
    const json = (value: unknown) => new Response(JSON.stringify(value));
    if (endpoint === "tokens") return json(this.#tokens());
    if (endpoint === "declaration-items") return json(this.#items());
    if (endpoint === "status") {
      this.reports.push(JSON.parse(new TextDecoder().decode(data(message, "Data"))));
      return new Response();
    }
    const [, kind, identifier = ""] = endpoint.split("/");
    const found = this.declarations.get(identifier);
    if (found === undefined || found.kind !== kind) return new Response(null, { status: 404 });
    return json({
      Type: found.type,
      Identifier: identifier,
      ServerToken: found.token,
      Payload: found.payload,
    });
  }

  #items() {
    const of = (kind: Kind) =>
      [...this.declarations].filter(([, one]) => one.kind === kind)
        .map(([Identifier, { token }]) => ({ Identifier, ServerToken: token }));
    return {
      Declarations: {
        Activations: of("activation"),
        Assets: of("asset"),
        Configurations: of("configuration"),
        Management: of("management"),
      },
      DeclarationsToken: this.token,
    };
  }

  #download(path: string, request: Request): Response {
    this.log.push(path);
    this.downloads.push(request);
    const file = this.files.get(path);
    if (file === undefined) return new Response("no such file", { status: 404 });
    const { body, type = "application/octet-stream", status = 200 } = file;
    const location = status === 302 && typeof body === "string" ? { Location: body } : {};
    return new Response(status === 302 ? null : body, { status, headers: { "Content-Type": type, ...location } });
  }

  async #scep(operation: string, request: Request): Promise<Response> {
    if (operation === "GetCACaps") return new Response("POSTPKIOperation\nAES\nSHA-256\n");
    if (operation === "GetCACert") {
      return new Response(AUTHORITY_DER, { headers: { "Content-Type": "application/x-x509-ca-cert" } });
    }
    const message = openPkiMessage(new Uint8Array(await request.arrayBuffer()), AUTHORITY);
    if (this.refusesScep || message.messageType !== "PKCSReq") {
      return new Response(certRep({ kind: "failure", failInfo: "badRequest" }, message, AUTHORITY));
    }
    const { subject, spki, extensions } = message.csr;
    const certificate = issueCertificate(AUTHORITY, {
      subject: [["CN", subject.commonName ?? "device"]],
      spki,
      serial: randomSerial(),
      notBefore: NOW,
      notAfter: new Date(NOW.getTime() + 86_400_000),
      keyUsage: ["digitalSignature"],
      san: extensions.subjectAltNames,
    });
    return new Response(certRep({ kind: "success", certificate, chain: [AUTHORITY_DER] }, message, AUTHORITY));
  }
}

/** The chain of errors of a command's answer, as text. */
export const errorsOf = (answer: PlistDict | undefined): string =>
  dicts(answer ?? {}, "ErrorChain").map((one) => str(one, "USEnglishDescription")).join(" ");
