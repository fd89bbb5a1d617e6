/**
 * The order in which answers are handled: one that arrives alone at once and by itself, those that arrive while it is being
 * handled after it and together.
 *
 * None waits long for a slow answer, and on an idle server none waits at all.
 *
 * @module
 */

import { isUnavailable } from "../../db/open.ts";
import { NoConnectionFree } from "../../db/supervised_pool.ts";
import type { Caller } from "../events/by.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { Report } from "../protocol/report.ts";
import type { Runtime } from "../runtime.ts";
import { takeAlone, uuidOf } from "./answer.ts";
import { type Answer, takeTogether } from "./answers_together.ts";
import type { Outcome } from "./conversation.ts";

/** Answers of one transaction at most. */
const MOST = 16;
/** Bytes of an answer that is taken together with others. */
const SMALL = 32 * 1024;
/** Milliseconds for which answers wait for the ones before them. */
const PATIENCE = 5;

const queues = new WeakMap<Runtime, Answers>();

/** Handles a device's answer to a command. */
export async function takeAnswer(
  runtime: Runtime,
  by: Caller,
  sender: Certificate,
  report: Report,
): Promise<Outcome> {
  const uuid = uuidOf(report);
  if (uuid === undefined || report.status === "NotNow" || report.raw.length > SMALL) {
    return await takeAlone(runtime, by, sender, report);
  }
  let answers = queues.get(runtime);
  if (answers === undefined) queues.set(runtime, answers = new Answers(runtime));
  return await answers.take({ by, sender, report, uuid });
}

/** The answers that wait for those before them. */
class Answers {
  readonly #waiting: Answer[] = [];
  #working = false;

  constructor(private readonly runtime: Runtime) {}

  take(answer: Omit<Answer, "settle">): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.#waiting.push({ ...answer, settle: resolve });
    if (!this.#working) void this.#work();
    return promise;
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (this.#waiting.length > 0) await patiently(this.#begin(this.#waiting.splice(0, MOST)));
    this.#working = false;
  }

  /** Begins to handle answers. The result never rejects: errors are the answers' own. */
  async #begin(some: readonly Answer[]): Promise<void> {
    const [first] = some;
    if (first !== undefined && some.length === 1) return await this.#alone(first);
    const left = await takeTogether(this.runtime, some).catch((error) => {
      if (error instanceof NoConnectionFree) {
        // They have waited as long as one alone. If each waited once more, all devices would wait longer.
        for (const { settle } of some) settle(Promise.reject(error));
        return [];
      }
      // A database that is away is not worth a line. Anything else may be a fault that shows nowhere but in the time it takes.
      if (!isUnavailable(error)) this.runtime.log.warn("Cannot take answers together. Each is taken alone", { error });
      return some;
    });
    await Promise.all(left.map((one) => this.#alone(one)));
  }

  async #alone({ by, sender, report, settle }: Answer): Promise<void> {
    const outcome = takeAlone(this.runtime, by, sender, report);
    settle(outcome);
    await outcome.catch(() => {});
  }
}

/** Waits for work that does not reject, but not long. */
async function patiently(work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PATIENCE);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
