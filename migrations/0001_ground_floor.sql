-- The ground floor: agencies, who may call, services, citizens, cases, and what carries them (audit, outbox, operations).
--
-- Every table of an agency has agency_id first in every key, a policy that shows the rows of one agency only, and a copy of
-- that predicate in every statement. docs/adr/0001-tenancy.md says why, and what Citus asks of these tables.

-- Roles. They log in as themselves; `cirm migrate` sets their passwords. None owns a table, none bypasses a policy.
do $roles$
declare
  role_name text;
begin
  foreach role_name in array array['cirm_app', 'cirm_router', 'cirm_platform', 'cirm_engine'] loop
    if not exists (select from pg_roles where rolname = role_name) then
      execute format('create role %I login nosuperuser nobypassrls nocreatedb nocreaterole noreplication', role_name);
    end if;
  end loop;
end $roles$;

-- A lost client must not hold an agency's counter row; a waiting one must not wait for ever.
alter role cirm_app set lock_timeout = '10s';
alter role cirm_app set idle_in_transaction_session_timeout = '60s';
revoke create on schema public from public;
grant usage on schema public to cirm_app, cirm_router, cirm_platform;

-- The job engine (Quartz or Hangfire) makes its own tables here and nowhere else.
create schema engine;
grant usage, create on schema engine to cirm_engine;
alter role cirm_engine set search_path = engine;

-- Names the agency of the transaction that is open. On Citus the setting has to travel to the workers with it.
create function set_agency(agency uuid) returns void language plpgsql as $$
begin
  perform set_config('citus.propagate_set_commands', 'local', true);
  execute format('set local "cirm.agency" = %L', agency);
end $$;

-- Puts a table under an agency's policy, and spreads it over the workers where Citus is there.
create procedure place_under_agency(target regclass) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format($policy$
    create policy agency on %s
      using (agency_id = nullif(current_setting('cirm.agency', true), '')::uuid)
      with check (agency_id = nullif(current_setting('cirm.agency', true), '')::uuid)
    $policy$, target);
  if exists (select from pg_extension where extname = 'citus') then
    perform set_config('citus.multi_shard_modify_mode', 'sequential', true);
    execute format('select create_distributed_table(%L, %L)', target, 'agency_id');
  end if;
end $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Shared by all agencies: few rows, read mostly.

create table agencies (
  id             uuid primary key,
  slug           text not null unique,
  name           jsonb not null,
  time_zone      text not null,
  locales        text[] not null,
  smallest_group integer not null check (smallest_group >= 5),
  status         text not null check (status in ('preparing', 'active', 'suspended')),
  version        bigint not null default 1,
  created_at     timestamptz not null,
  updated_at     timestamptz not null
);

-- Our own issuer's keys. One signs; those that signed before still verify until they expire.
create table signing_keys (
  id          text primary key,
  private_key bytea not null,
  created_at  timestamptz not null,
  signs_from  timestamptz not null,
  expires_at  timestamptz not null
);

do $shared$
begin
  if exists (select from pg_extension where extname = 'citus') then
    perform create_reference_table('agencies');
    perform create_reference_table('signing_keys');
  end if;
end $shared$;

grant select on agencies to cirm_app, cirm_router;
grant select, insert, update on agencies to cirm_platform;
grant select, insert, delete on signing_keys to cirm_platform;

-- ---------------------------------------------------------------------------------------------------------------------
-- Identity

-- People who sign in. The installation's operators are accounts of agency 00000000-0000-0000-0000-000000000000.
create table accounts (
  agency_id        uuid not null,
  id               uuid not null,
  email            text,          -- null: signs in through the agency's identity provider, which vouched for no address
  email_key        text,          -- lower case, for looking up
  password_hash    text,          -- null: signs in through the agency's identity provider only
  name             text,
  role             text not null check (role in ('citizen', 'representative', 'agent', 'manager', 'admin', 'operator')),
  citizen_id       uuid,
  provider_issuer  text,
  provider_subject text,
  disabled_at      timestamptz,
  version          bigint not null default 1,
  created_at       timestamptz not null,
  updated_at       timestamptz not null,
  primary key (agency_id, id),
  unique (agency_id, email_key),
  unique (agency_id, provider_issuer, provider_subject),
  check ((email is null) = (email_key is null) and (email is not null or provider_subject is not null))
);
create index accounts_email on accounts (email_key); -- which agencies know this address (cirm_router, at sign-in)
call place_under_agency('accounts');
create policy router on accounts for select to cirm_router using (true);
grant select, insert, update, delete on accounts to cirm_app;
grant select (agency_id, id, email_key) on accounts to cirm_router;

create table api_keys (
  agency_id    uuid not null,
  id           uuid not null,
  name         text not null,
  key_hash     bytea not null, -- SHA-256 of a 256-bit random secret
  scopes       text[] not null,
  expires_at   timestamptz,
  last_used_at timestamptz,
  revoked_at   timestamptz,
  created_by   uuid,
  version      bigint not null default 1,
  created_at   timestamptz not null,
  primary key (agency_id, id)
);
call place_under_agency('api_keys');
grant select, insert, update on api_keys to cirm_app;

-- The agency's own OpenID Connect provider, and which of its claims makes whom a member in which role.
create table identity_providers (
  agency_id  uuid not null,
  issuer     text not null,
  audience   text not null,
  role_claim text,
  roles      jsonb not null default '{}',
  version    bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (agency_id)
);
call place_under_agency('identity_providers');
grant select, insert, update, delete on identity_providers to cirm_app;

-- ---------------------------------------------------------------------------------------------------------------------
-- Platform

-- What a client's retried POST answers: the answer of the first time, readable only with the client's own key.
create table idempotency_keys (
  agency_id    uuid not null,
  key_hash     bytea not null, -- SHA-256 of caller, route and key
  request_hash bytea not null, -- SHA-256 of the body
  claim        uuid not null,  -- the request that holds the key
  status       integer,
  location     text,
  etag         text,
  body         bytea,          -- sealed with the client's key
  number       bigint,         -- a case's number, which only the database knows when the body is written
  created_at   timestamptz not null,
  primary key (agency_id, key_hash)
);
create index idempotency_keys_age on idempotency_keys (agency_id, created_at);
call place_under_agency('idempotency_keys');
grant select, insert, update, delete on idempotency_keys to cirm_app;

-- Who saw and did what: append-only, each entry's hash made from the one before it.
create table audit_heads (
  agency_id uuid not null,
  position  bigint not null,
  hash      bytea not null,
  primary key (agency_id)
);
call place_under_agency('audit_heads');
grant select, insert, update on audit_heads to cirm_app;

create table audit_entries (
  agency_id    uuid not null,
  position     bigint not null,
  id           uuid not null,
  at           timestamptz not null,
  actor_kind   text not null,
  actor_id     uuid,
  action       text not null,
  subject_kind text not null,
  subject_id   uuid,
  detail       text, -- JSON, kept to the letter: the digest is over these bytes
  trace_id     text,
  digest       bytea not null,
  hash         bytea not null,
  primary key (agency_id, position)
);
create index audit_entries_subject on audit_entries (agency_id, subject_id, position);
call place_under_agency('audit_entries');
grant select, insert on audit_entries to cirm_app;

-- Facts that left with the state change that made them; the dispatcher turns them into work.
create table outbox (
  agency_id  uuid not null,
  id         uuid not null,
  type       text not null,
  subject_id uuid not null,
  data       jsonb not null,
  created_at timestamptz not null,
  done_at    timestamptz,
  primary key (agency_id, id)
);
create index outbox_pending on outbox (agency_id, id) where done_at is null;
call place_under_agency('outbox');
create policy router on outbox for select to cirm_router using (true);
grant select, insert, update, delete on outbox to cirm_app;
grant select (agency_id, id, created_at, done_at) on outbox to cirm_router;

-- Long work, as its user watches it. Progress and cancellation live here, whatever engine runs the job.
create table operations (
  agency_id           uuid not null,
  id                  uuid not null,
  kind                text not null,
  state               text not null check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  arguments           jsonb not null,
  processed           bigint not null default 0,
  total               bigint,
  accepted            bigint not null default 0,
  unchanged           bigint not null default 0,
  rejected            bigint not null default 0,
  error               text,
  cancel_requested_at timestamptz,
  requested_by        uuid,
  attempt             integer not null default 0, -- each worker that begins it fences off those before
  version             bigint not null default 1,
  created_at          timestamptz not null,
  started_at          timestamptz,
  finished_at         timestamptz,
  primary key (agency_id, id)
);
create index operations_newest on operations (agency_id, created_at desc, id desc);
call place_under_agency('operations');
grant select, insert, update on operations to cirm_app;

create table operation_rejections (
  agency_id    uuid not null,
  operation_id uuid not null,
  line         bigint not null,
  column_name  text not null, -- '' when the whole line is meant
  code         text not null,
  detail       text not null,
  primary key (agency_id, operation_id, line, column_name),
  foreign key (agency_id, operation_id) references operations (agency_id, id)
);
call place_under_agency('operation_rejections');
grant select, insert on operation_rejections to cirm_app;

-- A file that was sent in, in pieces, until the job that reads it has finished.
create table import_chunks (
  agency_id    uuid not null,
  operation_id uuid not null,
  ordinal      integer not null,
  bytes        bytea not null,
  created_at   timestamptz not null,
  primary key (agency_id, operation_id, ordinal)
);
alter table import_chunks alter column bytes set storage external; -- read once, soon: not worth compressing
call place_under_agency('import_chunks');
grant select, insert, delete on import_chunks to cirm_app;

-- Numbers that an import has taken for rows which it writes beside those it has committed (core/Transactions/ImportCasesWriter.cs).
create table import_promises (
  agency_id    uuid not null,
  operation_id uuid not null,
  records      integer not null,
  first_number bigint not null,
  numbers      bigint not null,
  primary key (agency_id, operation_id)
);
call place_under_agency('import_promises');
grant select, insert, delete on import_promises to cirm_app;

-- How a city's own export becomes our columns.
create table import_mappings (
  agency_id  uuid not null,
  key        text not null,
  mapping    jsonb not null,
  version    bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (agency_id, key)
);
call place_under_agency('import_mappings');
grant select, insert, update, delete on import_mappings to cirm_app;

-- ---------------------------------------------------------------------------------------------------------------------
-- Information

create table services (
  agency_id         uuid not null,
  id                uuid not null,
  key               text not null,
  published_version integer, -- the one that cases are submitted under
  version           bigint not null default 1,
  created_at        timestamptz not null,
  updated_at        timestamptz not null,
  primary key (agency_id, id),
  unique (agency_id, key)
);
call place_under_agency('services');
grant select, insert, update on services to cirm_app;

create table service_versions (
  agency_id            uuid not null,
  service_id           uuid not null,
  number               integer not null,
  state                text not null check (state in ('draft', 'published', 'retired')),
  name                 jsonb not null,
  description          jsonb,
  serves               jsonb, -- whose needs it serves
  rights               jsonb, -- the basis, and how to object
  calendar             text,
  first_response_hours numeric(9, 2) check (first_response_hours > 0),
  resolution_hours     numeric(9, 2) check (resolution_hours > 0),
  version              bigint not null default 1,
  created_at           timestamptz not null,
  published_at         timestamptz,
  retired_at           timestamptz,
  primary key (agency_id, service_id, number),
  foreign key (agency_id, service_id) references services (agency_id, id),
  check (state = 'draft' or (serves is not null and rights is not null
                             and first_response_hours is not null and resolution_hours is not null))
);
create unique index service_versions_one_draft on service_versions (agency_id, service_id) where state = 'draft';
call place_under_agency('service_versions');
grant select, insert, update on service_versions to cirm_app;

-- ---------------------------------------------------------------------------------------------------------------------
-- Citizens: what is analysed, and apart from it who they are

create table attributes (
  agency_id  uuid not null,
  key        text not null,
  name       jsonb not null,
  type       text not null check (type in ('text', 'code', 'number', 'boolean', 'date')),
  codes      text[],
  purpose    text not null,
  sensitive  boolean not null default false,
  version    bigint not null default 1,
  created_at timestamptz not null,
  primary key (agency_id, key)
);
call place_under_agency('attributes');
grant select, insert, update on attributes to cirm_app;

create table citizens (
  agency_id  uuid not null,
  id         uuid not null,
  language   text,
  attributes jsonb not null default '{}',
  version    bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (agency_id, id)
);
create index citizens_newest on citizens (agency_id, created_at desc, id desc);
call place_under_agency('citizens');
grant select, insert, update on citizens to cirm_app;

create table citizen_identities (
  agency_id   uuid not null,
  citizen_id  uuid not null,
  external_id text,
  name        text,
  email       text,
  phone       text,
  primary key (agency_id, citizen_id),
  unique (agency_id, external_id),
  foreign key (agency_id, citizen_id) references citizens (agency_id, id)
);
call place_under_agency('citizen_identities');
grant select, insert, update, delete on citizen_identities to cirm_app;

-- ---------------------------------------------------------------------------------------------------------------------
-- Transactions

-- The last number given. Numbers have no gaps: the row is locked until the case is there.
create table case_numbers (
  agency_id   uuid not null,
  last_number bigint not null,
  primary key (agency_id)
);
call place_under_agency('case_numbers');
grant select, insert, update on case_numbers to cirm_app;

-- No foreign key leaves this table: a case is inserted by a select from its service, nothing here is ever deleted, and a key
-- would lock one service's row from every submission at once.
create table cases (
  agency_id         uuid not null,
  id                uuid not null,
  number            bigint not null,
  service_id        uuid not null,
  service_version   integer not null,
  kind              text not null check (kind in ('request', 'report', 'complaint', 'application', 'enquiry', 'suggestion', 'praise')),
  status            text not null check (status in ('submitted', 'accepted', 'inProgress', 'resolved', 'refused', 'closed', 'reopened')),
  channel           text not null check (channel in ('web', 'phone', 'counter', 'letter', 'email', 'sms', 'partner')),
  title             text not null,
  description       text,
  latitude          double precision check (latitude between -90 and 90),
  longitude         double precision check (longitude between -180 and 180),
  area              text,
  citizen_id        uuid,
  submitted_by      uuid, -- the account; null for an anonymous case and for an imported one
  assignee          uuid,
  external_id       text,
  tracking_hash     bytea, -- SHA-256 of the code that only the submitter was shown
  submitted_at      timestamptz not null,
  first_response_at timestamptz,
  due_at            timestamptz,
  closed_at         timestamptz,
  version           bigint not null default 1,
  updated_at        timestamptz not null,
  primary key (agency_id, id),
  unique (agency_id, number),
  unique (agency_id, external_id)
);
create index cases_newest on cases (agency_id, submitted_at desc, id desc);
create index cases_by_status on cases (agency_id, status, submitted_at desc, id desc);
create index cases_by_service on cases (agency_id, service_id, submitted_at desc, id desc);
create index cases_by_area on cases (agency_id, area, submitted_at desc, id desc) where area is not null;
create index cases_of_citizen on cases (agency_id, citizen_id, submitted_at desc, id desc) where citizen_id is not null;
create index cases_of_assignee on cases (agency_id, assignee, submitted_at desc, id desc) where assignee is not null;
create index cases_due on cases (agency_id, due_at) where status in ('submitted', 'accepted', 'inProgress', 'reopened');
create unique index cases_tracking on cases (agency_id, tracking_hash) where tracking_hash is not null;
call place_under_agency('cases');
grant select, insert, update on cases to cirm_app;

create table case_history (
  agency_id   uuid not null,
  case_id     uuid not null,
  id          uuid not null,
  at          timestamptz not null,
  kind        text not null check (kind in ('submitted', 'imported', 'transitioned', 'noted', 'changed')),
  from_status text,
  to_status   text,
  reason      text,
  note_id     uuid,
  actor_kind  text not null,
  actor_id    uuid,
  primary key (agency_id, case_id, id)
);
call place_under_agency('case_history');
grant select, insert on case_history to cirm_app;

create table case_notes (
  agency_id  uuid not null,
  case_id    uuid not null,
  id         uuid not null,
  text       text not null,
  visibility text not null check (visibility in ('public', 'internal')),
  actor_kind text not null,
  actor_id   uuid,
  created_at timestamptz not null,
  primary key (agency_id, case_id, id),
  foreign key (agency_id, case_id) references cases (agency_id, id)
);
call place_under_agency('case_notes');
grant select, insert on case_notes to cirm_app;
