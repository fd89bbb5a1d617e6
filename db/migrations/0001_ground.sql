-- What everything stands on: instance settings, jobs, schedules, events and rate limits.

create table instance_settings (
  key text primary key,
  value jsonb not null
);

-- The durable queue. A live job is queued or running; `key` makes live jobs of one kind unique.
create table jobs (
  id bigint generated always as identity primary key,
  uuid uuid not null unique,
  kind text not null,
  key text,
  payload jsonb not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'succeeded', 'failed')),
  run_at timestamptz not null,
  attempts integer not null default 0,
  max_attempts integer not null,
  lease_until timestamptz,
  lease_token uuid,
  result jsonb,
  error text,
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz
);
create unique index jobs_live_key on jobs (kind, key) where state in ('queued', 'running') and key is not null;
create index jobs_due on jobs (run_at, id) where state = 'queued';
create index jobs_leased on jobs (lease_until) where state = 'running';
create index jobs_finished on jobs (finished_at) where state in ('succeeded', 'failed');

-- One row per slot of a schedule: several processes tick, one enqueues.
create table schedule_slots (
  name text not null,
  slot timestamptz not null,
  primary key (name, slot)
);

-- The event log, by month. `objects` holds the keys of what the event is about, e.g. {"device": ["27"]}.
create table events (
  id uuid not null,
  index integer not null default 0,
  type text not null,
  created_at timestamptz not null,
  tags text[] not null default '{}',
  serial_number text,
  user_id integer,
  request jsonb,
  objects jsonb not null default '{}',
  payload jsonb not null default '{}',
  primary key (created_at, id, index)
) partition by range (created_at);
create index events_recent on events (created_at desc, id desc, index);
create index events_type on events (type, created_at desc);
create index events_serial_number on events (serial_number, created_at desc) where serial_number is not null;
create index events_objects on events using gin (objects jsonb_path_ops);
-- Catches what no month's partition takes, so that a clock out of range loses nothing.
create table events_default partition of events default;

-- Fixed windows; `key` names what is limited, e.g. "login:user:alice".
create table rate_limits (
  key text not null,
  window_start timestamptz not null,
  count integer not null,
  primary key (key, window_start)
);
