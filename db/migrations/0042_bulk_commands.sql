-- One command for many devices, and what became of it on each.
create table bulk_commands (
  id uuid primary key,
  state text not null check (state in ('waiting', 'running', 'done', 'cancelled', 'declined')),
  name text not null,
  -- The names that a role must allow.
  commands text[] not null,
  -- All arguments: some of them may be secret.
  arguments_sealed text,
  -- How the devices were selected, and the arguments as the audit log may show them.
  selection jsonb not null,
  shown jsonb not null,
  not_before timestamptz,
  expires_at timestamptz,
  created_by_id integer references users on delete set null,
  created_by_name text not null,
  finished_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index bulk_commands_created on bulk_commands (created_at desc, id desc);
create index bulk_commands_created_by on bulk_commands (created_by_id);

create table bulk_command_targets (
  bulk_command_id uuid not null references bulk_commands on delete cascade,
  device_id integer not null references devices on delete cascade,
  state text not null check (state in ('waiting', 'queued', 'impossible', 'cancelled')),
  -- Why the device cannot have it.
  why text not null default '',
  command_uuid uuid,
  primary key (bulk_command_id, device_id)
);
create index bulk_command_targets_open on bulk_command_targets (bulk_command_id, device_id) where state = 'waiting';
create index bulk_command_targets_device on bulk_command_targets (device_id);
