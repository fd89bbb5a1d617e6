-- What a channel was answered when it last fetched the list of its declarations, with the revision of what devices should have
-- that it was made at: until something changes, the same is answered without a plan.
alter table channel_plans
  add column prepared_token text,
  add column prepared_items jsonb,
  add column prepared_revision bigint;
