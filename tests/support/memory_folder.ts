/**
 * A folder in memory for the databases of a run: each test copies one of a thousand files, which costs a disk ten times the
 * work that it costs memory.
 *
 * @module
 */

/** Memory that is mounted as a file system, on Linux. */
const MEMORY = "/dev/shm";
/** A run's databases are never larger than a gigabyte together. Containers often have 64 MB there. */
const KILOBYTES = 2 * 2 ** 20;

/** Returns the output of a program. Throws if it fails or does not exist. */
async function run(command: string, ...args: string[]): Promise<string> {
  const { success, stdout } = await new Deno.Command(command, { args, stderr: "null" }).output();
  if (!success) throw new Error(`${command} failed`);
  return new TextDecoder().decode(stdout);
}

/** A folder in memory that PostgreSQL may own. */
export type MemoryFolder = { path: string; remove(): Promise<void> };

/**
 * Creates a folder in memory that belongs to the user `owner`, or to this process's own user when that is undefined.
 * Returns undefined where there is no such memory or too little. Deno itself goes nowhere under `/dev` without all
 * permissions: programs make and remove the folder, and PostgreSQL alone uses it.
 */
export async function makeMemoryFolder(
  owner: number | undefined,
  parent = MEMORY,
): Promise<MemoryFolder | undefined> {
  try {
    const [, line = ""] = (await run("df", "-Pk", parent)).split("\n");
    const [system, , , available] = line.split(/ +/);
    if (system !== "tmpfs" || Number(available) < KILOBYTES) return;
    const path = (await run("mktemp", "-d", `${parent}/espalier-tests-XXXXXXXX`)).trim();
    const remove = async () => void await run("rm", "-rf", path);
    try {
      if (owner !== undefined) await run("chown", String(owner), path);
    } catch (error) {
      await remove();
      throw error;
    }
    return { path, remove };
  } catch {
    // The databases stand on the disk then, and the run takes longer.
    return;
  }
}
