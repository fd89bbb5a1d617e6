-- When a job was asked for again while it ran: what it reads may be older than what it was asked for, so it runs once more.
alter table jobs add column again_at timestamptz;
