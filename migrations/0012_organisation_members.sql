-- Civil organisations act for citizens through their members (TX-PROXY, docs/adr/0012-mandates.md).

alter table organisation_members
  add constraint organisation_members_organisation foreign key (agency_id, organisation) references organisations (agency_id, key);

-- For which organisation a representative did something.
alter table case_history add column for_organisation text;
