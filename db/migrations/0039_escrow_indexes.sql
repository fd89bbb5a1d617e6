-- The blueprints that have settings of FileVault or of recovery passwords.
drop index concurrently if exists blueprints_filevault_config;
create index concurrently blueprints_filevault_config on blueprints (filevault_config_id)
  where filevault_config_id is not null;
drop index concurrently if exists blueprints_recovery_password_config;
create index concurrently blueprints_recovery_password_config on blueprints (recovery_password_config_id)
  where recovery_password_config_id is not null;
