-- Notices that are addressed to segments: their keys; null: to all.

alter table article_versions add column segments text[];
