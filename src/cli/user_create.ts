/**
 * `deno task user:create`: creates a person who may sign in.
 *
 * @module
 */

import { COMMAND_LINE } from "../access/operator.ts";
import { createUser } from "../access/users.ts";
import type { Runtime } from "../runtime.ts";
import { type Options, runCommand, UsageError } from "./command.ts";
import { readPassword } from "./read_password.ts";

const HELP = `deno task user:create --username NAME [--email ADDRESS] [--full-name NAME] [--superuser]

Creates a user who can sign in. The command asks for the password, or reads it from standard input if that is not a
terminal. A password has at least 12 characters.

  --username NAME     The user name for signing in.
  --email ADDRESS     The email address.
  --full-name NAME    The full name.
  --superuser         Makes the user a superuser. Without this option, assign roles.
  --help              Shows this text.

The settings are those of the server: DATABASE_URL, or DATA_DIR for the embedded database.`;

const KNOWN = { texts: ["username", "email", "full-name"], flags: ["superuser"] };

/** The user to create. */
export type UserRequest = { username: string; email: string; fullName: string; superuser: boolean };

/** Returns the options as values. Throws UsageError. */
export function userRequest({ texts, flags }: Options): UserRequest {
  const username = texts.get("username")?.trim() ?? "";
  if (username === "" || username.length > 150) {
    throw new UsageError("Cannot create a user without --username (1 to 150 characters)");
  }
  return {
    username,
    email: texts.get("email") ?? "",
    fullName: texts.get("full-name") ?? "",
    superuser: flags.has("superuser"),
  };
}

/** Creates the person. */
export async function createPerson(runtime: Runtime, request: UserRequest, password: string): Promise<void> {
  const { username, email, fullName, superuser } = request;
  await createUser(runtime, COMMAND_LINE, {
    username,
    email,
    fullName,
    isActive: true,
    isSuperuser: superuser,
    isServiceAccount: false,
    roles: [],
    password,
  });
}

if (import.meta.main) {
  Deno.exit(
    await runCommand(Deno.args, HELP, KNOWN, async (options) => {
      // Here and not above: --help and the tests need no server.
      const { withServer } = await import("./open.ts");
      const { loadConfig } = await import("../config.ts");
      const { checkDataDir } = await import("./data_dir.ts");
      const request = userRequest(options);
      // Before the password is asked for.
      await checkDataDir(loadConfig(), false);
      const password = await readPassword();
      await withServer((runtime) => createPerson(runtime, request, password));
      console.error(`Created the user "${request.username}".`);
    }),
  );
}
