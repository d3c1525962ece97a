-- Who comes first when capacity is short: rules that are simulated on past cases before one is published with its reason (SEG-SCARCITY).

create table scarcity_rules (
  agency_id    uuid not null,
  key          text not null,
  service_id   uuid not null,
  name         jsonb not null,
  terms        jsonb not null, -- see core/Insight/ScarcityRule.cs
  state        text not null check (state in ('draft', 'published', 'retired')),
  reason       jsonb,
  published_at timestamptz,
  published_by uuid,
  retired_at   timestamptz,
  version      bigint not null default 1,
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  primary key (agency_id, key),
  foreign key (agency_id, service_id) references services (agency_id, id),
  check (state = 'draft' or reason is not null and published_at is not null)
);
create unique index scarcity_rules_in_force on scarcity_rules (agency_id, service_id) where state = 'published';
call place_under_agency('scarcity_rules');
grant select, insert, update on scarcity_rules to cirm_app;

-- What rules would have done: figures of groups, never cases. The id is that of the operation that makes it.
create table scarcity_simulations (
  agency_id  uuid not null,
  id         uuid not null,
  service_id uuid not null,
  rule_key   text not null,  -- whose simulation it was asked for as
  spec       jsonb not null, -- the rules as they were, and under which circumstances
  result     jsonb,
  created_at timestamptz not null,
  done_at    timestamptz,
  primary key (agency_id, id),
  foreign key (agency_id, id) references operations (agency_id, id),
  foreign key (agency_id, rule_key) references scarcity_rules (agency_id, key)
);
create index scarcity_simulations_of_rule on scarcity_simulations (agency_id, rule_key, id desc);
call place_under_agency('scarcity_simulations');
grant select, insert, update on scarcity_simulations to cirm_app;
