-- The desk: which unit works a case, and texts that officers answer with.

-- First the unit of the service version that a case was submitted under; every hand-over changes it.
alter table cases add column unit text;

-- (Agency by agency under its policy, as cases are kept apart.)
do $units$
declare
  agency uuid;
begin
  for agency in select id from agencies loop
    perform set_agency(agency);
    update cases c set unit = v.unit
    from service_versions v
    where c.agency_id = agency and v.agency_id = c.agency_id and v.service_id = c.service_id and v.number = c.service_version and v.unit is not null;
  end loop;
end $units$;

-- As with services and areas: a unit that is frequent is found along the order of the list, a rare one here.
create index cases_by_unit on cases (agency_id, unit) where unit is not null;

alter table case_history drop constraint if exists case_history_kind_check; -- every feature adds to what can happen to a case

create table answer_templates (
  agency_id  uuid not null,
  key        text not null,
  name       jsonb not null,
  text       jsonb not null, -- with placeholders, see core/Transactions/AnswerTemplate.cs
  version    bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (agency_id, key)
);
call place_under_agency('answer_templates');
grant select, insert, update, delete on answer_templates to cirm_app;
