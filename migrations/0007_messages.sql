-- Messages: what a citizen, or who acts for them, was told about a case by e-mail or text message (docs/messages.md).

-- One a person and event. Neither text nor address stands here: the text is made anew from event and case, the address looked up
-- when it is sent.
create table messages (
  agency_id      uuid not null,
  id             uuid not null, -- travels with the message: whoever gets it twice sees that it is the same
  event_id       uuid not null, -- of the outbox
  case_id        uuid not null,
  recipient_id   uuid not null, -- a citizen, or the account of a representative
  representative boolean not null,
  channel        text check (channel in ('email', 'sms')), -- null: there is no way to them
  template       text not null,
  language       text not null,
  state          text not null check (state in ('queued', 'sent', 'failed', 'suppressed')),
  attempts       integer not null default 0,
  error          text,          -- a code, such as smtp-550
  created_at     timestamptz not null,
  sent_at        timestamptz,
  primary key (agency_id, id),
  unique (agency_id, event_id, recipient_id),
  foreign key (agency_id, case_id) references cases (agency_id, id),
  check ((state = 'sent') = (sent_at is not null) and (channel is not null or state = 'suppressed'))
);
create index messages_of_case on messages (agency_id, case_id, id desc);
create index messages_by_state on messages (agency_id, state, id desc);
create index messages_of_recipient on messages (agency_id, recipient_id);
call place_under_agency('messages');
grant select, insert, update, delete on messages to cirm_app;

-- Where messages go on an installation that only shows what CiRM does (CIRM_MAILBOX=local), instead of to people.
create table mailbox_messages (
  agency_id    uuid not null,
  id           uuid not null, -- of the message
  case_id      uuid not null,
  recipient_id uuid not null,
  channel      text not null check (channel in ('email', 'sms')),
  address      text not null,
  language     text not null,
  subject      text,          -- of an e-mail
  body         text not null,
  created_at   timestamptz not null,
  primary key (agency_id, id)
);
create index mailbox_messages_of_case on mailbox_messages (agency_id, case_id);
create index mailbox_messages_of_recipient on mailbox_messages (agency_id, recipient_id);
call place_under_agency('mailbox_messages');
grant select, insert, update, delete on mailbox_messages to cirm_app;
