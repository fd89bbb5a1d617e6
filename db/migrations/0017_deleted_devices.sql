-- Deleting a device is reversible for a time; then its data is removed, and only what unlocks the hardware stays.

alter table devices
  add column deleted_at timestamptz,
  add column deleted_by text not null default '',
  -- From then on it cannot be restored.
  add column purge_began_at timestamptz,
  -- Nothing is left but escrowed secrets and a block.
  add column purged_at timestamptz;

-- A deleted device gives up its UDID.
alter table devices drop constraint devices_udid;
create unique index devices_udid on devices (udid) where deleted_at is null;
create index devices_deleted on devices (deleted_at desc, id desc) where deleted_at is not null;
create index devices_purge on devices (deleted_at, id) where deleted_at is not null and purged_at is null;

-- An enrollment that ended because its device was deleted, and goes on when the device is restored: it keeps its identities,
-- its queue and what is known of the device.
alter table enrollments add column suspended boolean not null default false;
create index enrollments_suspended on enrollments (id) where suspended;

-- The secrets of an enrollment that is removed with its device.
alter table escrowed_secrets drop constraint escrowed_secrets_kind_check;
alter table escrowed_secrets add constraint escrowed_secrets_kind_check
  check (kind in ('device_lock_pin', 'bootstrap_token', 'unlock_token'));

-- Foreign keys are looked up by these when a device is removed.
create index devices_enrollment on devices (enrollment_id);
create index enrollment_claims_device on enrollment_claims (device_id);
create index identity_alerts_enrollment on identity_alerts (enrollment_id);
-- Phase 2 of an enrollment over the air has no enrollment yet.
create index enrollment_sessions_unbound on enrollment_sessions (udid) where enrollment_id is null and udid is not null;
