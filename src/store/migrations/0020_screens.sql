-- Screens of venues: how one becomes ours, what it said last, and what it is to do.

ALTER TABLE screens ADD COLUMN muted INTEGER NOT NULL DEFAULT 0 CHECK (muted IN (0, 1));

CREATE UNIQUE INDEX screens_by_title ON screens (title);

CREATE UNIQUE INDEX screens_by_hash ON screens (secret_hash);

-- A browser that shows `code` and waits for somebody to type it in. The secret whose hash stands
-- here opens nothing before that.
CREATE TABLE screen_pairings (
    code TEXT NOT NULL PRIMARY KEY,
    secret_hash TEXT NOT NULL,
    network TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);

CREATE UNIQUE INDEX screen_pairings_by_hash ON screen_pairings (secret_hash);

-- The last heartbeat. Apart from `screens`, so that a heartbeat is no change of who may what.
CREATE TABLE screen_reports (
    screen_id TEXT NOT NULL PRIMARY KEY REFERENCES screens (id) ON DELETE CASCADE,
    at_ms BIGINT NOT NULL,
    report TEXT NOT NULL
);

-- What it showed a while ago: a small JPEG image in base64url.
CREATE TABLE screen_stills (
    screen_id TEXT NOT NULL PRIMARY KEY REFERENCES screens (id) ON DELETE CASCADE,
    still TEXT NOT NULL
);

-- Handed out with every heartbeat until the screen says that it has carried it out, or it is too
-- late for it. Ids sort by time.
CREATE TABLE screen_commands (
    id TEXT NOT NULL PRIMARY KEY,
    screen_id TEXT NOT NULL REFERENCES screens (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    expires_ms BIGINT NOT NULL
);

CREATE INDEX screen_commands_by_screen ON screen_commands (screen_id, id);

CREATE TRIGGER screen_added AFTER INSERT ON screens BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER screen_changed AFTER UPDATE ON screens BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER screen_removed AFTER DELETE ON screens BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER screen_added_said AFTER INSERT ON screens BEGIN INSERT INTO journal (kind, subject) VALUES ('screen', NEW.id); END;
CREATE TRIGGER screen_changed_said AFTER UPDATE ON screens BEGIN INSERT INTO journal (kind, subject) VALUES ('screen', NEW.id); END;
CREATE TRIGGER screen_removed_said AFTER DELETE ON screens BEGIN INSERT INTO journal (kind, subject) VALUES ('screen', OLD.id); END;
