-- The blueprints that use a location by default: read when a location is deleted.
drop index concurrently if exists blueprints_default_location;
create index concurrently blueprints_default_location on blueprints (default_location_id);
