-- A request can need several rights: the answer to a command may hold secrets of several kinds.
alter table approvals add column permissions text[];
update approvals set permissions = array[permission];
alter table approvals
  alter column permissions set not null,
  add constraint approvals_permissions check (cardinality(permissions) > 0),
  drop column permission;
