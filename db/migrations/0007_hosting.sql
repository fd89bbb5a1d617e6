-- What the server hosts for devices: values that texts name, addresses that devices download from, certificates of assets.

-- Custom values of devices. They belong to the hardware: they are set before a device enrolls and outlive its enrollments.
create table device_values (
  serial_number text not null,
  name text not null check (name ~ '^[A-Z][A-Z0-9_]{0,63}$'),
  value text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (serial_number, name)
);

-- The key that signs the addresses of downloads; one row, made at first use.
create table download_keys (
  id integer primary key check (id = 1),
  key_sealed text not null,
  created_at timestamptz not null
);

-- What buys a device the certificate of an asset from the built-in authority.
create table asset_credentials (
  -- SHA-256 of the challenge.
  challenge_hash bytea primary key,
  channel_id integer not null references channels on delete cascade,
  artifact_version_id uuid not null references artifact_versions on delete cascade,
  expires_at timestamptz not null,
  created_at timestamptz not null
);
create index asset_credentials_channel on asset_credentials (channel_id, artifact_version_id);
create index asset_credentials_version on asset_credentials (artifact_version_id);
create index asset_credentials_expires on asset_credentials (expires_at);

-- The certificates that were bought. They are no identities of devices: those are in issued_certificates.
create table asset_certificates (
  fingerprint text primary key,
  authority_id integer not null references certificate_authorities,
  -- The challenge that bought it; it outlives the credential.
  challenge_hash bytea not null unique,
  -- SHA-256 of the key: the same key asking again gets the same certificate.
  spki_fingerprint text not null,
  channel_id integer not null references channels on delete cascade,
  -- The version may be gone before its certificates end.
  artifact_version_id uuid references artifact_versions on delete set null,
  certificate bytea not null,
  not_after timestamptz not null,
  created_at timestamptz not null
);
create index asset_certificates_channel on asset_certificates (channel_id, artifact_version_id, not_after desc);
create index asset_certificates_version on asset_certificates (artifact_version_id);
