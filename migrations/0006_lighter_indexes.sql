-- Half of what an import costs PostgreSQL were the four wide indexes by which lists are read. Lists of one status are work lists:
-- the closed cases of years need not be in theirs. A service or an area that is frequent is found along cases_newest; a rare one
-- by an index that keeps its key once (deduplicated), and sorted.
drop index cases_by_status;
create index cases_by_status on cases (agency_id, status, submitted_at desc, id desc) where status <> 'closed';
drop index cases_by_service;
create index cases_by_service on cases (agency_id, service_id);
drop index cases_by_area;
create index cases_by_area on cases (agency_id, area) where area is not null;
