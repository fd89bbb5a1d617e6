-- Packages of the file store: what was read from each, once.
create table package_files (
  -- Also where the file store keeps it.
  sha256 text primary key,
  -- Bytes.
  size bigint not null check (size >= 1),
  type text not null check (type in ('PKG', 'IPA')),
  title text not null,
  product_id text not null,
  product_version text not null,
  -- [{"id": …, "version_str": …, "version": …, "path": …}, …]: the apps that a device lists once it is installed.
  bundles jsonb not null,
  bundle_ids text[] not null,
  platforms text[] not null,
  signature text not null check (signature in ('signed', 'unsigned', 'invalid')),
  signer text not null,
  -- The provisioning profile in an app: {"name", "uuid", "applicationIdentifier", "expiresAt"}.
  profile jsonb,
  warnings text[] not null,
  -- {"size": 4194304, "sha256s": […], "md5s": […]}: the chunks of the manifest.
  chunks jsonb not null,
  -- When it was last sent or fetched.
  stored_at timestamptz not null
);

create table enterprise_app_versions (
  -- Equal to the version's id; named `id` because the sealed configuration is bound to it.
  id uuid primary key references artifact_versions on delete cascade,
  -- As it was sent.
  package_uri text not null,
  package_sha256 text not null references package_files on delete restrict,
  filename text not null,
  ios_app boolean not null,
  -- A property list; null where there is none.
  configuration_sealed text,
  -- SHA-256 of it, in hex; "" where there is none.
  configuration_sha256 text not null,
  install_as_managed boolean not null,
  remove_on_unenroll boolean not null,
  check (install_as_managed or not remove_on_unenroll)
);
create index enterprise_app_versions_package on enterprise_app_versions (package_sha256);

-- How often a device was asked whether an installation that it accepted is done, and when it is asked again.
alter table target_artifacts add column checks integer not null default 0;
alter table target_artifacts add column check_at timestamptz;
