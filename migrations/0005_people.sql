-- People who act for others, and what an agency owes to those whose data it keeps: mandates (TX-PROXY), assisted entry and
-- cases that are taken over (TX-INCLUSIVE), uses and consents, retention and erasure (PRIVACY).

-- ---------------------------------------------------------------------------------------------------------------------
-- Who may act for whom

-- Who belongs to a civil organisation of the agency's registry: what it has a mandate for, each of them may do.
create table organisation_members (
  agency_id    uuid not null,
  organisation text not null,
  account_id   uuid not null,
  version      bigint not null default 1,
  created_at   timestamptz not null,
  primary key (agency_id, organisation, account_id),
  foreign key (agency_id, account_id) references accounts (agency_id, id) on delete cascade
);
create index organisation_members_of_account on organisation_members (agency_id, account_id);
call place_under_agency('organisation_members');
grant select, insert, update, delete on organisation_members to cirm_app;

-- The representative is one of three: a member, a citizen without an account (whom staff serve), or an organisation.
create table mandates (
  agency_id      uuid not null,
  id             uuid not null,
  citizen_id     uuid not null, -- for whom
  account_id     uuid,
  person_id      uuid,
  organisation   text,
  service_ids    uuid[],        -- null: all
  valid_from     timestamptz not null,
  valid_until    timestamptz,   -- null: until it is revoked
  given          text not null check (given in ('paper', 'code', 'court')),
  evidence       text,          -- where the paper or the decision lies
  entered_by     uuid,          -- the member of staff or the key; null when the citizen gave it by code
  revoked_at     timestamptz,
  revoked_by     uuid,
  revoked_reason text,
  version        bigint not null default 1,
  created_at     timestamptz not null,
  primary key (agency_id, id),
  foreign key (agency_id, citizen_id) references citizens (agency_id, id),
  check (num_nonnulls(account_id, person_id, organisation) = 1),
  check (person_id <> citizen_id),
  check (valid_until > valid_from)
);
create index mandates_of_citizen on mandates (agency_id, citizen_id, id desc);
create index mandates_of_account on mandates (agency_id, account_id) where account_id is not null and revoked_at is null;
create index mandates_of_person on mandates (agency_id, person_id) where person_id is not null;
create index mandates_of_organisation on mandates (agency_id, organisation) where organisation is not null and revoked_at is null;
call place_under_agency('mandates');
grant select, insert, update on mandates to cirm_app;

-- What a citizen hands to a representative: redeemed once, and only its hash is kept.
create table mandate_codes (
  agency_id   uuid not null,
  id          uuid not null,
  citizen_id  uuid not null,
  code_hash   bytea not null, -- SHA-256 of 80 random bits
  service_ids uuid[],
  valid_until timestamptz,    -- of the mandate that it becomes
  expires_at  timestamptz not null,
  redeemed_at timestamptz,
  entered_by  uuid,           -- when staff made it at the citizen's request
  created_at  timestamptz not null,
  primary key (agency_id, id),
  unique (agency_id, code_hash),
  foreign key (agency_id, citizen_id) references citizens (agency_id, id)
);
create index mandate_codes_of_citizen on mandate_codes (agency_id, citizen_id);
call place_under_agency('mandate_codes');
grant select, insert, update, delete on mandate_codes to cirm_app;

-- ---------------------------------------------------------------------------------------------------------------------
-- Cases that one person enters for another

alter table cases
  add column mandate_id uuid,        -- under which a representative submitted it
  add column entered_by uuid,        -- the member of staff or the key that entered it for somebody
  add column erased_at  timestamptz, -- when its content was removed; what is counted stayed
  add column erase_when_over boolean not null default false; -- its citizen was erased while it was open
-- What an account submitted without being a citizen of the agency. Citizens' own cases are found by citizen_id.
create index cases_of_submitter on cases (agency_id, submitted_by, submitted_at desc, id desc) where citizen_id is null and submitted_by is not null;
create index cases_to_erase on cases (agency_id, id) where erase_when_over;

alter table case_history drop constraint if exists case_history_kind_check; -- every feature adds to what can happen to a case
alter table case_history add column on_behalf_of uuid; -- the citizen for whom a representative did it
alter table case_notes add column on_behalf_of uuid, alter column text drop not null; -- null: removed

-- What happened stays as it is written; what people said in it, and who of them said it, can be taken out.
grant update (reason, actor_id, on_behalf_of) on case_history to cirm_app;
grant update (text, actor_id, on_behalf_of) on case_notes to cirm_app;

-- ---------------------------------------------------------------------------------------------------------------------
-- Privacy

-- What the agency uses personal data for, and on what basis (GDPR articles 6 and 13).
create table data_uses (
  agency_id   uuid not null,
  key         text not null,
  name        jsonb not null,
  purpose     jsonb not null,
  legal_basis text not null check (legal_basis in ('consent', 'contract', 'legalObligation', 'vitalInterests', 'publicTask', 'legitimateInterests')),
  provision   text, -- the law or rule, when the basis is not consent
  version     bigint not null default 1,
  created_at  timestamptz not null,
  updated_at  timestamptz not null,
  primary key (agency_id, key)
);
call place_under_agency('data_uses');
grant select, insert, update on data_uses to cirm_app;

-- What a citizen said to a use, each time: the last word counts, those before it prove what was so when (article 7).
create table consents (
  agency_id   uuid not null,
  citizen_id  uuid not null,
  use_key     text not null,
  id          uuid not null,
  given       boolean not null,
  channel     text not null check (channel in ('web', 'phone', 'counter', 'letter', 'email', 'sms', 'partner')),
  recorded_by uuid, -- the member of staff or the key, when the citizen did not do it themself
  at          timestamptz not null,
  primary key (agency_id, citizen_id, use_key, id),
  foreign key (agency_id, citizen_id) references citizens (agency_id, id),
  foreign key (agency_id, use_key) references data_uses (agency_id, key)
);
call place_under_agency('consents');
grant select, insert on consents to cirm_app;

-- How long the content of a service's cases is kept after they are over.
create table retention_rules (
  agency_id  uuid not null,
  service_id uuid not null,
  months     integer not null check (months between 0 and 1200),
  version    bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (agency_id, service_id),
  foreign key (agency_id, service_id) references services (agency_id, id)
);
call place_under_agency('retention_rules');
grant select, insert, update, delete on retention_rules to cirm_app;

-- When the identity was removed. What is counted of the citizen stands in a row of its own since then (docs/adr/0013-erasure.md).
alter table citizens add column erased_at timestamptz;
create index accounts_of_citizen on accounts (agency_id, citizen_id) where citizen_id is not null;

-- A token that the agency's provider gave before an erasure must not make its holder a member again while it lasts.
create table erased_sign_ins (
  agency_id    uuid not null,
  subject_hash bytea not null, -- SHA-256 of issuer and subject
  until        timestamptz not null,
  primary key (agency_id, subject_hash)
);
call place_under_agency('erased_sign_ins');
grant select, insert, update, delete on erased_sign_ins to cirm_app;
