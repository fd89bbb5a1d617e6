/**
 * `deno task escrow:drill`: proves that every escrowed secret still opens.
 *
 * @module
 */

import { runCommand } from "./command.ts";

const HELP = `deno task escrow:drill

Opens every sealed secret that unlocks a device: FileVault recovery keys and the private keys that Macs escrow to,
recovery and firmware passwords, administrator passwords, lock PINs, bypass codes, bootstrap and unlock tokens, previous
ones too. It prints how many of each kind opened, and which did not and why; never a secret. It changes nothing, and can
run while the server runs.

  --help     Shows this text.

Exit codes: 0 if all opened, 1 if one did not.`;

if (import.meta.main) {
  let faulty = false;
  const code = await runCommand(Deno.args, HELP, { texts: [], flags: [] }, async () => {
    const { withServer } = await import("./open.ts");
    const { loadConfig } = await import("../config.ts");
    const { checkDataDir } = await import("./data_dir.ts");
    const { drillEscrow } = await import("./drill.ts");
    await checkDataDir(loadConfig(), false);
    const { opened, faults } = await withServer((runtime) => drillEscrow(runtime));
    for (const [kind, count] of Object.entries(opened).sort()) console.log(`${kind}: ${count} opened`);
    for (const { table, id, kind, serialNumber, reason } of faults) {
      const device = serialNumber === "" ? "" : ` of the device ${serialNumber}`;
      console.error(`${kind}${device} (row ${id} of ${table}) does not open: ${reason}`);
    }
    faulty = faults.length > 0;
    console.log(
      faulty ? `Secrets that do not open: ${faults.length}.` : "Every escrowed secret opens.",
    );
  });
  Deno.exit(code === 0 && faulty ? 1 : code);
}
