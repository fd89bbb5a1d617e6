-- A request can need several rights: the answer to a command may hold secrets of several kinds.
alter table approvals add column further_permissions text[] not null default '{}';
