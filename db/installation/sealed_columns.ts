/**
 * Every column that holds sealed secrets, for rotation. A test compares this table with the schema.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** A column of sealed values; each is bound to its row's `id`. Values of megabytes are read one by one. */
export type SealedColumn = { table: string; column: string; large?: true };

/** All of them. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: "approvals", column: "arguments_sealed" },
  { table: "bulk_commands", column: "arguments_sealed" },
  { table: "certificate_authorities", column: "private_key_sealed" },
  { table: "channels", column: "push_magic_sealed" },
  { table: "command_history", column: "result_sealed", large: true },
  { table: "commands", column: "secrets_sealed" },
  { table: "dep_tokens", column: "access_secret_sealed" },
  { table: "dep_tokens", column: "consumer_secret_sealed" },
  { table: "dep_tokens", column: "private_key_sealed" },
  { table: "device_locations", column: "location_sealed" },
  { table: "device_values", column: "value_sealed" },
  { table: "download_keys", column: "key_sealed" },
  { table: "enrollment_secrets", column: "secret_sealed" },
  { table: "enterprise_app_versions", column: "configuration_sealed" },
  { table: "enrollments", column: "bootstrap_token_sealed" },
  { table: "enrollments", column: "unlock_token_sealed" },
  { table: "escrowed_secrets", column: "secret_sealed" },
  { table: "filevault_escrow_keys", column: "private_key_sealed" },
  { table: "locations", column: "notification_token_sealed" },
  { table: "locations", column: "server_token_sealed" },
  { table: "profile_versions", column: "source_sealed" },
  { table: "push_certificates", column: "private_key_sealed" },
  { table: "recovery_password_configs", column: "static_password_sealed" },
  { table: "scep_issuers", column: "backend_sealed" },
  { table: "store_app_versions", column: "configuration_sealed" },
];

/** One sealed value. Ids are texts here, whatever their type. */
export type SealedValue = { id: string; sealed: string };

/** Values that are not sealed with `keyId`, in the order of their rows, after the row `after`. */
export async function findSealedOtherwise(
  db: Db,
  { table, column }: SealedColumn,
  keyId: string,
  after: string | null,
  limit: number,
): Promise<SealedValue[]> {
  return await db<SealedValue[]>`
    select id::text as id, ${db(column)} as sealed from ${db(table)}
    where ${db(column)} is not null and split_part(${db(column)}, '.', 2) <> ${keyId}
      ${after === null ? db`` : db`and id::text > ${after}`}
    order by id::text limit ${limit}`;
}

/** Replaces a value, unless it has changed since it was read. Returns whether it was replaced. */
export async function replaceSealed(
  db: Db,
  { table, column }: SealedColumn,
  { id, sealed }: SealedValue,
  fresh: string,
): Promise<boolean> {
  const { count } = await db`
    update ${db(table)} set ${db(column)} = ${fresh} where id::text = ${id} and ${db(column)} = ${sealed}`;
  return count > 0;
}
