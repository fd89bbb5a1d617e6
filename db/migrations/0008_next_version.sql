-- The id that an artifact's next version will have. Who gets a version by shards follows from its id: a version that is
-- tried and then saved has to be the same one.
alter table artifacts add column next_version_id uuid not null default gen_random_uuid();
