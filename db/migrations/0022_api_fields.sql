-- What clients of the API send and expect to read back.

alter table meta_business_units add column api_enrollment_enabled boolean not null default false;

-- Colours keep their case: clients compare what they read with what they wrote.
alter table tags drop constraint tags_color_check;
alter table tags add constraint tags_color_check check (color ~ '^[0-9A-Fa-f]{6}$');

-- A tag that an enrollment gives cannot be deleted, like one that a filter names.
alter table enrollment_secret_tags drop constraint enrollment_secret_tags_tag_id_fkey;
alter table enrollment_secret_tags add constraint enrollment_secret_tags_tag_id_fkey
  foreign key (tag_id) references tags on delete restrict;

-- Counts the saves of an issuer.
alter table scep_issuers add column version integer not null default 1;
