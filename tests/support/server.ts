/**
 * The server as a process of its own, on a free port.
 *
 * @module
 */

import { taskFlags } from "../../simulators/task_flags.ts";

/** A running process. */
export type ServerProcess = {
  url: string;
  /** The port where devices show their certificate. */
  mtlsPort: number | undefined;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Asks it to stop; answers its exit code. */
  stop(): Promise<number>;
};

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** Starts `main.ts` with these settings, and with so many descriptors at most, and waits until it listens. */
export async function startServer(
  settings: Record<string, string>,
  { descriptors }: { descriptors?: number } = {},
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
    stdout: "null",
    // The log.
    stderr: "piped",
  }).spawn();
  const lines = child.stderr.pipeThrough(new TextDecoderStream());
  const reader = lines.getReader();
  let text = "";
  let port: string | undefined;
  let mtlsPort: string | undefined;
  while (port === undefined || ("MTLS_PORT" in settings && mtlsPort === undefined)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The server ended before it listened:\n${text}`);
    text += value;
    port = /"message":"Listening".*"port":(\d+)/.exec(text)?.[1];
    mtlsPort = /"message":"Listening for devices".*"port":(\d+)/.exec(text)?.[1];
  }
  // Somebody has to read on, or the pipe fills up.
  const rest = (async () => {
    while (!(await reader.read()).done);
  })().catch(() => {});
  return {
    url: `http://127.0.0.1:${port}`,
    mtlsPort: mtlsPort === undefined ? undefined : Number(mtlsPort),
    async kill() {
      child.kill("SIGKILL");
      await child.status;
      await rest;
    },
    async stop() {
      child.kill("SIGTERM");
      const { code } = await child.status;
      await rest;
      return code;
    },
  };
}
