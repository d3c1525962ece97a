-- Other GeoReport servers that an agency works with (docs/integrating.md, "Partners"; docs/adr/0033-partners.md).

create table partners (
  agency_id      uuid not null,
  id             uuid not null,
  name           text not null,
  url            text not null, -- that of the API: /requests.json stands below it
  format         text not null check (format in ('json', 'xml')),
  jurisdiction   text,
  api_key        bytea,         -- sealed (core/Platform/SealedSecrets.cs)
  state          text not null check (state in ('active', 'stopped')),
  stopped_because text,
  stopped_at     timestamptz,
  sends_cases    boolean not null,
  sends_updates  boolean not null,
  forwards       boolean not null, -- sends on what came from another system
  fetches        text not null check (fetches in ('nothing', 'updates', 'requests')),
  fetch_minutes  integer not null check (fetch_minutes between 1 and 1440),
  overlap_hours  integer not null check (overlap_hours between 1 and 168),
  services       jsonb not null,
  statuses_in    jsonb not null,
  statuses_out   jsonb not null,
  identity       jsonb,         -- which of it leaves, and for which declared use; null: none
  failures       integer not null default 0, -- of sending, in a row
  failing_since  timestamptz,
  blocked_until  timestamptz,
  sent_at        timestamptz,   -- when it last took something
  fetch_due_at   timestamptz not null,
  fetched_at     timestamptz,   -- when it was last read to the end
  fetch_failing_since timestamptz,
  fetch_error    text,
  high_water     timestamptz,   -- by its clock: what it changed before then has been read
  clock_ahead    integer,       -- seconds that its times were ahead of ours when it was last read
  told_at        timestamptz,   -- when admins were last written to about it
  version        bigint not null default 1,
  created_at     timestamptz not null,
  updated_at     timestamptz not null,
  primary key (agency_id, id),
  check ((state = 'stopped') = (stopped_at is not null))
);
call place_under_agency('partners');
create policy router on partners for select to cirm_router using (true);
grant select, insert, update on partners to cirm_app;
grant select (agency_id, id, state, fetches, blocked_until, fetch_due_at) on partners to cirm_router;

-- A case that a partner has too, under its own reference.
create table partner_cases (
  agency_id  uuid not null,
  partner_id uuid not null,
  case_id    uuid not null,
  origin     text not null check (origin in ('sent', 'imported')),
  reference  text,        -- its service_request_id; null: not known yet
  token      text,        -- stands for the reference until there is one
  status     text,        -- its word, as it was last told
  seen       text,        -- what was last read of it, where the partner has no list of updates
  moved_at   timestamptz, -- by its clock: the time of the update that last moved our case
  changed_at timestamptz, -- by its clock: the newest of what it said
  checked_at timestamptz,
  created_at timestamptz not null,
  primary key (agency_id, partner_id, case_id),
  foreign key (agency_id, partner_id) references partners (agency_id, id),
  foreign key (agency_id, case_id) references cases (agency_id, id)
);
create unique index partner_cases_reference on partner_cases (agency_id, partner_id, reference) where reference is not null;
create index partner_cases_of_case on partner_cases (agency_id, case_id);
create index partner_cases_checked on partner_cases (agency_id, partner_id, checked_at nulls first) where reference is not null;
call place_under_agency('partner_cases');
grant select, insert, update, delete on partner_cases to cirm_app;

-- What is on its way to a partner. What it says is looked up when it is sent: nobody's words are kept here.
create table partner_deliveries (
  agency_id      uuid not null,
  id             uuid not null,
  partner_id     uuid not null,
  case_id        uuid not null,
  event_id       uuid not null,   -- also the update_id that the partner sees
  kind           text not null check (kind in ('request', 'update')),
  step           text not null,   -- what happened (core/Transactions/Partnering/Partner.cs, OwnStep)
  outcome        text,
  note_id        uuid,
  position       bigint not null, -- of the event: a case's are sent in this order
  occurred_at    timestamptz not null,
  state          text not null check (state in ('waiting', 'delivered', 'failed', 'givenUp')),
  attempts       integer not null default 0,
  next_at        timestamptz not null, -- of one that is being sent: when it is taken for lost
  first_tried_at timestamptz,
  last_tried_at  timestamptz,
  uncertain      boolean not null default false, -- an attempt may have arrived
  status         integer,
  error          text,
  answer         text,                 -- its first KB
  milliseconds   integer,
  sent_status    text,                 -- the partner's word that was sent
  their_id       text,                 -- the update's id at the partner
  delivered_at   timestamptz,
  decided_by     uuid,                 -- who gave it up
  decided_at     timestamptz,
  reason         text,
  created_at     timestamptz not null,
  primary key (agency_id, id),
  foreign key (agency_id, partner_id) references partners (agency_id, id),
  check ((state = 'delivered') = (delivered_at is not null))
);
create unique index partner_deliveries_once on partner_deliveries (agency_id, partner_id, event_id);
create index partner_deliveries_newest on partner_deliveries (agency_id, partner_id, id desc);
create index partner_deliveries_due on partner_deliveries (agency_id, partner_id, next_at, position) where state = 'waiting';
create index partner_deliveries_line on partner_deliveries (agency_id, partner_id, case_id, position) where state in ('waiting', 'failed');
create index partner_deliveries_theirs on partner_deliveries (agency_id, partner_id, their_id) where their_id is not null;
call place_under_agency('partner_deliveries');
create policy router on partner_deliveries for select to cirm_router using (true);
grant select, insert, update, delete on partner_deliveries to cirm_app;
grant select (agency_id, partner_id, state, next_at) on partner_deliveries to cirm_router;

-- What was read from a partner, so that it is dealt with once.
create table partner_updates (
  agency_id   uuid not null,
  partner_id  uuid not null,
  update_id   text not null,
  case_id     uuid not null,
  status      text,
  changed_at  timestamptz not null, -- by its clock
  became      text not null check (became in ('moved', 'noted', 'older', 'unmapped', 'impossible', 'own', 'nothing')),
  received_at timestamptz not null,
  primary key (agency_id, partner_id, update_id),
  foreign key (agency_id, partner_id) references partners (agency_id, id)
);
create index partner_updates_newest on partner_updates (agency_id, partner_id, received_at desc);
create index partner_updates_of_case on partner_updates (agency_id, case_id);
call place_under_agency('partner_updates');
grant select, insert, delete on partner_updates to cirm_app;
