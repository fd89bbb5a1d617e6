/**
 * The rows and sequences of a database as they were first, and the way back to them.
 *
 * @module
 */

import { one, type Sql } from "../../db/open.ts";

/** Whether a catalog's row is of no partition. */
const ofWhole = (relation: string) => `not exists (select from pg_class where oid = ${relation} and relispartition)`;

/** What a database has besides rows and partitions: relations, triggers, functions, constraints, statistics, settings. */
const STRUCTURE = `(select md5(concat_ws(' ',
  (select concat(count(*), ' ', max(oid), ' ', max(reltuples)) from pg_class
    where not relispartition and relnamespace = 'public'::regnamespace),
  (select concat(count(*), ' ', max(oid)) from pg_trigger where ${ofWhole("tgrelid")}),
  (select concat(count(*), ' ', max(oid)) from pg_proc),
  (select concat(count(*), ' ', max(oid)) from pg_constraint where ${ofWhole("conrelid")}),
  (select count(*) from pg_attribute a join pg_class c on c.oid = attrelid
    where not relispartition and relnamespace = 'public'::regnamespace),
  (select count(*) from pg_statistic where ${ofWhole("starelid")}), (select count(*) from pg_db_role_setting))))`;

/** The first rows of a table that has some, as JSON, and their digest. */
type Seed = { rows: string; digest: string };

/** What differs from the first rows: names of tables and sequences; all partitions. */
type Difference = { structure: string; partitions: string[]; tables: string[]; seeds: string[]; sequences: string[] };

/** Partitions, which servers create for the next months. */
const PARTITIONS = `array(select relname::text from pg_class where relispartition and relkind = 'r' order by 1)`;

const digestOf = (row: string) => `md5(coalesce(string_agg(${row}::text, ' ' order by ${row}::text), ''))`;
const namesOf = (selects: Iterable<string>) => `array(${[...selects].join(" union all ")})`;
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** The first rows of a database. */
export class RowsOfTemplate {
  readonly #sql: Sql;
  readonly #seeds = new Map<string, Seed>();
  readonly #sequences = new Map<string, string>();
  #query = "";
  #structure = "";
  #partitions: readonly string[] = [];

  private constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Reads the rows of a database that has few. Its user is a superuser. */
  static async read(sql: Sql): Promise<RowsOfTemplate> {
    const rows = new RowsOfTemplate(sql);
    await rows.#read();
    return rows;
  }

  async #read(): Promise<void> {
    const relations = await this.#sql.unsafe<{ name: string; sequence: boolean }[]>(`
      select relname as name, relkind = 'S' as sequence from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'S') and not relispartition order by 1`);
    const empty: string[] = [];
    for (const { name, sequence } of relations) {
      if (sequence) {
        const { value } = one(
          await this.#sql.unsafe<{ value: string }[]>(
            `select concat(last_value, ', ', is_called::text) as value from ${name}`,
          ),
        );
        this.#sequences.set(name, value);
        continue;
      }
      const { count, ...seed } = one(
        await this.#sql.unsafe<(Seed & { count: number })[]>(`
          select count(*)::int as count, ${
          digestOf("t")
        } as digest, coalesce(jsonb_agg(to_jsonb(t)), '[]')::text as rows
          from ${name} t`),
      );
      if (count === 0) empty.push(name);
      else this.#seeds.set(name, seed);
    }
    this.#query = `select ${STRUCTURE} as structure, ${PARTITIONS} as partitions,
      ${namesOf(empty.map((table) => `select '${table}' where exists (select from ${table})`))} as tables,
      ${
      namesOf(
        [...this.#seeds].map(([table, { digest }]) =>
          `select '${table}' where (select ${digestOf("t")} from ${table} t) <> '${digest}'`
        ),
      )
    } as seeds,
      ${
      namesOf(
        [...this.#sequences].map(([name, value]) =>
          `select '${name}' from ${name} where concat(last_value, ', ', is_called::text) <> '${value}'`
        ),
      )
    } as sequences`;
    const { structure, partitions } = await this.#difference();
    this.#structure = structure;
    this.#partitions = partitions;
  }

  async #difference(): Promise<Difference> {
    return one(await this.#sql.unsafe<Difference[]>(this.#query, [], { prepare: true }));
  }

  /**
   * Takes back what was done to the rows. Returns false when something else than rows has changed: then the database is
   * of no further use.
   */
  async restore(): Promise<boolean> {
    const { structure, partitions, tables, seeds, sequences } = await this.#difference();
    if (structure !== this.#structure || this.#partitions.some((one) => !partitions.includes(one))) return false;
    const statements = [
      ...[...tables, ...seeds].map((table) => `delete from ${table}`),
      ...seeds.map((table) => `
        insert into ${table} overriding system value
        select * from jsonb_populate_recordset(null::${table}, ${quoted(this.#seeds.get(table)?.rows ?? "")})`),
      ...partitions.filter((one) => !this.#partitions.includes(one)).map((partition) => `drop table ${partition}`),
      ...sequences.map((name) => `select setval('${name}', ${this.#sequences.get(name)})`),
    ];
    if (statements.length === 0) return true;
    // Without foreign keys' checks: all that a row refers to goes as well.
    await this.#sql.unsafe(
      ["begin", "set local session_replication_role = replica", ...statements, "commit"].join(";\n"),
    );
    return true;
  }
}
