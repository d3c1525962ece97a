-- Coded free texts in results (docs/surveys.md; docs/adr/0027-coded-texts.md): what was counted of them, and what was published.

-- The codes as they stand in the latest edition; null: the text is in none yet.
alter table survey_coded_texts add column counted text[];
create index survey_coded_texts_changed on survey_coded_texts (agency_id, wave_id, question) where codes is distinct from counted;

-- Every edition of the codes of a question: by what code book, what was counted (core/Insight/Tally.cs), and what it showed.
create table survey_code_editions (
  agency_id uuid not null,
  wave_id   uuid not null,
  question  text not null,
  edition   integer not null,
  codes     jsonb not null, -- [{"key", "text"}]
  counts    bytea not null,
  shown     jsonb not null,
  primary key (agency_id, wave_id, question, edition),
  foreign key (agency_id, wave_id) references survey_waves (agency_id, id)
);
call place_under_agency('survey_code_editions');
grant select, insert on survey_code_editions to cirm_app;
