-- Initiatives: what citizens are asked to advise on, decide or carry out, and what the agency promises them (docs/participation.md).
-- A draft is for staff; what is published is for everybody. Rules that hold once it is open: core/Participation/Initiative.cs.

create table initiatives (
  agency_id      uuid not null,
  id             uuid not null,
  key            text not null,
  title          jsonb not null,
  summary        jsonb,
  tier           text not null check (tier in ('consultation', 'decision', 'execution')),
  mandate        jsonb,                -- what the agency binds itself to
  binding        boolean not null,
  decision       jsonb,                -- how it is decided: core/Participation/DecisionSettings.cs
  segments       text[] not null,      -- keys; empty: everybody. For staff only
  areas          text[] not null,      -- empty: everywhere
  area_attribute text,                 -- the attribute that says where a citizen is
  census         boolean not null,     -- only those on its list
  languages      text[] not null,
  channels       text[] not null,
  phases         jsonb not null,
  derived_from   uuid,
  insight_id     uuid,
  case_id        uuid,
  published_at   timestamptz,
  opens_at       timestamptz not null,
  closes_at      timestamptz not null,
  closed_at      timestamptz,
  version        bigint not null default 1,
  created_at     timestamptz not null,
  updated_at     timestamptz not null,
  primary key (agency_id, id),
  unique (agency_id, key),
  foreign key (agency_id, derived_from) references initiatives (agency_id, id),
  foreign key (agency_id, insight_id) references insights (agency_id, id),
  foreign key (agency_id, case_id) references cases (agency_id, id),
  check (closes_at > opens_at),
  check (tier = 'consultation' or decision is not null or tier = 'execution'),
  check (cardinality(areas) = 0 or area_attribute is not null)
);
create index initiatives_derived on initiatives (agency_id, derived_from) where derived_from is not null;
create index initiatives_of_case on initiatives (agency_id, case_id) where case_id is not null;
create index initiatives_of_insight on initiatives (agency_id, insight_id) where insight_id is not null;
call place_under_agency('initiatives');
grant select, insert, update, delete on initiatives to cirm_app;

-- What was changed of a promise, when and why: everybody reads it.
create table initiative_history (
  agency_id     uuid not null,
  initiative_id uuid not null,
  id            uuid not null,
  at            timestamptz not null,
  kind          text not null,
  reason        jsonb,
  detail        jsonb,
  primary key (agency_id, initiative_id, id),
  foreign key (agency_id, initiative_id) references initiatives (agency_id, id) on delete cascade
);
call place_under_agency('initiative_history');
grant select, insert, delete on initiative_history to cirm_app;

-- Who may take part, where a list says so.
create table initiative_census (
  agency_id     uuid not null,
  initiative_id uuid not null,
  citizen_id    uuid not null,
  primary key (agency_id, initiative_id, citizen_id),
  foreign key (agency_id, initiative_id) references initiatives (agency_id, id) on delete cascade
);
create index initiative_census_of_citizen on initiative_census (agency_id, citizen_id);
call place_under_agency('initiative_census');
grant select, insert, delete on initiative_census to cirm_app;
