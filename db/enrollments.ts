/**
 * Authorities, enrollment sessions, devices, their enrollments, identities and channels.
 *
 * @module
 */

import { type Db, type Json, json, one } from "./open.ts";

/** The built-in authority as it is stored. */
export type AuthorityRow = { id: number; certificate: Uint8Array; privateKeySealed: string };

/** The authority of that name. */
export async function findAuthority(db: Db, name: string): Promise<AuthorityRow | undefined> {
  const [row] = await db<AuthorityRow[]>`
    select id, certificate, private_key_sealed from certificate_authorities where name = ${name}`;
  return row;
}

/** The next id of a table, for rows whose sealed values are bound to it. */
export async function nextId(db: Db, table: string): Promise<number> {
  const row = one(await db<{ id: number }[]>`select nextval(pg_get_serial_sequence(${table}, 'id'))::int as id`);
  return row.id;
}

/** Stores an authority; of two processes at once the first wins. */
export async function insertAuthority(
  db: Db,
  row: AuthorityRow & { name: string; notAfter: Date },
  now: Date,
): Promise<void> {
  await db`
    insert into certificate_authorities (id, name, certificate, private_key_sealed, not_after, created_at)
    values (${row.id}, ${row.name}, ${row.certificate}, ${row.privateKeySealed}, ${row.notAfter}, ${now})
    on conflict (name) do nothing`;
}

/** Replaces the certificate of an authority; its key stays. */
export async function updateAuthority(db: Db, id: number, certificate: Uint8Array, notAfter: Date): Promise<void> {
  await db`update certificate_authorities set certificate = ${certificate}, not_after = ${notAfter} where id = ${id}`;
}

/** An OTA enrollment. */
export type OtaEnrollmentRow = {
  id: number;
  name: string;
  displayName: string;
  pushCertificateId: number;
  enrollmentSecretId: number;
  scepIssuerId: string;
  blueprintId: number | null;
  topic: string | null;
  createdAt: Date;
  updatedAt: Date;
};

const otaColumns = (db: Db) =>
  db`o.id, o.name, o.display_name, o.push_certificate_id, o.enrollment_secret_id, o.scep_issuer_id,
    o.blueprint_id, p.topic, o.created_at, o.updated_at`;

/** One OTA enrollment. */
export async function findOtaEnrollment(db: Db, id: number): Promise<OtaEnrollmentRow | undefined> {
  const [row] = await db<OtaEnrollmentRow[]>`
    select ${otaColumns(db)} from ota_enrollments o join push_certificates p on p.id = o.push_certificate_id
    where o.id = ${id}`;
  return row;
}

/** A page of OTA enrollments by name, and how many there are. */
export async function listOtaEnrollments(
  db: Db,
  page: { limit: number; offset: number; name?: string },
): Promise<{ rows: OtaEnrollmentRow[]; count: number }> {
  const where = page.name === undefined ? db`` : db`where o.name = ${page.name}`;
  const rows = await db<OtaEnrollmentRow[]>`
    select ${otaColumns(db)} from ota_enrollments o join push_certificates p on p.id = o.push_certificate_id
    ${where} order by o.name, o.id limit ${page.limit} offset ${page.offset}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count from ota_enrollments o ${where}`);
  return { rows: [...rows], count };
}

/** What an admin says of an OTA enrollment. */
export type OtaEnrollmentValues = {
  name: string;
  displayName: string;
  pushCertificateId: number;
  scepIssuerId: string;
  blueprintId: number | null;
};

/** Adds an OTA enrollment; answers its id. */
export async function insertOtaEnrollment(
  db: Db,
  row: OtaEnrollmentValues & { enrollmentSecretId: number },
  now: Date,
): Promise<number> {
  return one(
    await db<{ id: number }[]>`
      insert into ota_enrollments (name, display_name, push_certificate_id, enrollment_secret_id, scep_issuer_id,
        blueprint_id, created_at, updated_at)
      values (${row.name}, ${row.displayName}, ${row.pushCertificateId}, ${row.enrollmentSecretId}, ${row.scepIssuerId},
        ${row.blueprintId}, ${now}, ${now})
      returning id`,
  ).id;
}

/** Changes an OTA enrollment. */
export async function updateOtaEnrollment(db: Db, id: number, row: OtaEnrollmentValues, now: Date): Promise<void> {
  await db`
    update ota_enrollments set name = ${row.name}, display_name = ${row.displayName},
      push_certificate_id = ${row.pushCertificateId}, scep_issuer_id = ${row.scepIssuerId},
      blueprint_id = ${row.blueprintId}, updated_at = ${now}
    where id = ${id}`;
}

/** The OTA enrollment of an enrollment secret. */
export async function findOtaEnrollmentOfSecret(db: Db, secretId: number): Promise<OtaEnrollmentRow | undefined> {
  const [row] = await db<OtaEnrollmentRow[]>`
    select ${otaColumns(db)} from ota_enrollments o join push_certificates p on p.id = o.push_certificate_id
    where o.enrollment_secret_id = ${secretId}`;
  return row;
}

/** Whether a device ever began to enroll with it: then it cannot be deleted. */
export async function hasSessions(db: Db, otaEnrollmentId: number): Promise<boolean> {
  return one(
    await db<{ found: boolean }[]>`
      select exists (select 1 from enrollment_sessions where ota_enrollment_id = ${otaEnrollmentId}) as found`,
  ).found;
}

/** Deletes an OTA enrollment with its secret. */
export async function deleteOtaEnrollment(db: Db, id: number): Promise<void> {
  const [row] = await db<{ secretId: number }[]>`
    delete from ota_enrollments where id = ${id} returning enrollment_secret_id as secret_id`;
  if (row !== undefined) await db`delete from enrollment_secrets where id = ${row.secretId}`;
}

/** An enrollment session. */
export type SessionRow = {
  id: number;
  kind: "OTA" | "RE";
  status: "PHASE_2" | "PHASE_3" | "STARTED" | "AUTHENTICATED" | "COMPLETED";
  otaEnrollmentId: number | null;
  metaBusinessUnitId: number;
  serialNumber: string | null;
  udid: string | null;
  enrollmentId: number | null;
  expiresAt: Date;
};

const SESSION = (db: Db) =>
  db`id, kind, status, ota_enrollment_id, meta_business_unit_id, serial_number, udid, enrollment_id, expires_at`;

/** Adds a session; answers its id. */
export async function insertSession(
  db: Db,
  row: Omit<SessionRow, "id"> & { secretHash: Uint8Array; challengeHash: Uint8Array },
  now: Date,
): Promise<number> {
  return one(
    await db<{ id: number }[]>`
      insert into enrollment_sessions (kind, status, secret_hash, challenge_hash, ota_enrollment_id,
        meta_business_unit_id, serial_number, udid, enrollment_id, expires_at, created_at, updated_at)
      values (${row.kind}, ${row.status}, ${row.secretHash}, ${row.challengeHash}, ${row.otaEnrollmentId},
        ${row.metaBusinessUnitId}, ${row.serialNumber}, ${row.udid}, ${row.enrollmentId}, ${row.expiresAt}, ${now}, ${now})
      returning id`,
  ).id;
}

/** The session of a hashed secret or challenge, locked until the transaction ends. */
export async function lockSession(
  db: Db,
  by: { secretHash: Uint8Array } | { challengeHash: Uint8Array },
): Promise<SessionRow | undefined> {
  const [row] = "secretHash" in by
    ? await db<SessionRow[]>`
        select ${SESSION(db)} from enrollment_sessions where secret_hash = ${by.secretHash} for update`
    : await db<SessionRow[]>`
        select ${SESSION(db)} from enrollment_sessions where challenge_hash = ${by.challengeHash} for update`;
  return row;
}

/** Moves a session on. */
export async function updateSession(
  db: Db,
  id: number,
  change: Pick<SessionRow, "status" | "serialNumber" | "udid" | "enrollmentId">,
  now: Date,
): Promise<void> {
  await db`
    update enrollment_sessions set status = ${change.status}, serial_number = ${change.serialNumber},
      udid = ${change.udid}, enrollment_id = ${change.enrollmentId}, updated_at = ${now}
    where id = ${id}`;
}

/** Gives a session new secrets: the device lost what it was sent. The old ones are worth nothing then. */
export async function renewSessionSecrets(
  db: Db,
  id: number,
  row: { status: SessionRow["status"]; secretHash: Uint8Array; challengeHash: Uint8Array; expiresAt: Date },
  now: Date,
): Promise<void> {
  await db`
    update enrollment_sessions set status = ${row.status}, secret_hash = ${row.secretHash},
      challenge_hash = ${row.challengeHash}, expires_at = ${row.expiresAt}, updated_at = ${now}
    where id = ${id}`;
}

/** The session of a device that has asked for its first profile with an OTA enrollment and got no further; locked. */
export async function findUnfinishedSession(
  db: Db,
  otaEnrollmentId: number,
  hardware: { serialNumber: string; udid: string },
  now: Date,
): Promise<SessionRow | undefined> {
  const [row] = await db<SessionRow[]>`
    select ${SESSION(db)} from enrollment_sessions
    where ota_enrollment_id = ${otaEnrollmentId} and kind = 'OTA' and status = 'PHASE_2'
      and serial_number = ${hardware.serialNumber} and udid = ${hardware.udid} and expires_at > ${now}
    order by id desc limit 1 for update`;
  return row;
}

/** A certificate that the built-in authority issued. */
export type IssuedRow = {
  fingerprint: string;
  sessionId: number;
  spkiFingerprint: string;
  challengeHash: Uint8Array | null;
  certificate: Uint8Array;
  notAfter: Date;
};

/** What a session was issued so far. */
export async function findIssued(db: Db, sessionId: number): Promise<IssuedRow[]> {
  return await db<IssuedRow[]>`
    select fingerprint, session_id, spki_fingerprint, challenge_hash, certificate, not_after
    from issued_certificates where session_id = ${sessionId}`;
}

/** The record of a certificate of ours. */
export async function findIssuedCertificate(db: Db, fingerprint: string): Promise<IssuedRow | undefined> {
  const [row] = await db<IssuedRow[]>`
    select fingerprint, session_id, spki_fingerprint, challenge_hash, certificate, not_after
    from issued_certificates where fingerprint = ${fingerprint}`;
  return row;
}

/** Keeps an issued certificate. */
export async function insertIssued(db: Db, row: IssuedRow & { authorityId: number }, now: Date): Promise<void> {
  await db`
    insert into issued_certificates (fingerprint, authority_id, session_id, spki_fingerprint, challenge_hash, certificate,
      not_after, created_at)
    values (${row.fingerprint}, ${row.authorityId}, ${row.sessionId}, ${row.spkiFingerprint}, ${row.challengeHash},
      ${row.certificate}, ${row.notAfter}, ${now})`;
}

/** A session by its id, locked. */
export async function lockSessionById(db: Db, id: number): Promise<SessionRow | undefined> {
  const [row] = await db<SessionRow[]>`select ${SESSION(db)} from enrollment_sessions where id = ${id} for update`;
  return row;
}

/** What an identified message needs of its enrollment. */
export type IdentifiedRow = {
  enrollmentId: number;
  deviceId: number;
  udid: string;
  serialNumber: string;
  blockedAt: Date | null;
  endedAt: Date | null;
  sessionId: number;
};

/** The enrollment that a certificate is pinned to. */
export async function findPinned(db: Db, fingerprint: string): Promise<IdentifiedRow | undefined> {
  const [row] = await db<IdentifiedRow[]>`
    select e.id as enrollment_id, d.id as device_id, d.udid, d.serial_number, d.blocked_at, e.ended_at, e.session_id
    from enrollment_identities i join enrollments e on e.id = i.enrollment_id join devices d on d.id = e.device_id
    where i.fingerprint = ${fingerprint} and i.retired_at is null`;
  return row;
}

/** What the idle connect learns, in the one statement that it makes. */
export type ContactRow = IdentifiedRow & { channelId: number; nextActionAt: Date | null };

/** Marks that a channel made contact, and answers what it belongs to. */
export async function recordContact(
  db: Db,
  fingerprint: string,
  deviceKey: string,
  userKey: string,
  ip: string,
  idle: boolean,
  now: Date,
): Promise<ContactRow | undefined> {
  const [row] = await db<ContactRow[]>`
    update channels c set last_seen_at = ${now}, last_ip = ${ip},
      session_started_at = case when ${idle} then ${now}::timestamptz else c.session_started_at end
    from enrollment_identities i join enrollments e on e.id = i.enrollment_id join devices d on d.id = e.device_id
    where i.fingerprint = ${fingerprint} and i.retired_at is null and e.ended_at is null and d.udid = ${deviceKey}
      and c.enrollment_id = e.id and c.user_key = ${userKey}
    returning e.id as enrollment_id, d.id as device_id, d.udid, d.serial_number, d.blocked_at, e.ended_at, e.session_id,
      c.id as channel_id, c.next_action_at`;
  return row;
}

/** Finds or adds the hardware; answers its row, locked. */
export async function upsertDevice(
  db: Db,
  udid: string,
  serialNumber: string,
  now: Date,
): Promise<{ id: number; blockedAt: Date | null }> {
  return one(
    await db<{ id: number; blockedAt: Date | null }[]>`
      insert into devices (udid, serial_number, created_at, updated_at) values (${udid}, ${serialNumber}, ${now}, ${now})
      on conflict (udid) do update set serial_number = excluded.serial_number, updated_at = excluded.updated_at
      returning id, blocked_at`,
  );
}

/** Ends the current enrollment of a device, its secrets forgotten and its open commands cancelled. */
export async function endEnrollment(db: Db, deviceId: number, now: Date): Promise<number | undefined> {
  const [row] = await db<{ id: number }[]>`
    update enrollments set ended_at = ${now}, unlock_token_sealed = null, bootstrap_token_sealed = null, updated_at = ${now}
    where device_id = ${deviceId} and ended_at is null returning id`;
  if (row === undefined) return undefined;
  await db`
    with gone as (
      delete from commands where channel_id in (select id from channels where enrollment_id = ${row.id}) returning *
    )
    insert into command_history (id, uuid, device_id, enrollment_id, user_key, name, arguments, state, not_before, sent_at,
      sent_count, not_now_count, created_at, updated_at)
    select g.id, g.uuid, ${deviceId}, ${row.id}, c.user_key, g.name, g.arguments, 'cancelled', g.not_before, g.sent_at,
      g.sent_count, g.not_now_count, g.created_at, ${now}
    from gone g join channels c on c.id = g.channel_id`;
  await db`update channels set push_token = null, push_magic_sealed = null, push_due_at = null
    where enrollment_id = ${row.id}`;
  return row.id;
}

/** What Authenticate tells. */
export type NewEnrollment = {
  deviceId: number;
  sessionId: number;
  pushCertificateId: number;
  name: string;
  model: string;
  platform: string | null;
  osVersion: string;
  buildVersion: string;
  userEnrollment: boolean;
  blueprintId: number | null;
};

/** Begins an enrollment with its device channel; answers its id. */
export async function insertEnrollment(db: Db, row: NewEnrollment, now: Date): Promise<number> {
  const { id } = one(
    await db<{ id: number }[]>`
      insert into enrollments (device_id, session_id, push_certificate_id, name, model, platform, os_version, build_version,
        dep_enrollment, user_enrollment, blueprint_id, created_at, updated_at)
      values (${row.deviceId}, ${row.sessionId}, ${row.pushCertificateId}, ${row.name}, ${row.model}, ${row.platform},
        ${row.osVersion}, ${row.buildVersion}, false, ${row.userEnrollment}, ${row.blueprintId}, ${now}, ${now})
      returning id`,
  );
  await db`
    insert into channels (enrollment_id, next_action_at, created_at, updated_at) values (${id}, ${now}, ${now}, ${now})`;
  await db`update devices set enrollment_id = ${id} where id = ${row.deviceId}`;
  return id;
}

/** Pins a certificate to an enrollment. */
export async function pinIdentity(
  db: Db,
  fingerprint: string,
  enrollmentId: number,
  notAfter: Date,
  now: Date,
): Promise<void> {
  await db`
    insert into enrollment_identities (fingerprint, enrollment_id, not_after, created_at)
    values (${fingerprint}, ${enrollmentId}, ${notAfter}, ${now})`;
}

/** The channel of an enrollment, made when it is not there; locked. Answers its id. */
export async function ensureChannel(db: Db, enrollmentId: number, userKey: string, now: Date): Promise<number> {
  return one(
    await db<{ id: number }[]>`
      insert into channels (enrollment_id, user_key, next_action_at, created_at, updated_at)
      values (${enrollmentId}, ${userKey}, ${now}, ${now}, ${now})
      on conflict (enrollment_id, user_key) do update set updated_at = excluded.updated_at
      returning id`,
  ).id;
}

/** Retires the identities of an enrollment that are older than the one that was just used. */
export async function retireOlderIdentities(
  db: Db,
  enrollmentId: number,
  fingerprint: string,
  now: Date,
): Promise<number> {
  const { count } = await db`
    update enrollment_identities set retired_at = ${now}
    where enrollment_id = ${enrollmentId} and retired_at is null and fingerprint <> ${fingerprint}
      and created_at < (select created_at from enrollment_identities where fingerprint = ${fingerprint})`;
  return count;
}

/** A current enrollment with its device. */
export async function findCurrentEnrollment(db: Db, id: number): Promise<IdentifiedRow | undefined> {
  const [row] = await db<IdentifiedRow[]>`
    select e.id as enrollment_id, d.id as device_id, d.udid, d.serial_number, d.blocked_at, e.ended_at, e.session_id
    from enrollments e join devices d on d.id = e.device_id where e.id = ${id} and e.ended_at is null`;
  return row;
}

/** Makes a session the current one of an enrollment. */
export async function setSession(db: Db, enrollmentId: number, sessionId: number, now: Date): Promise<void> {
  await db`update enrollments set session_id = ${sessionId}, updated_at = ${now} where id = ${enrollmentId}`;
}

/** What a renewal carries over from the session that is current. */
export async function findSession(db: Db, id: number): Promise<SessionRow | undefined> {
  const [row] = await db<SessionRow[]>`select ${SESSION(db)} from enrollment_sessions where id = ${id}`;
  return row;
}

/** How a channel is pushed, from TokenUpdate. A new token revives a dead one and is pushed once it is old enough. */
export async function setPushTarget(
  db: Db,
  id: number,
  row: { shortName: string; longName: string; token: Uint8Array; magicSealed: string; pushDueAt: Date },
  now: Date,
): Promise<void> {
  await db`
    update channels set user_short_name = ${row.shortName}, user_long_name = ${row.longName}, push_token = ${row.token},
      push_magic_sealed = ${row.magicSealed}, push_due_at = ${row.pushDueAt}, push_dead_at = null, push_reason = null,
      push_forced = push_forced or (last_notified_at is not null and push_token is distinct from ${row.token}),
      updated_at = ${now}
    where id = ${id}`;
}

/** The channel of an enrollment. */
export async function findChannel(db: Db, enrollmentId: number, userKey: string): Promise<number | undefined> {
  const [row] = await db<{ id: number }[]>`
    select id from channels where enrollment_id = ${enrollmentId} and user_key = ${userKey}`;
  return row?.id;
}

/** Columns of an enrollment that messages change. */
export type EnrollmentChange = Partial<{
  name: string;
  model: string;
  platform: string | null;
  osVersion: string;
  osVersionExtra: string;
  buildVersion: string;
  buildVersionExtra: string;
  appleSilicon: boolean;
  supervised: boolean;
  depEnrollment: boolean;
  userEnrollment: boolean;
  userApprovedEnrollment: boolean;
  activationLockManageable: boolean;
  awaitingConfiguration: boolean | null;
  unlockTokenSealed: string;
  bootstrapTokenSealed: string | null;
  deviceInformation: Json;
  deviceInformationAt: Date;
  securityInfo: Json;
  securityInfoAt: Date;
}>;

/** Changes an enrollment. */
export async function updateEnrollment(db: Db, id: number, change: EnrollmentChange, now: Date): Promise<void> {
  const { deviceInformation, securityInfo, ...plain } = change;
  const values = {
    ...plain,
    ...(deviceInformation === undefined ? {} : { deviceInformation: json(db, deviceInformation) }),
    ...(securityInfo === undefined ? {} : { securityInfo: json(db, securityInfo) }),
    updatedAt: now,
  };
  await db`update enrollments set ${db(values)} where id = ${id}`;
}

/** The sealed bootstrap token of an enrollment. */
export async function findBootstrapToken(db: Db, id: number): Promise<string | null> {
  const [row] = await db<{ sealed: string | null }[]>`
    select bootstrap_token_sealed as sealed from enrollments where id = ${id}`;
  return row?.sealed ?? null;
}
