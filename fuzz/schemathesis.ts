/**
 * Schemathesis, which generates requests from an OpenAPI document, in its own Python environment.
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

/** The result of a run. `answers` has the count of each status. */
export type SchemathesisResult = { passed: boolean; answers: ReadonlyMap<number, number> };

async function statusesIn(file: string): Promise<Map<number, number>> {
  const answers = new Map<number, number>();
  const handle = await Deno.open(file);
  let rest = "";
  for await (const chunk of handle.readable.pipeThrough(new TextDecoderStream())) {
    rest += chunk;
    const end = rest.lastIndexOf("\n");
    for (const [, status = ""] of rest.slice(0, end + 1).matchAll(/"status_code": ?([0-9]{3})/g)) {
      answers.set(Number(status), (answers.get(Number(status)) ?? 0) + 1);
    }
    rest = rest.slice(end + 1);
  }
  return answers;
}

/** Runs it, its report on standard output. It passes when no answer was a 5xx. */
export async function runSchemathesis(command: string, run: SchemathesisRun): Promise<SchemathesisResult> {
  const folder = run.document.slice(0, run.document.lastIndexOf("/"));
  const report = `${folder}/report.ndjson`;
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
      ...["--report-ndjson-path", report],
      ...["--no-color"],
      "--continue-on-failure",
      ...run.options,
    ],
    cwd: folder,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
    signal: AbortSignal.timeout(run.seconds * 1000),
  }).output();
  return { passed: success, answers: await statusesIn(report) };
}
