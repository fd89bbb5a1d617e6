/**
 * Every sealed value that unlocks hardware, for the drill that opens them all.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** A sealed value: the column that it is sealed for, the kind of secret, and the device. */
export type DrillRow = {
  id: number;
  kind: string;
  /** "" where it is of no device. */
  serialNumber: string;
  sealed: string;
  /** DER, of a key pair. */
  certificate: Uint8Array | null;
};

/** A page of the values of one column, by id, after `after`. */
type Page = (db: Db, after: number, limit: number) => Promise<DrillRow[]>;

/** The columns, with their values. Every kind that people or the server need in an emergency is in one of them. */
export const DRILL_COLUMNS: readonly { table: string; column: string; page: Page }[] = [
  {
    table: "escrowed_secrets",
    column: "secret_sealed",
    page: (db, after, limit) =>
      db<DrillRow[]>`
        select s.id, s.kind, d.serial_number, s.secret_sealed as sealed, null::bytea as certificate
        from escrowed_secrets s join devices d on d.id = s.device_id
        where s.id > ${after} order by s.id limit ${limit}`,
  },
  {
    table: "filevault_escrow_keys",
    column: "private_key_sealed",
    page: (db, after, limit) =>
      db<DrillRow[]>`
        select k.id, 'filevault_' || k.purpose || '_key' as kind, d.serial_number, k.private_key_sealed as sealed,
          k.certificate
        from filevault_escrow_keys k join devices d on d.id = k.device_id
        where k.id > ${after} order by k.id limit ${limit}`,
  },
  {
    table: "enrollments",
    column: "bootstrap_token_sealed",
    page: (db, after, limit) =>
      db<DrillRow[]>`
        select e.id, 'bootstrap_token' as kind, d.serial_number, e.bootstrap_token_sealed as sealed,
          null::bytea as certificate
        from enrollments e join devices d on d.id = e.device_id
        where e.bootstrap_token_sealed is not null and e.id > ${after} order by e.id limit ${limit}`,
  },
  {
    table: "enrollments",
    column: "unlock_token_sealed",
    page: (db, after, limit) =>
      db<DrillRow[]>`
        select e.id, 'unlock_token' as kind, d.serial_number, e.unlock_token_sealed as sealed,
          null::bytea as certificate
        from enrollments e join devices d on d.id = e.device_id
        where e.unlock_token_sealed is not null and e.id > ${after} order by e.id limit ${limit}`,
  },
  {
    table: "recovery_password_configs",
    column: "static_password_sealed",
    page: (db, after, limit) =>
      db<DrillRow[]>`
        select id, 'static_recovery_password' as kind, '' as serial_number, static_password_sealed as sealed,
          null::bytea as certificate
        from recovery_password_configs
        where static_password_sealed is not null and id > ${after} order by id limit ${limit}`,
  },
];
