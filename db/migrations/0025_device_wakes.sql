-- When a channel last took a place in the queue of wakes for facts that its own device changed.
alter table channels add column redelivered_at timestamptz;
