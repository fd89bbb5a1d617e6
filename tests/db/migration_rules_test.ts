/**
 * While a new version starts, processes of the version before serve from the same database. So a migration only adds, and
 * holds no table for long.
 */
import assert from "node:assert/strict";
import { statementsAlone } from "../../db/migrate.ts";

/** The first file that the rules are for: no version was released before it. */
const FIRST = "0025";
const FOLDER = new URL("../../db/migrations/", import.meta.url);
/** Lines at the top of a file where its reasons are. */
const HEADER_LINES = 6;

/** A reason in the header lets a statement pass. */
const REASONS = {
  contracts: /^-- contracts: .*\b\d+\.\d+/m,
  locks: /^-- locks: \S+/m,
};

type Rule = { what: string; statement: RegExp; unless?: RegExp; reason?: keyof typeof REASONS };

/** Statements in lower case, with single spaces and without texts and comments. The first rule that fits counts. */
const RULES: readonly Rule[] = [
  {
    what: "a drop takes away what the version before may use",
    statement: /\bdrop (?!index concurrently if exists)/,
    reason: "contracts",
  },
  { what: "a rename is a drop", statement: /\brename\b/, reason: "contracts" },
  {
    what: "another type rewrites the table",
    statement: /\balter (?:column )?\S+ (?:set data )?type\b/,
    reason: "contracts",
  },
  { what: "the version before inserts nulls", statement: /\bset not null\b/, reason: "contracts" },
  { what: "truncate takes rows away", statement: /\btruncate\b/, reason: "contracts" },
  {
    what: "the version before may insert what a new constraint refuses",
    statement: /^alter table .*\badd (?:constraint|unique|check|primary|foreign|exclude)\b/,
    reason: "contracts",
  },
  {
    what: "the version before may insert what a unique index refuses",
    statement: /^create unique index\b/,
    reason: "contracts",
  },
  {
    what: "a new column is nullable or has a default",
    statement: /\badd column (?:(?!,).)*\bnot null\b(?:(?!,)(?!default).)*(?:,|$)/,
    unless: /\bdefault\b(?:(?!,).)*\bnot null\b/,
  },
  {
    what: "a default that is no constant rewrites the table",
    statement: /\badd column (?:(?!,).)*\bdefault (?!now\(\))\S*\(/,
  },
  {
    what: "a new column that is generated, or an identity, rewrites the table",
    statement: /\badd column (?:(?!,).)*\b(?:generated|serial|bigserial)\b/,
  },
  {
    what: "an index is built concurrently: `drop index concurrently if exists …; create index concurrently …`",
    statement: /^create index (?!concurrently)/,
    reason: "locks",
  },
  {
    what: "changing all rows keeps others from changing them",
    statement: /^(?:update|delete|with)\b/,
    reason: "locks",
  },
];

/** Returns the errors of a migration, in sentences. `text` is the whole file. */
function faults(text: string): string[] {
  const header = text.split("\n").slice(0, HEADER_LINES).join("\n");
  const statements = text.replace(/--.*$/gm, "").replace(/'[^']*'/g, "''").split(";")
    .map((statement) => statement.replace(/\s+/g, " ").trim().toLowerCase()).filter((statement) => statement !== "");
  const made = new Set(statements.flatMap((one) => /^create table (?:if not exists )?(\S+)/.exec(one)?.[1] ?? []));
  const tableOf = (one: string) =>
    /^(?:alter table (?:only |if exists )*|create (?:unique )?index .*? on (?:only )?|update |delete from )([^\s(]+)/
      .exec(one)?.[1];
  const old = statements.filter((one) => {
    const table = tableOf(one);
    return !one.startsWith("create table") && (table === undefined || !made.has(table));
  });
  const found = old.flatMap((one) => {
    const rule = RULES.find((rule) => rule.statement.test(one) && rule.unless?.test(one) !== true);
    if (rule === undefined || (rule.reason !== undefined && REASONS[rule.reason].test(header))) return [];
    return [`${rule.what}: ${one.slice(0, 80)}`];
  });
  const alone = statementsAlone(text);
  if (alone?.some((one) => !/^(?:drop|create)\s+(?:unique\s+)?index\s+concurrently\b/i.test(one))) {
    found.push("what builds indexes concurrently does nothing else: it is in no transaction");
  }
  for (const one of alone ?? []) {
    const name = /^create\s+(?:unique\s+)?index\s+concurrently\s+(\S+)/i.exec(one)?.[1];
    if (name !== undefined && !alone?.some((other) => /^drop\b.*\s(\S+)$/is.exec(other)?.[1] === name)) {
      found.push(`an index that was not finished is dropped first: ${name}`);
    }
  }
  return found;
}

Deno.test("migrations only add, and hold no table for long", async () => {
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (name < FIRST) continue;
    assert.deepEqual(faults(await Deno.readTextFile(new URL(name, FOLDER))), [], name);
  }
});

Deno.test("the rules find destructive statements", () => {
  for (
    const text of [
      "alter table devices drop column model",
      "ALTER TABLE devices\n  DROP COLUMN model",
      "drop table devices",
      "drop index devices_udid",
      "alter table devices drop constraint devices_udid",
      "alter table devices alter column udid drop default",
      "alter table devices rename column udid to id2",
      "alter table devices rename to hardware",
      "alter table devices alter column udid type citext",
      "alter table devices alter udid set data type citext",
      "alter table devices alter column udid set not null",
      "truncate devices",
      "alter table devices add constraint c check (udid <> '')",
      "create unique index u on devices (udid)",
      "alter table devices add column a text not null",
      "alter table devices add column a text, add column b text not null, add column c integer",
      "alter table devices add column a uuid not null default gen_random_uuid()",
      "alter table devices add column a bigint generated by default as identity",
      "create index i on devices (udid)",
      "update devices set udid = ''",
      "delete from devices",
      "-- contracts: 1.2\nalter table devices add column a text not null",
      "-- contracts: soon\nalter table devices drop column model",
      "create index concurrently i on devices (udid)",
      "drop index concurrently if exists i; create index concurrently i on devices (udid); create table x ()",
    ]
  ) assert.equal(faults(text).length, 1, text);
});

Deno.test("the rules accept additions, and statements with a stated reason", () => {
  for (
    const text of [
      "create table x (a text not null unique); create unique index x_a on x (a); alter table x add unique (a);",
      "alter table devices add column a text, add column b integer not null default 0, add column c text default 'drop'",
      "alter table devices add column a timestamptz not null default now()",
      "-- drop table devices\nalter table devices add column a text not null default ''",
      "-- Why.\n-- contracts: 1.4 was the last version that read it\nalter table devices drop column model",
      "-- locks: a few rows\nupdate roles set name = 'x'; create index i on roles (name);",
      "drop index concurrently if exists i; create index concurrently i on devices (udid)",
    ]
  ) assert.deepEqual(faults(text), [], text);
});
