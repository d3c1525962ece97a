-- Consultation: advice, criticism and proposals in an initiative, and the answer that each is owed (docs/participation.md).

-- What the agency answers to what was said in public: one answer, to one text or to many, with decision and reason.
create table answers (
  agency_id       uuid not null,
  id              uuid not null,
  text            jsonb not null,
  decision        text not null check (decision in ('accepted', 'partly', 'declined', 'noted')),
  reason          jsonb not null,
  service_id      uuid,    -- where it led: to a service,
  service_version integer, -- to this version of it,
  insight_id      uuid,    -- to a finding,
  initiative_id   uuid,    -- to another initiative
  answered_by     uuid,
  answered_at     timestamptz not null,
  version         bigint not null default 1,
  primary key (agency_id, id),
  foreign key (agency_id, service_id) references services (agency_id, id),
  foreign key (agency_id, service_id, service_version) references service_versions (agency_id, service_id, number),
  foreign key (agency_id, insight_id) references insights (agency_id, id),
  foreign key (agency_id, initiative_id) references initiatives (agency_id, id)
);
call place_under_agency('answers');
grant select, insert, update on answers to cirm_app;

alter table remarks add column answer_id uuid;
alter table remarks add foreign key (agency_id, answer_id) references answers (agency_id, id) not valid;
create index remarks_by_time on remarks (agency_id, created_at) where citizen_id is not null; -- whose words fall out of a rule's days
create index remarks_of_answer on remarks (agency_id, answer_id) where answer_id is not null;

create table contributions (
  agency_id     uuid not null,
  initiative_id uuid not null,
  id            uuid not null,
  kind          text not null check (kind in ('advice', 'criticism', 'proposal')),
  passage       text, -- the words of the initiative that it is about
  primary key (agency_id, initiative_id, id),
  foreign key (agency_id, initiative_id) references initiatives (agency_id, id),
  foreign key (agency_id, id) references remarks (agency_id, id)
);
create index contributions_by_id on contributions (agency_id, id);
call place_under_agency('contributions');
grant select, insert on contributions to cirm_app;

-- Who said something in public is told of the answer: such a message is about no case.
alter table messages alter column case_id drop not null;
alter table messages add column remark_id uuid;
alter table messages add foreign key (agency_id, remark_id) references remarks (agency_id, id) not valid;
alter table messages add check (num_nonnulls(case_id, remark_id) = 1) not valid;
create index messages_of_remark on messages (agency_id, remark_id) where remark_id is not null;
