-- The entry that was planned where something else is shown, since its media could not be had when
-- its time came (playout::Airing::stands_in_for).
ALTER TABLE airings ADD COLUMN stands_in_for TEXT NOT NULL DEFAULT '';
