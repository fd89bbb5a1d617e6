/**
 * The order in which messages that may need a command are handled: those that arrive while others are being handled come
 * after these and together. Devices that were answered together answer together, a little apart, so the next ones are awaited
 * for a moment.
 *
 * None waits long for a slow one. On an idle server none waits, except the first one after a burst, for that moment.
 *
 * @module
 */

import { setImmediate } from "node:timers/promises";
import { isUnavailable } from "../../db/open.ts";
import { NoConnectionFree } from "../../db/supervised_pool.ts";
import type { Runtime } from "../runtime.ts";
import type { Outcome } from "./conversation.ts";
import { type Message, takeTogether } from "./messages_together.ts";

/** Messages of one transaction at most. */
const MOST = 16;
/** Milliseconds for which messages wait for the ones before them. */
const PATIENCE = 5;
/** Milliseconds for which messages wait until as many have arrived as were taken together before. */
const GATHERING = 2;

/** A message that waits, how it is handled by itself, and how it fails. */
type Waiting = Message & { alone: () => Promise<Outcome>; fail(error: unknown): void };

const queues = new WeakMap<Runtime, Messages>();

/** Handles a message: together with others, or by itself with `alone`. */
export async function takeMessage(
  runtime: Runtime,
  message: Omit<Message, "settle">,
  alone: () => Promise<Outcome>,
): Promise<Outcome> {
  let messages = queues.get(runtime);
  if (messages === undefined) queues.set(runtime, messages = new Messages(runtime));
  return await messages.take(message, alone);
}

/** The messages that wait for those before them. */
class Messages {
  readonly #waiting: Waiting[] = [];
  #working = false;
  /** The messages of the last transaction. */
  #before = 1;
  #gathered: (() => void) | undefined;

  constructor(private readonly runtime: Runtime) {}

  take(message: Omit<Message, "settle">, alone: () => Promise<Outcome>): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    this.#waiting.push({ ...message, alone, settle: resolve, fail: reject });
    if (!this.#working) void this.#work();
    else if (this.#waiting.length >= this.#before) this.#gathered?.();
    return promise;
  }

  async #work(): Promise<void> {
    this.#working = true;
    // What has arrived already is read first.
    await setImmediate();
    while (this.#waiting.length > 0) {
      if (this.#waiting.length < this.#before) await this.#gather();
      const some = this.#waiting.splice(0, MOST);
      this.#before = some.length;
      await patiently(this.#begin(some), PATIENCE);
    }
    this.#working = false;
  }

  async #gather(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gathered = resolve;
    await patiently(promise, GATHERING);
    this.#gathered = undefined;
  }

  /** Begins to handle messages. The result never rejects: errors are the messages' own, and the queue goes on. */
  async #begin(some: readonly Waiting[]): Promise<void> {
    try {
      await this.#handle(some);
    } catch (error) {
      for (const { fail } of some) fail(error);
    }
  }

  async #handle(some: readonly Waiting[]): Promise<void> {
    const [first] = some;
    if (first !== undefined && some.length === 1) return await this.#alone(first);
    const left = await takeTogether(this.runtime, some).catch((error) => {
      // They have waited as long as one alone. If each waited once more, all devices would wait longer.
      if (error instanceof NoConnectionFree) throw error;
      // A database that is away is not worth a line. Anything else may be a fault that shows nowhere but in the time it takes.
      if (!isUnavailable(error)) this.runtime.log.warn("Cannot take messages together. Each is taken alone", { error });
      return some;
    });
    await Promise.all(left.map((one) => this.#alone(one)));
  }

  async #alone({ alone, settle }: Waiting): Promise<void> {
    const outcome = alone();
    settle(outcome);
    await outcome.catch(() => {});
  }
}

/** Waits for work that does not reject, but for so many milliseconds at most. */
async function patiently(work: Promise<void>, longest: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, longest);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
