-- The citizen's word, apart from the agency's status: verdict, recovery, appeal, reopening; and what ties cases together.

-- No check lists what can happen to a case: every feature adds to it, and core/Transactions/CaseHistory.cs is the list.
alter table case_history drop constraint if exists case_history_kind_check;
alter table case_history
  add column outcome text, -- that the agency gave with a step
  add column verdict text; -- the citizen's word

-- A round ends when the agency says resolved or refused, and the next begins when the case is reopened. The verdict is the
-- citizen's word on the round that ended last; those on the rounds before stay in the history.
alter table cases
  add column outcome     text,
  add column verdict     text,
  add column verdict_at  timestamptz,
  add column round       integer not null default 1,
  add column decided_at  timestamptz, -- when the agency ended this round; null for an imported case, whose closed_at stands in
  add column merged_into uuid;        -- the surviving case, never itself merged
-- Not validated: the columns are new, and a scan would hold up every submission.
alter table cases
  add constraint cases_outcome check (outcome in ('fixed', 'answered', 'granted', 'notOurs', 'notFound', 'duplicate', 'noAction', 'cannot', 'withdrawn')) not valid,
  add constraint cases_verdict check (verdict in ('solved', 'notSolved')) not valid,
  add constraint cases_verdict_at check ((verdict is null) = (verdict_at is null)) not valid,
  add constraint cases_merged check (merged_into is null or merged_into <> id and status = 'closed') not valid;
create index cases_by_verdict on cases (agency_id, verdict, submitted_at desc, id desc) where verdict is not null;
create index cases_merged_into on cases (agency_id, merged_into) where merged_into is not null;
-- Near in place and of the same service: a band of latitude, and the rest is read from the index.
create index cases_near on cases (agency_id, service_id, latitude) include (longitude, submitted_at) where latitude is not null;

-- What an agency has decided about its cases; without a row, the defaults of core/Transactions/CaseRules.cs hold.
create table case_rules (
  agency_id            uuid not null,
  reopen_within_days   integer not null check (reopen_within_days >= 0),
  most_reopenings      integer not null check (most_reopenings >= 0),
  who_confirms         text not null check (who_confirms in ('submitter', 'codeHolder', 'staff')),
  recover_within_days  integer not null check (recover_within_days >= 1),
  follow_up_question   jsonb not null,
  version              bigint not null default 1,
  updated_at           timestamptz not null,
  primary key (agency_id)
);
call place_under_agency('case_rules');
grant select, insert, update on case_rules to cirm_app;

-- What "not solved" opens (TX-RECOVERY): somebody owns it, by a date, with a question to the citizen.
create table recoveries (
  agency_id          uuid not null,
  id                 uuid not null,
  case_id            uuid not null,
  round              integer not null,
  state              text not null check (state in ('open', 'closed')),
  reason             text not null, -- the citizen's
  owner              uuid,
  due_at             timestamptz not null,
  follow_up_question jsonb not null,
  answer             text,
  answered_at        timestamptz,
  outcome            text check (outcome in ('remedied', 'explained', 'compensated', 'noRemedy', 'citizenSatisfied')),
  outcome_text       text,
  opened_at          timestamptz not null,
  closed_at          timestamptz,
  version            bigint not null default 1,
  primary key (agency_id, id),
  foreign key (agency_id, case_id) references cases (agency_id, id),
  check ((state = 'closed') = (outcome is not null and closed_at is not null))
);
create unique index recoveries_open on recoveries (agency_id, case_id) where state = 'open';
create index recoveries_of_case on recoveries (agency_id, case_id, id);
create index recoveries_due on recoveries (agency_id, due_at, id);
call place_under_agency('recoveries');
grant select, insert, update on recoveries to cirm_app;

-- A citizen's objection to how a round ended: one a round, answered with a reason.
create table appeals (
  agency_id       uuid not null,
  id              uuid not null,
  case_id         uuid not null,
  round           integer not null,
  state           text not null check (state in ('open', 'upheld', 'dismissed')),
  reason          text not null,
  decision_reason text,
  decided_by      uuid,
  decided_at      timestamptz,
  created_at      timestamptz not null,
  version         bigint not null default 1,
  primary key (agency_id, id),
  unique (agency_id, case_id, round),
  foreign key (agency_id, case_id) references cases (agency_id, id),
  check ((state = 'open') = (decided_at is null))
);
create index appeals_newest on appeals (agency_id, created_at desc, id desc);
call place_under_agency('appeals');
grant select, insert, update on appeals to cirm_app;

-- Which case has to do with which.
create table case_links (
  agency_id  uuid not null,
  case_id    uuid not null,
  id         uuid not null,
  to_case    uuid not null,
  type       text not null check (type in ('related', 'causedBy', 'followUp')),
  created_at timestamptz not null,
  primary key (agency_id, case_id, id),
  unique (agency_id, case_id, to_case, type),
  foreign key (agency_id, case_id) references cases (agency_id, id),
  foreign key (agency_id, to_case) references cases (agency_id, id),
  check (case_id <> to_case)
);
create index case_links_to on case_links (agency_id, to_case);
call place_under_agency('case_links');
grant select, insert, delete on case_links to cirm_app;
