-- A citizen may say that a case is not solved without saying why: the recovery's follow-up question asks.
alter table recoveries alter column reason drop not null;
