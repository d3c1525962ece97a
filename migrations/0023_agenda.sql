-- What citizens put on the agenda themselves: past a published number of supporters the agency owes an answer by a date (docs/participation.md).

create table agenda_settings (
  agency_id   uuid not null,
  threshold   integer not null check (threshold between 1 and 10000000), -- supporters
  answer_days integer not null check (answer_days between 1 and 365),
  version     bigint not null default 1,
  updated_at  timestamptz not null,
  primary key (agency_id)
);
call place_under_agency('agenda_settings');
grant select, insert, update on agenda_settings to cirm_app;

create table topics (
  agency_id   uuid not null,
  id          uuid not null,
  threshold   integer not null, -- as it was when the topic was opened: it is not raised afterwards
  answer_days integer not null,
  supporters  bigint not null default 0,
  reached_at  timestamptz,
  due_at      timestamptz,
  version     bigint not null default 1,
  primary key (agency_id, id),
  foreign key (agency_id, id) references remarks (agency_id, id),
  check ((reached_at is null) = (due_at is null))
);
create index topics_owed on topics (agency_id, due_at) where due_at is not null;
call place_under_agency('topics');
grant select, insert, update on topics to cirm_app;

create table topic_supporters (
  agency_id    uuid not null,
  topic_id     uuid not null,
  citizen_id   uuid not null,
  supported_at timestamptz not null,
  primary key (agency_id, topic_id, citizen_id),
  foreign key (agency_id, topic_id) references topics (agency_id, id)
);
create index topic_supporters_of_citizen on topic_supporters (agency_id, citizen_id);
call place_under_agency('topic_supporters');
grant select, insert, update on topic_supporters to cirm_app;
