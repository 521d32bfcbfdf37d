-- Channels and playlists can be removed.

-- Channels there were: a later one of that id begins after, its schedule's versions go on from the
-- last, and whoever might watch it (by its settings) is told that it is gone.
CREATE TABLE former_channels (
    channel_id TEXT NOT NULL PRIMARY KEY,
    removed_ms BIGINT NOT NULL,
    settings TEXT NOT NULL DEFAULT '{}',
    schedule_version BIGINT NOT NULL DEFAULT 0
);

CREATE TRIGGER channel_removed_said AFTER DELETE ON channels BEGIN INSERT INTO journal (kind, subject) VALUES ('channel', OLD.id); END;
CREATE TRIGGER playlist_removed_said AFTER DELETE ON playlists BEGIN INSERT INTO journal (kind, subject) VALUES ('playlist', OLD.id); END;
