/**
 * `deno task secrets:rotate`: seals every secret of the database with the first key of the ring.
 *
 * @module
 */

import { systemRandom } from "../runtime.ts";
import { addKeyToFile } from "../secrets/load.ts";
import { rotateSecrets } from "../secrets/rotate.ts";
import { runCommand } from "./command.ts";

const HELP = `deno task secrets:rotate [--new-key]

Seals every secret in the database again that was not sealed with the first key. It can run while the server runs, and
again after an interruption.

  --new-key  First put a new random key in front of DATA_DIR/secret.keys. Keys that come from SECRET_KEYS are changed there:
             add the new key at the end, restart every process, move it to the front, restart, then run this task.
  --help     Shows this text.

Older keys may be removed from the ring when a second run, after a restart of every process, finds nothing to do.`;

if (import.meta.main) {
  Deno.exit(
    await runCommand(Deno.args, HELP, { texts: [], flags: ["new-key"] }, async ({ flags }) => {
      const { withServer } = await import("./open.ts");
      const { loadConfig } = await import("../config.ts");
      const { checkDataDir } = await import("./data_dir.ts");
      const config = loadConfig();
      // Before the key is written: the folder may not be the server's.
      await checkDataDir(config, false);
      if (flags.has("new-key")) console.log(`New key: ${await addKeyToFile(config, systemRandom)}`);
      const { key, resealed } = await withServer((runtime) => rotateSecrets(runtime));
      for (const [column, count] of Object.entries(resealed)) console.log(`${column}: ${count} sealed again`);
      console.log(`Everything is sealed with the key ${key}.`);
    }),
  );
}
