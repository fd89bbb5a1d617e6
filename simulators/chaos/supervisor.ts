/**
 * Keeps one server process running, as systemd or a container runtime would: one that ended is started again at once.
 *
 * @module
 */

import { type ServerProcess, startServer } from "../server_process.ts";

/** One of the servers. */
export type Supervised = {
  readonly index: number;
  /** The port of the process that runs now, or of the last one. */
  readonly port: number;
  /** Sends a signal to the process that runs now. */
  signal(signal: Deno.Signal): void;
  /**
   * Ends the process by `signal` because a fault wants it; returns how it ended, null when it did not within so many
   * seconds.
   */
  end(signal: Deno.Signal, within: number): Promise<Deno.CommandStatus | null>;
  /** Whether the current process reports that it is ready. */
  ready(): Promise<boolean>;
  /** Stops the process for good. */
  close(): Promise<void>;
};

/** Milliseconds that an answer of /readyz may take before it is asked again. */
const READY_TIMEOUT_MS = 1000;

/** Starts a server and keeps it running. `died` receives unexpected exits, `log` its log lines. */
export async function supervise(
  index: number,
  settings: Record<string, string>,
  { died, log }: { died(how: string): void; log(text: string): void },
): Promise<Supervised> {
  let running: ServerProcess | undefined = await startServer(settings, { log });
  let { port } = running;
  let asked = false;
  let closed = false;
  const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  const watch = async () => {
    while (running !== undefined) {
      const { code, signal } = await running.ended;
      running = undefined;
      if (!asked) died(signal === null ? `ended by itself with ${code}` : `ended by ${signal}, which no fault sent`);
      asked = false;
      while (!closed && running === undefined) {
        try {
          running = await startServer(settings, { log });
          port = running.port;
        } catch (error) {
          if (closed) break;
          died(error instanceof Error ? error.message.slice(-500) : String(error));
          await wait(1000);
        }
      }
    }
  };
  const watching = watch();
  return {
    index,
    get port() {
      return port;
    },
    signal: (signal) => running?.signal(signal),
    async end(signal, within) {
      const process = running;
      if (process === undefined) return null;
      asked = true;
      process.signal(signal);
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<null>((resolve) => timer = setTimeout(() => resolve(null), within * 1000));
      const status = await Promise.race([process.ended, late]);
      clearTimeout(timer);
      if (status === null) await process.kill();
      return status;
    },
    async ready() {
      if (running === undefined) return false;
      try {
        const response = await fetch(`http://127.0.0.1:${port}/readyz`, {
          signal: AbortSignal.timeout(READY_TIMEOUT_MS),
        });
        await response.body?.cancel();
        return response.status === 200;
      } catch {
        return false;
      }
    },
    async close() {
      closed = true;
      asked = true;
      const process = running;
      process?.signal("SIGCONT");
      await process?.stop();
      await watching;
      // One that was being started meanwhile.
      await running?.kill();
    },
  };
}
