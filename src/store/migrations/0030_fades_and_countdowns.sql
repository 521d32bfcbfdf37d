-- How airings that are cut for a fixed start end, and what counts down to one.

-- Picture and sound fade out for so long; 0: they just end.
ALTER TABLE schedules ADD COLUMN fade_ms BIGINT NOT NULL DEFAULT 800;
-- The entry that counts down to fixed starts; '': none.
ALTER TABLE schedules ADD COLUMN countdown_entry TEXT NOT NULL DEFAULT '';
-- To this one; '': the schedule's.
ALTER TABLE schedule_blocks ADD COLUMN countdown_entry TEXT NOT NULL DEFAULT '';
