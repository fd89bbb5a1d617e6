-- Requests for sensitive actions that a second person approves or declines.
create table approvals (
  id uuid primary key,
  state text not null check (state in ('waiting', 'approved', 'declined', 'expired', 'used', 'failed')),
  kind text not null check (kind in ('destructive_commands', 'reveals')),
  action text not null,
  -- The command, or the kind of secret.
  name text not null,
  -- The right that both people need, and the commands that their roles must allow.
  permission text not null,
  commands text[] not null default '{}',
  -- Null for a command to many devices.
  device_id integer references devices on delete cascade,
  bulk_command_id uuid,
  -- The arguments of a command, until the request is over.
  arguments_sealed text,
  reason text not null default '',
  requester_id integer references users on delete set null,
  requester_name text not null,
  decided_by_id integer references users on delete set null,
  decided_by_name text,
  decided_at timestamptz,
  -- Until then the requester can see an approved secret, once.
  usable_until timestamptz,
  -- The command that was queued, or why it was not.
  outcome text not null default '',
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index approvals_waiting on approvals (expires_at) where state = 'waiting';
create index approvals_requester on approvals (requester_id, created_at desc);
create index approvals_decided_by on approvals (decided_by_id);
create index approvals_device on approvals (device_id);
create index approvals_created on approvals (created_at desc, id desc);
