/**
 * A database whose rows go back to what they were, faster than a copy of it is made.
 *
 * @module
 */

import type { Sql } from "../../db/open.ts";

/**
 * Keeps every row of a database beside its tables, and notes from then on which tables are written to. Returns the statement
 * that brings the rows of those back.
 */
export async function keepRows(sql: Sql): Promise<string> {
  const tables = await sql<{ name: string; columns: string }[]>`
    select c.relname as name, string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    group by c.relname`;
  const all = await sql<{ name: string }[]>`select tablename as name from pg_tables where schemaname = 'public'`;
  await sql.unsafe(`
    create schema kept;
    create table kept."?written" (name text);
    create table kept."?columns" (name text, columns text);
    create function kept.note() returns trigger language plpgsql as $$ begin
      insert into kept."?written" values (tg_argv[0]);
      return null;
    end $$;
    ${
    tables.map(({ name, columns }) => `
      create table kept."${name}" as table public."${name}";
      insert into kept."?columns" values ('${name}', '${columns}');
      create trigger note after insert or update or delete on public."${name}"
        for each statement execute function kept.note('${name}');
      create trigger note_truncate after truncate on public."${name}"
        for each statement execute function kept.note('${name}');`).join("")
  }`);
  // Partitions that a run made go. Rows point at each other: nothing is checked or noted while they come back.
  return `begin; do $$ declare made text; columns_of text; begin
    for made in select tablename from pg_tables where schemaname = 'public'
      and tablename <> all (array[${all.map(({ name }) => `'${name}'`)}]) loop
      execute format('drop table public.%I', made);
    end loop;
    set local session_replication_role = replica;
    for made, columns_of in select distinct c.name, c.columns from kept."?columns" c join kept."?written" w using (name) loop
      execute format('delete from public.%I', made);
      execute format('insert into public.%1$I (%2$s) overriding system value select %2$s from kept.%1$I', made, columns_of);
    end loop;
    delete from kept."?written"; end $$; commit`;
}
