-- Files that an agency takes out (docs/integrating.md): made by an operation, kept for a day.

create table exports (
  agency_id    uuid not null,
  id           uuid not null, -- of the operation
  kind         text not null,
  format       text not null check (format in ('csv', 'ndjson', 'hsds')),
  requested_by uuid,
  chunks       integer not null default 0,
  bytes        bigint,  -- these three once it is whole
  sha256       text,
  ready_at     timestamptz,
  created_at   timestamptz not null,
  primary key (agency_id, id),
  check ((ready_at is null) = (bytes is null) and (ready_at is null) = (sha256 is null))
);
create index exports_newest on exports (agency_id, created_at, id);
call place_under_agency('exports');
grant select, insert, update, delete on exports to cirm_app;

create table export_chunks (
  agency_id uuid not null,
  export_id uuid not null,
  ordinal   integer not null,
  bytes     bytea not null,
  primary key (agency_id, export_id, ordinal),
  foreign key (agency_id, export_id) references exports (agency_id, id)
);
call place_under_agency('export_chunks');
grant select, insert, delete on export_chunks to cirm_app;
