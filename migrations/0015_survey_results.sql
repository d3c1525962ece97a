-- Results of surveys (SURVEY-AGGREGATE): what was counted, what the population is like, and what was published (docs/results.md;
-- docs/adr/0015-survey-results.md).

-- What the population is like, by attribute and value: {"ageGroup": {"18-29": 0.21, …}, …}.
create table survey_margins (
  agency_id  uuid not null,
  survey_id  uuid not null,
  margins    jsonb not null,
  version    bigint not null default 1,
  updated_at timestamptz not null,
  primary key (agency_id, survey_id),
  foreign key (agency_id, survey_id) references surveys (agency_id, id)
);
call place_under_agency('survey_margins');
grant select, insert, update on survey_margins to cirm_app;

-- Counts by stratum (core/Insight/Tally.cs), packed. A batch that is settled adds a row, so that a thousand answers touch one row and
-- nobody waits; whoever publishes adds them all up into one.
create table survey_counts (
  agency_id uuid not null,
  wave_id   uuid not null,
  id        uuid not null, -- random
  counts    bytea not null,
  primary key (agency_id, wave_id, id),
  foreign key (agency_id, wave_id) references survey_waves (agency_id, id)
);
call place_under_agency('survey_counts');
grant select, insert, delete on survey_counts to cirm_app;

-- What is published of a wave. Who counts or publishes holds this row while it adds up, not while it computes.
create table survey_publications (
  agency_id       uuid not null,
  wave_id         uuid not null,
  edition         integer not null default 0, -- 0: nothing yet
  as_of           timestamptz,                -- when the answers of the edition were counted
  responses       bigint not null default 0,  -- in the edition
  margins_version bigint not null default 0,  -- that weighted it; 0: none
  refused         jsonb,                      -- why it is not weighted: [{"code", "attribute", "value"}]
  version         bigint not null default 0,
  primary key (agency_id, wave_id),
  foreign key (agency_id, wave_id) references survey_waves (agency_id, id)
);
call place_under_agency('survey_publications');
grant select, insert, update on survey_publications to cirm_app;

-- Every edition as it was counted and what it showed: what somebody has read cannot be taken back, so the next edition is
-- protected together with it.
create table survey_editions (
  agency_id uuid not null,
  wave_id   uuid not null,
  edition   integer not null,
  counts    bytea not null,
  shown     jsonb not null,
  primary key (agency_id, wave_id, edition),
  foreign key (agency_id, wave_id) references survey_waves (agency_id, id)
);
call place_under_agency('survey_editions');
grant select, insert on survey_editions to cirm_app;

-- The latest edition, ready to be sent: a question a row, by what it is broken down by.
create table survey_results (
  agency_id uuid not null,
  wave_id   uuid not null,
  breakdown text not null,     -- '' for all together
  weighted  boolean not null,
  position  integer not null,  -- -1: what stands above the questions
  question  text not null,
  document  bytea not null,    -- JSON
  primary key (agency_id, wave_id, breakdown, weighted, position),
  foreign key (agency_id, wave_id) references survey_waves (agency_id, id)
);
call place_under_agency('survey_results');
grant select, insert, delete on survey_results to cirm_app;
