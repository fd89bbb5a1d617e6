-- The sessions of a DEP enrollment, and the devices in Setup Assistant by the time of their release.
drop index concurrently if exists enrollment_sessions_dep;
create index concurrently enrollment_sessions_dep on enrollment_sessions (dep_enrollment_id);
drop index concurrently if exists enrollments_release_due;
create index concurrently enrollments_release_due on enrollments (release_due_at)
  where awaiting_configuration and ended_at is null;
