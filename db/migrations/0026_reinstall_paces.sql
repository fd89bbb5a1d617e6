-- How fast a channel may have a version installed by command again when only its device changes. It outlives the row of
-- target_artifacts: a device that has two versions by turns loses that one each time.
create table reinstall_paces (
  channel_id integer not null references channels on delete cascade,
  artifact_version_id uuid not null references artifact_versions on delete cascade,
  content_revision integer not null,
  -- The revision of what devices should have at the last attempt.
  desired_revision bigint not null,
  -- Attempts that followed another one in less than a day.
  repeats smallint not null,
  -- When the next attempt may be.
  not_before timestamptz not null,
  primary key (channel_id, artifact_version_id)
);
create index reinstall_paces_version on reinstall_paces (artifact_version_id);
