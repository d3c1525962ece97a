-- outside of a transaction
-- Updates of all cases by time, with the agency's pictures. A submission writes no entry of these kinds, so that it pays nothing for it.
drop index concurrently if exists case_history_shown;
create index concurrently case_history_shown on case_history (agency_id, at, id) where kind in ('transitioned', 'noted', 'asked', 'attached');
drop index concurrently if exists case_history_told;
