/**
 * `deno task fuzz:api`: requests that schemathesis generates from the OpenAPI document, against a server with devices.
 * No answer may be a 5xx.
 *
 * @module
 */

import { z } from "zod";
import { buildHouse, type House } from "../bench/house.ts";
import { continueIds } from "../db/tools/ids.ts";
import { openApiDocument } from "../routes/api/openapi.ts";
import { ENDPOINTS } from "../routes/api/registry.ts";
import { type ApiClient, apiClient } from "../simulators/api_client.ts";
import { makeDemoArtifacts } from "../simulators/tasks/demo_artifacts.ts";
import { type Options, runCommand, UsageError } from "../src/cli/command.ts";
import { createToken } from "../src/cli/token_create.ts";
import { type Known, withKnown } from "./api_ids.ts";
import { runSchemathesis, schemathesis } from "./schemathesis.ts";

const HELP = `deno task fuzz:api [--seed N] [--examples N] [--phases PHASES]

Starts a server process on a database of its own with simulated devices, and lets schemathesis make requests from the
OpenAPI document: valid ones, invalid ones, and sequences. Fails when an answer is a 5xx. Prints "1 passed, 0 failed"
last, or "schemathesis: skipped, cannot be installed" where Python cannot install it. Linux only.

  --seed N         Another run than seed 1.
  --examples N     Requests for each operation and phase (12).
  --phases PHASES  Some of examples, coverage, fuzzing, stateful, with commas; all unless told.
  --help           Shows this text.`;

const DEVICES = 4;
/** The caller's id, beyond the integers that a generator tries, so that it does not delete itself by chance. */
const CALLER = 1_700_000_001;

/**
 * Operations that may delete the caller itself: later requests take ids from earlier answers, among them those of the
 * caller's own user and token. These run last, separately.
 */
const MAY_END_THE_CALLER = [
  "delete_accounts_api_tokens_id",
  "delete_accounts_users_id",
  "put_accounts_users_id",
];

const listed = z.union([
  z.object({ results: z.array(z.looseObject({})) }).transform(({ results }) => results),
  z.array(z.looseObject({})),
]);
const idOf = z.object({ id: z.union([z.string(), z.int()]) });
const made = z.object({ id: z.int() });

/** Objects of every kind that operators create, in addition to those of the house. */
async function furnish({ call, json }: ApiClient): Promise<void> {
  const blueprint = await json(made, "POST", "/api/mdm/blueprints/", { name: "Everything", collect_apps: 2 });
  await call("POST", "/api/mdm/blueprints/", { name: "Nothing" });
  await makeDemoArtifacts({ call, json }, blueprint.id);
  const devices = await json(z.array(made), "GET", "/api/mdm/devices/");
  for (const { id } of devices.slice(1)) {
    await call("PUT", `/api/mdm/devices/${id}/blueprint/`, { blueprint: blueprint.id });
  }
  for (const name of ["one", "two"]) {
    await call("POST", "/api/inventory/tags/", { name });
    await call("POST", "/api/inventory/taxonomies/", { name });
    await call("POST", "/api/accounts/roles/", { name, permissions: ["inventory.view_tag"] });
    const user = await json(made, "POST", "/api/accounts/users/", { username: name, is_service_account: true });
    await call("POST", "/api/accounts/api_tokens/", { user: user.id, name });
    await call("POST", "/api/mdm/scep_issuers/", {
      name,
      url: "http://scep.invalid/",
      backend: "STATIC_CHALLENGE",
      static_challenge_kwargs: { challenge: "challenge" },
    });
  }
}

/** The ids in every list of the API, without the caller's own. */
async function knownOf({ call }: ApiClient, house: House): Promise<Known> {
  const ids = new Map<string, (string | number)[]>();
  const objects = new Map<string, Record<string, unknown>[]>();
  for (const { method, path, response } of ENDPOINTS) {
    if (method !== "GET" || path.includes("{") || !("schema" in response)) continue;
    const rows = listed.safeParse(await (await call("GET", path)).json());
    if (!rows.success) continue;
    objects.set(path, rows.data.slice(0, 20));
    const all = rows.data.flatMap((row) => {
      const { success, data } = idOf.safeParse(row);
      const own = row["user"] === CALLER || (success && data.id === CALLER);
      return success && !own ? [data.id] : [];
    });
    ids.set(path, all.slice(0, 20));
  }
  const of = (...paths: string[]) => paths.flatMap((path) => ids.get(path) ?? []);
  ids.set("/api/mdm/artifact_versions/", of("/api/mdm/profiles/", "/api/mdm/declarations/"));
  ids.set("/api/inventory/devices/", house.devices.map(({ serialNumber }) => serialNumber));
  ids.set("serial numbers", house.devices.map(({ serialNumber }) => serialNumber));
  ids.set("status items", ["device.operating-system.version", "management.client-capabilities"]);
  return { ids, objects };
}

/** The unexpected errors in the server's log. */
function errorLines(log: string): string[] {
  return log.split("\n").filter((line) => line.includes('"level":"error"'));
}

async function run({ texts }: Options): Promise<void> {
  const whole = (name: string, fallback: number): number => {
    const text = texts.get(name) ?? String(fallback);
    if (/^[0-9]{1,6}$/.test(text)) return Number(text);
    throw new UsageError(`Cannot use --${name} "${text}": it should be a number`);
  };
  const [seed, examples] = [whole("seed", 1), whole("examples", 12)];
  const phases = (texts.get("phases") ?? "examples,coverage,fuzzing,stateful").split(",");
  const command = await schemathesis();
  if (command === undefined) {
    console.log("schemathesis: skipped, cannot be installed");
    return;
  }
  let log = "";
  const house = await buildHouse(DEVICES, () => {}, (text) => log = (log + text).slice(-1_000_000));
  const folder = await Deno.makeTempDir({ prefix: "espalier-fuzz-api-" });
  let passed = true;
  const answers = new Map<number, number>();
  try {
    await continueIds(house.runtime.sql, "users", CALLER);
    const token = await createToken(house.runtime, { name: "schemathesis", superuser: true, expiresAt: null });
    await continueIds(house.runtime.sql, "users", 2);
    const client = apiClient(house.url, token);
    await furnish(client);
    const document = `${folder}/openapi.json`;
    const common = { document, url: house.url, token, seed, examples };
    const attempt = async (name: string, seconds: number, phases: readonly string[], options: readonly string[]) => {
      if (phases.length === 0) return;
      const known = await knownOf(client, house);
      await Deno.writeTextFile(document, JSON.stringify(withKnown(openApiDocument(ENDPOINTS, house.url), known)));
      console.log(`\nschemathesis, ${name}`);
      const result = await runSchemathesis(command, {
        ...common,
        seconds,
        options: ["--phases", phases.join(","), ...options],
      });
      if (!result.passed) console.log(`\n${name}: failed, or ended after ${seconds} seconds`);
      passed &&= result.passed;
      for (const [status, count] of result.answers) answers.set(status, (answers.get(status) ?? 0) + count);
    };
    const others = MAY_END_THE_CALLER.flatMap((id) => ["--exclude-operation-id", id]);
    const [alone, sequences] = [
      phases.filter((phase) => phase !== "stateful"),
      phases.filter((phase) => phase === "stateful"),
    ];
    // Deletions run late: the other operations need the objects.
    await attempt("each operation", 600, alone, ["--exclude-method", "DELETE", ...others]);
    await attempt("sequences", 120, sequences, others);
    await attempt("each deletion", 120, alone, ["--include-method", "DELETE", ...others]);
    // A caller that had ended itself would have seen 401 alone, and that would pass.
    await client.call("GET", "/api/accounts/users/");
    await attempt(
      "what may end the caller",
      60,
      phases,
      MAY_END_THE_CALLER.flatMap((id) => ["--include-operation-id", id]),
    );
    const counted = [...answers].sort(([one], [other]) => one - other);
    console.log(`\nAnswers: ${counted.map(([status, count]) => `${status} × ${count}`).join(", ")}`);
    if (counted.some(([status]) => status >= 500)) passed = false;
    const errors = errorLines(log);
    for (const line of errors.slice(0, 20)) console.log(line);
    if (errors.length > 0) passed = false;
  } finally {
    await house.close();
    await Deno.remove(folder, { recursive: true });
  }
  console.log(passed ? "1 passed, 0 failed" : "0 passed, 1 failed");
  if (!passed) Deno.exit(1);
}

if (import.meta.main) {
  Deno.exit(await runCommand(Deno.args, HELP, { texts: ["seed", "examples", "phases"], flags: [] }, run));
}
