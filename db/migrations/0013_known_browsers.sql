-- Browsers that a user signed in with before: wrong passwords of strangers do not lock them out.
create table known_browsers (
  -- SHA-256 of the cookie's value.
  hash bytea primary key,
  user_id integer not null references users on delete cascade,
  created_at timestamptz not null,
  last_used_at timestamptz not null
);
create index known_browsers_user on known_browsers (user_id, last_used_at desc);
