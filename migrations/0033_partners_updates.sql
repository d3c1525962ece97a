-- Some servers number the updates of each request from 1: an id is one within its case.
alter table partner_updates drop constraint partner_updates_pkey;
alter table partner_updates add primary key (agency_id, partner_id, case_id, update_id);
drop index partner_updates_of_case;
