-- The messages of a serial number that led to no enrollment, the latest first.
drop index concurrently if exists dep_messages_unfinished;
create index concurrently dep_messages_unfinished on dep_messages (lower(serial_number), created_at desc)
  where used_at is null;
