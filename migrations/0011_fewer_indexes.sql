-- outside of a transaction
-- Four fifths of what a case costs PostgreSQL when it comes in are its indexes: fewer and narrower ones do the same work.

-- The list of the newest, walked from its end: in this order each case goes to the last page, and pages are filled (it was 17 MB of
-- half empty ones where this has 12).
drop index concurrently if exists cases_in_order;
create index concurrently cases_in_order on cases (agency_id, submitted_at, id);
drop index concurrently if exists cases_newest;

-- A service's cases, the newest at the end, and those of them in a band of latitudes without a look at the rows: what two indexes did.
drop index concurrently if exists cases_of_service;
create index concurrently cases_of_service on cases (agency_id, service_id, submitted_at, latitude);
drop index concurrently if exists cases_near;
drop index concurrently if exists cases_by_service;
