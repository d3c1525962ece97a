-- How often the answers of a wave were weighted: every other weighting of the same answers is one more equation for what is hidden in them.
alter table survey_publications add column weightings int not null default 0;
