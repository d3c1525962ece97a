-- Pictures of cases for partners (docs/adr/0033-partners.md). Partners that are there were described when pictures stayed: they stay until somebody says otherwise.
alter table partners add column sends_pictures boolean not null default false;
alter table partners alter column sends_pictures drop default;
-- Of a case: the one that goes with it, chosen at the first attempt; of an update: the one that it is about.
alter table partner_deliveries add column picture_id uuid;
-- What was read about a case that is long over is forgotten up to here, by the partner's clock: nothing older is taken again.
alter table partner_cases add column forgotten_until timestamptz;
