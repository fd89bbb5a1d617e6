-- A request can need several rights: the answer to a command may hold secrets of several kinds. Empty: of a version before this
-- one, the one in `permission`; otherwise that is the first of them.
alter table approvals add column permissions text[] not null default '{}';
