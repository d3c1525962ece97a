-- Reports for managers (REPORT): months are counted once when they are over, what may be shown of them is decided once, and reading
-- only fetches it. docs/adr/0022-reports.md says why.

-- By which lengths of time a series of an agency is counted: decided once, by how many cases it has.
create table report_grains (
  agency_id uuid not null,
  series    text not null check (series in ('submitted', 'answered', 'decided', 'standard', 'verdict')),
  grain     text not null check (grain in ('month', 'quarter', 'year')),
  primary key (agency_id, series)
);
call place_under_agency('report_grains');
grant select, insert on report_grains to cirm_app;

-- What a month came to, by group. It holds small cells: nobody reads it but the count itself.
create table report_months (
  agency_id  uuid not null,
  month      date not null, -- its first day
  counts     jsonb not null,
  counted_at timestamptz not null,
  primary key (agency_id, month)
);
call place_under_agency('report_months');
grant select, insert on report_months to cirm_app;

-- A report's period as it is sent. Written once: what was published does not move.
create table report_pages (
  agency_id  uuid not null,
  report     text not null,
  breakdown  text not null, -- '' for all together
  grain      text not null check (grain in ('month', 'quarter', 'year')),
  begins     date not null,
  document   bytea not null,
  figures    integer not null,
  hidden     integer not null,
  counted_at timestamptz not null,
  primary key (agency_id, report, breakdown, grain, begins)
);
call place_under_agency('report_pages');
grant select, insert on report_pages to cirm_app;

-- One count of an agency at a time: who counts holds this row.
create table report_books (
  agency_id     uuid not null,
  counted_until date not null, -- the first day that no count has looked at
  counted_at    timestamptz not null,
  primary key (agency_id)
);
call place_under_agency('report_books');
grant select, insert, update on report_books to cirm_app;
