-- What a channel wrote of the history of its status items on one day, its last: the history of a day has an end.
create table status_history_days (
  channel_id integer primary key references channels on delete cascade,
  day date not null,
  rows integer not null,
  -- About those of the rows, names and values in JSON.
  bytes bigint not null,
  -- Whether changes of the day were left out.
  used_up boolean not null
);
