-- The last day on which the catalogue was looked at for releases that begin or end without a change of the feed.
alter table software_update_feed add column looked_on date;
