-- outside of a transaction
-- Who changed is evaluated alone: a rule may ask how many confidential surveys they have answered.

create index concurrently if not exists survey_links_of_citizen on survey_links (agency_id, citizen_id);
