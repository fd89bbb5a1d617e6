/**
 * Devices as the API and pages show them: the observations of their current or last enrollment, with the users of a
 * device.
 *
 * @module
 */

import { type DeviceStateName, inState, stateColumns, type StateFacts } from "./device_state_views.ts";
import type { EscrowKind } from "./escrowed_secrets.ts";
import type { ChannelId, DeviceId, EnrollmentId } from "../ids.ts";
import { hasAnyTag } from "../tags/effective_tag_views.ts";
import { type DeviceLimit, within } from "../access/device_limit_views.ts";
import { type Db, one } from "../open.ts";
import type { ReleaseReason } from "../enrollment/enrollments.ts";
import { furtherFacts, type StoredPlatform } from "./devices.ts";

/** A user of a device. Times are ISO texts. */
export type DeviceUser = {
  id: ChannelId;
  userKey: string;
  longName: string;
  shortName: string;
  declarativeManagement: boolean;
  lastIp: string | null;
  lastSeenAt: string | null;
  createdAt: string;
  updatedAt: string;
};

/** A device as lists show it. */
export type DeviceView = StateFacts & {
  id: DeviceId;
  udid: string;
  serialNumber: string;
  deletedBy: string;
  /** Whether its enrollment, suspended because the device is deleted, continues when the device is restored. */
  suspended: boolean | null;
  createdAt: Date;
  updatedAt: Date;
  enrollmentId: EnrollmentId | null;
  channelId: ChannelId | null;
  blueprintId: number | null;
  /** Whether the tags and values of the hardware are the enrollment's; null when it never enrolled. */
  hardwareProven: boolean | null;
  /** The kinds of secrets that the device has and the server can reveal. */
  escrowed: EscrowKind[];
  /** Whether a Mac has the FileVault profile; null if it never enrolled. */
  filevaultProfile: boolean | null;
  /** The managed administrator of a Mac, as the device reports it. */
  adminGuid: string | null;
  adminShortname: string | null;
  /** The wait in Setup Assistant, and how it ended. */
  awaitingSince: Date | null;
  releaseDueAt: Date | null;
  releasedAt: Date | null;
  releasedBecause: ReleaseReason | null;
  users: DeviceUser[];
  name: string | null;
  model: string | null;
  platform: StoredPlatform | null;
  osVersion: string | null;
  osVersionExtra: string | null;
  buildVersion: string | null;
  buildVersionExtra: string | null;
  appleSilicon: boolean | null;
  supervised: boolean | null;
  depEnrollment: boolean | null;
  userEnrollment: boolean | null;
  userApprovedEnrollment: boolean | null;
  activationLockManageable: boolean | null;
  awaitingConfiguration: boolean | null;
  sharedIpad: boolean | null;
  unlockTokenEscrowed: boolean | null;
  /** Whether it is in lost mode; null where nothing has shown it. */
  lostMode: boolean | null;
  declarativeManagement: boolean | null;
  bootstrapTokenEscrowed: boolean | null;
  filevaultEnabled: boolean | null;
  certNotValidAfter: Date | null;
  lastIp: string | null;
  lastSeenAt: Date | null;
  lastNotifiedAt: Date | null;
  checkoutAt: Date | null;
};

const select = (db: Db) =>
  db`
    select d.id, d.udid, d.serial_number, ${
    stateColumns(db)
  }, d.deleted_by, e.suspended, d.created_at, d.updated_at, e.id as enrollment_id, c.id as channel_id, e.blueprint_id, e.hardware_proven,
      case when e.id is not null then e.filevault_config_uuid is not null end as filevault_profile,
      array(select distinct s.kind from escrowed_secrets s where s.device_id = d.id and s.ended_at is null and s.proven)
        as escrowed,
      e.device_information#>>'{AutoSetupAdminAccounts,0,GUID}' as admin_guid,
      e.device_information#>>'{AutoSetupAdminAccounts,0,shortName}' as admin_shortname,
      e.awaiting_since, e.release_due_at, e.released_at, e.released_because,
      coalesce((select jsonb_agg(jsonb_build_object('id', u.id, 'userKey', u.user_key, 'longName', u.user_long_name,
          'shortName', u.user_short_name, 'declarativeManagement', (select q.declarative_management
            from channel_plans q where q.channel_id = u.id), 'lastIp', u.last_ip, 'lastSeenAt', u.last_seen_at, 'createdAt', u.created_at,
          'updatedAt', u.updated_at) order by u.id)
        from channels u where u.enrollment_id = e.id and u.user_key <> ''), '[]') as users, e.name, e.model,
      e.platform, e.os_version, e.os_version_extra, e.build_version, e.build_version_extra, e.apple_silicon, e.supervised,
      e.dep_enrollment, e.user_enrollment, e.user_approved_enrollment, e.activation_lock_manageable,
      e.awaiting_configuration, ${
    furtherFacts(db)
  }, p.declarative_management, e.bootstrap_token_sealed is not null as bootstrap_token_escrowed,
      (e.security_info->>'FDE_Enabled')::boolean as filevault_enabled, c.last_ip, c.last_seen_at, c.last_notified_at,
      e.ended_at as checkout_at,
      (select max(i.not_after) from enrollment_identities i where i.enrollment_id = e.id and i.retired_at is null)
        as cert_not_valid_after
    from devices d
    left join enrollments e on e.id = d.enrollment_id
    left join channels c on c.enrollment_id = e.id and c.user_key = ''
    left join channel_plans p on p.channel_id = c.id`;

/** The sort keys of devices. */
export const DEVICE_ORDERINGS = ["created_at", "last_seen_at", "updated_at"] as const;

/** Which devices, and in which order. */
export type DeviceQuery = {
  udid?: string;
  serialNumber?: string;
  /** Devices with any of these tags. */
  tags?: readonly number[];
  /** Devices with none of these tags. */
  excludedTags?: readonly number[];
  /** Devices with a user of that short name. */
  shortName?: string;
  /** Without one, devices that are not deleted. */
  state?: DeviceStateName;
  /** Of these devices only. */
  only?: DeviceLimit | undefined;
  silentBefore: Date;
  ordering: { column: typeof DEVICE_ORDERINGS[number]; descending: boolean };
};

const matching = (db: Db, query: DeviceQuery) =>
  db`where ${inState(db, query.state, query.silentBefore)} and ${within(db, query.only)}
    ${query.udid === undefined ? db`` : db`and d.udid = ${query.udid}`}
    ${query.serialNumber === undefined ? db`` : db`and d.serial_number = ${query.serialNumber}`}
    ${query.tags === undefined || query.tags.length === 0 ? db`` : db`and ${hasAnyTag(db, query.tags)}`}
    ${
    query.excludedTags === undefined || query.excludedTags.length === 0
      ? db``
      : db`and not ${hasAnyTag(db, query.excludedTags)}`
  }
    ${
    query.shortName === undefined ? db`` : db`and exists (
      select 1 from channels u join enrollments n on n.id = u.enrollment_id
      where n.device_id = d.id and n.ended_at is null and u.user_key <> '' and u.user_short_name = ${query.shortName})`
  }`;

function inOrder(db: Db, { ordering: { column, descending } }: DeviceQuery) {
  const key = column === "last_seen_at" ? db`c.last_seen_at` : db`d.${db(column)}`;
  return descending ? db`order by ${key} desc nulls last, d.id desc` : db`order by ${key} asc nulls first, d.id`;
}

const ofDevices = (db: Db) =>
  db`from devices d left join enrollments e on e.id = d.enrollment_id
    left join channels c on c.enrollment_id = e.id and c.user_key = ''`;

/** Returns a page of devices, and the total number. */
export async function listDevices(
  db: Db,
  query: DeviceQuery & { limit: number; offset: number },
): Promise<{ rows: DeviceView[]; count: number }> {
  const where = matching(db, query);
  const rows = await db<DeviceView[]>`
    ${select(db)} ${where} ${inOrder(db, query)} limit ${query.limit} offset ${query.offset}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count ${ofDevices(db)} ${where}`);
  return { rows: [...rows], count };
}

/**
 * Returns the ids of all of these devices: a long list is read by id, since devices change their positions while it is
 * read.
 */
export async function listDeviceIds(db: Db, query: DeviceQuery): Promise<DeviceId[]> {
  const rows = await db<{ id: DeviceId }[]>`select d.id ${ofDevices(db)} ${matching(db, query)} ${inOrder(db, query)}`;
  return rows.map(({ id }) => id);
}

/** Returns the devices with these ids, in their order; unknown ids are left out. */
export async function findDevices(db: Db, ids: readonly DeviceId[]): Promise<DeviceView[]> {
  const given = [...ids];
  return await db<DeviceView[]>`
    ${select(db)} where d.id = any(${given}::int[]) order by array_position(${given}::int[], d.id)`;
}

/** Returns one device. */
export async function findDevice(db: Db, id: DeviceId): Promise<DeviceView | undefined> {
  const [row] = await db<DeviceView[]>`${select(db)} where d.id = ${id}`;
  return row;
}
