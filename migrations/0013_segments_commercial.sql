-- Attributes that tell revenue, consumption or commercial value: no segment and no priority rests on them (SEG-SCARCITY).
alter table attributes add column commercial boolean not null default false;
