/**
 * Declarative management on one channel of a device: gets the declared state from the server, applies it, and reports.
 *
 * How it differs from the real thing: it syncs when a conversation of commands has ended and its owner is still there,
 * not by itself in the background; declarations that could not be fetched are retried at the next sync; the protocol is
 * Apple's, the order of the fetches is ours.
 *
 * Source: Apple, "Integrating declarative management" (developer.apple.com/documentation/devicemanagement).
 *
 * @module
 */

import { z } from "zod";
import { declarationFacts } from "../../src/apple_schema/declarations.ts";
import { own } from "../../src/apple_schema/keys.ts";
import type { DeclarationKind } from "../../src/apple_schema/types.ts";
import { DeclarationProcess } from "./declaration_process.ts";
import type { DeclarativeDevice, HeldDeclaration, StatusItem } from "./declarative_device.ts";
import { expectOk } from "../device/device_options.ts";
import { asRecord } from "../json.ts";
import { declarationsItem, StatusLedger } from "./status_report.ts";

/** The server's answer is invalid. */
export class AnswerUnreadable extends Error {
  override readonly name = "AnswerUnreadable";
}

const item = z.object({ Identifier: z.string().min(1), ServerToken: z.string().min(1) });
const listed = z.object({
  Declarations: z.object({
    Activations: z.array(item),
    Assets: z.array(item),
    Configurations: z.array(item),
    Management: z.array(item),
  }),
  DeclarationsToken: z.string().min(1),
});
const syncTokens = z.object({ SyncTokens: z.object({ Timestamp: z.string(), DeclarationsToken: z.string().min(1) }) });
const declaration = z.object({
  Type: z.string(),
  Identifier: z.string(),
  ServerToken: z.string(),
  Payload: z.record(z.string(), z.json()),
});

/** Assets before the configurations that need them, those before the activations that turn them on. */
const ORDER = [
  ["management", "Management"],
  ["asset", "Assets"],
  ["configuration", "Configurations"],
  ["activation", "Activations"],
] as const satisfies readonly (readonly [DeclarationKind, string])[];

/** The items in every report, subscribed or not. */
const ALWAYS = ["management.client-capabilities", "management.declarations"];
const SUBSCRIPTIONS = "com.apple.configuration.management.status-subscriptions";

function parsed<T>(schema: z.ZodType<T>, bytes: Uint8Array, what: string): T {
  const { success, data } = schema.safeParse(asRecord(new TextDecoder().decode(bytes)));
  if (!success) throw new AnswerUnreadable(`${what} was answered with what is no answer to it`);
  return data;
}

/** Declarative management of one channel. */
export class Declarative {
  /** Why declarations are not here that the server listed, by identifier. */
  readonly unfetched = new Map<string, string>();
  readonly #process: DeclarationProcess;
  readonly #ledger = new StatusLedger();
  #held = new Map<string, HeldDeclaration>();
  readonly #attempts = new Map<string, number>();
  /** The token from the server's last command that was not synchronized yet; null is a command without a token. */
  #told: string | null | undefined;
  #token: string | undefined;
  #enabled = false;
  #silent = false;
  #active: HeldDeclaration[] = [];

  constructor(private readonly device: DeclarativeDevice) {
    this.#process = new DeclarationProcess(device);
  }

  /** Whether the server has turned declarative management on. */
  get enabled(): boolean {
    return this.#enabled;
  }

  /** The configurations in force. */
  get active(): readonly HeldDeclaration[] {
    return this.#active;
  }

  /** The token of the declarations in force; undefined while some of them are missing. */
  get token(): string | undefined {
    return this.#token;
  }

  /** The command arrived, with its Data. */
  told(data: Uint8Array | undefined): void {
    this.#enabled = true;
    const parsed = syncTokens.safeParse(asRecord(new TextDecoder().decode(data ?? new Uint8Array())));
    this.#told = parsed.success ? parsed.data.SyncTokens.DeclarationsToken : null;
  }

  /** The steps after a conversation: a sync if the server announced a change, and a report of changes. */
  async settle(): Promise<void> {
    if (!this.#enabled) return;
    const told = this.#told;
    if (told === null) await this.synchronize();
    else if (told !== undefined && told !== this.#token) await this.#synchronizeItems();
    this.#told = undefined;
    await this.report();
  }

  /** Asks the server for its token, and follows it when it is another one or something was missing. */
  async synchronize(): Promise<void> {
    this.#enabled = true;
    const tokens = parsed(syncTokens, await this.#ask("tokens"), "The question for tokens");
    if (tokens.SyncTokens.DeclarationsToken !== this.#token) await this.#synchronizeItems();
  }

  /** Applies the stored declarations again, and reports changes; `full` reports everything. */
  async report(full = false): Promise<void> {
    if (!this.#enabled) return;
    const { states, active } = await this.#process.run(this.#held);
    this.device.channel.declarations = states;
    this.#active = active;
    const report = this.#ledger.compose(this.#items(), full);
    const silent = this.#silent;
    this.#silent = false;
    if (report === undefined || silent) return;
    const Data = new TextEncoder().encode(JSON.stringify(report.body));
    const message = { MessageType: "DeclarativeManagement", Endpoint: "status", Data };
    await expectOk(await this.device.checkIn(message), "a status report");
    report.arrived();
  }

  async #ask(endpoint: string): Promise<Uint8Array> {
    const message = { MessageType: "DeclarativeManagement", Endpoint: endpoint };
    return await expectOk(await this.device.checkIn(message), `DeclarativeManagement ${endpoint}`);
  }

  async #synchronizeItems(): Promise<void> {
    const { Declarations, DeclarationsToken } = parsed(
      listed,
      await this.#ask("declaration-items"),
      "The question for declarations",
    );
    const held = new Map<string, HeldDeclaration>();
    this.unfetched.clear();
    for (const [kind, section] of ORDER) {
      for (const { Identifier, ServerToken } of Declarations[section]) {
        const here = this.#held.get(Identifier);
        const same = here?.kind === kind && here.token === ServerToken;
        const kept = same ? this.#again(here) : await this.#fetch(kind, Identifier) ?? here;
        if (kept !== undefined) held.set(Identifier, kept);
      }
    }
    this.#held = held;
    this.#token = this.unfetched.size === 0 ? DeclarationsToken : undefined;
    this.#process.renew(held);
  }

  /** Declarations in progress are checked again; all others are unchanged. */
  #again(held: HeldDeclaration): HeldDeclaration {
    return held.mischief === "unknown" ? this.#disturbed({ ...held }) ?? held : held;
  }

  async #fetch(kind: DeclarationKind, identifier: string): Promise<HeldDeclaration | undefined> {
    const endpoint = `declaration/${kind}/${identifier}`;
    const message = { MessageType: "DeclarativeManagement", Endpoint: endpoint };
    const response = await this.device.checkIn(message);
    if (response.status === 401) await expectOk(response, endpoint);
    const body = new Uint8Array(await response.arrayBuffer());
    const lost = (why: string) => {
      this.unfetched.set(identifier, why);
      return undefined;
    };
    if (response.status !== 200) return lost(`it was answered with ${response.status}`);
    const found = declaration.safeParse(asRecord(new TextDecoder().decode(body)));
    if (!found.success) return lost("it was answered with what is no declaration");
    const { Type, Identifier, ServerToken, Payload } = found.data;
    if (Identifier !== identifier) return lost(`it was answered with the declaration of "${Identifier}"`);
    if ((declarationFacts(Type)?.kind ?? kind) !== kind) return lost(`it was answered with the type "${Type}"`);
    const held = { kind, type: Type, identifier, token: ServerToken, payload: Payload };
    return this.#disturbed(held) ?? lost("its fetch was dropped");
  }

  /** Returns a declaration with its requested failure; undefined if its fetch is lost. */
  #disturbed({ mischief: _, ...held }: HeldDeclaration): HeldDeclaration | undefined {
    const { type, identifier, token } = held;
    const n = (this.#attempts.get(identifier) ?? 0) + 1;
    this.#attempts.set(identifier, n);
    const mischief = this.device.mischief?.({ Type: type, Identifier: identifier, ServerToken: token }, n);
    if (mischief === "drop fetch") return undefined;
    if (mischief === "no report") this.#silent = true;
    return mischief === "invalid" || mischief === "unknown" ? { ...held, mischief } : held;
  }

  #items(): Map<string, StatusItem> {
    const subscribed = this.#active.filter(({ type }) => type === SUBSCRIPTIONS).flatMap(({ payload }) => {
      const items = own(payload, "StatusItems");
      return Array.isArray(items) ? items.map((one) => own(one, "Name")) : [];
    });
    const names = [...ALWAYS, ...subscribed.filter((name) => typeof name === "string")];
    return new Map(
      [...new Set(names)].sort().map((name) => [
        name,
        name === "management.declarations"
          ? { value: declarationsItem(this.device.channel.declarations) }
          : this.device.statusItem(name, this.#active),
      ]),
    );
  }
}
