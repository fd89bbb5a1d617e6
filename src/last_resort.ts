/**
 * Handles uncaught errors: each is logged and counted, and the process continues.
 *
 * Every handler of the server guards itself; this is for libraries and the runtime, whose timers and sockets have no
 * caller. The attack: a client finds one such place and ends the process at will. A request or a job that such an error
 * leaves unfinished ends with its timeout or its lease.
 *
 * @module
 */

import type { Counters } from "./counters.ts";
import type { Logger } from "./log.ts";

/** Guards the process. Returns how to stop doing so. */
export function guardProcess({ log, counters }: { log: Logger; counters: Counters }): () => void {
  const note = (error: unknown, kind: string) => {
    counters.count("uncaught_errors");
    log.error("An error reached the top of the process", { error, kind });
  };
  const rejected = (event: PromiseRejectionEvent) => {
    // Handled where it is expected.
    if (event.defaultPrevented) return;
    event.preventDefault();
    note(event.reason, "unhandled rejection");
  };
  const thrown = (event: ErrorEvent) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    note(event.error, "uncaught error");
  };
  addEventListener("unhandledrejection", rejected);
  addEventListener("error", thrown);
  return () => {
    removeEventListener("unhandledrejection", rejected);
    removeEventListener("error", thrown);
  };
}
