-- Clocks: working calendars, what a case is promised by them, waiting for the citizen, breaches and whom they were told.

-- When an agency works. A calendar's rules are changed as a whole; each time they get another edition, by which cases tell that
-- their dates were counted by older ones.
create table calendars (
  agency_id  uuid not null,
  key        text not null,
  rules      jsonb not null,
  edition    uuid not null,
  zone_rules text not null, -- IANA's edition that the last count went by
  version    bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (agency_id, key)
);
call place_under_agency('calendars');
grant select, insert, update, delete on calendars to cirm_app;

alter table cases
  add column first_response_foreseen_at timestamptz, -- from here on a late first response is foreseen
  add column first_response_due_at      timestamptz,
  add column foreseen_at                timestamptz, -- the same for the resolution, whose due_at is there already
  add column paused_at                  timestamptz, -- waiting for the citizen's answer since then
  add column first_response_risk        text not null default 'none',
  add column risk                       text not null default 'none',
  add column calendar_edition           uuid not null default '00000000-0000-0000-0000-000000000000', -- zero: every hour counts
  add column own_dates                  boolean not null default false; -- by an imported file: no calendar moves them
alter table cases
  add constraint cases_first_response_risk_check check (first_response_risk in ('none', 'foreseen', 'breached')) not valid,
  add constraint cases_risk_check check (risk in ('none', 'foreseen', 'breached')) not valid;
alter table cases validate constraint cases_first_response_risk_check;
alter table cases validate constraint cases_risk_check;

-- Cases that came with a file keep its dates, and what was overdue in it is no news. (Row by row under each agency's policy.)
do $files$
declare
  agency uuid;
begin
  for agency in select id from agencies loop
    perform set_agency(agency);
    update cases set own_dates = true, risk = case when due_at < now() then 'breached' else 'none' end
    where agency_id = agency and external_id is not null and status in ('submitted', 'accepted', 'inProgress', 'reopened');
  end loop;
end $files$;

-- The queue: what is due first, the first response while it is owed; who waits for the citizen comes last.
create index cases_queue on cases (
    agency_id,
    (case when paused_at is not null then timestamptz 'infinity'
          else coalesce(least(case when first_response_at is null then first_response_due_at end, due_at), timestamptz 'infinity') end),
    id)
  where status in ('submitted', 'accepted', 'inProgress', 'reopened');
drop index cases_due; -- the queue does what it did

-- When the job has to look at a case next: the next moment that is not marked yet.
create index cases_next_mark on cases (
    agency_id,
    least(case when first_response_at is null then
            case first_response_risk when 'none' then coalesce(first_response_foreseen_at, first_response_due_at) when 'foreseen' then first_response_due_at end end,
          case risk when 'none' then coalesce(foreseen_at, due_at) when 'foreseen' then due_at end))
  where status in ('submitted', 'accepted', 'inProgress', 'reopened') and paused_at is null;

-- Which open cases were counted by which edition.
create index cases_by_edition on cases (agency_id, service_id, service_version, calendar_edition, id)
  where status in ('submitted', 'accepted', 'inProgress', 'reopened') and not own_dates;

-- What the agency asked the citizen; from asked_at to ended_at the clock stood still.
create table case_questions (
  agency_id   uuid not null,
  case_id     uuid not null,
  id          uuid not null,
  note_id     uuid not null, -- the question
  asked_at    timestamptz not null,
  ended_at    timestamptz,
  ended_by    text check (ended_by in ('answered', 'withdrawn')),
  end_note_id uuid, -- the answer
  primary key (agency_id, case_id, id),
  foreign key (agency_id, case_id) references cases (agency_id, id),
  check ((ended_at is null) = (ended_by is null) and ended_at >= asked_at)
);
call place_under_agency('case_questions');
grant select, insert, update on case_questions to cirm_app;

-- Who was told of a breach: once for each clock and stage, whatever the clock does later.
create table case_escalations (
  agency_id uuid not null,
  case_id   uuid not null,
  clock     text not null check (clock in ('firstResponse', 'resolution')),
  stage     text not null check (stage in ('foreseen', 'breached')),
  at        timestamptz not null,
  unit      text, -- whose heads were told; null: the agency's managers
  primary key (agency_id, case_id, clock, stage),
  foreign key (agency_id, case_id) references cases (agency_id, id)
);
call place_under_agency('case_escalations');
grant select, insert on case_escalations to cirm_app;

alter table case_history add column detail jsonb; -- what a kind has to say more: the due date that moved, the stage of an escalation
alter table case_history drop constraint if exists case_history_kind_check;
alter table case_history add constraint case_history_kind_check
  check (kind in ('submitted', 'imported', 'transitioned', 'noted', 'changed', 'asked', 'answered', 'withdrawn', 'dueMoved', 'escalated')) not valid;
alter table case_history validate constraint case_history_kind_check;

-- Counting in open time, with the openings of a calendar as arrays: when each begins, and the microseconds of open time before each
-- (and at last all of them). The same as OpenTimes in core/Transactions/WorkingCalendar.cs; a test holds the two together.
create function open_time_before(moment timestamptz, opens timestamptz[], before bigint[]) returns bigint language sql stable parallel safe as $$
  select least(before[width_bucket(moment, opens)] + (extract(epoch from moment - opens[width_bucket(moment, opens)]) * 1000000)::bigint,
               before[width_bucket(moment, opens) + 1])
$$;

create function moment_of_open_time(open_time bigint, opens timestamptz[], before bigint[]) returns timestamptz language sql stable parallel safe as $$
  select case when open_time > before[cardinality(before)] then timestamptz '2100-01-01 00:00:00+00'
              else opens[greatest(width_bucket(open_time - 1, before), 1)]
                   + (open_time - before[greatest(width_bucket(open_time - 1, before), 1)]) * interval '1 microsecond' end
$$;
