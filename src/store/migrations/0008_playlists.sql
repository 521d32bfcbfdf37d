-- Drafts and history of playlists, schedules, and where airings stand in them.

-- What of its media an airing shows: from where, and until where it was planned (0: its end).
ALTER TABLE airings ADD COLUMN from_ticks BIGINT NOT NULL DEFAULT 0;
ALTER TABLE airings ADD COLUMN to_ticks BIGINT NOT NULL DEFAULT 0;

-- Where in the schedule it stands (playout::Place).
ALTER TABLE airings ADD COLUMN block TEXT NOT NULL DEFAULT '';
ALTER TABLE airings ADD COLUMN anchor_ticks BIGINT NOT NULL DEFAULT -1;
ALTER TABLE airings ADD COLUMN pass BIGINT NOT NULL DEFAULT 0;
ALTER TABLE airings ADD COLUMN item BIGINT NOT NULL DEFAULT 0;
ALTER TABLE airings ADD COLUMN fill BIGINT NOT NULL DEFAULT 0;
ALTER TABLE airings ADD COLUMN role TEXT NOT NULL DEFAULT 'item'
    CHECK (role IN ('item', 'fill', 'inserted', 'hold', 'panic'));

-- Grows whenever rows of the rundown are replaced: whoever replaces some says what they knew.
ALTER TABLE channels ADD COLUMN rundown_edits BIGINT NOT NULL DEFAULT 0;
-- Changes of playlists and schedule touch no airing that starts before.
ALTER TABLE channels ADD COLUMN edits_from_ticks BIGINT NOT NULL DEFAULT 0;

-- `version` is the published one, 0 when there is none; `draft` the newest.
ALTER TABLE playlists ADD COLUMN draft BIGINT NOT NULL DEFAULT 0;
UPDATE playlists SET draft = version;
-- Undoing makes a version with the items of the one it restores.
ALTER TABLE playlist_versions ADD COLUMN restores BIGINT NOT NULL DEFAULT 0;

-- Nobody has used these so far: in points and out points are frames of the entry.
ALTER TABLE playlist_items RENAME COLUMN in_ticks TO in_frame;
ALTER TABLE playlist_items RENAME COLUMN out_ticks TO out_frame;
-- What to do while the trimmed variant is not prepared.
ALTER TABLE playlist_items ADD COLUMN untrimmed TEXT NOT NULL DEFAULT 'skip'
    CHECK (untrimmed IN ('skip', 'whole'));

-- A channel without a row plays its playlist round and round.
CREATE TABLE schedules (
    channel_id TEXT NOT NULL PRIMARY KEY REFERENCES channels (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    slate_entry TEXT NOT NULL DEFAULT '',
    filler_playlist TEXT NOT NULL DEFAULT ''
);

-- `start_local` is a wall-clock time of `zone` (2026-11-23T20:00:00), '' for what follows on;
-- `until_local` a time of day (23:00:00) at which a loop ends. `since_ms`: starts before that
-- do not count, since the block was not there.
DROP TABLE schedule_blocks;
CREATE TABLE schedule_blocks (
    channel_id TEXT NOT NULL REFERENCES schedules (channel_id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    playlist_id TEXT NOT NULL REFERENCES playlists (id),
    passes BIGINT NOT NULL DEFAULT 0,
    start_local TEXT NOT NULL DEFAULT '',
    zone TEXT NOT NULL DEFAULT 'UTC',
    repeats TEXT NOT NULL DEFAULT 'once' CHECK (repeats IN ('once', 'daily', 'weekly')),
    until_local TEXT NOT NULL DEFAULT '',
    overrun TEXT NOT NULL DEFAULT 'fill' CHECK (overrun IN ('fill', 'cut', 'finish')),
    since_ms BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (channel_id, position),
    UNIQUE (channel_id, id)
);

CREATE TRIGGER schedule_added AFTER INSERT ON schedules BEGIN UPDATE change_counter SET value = value + 1; END;
CREATE TRIGGER schedule_changed AFTER UPDATE ON schedules BEGIN UPDATE change_counter SET value = value + 1; END;
CREATE TRIGGER schedule_removed AFTER DELETE ON schedules BEGIN UPDATE change_counter SET value = value + 1; END;
