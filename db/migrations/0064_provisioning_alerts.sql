-- Provisioning profiles whose expiry was recorded as an event, so that each is recorded once.
create table provisioning_alerts (
  -- The app that needs the profile, or the profile that no app needs.
  artifact_id uuid not null references artifacts on delete cascade,
  expires_at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (artifact_id, expires_at)
);
