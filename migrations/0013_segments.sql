-- Segments (SEG-DEFINE): groups of citizens by rule, and who was in them from when until when. docs/adr/0013-segments.md says why.

create table segments (
  agency_id    uuid not null,
  id           uuid not null,
  key          text not null,
  name         jsonb not null,
  parent_id    uuid,                           -- its members are members of this one
  rule         jsonb not null,                 -- see core/Insight/Rule.cs
  variant      jsonb,                          -- the version of a service that it changes
  sensitive    boolean not null,               -- its rule uses a sensitive attribute, or did
  by_behaviour boolean not null,               -- its rule counts what citizens did
  pending      boolean not null default true,  -- is to be evaluated for all citizens
  evaluated_at timestamptz,                    -- when that was done last; the changes since then are in as well
  retired_at   timestamptz,                    -- has no members since then; those before stay readable as figures
  merged_into  uuid,                           -- what it was retired for
  version      bigint not null default 1,
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  primary key (agency_id, id),
  unique (agency_id, key)
);
create index segments_of_parent on segments (agency_id, parent_id) where parent_id is not null;
create index segments_pending on segments (agency_id) where pending;
create index segments_by_behaviour on segments (agency_id) where by_behaviour and retired_at is null;
call place_under_agency('segments');
create policy router on segments for select to cirm_router using (true);
grant select, insert, update on segments to cirm_app;
grant select (agency_id, pending) on segments to cirm_router;

-- Written by the evaluation only, set by set. No foreign key: with millions of rows it would be most of the work, and
-- no segment and no citizen is ever deleted.
create table segment_members (
  agency_id  uuid not null,
  segment_id uuid not null,
  citizen_id uuid not null,
  valid_from timestamptz not null,
  valid_to   timestamptz, -- null: now
  primary key (agency_id, segment_id, citizen_id, valid_from)
);
-- Nobody is in a segment twice; and which segments somebody is in, for those who change, and for their cases.
create unique index segment_members_now on segment_members (agency_id, citizen_id, segment_id) where valid_to is null;
call place_under_agency('segment_members');
grant select, insert, update on segment_members to cirm_app;

-- Citizens who have changed, or done something that rules count, since the last evaluation. Only appended to in the
-- transaction of the change, so that nobody waits for anybody.
create table segment_changes (
  agency_id  uuid not null,
  id         uuid not null,
  citizen_id uuid not null,
  primary key (agency_id, id)
);
call place_under_agency('segment_changes');
create policy router on segment_changes for select to cirm_router using (true);
grant select, insert, delete on segment_changes to cirm_app;
grant select (agency_id) on segment_changes to cirm_router;

-- One evaluation of an agency at a time: who evaluates holds this row.
create table segment_evaluations (
  agency_id    uuid not null,
  evaluated_at timestamptz not null, -- as of when memberships are true
  moved_at     timestamptz not null, -- until when the passing of time is in
  primary key (agency_id)
);
call place_under_agency('segment_evaluations');
grant select, insert, update on segment_evaluations to cirm_app;
