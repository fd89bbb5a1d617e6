/**
 * Artifacts: the content of blueprints.
 *
 * @module
 */

import { type Db, one } from "../open.ts";
import { isTrace } from "./target_artifacts.ts";

/** The properties of an artifact that never change. */
export type ArtifactNature = {
  /** One of the types that a kind of versions has. */
  type: string;
  channel: "Device" | "User";
};

/** The properties that may change. */
export type ArtifactValues = {
  name: string;
  platforms: readonly ("iOS" | "iPadOS" | "macOS" | "tvOS")[];
  /** Artifacts that must be there before it, by id. */
  requires: readonly string[];
  installDuringSetupAssistant: boolean;
  autoUpdate: boolean;
  /** Days; 0 is never. */
  reinstallInterval: number;
  reinstallOnOsUpdate: "No" | "Major" | "Minor" | "Patch";
  /** Percent of attempts that may fail before a new version stops spreading; null is the server's setting, 0 never. */
  haltPercent: number | null;
  /** Whether it waits on a device until every variable in it has a value there. */
  holdWithoutValues: boolean;
};

/** An artifact. The declaration's type and identifier are those of uploaded declarations, once there is one. */
export type ArtifactRow = ArtifactNature & ArtifactValues & {
  id: string;
  declarationType: string | null;
  declarationIdentifier: string | null;
  createdAt: Date;
  updatedAt: Date;
};

const columns = (db: Db) =>
  db`
    a.id, a.name, a.type, a.channel, a.platforms, a.install_during_setup_assistant, a.auto_update, a.reinstall_interval,
    a.reinstall_on_os_update, a.halt_percent, a.hold_without_values, a.declaration_type, a.declaration_identifier, a.created_at, a.updated_at,
    array(
      select r.required_id::text from artifact_requirements r join artifacts q on q.id = r.required_id
      where r.artifact_id = a.id order by q.name, q.id) as requires`;

/** The filters of a list. */
export type ArtifactQuery = {
  name?: string | undefined;
  type?: string | undefined;
  channel?: string | undefined;
  order: { column: "created_at" | "updated_at" | "name"; descending: boolean };
  limit: number;
  offset: number;
};

/** Returns a page, and the total number. */
export async function listArtifacts(db: Db, query: ArtifactQuery): Promise<{ rows: ArtifactRow[]; count: number }> {
  const where = db`where true
    ${query.name === undefined ? db`` : db`and a.name = ${query.name}`}
    ${query.type === undefined ? db`` : db`and a.type = ${query.type}`}
    ${query.channel === undefined ? db`` : db`and a.channel = ${query.channel}`}`;
  const direction = query.order.descending ? db`desc` : db`asc`;
  const rows = await db<ArtifactRow[]>`
    select ${columns(db)} from artifacts a ${where}
    order by a.${db(query.order.column)} ${direction}, a.id ${direction} limit ${query.limit} offset ${query.offset}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count from artifacts a ${where}`);
  return { rows: [...rows], count };
}

/** Returns one artifact. */
export async function findArtifact(db: Db, id: string): Promise<ArtifactRow | undefined> {
  const [row] = await db<ArtifactRow[]>`select ${columns(db)} from artifacts a where a.id = ${id}`;
  return row;
}

/** Returns the artifacts with these ids, by name; unknown ids are left out. */
export async function findArtifacts(db: Db, ids: readonly string[]): Promise<ArtifactRow[]> {
  return [
    ...await db<ArtifactRow[]>`
      select ${columns(db)} from artifacts a where a.id = any(${[...ids]}::uuid[]) order by a.name, a.id`,
  ];
}

/** Returns the artifacts whose uploaded declarations have these identifiers; unknown ones are left out. */
export async function findArtifactsOfDeclarations(db: Db, identifiers: readonly string[]): Promise<ArtifactRow[]> {
  return [
    ...await db<ArtifactRow[]>`
      select ${columns(db)} from artifacts a where a.declaration_identifier = any(${[...identifiers]}::text[])
      order by a.name, a.id`,
  ];
}

const scalars = (row: ArtifactValues) => ({
  name: row.name,
  platforms: [...row.platforms],
  installDuringSetupAssistant: row.installDuringSetupAssistant,
  autoUpdate: row.autoUpdate,
  reinstallInterval: row.reinstallInterval,
  reinstallOnOsUpdate: row.reinstallOnOsUpdate,
  haltPercent: row.haltPercent,
  holdWithoutValues: row.holdWithoutValues,
});

async function writeRequirements(db: Db, id: string, requires: readonly string[]): Promise<void> {
  await db`delete from artifact_requirements where artifact_id = ${id}`;
  await db`
    insert into artifact_requirements (artifact_id, required_id)
    select ${id}::uuid, required from unnest(${[...requires]}::uuid[]) as required`;
}

/** Adds an artifact. */
export async function insertArtifact(
  db: Db,
  id: string,
  row: ArtifactNature & ArtifactValues,
  now: Date,
): Promise<void> {
  const values = { id, type: row.type, channel: row.channel, ...scalars(row), createdAt: now, updatedAt: now };
  await db`insert into artifacts ${db(values)}`;
  await writeRequirements(db, id, row.requires);
}

/** Changes an artifact. */
export async function updateArtifact(db: Db, id: string, row: ArtifactValues, now: Date): Promise<void> {
  await db`update artifacts set ${db({ ...scalars(row), updatedAt: now })} where id = ${id}`;
  await writeRequirements(db, id, row.requires);
}

/** Sets the type of an artifact's declarations. */
export async function nameDeclaration(db: Db, id: string, type: string, identifier: string): Promise<void> {
  await db`update artifacts set declaration_type = ${type}, declaration_identifier = ${identifier} where id = ${id}`;
}

/** Deletes an artifact with its versions and traces. PostgreSQL refuses while a blueprint, an artifact or a device has it. */
export async function deleteArtifact(db: Db, id: string): Promise<void> {
  await db`delete from target_artifacts t where t.artifact_id = ${id} and ${isTrace(db)}`;
  await db`delete from artifacts where id = ${id}`;
}

/** Whether something names an artifact: a blueprint, another artifact, a device, a command on its way. */
export async function isArtifactInUse(db: Db, id: string): Promise<boolean> {
  return one(
    await db<{ used: boolean }[]>`
      select exists (select 1 from blueprint_artifacts where artifact_id = ${id})
        or exists (select 1 from artifact_requirements where required_id = ${id})
        or exists (select 1 from declaration_references where artifact_id = ${id})
        or exists (select 1 from target_artifacts t where t.artifact_id = ${id} and not (${isTrace(db)}))
        or exists (
          select 1 from commands c join artifact_versions v on c.arguments ->> 'artifact_version' = v.id::text
          where v.artifact_id = ${id}) as used`,
  ).used;
}
