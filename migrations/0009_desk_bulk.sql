-- Bulk work: what is to be done, and with which cases. Both go when the operation has ended.
create table bulk_orders (
  agency_id    uuid not null,
  operation_id uuid not null,
  actor_kind   text not null, -- whose word it is: history and audit name them, not the worker
  actor_id     uuid,
  actor_role   text,
  work         jsonb not null,
  primary key (agency_id, operation_id),
  foreign key (agency_id, operation_id) references operations (agency_id, id)
);
call place_under_agency('bulk_orders');
grant select, insert, delete on bulk_orders to cirm_app;

-- The list, as it was when it was asked for. How far it is done is the operation's count, in the transaction of the work.
create table bulk_cases (
  agency_id    uuid not null,
  operation_id uuid not null,
  line         integer not null, -- from 1
  case_id      uuid not null,
  primary key (agency_id, operation_id, line),
  foreign key (agency_id, operation_id) references bulk_orders (agency_id, operation_id) on delete cascade
);
call place_under_agency('bulk_cases');
grant select, insert, delete on bulk_cases to cirm_app;
