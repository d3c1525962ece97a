-- outside of a transaction
-- The event feed reads along the places of events; those that have none yet are not in it.
drop index concurrently if exists outbox_positions;
create unique index concurrently outbox_positions on outbox (agency_id, position) where position is not null;
