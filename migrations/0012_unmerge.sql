-- A merge that was a mistake can be taken back: which case each one was merged into by hand, whatever became of that one since.
alter table cases add column merged_with uuid;
