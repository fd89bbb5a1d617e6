-- Whether an artifact waits on a device until every variable in it has a value there.
alter table artifacts add column hold_without_values boolean not null default false;
-- The variables that a version names without a default; null where it was saved before they were told apart.
alter table artifact_versions add column needed_variables text[];
