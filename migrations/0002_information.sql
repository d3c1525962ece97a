-- Information whole: the units of an agency, and services that say all that a citizen has to know and all that a case has to tell.

-- The parts of an agency that services and cases name. A unit is never deleted, as past versions and cases name it: it closes.
create table units (
  agency_id     uuid not null,
  key           text not null,
  name          jsonb not null,
  parent        text,
  calendar      text, -- the working calendar of its opening hours
  contact       jsonb,
  opening_hours jsonb,
  closed        boolean not null default false,
  version       bigint not null default 1,
  created_at    timestamptz not null,
  updated_at    timestamptz not null,
  primary key (agency_id, key),
  foreign key (agency_id, parent) references units (agency_id, key),
  check (parent <> key)
);
create index units_of_parent on units (agency_id, parent) where parent is not null;
call place_under_agency('units');
grant select, insert, update on units to cirm_app;

-- Who works in a unit. An account that is removed leaves its units.
create table unit_members (
  agency_id  uuid not null,
  unit       text not null,
  account_id uuid not null,
  function   text not null check (function in ('head', 'member')),
  version    bigint not null default 1,
  created_at timestamptz not null,
  primary key (agency_id, unit, account_id),
  foreign key (agency_id, unit) references units (agency_id, key),
  foreign key (agency_id, account_id) references accounts (agency_id, id) on delete cascade
);
create index unit_members_of_account on unit_members (agency_id, account_id);
call place_under_agency('unit_members');
grant select, insert, update, delete on unit_members to cirm_app;

-- What a version of a service says more (INFO-CATALOGUE, INFO-CONTENT). Null: unsaid.
alter table service_versions
  add column eligibility jsonb,
  add column documents   jsonb,
  add column cost        jsonb,
  add column channels    text[], -- those that are open for it; null: all
  add column unit        text,   -- the responsible unit
  add column spoken      jsonb,
  add column keywords    jsonb,  -- people's own words for it, by language
  add column questions   jsonb;  -- what a case has to tell

-- What the citizen answered to the questions of the version that the case was submitted under.
alter table cases add column answers jsonb;
