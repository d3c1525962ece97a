-- What is told to citizens besides services (articles, notices), who helps them (civil organisations), and how all of it is found.

-- Articles, answers, guides and notices: one shelf, as their life is the same.
create table articles (
  agency_id         uuid not null,
  id                uuid not null,
  key               text not null,
  kind              text not null check (kind in ('article', 'answer', 'guide', 'notice')),
  published_version integer,
  version           bigint not null default 1,
  created_at        timestamptz not null,
  updated_at        timestamptz not null,
  primary key (agency_id, id),
  unique (agency_id, key)
);
call place_under_agency('articles');
grant select, insert, update on articles to cirm_app;

create table article_versions (
  agency_id    uuid not null,
  article_id   uuid not null,
  number       integer not null,
  state        text not null check (state in ('draft', 'review', 'published', 'retired')),
  title        jsonb not null,
  body         jsonb not null, -- Markdown
  tags         text[],
  services     text[],         -- keys of the services it is about
  spoken       jsonb,
  valid_from   timestamptz,
  valid_to     timestamptz,
  author       uuid,           -- the account or key that wrote it
  reviewer     uuid,           -- the one that published it
  version      bigint not null default 1,
  created_at   timestamptz not null,
  published_at timestamptz,
  retired_at   timestamptz,
  primary key (agency_id, article_id, number),
  foreign key (agency_id, article_id) references articles (agency_id, id),
  check (valid_from < valid_to)
);
create unique index article_versions_one_draft on article_versions (agency_id, article_id) where state in ('draft', 'review');
call place_under_agency('article_versions');
grant select, insert, update on article_versions to cirm_app;

-- Civil organisations: what they may do, what they were given and what came of it (INFO-EMPOWER).
create table organisations (
  agency_id   uuid not null,
  key         text not null,
  name        jsonb not null,
  description jsonb,
  contact     jsonb,
  acts        text[] not null,
  closed      boolean not null default false,
  version     bigint not null default 1,
  created_at  timestamptz not null,
  updated_at  timestamptz not null,
  primary key (agency_id, key)
);
call place_under_agency('organisations');
grant select, insert, update on organisations to cirm_app;

create table organisation_support (
  agency_id    uuid not null,
  organisation text not null,
  id           uuid not null,
  given_on     date not null,
  kind         text not null check (kind in ('money', 'space', 'equipment', 'training', 'time', 'other')),
  amount       numeric(14, 2) check (amount > 0),
  currency     text,
  text         jsonb not null,
  outcome      jsonb,
  outcome_on   date,
  version      bigint not null default 1,
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  primary key (agency_id, organisation, id),
  foreign key (agency_id, organisation) references organisations (agency_id, key),
  check ((amount is null) = (currency is null) and (outcome is null) = (outcome_on is null) and (outcome_on is null or outcome_on >= given_on))
);
call place_under_agency('organisation_support');
grant select, insert, update on organisation_support to cirm_app;

-- What can be found: one row for each thing in each language, and one for each of its words with the weight it has there. Row-level
-- security lets PostgreSQL use an index only for conditions that leak nothing: equality does, @@ of a tsvector does not.
create table search_documents (
  agency_id  uuid not null,
  id         uuid not null,
  kind       text not null,
  key        text not null,
  language   text not null,
  title      text not null,
  shown      text not null, -- the beginning of the text, as snippets are cut from it
  valid_from timestamptz,
  valid_to   timestamptz,
  primary key (agency_id, id),
  unique (agency_id, kind, key, language)
);
call place_under_agency('search_documents');
grant select, insert, delete on search_documents to cirm_app;

create table search_words (
  agency_id uuid not null,
  word      text not null,
  weight    real not null,
  document  uuid not null,
  kind      text not null,
  primary key (agency_id, document, word)
);
create index search_words_by_weight on search_words (agency_id, word, weight desc) include (document, kind);
call place_under_agency('search_words');
grant select, insert, delete on search_words to cirm_app;

-- Words that were ever published, and what is left of them without a letter: for suggestions.
create table search_spellings (
  agency_id uuid not null,
  form      text not null,
  word      text not null,
  lexeme    text not null,
  primary key (agency_id, form, word)
);
call place_under_agency('search_spellings');
grant select, insert on search_spellings to cirm_app;
