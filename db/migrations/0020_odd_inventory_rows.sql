-- Rows of a device's lists that cannot be kept as what they should be: as they came, with the reason. Replaced with each list.
create table odd_inventory_rows (
  enrollment_id integer not null references enrollments on delete cascade,
  list text not null check (list in ('apps', 'certificates', 'profiles')),
  position integer not null,
  reason text not null,
  raw jsonb not null,
  primary key (enrollment_id, list, position)
);
