/**
 * The server as a separate process: for benchmarks, tests and chaos runs, exactly as for operators.
 *
 * @module
 */

import { taskFlags } from "./tasks/task_flags.ts";

/** A running process. */
export type ServerProcess = {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** The port where devices show their certificate. */
  readonly mtlsPort: number | undefined;
  /** How it ended. */
  readonly ended: Promise<Deno.CommandStatus>;
  signal(signal: Deno.Signal): void;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Asks it to stop; returns its exit code. */
  stop(): Promise<number>;
};

const MAIN = new URL("../main.ts", import.meta.url).pathname;

/**
 * Starts `main.ts` with only these settings, without this process's environment, with at most that many descriptors,
 * and waits until it listens. `log` receives its log lines, `out` its output. Throws with its exit code and log if it
 * ends before.
 */
export async function startServer(
  settings: Record<string, string>,
  { descriptors, log = () => {}, out }: {
    descriptors?: number;
    log?: (text: string) => void;
    out?: (text: string) => void;
  } = {},
): Promise<ServerProcess> {
  const line = [Deno.execPath(), "run", ...taskFlags("start"), "--no-check", MAIN];
  const [command = "", ...args] = descriptors === undefined
    ? line
    : ["sh", "-c", `ulimit -n ${descriptors} && exec "$0" "$@"`, ...line];
  const child = new Deno.Command(command, {
    args,
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: Deno.env.get("HOME") ?? "/tmp",
      ...(Deno.env.get("DENO_DIR") === undefined ? {} : { DENO_DIR: Deno.env.get("DENO_DIR") ?? "" }),
      PORT: "0",
      NO_COLOR: "1",
      ...settings,
    },
    stdin: "null",
    stdout: out === undefined ? "null" : "piped",
    // The log.
    stderr: "piped",
  }).spawn();
  const printed = out === undefined ? Promise.resolve() : (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) out(text);
  })();
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let port: string | undefined;
  let mtlsPort: string | undefined;
  while (port === undefined || ("MTLS_PORT" in settings && mtlsPort === undefined)) {
    const { value, done } = await reader.read();
    if (done) {
      const { code } = await child.status;
      await printed;
      throw new Error(`The server ended with code ${code} before it listened:\n${text}`);
    }
    log(value);
    text += value;
    port = /"message":"Listening".*"port":(\d+)/.exec(text)?.[1];
    mtlsPort = /"message":"Listening for devices".*"port":(\d+)/.exec(text)?.[1];
  }
  // Somebody has to read on, or the pipe fills up.
  const rest = (async () => {
    for (let read = await reader.read(); !read.done; read = await reader.read()) log(read.value);
  })().catch(() => {});
  const ended = child.status.then(async (status) => {
    await Promise.all([rest, printed]);
    return status;
  });
  const signal = (name: Deno.Signal) => {
    try {
      child.kill(name);
    } catch (error) {
      // It ended meanwhile.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  };
  return {
    url: `http://127.0.0.1:${port}`,
    port: Number(port),
    pid: child.pid,
    mtlsPort: mtlsPort === undefined ? undefined : Number(mtlsPort),
    ended,
    signal,
    async kill() {
      signal("SIGKILL");
      await ended;
    },
    async stop() {
      signal("SIGTERM");
      return (await ended).code;
    },
  };
}
