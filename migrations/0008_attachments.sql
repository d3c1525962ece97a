-- Files on cases (TX-CASE): what they are called and what they are, and their bytes, unless those lie in a folder.

create table attachments (
  agency_id     uuid not null,
  case_id       uuid not null,
  id            uuid not null,
  name          text,          -- null: removed
  media_type    text not null, -- by the content
  size          bigint not null,
  sha256        bytea not null, -- empty: the case's content was erased
  in_folder     boolean not null,
  metadata_kept boolean not null,
  visibility    text not null check (visibility in ('public', 'internal')),
  actor_kind    text not null,
  actor_id      uuid,
  on_behalf_of  uuid,
  created_at    timestamptz not null,
  removed_at    timestamptz,   -- the bytes are gone since then, the row and its hash stay
  primary key (agency_id, case_id, id),
  foreign key (agency_id, case_id) references cases (agency_id, id),
  check ((removed_at is null) = (name is not null))
);
-- Of a folder's files, which are still wanted.
create index attachments_in_folder on attachments (agency_id, id) where in_folder and removed_at is null;
call place_under_agency('attachments');
grant select, insert on attachments to cirm_app;
grant update (name, sha256, removed_at, actor_id, on_behalf_of) on attachments to cirm_app;

-- Written before the row that names them, in the same transaction.
create table attachment_chunks (
  agency_id     uuid not null,
  attachment_id uuid not null,
  ordinal       integer not null,
  bytes         bytea not null,
  primary key (agency_id, attachment_id, ordinal)
);
alter table attachment_chunks alter column bytes set storage external; -- images and documents are packed already
call place_under_agency('attachment_chunks');
grant select, insert, delete on attachment_chunks to cirm_app;

alter table cases add column attachment_count integer not null default 0; -- those that were not removed; stays when the content is erased
alter table case_history add column attachment_id uuid; -- what was attached or removed
