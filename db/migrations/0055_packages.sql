-- Packages that declarations refer to. Their files never change.
create table packages (
  id uuid primary key,
  name text not null,
  description text not null,
  -- As it was sent.
  source_uri text not null,
  sha256 text not null constraint packages_sha256 unique references package_files on delete restrict,
  filename text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index packages_name on packages (name, id);

-- A key of a declaration that names a package.
create table declaration_packages (
  version_id uuid not null references declaration_versions on delete cascade,
  key_path text[] not null,
  package_id uuid not null references packages on delete restrict,
  primary key (version_id, key_path)
);
create index declaration_packages_package on declaration_packages (package_id);
