-- How often in a row a device's list disagreed with what its answer said: it accepted the profile and does not list it, or
-- removed it and lists it still. What disagrees too often is not tried again.
alter table target_artifacts add column disagreements smallint not null default 0;
