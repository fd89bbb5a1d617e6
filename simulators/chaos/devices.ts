/**
 * The devices of a chaos run: they connect to any server that answers, and the ledger sees their traffic.
 *
 * How they differ from the real thing: they share keys; they connect every few seconds; none answers NotNow.
 *
 * @module
 */

import type { SimulatedDevice } from "../device/device.ts";
import type { KeyPool } from "../fleet/key_pool.ts";
import { makeRoster } from "../fleet/roster.ts";
import type { Ledger } from "./ledger.ts";

/** The address in enrollment profiles. It must be of this machine, so that profiles may be fetched in plain HTTP. */
export const BASE_URL = "http://localhost";
/** Seconds after which a device gives up on a request. */
const PATIENCE_SECONDS = 15;

/** The servers' answers as seen from outside. */
export type Wire = {
  /** Answers by status; 0 counts requests without an answer. */
  readonly answers: Map<number, number>;
  /** Sends a request to one of the servers, chosen as a load balancer would. Throws when there is no answer. */
  send(request: Request): Promise<Response>;
};

/** Returns a wire to the servers behind these ports. */
export function makeWire(ports: readonly number[]): Wire {
  const answers = new Map<number, number>();
  const count = (status: number) => answers.set(status, (answers.get(status) ?? 0) + 1);
  let turn = 0;
  return {
    answers,
    async send(request) {
      const port = ports[turn++ % ports.length];
      const { pathname, search } = new URL(request.url);
      const content = request.body === null ? undefined : await request.arrayBuffer();
      try {
        const response = await fetch(`http://127.0.0.1:${port}${pathname}${search}`, {
          method: request.method,
          headers: request.headers,
          redirect: "manual",
          signal: AbortSignal.timeout(PATIENCE_SECONDS * 1000),
          // The runtime sends a body from memory again if the connection ends before the answer begins; it cannot
          // resend a stream, so each request is sent once.
          ...(content === undefined ? {} : { body: new Blob([content]).stream() }),
        });
        // Whole, or it did not arrive.
        const body = await response.arrayBuffer();
        count(response.status);
        return new Response(body.byteLength === 0 ? null : body, response);
      } catch (error) {
        count(0);
        throw error;
      }
    },
  };
}

const textOf = (key: string, plist: string): string | undefined =>
  plist.match(new RegExp(`<key>${key}</key>\\s*<string>([^<]*)</string>`))?.[1];

/** Creates devices whose conversations the ledger follows by their UDIDs; `now` is its time. */
export function makeDevices(
  count: number,
  { keys, wire, ledger, now }: { keys: Pick<KeyPool, "take">; wire: Wire; ledger: Ledger; now(): number },
): SimulatedDevice[] {
  const exchange = async (request: Request, device: string): Promise<Response> => {
    const response = await wire.send(request);
    if (response.status >= 400 && response.status < 500) {
      const text = (await response.clone().text()).slice(0, 200);
      const what = `${request.method} ${new URL(request.url).pathname} (${text})`;
      ledger.note({ kind: "refused", at: now(), who: device, status: response.status, what });
    }
    return response;
  };
  const send = async (request: Request): Promise<Response> => {
    if (request.method !== "PUT") return await exchange(request, "a device");
    const sent = await request.clone().text();
    const device = textOf("UDID", sent) ?? "";
    const [uuid, status] = [textOf("CommandUUID", sent)?.toLowerCase(), textOf("Status", sent)];
    const report = uuid === undefined || status === undefined ? undefined : { device, uuid, status };
    if (report !== undefined) ledger.note({ kind: "executed", at: now(), ...report });
    const response = await exchange(request, device);
    // A check-in is answered with no command.
    if (response.status !== 200 || status === undefined) return response;
    if (report !== undefined) ledger.note({ kind: "taken", at: now(), ...report });
    const got = await response.clone().text();
    const next = textOf("CommandUUID", got)?.toLowerCase();
    if (next !== undefined) {
      ledger.note({ kind: "offered", at: now(), device, uuid: next, type: textOf("RequestType", got) ?? "" });
    }
    return response;
  };
  return makeRoster(count, { keys, send });
}
