/**
 * `deno task token:create`: an API token, alone on standard output, for scripts that set a server up.
 *
 * @module
 */

import { findUserByName } from "../../db/access/users.ts";
import { createApiToken } from "../access/api_tokens.ts";
import { COMMAND_LINE } from "../access/operator.ts";
import { createUser } from "../access/users.ts";
import { problem } from "../errors.ts";
import type { Runtime } from "../runtime.ts";
import { type Options, runCommand, UsageError } from "./command.ts";

const HELP = `deno task token:create --name NAME [--superuser] [--user USER] [--expires DATE]

Creates an API token and prints only the token on standard output. The token is not shown again.

  --name NAME      The name of the token. Without --user, also the name of its service account, which is created if it
                   does not exist.
  --superuser      Makes the new service account a superuser. Without this option, assign roles to it.
  --user USER      Creates the token for this user or service account instead.
  --expires DATE   The expiry, such as 2027-01-31 or 2027-01-31T12:00:00Z. Default: never.
  --help           Shows this text.

The settings are those of the server: DATABASE_URL, or DATA_DIR for the embedded database.`;

const KNOWN = { texts: ["name", "user", "expires"], flags: ["superuser"] };

/** The token to create. */
export type TokenRequest = { name: string; superuser: boolean; user?: string; expiresAt: Date | null };

/** Returns the options as values. Throws UsageError. */
export function tokenRequest({ texts, flags }: Options): TokenRequest {
  const name = texts.get("name")?.trim() ?? "";
  const user = texts.get("user");
  const expires = texts.get("expires");
  const superuser = flags.has("superuser");
  if (name === "" || name.length > 150) {
    throw new UsageError("Cannot create a token without --name (1 to 150 characters)");
  }
  if (superuser && user !== undefined) {
    throw new UsageError("Cannot use --superuser with --user: a token has the permissions of its user");
  }
  if (expires === undefined) return { name, superuser, expiresAt: null, ...(user === undefined ? {} : { user }) };
  const expiresAt = new Date(expires);
  if (!/^\d{4}-\d{2}-\d{2}/.test(expires) || Number.isNaN(expiresAt.getTime())) {
    throw new UsageError(`Cannot use --expires "${expires}": it should be a date like 2027-01-31`);
  }
  return { name, superuser, expiresAt, ...(user === undefined ? {} : { user }) };
}

/** Creates the token, and its service account if needed. Returns the token. */
export async function createToken(runtime: Runtime, request: TokenRequest): Promise<string> {
  const found = await findUserByName(runtime.sql, request.user ?? request.name);
  if (request.user !== undefined && found === undefined) {
    throw problem("refused", `Cannot create a token: there is no user "${request.user}"`);
  }
  if (request.user === undefined && found !== undefined) {
    if (!found.isServiceAccount) {
      throw problem(
        "refused",
        `Cannot create a token: "${found.username}" is a person; use --user "${found.username}"`,
      );
    }
    if (request.superuser && !found.isSuperuser) {
      throw problem(
        "refused",
        `Cannot create a token with --superuser: the service account "${found.username}" exists and is not a superuser`,
      );
    }
  }
  const holder = found ?? await createUser(runtime, COMMAND_LINE, {
    username: request.name,
    email: "",
    fullName: "",
    isActive: true,
    isSuperuser: request.superuser,
    isServiceAccount: true,
    roles: [],
  });
  if (!holder.isActive) throw problem("refused", `Cannot create a token: the user "${holder.username}" is not active`);
  const { token } = await createApiToken(runtime, COMMAND_LINE, {
    userId: holder.id,
    name: request.name,
    expiresAt: request.expiresAt,
  });
  return token;
}

if (import.meta.main) {
  Deno.exit(
    await runCommand(Deno.args, HELP, KNOWN, async (options) => {
      // Here and not above: --help and the tests need no server.
      const { withServer } = await import("./open.ts");
      const request = tokenRequest(options);
      console.log(await withServer((runtime) => createToken(runtime, request)));
    }),
  );
}
