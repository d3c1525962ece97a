-- /v1/me names no agency: a token of a provider says by its issuer and audience whose it can be. Who somebody is there, the router does not learn.
create policy router on identity_providers for select to cirm_router using (true);
grant select (agency_id, issuer, audience) on identity_providers to cirm_router;
