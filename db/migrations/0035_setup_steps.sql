-- The version that a device was told to update to before it enrolls, by its message; "" if it was not.
alter table dep_messages add column required_version text not null default '';
