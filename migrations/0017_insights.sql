-- What was found, who has to decide it, what was decided and why, what was done on which service, and what came of it
-- (INSIGHT-LOOP). Words on these rows are the agency's own: who said what is not among them.

create table insights (
  agency_id        uuid not null,
  id               uuid not null,
  state            text not null check (state in ('open', 'decided', 'acting', 'done', 'measured', 'closed', 'withdrawn')),
  source           text not null check (source in ('survey', 'cases', 'participation', 'discussion', 'staff', 'superior', 'budget')),
  title            jsonb not null,
  text             jsonb not null,
  evidence         jsonb,
  origin           jsonb not null, -- which share of it came from whom: citizens, staff, superior, budget
  service_id       uuid,
  owner            uuid not null,  -- somebody always has to see to it
  due_at           timestamptz not null, -- of the step that comes next
  found_at         timestamptz not null,
  decision         text check (decision in ('accepted', 'partly', 'declined', 'noted')),
  reason           jsonb,
  decided_at       timestamptz,
  decided_by       uuid,
  decided_in_time  boolean,
  promised_at      timestamptz,    -- until when something was promised
  action_service   uuid,
  action_version   integer,
  action_text      jsonb,
  acted_at         timestamptz,
  withdrawn_reason jsonb,
  ended_at         timestamptz,
  version          bigint not null default 1,
  updated_at       timestamptz not null,
  primary key (agency_id, id),
  foreign key (agency_id, service_id) references services (agency_id, id),
  foreign key (agency_id, action_service, action_version) references service_versions (agency_id, service_id, number),
  check ((decision is null) = (decided_at is null) and (decision is null) = (reason is null)),
  check ((action_service is null) = (action_version is null))
);
create index insights_by_date on insights (agency_id, due_at, id);
create index insights_decided on insights (agency_id, decided_at desc, id desc) where decided_at is not null;
create index insights_by_action on insights (agency_id, action_service, action_version) where action_service is not null;
call place_under_agency('insights');
grant select, insert, update on insights to cirm_app;

create table insight_history (
  agency_id  uuid not null,
  insight_id uuid not null,
  id         uuid not null,
  at         timestamptz not null,
  kind       text not null,
  from_state text,
  to_state   text,
  reason     jsonb,
  detail     jsonb,
  actor_kind text not null,
  actor_id   uuid,
  primary key (agency_id, insight_id, id),
  foreign key (agency_id, insight_id) references insights (agency_id, id)
);
call place_under_agency('insight_history');
grant select, insert on insight_history to cirm_app;

-- What is compared, and what came out. A result is written once: what was published does not move afterwards.
create table insight_measures (
  agency_id   uuid not null,
  insight_id  uuid not null,
  id          uuid not null,
  spec        jsonb not null,
  due_at      timestamptz not null, -- when the later period is over
  result      jsonb,
  measured_at timestamptz,
  version     bigint not null default 1,
  created_at  timestamptz not null,
  primary key (agency_id, insight_id, id),
  foreign key (agency_id, insight_id) references insights (agency_id, id)
);
create index insight_measures_due on insight_measures (agency_id, due_at) where result is null;
call place_under_agency('insight_measures');
grant select, insert, update, delete on insight_measures to cirm_app;
