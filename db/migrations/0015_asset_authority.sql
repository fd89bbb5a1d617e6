-- The authority of certificate assets stands below the built-in one. Its anchor is a certificate of the same name and key that
-- it signed itself: who trusts that one trusts certificates of assets, and no device identity.
alter table certificate_authorities add column anchor bytea;
