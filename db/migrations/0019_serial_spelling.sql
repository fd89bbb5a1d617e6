-- What waits for a serial number waits for every spelling of it: a stranger's "c02ceo" is no serial number that nobody has
-- heard of while tags wait for "C02CEO".
create index device_tags_serial_spelling on device_tags (lower(serial_number));
create index device_values_serial_spelling on device_values (lower(serial_number));
