-- Webhooks and the event feed: what others learn of the outbox (docs/integrating.md; docs/adr/0030-webhooks.md).

-- The place of an agency's last event. Who dispatches the agency's outbox holds this row: places are given and committed in one order,
-- however the transactions that made the events ended.
create table outbox_heads (
  agency_id uuid primary key,
  position  bigint not null
);
call place_under_agency('outbox_heads');
grant select, insert, update on outbox_heads to cirm_app;

alter table outbox add column position bigint; -- null: not dispatched yet, or before there was a feed

create table webhooks (
  agency_id       uuid not null,
  id              uuid not null,
  url             text not null,
  events          text[] not null,
  format          text not null check (format in ('standard', 'cloudEvents')),
  description     text,
  state           text not null check (state in ('active', 'paused')),
  paused_because  text check (paused_because in ('asked', 'dead', 'gone')),
  paused_at       timestamptz,
  secret          bytea not null, -- sealed (core/Platform/Outside/WebhookSecrets.cs)
  previous_secret bytea,          -- signs as well until then
  previous_until  timestamptz,
  failures        integer not null default 0, -- in a row
  failing_since   timestamptz,
  blocked_until   timestamptz,                -- it was told to, or found, that nobody answers: nothing is sent before
  version         bigint not null default 1,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  primary key (agency_id, id),
  check ((state = 'paused') = (paused_at is not null) and (state = 'paused') = (paused_because is not null)),
  check ((previous_secret is null) = (previous_until is null))
);
call place_under_agency('webhooks');
create policy router on webhooks for select to cirm_router using (true);
grant select, insert, update, delete on webhooks to cirm_app;
grant select (agency_id, id, state, blocked_until) on webhooks to cirm_router;

create table webhook_deliveries (
  agency_id      uuid not null,
  id             uuid not null,
  webhook_id     uuid not null,
  event_id       uuid not null,   -- of the outbox, which may forget it earlier
  type           text not null,
  subject_id     uuid not null,   -- what is sent about one subject is sent in order
  position       bigint not null, -- of the event
  data           jsonb not null,  -- as others see it
  occurred_at    timestamptz not null,
  state          text not null check (state in ('waiting', 'delivered', 'failed')),
  attempts       integer not null default 0,
  next_at        timestamptz not null, -- of one that is being sent: when it is taken for lost
  first_tried_at timestamptz,
  last_tried_at  timestamptz,
  status         integer,              -- of the last answer
  error          text,                 -- a code, such as timeout
  answer         text,                 -- its first KB
  milliseconds   integer,
  delivered_at   timestamptz,
  created_at     timestamptz not null,
  primary key (agency_id, id),
  foreign key (agency_id, webhook_id) references webhooks (agency_id, id),
  check ((state = 'delivered') = (delivered_at is not null))
);
create unique index webhook_deliveries_once on webhook_deliveries (agency_id, webhook_id, event_id);
create index webhook_deliveries_newest on webhook_deliveries (agency_id, webhook_id, id desc);
create index webhook_deliveries_due on webhook_deliveries (agency_id, webhook_id, next_at, position) where state = 'waiting';
create index webhook_deliveries_line on webhook_deliveries (agency_id, webhook_id, subject_id, position) where state = 'waiting';
call place_under_agency('webhook_deliveries');
create policy router on webhook_deliveries for select to cirm_router using (true);
grant select, insert, update, delete on webhook_deliveries to cirm_app;
grant select (agency_id, webhook_id, state, next_at) on webhook_deliveries to cirm_router;
