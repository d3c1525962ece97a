-- Decisions: what can be chosen, who has voted, and ballots that nobody can lead back to a voter (docs/participation.md; the threat
-- model is docs/adr/0023-secret-ballots.md).

create table decision_options (
  agency_id     uuid not null,
  initiative_id uuid not null,
  key           text not null,
  place         integer not null, -- in the declared order, which decides the last ties
  title         jsonb not null,
  description   jsonb,
  cost          numeric,
  version       bigint not null default 1,
  created_at    timestamptz not null,
  primary key (agency_id, initiative_id, key),
  unique (agency_id, initiative_id, place),
  foreign key (agency_id, initiative_id) references initiatives (agency_id, id) on delete cascade
);
call place_under_agency('decision_options');
grant select, insert, update, delete on decision_options to cirm_app;

-- Who has voted, so that nobody votes twice. The participant is an HMAC under a secret that the database does not have.
create table ballot_register (
  agency_id     uuid not null,
  initiative_id uuid not null,
  participant   bytea not null,
  paper         boolean not null, -- was given a paper ballot
  primary key (agency_id, initiative_id, participant),
  foreign key (agency_id, initiative_id) references initiatives (agency_id, id)
);
call place_under_agency('ballot_register');
grant select, insert, delete on ballot_register to cirm_app;

-- Ballots until the box is opened: encrypted under that secret, all of a decision of the same length. The number is a hash of the
-- receipt, which only the voter has.
create table ballot_box (
  agency_id     uuid not null,
  initiative_id uuid not null,
  number        text not null,
  sealed        bytea not null,
  primary key (agency_id, initiative_id, number)
);
alter table ballot_box alter column sealed set storage external; -- noise does not shrink
call place_under_agency('ballot_box');
grant select, insert, update, delete on ballot_box to cirm_app;

-- Paper ballots as clerks enter them, each for themself and likewise sealed. The digest says whether two entries say the same: an
-- HMAC under the secret.
create table paper_entries (
  agency_id     uuid not null,
  initiative_id uuid not null,
  number        text not null, -- a hash of the code on the sheet
  clerk         uuid not null,
  sealed        bytea not null,
  digest        bytea not null,
  primary key (agency_id, initiative_id, number, clerk),
  foreign key (agency_id, initiative_id) references initiatives (agency_id, id)
);
call place_under_agency('paper_entries');
grant select, insert, update, delete on paper_entries to cirm_app;

-- What lay in the box when it was opened, as everybody can fetch it, and what came out.
create table decision_counts (
  agency_id          uuid not null,
  initiative_id      uuid not null,
  file               bytea not null, -- ballots.pb
  digest             text not null,  -- SHA-256 of it
  ballots            integer not null,
  paper              integer not null,
  left_out           integer not null, -- sheets on which no two clerks agreed
  eligible           bigint not null,
  representativeness jsonb,
  opened_at          timestamptz not null,
  outcome            jsonb,
  counted_at         timestamptz,
  departure          jsonb,
  version            bigint not null default 1,
  primary key (agency_id, initiative_id),
  foreign key (agency_id, initiative_id) references initiatives (agency_id, id)
);
call place_under_agency('decision_counts');
grant select, insert, update on decision_counts to cirm_app;
