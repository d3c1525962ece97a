-- Whose cases were on a list that somebody looked at: once a person and day, with the entry of the audit trail that tells of the list, so that citizens
-- find it in "who saw my case" (docs/adr/0012-seen-on-a-list.md). No foreign key: it is written with every page, of ids that were just read.
create table list_sightings (
  agency_id  uuid not null,
  subject_id uuid not null,    -- a case, or a citizen's record
  day        integer not null, -- since 1970-01-01, UTC
  actor_id   uuid not null,    -- the member of staff or the key
  position   bigint not null,  -- in the audit trail: of the first list of that day
  primary key (agency_id, subject_id, day, actor_id)
);
call place_under_agency('list_sightings');
grant select, insert on list_sightings to cirm_app;
