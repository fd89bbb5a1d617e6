/**
 * Everything that a server says: for tests of what it must not say.
 *
 * @module
 */

import { ENDPOINTS } from "../../routes/api/registry.ts";
import { personWith } from "../routes/admin/support.ts";
import type { Fleet } from "./fleet.ts";

/** Rows of every table as texts. */
export async function tables({ runtime: { sql } }: Fleet): Promise<Map<string, string>> {
  const names = await sql<{ name: string }[]>`
    select relname as name from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace`;
  const found = new Map<string, string>();
  for (const { name } of names) {
    const rows = await sql<{ text: string }[]>`select t::text as text from ${sql(name)} t`;
    found.set(name, rows.map(({ text }) => text).join("\n"));
  }
  return found;
}

/** What reveals a secret, which is asked for on purpose only. */
const REVEALS =
  /\/(filevault_prk|recovery_password|device_lock_pin|admin_password|activation_lock_bypass_code|secrets\/\{secret_id\})\/$/;

/** Answers of every GET endpoint that reveals no escrowed secret, for every object that its parameters may name. */
export async function answers(fleet: Fleet, serialNumber: string): Promise<Map<string, string>> {
  const { sql } = fleet.runtime;
  const ids = (await sql<{ id: string }[]>`
    select id::text from artifacts union select id::text from artifact_versions union select uuid::text from command_history
    union select uuid::text from commands union select id::text from events`).map(({ id }) => id);
  const numbers = ["1", "2", "3"];
  const found = new Map<string, string>();
  for (const { path } of ENDPOINTS.filter(({ method, path }) => method === "GET" && !REVEALS.test(path))) {
    const [, param] = /\{([a-z_]+)\}/.exec(path) ?? [];
    const values = param === undefined ? [""] : param === "serial_number" ? [serialNumber] : [...numbers, ...ids];
    for (const value of values) {
      const address = param === undefined ? path : path.replace(`{${param}}`, value);
      // Raw answers are no JSON.
      const { status, json } = await fleet.api("GET", address).catch(() => ({ status: 0, json: "" }));
      if (status !== 404) found.set(address, JSON.stringify(json));
    }
  }
  return found;
}

/** Every page that links lead to. */
export async function pages(fleet: Fleet): Promise<Map<string, string>> {
  const person = await personWith(fleet.runtime, "superuser");
  const found = new Map<string, string>();
  const queue = ["/"];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (found.has(path) || found.size > 300) continue;
    const { text } = await person.get(path);
    found.set(path, text);
    for (const [, href = ""] of text.matchAll(/href="(\/[^"#]*)"/g)) queue.push(href.replaceAll("&amp;", "&"));
  }
  return found;
}
