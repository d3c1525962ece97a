-- What a segment gets beyond the standard of a service (SEG-FLOOR), and how its people are best served (SEG-STYLE).

create table segment_offers (
  agency_id            uuid not null,
  segment_id           uuid not null,
  service_id           uuid not null,
  first_response_hours numeric,
  resolution_hours     numeric,
  channels             text[],
  languages            text[],
  priority             integer,
  version              bigint not null default 1,
  created_at           timestamptz not null,
  updated_at           timestamptz not null,
  primary key (agency_id, segment_id, service_id)
);
create index segment_offers_of_service on segment_offers (agency_id, service_id);
call place_under_agency('segment_offers');
grant select, insert, update, delete on segment_offers to cirm_app;

-- When the promise of a service counts as kept: the share of its cases, in the last days.
create table floor_rules (
  agency_id   uuid not null,
  share       numeric not null check (share > 0 and share <= 1),
  window_days integer not null check (window_days between 1 and 730),
  version     bigint not null default 1,
  updated_at  timestamptz not null,
  primary key (agency_id)
);
call place_under_agency('floor_rules');
grant select, insert, update on floor_rules to cirm_app;

-- What was measured last of each service that somebody gets more of.
create table service_floors (
  agency_id   uuid not null,
  service_id  uuid not null,
  measured_at timestamptz not null,
  cases       bigint not null,
  met         bigint not null,
  holds       boolean not null, -- not so: extras pause
  primary key (agency_id, service_id)
);
call place_under_agency('service_floors');
grant select, insert, update on service_floors to cirm_app;

-- What a case was promised when it was more than the standard, so that a clock that is counted anew keeps it.
alter table cases
  add column offered_first_response_hours numeric,
  add column offered_resolution_hours numeric;

create table advice (
  agency_id  uuid not null,
  key        text not null,
  name       jsonb not null,
  text       jsonb not null,
  surveys    jsonb, -- what it means for asking
  version    bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (agency_id, key)
);
call place_under_agency('advice');
grant select, insert, update, delete on advice to cirm_app;

create table segment_advice (
  agency_id  uuid not null,
  segment_id uuid not null,
  advice_key text not null,
  created_at timestamptz not null,
  primary key (agency_id, segment_id, advice_key)
);
call place_under_agency('segment_advice');
grant select, insert, delete on segment_advice to cirm_app;
