/**
 * The rows and sequences of a database as they were first, and the way back to them.
 *
 * @module
 */

import { one, type Sql } from "../../db/open.ts";

/** What a database has besides rows and partitions: relations, their columns, checks and statistics; functions; settings. */
const STRUCTURE = `(select concat_ws(' ', count(*), max(oid), sum(hashtext(relname)), sum(relnatts), sum(relchecks),
      sum(relhastriggers::int), sum(reltuples))
    from pg_class where relnamespace = 'public'::regnamespace and not relispartition)
  || (select concat_ws(' ', '', (select max(oid) from pg_proc), (select max(oid) from pg_trigger where not tgisinternal),
    (select count(*) from pg_db_role_setting join pg_database d on d.oid = setdatabase
      where datname = current_database())))`;

/** The first rows of a table that has some, as JSON, and their digest. */
type Seed = { rows: string; digest: string };

/** What differs from the first rows: names of tables and sequences; all partitions. */
type Difference = { structure: string; partitions: string[]; tables: string[]; seeds: string[]; sequences: string[] };

/** Partitions, which servers create for the next months. */
const PARTITIONS = `array(select relname::text from pg_class where relispartition and relkind = 'r' order by 1)`;

const digestOf = (row: string) => `md5(coalesce(string_agg(${row}::text, ' ' order by ${row}::text), ''))`;
const listOf = (selects: readonly string[]) => `array(${selects.join(" union all ")})`;
const isFilled = (table: string) => `select '${table}' where exists (select from ${table})`;
/** A sequence's value, as the arguments of `setval`. */
const VALUE = "concat(last_value, ',', is_called::text)";
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** The first rows of a database. */
export class RowsOfTemplate {
  readonly #sql: Sql;
  readonly #keeper: Sql;
  readonly #seeds = new Map<string, Seed>();
  readonly #sequences = new Map<string, string>();
  #query = "";
  #structure = "";
  #partitions: readonly string[] = [];

  private constructor(sql: Sql, keeper: Sql) {
    this.#sql = sql;
    this.#keeper = keeper;
  }

  /**
   * Reads the rows of a database that has few. Its user is a superuser. `keeper` is another pool on it: a session without
   * foreign keys' checks forgets its plans.
   */
  static async read(sql: Sql, keeper: Sql): Promise<RowsOfTemplate> {
    const rows = new RowsOfTemplate(sql, keeper);
    await rows.#read();
    return rows;
  }

  async #read(): Promise<void> {
    const relations = await this.#sql.unsafe<{ name: string; sequence: boolean }[]>(`
      select relname as name, relkind = 'S' as sequence from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'S') and not relispartition order by 1`);
    const namesOf = (sequence: boolean) => relations.filter((one) => one.sequence === sequence).map(({ name }) => name);
    const first = one(
      await this.#sql.unsafe<{ filled: string[]; sequences: string[] }[]>(`
        select ${listOf(namesOf(false).map(isFilled))} as filled,
          ${listOf(namesOf(true).map((name) => `select concat('${name} ', ${VALUE}) from ${name}`))} as sequences`),
    );
    for (const text of first.sequences) {
      const [name = "", value = ""] = text.split(" ");
      this.#sequences.set(name, value);
    }
    for (const table of first.filled) {
      const seed = await this.#sql.unsafe<Seed[]>(`
        select ${digestOf("t")} as digest, jsonb_agg(to_jsonb(t))::text as rows from ${table} t`);
      this.#seeds.set(table, one(seed));
    }
    this.#query = `select ${STRUCTURE} as structure, ${PARTITIONS} as partitions,
      ${listOf(namesOf(false).filter((table) => !this.#seeds.has(table)).map(isFilled))} as tables,
      ${
      listOf(
        [...this.#seeds].map(([table, { digest }]) =>
          `select '${table}' where (select ${digestOf("t")} from ${table} t) <> '${digest}'`
        ),
      )
    } as seeds,
      ${
      listOf([...this.#sequences].map(([name, value]) => `select '${name}' from ${name} where ${VALUE} <> '${value}'`))
    } as sequences`;
    const { structure, partitions } = await this.#difference();
    this.#structure = structure;
    this.#partitions = partitions;
  }

  async #difference(): Promise<Difference> {
    // With a parameter it is prepared, and planned once.
    return one(await this.#sql.unsafe<Difference[]>(`${this.#query} where $1::bool`, [true], { prepare: true }));
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
    await this.#keeper.unsafe(
      ["begin", "set local session_replication_role = replica", ...statements, "commit"].join(";\n"),
    );
    return true;
  }
}
