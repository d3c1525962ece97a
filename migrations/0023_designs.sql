-- Co-design: a draft of a service that citizens read before it is published, and what they propose on its parts (docs/participation.md).

create table service_designs (
  agency_id      uuid not null,
  id             uuid not null,
  service_id     uuid not null,
  service_version integer not null,
  title          jsonb not null,
  text           jsonb,
  closes_at      timestamptz not null,
  closed_at      timestamptz,
  version        bigint not null default 1,
  created_at     timestamptz not null,
  primary key (agency_id, id),
  unique (agency_id, service_id, service_version),
  foreign key (agency_id, service_id, service_version) references service_versions (agency_id, service_id, number)
);
call place_under_agency('service_designs');
grant select, insert, update on service_designs to cirm_app;

create table design_proposals (
  agency_id uuid not null,
  design_id uuid not null,
  id        uuid not null,
  part      text not null, -- of the version
  primary key (agency_id, design_id, id),
  foreign key (agency_id, design_id) references service_designs (agency_id, id),
  foreign key (agency_id, id) references remarks (agency_id, id)
);
create index design_proposals_by_id on design_proposals (agency_id, id);
call place_under_agency('design_proposals');
grant select, insert on design_proposals to cirm_app;
