-- Jobs whose process dies are not what takes every process down: they back off, run alone, and are set aside at last.
alter table jobs drop constraint jobs_state_check;
alter table jobs add constraint jobs_state_check
  check (state in ('queued', 'running', 'succeeded', 'failed', 'quarantined'));
alter table jobs
  -- Processes that ended, or seemed to, while they ran this job; 0 again once an attempt ended by itself.
  add column deaths integer not null default 0,
  -- The lease that ran out last: its holder, when it is alive after all, says so by this token.
  add column lost_token uuid,
  -- When the devices that a quarantined job would have looked at were woken instead.
  add column swept_at timestamptz;
-- A job that is set aside keeps its place: asked for again, it is still set aside.
drop index jobs_live_key;
create unique index jobs_live_key on jobs (kind, key)
  where state in ('queued', 'running', 'quarantined') and key is not null;
create index jobs_quarantined on jobs (id) where state = 'quarantined';
