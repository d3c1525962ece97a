-- Surveys: what is asked, when, of whom; and answers that nobody can lead back to a person (docs/surveys.md; the threat model is
-- docs/adr/0018-anonymous-surveys.md).

create table surveys (
  agency_id    uuid not null,
  id           uuid not null,
  key          text not null,
  title        jsonb not null,
  introduction jsonb,
  anonymity    text not null check (anonymity in ('anonymous', 'confidential')),
  access       text not null check (access in ('invited', 'members', 'open')),
  breakdowns   text[] not null,  -- keys of attributes, and the word segment
  audience     text[] not null,  -- keys of segments; empty: everybody
  questions    jsonb not null,   -- core/Insight/SurveyQuestion.cs
  embargo      boolean not null, -- results are shown when a wave has closed
  link_until   timestamptz,      -- confidential: when the link to the citizen goes; null: core/Insight/Survey.cs says how long after closing
  version      bigint not null default 1,
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  primary key (agency_id, id),
  unique (agency_id, key),
  check (anonymity = 'confidential' or link_until is null)
);
call place_under_agency('surveys');
grant select, insert, update on surveys to cirm_app;

create table survey_waves (
  agency_id  uuid not null,
  id         uuid not null,
  survey_id  uuid not null,
  name       text not null,
  opens_at   timestamptz not null,
  closes_at  timestamptz not null,
  closed_at  timestamptz,               -- when the last answer was settled: nothing comes after that but what a file brings
  embargo    boolean not null,
  invited    integer not null default 0, -- people and codes
  batches    integer not null default 0, -- that were settled
  waiting    integer not null default 0, -- that waited when it was last looked: once it stays the same, it is quiet
  mixed      boolean not null default true, -- closed, and everything lies in one order by chance
  strata_at  timestamptz,               -- when the eligible people were counted
  version    bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (agency_id, id),
  unique (agency_id, survey_id, name),
  foreign key (agency_id, survey_id) references surveys (agency_id, id),
  check (closes_at > opens_at)
);
call place_under_agency('survey_waves');
create policy router on survey_waves for select to cirm_router using (true);
grant select, insert, update on survey_waves to cirm_app;
grant select (agency_id, closes_at, closed_at) on survey_waves to cirm_router;

-- Who has answered, so that nobody answers twice. The participant is an HMAC under a secret that the database does not have.
-- The foreign key is also a lock: while an answer is on its way, questions cannot be changed under it.
create table survey_register (
  agency_id   uuid not null,
  wave_id     uuid not null,
  participant bytea not null,
  primary key (agency_id, wave_id, participant),
  foreign key (agency_id, wave_id) references survey_waves (agency_id, id)
);
call place_under_agency('survey_register');
grant select, insert, delete on survey_register to cirm_app;

-- Answers just given: encrypted under that secret, all of a wave of the same length, until they are settled.
create table survey_inbox (
  agency_id uuid not null,
  wave_id   uuid not null,
  id        uuid not null, -- random
  sealed    bytea not null,
  primary key (agency_id, wave_id, id)
);
alter table survey_inbox alter column sealed set storage external; -- noise does not shrink
call place_under_agency('survey_inbox');
create policy router on survey_inbox for select to cirm_router using (true);
grant select, insert, update, delete on survey_inbox to cirm_app; -- update: for update skip locked
grant select (agency_id) on survey_inbox to cirm_router;

-- What may be known of who gave an answer: the segments and the values of breakdowns. Stratum 0 knows nothing. In an anonymous
-- survey at least smallest_group eligible people stood behind every other one when an answer was put there.
create table survey_strata (
  agency_id uuid not null,
  wave_id   uuid not null,
  stratum   integer not null,
  labels    jsonb not null, -- {attribute: value}; what is not there is not known
  segments  uuid[],         -- null: not known
  eligible  integer not null,
  primary key (agency_id, wave_id, stratum),
  foreign key (agency_id, wave_id) references survey_waves (agency_id, id)
);
call place_under_agency('survey_strata');
grant select, insert, update on survey_strata to cirm_app;

-- Answers that were settled: no time, no person; ids and order by chance.
create table survey_responses (
  agency_id uuid not null,
  wave_id   uuid not null,
  id        uuid not null, -- random, version 4
  stratum   integer not null,
  answers   jsonb not null,
  assisted  boolean not null,
  channel   text not null check (channel in ('web', 'phone', 'counter', 'letter', 'email', 'sms', 'partner')),
  batch     integer not null, -- 0: all batches were mixed when the wave had closed
  primary key (agency_id, wave_id, id)
);
create index survey_responses_of_batch on survey_responses (agency_id, wave_id, batch);
call place_under_agency('survey_responses');
grant select, insert, delete on survey_responses to cirm_app;

-- Confidential surveys only: whose answer it is, until the date that was promised.
create table survey_links (
  agency_id   uuid not null,
  wave_id     uuid not null,
  response_id uuid not null,
  citizen_id  uuid not null,
  primary key (agency_id, wave_id, response_id)
);
create index survey_links_of_citizen on survey_links (agency_id, citizen_id);
call place_under_agency('survey_links');
grant select, insert, update, delete on survey_links to cirm_app;

-- Who was asked, and by what; never whether they answered. The code is made anew from the id and the installation's secret when it is
-- sent or printed.
create table survey_invitations (
  agency_id    uuid not null,
  id           uuid not null,
  wave_id      uuid not null,
  operation_id uuid not null,
  citizen_id   uuid,          -- null: a code for whoever gets it
  channel      text not null check (channel in ('email', 'sms', 'letter')),
  token_hash   bytea not null, -- SHA-256
  state        text not null check (state in ('queued', 'sent', 'failed', 'printed')),
  error        text,          -- a code, such as smtp-550
  reminders    integer not null default 0,
  created_at   timestamptz not null,
  primary key (agency_id, id),
  unique (agency_id, token_hash),
  unique (agency_id, wave_id, citizen_id),
  foreign key (agency_id, wave_id) references survey_waves (agency_id, id)
);
create index survey_invitations_of_wave on survey_invitations (agency_id, wave_id, id);
create index survey_invitations_of_citizen on survey_invitations (agency_id, citizen_id) where citizen_id is not null;
call place_under_agency('survey_invitations');
grant select, insert, update, delete on survey_invitations to cirm_app;

-- What staff read in free texts: a code book for each text question, and the codes of each text.
create table survey_codes (
  agency_id  uuid not null,
  survey_id  uuid not null,
  question   text not null,
  codes      jsonb not null, -- [{"key", "text"}]
  version    bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (agency_id, survey_id, question),
  foreign key (agency_id, survey_id) references surveys (agency_id, id)
);
call place_under_agency('survey_codes');
grant select, insert, update on survey_codes to cirm_app;

create table survey_coded_texts (
  agency_id   uuid not null,
  wave_id     uuid not null,
  response_id uuid not null,
  question    text not null,
  codes       text[] not null,
  primary key (agency_id, wave_id, question, response_id),
  foreign key (agency_id, wave_id) references survey_waves (agency_id, id)
);
call place_under_agency('survey_coded_texts');
grant select, insert, update, delete on survey_coded_texts to cirm_app;
