-- outside of a transaction
-- Only cases that came with a file have an id of another system. For all others this index took an entry of nothing at each submission and each
-- change of a date.
drop index concurrently if exists cases_external_id;
create unique index concurrently cases_external_id on cases (agency_id, external_id) where external_id is not null;
alter table cases drop constraint if exists cases_agency_id_external_id_key;
