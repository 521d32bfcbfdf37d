-- Which frames of its entry an airing was planned to show: from in_frame to before out_frame, -1 for
-- the end.
ALTER TABLE as_run ADD COLUMN in_frame INTEGER NOT NULL DEFAULT 0;
ALTER TABLE as_run ADD COLUMN out_frame INTEGER NOT NULL DEFAULT -1;
-- What a channel plays by until edits_from_ticks, as JSON; empty where nothing waits for that.
ALTER TABLE channels ADD COLUMN edits_before TEXT NOT NULL DEFAULT '';
