-- Reports that are sent by mail, and to whom each was sent.

create table report_subscriptions (
  agency_id  uuid not null,
  id         uuid not null,
  report     text not null,
  breakdown  text not null, -- '' for all together
  period     text not null check (period in ('month', 'quarter', 'year')),
  schedule   text not null check (schedule in ('weekly', 'monthly', 'quarterly')),
  recipients uuid[] not null, -- accounts
  language   text not null,
  next_at    timestamptz not null,
  created_by uuid,
  created_at timestamptz not null,
  version    bigint not null default 1,
  primary key (agency_id, id)
);
create index report_subscriptions_due on report_subscriptions (agency_id, next_at);
call place_under_agency('report_subscriptions');
grant select, insert, update, delete on report_subscriptions to cirm_app;

-- A mail to one of them. Written down before it is sent, and held while it is.
create table report_mailings (
  agency_id       uuid not null,
  subscription_id uuid not null,
  due_at          timestamptz not null,
  account_id      uuid not null,
  id              uuid not null, -- the mail's
  state           text not null check (state in ('queued', 'sent', 'failed')),
  error           text,
  sent_at         timestamptz,
  primary key (agency_id, subscription_id, due_at, account_id),
  foreign key (agency_id, subscription_id) references report_subscriptions (agency_id, id)
);
create index report_mailings_queued on report_mailings (agency_id, due_at) where state = 'queued';
call place_under_agency('report_mailings');
grant select, insert, update, delete on report_mailings to cirm_app;
