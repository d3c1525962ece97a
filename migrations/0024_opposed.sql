-- What survey a service is asked about, and opposed demands that are found in what such a survey has published (CONFLICT).

alter table surveys add column service_id uuid, add foreign key (agency_id, service_id) references services (agency_id, id); -- what it is about; null: no single service

-- Found by a job and proposed to managers, who confirm or dismiss.
alter table opposed_demands drop constraint opposed_demands_state_check;
alter table opposed_demands add constraint opposed_demands_state_check check (state in ('proposed', 'open', 'dialogue', 'agreed', 'closed', 'dismissed')) not valid;
alter table opposed_demands validate constraint opposed_demands_state_check;
alter table opposed_demands add column found_in text; -- survey, question and segments: found once, whatever came of it; null: staff say so
create unique index opposed_demands_found on opposed_demands (agency_id, found_in) where found_in is not null;
