-- Answers of custom commands may carry unlock tokens and passwords: they are sealed. `result` holds what was kept before that,
-- until the rotation job has sealed it.
alter table command_history add column result_sealed text;
create index command_history_plain_result on command_history (id) where result is not null;
