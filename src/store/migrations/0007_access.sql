-- Sessions beside bearer tokens, links that are signed, and a counter for what access depends on.

ALTER TABLE tokens ADD COLUMN kind TEXT NOT NULL DEFAULT 'bearer' CHECK (kind IN ('bearer', 'session'));

ALTER TABLE links ADD COLUMN not_before_ms BIGINT NOT NULL DEFAULT 0;

ALTER TABLE links ADD COLUMN viewers INTEGER NOT NULL DEFAULT 0;

-- Grows with every change of accounts, tokens and links. Not the counter of what viewers are
-- shown: that somebody signs in is no reason to look at all entries again.
CREATE TABLE access_counter (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    value BIGINT NOT NULL
);
INSERT INTO access_counter (id, value) VALUES (1, 1);
CREATE TRIGGER user_added AFTER INSERT ON users BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER user_changed AFTER UPDATE ON users BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER user_removed AFTER DELETE ON users BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER token_added AFTER INSERT ON tokens BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER token_changed AFTER UPDATE ON tokens BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER token_removed AFTER DELETE ON tokens BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER link_added AFTER INSERT ON links BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER link_changed AFTER UPDATE ON links BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER link_removed AFTER DELETE ON links BEGIN UPDATE access_counter SET value = value + 1; END;
