-- Open311 GeoReport v2 and service request updates (docs/adr/0032-open311.md).

-- What an agency says about itself to GeoReport's clients; without a row, the defaults hold.
create table open311_settings (
  agency_id         uuid primary key,
  jurisdiction_id   text,
  contact           text,
  key_service       text,
  extended_statuses boolean not null,
  version           bigint not null,
  updated_at        timestamptz not null
);
call place_under_agency('open311_settings');
grant select, insert, update on open311_settings to cirm_app;

-- What a request said of its place and its picture in GeoReport's own words, to be given back in the same.
create table open311_requests (
  agency_id  uuid not null,
  case_id    uuid not null,
  address    text,
  address_id text,
  media_url  text,
  primary key (agency_id, case_id),
  foreign key (agency_id, case_id) references cases (agency_id, id)
);
call place_under_agency('open311_requests');
grant select, insert, delete on open311_requests to cirm_app;

-- Updates that were taken: one that comes again is answered as the first time and does nothing.
create table open311_updates (
  agency_id     uuid not null,
  case_id       uuid not null,
  sender        uuid not null,        -- the key, or the member
  update_id     text not null,        -- theirs
  id            uuid not null,        -- ours, which the sender is given
  status        text not null,
  sent_at       timestamptz not null, -- by their clock, and not later than it came
  received_at   timestamptz not null,
  applied_until timestamptz not null, -- the last entry that it made in the history: from received_at on
  moved         boolean not null,     -- changed where the case stands, or what its citizen says of it
  text_hash     bytea,                -- the same text sent again under another id is not said twice
  primary key (agency_id, case_id, sender, update_id),
  foreign key (agency_id, case_id) references cases (agency_id, id)
);
call place_under_agency('open311_updates');
grant select, insert, update on open311_updates to cirm_app;

-- Which end of a case a sender was told of: "open" from one who knows that it was over says that it is not.
create table open311_told (
  agency_id  uuid not null,
  case_id    uuid not null,
  sender     uuid not null,
  decided_at timestamptz not null,
  primary key (agency_id, case_id, sender),
  foreign key (agency_id, case_id) references cases (agency_id, id)
);
call place_under_agency('open311_told');
grant select, insert, update on open311_told to cirm_app;
