-- The sessions of a DEP enrollment and of a device's key, the live claims at DEP enrollments, and the devices in Setup
-- Assistant by the time of their release.
-- contracts: 0.1 inserts no claims at DEP enrollments, and only those are in the unique index
drop index concurrently if exists enrollment_sessions_dep;
create index concurrently enrollment_sessions_dep on enrollment_sessions (dep_enrollment_id);
drop index concurrently if exists enrollments_release_due;
create index concurrently enrollments_release_due on enrollments (release_due_at)
  where awaiting_configuration and ended_at is null;
drop index concurrently if exists enrollment_sessions_factory_key;
create index concurrently enrollment_sessions_factory_key on enrollment_sessions (factory_key) where kind = 'DEP';
drop index concurrently if exists enrollment_claims_live_dep;
create unique index concurrently enrollment_claims_live_dep on enrollment_claims
  (dep_enrollment_id, lower(udid), lower(serial_number)) where state <> 'used' and dep_enrollment_id is not null;
