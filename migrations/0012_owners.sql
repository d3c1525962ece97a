-- Who has to deal with what a citizen says against an outcome: a person, else the unit's queue, else that of the managers.

alter table recoveries add column owner_unit text;
create index recoveries_of_owner on recoveries (agency_id, owner) where state = 'open';

alter table appeals
  add column owner       uuid,
  add column owner_unit  text,
  add column decision_by uuid; -- who made the decision that it is against, and so does not judge it
create index appeals_of_owner on appeals (agency_id, owner) where state = 'open';
