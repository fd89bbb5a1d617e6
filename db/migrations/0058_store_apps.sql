-- Store apps: what is installed with licences of Apps & Books, and which channel needs which licence.

create table store_app_versions (
  -- Equal to the version's id; named `id` because the sealed configuration is bound to it.
  id uuid primary key references artifact_versions on delete cascade,
  location_asset_id integer not null references location_assets on delete restrict,
  associated_domains text[] not null,
  associated_domains_enable_direct_downloads boolean not null,
  removable boolean not null,
  -- Payload UUIDs of profiles on the device; null is none.
  vpn_uuid text,
  content_filter_uuid text,
  dns_proxy_uuid text,
  -- A property list; null where there is none.
  configuration_sealed text,
  -- SHA-256 of it, in hex; "" where there is none.
  configuration_sha256 text not null,
  remove_on_unenroll boolean not null,
  prevent_backup boolean not null,
  -- Whether devices that can get it as a declaration.
  declarative boolean not null,
  -- Whether it is installed again when the App Store has a newer version.
  keep_updated boolean not null
);
create index store_app_versions_location_asset on store_app_versions (location_asset_id);

-- The licences that the state of a channel needs. The ledger knows the holder, who may have several channels.
create table licence_needs (
  channel_id integer not null references channels on delete cascade,
  location_asset_id integer not null references location_assets on delete cascade,
  holder_kind text not null check (holder_kind in ('device', 'user')),
  holder text not null,
  primary key (channel_id, location_asset_id)
);
create index licence_needs_holder on licence_needs (location_asset_id, holder_kind, holder);

-- Whose device a user enrollment is; "" where that is not known. Licences of such devices are their person's.
alter table enrollments add column managed_apple_id text not null default '';

-- What a device said of the version of a store app that it has, and which version of the App Store it was last asked to
-- install; both are Apple's external version identifiers.
alter table target_artifacts add column store_version text not null default '';
alter table target_artifacts add column store_version_asked text not null default '';

-- Apple's external version identifier of the newest version in the catalogue; "" where it is not known.
alter table store_assets add column latest_store_version text not null default '';

-- The location whose licences declarations of managed apps use.
alter table blueprints add column default_location_id integer references locations on delete set null;
