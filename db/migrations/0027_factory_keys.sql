-- Whose over-the-air enrollment a session is: SHA-256 of the public key of the certificate that Apple gave the device, in hex.
-- Null for a session that no such certificate began, and for those before this column.
alter table enrollment_sessions add column factory_key text;
