-- A series of reports more: what citizens contributed (REPORT, participation).
alter table report_grains drop constraint report_grains_series_check;
alter table report_grains add constraint report_grains_series_check
  check (series in ('submitted', 'answered', 'decided', 'standard', 'verdict', 'contributed'));
