-- Apps over the fleet: how many devices have which version.

-- A device may list an app more than once. 0: the device counts by this row, for the app and for the version. 1: only for
-- the version, since it has a later one, too. 2: not at all, since it has the version under another name, too.
alter table installed_apps add column repeats smallint not null default 0;

-- Sums over devices that are enrolled and not deleted, renewed by a job.
create table fleet_apps (
  app_id integer not null references apps on delete cascade,
  -- "" if the devices have not reported theirs.
  platform text not null,
  -- Devices that have this version.
  devices integer not null,
  -- Those of them that count for the app: the sum over all versions counts each device once.
  counted integer not null,
  -- Those that have reported the app as managed.
  managed integer not null,
  -- The version in Apple's catalogue, if that is later; otherwise "".
  newer_version text not null default '',
  primary key (app_id, platform)
);

-- One row: when the sums were renewed last, and what they were counted from. Nothing is counted again while that is the same.
create table fleet_apps_count (
  only_row boolean primary key default true check (only_row),
  counted_at timestamptz not null,
  fingerprint text not null
);
