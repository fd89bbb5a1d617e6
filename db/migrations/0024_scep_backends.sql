-- Where the challenges of a SCEP issuer come from.
alter table scep_issuers drop constraint scep_issuers_backend_check;
alter table scep_issuers add constraint scep_issuers_backend_check
  check (backend in ('BUILT_IN', 'STATIC_CHALLENGE', 'MICROSOFT_CA', 'OKTA_CA', 'IDENT', 'DIGICERT'));
