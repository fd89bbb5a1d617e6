-- What devices said of the passwords that were sent to them.
-- locks: adds nullable columns only

-- A person, or the settings: static or dynamic.
alter table escrowed_secrets add column origin text check (origin in ('manual', 'static', 'dynamic'));
-- When the device last confirmed it, and when it last denied or refused it.
alter table escrowed_secrets add column checked_at timestamptz;
alter table escrowed_secrets add column denied_at timestamptz;
-- When it is to be replaced, since it was revealed.
alter table escrowed_secrets add column rotate_at timestamptz;
