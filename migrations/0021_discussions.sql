-- What citizens say in public, and how it is moderated: by published rules, with an appeal, and nothing silently deleted (docs/participation.md).

-- By which texts are taken out of sight. Each says so to everybody before it is used.
create table moderation_rules (
  agency_id  uuid not null,
  key        text not null,
  title      jsonb not null,
  text       jsonb not null,
  version    bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (agency_id, key)
);
call place_under_agency('moderation_rules');
grant select, insert, update on moderation_rules to cirm_app;

-- One text that somebody said in public, wherever it stands: the tables of discussions, contributions and others hang on it, so that it is
-- moderated, exported, erased and counted in one place.
create table remarks (
  agency_id  uuid not null,
  id         uuid not null,
  kind       text not null check (kind in ('discussion', 'post', 'contribution', 'topic', 'proposal', 'task', 'progress')),
  service_id uuid,          -- what it is about
  citizen_id uuid,          -- whose; null: staff, a representative, or somebody who gave no name at the counter
  account_id uuid,          -- who wrote it; null when it was entered for somebody
  spoken_by  text not null check (spoken_by in ('citizen', 'staff')),
  assisted   boolean not null, -- entered by staff for who came, called or wrote
  channel    text not null,
  signed     text,          -- the name that they chose to stand there; null: none
  title      text,
  text       text,          -- null: erased
  removal_id uuid,          -- out of sight since then
  erased_at  timestamptz,
  version    bigint not null default 1,
  created_at timestamptz not null,
  primary key (agency_id, id),
  foreign key (agency_id, service_id) references services (agency_id, id),
  check ((text is null) = (erased_at is not null))
);
create index remarks_of_citizen on remarks (agency_id, citizen_id, created_at) where citizen_id is not null;
create index remarks_of_account on remarks (agency_id, account_id) where account_id is not null;
call place_under_agency('remarks');
grant select, insert, update on remarks to cirm_app;

-- A text that was taken out of sight: by which rule, as it read then, and why. It stays, whatever an appeal comes to.
create table removals (
  agency_id       uuid not null,
  id              uuid not null,
  remark_id       uuid not null,
  rule            jsonb not null,
  reason          text not null,
  removed_by      uuid,
  removed_at      timestamptz not null,
  state           text not null check (state in ('standing', 'appealed', 'upheld', 'dismissed')),
  appeal          text,
  appealed_at     timestamptz,
  decision_reason text,
  decided_by      uuid,
  decided_at      timestamptz,
  version         bigint not null default 1,
  primary key (agency_id, id),
  foreign key (agency_id, remark_id) references remarks (agency_id, id)
);
create index removals_of_remark on removals (agency_id, remark_id);
create index removals_appealed on removals (agency_id, id) where state = 'appealed';
call place_under_agency('removals');
grant select, insert, update on removals to cirm_app;

-- Citizens with citizens, on a service: what they experienced, what they want to know.
create table discussions (
  agency_id       uuid not null,
  id              uuid not null,
  service_id      uuid not null,
  kind            text not null check (kind in ('experience', 'question')),
  accepted_answer uuid,
  version         bigint not null default 1,
  created_at      timestamptz not null,
  primary key (agency_id, id),
  foreign key (agency_id, id) references remarks (agency_id, id),
  foreign key (agency_id, service_id) references services (agency_id, id)
);
create index discussions_of_service on discussions (agency_id, service_id, created_at desc, id desc);
create index discussions_newest on discussions (agency_id, created_at desc, id desc);
call place_under_agency('discussions');
grant select, insert, update on discussions to cirm_app;

create table discussion_posts (
  agency_id     uuid not null,
  discussion_id uuid not null,
  id            uuid not null,
  primary key (agency_id, discussion_id, id),
  foreign key (agency_id, discussion_id) references discussions (agency_id, id),
  foreign key (agency_id, id) references remarks (agency_id, id)
);
call place_under_agency('discussion_posts');
grant select, insert on discussion_posts to cirm_app;

-- One word a citizen; nobody is ever shown it. It counts from the next edition on, which comes when enough people said something new.
create table service_ratings (
  agency_id  uuid not null,
  service_id uuid not null,
  citizen_id uuid not null,
  stars      integer not null check (stars between 1 and 5),
  edition    integer, -- in which it is counted; null: in none yet
  rated_at   timestamptz not null,
  primary key (agency_id, service_id, citizen_id),
  foreign key (agency_id, service_id) references services (agency_id, id)
);
create index service_ratings_waiting on service_ratings (agency_id, service_id) where edition is null;
create index service_ratings_of_citizen on service_ratings (agency_id, citizen_id);
call place_under_agency('service_ratings');
grant select, insert, update on service_ratings to cirm_app;

create table service_rating_editions (
  agency_id  uuid not null,
  service_id uuid not null,
  edition    integer not null,
  ratings    bigint not null,
  mean       numeric not null,
  taken_at   timestamptz not null,
  primary key (agency_id, service_id, edition),
  foreign key (agency_id, service_id) references services (agency_id, id)
);
call place_under_agency('service_rating_editions');
grant select, insert on service_rating_editions to cirm_app;
