-- How many are in a segment: what was taken, what of it is shown, and what has been told of any rule (SEG-PRIVACY).

create table segment_snapshots (
  agency_id     uuid not null,
  segment_id    uuid not null,
  id            uuid not null, -- the operation that took it
  taken_at      timestamptz not null,
  size          bigint not null,
  shown_size    bigint,        -- null: suppressed. Decided when it was taken: what was shown is not taken back, what was not is not shown later
  shown_added   bigint,        -- since the last one whose size is shown
  shown_removed bigint,
  primary key (agency_id, segment_id, id)
);
call place_under_agency('segment_snapshots');
grant select, insert on segment_snapshots to cirm_app;

-- Sizes that somebody was told, by a snapshot or by a preview, of a rule written out in full. Whoever is told another one
-- must not learn less than k by the difference.
create table segment_tellings (
  agency_id uuid not null,
  id        uuid not null,
  rule      jsonb,            -- null in the row that is held while somebody is told something
  size      bigint not null,
  told_at   timestamptz not null,
  primary key (agency_id, id)
);
create index segment_tellings_by_size on segment_tellings (agency_id, size);
call place_under_agency('segment_tellings');
grant select, insert, update, delete on segment_tellings to cirm_app;
