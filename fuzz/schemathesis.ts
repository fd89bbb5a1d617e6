/**
 * Schemathesis, which makes requests from an OpenAPI document, in a Python environment of its own.
 *
 * @module
 */

const VERSION = "4.32.5";

/** Where it is kept between runs. */
function folder(): string {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  return `${cache}/espalier/schemathesis-${VERSION}`;
}

async function succeeds(command: string, args: readonly string[], seconds: number): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
      signal: AbortSignal.timeout(seconds * 1000),
    }).output();
    return success;
  } catch {
    return false;
  }
}

/** The command, installed when it is not there yet; undefined where it cannot be. */
export async function schemathesis(): Promise<string | undefined> {
  const command = `${folder()}/bin/schemathesis`;
  if (await succeeds(command, ["--version"], 60)) return command;
  const installed = await succeeds("python3", ["-m", "venv", "--clear", folder()], 120) &&
    await succeeds(`${folder()}/bin/pip`, ["install", "--quiet", `schemathesis==${VERSION}`], 300);
  return installed && await succeeds(command, ["--version"], 60) ? command : undefined;
}

/** One run: which operations and how they are tried. */
export type SchemathesisRun = {
  /** The document's file. */
  document: string;
  url: string;
  token: string;
  seed: number;
  /** Requests for each operation and phase. */
  examples: number;
  /** Seconds after which it is ended. */
  seconds: number;
  /** Options that choose phases and operations. */
  options: readonly string[];
};

/** Runs it, its report on standard output; whether no answer was a 5xx. */
export async function runSchemathesis(command: string, run: SchemathesisRun): Promise<boolean> {
  const { success } = await new Deno.Command(command, {
    args: [
      "run",
      run.document,
      ...["--url", run.url],
      ...["--header", `Authorization:Token ${run.token}`],
      ...["--checks", "not_a_server_error"],
      ...["--workers", "1"],
      ...["--seed", String(run.seed)],
      ...["--max-examples", String(run.examples)],
      ...["--request-timeout", "30"],
      ...["--generation-database", "none"],
      ...["--generation-with-security-parameters", "false"],
      ...["--suppress-health-check", "all"],
      ...["--warnings", "off"],
      ...["--no-color"],
      "--continue-on-failure",
      ...run.options,
    ],
    cwd: run.document.slice(0, run.document.lastIndexOf("/")),
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
    signal: AbortSignal.timeout(run.seconds * 1000),
  }).output();
  return success;
}
