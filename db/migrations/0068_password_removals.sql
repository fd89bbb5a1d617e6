-- How often a Mac was told to remove this password, and kept it: the next attempt comes later each time.
alter table escrowed_secrets add column removals_tried smallint not null default 0;
