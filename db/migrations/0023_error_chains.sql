-- Error chains have Apple's keys.
create function pg_temp.apple_error_chain(chain jsonb) returns jsonb language sql immutable as $$
  select jsonb_agg(
    case when link ? 'domain' then jsonb_strip_nulls(jsonb_build_object('ErrorDomain', link->'domain', 'ErrorCode',
      link->'code', 'LocalizedDescription', link->'localized', 'USEnglishDescription', link->'usEnglish'))
    else link end order by position)
  from jsonb_array_elements(chain) with ordinality as links (link, position)
$$;
update command_history set error_chain = pg_temp.apple_error_chain(error_chain)
  where error_chain is not null and jsonb_path_exists(error_chain, '$[*].domain');
update target_artifacts
  set extra_info = jsonb_set(extra_info, '{error_chain}', pg_temp.apple_error_chain(extra_info->'error_chain'))
  where jsonb_path_exists(extra_info, '$.error_chain[*].domain');
