-- Roles narrowed to some commands, and to the devices of some tags or business units.
-- Null: every command. Empty limits: every device. A tag or unit that is deleted stays in the list, where it covers no device.
alter table roles add column commands text[];
alter table roles add column limited_to_tags integer[] not null default '{}';
alter table roles add column limited_to_business_units integer[] not null default '{}';
