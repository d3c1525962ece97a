-- Notices go out by e-mail and text message, too (docs/informing.md).

alter table article_versions add column channels text[]; -- of a notice: portal, and email, sms where it goes out; null: the portal

-- A published version that goes out. How many were addressed and written to is rounded down, and only kept where it may be told.
create table notice_sendings (
  agency_id  uuid not null,
  id         uuid not null,
  article_id uuid not null,
  number     integer not null,
  state      text not null check (state in ('waiting', 'sending', 'sent', 'stopped', 'noWay')),
  due_at     timestamptz not null,
  over_at    timestamptz, -- since when nobody stands in notice_recipients
  addressed  bigint,
  written_to bigint,
  primary key (agency_id, id),
  unique (agency_id, article_id, number),
  foreign key (agency_id, article_id, number) references article_versions (agency_id, article_id, number)
);
create index notice_sendings_open on notice_sendings (agency_id) where over_at is null;
call place_under_agency('notice_sendings');
create policy router on notice_sendings for select to cirm_router using (true);
grant select, insert, update on notice_sendings to cirm_app;
grant select (agency_id, over_at) on notice_sendings to cirm_router;

-- Who is written to, while it goes out; removed when that is over. Neither text nor address stands here.
create table notice_recipients (
  agency_id  uuid not null,
  sending_id uuid not null,
  citizen_id uuid not null,
  channel    text not null check (channel in ('email', 'sms')),
  state      text not null check (state in ('queued', 'sent', 'failed', 'refused')),
  attempts   integer not null default 0,
  next_at    timestamptz not null,
  primary key (agency_id, sending_id, citizen_id),
  foreign key (agency_id, sending_id) references notice_sendings (agency_id, id)
);
create index notice_recipients_queued on notice_recipients (agency_id, sending_id, next_at, citizen_id) where state = 'queued';
create index notice_recipients_of_citizen on notice_recipients (agency_id, citizen_id);
call place_under_agency('notice_recipients');
grant select, insert, update, delete on notice_recipients to cirm_app;
