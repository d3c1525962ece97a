-- What has to be known before something is decided: who has an interest in it, and which segments want the opposite of each other (CONFLICT).

create table interests (
  agency_id   uuid not null,
  id          uuid not null,
  account_id  uuid,          -- the member who declares it; null: an official without an account
  official    text,          -- their function, never their name
  kind        text not null check (kind in ('property', 'employment', 'family', 'membership', 'office', 'other')),
  about       text not null check (about in ('service', 'initiative', 'organisation')),
  subject     text not null, -- the key of that
  statement   jsonb not null,
  declared_at timestamptz not null,
  ended_at    timestamptz,
  version     bigint not null default 1,
  primary key (agency_id, id),
  foreign key (agency_id, account_id) references accounts (agency_id, id) on delete cascade,
  check (num_nonnulls(account_id, official) = 1)
);
create index interests_in on interests (agency_id, about, subject);
create index interests_of on interests (agency_id, account_id) where account_id is not null;
call place_under_agency('interests');
grant select, insert, update, delete on interests to cirm_app;

create table opposed_demands (
  agency_id       uuid not null,
  id              uuid not null,
  service_id      uuid not null,
  state           text not null check (state in ('open', 'dialogue', 'agreed', 'closed')),
  title           jsonb not null,
  sides           jsonb not null, -- which segment asks for what, and how sure that is
  evidence        jsonb,          -- the survey that shows it; null: staff say so
  found_at        timestamptz not null,
  found_by        uuid,
  invitation      jsonb,
  opens_at        timestamptz,
  closes_at       timestamptz,
  statement       jsonb,
  public_interest jsonb,
  closed_reason   jsonb,
  ended_at        timestamptz,
  version         bigint not null default 1,
  updated_at      timestamptz not null,
  primary key (agency_id, id),
  foreign key (agency_id, service_id) references services (agency_id, id),
  check (state <> 'agreed' or statement is not null and public_interest is not null)
);
create index opposed_demands_on on opposed_demands (agency_id, service_id, id);
call place_under_agency('opposed_demands');
grant select, insert, update on opposed_demands to cirm_app;

-- What whoever decided had before them: how many declared interests, and which opposed demands.
alter table insights add column weighed jsonb;
