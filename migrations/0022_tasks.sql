-- Execution: what citizens and civil organisations do themselves, and what the agency owes them for it (docs/participation.md).

alter table remarks drop constraint remarks_kind_check;
alter table remarks add constraint remarks_kind_check check (kind in (
  'discussion', 'post', 'contribution', 'topic', 'proposal', 'task', 'progress', 'safety', 'thanks', 'pledge', 'support')) not valid;

create table tasks (
  agency_id     uuid not null,
  initiative_id uuid not null,
  id            uuid not null,
  organisation  text,          -- the key of the civil organisation that does it
  case_id       uuid,          -- the case that is settled by it
  option_of     uuid,          -- the decision whose option it carries out,
  option_key    text,          -- and which one
  safety        text,          -- what to look out for, as whoever started it says
  state         text not null check (state in ('open', 'done', 'confirmed')),
  done_at       timestamptz,
  confirmed_at  timestamptz,
  version       bigint not null default 1,
  primary key (agency_id, id),
  foreign key (agency_id, initiative_id) references initiatives (agency_id, id),
  foreign key (agency_id, id) references remarks (agency_id, id),
  foreign key (agency_id, organisation) references organisations (agency_id, key),
  foreign key (agency_id, case_id) references cases (agency_id, id),
  foreign key (agency_id, option_of) references initiatives (agency_id, id),
  check ((option_of is null) = (option_key is null))
);
create index tasks_of_initiative on tasks (agency_id, initiative_id, id);
create index tasks_of_case on tasks (agency_id, case_id) where case_id is not null;
call place_under_agency('tasks');
grant select, insert, update on tasks to cirm_app;

-- Who says that it is done, besides whoever started it: two different people.
create table task_confirmations (
  agency_id    uuid not null,
  task_id      uuid not null,
  person_id    uuid not null, -- a citizen, or the account of somebody who is none here
  confirmed_at timestamptz not null,
  primary key (agency_id, task_id, person_id),
  foreign key (agency_id, task_id) references tasks (agency_id, id)
);
create index task_confirmations_of_person on task_confirmations (agency_id, person_id);
call place_under_agency('task_confirmations');
grant select, insert, update on task_confirmations to cirm_app;

-- How far it has come, what to look out for, thanks: which of them says the remark.
create table task_posts (
  agency_id uuid not null,
  task_id   uuid not null,
  id        uuid not null,
  primary key (agency_id, task_id, id),
  foreign key (agency_id, task_id) references tasks (agency_id, id),
  foreign key (agency_id, id) references remarks (agency_id, id)
);
create index task_posts_by_id on task_posts (agency_id, id);
call place_under_agency('task_posts');
grant select, insert on task_posts to cirm_app;

-- Promises, money too: nothing is paid here.
create table task_pledges (
  agency_id uuid not null,
  task_id   uuid not null,
  id        uuid not null,
  kind      text not null check (kind in ('people', 'hours', 'things', 'money')),
  amount    numeric check (amount > 0), -- people, hours, or whole units of the currency
  primary key (agency_id, task_id, id),
  foreign key (agency_id, task_id) references tasks (agency_id, id),
  foreign key (agency_id, id) references remarks (agency_id, id)
);
create index task_pledges_by_id on task_pledges (agency_id, id);
call place_under_agency('task_pledges');
grant select, insert on task_pledges to cirm_app;

-- What is asked of the agency, and until when it owes an answer.
create table support_requests (
  agency_id uuid not null,
  task_id   uuid not null,
  id        uuid not null,
  due_at    timestamptz not null,
  primary key (agency_id, task_id, id),
  foreign key (agency_id, task_id) references tasks (agency_id, id),
  foreign key (agency_id, id) references remarks (agency_id, id)
);
create index support_requests_by_date on support_requests (agency_id, due_at, id);
create index support_requests_by_id on support_requests (agency_id, id);
call place_under_agency('support_requests');
grant select, insert on support_requests to cirm_app;

-- Pictures of how far it has come; their bytes lie where those of attachments do.
create table task_pictures (
  agency_id  uuid not null,
  task_id    uuid not null,
  post_id    uuid not null,
  id         uuid not null,
  name       text,           -- null: removed
  media_type text not null,
  size       bigint not null,
  sha256     bytea not null,
  in_folder  boolean not null,
  created_at timestamptz not null,
  removed_at timestamptz,
  primary key (agency_id, task_id, post_id, id),
  foreign key (agency_id, task_id, post_id) references task_posts (agency_id, task_id, id),
  check ((removed_at is null) = (name is not null))
);
create index task_pictures_in_folder on task_pictures (agency_id, id) where in_folder and removed_at is null;
call place_under_agency('task_pictures');
grant select, insert on task_pictures to cirm_app;
grant update (name, sha256, removed_at) on task_pictures to cirm_app;
