-- A promise that was taken back stays where it was, and says so. Support that is taken back is gone: whose it was is nobody's business.

alter table task_pledges add column withdrawn_at timestamptz;
grant update on task_pledges to cirm_app;
grant delete on topic_supporters to cirm_app;
